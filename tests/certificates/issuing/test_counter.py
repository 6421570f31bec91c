"""The counter: who is served, what they get at once, how it is undone, and a clean start for the next one."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from tests.certificates.desk.test_merging import merged
from tests.certificates.issuing.test_issuing import ZONE
from tests.certificates.people import NOW, clerk, given, municipality, registered
from tests.certificates.residents.test_protection import protect

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.domain.counter import VISIT_LASTS, Document
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.mrz import write_zone
from hashira.certificates.domain.paper import Edition
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.keys import own_trust
from hashira.certificates.services import counter
from hashira.certificates.services.protection import PersonMasked, open_protected
from hashira.certificates.store.models import (
    CertificateStatus,
    CounterVisit,
    IssuedCertificate,
    ProtectionAlert,
)
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.audit.reading import events

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
ISSUER = "https://localhost"
CHILDHOOD = ("bcg", "hib", "mr", "varicella", "dpt-ipv", "hepb", "pcv13", "je", "rota-1", "ipv")
PASSPORT = "\n".join(write_zone(ZONE))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: Any) -> None:
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
def staff(city: Organisation) -> Principal:
    return clerk(city)


@pytest.fixture
def desk(staff: Principal, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Client:
    monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: staff)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
    client.cookies["django_language"] = "ja"
    return client


def begin(desk: Client, text: str = "タカハシ") -> str:
    answer = desk.post(reverse("certificates:counter"), {"text": text})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def form(desk: Client, visit: str, **more: object) -> dict[str, object]:
    shown = desk.get(visit).context["form"]
    return {"doses": shown.fields["doses"].initial, "edition": "standard", **more}


def codes_of(made: bytes) -> list[str]:
    return [
        code.text
        for page in pypdfium2.PdfDocument(made)
        for code in zxingcpp.read_barcodes(
            page.render(scale=200 / 72).to_pil().convert("L"), formats=zxingcpp.BarcodeFormat.QRCode
        )
    ]


def test_one_who_is_found_alone_is_served_in_two_acts_and_gets_a_sheet_that_verifies(
    desk: Client, person: UUID
) -> None:
    visit = begin(desk, "タカハシ 昭55.2.29")
    answer = desk.post(visit, form(desk, visit, document="my-number-card"))
    assert (answer.status_code, answer["Location"]) == (302, visit)
    done = desk.get(visit)
    sheet = desk.get(done.context["paper"])
    assert sheet["Content-Type"] == "application/pdf"
    assert sheet["X-Frame-Options"] == "SAMEORIGIN"
    (code,) = codes_of(sheet.content)
    holder = verify(code, trust=own_trust(ISSUER), at=datetime.now(UTC)).content.holder
    assert (holder.family, holder.birth_date) == ("髙橋", "1980-02-29")
    row = CounterVisit.objects.get()
    assert (row.document, row.by_representative, row.seal) == ("my-number-card", False, None)


def test_for_travel_the_passport_alone_is_asked_for_and_the_domestic_sheet_comes_with_it(
    desk: Client, person: UUID
) -> None:
    visit = begin(desk)
    assert desk.post(visit, form(desk, visit, document="travel", zone=PASSPORT)).status_code == 302
    made = desk.get(desk.get(visit).context["paper"]).content
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(made))
    assert text.index("海外用") < text.index("予防接種証明書（国内用）")
    assert "日本" in text
    seen = [verify(code, trust=own_trust(ISSUER), at=datetime.now(UTC)).content for code in codes_of(made)]
    assert {content.holder.document_number for content in seen} == {None, "TR1234567"}
    assert len(seen) == 3  # both codes on the sheet for travel, the card's again on the other
    assert IssuedCertificate.objects.get(format="vds-nc").nationality == "JPN"


def test_a_wrong_digit_of_the_passport_issues_nothing_and_says_where(desk: Client, person: UUID) -> None:
    visit = begin(desk)
    wrong = PASSPORT.replace("TR1234567", "TR1234568")
    answer = desk.post(visit, form(desk, visit, document="travel", zone=wrong))
    assert answer.status_code == 422
    assert "zone" in answer.context["form"].errors
    assert not IssuedCertificate.objects.exists()


def test_a_name_no_rule_leads_to_is_compared_by_the_clerk_and_that_is_told(
    desk: Client, city: Organisation
) -> None:
    person = registered(city, "7", "李　小龍", kana="リ　ショウリュウ")
    given(city, person, 1)
    visit = begin(desk, "7")
    asked = form(desk, visit, document="travel", zone=PASSPORT)
    refused = desk.post(visit, asked)
    assert (refused.status_code, refused.context["compare"]) == (422, True)
    assert desk.post(visit, asked | {"name_compared": "on"}).status_code == 302
    told = [event.facts for event in events(subject=Subject("person", str(person)))]
    assert any(fact.get("step") == "issued" and fact.get("name_compared") is True for fact in told)


def test_without_a_document_nothing_is_issued(desk: Client, person: UUID) -> None:
    visit = begin(desk)
    for document in ("", "library-card"):
        assert desk.post(visit, form(desk, visit, document=document)).status_code == 422
    assert not IssuedCertificate.objects.exists()


def test_pressing_twice_issues_once(desk: Client, person: UUID) -> None:
    visit = begin(desk)
    asked = form(desk, visit, document="passport")
    assert [desk.post(visit, asked).status_code for _ in range(2)] == [302, 302]
    assert IssuedCertificate.objects.count() == 1


def test_a_wrong_person_is_undone_at_once(desk: Client, person: UUID) -> None:
    visit = begin(desk)
    desk.post(visit, form(desk, visit, document="travel", zone=PASSPORT))
    paper = desk.get(visit).context["paper"]
    assert desk.post(f"{visit}/undo").status_code == 302
    assert {(s.state, s.reason) for s in CertificateStatus.objects.all()} == {("revoked", "misissued")}
    assert CertificateStatus.objects.count() == 2
    assert "取り消しました" in desk.get(visit).content.decode()
    assert desk.get(paper).status_code == 409
    assert desk.post(f"{visit}/undo").status_code == 409


def test_the_next_visitor_starts_clean(desk: Client, person: UUID) -> None:
    visit = begin(desk)
    desk.post(visit, form(desk, visit, document="passport"))
    paper = desk.get(visit).context["paper"]
    answer = desk.post(f"{visit}/next")
    assert answer["Location"] == reverse("certificates:counter")
    assert "cache" in answer["Clear-Site-Data"]
    for address in (visit, paper):
        gone = desk.get(address)
        assert gone.status_code == 409
        assert "髙橋" not in gone.content.decode()
        assert "no-store" in gone["Cache-Control"]
    assert "髙橋" not in desk.get(reverse("certificates:counter")).content.decode()


def test_a_new_visit_ends_the_one_before_and_time_ends_the_last(
    staff: Principal, person: UUID, city: Organisation
) -> None:
    first = counter.open_visit(actor=staff, person_id=person, at=NOW)
    second = counter.open_visit(actor=staff, person_id=person, at=NOW)
    with pytest.raises(counter.VisitOver):
        counter.look_at_visit(actor=staff, visit_id=first, at=NOW)
    almost = NOW + VISIT_LASTS - timedelta(seconds=1)
    assert counter.look_at_visit(actor=staff, visit_id=second, at=almost).pk == second
    with pytest.raises(counter.VisitOver):
        counter.look_at_visit(actor=staff, visit_id=second, at=NOW + VISIT_LASTS)


def test_a_reprint_issues_nothing_and_is_not_undone(desk: Client, person: UUID) -> None:
    visit = begin(desk)
    desk.post(visit, form(desk, visit, document="passport"))
    desk.post(f"{visit}/next")
    made = IssuedCertificate.objects.get()
    again = begin(desk)
    desk.post(again, form(desk, again, document="passport", again=str(made.pk), edition="large"))
    done = desk.get(again)
    assert made.number in done.content.decode()
    assert done.context["paper"].endswith("/large")
    assert len(codes_of(desk.get(done.context["paper"]).content)) == 1
    assert desk.post(f"{again}/undo").status_code == 409
    assert IssuedCertificate.objects.count() == 1
    assert CertificateStatus.objects.get().state == "valid"


def test_several_who_fit_are_chosen_from(desk: Client, city: Organisation, person: UUID) -> None:
    other = registered(city, "2", "高橋　花代", kana="タカハシ　ハナヨ")
    answer = desk.post(reverse("certificates:counter"), {"text": "高橋"})
    assert {one.id for one in answer.context["found"]} == {person, other}
    chosen = desk.post(reverse("certificates:counter-choose"), {"person": str(other)})
    assert CounterVisit.objects.get().person_id == other
    assert str(chosen["Location"]).startswith("/certificates/counter/visits/")


def test_an_old_terminals_private_character_never_blocks(desk: Client, city: Organisation) -> None:
    person = registered(city, "3", "\ue000橋　太郎", kana="タカハシ　タロウ")
    given(city, person, 1)
    visit = begin(desk, "3")
    assert "U+E000" in desk.get(visit).content.decode()
    desk.post(visit, form(desk, visit, document="passport"))
    made = desk.get(desk.get(visit).context["paper"]).content
    (code,) = codes_of(made)
    holder = verify(code, trust=own_trust(ISSUER), at=datetime.now(UTC)).content.holder
    assert holder.family == "\ue000橋"
    assert "〓橋" in pypdfium2.PdfDocument(made)[0].get_textpage().get_text_bounded()


def test_staff_of_elsewhere_and_colleagues_cannot_use_a_visit(
    staff: Principal, city: Organisation, person: UUID
) -> None:
    elsewhere = clerk(municipality("011002", "札幌市"))
    with pytest.raises(AccessDenied):
        counter.open_visit(actor=elsewhere, person_id=person, at=NOW)
    visit = counter.open_visit(actor=staff, person_id=person, at=NOW)
    for other in (elsewhere, clerk(city)):
        with pytest.raises(counter.VisitOver):
            counter.sheets_to_print(actor=other, visit_id=visit, edition=Edition.STANDARD, at=NOW)


def test_each_step_is_told_with_the_document_and_without_its_content(
    staff: Principal, city: Organisation, person: UUID
) -> None:
    visit = counter.open_visit(actor=staff, person_id=person, at=NOW)
    record = counter.own_record(person)
    counter.issue_domestic(
        actor=staff,
        visit_id=visit,
        document=Document.RESIDENCE_CARD,
        by_representative=True,
        events=[dose.event_id for dose in record.doses],
        edition=Edition.LARGE,
        at=NOW,
    )
    counter.sheets_to_print(actor=staff, visit_id=visit, edition=Edition.LARGE, at=NOW)
    counter.end_visit(actor=staff, visit_id=visit, at=NOW)
    told = [
        event.facts
        for event in events(subject=Subject("person", str(person)))
        if event.action == "certificates:ServeAtCounter"
    ]
    steps = [fact["step"] for fact in told if "step" in fact]
    assert sorted(steps) == ["ended", "issued", "opened", "printed"]
    issued = next(fact for fact in told if fact.get("step") == "issued")
    assert (issued["document"], issued["by_representative"]) == ("residence-card", True)


def test_a_protected_person_is_a_masked_row_that_leads_to_no_visit(
    desk: Client, city: Organisation, person: UUID
) -> None:
    """Also who is found alone: only the reference is told; who tries the choice by hand is an alert."""
    protect(clerk(city, "municipal_supervisor"), person)
    answer = desk.post(reverse("certificates:counter"), {"text": "タカハシ 昭55.2.29"})
    assert answer.status_code == 200
    (row,) = answer.context["found"]
    page = answer.content.decode()
    assert (row.masked, row.reference in page) == (True, True)
    for secret in ("髙橋", "1980年", "昭和55年", "この方"):
        assert secret not in page
    assert [alert.refused for alert in ProtectionAlert.objects.filter(person_id=person)] == [False]

    refused = desk.post(reverse("certificates:counter-choose"), {"person": str(person)})
    assert refused.status_code == 403
    assert "CERT-261" in refused.content.decode()
    assert "髙橋" not in refused.content.decode()
    assert not CounterVisit.objects.exists()
    assert not IssuedCertificate.objects.exists()
    assert ProtectionAlert.objects.filter(person_id=person, refused=True).count() == 1


def test_once_a_supervisor_has_opened_the_record_that_supervisor_alone_serves(
    staff: Principal, city: Organisation, person: UUID
) -> None:
    boss = clerk(city, "municipal_supervisor")
    protect(boss, person)
    now = datetime.now(UTC)
    with pytest.raises(PersonMasked):
        counter.open_visit(actor=boss, person_id=person, at=now)
    open_protected(actor=boss, person_id=person, reason="窓口に本人", at=now)
    with pytest.raises(PersonMasked):
        counter.open_visit(actor=staff, person_id=person, at=now)
    visit = counter.open_visit(actor=boss, person_id=person, at=now)
    counter.issue_domestic(
        actor=boss,
        visit_id=visit,
        document=Document.MY_NUMBER_CARD,
        by_representative=False,
        events=[dose.event_id for dose in counter.own_record(person).doses],
        edition=Edition.STANDARD,
        at=now,
    )
    assert IssuedCertificate.objects.count() == 1
    kinds = set(ProtectionAlert.objects.filter(person_id=person).values_list("kind", "refused"))
    assert kinds >= {("opened", False), ("issue", False), (AlertKind.LOOK_UP.value, True)}


def test_who_is_protected_in_the_middle_of_a_visit_is_shown_no_more(
    desk: Client, city: Organisation, person: UUID
) -> None:
    visit = begin(desk)
    asked = form(desk, visit, document="passport")
    desk.post(visit, asked)
    paper = desk.get(visit).context["paper"]
    protect(clerk(city, "municipal_supervisor"), person)
    for answer in (desk.get(visit), desk.get(paper), desk.post(visit, asked), desk.post(f"{visit}/undo")):
        assert answer.status_code == 403
        assert "髙橋" not in answer.content.decode()
    assert desk.post(f"{visit}/next").status_code == 302
    assert CounterVisit.objects.get().ended_at is not None


def test_a_childhood_is_offered_with_as_many_of_the_newest_doses_as_fit_one_code(
    desk: Client, city: Organisation
) -> None:
    child = registered(city, "9", "見本　小花", kana="ミホン　コハナ")
    for number in range(1, 25):
        day, lot = (
            date(2018, 6, 1) + timedelta(days=29 * number),
            f"{chr(65 + number)}{number * 379 % 1000:03d}",
        )
        given(city, child, number, day, vaccine=CHILDHOOD[number % len(CHILDHOOD)], lot=lot)
    visit = begin(desk, "9")
    page = desk.get(visit)
    chosen, said = page.context["form"].fields["doses"].initial, page.context["too_many"]
    offered = [str(dose.event_id) for dose in page.context["offered"]]
    assert said == {"fit": len(chosen), "of": 24}
    assert chosen == offered[-len(chosen) :]
    assert desk.post(visit, form(desk, visit, document="my-number-card")).status_code == 302
    assert IssuedCertificate.objects.get().doses.count() == len(chosen)

    again = begin(desk, "9")
    too_many = offered[-len(chosen) - 2 :]  # of one more, the few letters kept in reserve may hold it
    refused = desk.post(again, {"doses": too_many, "edition": "standard", "document": "my-number-card"})
    assert "CERT-008" in refused.content.decode()
    earlier = {"doses": offered[:8], "edition": "standard", "document": "my-number-card"}
    assert desk.post(again, earlier).status_code == 302


def test_a_certificate_of_an_entry_that_was_merged_is_printed_again(
    desk: Client, city: Organisation, person: UUID
) -> None:
    other = registered(city, "2", "高橋　花子", kana="タカハシ　ハナコ")
    given(city, other, 1)
    visit = begin(desk, "2")
    desk.post(visit, form(desk, visit, document="passport"))
    made = IssuedCertificate.objects.get()
    merged(clerk(city, "municipal_supervisor"), person, other)
    again = begin(desk, "1")
    page = desk.get(again)
    assert [key for key, _words in page.context["valid"]] == [str(made.pk)]
    done = desk.post(again, form(desk, again, document="passport", again=str(made.pk)))
    assert done.status_code == 302
    assert IssuedCertificate.objects.count() == 1
