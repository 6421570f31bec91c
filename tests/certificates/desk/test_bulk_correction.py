"""A file beside the register: every difference once, corrected in bulk as one act, and taken back whole."""

from __future__ import annotations

import tracemalloc
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.certificates.people import NOW, clerk, given, municipality, registered, resident
from tests.certificates.residents.test_protection import protect

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.domain.comparison import CORRECTABLE, Kind
from hashira.certificates.domain.import_field import field_of
from hashira.certificates.domain.import_mapping import ImportMapping
from hashira.certificates.domain.protection import MASKED
from hashira.certificates.selectors.comparing import ComparedRows, kind_counts, preview_of
from hashira.certificates.selectors.imports import Report, import_view, imports_of
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.people import Question, find_people, person_view
from hashira.certificates.services import bulk_correction, imports
from hashira.certificates.services.dose import void_dose
from hashira.certificates.services.issuing import issue_card
from hashira.certificates.services.linking import claim_link
from hashira.certificates.services.protection import open_protected
from hashira.certificates.store.models import (
    CertificateStatus,
    ComparedRow,
    DoseEvent,
    DoseImport,
    Person,
    Reissue,
)
from hashira.core import jobs
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit.sealing import seal, verify

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
HEADER = "宛名番号,氏名,フリガナ,生年月日,性別,接種券番号,ワクチン,回数,接種日,ロット番号,接種場所"
FIRST = "1,髙橋　花子,タカハシ　ハナコ,昭和55年2月29日,女,0000000001,ファイザー,1,R3.6.1,EY5422,柱診療所"
SECOND = "1,髙橋　花子,タカハシ　ハナコ,昭和55年2月29日,女,0000000001,ファイザー,2,2021/6/22,FA1234,柱診療所"
THIRD = "1,髙橋　花子,タカハシ　ハナコ,昭和55年2月29日,女,0000000001,モデルナ,3,2022/2/1,3005288,柱市民体育館"
TARO = "2,𠮷田　太郎,ヨシダ　タロウ,19780505,男,0000000002,モデルナ,1,20210701,3005288,柱市民体育館"
Send = Callable[..., UUID]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.DEVELOPMENT, settings.HASHIRA_TRUST = folder, True, ()


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def boss(city: Organisation) -> Principal:
    return clerk(city, "municipal_supervisor")


@pytest.fixture
def send(city: Organisation) -> Send:
    """Hands in a file; the job that reads it runs in this process."""

    def hand_in(*rows: str, purpose: str = "compare", source: str = "VRS") -> UUID:
        actor = clerk(city)
        content = "\r\n".join((HEADER, *rows)).encode("utf-8") + b"\r\n"
        made, kept = imports.keep_file(actor=actor, organisation_id=city.pk, chunks=[content])
        imports.register_file(
            actor=actor,
            organisation_id=city.pk,
            import_id=made,
            kept=kept,
            file_name="記録.csv",
            source_name=source,
            purpose=DoseImport.Purpose(purpose),
        )
        columns = {field_of(name): name for name in HEADER.split(",")}
        mapping = ImportMapping(columns={field: name for field, name in columns.items() if field})
        imports.check_import(actor=actor, import_id=made, mapping=mapping)
        carry_out(made)
        if purpose == "import":
            imports.apply_import(actor=actor, import_id=made)
            carry_out(made)
        return made

    return hand_in


def carry_out(made: UUID) -> None:
    jobs.carry_out(DoseImport.objects.get(pk=made).job_id)


def correct(boss: Principal, made: UUID, *kinds: Kind, reason: str = "予診票との突合") -> None:
    for kind in kinds or CORRECTABLE:
        bulk_correction.choose_rows(actor=boss, import_id=made, chosen=True, kind=kind.value)
    bulk_correction.request_correction(actor=boss, import_id=made, reason=reason)
    carry_out(made)


def undo(boss: Principal, made: UUID) -> None:
    bulk_correction.request_undo(actor=boss, import_id=made, reason="古いファイルだった")
    carry_out(made)


def kinds(made: UUID) -> dict[str, int]:
    return {one.kind: one.rows for one in kind_counts(made) if one.rows}


def record(city: Organisation, reference: str = "1") -> list[tuple[Any, ...]]:
    (found,) = find_people(city.pk, Question(reference=reference))
    return [
        (e.dose.product.code, e.dose.number, e.dose.given_on, e.dose.lot, e.dose.place)
        for e in person_view(found.id).doses
    ]


def test_a_file_that_agrees_has_no_differences(send: Send) -> None:
    send(FIRST, SECOND, TARO, purpose="import")
    before = DoseEvent.objects.count()
    made = send(FIRST, SECOND, TARO)
    assert kinds(made) == {"same": 3}
    assert DoseEvent.objects.count() == before


def test_every_kind_of_difference_is_told_side_by_side(
    city: Organisation, send: Send, boss: Principal
) -> None:
    send(FIRST, SECOND, purpose="import")
    changed = (
        FIRST.replace("EY5422", "EY9999").replace("髙橋　花子", "佐藤　花子").replace("タカハシ", "サトウ")
    )
    made = send(changed, THIRD.replace("2022/2/1", "2021/6/29"), TARO)
    assert kinds(made) == {
        "differs": 1, "not-here": 1, "not-there": 1, "identity": 1, "new-person": 1,
    }  # fmt: skip
    (row,) = ComparedRows(boss, made, kind="differs").page(0, None)
    assert [(v.label.en, v.here, v.there) for v in row.values if v.differs] == [("lot", "EY5422", "EY9999")]
    assert not Person.objects.filter(reference="2").exists()


def test_of_a_protected_person_only_the_reference_and_what_differs_is_told(
    city: Organisation, send: Send, boss: Principal
) -> None:
    """To whoever has not opened the record: neither the register's values nor those that the file brings."""
    send(FIRST, SECOND, TARO, purpose="import")
    hanako = Person.objects.get(reference="1")
    protect(boss, hanako.pk)
    changed = FIRST.replace("EY5422", "EY9999").replace("髙橋　花子", "佐藤　花子")
    made = send(changed, SECOND, TARO.replace("3005288", "3005289"))
    secrets = ("髙橋", "佐藤", "EY5422", "EY9999", "柱診療所")
    for kind in ("differs", "identity", "same"):
        hers = [row for row in ComparedRows(boss, made, kind=kind).page(0, None) if row.reference == "1"]
        assert {row.name for row in hers} == {MASKED.ja}
        assert not [word for word in secrets if word in repr(hers)]
    (row,) = (r for r in ComparedRows(boss, made, kind="differs").page(0, None) if r.reference == "1")
    assert [(v.label.en, v.here, v.there, v.differs) for v in row.values] == [("lot", MASKED, MASKED, True)]
    told = "".join(ComparedRows(boss, made).csv_lines("ja"))
    assert not [word for word in secrets if word in told]
    assert "3005289" in told  # of the others everything
    open_protected(actor=boss, person_id=hanako.pk, reason="照会への回答", at=datetime.now(UTC))
    assert "EY9999" in "".join(ComparedRows(boss, made).csv_lines("ja"))
    other = clerk(city, "municipal_supervisor")
    assert "EY9999" not in "".join(ComparedRows(other, made).csv_lines("ja"))


def test_what_the_file_leaves_empty_and_days_it_does_not_span_differ_from_nothing(send: Send) -> None:
    send(FIRST, SECOND, purpose="import")
    made = send(FIRST.replace(",1,R3.6.1,EY5422,柱診療所", ",,R3.6.1,,"))
    assert kinds(made) == {"same": 1}


def test_doses_of_another_source_are_not_missed_in_this_one(city: Organisation, send: Send) -> None:
    person = registered(city, "1", coupon_number="0000000001")
    given(city, person, 1, date(2021, 6, 1))
    made = send(THIRD.replace("2022/2/1", "2021/6/1").replace(",3,", ",,"))
    assert "not-there" not in kinds(made)


def test_all_differences_are_corrected_at_once_and_taken_back_whole(
    city: Organisation, send: Send, boss: Principal
) -> None:
    send(FIRST, SECOND, purpose="import")
    before = record(city)
    changed = (
        FIRST.replace("EY5422", "EY9999").replace("髙橋　花子", "佐藤　花子").replace("タカハシ", "サトウ")
    )
    made = send(changed, THIRD.replace("2022/2/1", "2021/6/29"), TARO)
    correct(boss, made)
    assert import_view(boss, made).written["done"] == 5
    assert record(city) == [
        ("comirnaty", 1, date(2021, 6, 1), "EY9999", "柱診療所"),
        ("spikevax", 3, date(2021, 6, 29), "3005288", "柱市民体育館"),
    ]
    assert record(city, "2") == [("spikevax", 1, date(2021, 7, 1), "3005288", "柱市民体育館")]
    (hanako,) = find_people(city.pk, Question(reference="1"))
    view = person_view(hanako.id)
    assert [r.name for r in view.revisions] == ["髙橋　花子", "佐藤　花子"]
    assert {e.reason for e in view.events[2:]} == {"予診票との突合"}
    assert {e.recorded_by for e in view.events[2:]} == {boss.id}
    undo(boss, made)
    assert import_view(boss, made).undone["undone"] == 5
    assert record(city) == before
    assert record(city, "2") == []
    assert person_view(hanako.id).name == "髙橋　花子"
    assert {row.outcome for row in ComparedRow.objects.all()} == {"undone"}
    again = send(FIRST, SECOND)
    assert kinds(again) == {"same": 2}
    seal()
    assert verify().ok


def test_only_what_was_chosen_is_corrected(city: Organisation, send: Send, boss: Principal) -> None:
    send(FIRST, SECOND, purpose="import")
    made = send(FIRST.replace("EY5422", "EY9999"), SECOND.replace("FA1234", "FA9999"))
    first, second = ComparedRow.objects.filter(dose_import=made).order_by("line")
    bulk_correction.choose_rows(actor=boss, import_id=made, chosen=True, rows=(first.pk, second.pk))
    bulk_correction.choose_rows(actor=boss, import_id=made, chosen=False, rows=(second.pk,))
    bulk_correction.request_correction(actor=boss, import_id=made, reason="予診票")
    carry_out(made)
    assert [row[3] for row in record(city)] == ["EY9999", "FA1234"]


def test_certificates_are_revoked_and_their_holders_told_with_the_correction(
    city: Organisation, send: Send, boss: Principal
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)
    send(FIRST, SECOND, purpose="import")
    who = resident()
    person = claim_link(actor=who, organisation_id=city.pk, number="0000000001", at=NOW).person_id
    assert person is not None

    def card() -> UUID:
        shown = [dose.event_id for dose in own_record(person).doses]
        return issue_card(
            actor=who, person_id=person, request_id=uuid4(), events=shown,
            shows_name=True, shows_birth_date=True, at=NOW,
        )  # fmt: skip

    old = card()
    made = send(FIRST.replace("EY5422", "EY9999"), SECOND)
    bulk_correction.choose_rows(actor=boss, import_id=made, chosen=True, kind="differs")
    assert preview_of(boss, made).certificates == 1
    bulk_correction.request_correction(actor=boss, import_id=made, reason="予診票")
    assert CertificateStatus.objects.get(pk=old).state == "valid"
    carry_out(made)
    assert CertificateStatus.objects.get(pk=old).state == "revoked"
    assert Reissue.objects.get().old_id == old
    new = card()
    undo(boss, made)
    assert CertificateStatus.objects.get(pk=new).state == "revoked"
    assert set(Reissue.objects.values_list("old_id", flat=True)) == {old, new}


@pytest.mark.parametrize("broken", ["revoke", "audit"])
def test_a_bulk_correction_never_happens_by_half(
    city: Organisation, send: Send, boss: Principal, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    send(FIRST, SECOND, purpose="import")
    made = send(FIRST.replace("EY5422", "EY9999"), TARO)
    before = (DoseEvent.objects.count(), Person.objects.count())

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    place = "after_doses" if broken == "revoke" else "audit.record"
    bulk_correction.choose_rows(actor=boss, import_id=made, chosen=True, kind="differs")
    bulk_correction.choose_rows(actor=boss, import_id=made, chosen=True, kind="new-person")
    bulk_correction.request_correction(actor=boss, import_id=made, reason="予診票")
    with monkeypatch.context() as patch:
        patch.setattr(f"hashira.certificates.services.bulk_correction.{place}", fail)
        with pytest.raises(OSError, match="full"):
            bulk_correction.carry_out(actor=Principal.system("certificates.import"), import_id=made)
    assert (DoseEvent.objects.count(), Person.objects.count()) == before
    assert {row.outcome for row in ComparedRow.objects.all()} == {""}
    carry_out(made)
    assert import_view(boss, made).written == {"done": 2}


def test_what_changed_meanwhile_is_left_alone_both_ways(
    city: Organisation, send: Send, boss: Principal
) -> None:
    send(FIRST, SECOND, purpose="import")
    (hanako,) = find_people(city.pk, Question(reference="1"))
    made = send(FIRST.replace("EY5422", "EY9999"), SECOND.replace("FA1234", "FA9999"))
    void_dose(
        actor=boss, person_id=hanako.id, event=person_view(hanako.id).doses[0].id, reason="別人", at=NOW
    )
    correct(boss, made, Kind.DIFFERS)
    assert import_view(boss, made).written == {"moved": 1, "done": 1}
    void_dose(
        actor=boss, person_id=hanako.id, event=person_view(hanako.id).doses[0].id, reason="別人", at=NOW
    )
    undo(boss, made)
    assert import_view(boss, made).undone == {"left": 1}
    assert record(city) == []


def test_one_dose_twice_in_the_file_is_an_error_of_the_report(send: Send, city: Organisation) -> None:
    made = send(FIRST, FIRST.replace("EY5422", "EY1"), FIRST.replace("昭和55年2月29日", "昭和56年3月1日"))
    assert kinds(made) == {"new-person": 1}
    lines = list(Report(clerk(city), made).slice({}, None, 0, None))
    assert [(line.line, line.code) for line in lines] == [(3, "CERT-153"), (4, "CERT-153")]


def test_a_clerk_chooses_and_a_supervisor_corrects(city: Organisation, send: Send, boss: Principal) -> None:
    send(FIRST, purpose="import")
    made = send(FIRST.replace("EY5422", "EY9999"))
    bulk_correction.choose_rows(actor=clerk(city), import_id=made, chosen=True, kind="differs")
    stranger = clerk(municipality("011002", "札幌市"), "municipal_supervisor")
    for who in (clerk(city), stranger, resident()):
        with pytest.raises(AccessDenied):
            bulk_correction.request_correction(actor=who, import_id=made, reason="x")
    with pytest.raises(AccessDenied):
        ComparedRows(stranger, made)
    with pytest.raises(imports.WrongState):
        imports.apply_import(actor=boss, import_id=made)  # a comparison is no import
    assert imports_of(boss) != ()
    assert {line.id for line in imports_of(boss, "compare")} == {made}
    bulk_correction.choose_rows(actor=boss, import_id=made, chosen=False, kind="differs")
    with pytest.raises(bulk_correction.NothingChosen):
        bulk_correction.request_correction(actor=boss, import_id=made, reason="x")


@pytest.mark.long
def test_many_rows_are_corrected_in_bounded_memory(city: Organisation, send: Send, boss: Principal) -> None:
    """A portion is 500 rows; the figure for 10,000 is in docs/reference/bulk_correction.md."""
    rows = [
        f"{n},見本　{n},ミホン　タロウ,1980/1/1,男,,ファイザー,1,2021/6/1,EY{n % 7},柱診療所"
        for n in range(1, 602)
    ]
    send(*rows, purpose="import")
    made = send(*(row.replace(",EY", ",FA") for row in rows))
    bulk_correction.choose_rows(actor=boss, import_id=made, chosen=True, kind="differs")
    bulk_correction.request_correction(actor=boss, import_id=made, reason="ロットの読み違い")
    tracemalloc.start()
    try:
        carry_out(made)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert import_view(boss, made).written == {"done": 601}
    assert most < 40 * 1024 * 1024
