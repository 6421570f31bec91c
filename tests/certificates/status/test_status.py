"""Correction, revocation and reissue: one act, never half of it, never undone."""

from __future__ import annotations

import base64
import json
import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests.certificates.people import NOW, clerk, given, municipality, registered, resident
from tests.certificates.signers import document_signer

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.cli import certificates as command
from hashira.certificates.domain import shc
from hashira.certificates.domain.certificate_status import Reason, Standing
from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.hcert import key_identifier
from hashira.certificates.domain.status_bundle import (
    BundleNotUsable,
    apply_delta,
    read_bundle,
    signer_of,
)
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.domain.verdict import CertificateRevoked, CertificateUntrusted
from hashira.certificates.selectors.bundles import bundle_delta, bundle_of_version, latest_bundle
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.keys import own_trust
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.status import LedgerStatus, card_revocation_list
from hashira.certificates.services import dose as dose_service
from hashira.certificates.services import key_life
from hashira.certificates.services.bundle import build_bundle, publish_changes
from hashira.certificates.services.dose import correct_dose, void_dose
from hashira.certificates.services.issuing import issue_card
from hashira.certificates.services.linking import claim_link
from hashira.certificates.services.person import erase_person
from hashira.certificates.services.reissue import ReissueAnswered, answer, carry_out
from hashira.certificates.services.status import (
    PUBLISHER,
    KeyNotInUse,
    StatusOver,
    end_validity,
    revoke_by_hand,
)
from hashira.certificates.store.models import (
    CertificateStatus,
    DoseEvent,
    IssuedCertificate,
    KeyApproval,
    Reissue,
    SigningKey,
    StatusChange,
)
from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Organisation
from hashira.core.jobs.models import Job

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
ISSUER = "https://localhost"
LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT = folder, True
    settings.HASHIRA_TRUST = ()
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


def card(who: Principal, person: UUID, events: list[UUID] | None = None, at: Any = NOW) -> UUID:
    doses = events or [dose.event_id for dose in own_record(person).doses]
    return issue_card(
        actor=who,
        person_id=person,
        request_id=uuid4(),
        events=doses,
        shows_name=True,
        shows_birth_date=True,
        at=at,
    )


def corrected(city: Organisation, person: UUID, event: UUID, lot: str = "3005288") -> UUID:
    return correct_dose(
        actor=clerk(city),
        person_id=person,
        event=event,
        request_id=uuid4(),
        dose=Dose(product("spikevax"), date(2021, 6, 1), lot=lot, number=1),
        reason="製品の取り違え",
        confirmed=True,
        at=LATER,
    )


def first(person: UUID) -> UUID:
    return own_record(person).doses[0].event_id


def administrator() -> Principal:
    return Principal(
        PrincipalKind.STAFF, str(uuid4()), grants=(Grant("administrator", str(uuid4())),), second_factor=True
    )


def states() -> dict[UUID, tuple[str, str]]:
    return {row.pk: (row.state, row.reason) for row in CertificateStatus.objects.all()}


def test_a_correction_revokes_what_showed_the_dose_and_nothing_else(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    doses = [dose.event_id for dose in own_record(person).doses]
    both, one, other = card(hanako, person), card(hanako, person, doses[:1]), card(hanako, person, doses[1:])
    corrected(city, person, doses[0])
    assert states() == {both: ("revoked", "corrected"), one: ("revoked", "corrected"), other: ("valid", "")}
    assert set(Reissue.objects.values_list("old_id", "wish", "outcome")) == {
        (both, "asked", "open"),
        (one, "asked", "open"),
    }
    assert Job.objects.filter(kind="certificates.bundle").count() == 1
    assert StatusChange.objects.count() == 2


@pytest.mark.parametrize("broken", ["end_validity", "Reissue", "jobs", "tell"])
def test_a_correction_never_happens_by_half(
    broken: str, monkeypatch: pytest.MonkeyPatch, city: Organisation, hanako: Principal, person: UUID
) -> None:
    made, before = card(hanako, person), DoseEvent.objects.count()

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    module = "hashira.certificates.services.status."
    place = {
        "end_validity": module + "StatusChange.objects.bulk_create",
        "Reissue": module + "Reissue.objects.bulk_create",
        "jobs": module + "jobs.request",
        "tell": "hashira.certificates.services.dose._tell",
    }[broken]
    assert dose_service
    with monkeypatch.context() as patch:
        patch.setattr(place, fail)
        with pytest.raises(OSError, match="full"), transaction.atomic():
            corrected(city, person, first(person))
    assert states() == {made: ("valid", "")}
    assert DoseEvent.objects.count() == before
    assert not Reissue.objects.exists()
    assert not Job.objects.exists()
    assert not SigningKey.objects.exclude(status_version=0).exists()


def test_the_server_says_revoked_at_once(city: Organisation, hanako: Principal, person: UUID) -> None:
    text = certificate_view(card(hanako, person)).text
    trust = own_trust(ISSUER) | TrustStore(statuses=(LedgerStatus(),))
    good = verify(text, trust=trust, at=LATER)
    assert (good.evidence.standing, good.evidence.checks[-1]) == ("good", "revocation")
    void_dose(
        actor=clerk(city, "municipal_supervisor"), person_id=person, event=first(person), reason="x", at=LATER
    )
    with pytest.raises(CertificateRevoked) as caught:
        verify(text, trust=trust, at=LATER)
    assert caught.value.content is not None


def test_a_correction_taken_back_resurrects_nothing(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    made = card(hanako, person)
    wrong = corrected(city, person, first(person))
    correct_dose(
        actor=clerk(city),
        person_id=person,
        event=wrong,
        request_id=uuid4(),
        dose=Dose(product("comirnaty"), date(2021, 6, 1), lot="EY5422", number=1, place="千代田診療所"),
        reason="訂正が誤り",
        confirmed=True,
        at=LATER,
    )
    assert states()[made] == ("revoked", "corrected")
    assert Reissue.objects.get().wish == "asked"


def test_the_holder_asks_for_the_new_one_and_gets_it_once(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    old = card(hanako, person)
    corrected(city, person, first(person))
    row = Reissue.objects.get()
    with pytest.raises(AccessDenied):
        answer(actor=resident(), reissue_id=row.pk, wanted=True, at=LATER)
    answer(actor=hanako, reissue_id=row.pk, wanted=True, at=LATER)
    answer(actor=hanako, reissue_id=row.pk, wanted=True, at=LATER)
    assert Job.objects.filter(kind="certificates.reissue").count() == 1
    for _ in range(2):  # a step that is carried out again
        assert carry_out(actor=PUBLISHER, reissue_id=row.pk, at=LATER) == "issued"
    assert IssuedCertificate.objects.count() == 2
    new = certificate_view(row.pk)
    assert [dose.lot for dose in new.content.doses] == ["3005288", "EY5422"]
    assert states() == {old: ("revoked", "corrected"), row.pk: ("valid", "")}
    with pytest.raises(ReissueAnswered):
        answer(actor=hanako, reissue_id=row.pk, wanted=False, at=LATER)


def test_without_a_dose_left_there_is_no_new_one(city: Organisation, hanako: Principal, person: UUID) -> None:
    event = first(person)
    card(hanako, person, [event])
    void_dose(actor=clerk(city, "municipal_supervisor"), person_id=person, event=event, reason="x", at=LATER)
    row = Reissue.objects.get()
    answer(actor=hanako, reissue_id=row.pk, wanted=True, at=LATER)
    assert carry_out(actor=PUBLISHER, reissue_id=row.pk, at=LATER) == "impossible"
    row.refresh_from_db()
    assert row.problem == "CERT-234"


def test_revoked_by_hand_once_by_staff_of_the_municipality(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    made = card(hanako, person)
    asked = {"certificate_id": made, "reason": Reason.LOST, "note": "電車", "at": LATER}
    with pytest.raises(AccessDenied):
        revoke_by_hand(actor=clerk(municipality("131024", "中央区")), **asked)
    revoke_by_hand(actor=clerk(city), **asked)
    assert states() == {made: ("revoked", "lost")}
    with pytest.raises(StatusOver):
        revoke_by_hand(actor=clerk(city), **asked)


def test_the_list_for_cards_counts_up_with_each_update(
    client: Client, city: Organisation, hanako: Principal, person: UUID
) -> None:
    doses = [dose.event_id for dose in own_record(person).doses]
    made = [card(hanako, person, doses[:1]), card(hanako, person, doses[1:])]
    rids = [shc.decode(certificate_view(one).text).rid for one in made]
    key = SigningKey.objects.get(format="shc")
    address = f"/.well-known/crl/{key.kid}.json"
    assert client.get(address, headers={"host": "localhost"}).status_code == 404
    assert card_revocation_list(key.kid) is None
    corrected(city, person, doses[0])
    answered = client.get(address, headers={"host": "localhost"})
    assert answered.json() == {"kid": key.kid, "method": "rid", "ctr": 1, "rids": rids[:1]}
    assert answered.headers["Access-Control-Allow-Origin"] == "*"
    revoke_by_hand(actor=clerk(city), certificate_id=made[1], reason=Reason.STOLEN, note="", at=LATER)
    assert client.get(address, headers={"host": "localhost"}).json() == {
        "kid": key.kid,
        "method": "rid",
        "ctr": 2,
        "rids": sorted(rids),
    }
    published = client.get("/.well-known/jwks.json", headers={"host": "localhost"}).json()["keys"]
    assert [jwk["crlVersion"] for jwk in published] == [2]


def test_the_history_cannot_be_changed(city: Organisation, hanako: Principal, person: UUID) -> None:
    made = card(hanako, person)
    end_validity([made], reason=Reason.LOST, actor=clerk(city), at=LATER)
    for act in (lambda: StatusChange.objects.update(reason="x"), lambda: StatusChange.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_an_erased_persons_certificate_stays_revoked_and_names_nobody(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    text = certificate_view(made := card(hanako, person)).text
    erase_person(actor=clerk(city, "municipal_supervisor"), person_id=person, at=LATER)
    assert states() == {made: ("revoked", "erased")}
    assert CertificateStatus.objects.get().certificate_id is None
    with pytest.raises(CertificateRevoked):
        verify(text, trust=own_trust(ISSUER) | TrustStore(statuses=(LedgerStatus(),)), at=LATER)


# ── the bundle ──────────────────────────────────────────────────────────────────────────────────────────
def built(at: Any) -> bytes:
    build_bundle(actor=PUBLISHER, at=at)
    found = latest_bundle()
    assert found is not None
    return found.octets


def test_corrections_that_wait_together_are_served_by_one_bundle(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    card(hanako, person)
    before = publish_changes(actor=PUBLISHER, at=LATER)
    corrected(city, person, first(person))
    after = [publish_changes(actor=PUBLISHER, at=LATER) for _job in range(3)]
    assert after == [before + 1] * 3
    # Nothing changed, but half of its life is over.
    assert publish_changes(actor=PUBLISHER, at=LATER + timedelta(days=4)) == before + 2
    with pytest.raises(AccessDenied):
        publish_changes(actor=hanako, at=LATER)


def test_what_others_publish_makes_a_new_bundle(city: Organisation, settings: Any, tmp_path: Path) -> None:
    """The signers of states and the lists of revoked certificates that the installation believes go along."""
    before = publish_changes(actor=PUBLISHER, at=LATER)
    signer = document_signer()
    path = tmp_path / "signers.json"
    kid = base64.b64encode(key_identifier(signer.der)).decode()
    entry = {"kid": kid, "country": "UT", "rawData": base64.b64encode(signer.der).decode()}
    path.write_text(json.dumps([entry]))
    settings.HASHIRA_TRUST = [path]
    assert publish_changes(actor=PUBLISHER, at=LATER) == before + 1
    octets = latest_bundle().octets  # type: ignore[union-attr]  # one was made
    read = read_bundle(octets, pinned=signer_of(octets))
    assert [key.certificate for key in read.trust.state_keys] == [signer.der]
    assert publish_changes(actor=PUBLISHER, at=LATER) == before + 1


def test_a_bundle_tells_good_revoked_and_not_yet_known_apart(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    doses = [dose.event_id for dose in own_record(person).doses]
    wrong, good = card(hanako, person, doses[:1]), card(hanako, person, doses[1:])
    corrected(city, person, doses[0])
    octets = built(LATER)
    late = card(hanako, person, doses[1:], at=LATER + timedelta(seconds=1))
    read = read_bundle(octets, pinned=signer_of(octets))

    def standing(made: UUID) -> str | None:
        return verify(
            certificate_view(made).text, trust=read.trust, at=LATER + timedelta(hours=1)
        ).evidence.standing

    assert standing(good) == Standing.GOOD
    assert standing(late) == Standing.UNKNOWN_YET
    with pytest.raises(CertificateRevoked):
        standing(wrong)


def test_what_was_revoked_just_after_its_issue_is_in_the_next_bundle(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    made = card(hanako, person, at=LATER)
    corrected(city, person, first(person))
    octets = built(LATER + timedelta(seconds=5))
    read = read_bundle(octets, pinned=signer_of(octets))
    with pytest.raises(CertificateRevoked):
        verify(certificate_view(made).text, trust=read.trust, at=LATER + timedelta(hours=1))


def test_a_changed_bundle_or_another_key_is_refused(hanako: Principal, person: UUID) -> None:
    card(hanako, person)
    octets = built(LATER)
    pin = signer_of(octets)
    for position in range(0, len(octets), 37):
        spoilt = bytearray(octets)
        spoilt[position] ^= 1
        with pytest.raises(BundleNotUsable):
            read_bundle(bytes(spoilt), pinned=pin)
    for cut in (0, 11, 12, 100, len(octets) - 1):
        with pytest.raises(BundleNotUsable):
            read_bundle(octets[:cut], pinned=pin)
    with pytest.raises(BundleNotUsable):
        read_bundle(octets, pinned="A" * 43)


def test_a_delta_gives_the_very_octets_of_the_later_version(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    card(hanako, person)
    base = built(LATER)
    corrected(city, person, first(person))
    target = built(LATER + timedelta(hours=1))
    latest = latest_bundle()
    assert latest is not None
    delta = bundle_delta(latest.version - 1, latest)
    assert delta is not None
    assert apply_delta(base, delta) == target
    with pytest.raises(BundleNotUsable):
        apply_delta(target, delta)
    assert bundle_of_version(99) is None


def test_the_command_answers_by_the_bundle_alone(
    tmp_path: Path, client: Client, city: Organisation, hanako: Principal, person: UUID
) -> None:
    made = card(hanako, person)
    (tmp_path / "card.txt").write_text(certificate_view(made).text)

    def judged() -> tuple[int, str]:
        (tmp_path / "b").write_bytes(
            answered := client.get("/certificates/issuer/bundle", headers={"host": "localhost"}).content
        )
        ran = CliRunner().invoke(
            command,
            [
                "verify",
                str(tmp_path / "card.txt"),
                "--trust",
                str(tmp_path / "b"),
                "--bundle-key",
                signer_of(answered),
                "--at",
                "2026-11-24T00:00:00Z",
                "--json",
            ],
        )
        return ran.exit_code, ran.stdout

    built(LATER)
    code, told = judged()
    assert (code, '"verified"' in told, '"good"' in told) == (0, True, True)
    corrected(city, person, first(person))
    built(LATER + timedelta(minutes=1))
    code, told = judged()
    assert (code, '"verdict": "revoked"' in told) == (1, True)


# ── keys ────────────────────────────────────────────────────────────────────────────────────────────────
def asked(act: KeyApproval.Act, by: Principal, successor: str = "") -> UUID:
    kid = SigningKey.objects.get(format="shc", retired_at=None).kid
    return key_life.request_act(actor=by, kid=kid, act=act, successor=successor, reason="演習", at=NOW)


def test_nobody_decides_on_what_they_asked_for(hanako: Principal, person: UUID) -> None:
    card(hanako, person)
    alice, bob = administrator(), administrator()
    act = asked(KeyApproval.Act.COMPROMISE, alice)
    with pytest.raises(key_life.OwnRequest):
        key_life.decide(actor=alice, approval_id=act, approved=True, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        KeyApproval.objects.filter(pk=act).update(decided_by=alice.id)
    with pytest.raises(key_life.KeyActNotPossible):
        key_life.decide(actor=bob, approval_id=act, approved=True, at=NOW + timedelta(days=1))
    with pytest.raises(AccessDenied):
        key_life.decide(actor=clerk(municipality("131024", "x")), approval_id=act, approved=True, at=NOW)
    assert not SigningKey.objects.exclude(withdrawn_at=None).exists()
    key_life.decide(actor=bob, approval_id=act, approved=False, at=NOW)
    with pytest.raises(key_life.KeyActNotPossible):
        key_life.decide(actor=bob, approval_id=act, approved=True, at=NOW)


def test_a_compromise_revokes_all_and_issues_them_again_under_the_successor(
    hanako: Principal, person: UUID
) -> None:
    made = [card(hanako, person) for _ in range(3)]
    text = certificate_view(made[0]).text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        label = f"successor-{uuid4().hex[:8]}"
        keys.key_store().create(label)
    act = asked(KeyApproval.Act.COMPROMISE, administrator(), label)
    key_life.decide(actor=administrator(), approval_id=act, approved=True, at=LATER)
    with pytest.raises(CertificateUntrusted):
        verify(text, trust=own_trust(ISSUER), at=LATER)
    while key_life.revoke_portion(actor=PUBLISHER, approval_id=act, at=LATER):
        pass
    assert {states()[one] for one in made} == {("revoked", "key-compromised")}
    for one in key_life.waiting_after(str(act)):
        assert carry_out(actor=PUBLISHER, reissue_id=UUID(one), at=LATER) == "issued"
    renewed = IssuedCertificate.objects.exclude(pk__in=made)
    assert {row.kid for row in renewed} == {SigningKey.objects.get(label=label).kid}
    assert len(renewed) == 3
    assert key_life.waiting_after(str(act)) == []
    for row in renewed:
        verify(row.text, trust=own_trust(ISSUER), at=LATER)


def test_a_retired_key_signs_nothing_and_still_verifies(hanako: Principal, person: UUID) -> None:
    text = certificate_view(card(hanako, person)).text
    act = asked(KeyApproval.Act.RETIRE, administrator())
    key_life.decide(actor=administrator(), approval_id=act, approved=True, at=LATER)
    verify(text, trust=own_trust(ISSUER), at=LATER)
    with pytest.raises(KeyNotInUse), transaction.atomic():
        card(hanako, person)
    assert IssuedCertificate.objects.count() == 1


def test_indexes_are_drawn_at_random_and_never_twice(hanako: Principal, person: UUID) -> None:
    for _ in range(12):
        card(hanako, person)
    drawn = list(CertificateStatus.objects.order_by("issued_at", "pk").values_list("index", flat=True))
    assert len(set(drawn)) == 12
    assert drawn != sorted(drawn)
    assert max(drawn) < 1 << 20
    assert connection.vendor in ("sqlite", "postgresql")
