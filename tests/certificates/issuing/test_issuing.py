"""Certificates of the own doses: signed, verified, kept, issued once, and of nobody else."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.certificates.people import BORN, NOW, clerk, given, municipality, registered, resident

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.domain import shc
from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.mrz import Size, Zone, ZoneDate
from hashira.certificates.domain.passport import PassportNotUsable
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.domain.verdict import CertificateUntrusted
from hashira.certificates.selectors.issuing import certificate_view, certificates_of
from hashira.certificates.selectors.keys import own_trust
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.services.dose import correct_dose
from hashira.certificates.services.issuing import (
    DosesChanged,
    RequestTaken,
    issue_card,
    issue_seal,
    view_certificate,
)
from hashira.certificates.services.linking import claim_link
from hashira.certificates.store.models import IssuedCertificate, SigningKey
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.audit.reading import events
from hashira.core.audit.recording import evidence_digest
from hashira.kernel.person_name import RomanName

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
ISSUER = "https://localhost"
ZONE = Zone(
    Size.TD3,
    "P",
    "JPN",
    RomanName("TAKAHASHI", "HANAKO"),
    "TR1234567",
    "JPN",
    ZoneDate(80, 2, 29),
    "F",
    ZoneDate(30, 1, 31),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: object) -> None:
    """Development keys of an installation of its own, opened once, since that is slow by design."""
    settings.DATA_DIR = folder
    settings.DEVELOPMENT = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def person(city: Organisation) -> UUID:
    person = registered(city)
    given(city, person, 1)
    given(city, person, 2, date(2021, 6, 22))
    return person


@pytest.fixture
def hanako(city: Organisation, person: UUID) -> Principal:
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    return hanako


def card(who: Principal, person: UUID, *, request: UUID | None = None, **more: object) -> UUID:
    wanted = {"shows_name": True, "shows_birth_date": True, "at": NOW} | more
    doses = [dose.event_id for dose in own_record(person).doses if dose.card_refusal is None]
    return issue_card(
        actor=who,
        person_id=person,
        request_id=request or uuid4(),
        **({"events": doses} | wanted),
    )


def seal(who: Principal, person: UUID, zone: Zone = ZONE, **more: object) -> UUID:
    doses = [dose.event_id for dose in own_record(person).doses if dose.seal_refusal is None]
    return issue_seal(
        actor=who,
        person_id=person,
        **({"request_id": uuid4(), "events": doses, "zone": zone, "at": NOW} | more),
    )


def test_a_card_says_what_the_register_says_and_verifies(hanako: Principal, person: UUID) -> None:
    made = certificate_view(card(hanako, person))
    content = verify(made.text, trust=own_trust(ISSUER), at=NOW).content
    assert (content.holder.family, content.holder.given, content.holder.birth_date) == (
        "髙橋",
        ("花子",),
        BORN.isoformat(),
    )
    assert [(d.code, d.date, d.lot) for d in content.doses] == [
        ("208", "2021-06-01", "EY5422"),
        ("208", "2021-06-22", "EY5422"),
    ]
    assert content.issuer == ISSUER
    assert len(shc.decode(made.text).rid or "") == 11


def test_a_seal_names_the_passport_and_verifies_up_to_the_authority(hanako: Principal, person: UUID) -> None:
    made = certificate_view(seal(hanako, person))
    verified = verify(made.text, trust=own_trust(ISSUER), at=NOW)
    assert verified.content.holder.name == "TAKAHASHI HANAKO"
    assert verified.content.holder.document_number == "TR1234567"
    assert verified.content.certificate_number == made.number == "UTO13101620261123000001"
    assert [dose.number for dose in verified.content.doses] == [1, 2]
    assert "chain" in verified.evidence.checks


def test_nobody_else_trusts_a_key_by_accident(hanako: Principal, person: UUID) -> None:
    for made in (card(hanako, person), seal(hanako, person)):
        with pytest.raises(CertificateUntrusted):
            verify(certificate_view(made).text, trust=TrustStore(), at=NOW)
    with pytest.raises(CertificateUntrusted):
        verify(certificate_view(card(hanako, person)).text, trust=own_trust("https://other.example"), at=NOW)


def test_name_and_birth_date_can_be_kept_back(hanako: Principal, person: UUID) -> None:
    made = certificate_view(card(hanako, person, shows_name=False, shows_birth_date=False))
    assert (made.content.holder.name, made.content.holder.birth_date) == (None, None)
    assert "髙橋" not in str(shc.decode(made.text).claims)


def test_only_the_chosen_doses_are_shown(hanako: Principal, person: UUID) -> None:
    first = own_record(person).doses[0].event_id
    made = certificate_view(card(hanako, person, events=[first]))
    assert [dose.date for dose in made.content.doses] == ["2021-06-01"]


def test_the_same_request_makes_one_certificate(hanako: Principal, person: UUID) -> None:
    request = uuid4()
    assert card(hanako, person, request=request) == card(hanako, person, request=request) == request
    assert IssuedCertificate.objects.count() == 1
    with pytest.raises(RequestTaken):
        seal(hanako, person, request_id=request)


def test_numbers_count_up_by_day_and_municipality(hanako: Principal, person: UUID) -> None:
    made = [card(hanako, person), card(hanako, person), card(hanako, person, at=NOW + timedelta(days=1))]
    numbers = [certificate_view(one).number for one in made]
    assert numbers == ["UTO13101620261123000001", "UTO13101620261123000002", "UTO13101620261124000001"]


def test_a_dose_corrected_meanwhile_is_not_signed(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    seen = own_record(person).doses[0].event_id
    correct_dose(
        actor=clerk(city),
        person_id=person,
        event=seen,
        request_id=uuid4(),
        dose=Dose(product("spikevax"), date(2021, 6, 1), lot="3005288", number=1),
        reason="製品の取り違え",
        confirmed=True,
        at=NOW,
    )
    with pytest.raises(DosesChanged):
        card(hanako, person, events=[seen])
    with pytest.raises(DosesChanged):
        card(hanako, person, events=[])
    assert not IssuedCertificate.objects.exists()


def test_a_certificate_says_when_the_record_has_changed(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    made = card(hanako, person)
    given(city, person, 3, date(2022, 2, 1))
    in_force = frozenset(dose.event_id for dose in own_record(person).doses)
    assert [line.outdated for line in certificates_of(person, in_force)] == [False]
    assert (certificate_view(made).withdrawn, certificate_view(made).added) == (0, 0)
    correct_dose(
        actor=clerk(city),
        person_id=person,
        event=own_record(person).doses[0].event_id,
        request_id=uuid4(),
        dose=Dose(product("spikevax"), date(2021, 6, 1), lot="3005288", number=1),
        reason="製品の取り違え",
        confirmed=True,
        at=NOW + timedelta(hours=1),
    )
    view = certificate_view(made)
    assert (view.withdrawn, view.added) == (1, 1)


def test_vaccines_a_format_has_no_code_for_say_so(city: Organisation, person: UUID) -> None:
    given(city, person, 1, date(1985, 4, 1), "bcg")
    given(city, person, 4, date(2023, 12, 1), "daichirona")
    refused = {
        dose.dose.product.code: (dose.card_refusal, dose.seal_refusal) for dose in own_record(person).doses
    }
    assert refused["bcg"][0] is None
    assert refused["bcg"][1] is not None
    assert refused["daichirona"][0] is not None
    assert refused["daichirona"][1] is None


def test_a_bivalent_vaccine_has_the_code_of_the_day_of_issue() -> None:
    bivalent = product("comirnaty-ba1")
    assert (bivalent.cvx_on(date(2023, 2, 6)), bivalent.cvx_on(date(2023, 2, 7))) == ("208", "520")


def test_somebody_elses_passport_is_refused(hanako: Principal, person: UUID) -> None:
    with pytest.raises(PassportNotUsable):
        seal(hanako, person, replace(ZONE, name=RomanName("SATO", "HANAKO")))
    assert not IssuedCertificate.objects.exists()


@pytest.mark.parametrize("who", ["another resident", "staff", "nobody"])
def test_nobody_else_issues_or_sees_it(who: str, city: Organisation, hanako: Principal, person: UUID) -> None:
    made = card(hanako, person)
    other = {"another resident": resident(), "staff": clerk(city), "nobody": Principal.anonymous()}[who]
    with pytest.raises(AccessDenied):
        card(other, person)
    with pytest.raises(AccessDenied):
        view_certificate(actor=other, certificate_id=made)
    assert view_certificate(actor=hanako, certificate_id=made).id == made


def test_issuing_is_told_with_a_digest_of_what_was_signed(hanako: Principal, person: UUID) -> None:
    made = certificate_view(card(hanako, person))
    event = events(subject=Subject("person", str(person)), action="certificates:Issue")[0]
    assert event.facts == {"format": "shc", "number": made.number, "doses": 2}
    assert evidence_digest(Subject("person", str(person)), made.text.encode())


def test_the_key_set_is_published_before_the_first_card(
    client: Client, hanako: Principal, person: UUID
) -> None:
    card(hanako, person)
    answer = client.get("/.well-known/jwks.json", headers={"host": "localhost"})
    published = answer.json()["keys"]
    assert [key["kid"] for key in published] == [
        SigningKey.objects.get(format=shc.NAME).kid,
    ]
    assert not any("d" in key for key in published)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    authorities = client.get("/certificates/issuer/csca.pem", headers={"host": "localhost"})
    assert authorities.content.count(b"BEGIN CERTIFICATE") == 1


def test_a_withdrawn_key_verifies_nothing_any_more(client: Client, hanako: Principal, person: UUID) -> None:
    text = certificate_view(card(hanako, person)).text
    SigningKey.objects.filter(format=shc.NAME).update(withdrawn_at=NOW)
    with pytest.raises(CertificateUntrusted):
        verify(text, trust=own_trust(ISSUER), at=NOW)
    assert client.get("/.well-known/jwks.json", headers={"host": "localhost"}).json() == {"keys": []}
