"""Issuing in another municipality's place: in whose name, for whom, until when, and who sees it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
import pytest
import zxingcpp
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from tests.certificates.issuing.test_issuing import ZONE
from tests.certificates.people import BORN, clerk, given, municipality, registered, resident
from tests.certificates.residents.test_protection import protect

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.counter import Document
from hashira.certificates.domain.delegation import Covered, Deed
from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.mrz import write_zone
from hashira.certificates.domain.paper import Edition
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.selectors.delegated_acts import acts_of
from hashira.certificates.selectors.delegation import delegation_view
from hashira.certificates.selectors.keys import own_trust
from hashira.certificates.selectors.reissues import notices_of
from hashira.certificates.services import counter
from hashira.certificates.services import delegation as services
from hashira.certificates.services.delegated_search import search_delegated
from hashira.certificates.services.dose import correct_dose
from hashira.certificates.services.own_record import view_own_log
from hashira.certificates.services.person import erase_person
from hashira.certificates.store.models import (
    CertificateStatus,
    DelegatedAct,
    IssuedCertificate,
    Person,
    ProtectionAlert,
    RegisterLink,
)
from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.audit.reading import events

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
PASSPORT = "\n".join(write_zone(ZONE))
CARD, SEAL = CertificateKind.CARD, CertificateKind.SEAL
SignIn = Callable[..., Client]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: Any) -> None:
    settings.DATA_DIR = folder
    settings.DEVELOPMENT = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(now())


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    def sign_in(principal: Principal, language: str = "ja") -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        client.cookies["django_language"] = language
        return client

    return sign_in


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def owner() -> Organisation:
    return municipality("131016", "千代田区")


@pytest.fixture
def acting() -> Organisation:
    return municipality("472018", "那覇市")


@pytest.fixture
def boss(owner: Organisation) -> Principal:
    return clerk(owner, "municipal_supervisor")


@pytest.fixture
def desk(acting: Organisation) -> Principal:
    return clerk(acting)


@pytest.fixture
def person(owner: Organisation) -> UUID:
    person = registered(owner)
    given(owner, person, 1)
    given(owner, person, 2, date(2021, 6, 22))
    return person


def agreed(
    owner: Organisation,
    acting: Organisation,
    boss: Principal,
    *,
    covers: Covered = Covered.EVERYONE,
    kinds: tuple[CertificateKind, ...] = (CARD, SEAL),
    starts: int = 0,
    days: int = 365,
) -> UUID:
    today = now().date()
    made = services.ask_agreement(
        actor=clerk(acting), requester_id=acting.pk, owner_id=owner.pk, agreement="代替執行の協定",
        covers=covers, kinds=kinds, reason="窓口の共同化", starts_on=today + timedelta(days=starts),
        until=today + timedelta(days=days), at=now(),
    )  # fmt: skip
    services.answer_agreement(actor=boss, delegation_id=made, granted=True, answer="協定のとおり", at=now())
    return made


def moved(owner: Organisation, acting: Organisation, boss: Principal, person: UUID, *kinds: Any) -> UUID:
    made = services.ask_delegation(
        actor=clerk(acting), requester_id=acting.pk, owner_id=owner.pk, people=[("高橋花子", BORN)],
        reason="転入", until=now().date() + timedelta(days=30), kinds=kinds, at=now(),
    )  # fmt: skip
    (named,) = delegation_view(made).people
    services.answer_delegation(
        actor=boss, delegation_id=made, granted={named.id: person}, answer="転出を確認", at=now()
    )
    return made


def issue(desk: Principal, delegation: UUID, person: UUID, at: datetime | None = None) -> IssuedCertificate:
    visit = begin(desk, delegation, person, at)
    serve(desk, visit, person, at)
    return IssuedCertificate.objects.get(pk=counter.CounterVisit.objects.get(pk=visit).card_id)


def begin(desk: Principal, delegation: UUID, person: UUID, at: datetime | None = None) -> UUID:
    return counter.open_delegated_visit(
        actor=desk, delegation_id=delegation, person_id=person, at=at or now()
    )


def serve(desk: Principal, visit: UUID, person: UUID, at: datetime | None = None) -> None:
    from hashira.certificates.selectors.own_record import own_record

    counter.issue_domestic(
        actor=desk, visit_id=visit, document=Document.LICENCE, by_representative=False,
        events=[dose.event_id for dose in own_record(person).doses], edition=Edition.STANDARD, at=at or now(),
    )  # fmt: skip


def test_the_certificate_is_the_owners_by_number_name_and_key(
    owner: Organisation,
    acting: Organisation,
    boss: Principal,
    desk: Principal,
    person: UUID,
    signed_in: SignIn,
) -> None:
    delegation = agreed(owner, acting, boss)
    client = signed_in(desk)
    address = reverse("certificates:delegated-counter", args=[delegation])
    assert address in client.get(reverse("certificates:counter")).content.decode()
    found = client.post(
        address,
        {"name": "タカハシ ハナコ", "birth_date_year": 1980, "birth_date_month": 2, "birth_date_day": 29},
    )
    (one,) = found.context["found"]
    opened = client.post(reverse("certificates:delegated-visit", args=[delegation]), {"person": str(one.id)})
    visit = opened["Location"]
    page = client.get(visit)
    shown = page.content.decode()
    assert "千代田区" in shown
    assert "0000000001" not in shown  # of the register no more than the delegation shows
    assert "千代田診療所" not in shown
    doses = page.context["form"].fields["doses"].initial
    sent = client.post(visit, {"doses": doses, "edition": "standard", "document": "travel", "zone": PASSPORT})
    assert sent.status_code == 302
    made = client.get(client.get(visit).context["paper"]).content
    text = "\n".join(sheet.get_textpage().get_text_bounded() for sheet in pypdfium2.PdfDocument(made))
    assert "千代田区" in text
    assert "那覇市" not in text
    for row in IssuedCertificate.objects.all():
        assert row.organisation_id == owner.pk
        assert row.number[3:9] == "131016"
    codes = [
        code.text
        for sheet in pypdfium2.PdfDocument(made)
        for code in zxingcpp.read_barcodes(
            sheet.render(scale=200 / 72).to_pil().convert("L"), formats=zxingcpp.BarcodeFormat.QRCode
        )
    ]
    assert len(codes) == 3
    for code in codes:
        assert verify(code, trust=own_trust("https://localhost"), at=now()).content.holder.birth_date
    done = client.post(f"{visit}/next")
    assert done["Location"] == address


def test_both_audits_the_list_and_the_person_tell_of_it(
    owner: Organisation,
    acting: Organisation,
    boss: Principal,
    desk: Principal,
    person: UUID,
    signed_in: SignIn,
) -> None:
    delegation = agreed(owner, acting, boss)
    made = issue(desk, delegation, person)
    told = [e for e in events(subject=Subject("person", str(person))) if e.facts.get("deed") == "issued"]
    assert {e.organisation for e in told} == {str(owner.pk), str(acting.pk)}
    client = signed_in(boss)
    listed = client.get(reverse("certificates:delegated-acts", args=[delegation]))
    assert made.number in listed.content.decode()
    file = client.get(reverse("certificates:delegated-acts", args=[delegation]) + "?format=csv")
    assert made.number in file.getvalue().decode("utf-8-sig")
    own = resident()
    RegisterLink.objects.create(
        person_id=person, organisation=owner, resident_id=own.id, linked_at=now(), means="code"
    )
    lines = view_own_log(actor=own, person_id=person)
    issued = [line for line in lines if line.number == made.number]
    assert [line.who.ja for line in issued] == ["那覇市（千代田区の委任）"]  # once, with both bodies
    page = signed_in(own).get(reverse("certificates:own-log", args=[person])).content.decode()
    assert "那覇市（千代田区の委任）" in page
    with pytest.raises(AccessDenied):
        view_own_log(actor=resident("見本　太郎"), person_id=person)


def test_the_owner_withdraws_it_at_once_and_what_was_issued_stays(
    owner: Organisation, acting: Organisation, boss: Principal, desk: Principal, person: UUID
) -> None:
    delegation = agreed(owner, acting, boss)
    issue(desk, delegation, person)
    visit = begin(desk, delegation, person)
    services.end_delegation(actor=boss, delegation_id=delegation, at=now())
    with pytest.raises(AccessDenied):
        serve(desk, visit, person)
    with pytest.raises(AccessDenied):
        begin(desk, delegation, person)
    with pytest.raises(AccessDenied):
        search_delegated(actor=desk, delegation_id=delegation, name="髙橋花子", birth_date=BORN, at=now())
    assert [s.state for s in CertificateStatus.objects.all()] == ["valid"]
    counter.end_visit(actor=desk, visit_id=visit, at=now())  # the screen can always be cleared


def test_a_correction_by_the_owner_revokes_it_and_tells_the_holder(
    owner: Organisation, acting: Organisation, boss: Principal, desk: Principal, person: UUID
) -> None:
    made = issue(desk, agreed(owner, acting, boss), person)
    event = made.doses.first()
    assert event is not None
    correct_dose(
        actor=clerk(owner), person_id=person, event=event.event_id, request_id=uuid4(),
        dose=Dose(product("comirnaty"), date(2021, 6, 1), lot="EY9999", number=1), confirmed=True,
        reason="読み違い", at=now(),
    )  # fmt: skip
    assert CertificateStatus.objects.get(pk=made.pk).state == "revoked"
    (notice,) = notices_of(person, made_by=None)
    assert notice.old == made.pk
    (act,) = DelegatedAct.objects.filter(certificate=made.pk)
    listed = acts_of(delegation_view(act.delegation_id), for_owner=True)
    assert {one.state for one in listed if one.number} == {"revoked"}


def test_a_protected_person_is_not_found_not_served_and_every_try_is_an_alert(
    owner: Organisation, acting: Organisation, boss: Principal, desk: Principal, person: UUID
) -> None:
    delegation = agreed(owner, acting, boss)
    visit = begin(desk, delegation, person)
    protect(boss, person)
    asked = {"actor": desk, "delegation_id": delegation, "birth_date": BORN, "at": now()}
    assert search_delegated(name="髙橋花子", **asked) == search_delegated(name="だれもいない", **asked) == ()
    for refused in (
        lambda: begin(desk, delegation, person),
        lambda: serve(desk, visit, person),
        lambda: counter.look_at_visit(actor=desk, visit_id=visit, at=now()),
    ):
        with pytest.raises(AccessDenied):
            refused()
    alerts = ProtectionAlert.objects.filter(person_id=person, refused=True, actor=desk.id)
    assert [alert.kind for alert in alerts].count(AlertKind.LOOK_UP.value) == 4
    assert not IssuedCertificate.objects.exists()
    acts = acts_of(delegation_view(delegation), for_owner=False)
    assert not any("髙橋" in str(act.person) for act in acts)


def test_only_the_kinds_and_the_people_that_were_delegated(
    owner: Organisation, acting: Organisation, boss: Principal, desk: Principal, person: UUID
) -> None:
    other = registered(owner, "2", "見本　太郎", kana="ミホン　タロウ")
    look_only = moved(owner, acting, boss, person)
    with pytest.raises(AccessDenied):
        begin(desk, look_only, person)
    seals = moved(owner, acting, boss, person, SEAL)
    with pytest.raises(AccessDenied):
        begin(desk, seals, other)
    visit = begin(desk, seals, person)
    with pytest.raises(counter.KindNotDelegated):
        serve(desk, visit, person)
    for stranger in (clerk(owner), clerk(municipality("011002", "札幌市"))):
        with pytest.raises(AccessDenied):
            begin(stranger, seals, person)
    with pytest.raises(AccessDenied):  # those who were named are known: there is nothing to search
        search_delegated(actor=desk, delegation_id=seals, name="髙橋花子", birth_date=BORN, at=now())
    gone = agreed(owner, acting, boss, covers=Covered.MOVED_OUT)
    with pytest.raises(AccessDenied):
        begin(desk, gone, person)
    Person.objects.filter(pk=person).update(moved_out_on=now().date() - timedelta(days=2))
    issue(desk, gone, person)


@pytest.mark.parametrize(("starts", "days", "after"), [(10, 365, 0), (0, 30, 32)])
def test_not_before_the_first_day_nor_after_the_last(
    owner: Organisation, acting: Organisation, boss: Principal, desk: Principal, person: UUID,
    starts: int, days: int, after: int,
) -> None:  # fmt: skip
    delegation = agreed(owner, acting, boss, starts=starts, days=days)
    with pytest.raises(AccessDenied):
        begin(desk, delegation, person, now() + timedelta(days=after))
    issue(desk, delegation, person, now() + timedelta(days=12))


def test_what_the_other_counter_issued_it_takes_back_and_prints_again_and_nothing_else(
    owner: Organisation, acting: Organisation, boss: Principal, desk: Principal, person: UUID
) -> None:
    delegation = agreed(owner, acting, boss)
    again = {
        "actor": desk, "document": Document.LICENCE, "by_representative": False,
        "edition": Edition.STANDARD, "at": now(),
    }  # fmt: skip
    own = counter.open_visit(actor=boss, person_id=person, at=now())
    serve(boss, own, person)
    theirs = counter.CounterVisit.objects.get(pk=own).card_id
    visit = begin(desk, delegation, person)
    with pytest.raises(counter.KindNotDelegated):
        counter.reprint(visit_id=visit, certificate_id=theirs, **again)
    made = issue(desk, delegation, person)
    visit = begin(desk, delegation, person)
    counter.reprint(visit_id=visit, certificate_id=made.pk, **again)
    visit = begin(desk, delegation, person)
    serve(desk, visit, person)
    counter.undo_visit(actor=desk, visit_id=visit, at=now())
    last = counter.CounterVisit.objects.get(pk=visit).card_id
    assert {s.pk: s.state for s in CertificateStatus.objects.all()} == {
        theirs: "valid", made.pk: "valid", last: "revoked",
    }  # fmt: skip
    deeds = set(DelegatedAct.objects.filter(person_id=person).values_list("deed", flat=True))
    assert deeds == {Deed.OPENED, Deed.ISSUED, Deed.REPRINTED, Deed.UNDONE}


def test_whoever_works_for_both_does_not_grant_the_own_request(
    owner: Organisation, acting: Organisation
) -> None:
    grants = tuple(Grant("municipal_supervisor", str(body.pk)) for body in (owner, acting))
    both = Principal(PrincipalKind.STAFF, str(uuid4()), grants=grants, second_factor=True)
    today = now().date()
    made = services.ask_agreement(
        actor=both, requester_id=acting.pk, owner_id=owner.pk, agreement="協定", covers=Covered.EVERYONE,
        kinds=(CARD,), reason="共同化", starts_on=today, until=today + timedelta(days=9), at=now(),
    )  # fmt: skip
    with pytest.raises(AccessDenied):
        services.answer_agreement(actor=both, delegation_id=made, granted=True, answer="可", at=now())
    assert delegation_view(made).state == "asked"


@pytest.mark.parametrize(
    "wrong", [{"kinds": ()}, {"covers": Covered.NAMED}, {"agreement": " "}, {"until": date(2099, 1, 1)}]
)
def test_an_agreement_that_says_too_little_or_too_much_is_refused_and_changes_nothing(
    owner: Organisation, acting: Organisation, desk: Principal, wrong: dict[str, Any]
) -> None:
    today = now().date()
    asked: dict[str, Any] = {
        "actor": desk, "requester_id": acting.pk, "owner_id": owner.pk, "agreement": "協定",
        "covers": Covered.EVERYONE, "kinds": (CARD,), "reason": "共同化", "starts_on": today,
        "until": today + timedelta(days=30), "at": now(),
    }  # fmt: skip
    with pytest.raises(services.DelegationNotPossible):
        services.ask_agreement(**asked | wrong)
    assert not services.Delegation.objects.exists()


def test_what_was_done_cannot_be_changed_and_goes_with_the_person_alone(
    owner: Organisation, acting: Organisation, boss: Principal, desk: Principal, person: UUID
) -> None:
    issue(desk, agreed(owner, acting, boss), person)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DelegatedAct.objects.update(by="")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM certificates_delegatedact")
    erase_person(actor=boss, person_id=person, at=now())
    assert not DelegatedAct.objects.exists()


def test_an_agreement_goes_through_the_pages_of_both_sides(
    owner: Organisation,
    acting: Organisation,
    boss: Principal,
    desk: Principal,
    person: UUID,
    signed_in: SignIn,
) -> None:
    first, last = date.today(), date.today() + timedelta(days=30)
    form = {
        "owner": str(owner.pk), "agreement": "協定第1号", "covers": "everyone", "kinds": ["card"],
        "reason": "共同化", "starts_on_year": first.year, "starts_on_month": first.month,
        "starts_on_day": first.day, "until_year": last.year, "until_month": last.month, "until_day": last.day,
    }  # fmt: skip
    client = signed_in(desk)
    refused = client.post(reverse("certificates:agreement-new"), form | {"kinds": []})
    assert refused.status_code == 422
    sent = client.post(reverse("certificates:agreement-new"), form)
    assert sent.status_code == 302, sent.content.decode()
    assert client.get(sent["Location"] + "/counter").status_code == 404  # nothing is granted yet
    answered = signed_in(boss).post(sent["Location"], {"decision": "grant", "answer": "協定のとおり"})
    assert answered.status_code == 302
    client = signed_in(desk)
    page = client.get(sent["Location"]).content.decode()
    assert sent["Location"] + "/counter" in page
    assert client.get(sent["Location"] + "/counter").status_code == 200
    assert client.post(sent["Location"] + "/end").status_code == 302
    assert client.get(sent["Location"] + "/counter").status_code == 404
