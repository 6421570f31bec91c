"""A code from the counter gives one certificate to one browser, once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.certificates.people import NOW, clerk, given, municipality, registered
from tests.certificates.residents.conftest import CHILD_BORN, SignIn

from hashira.certificates.adapters.qr_image import read_codes
from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.domain.format import verify
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.keys import own_trust
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.pickup import pickup_codes_of
from hashira.certificates.services import pickup
from hashira.certificates.services.pickup import (
    ACTOR,
    ATTEMPTS,
    MISSES,
    VALID,
    WINDOW,
    PickupBusy,
    PickupNotPossible,
    PickupOver,
    PickupRefused,
    issue_pickup_code,
    receive,
    withdraw_pickup_code,
)
from hashira.certificates.services.reissue import NothingToShow
from hashira.certificates.services.status import revoke_by_hand
from hashira.certificates.store.models import IssuedCertificate, PickupAttempt, PickupCode
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit.reading import events
from hashira.kernel.errors import HashiraError

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("installation"),
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]


def give(who: Principal, person: UUID, certificate: UUID | None = None, request: UUID | None = None) -> str:
    code, _ = issue_pickup_code(
        actor=who, person_id=person, certificate_id=certificate, request_id=request or uuid4(), at=NOW
    )
    return code


def take(code: str, born: date = CHILD_BORN, source: str = "192.0.2.1", at=NOW) -> UUID | HashiraError:
    return receive(actor=ACTOR, number=code, birth_date=born, source=source, at=at)


def test_the_code_gives_the_certificate_that_verifies(city: Organisation, child: UUID) -> None:
    made = take(give(clerk(city), child))
    assert isinstance(made, UUID)
    view = certificate_view(made)
    content = verify(view.text, trust=own_trust("https://localhost"), at=NOW).content
    assert (content.holder.name, content.holder.birth_date) == ("山田 小花", "2018-04-02")
    assert view.person_id == child


def test_a_second_use_says_so(city: Organisation, child: UUID) -> None:
    code = give(clerk(city), child)
    take(code)
    again = take(code)
    assert isinstance(again, PickupOver)
    assert "一度使われています" in again.message("ja")
    # Whoever does not know the date of birth is not even told that.
    assert isinstance(take(code, date(2018, 4, 3)), PickupRefused)


@pytest.mark.parametrize("why", ["over", "withdrawn", "revoked", "replaced"])
def test_a_code_that_works_no_more(city: Organisation, child: UUID, why: str) -> None:
    staff, request = clerk(city), uuid4()
    code = give(staff, child, request=request)
    certificate = IssuedCertificate.objects.get().pk
    at = NOW
    if why == "over":
        at = NOW + VALID
    elif why == "withdrawn":
        withdraw_pickup_code(actor=staff, person_id=child, code_id=PickupCode.objects.get().pk, at=NOW)
    elif why == "revoked":
        revoke_by_hand(actor=staff, certificate_id=certificate, reason=Reason.LOST, note="", at=NOW)
    else:
        newer = give(staff, child, certificate)
        assert isinstance(take(newer, source="192.0.2.9"), UUID)
    assert isinstance(take(code, at=at), PickupOver)


def test_a_code_works_until_its_last_second(city: Organisation, child: UUID) -> None:
    assert isinstance(take(give(clerk(city), child), at=NOW + VALID - timedelta(seconds=1)), UUID)


def test_a_wrong_code_and_a_wrong_date_are_one_answer(city: Organisation, child: UUID) -> None:
    code = give(clerk(city), child)
    wrong = [take("23456789ABCD"), take(code, date(2018, 4, 3))]
    assert {type(one) for one in wrong} == {PickupRefused}
    assert len({one.message("ja") for one in wrong if isinstance(one, HashiraError)}) == 1
    assert isinstance(take(code), UUID)


def test_a_slip_in_other_hands_ends_after_some_dates(city: Organisation, child: UUID) -> None:
    code = give(clerk(city), child)
    for day in range(MISSES):
        assert isinstance(take(code, date(2001, 1, day + 1)), PickupRefused)
    assert isinstance(take(code), PickupOver)


def test_tries_from_one_address_are_limited_and_no_address_is_kept(city: Organisation, child: UUID) -> None:
    code = give(clerk(city), child)
    for _ in range(ATTEMPTS):
        take("23456789ABCD")
    with pytest.raises(PickupBusy):
        take(code)
    assert "192.0.2.1" not in repr(list(PickupAttempt.objects.values()))
    assert isinstance(take(code, source="192.0.2.2"), UUID)
    with pytest.raises(PickupBusy):
        take(code, at=NOW + WINDOW - timedelta(seconds=1))
    assert isinstance(take(code, at=NOW + WINDOW), PickupOver)


def test_tries_of_all_are_limited(city: Organisation, child: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickup, "ATTEMPTS_OF_ALL", 3)
    for host in range(3):
        take("23456789ABCD", source=f"192.0.2.{host}")
    with pytest.raises(PickupBusy):
        take("23456789ABCD", source="192.0.2.77")


def test_a_code_is_for_a_valid_certificate_of_the_person(city: Organisation, child: UUID) -> None:
    staff = clerk(city)
    other = registered(city, "6", "別の　人", birth_date=date(1990, 1, 1))
    give(staff, child)
    certificate = IssuedCertificate.objects.get().pk
    with pytest.raises(PickupNotPossible):
        give(staff, other, certificate)
    with pytest.raises(NothingToShow):
        give(staff, other)
    revoke_by_hand(actor=staff, certificate_id=certificate, reason=Reason.LOST, note="", at=NOW)
    with pytest.raises(PickupNotPossible):
        give(staff, child, certificate)
    with pytest.raises(AccessDenied):
        give(clerk(municipality("011002", "札幌市")), child)


def test_staff_choose_the_doses_and_are_told_when_they_are_too_many(
    city: Organisation, child: UUID, signed_in: SignIn
) -> None:
    for number in range(2, 26):  # a child's routine vaccinations do not fit one code
        given(city, child, number, date(2019, 1, 1) + timedelta(days=30 * number), "mr", uuid4().hex[:12])
    client, address = signed_in(clerk(city)), reverse("certificates:pickup", args=[child])
    doses = [str(dose.event_id) for dose in own_record(child).doses]
    asked = {"certificate": "new", "request_id": str(uuid4())}
    refused = client.post(address, asked | {"doses": doses})
    assert refused.status_code == 422
    assert "接種記録を減らしてください" in refused.content.decode()
    assert not IssuedCertificate.objects.exists()
    assert client.post(address, asked | {"doses": doses[:2]}).status_code == 200
    assert IssuedCertificate.objects.get().doses.count() == 2


def test_asking_twice_makes_one_certificate(city: Organisation, child: UUID) -> None:
    staff, request = clerk(city), uuid4()
    first, second = give(staff, child, request=request), give(staff, child, request=request)
    assert IssuedCertificate.objects.count() == 1
    assert isinstance(take(first), PickupOver)
    assert isinstance(take(second), UUID)


def test_no_code_is_kept_in_the_clear(city: Organisation, child: UUID) -> None:
    code = give(clerk(city), child)
    take(code)
    assert code not in repr(PickupCode.objects.values().get())
    assert not any(code in repr(event) for event in events())
    assert [line.state for line in pickup_codes_of(child, NOW)] == ["used"]


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────
def slip(client: Client, child: UUID) -> str:
    doses = [str(dose.event_id) for dose in own_record(child).doses]
    page = client.post(
        reverse("certificates:pickup", args=[child]),
        {"certificate": "new", "request_id": str(uuid4()), "doses": doses},
    ).content.decode()
    _, _, rest = page.partition('<p class="certificates-letter__code"><strong>')
    return rest.partition("<")[0]


def enter(client: Client, code: str, born: date = CHILD_BORN) -> Any:
    given = {f"birth_date_{part}": str(getattr(born, part)) for part in ("year", "month", "day")}
    return client.post(reverse("certificates:receive"), {"number": code} | given)


def test_somebody_without_an_account_receives_and_saves(
    city: Organisation, child: UUID, signed_in: SignIn
) -> None:
    staff = signed_in(clerk(city))
    code = slip(staff, child)
    assert len(code) == 14  # three groups of four
    signed_in(Principal.anonymous())
    phone, other = Client(), Client()
    assert enter(phone, code, date(2018, 4, 3)).status_code == 422
    assert enter(phone, code).url == reverse("certificates:received")
    page = phone.get(reverse("certificates:received")).content.decode()
    assert "山田 小花" in page
    card = phone.get(reverse("certificates:received-file", args=["card"]))
    assert card["Content-Type"] == "application/smart-health-card"
    (jws,) = json.loads(card.content)["verifiableCredential"]
    verify(jws, trust=own_trust("https://localhost"), at=datetime.now(UTC))
    picture = phone.get(reverse("certificates:received-file", args=["picture"])).content
    (text,) = read_codes(picture)
    assert (
        verify(text, trust=own_trust("https://localhost"), at=datetime.now(UTC)).content.holder.name
        == "山田 小花"
    )
    assert phone.get(reverse("certificates:received-file", args=["large"])).content[:5] == b"%PDF-"
    assert phone.get(reverse("certificates:received-file", args=["other"])).status_code == 404
    # Nobody else's browser shows it, and a second use says so.
    for name in ("received", "received-file"):
        address = reverse(f"certificates:{name}", args=["card"] if name == "received-file" else [])
        assert other.get(address).url == reverse("certificates:receive")
    assert "一度使われています" in enter(other, code).content.decode()
    phone.post(reverse("certificates:receive-done"))
    assert phone.get(reverse("certificates:received")).status_code == 302


def test_staff_take_a_code_back(city: Organisation, child: UUID, signed_in: SignIn) -> None:
    client = signed_in(clerk(city))
    code = slip(client, child)
    page = client.get(reverse("certificates:pickup", args=[child])).content.decode()
    assert "まだ使われていません" in page
    assert code not in page
    client.post(reverse("certificates:pickup-withdraw", args=[child, PickupCode.objects.get().pk]))
    assert "取り消しました" in client.get(reverse("certificates:pickup", args=[child])).content.decode()
    signed_in(Principal.anonymous())
    assert "取り消されています" in enter(Client(), code).content.decode()
