"""Through the pages: a clerk corrects, the holder is told, a verifier without network says revoked."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.certificates.people import clerk, given, municipality, registered, resident

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.cli import certificates as command
from hashira.certificates.domain.status_bundle import signer_of
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.services.bundle import build_bundle
from hashira.certificates.services.issuing import issue_card
from hashira.certificates.services.linking import claim_link
from hashira.certificates.services.reissue import carry_out
from hashira.certificates.services.status import PUBLISHER
from hashira.certificates.store.models import CertificateStatus, Reissue
from hashira.core.access import Principal

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
SignIn = Callable[[Principal], Client]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> SignIn:
    settings.DATA_DIR, settings.DEVELOPMENT, settings.HASHIRA_TRUST = tmp_path, True, ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(datetime.now(UTC))

    def sign_in(principal: Principal) -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        client.cookies["django_language"] = "ja"
        return client

    return sign_in


def test_from_the_correction_to_the_verifier_at_the_door(signed_in: SignIn, tmp_path: Path) -> None:
    city, now = municipality(), datetime.now(UTC)
    person: UUID = registered(city)
    event = given(city, person, day=date(2021, 6, 1))
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=now)
    made = issue_card(
        actor=hanako,
        person_id=person,
        request_id=uuid4(),
        events=[dose.event_id for dose in own_record(person).doses],
        shows_name=True,
        shows_birth_date=True,
        at=now,
    )
    (tmp_path / "card").write_text(certificate_view(made).text)

    def at_the_door() -> str:
        build_bundle(actor=PUBLISHER, at=datetime.now(UTC))
        octets = Client().get("/certificates/issuer/bundle", headers={"host": "localhost"}).content
        (tmp_path / "bundle").write_bytes(octets)
        ran = CliRunner().invoke(
            command,
            [
                "verify",
                str(tmp_path / "card"),
                "--trust",
                str(tmp_path / "bundle"),
                "--bundle-key",
                signer_of(octets),
            ],
        )
        return ran.stdout.split()[1]

    assert at_the_door() == "verified"
    staff = signed_in(clerk(city))
    slip = {
        "vaccine": "spikevax",
        "given_on_year": 2021,
        "given_on_month": 6,
        "given_on_day": 1,
        "number": 1,
        "lot": "3005288",
        "country": "JPN",
        "request_id": uuid4(),
        "reason": "製品の取り違え",
    }
    answered = staff.post(f"/certificates/register/{person}/doses/{event}/correct", slip)
    assert answered.status_code == 302
    assert at_the_door() == "revoked"
    shown = staff.post("/certificates/verify", {"text": certificate_view(made).text})
    assert 'data-verdict="revoked"' in shown.text or "失効しています" in shown.text
    assert "失効" in staff.get(f"/certificates/register/{person}/certificates").text
    assert (
        certificate_view(made).number
        in b"".join(staff.get("/certificates/revocations/?format=csv").streaming_content).decode()
    )

    holder, notice = signed_in(hanako), Reissue.objects.get()
    page = holder.get("/certificates/my/").text
    assert "証明書が失効しました" in page
    assert "接種記録の訂正" in page
    assert holder.post(f"/certificates/my/notices/{notice.pk}", {"wanted": "yes"}).status_code == 302
    assert "新しい証明書を作っています" in holder.get("/certificates/my/").text
    carry_out(actor=PUBLISHER, reissue_id=notice.pk, at=datetime.now(UTC))
    page = holder.get("/certificates/my/").text
    assert "新しい証明書ができました" in page
    assert f"/certificates/my/certificates/{made}" in page
    assert f"/certificates/my/certificates/{notice.pk}" in page


def test_staff_revoke_with_a_reason_and_nobody_of_elsewhere_does(signed_in: SignIn) -> None:
    city, now = municipality(), datetime.now(UTC)
    person = registered(city)
    given(city, person, day=date(2021, 6, 1))
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=now)
    made = issue_card(
        actor=hanako,
        person_id=person,
        request_id=uuid4(),
        events=[dose.event_id for dose in own_record(person).doses],
        shows_name=True,
        shows_birth_date=True,
        at=now,
    )
    address = f"/certificates/register/{person}/certificates/{made}/revoke"
    assert signed_in(clerk(municipality("131024", "中央区"))).get(address).status_code == 403
    staff = signed_in(clerk(city))
    assert staff.post(address, {}).status_code == 422
    assert staff.post(address, {"reason": "corrected"}).status_code == 422  # no reason of this form
    assert staff.get(address).status_code == 200
    assert staff.post(address, {"reason": "stolen", "note": "かばん"}).status_code == 302
    assert CertificateStatus.objects.get().reason == "stolen"
    assert staff.post(address, {"reason": "lost"}).status_code == 422
    tag = "x"
    assert Client().get("/certificates/issuer/bundle", headers={"host": "localhost"}).status_code == 404
    build_bundle(actor=PUBLISHER, at=now)
    fetched = Client().get("/certificates/issuer/bundle", headers={"host": "localhost"})
    tag = fetched.headers["ETag"]
    again = Client().get("/certificates/issuer/bundle", headers={"host": "localhost", "if-none-match": tag})
    assert again.status_code == 304
    for base, status in (("1", 200), ("9", 404), ("x", 404), ("9" * 30, 404)):
        asked = Client().get(f"/certificates/issuer/bundle?base={base}", headers={"host": "localhost"})
        assert asked.status_code == status
