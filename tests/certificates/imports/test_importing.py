"""A file on its way into the register: previewed, applied whole or not at all, repeated, undone."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import TestCase
from tests.certificates.people import NOW, clerk, given, municipality, registered

from hashira.certificates.domain.import_field import field_of
from hashira.certificates.domain.import_mapping import ImportMapping
from hashira.certificates.jobs import tidy
from hashira.certificates.selectors.imports import Report, import_view, preview
from hashira.certificates.selectors.people import Question, find_people, person_view
from hashira.certificates.services import import_check
from hashira.certificates.services import imports as services
from hashira.certificates.services.dose import void_dose
from hashira.certificates.store.models import (
    DoseEvent,
    DoseImport,
    ImportRemark,
    Person,
    PersonRevision,
    StagedRow,
)
from hashira.certificates.web.imports import job_of
from hashira.core import jobs
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit.sealing import seal, verify

pytestmark = pytest.mark.django_db
HEADER = "宛名番号,氏名,フリガナ,生年月日,性別,接種券番号,ワクチン,回数,接種日,ロット番号,接種場所"
HANAKO = "1,髙橋　花子,タカハシ　ハナコ,昭和55年2月29日,女,0000000001,ファイザー,1,R3.6.1,EY5422,柱診療所"
SECOND = "1,髙橋　花子,タカハシ　ハナコ,昭和55年2月29日,女,0000000001,ファイザー,2,2021/6/22,FA1234,柱診療所"
TARO = "2,𠮷田　太郎,ﾖｼﾀﾞ ﾀﾛｳ,19780505,男,0000000002,モデルナ,1,20210701,3005288,柱市民体育館"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: object) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def city() -> Organisation:
    return municipality()


Send = Callable[..., UUID]


@pytest.fixture
def send(city: Organisation) -> Send:
    """Hands in a file and previews it; the job runs in this process."""

    def hand_in(*rows: str, encoding: str = "utf-8", actor: Principal | None = None) -> UUID:
        actor = actor or clerk(city)
        content = "\r\n".join((HEADER, *rows)).encode(encoding) + b"\r\n"
        import_id, kept = services.keep_file(actor=actor, organisation_id=city.pk, chunks=[content])
        services.register_file(
            actor=actor,
            organisation_id=city.pk,
            import_id=import_id,
            kept=kept,
            file_name="記録.csv",
            source_name="VRS",
        )
        columns = {field_of(name): name for name in HEADER.split(",")}
        mapping = ImportMapping(columns={field: name for field, name in columns.items() if field})
        services.check_import(actor=actor, import_id=import_id, mapping=mapping)
        jobs.carry_out(DoseImport.objects.get(pk=import_id).job_id)
        return import_id

    return hand_in


def apply(city: Organisation, import_id: UUID, **more: bool) -> None:
    services.apply_import(actor=clerk(city), import_id=import_id, **more)
    jobs.carry_out(DoseImport.objects.get(pk=import_id).job_id)


def counts(city: Organisation, import_id: UUID) -> dict[str, int]:
    return dict(import_view(clerk(city), import_id).counts)


def test_a_preview_counts_and_changes_nothing(city: Organisation, send: Send) -> None:
    sent = send(HANAKO, SECOND, TARO)
    found = counts(city, sent)
    assert (found["rows"], found["people_new"], found["doses_new"]) == (3, 2, 3)
    assert found.get("rows_with_errors", 0) == 0
    assert [row.name for row in preview(clerk(city), sent)] == ["髙橋　花子", "髙橋　花子", "𠮷田　太郎"]
    assert not Person.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_an_import_is_in_the_register_as_it_was_sent(city: Organisation, send: Send, encoding: str) -> None:
    rows = [HANAKO, SECOND] if encoding == "cp932" else [HANAKO, SECOND, TARO]
    sent = send(*rows, encoding=encoding)
    apply(city, sent)
    (hanako,) = find_people(city.pk, Question(name="高橋花子"))
    view = person_view(hanako.id)
    assert (view.name, view.birth_date, view.sex, view.coupon_number) == (
        "髙橋　花子",
        date(1980, 2, 29),
        "female",
        "0000000001",
    )
    assert [(d.dose.product.code, d.dose.number, d.dose.given_on, d.dose.lot) for d in view.doses] == [
        ("comirnaty", 1, date(2021, 6, 1), "EY5422"),
        ("comirnaty", 2, date(2021, 6, 22), "FA1234"),
    ]
    assert [event.source for event in view.events] == ["VRS", "VRS"]
    assert [revision.version for revision in view.revisions] == [1]
    assert import_view(clerk(city), sent).state == "applied"
    assert not StagedRow.objects.exists()


def test_the_same_file_again_adds_nothing(city: Organisation, send: Send) -> None:
    apply(city, send(HANAKO, SECOND))
    again = send(HANAKO, SECOND)
    found = counts(city, again)
    assert (found["doses_same"], found.get("doses_new", 0), found.get("people_new", 0)) == (2, 0, 0)
    apply(city, again)
    assert (Person.objects.count(), DoseEvent.objects.count(), PersonRevision.objects.count()) == (1, 2, 1)


def test_a_known_person_gets_the_dose_and_the_new_name(city: Organisation, send: Send) -> None:
    known = registered(city)
    given(city, known)
    apply(city, send(SECOND.replace("髙橋　花子", "佐藤　花子").replace("タカハシ", "サトウ")))
    view = person_view(known)
    assert [revision.name for revision in view.revisions] == ["髙橋　花子", "佐藤　花子"]
    assert (view.version, len(view.doses)) == (2, 2)
    assert find_people(city.pk, Question(kana="サトウ"))[0].id == known


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (HANAKO.replace("ファイザー", "知らないワクチン"), "CERT-147"),
        (HANAKO.replace("R3.6.1", "R3.13.1"), None),
        (HANAKO.replace("R3.6.1", "2999/1/1"), None),
        (HANAKO.replace("昭和55年2月29日", "昭和56年2月29日"), None),
        (HANAKO.replace("髙橋　花子", ""), None),
        (HANAKO + ",余分", None),
    ],
    ids=["vaccine", "no such day", "future", "no such birthday", "no name", "too many columns"],
)
def test_one_wrong_row_keeps_the_whole_file_out(
    city: Organisation, send: Send, row: str, code: str | None
) -> None:
    sent = send(TARO, row)
    assert counts(city, sent)["rows_with_errors"] == 1
    lines = list(Report(clerk(city), sent).slice({}, None, 0, None))
    assert {line.line for line in lines if line.severity == "error"} == {3}
    assert code is None or code in {line.code for line in lines}
    with pytest.raises(services.ErrorsInFile):
        services.apply_import(actor=clerk(city), import_id=sent)
    assert not Person.objects.exists()
    apply(city, sent, good_rows_only=True)
    assert [person.reference for person in Person.objects.all()] == ["2"]


def test_letters_of_the_private_use_area_are_told_and_kept(city: Organisation, send: Send) -> None:
    odd = HANAKO.replace("髙橋", "\ue123橋")
    sent = send(odd)
    assert {line.severity for line in Report(clerk(city), sent).slice({}, None, 0, None)} == {"warning"}
    apply(city, sent)
    assert Person.objects.get().name == "\ue123橋　花子"


def test_a_number_with_another_birth_date_is_another_person(city: Organisation, send: Send) -> None:
    registered(city)
    sent = send(HANAKO.replace("昭和55年2月29日", "昭和60年1月1日"))
    assert counts(city, sent)["rows_with_errors"] == 1


def test_a_dose_that_contradicts_the_register_is_an_error(city: Organisation, send: Send) -> None:
    given(city, registered(city))
    sent = send(HANAKO.replace("R3.6.1", "R3.7.1"))
    assert counts(city, sent)["rows_with_errors"] == 1


def test_a_register_that_moved_since_the_preview_takes_nothing(city: Organisation, send: Send) -> None:
    known = registered(city)
    sent = send(SECOND, TARO)
    given(city, known)
    services.apply_import(actor=clerk(city), import_id=sent)
    jobs.carry_out(DoseImport.objects.get(pk=sent).job_id)
    assert import_view(clerk(city), sent).state == "checked"
    assert Person.objects.count() == 1


def test_undoing_voids_what_nobody_has_touched_since(city: Organisation, send: Send) -> None:
    sent = send(HANAKO, SECOND)
    apply(city, sent)
    boss = clerk(city, "municipal_supervisor")
    (hanako,) = find_people(city.pk, Question(reference="1"))
    first = person_view(hanako.id).doses[0].id
    void_dose(actor=boss, person_id=hanako.id, event=first, reason="別人", at=NOW)
    with pytest.raises(AccessDenied):
        services.undo_import(actor=clerk(city), import_id=sent, reason="取り違え")
    services.undo_import(actor=boss, import_id=sent, reason="ファイルの取り違え")
    jobs.carry_out(DoseImport.objects.get(pk=sent).job_id)
    assert dict(import_view(boss, sent).undone) == {"voided": 1, "left": 1}
    view = person_view(hanako.id)
    assert view.doses == ()
    assert view.events[-1].reason == "ファイルの取り違え"


def test_nobody_imports_into_another_municipality(city: Organisation, send: Send) -> None:
    stranger = clerk(municipality("011002", "札幌市"), "municipal_supervisor")
    sent = send(HANAKO)
    for act in (
        lambda: send(HANAKO, actor=stranger),
        lambda: services.apply_import(actor=stranger, import_id=sent),
        lambda: services.cancel_import(actor=stranger, import_id=sent),
        lambda: import_view(stranger, sent),
        lambda: preview(stranger, sent),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_a_cancelled_import_leaves_nothing(city: Organisation, send: Send, settings: object) -> None:
    sent = send(HANAKO)
    services.cancel_import(actor=clerk(city), import_id=sent)
    jobs.carry_out(DoseImport.objects.get(pk=sent).job_id)
    assert not StagedRow.objects.exists()
    assert not Person.objects.exists()


def test_the_audit_of_an_import_verifies(city: Organisation, send: Send) -> None:
    apply(city, send(HANAKO, TARO))
    seal()
    assert verify().ok


def test_what_was_handed_in_goes_when_time_is_over(city: Organisation, send: Send, tmp_path: Path) -> None:
    applied, waiting, young = send(HANAKO), send(TARO, "x,,,,,,,,,,"), send(SECOND)
    apply(city, applied)
    files = tmp_path / "imports"
    stray = files / f"{uuid4().hex}.csv"
    stray.write_bytes(b"x")
    os.utime(stray, (0, 0))
    long_ago = datetime.now(UTC) - timedelta(days=31)
    DoseImport.objects.filter(pk__in=[applied, waiting]).update(uploaded_at=long_ago)
    assert {path.stat().st_mode & 0o777 for path in files.glob("*.csv") if path != stray} == {0o600}
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert tidy() == 2
    assert [path.stem for path in files.glob("*.csv")] == [young.hex]
    states = dict(DoseImport.objects.values_list("pk", "state"))
    assert (states[applied], states[waiting], states[young]) == ("applied", "cancelled", "checked")
    assert set(StagedRow.objects.values_list("dose_import", flat=True)) == {young}
    assert not ImportRemark.objects.exists()
    assert DoseEvent.objects.count() == 1  # what was imported stays
    assert tidy() == 0


def test_portions_and_their_repetition_change_nothing(
    city: Organisation, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Portions of two rows, each run twice as after a kill: people and doses are still found across them."""
    rows = [HANAKO, TARO, SECOND, HANAKO, '3,"佐藤\n三郎",,20000101,1,,モデルナ,1,20210701,,', TARO]
    whole = counts(city, send(*rows))

    def twice(import_id: str, number: int, before: dict[str, object]) -> dict[str, object]:
        first = check_portion(import_id, number, before)
        assert check_portion(import_id, number, before) == first
        return first

    check_portion = import_check.check_portion
    monkeypatch.setattr(import_check, "ROWS", 2)
    monkeypatch.setattr(import_check, "check_portion", twice)
    sent = send(*rows)
    assert counts(city, sent) == whole
    assert (whole["people_new"], whole["doses_new"], whole["doses_same"]) == (2, 3, 2)
    lines = StagedRow.objects.filter(dose_import=sent).order_by("line").values_list("line", flat=True)
    assert list(lines) == [2, 3, 4, 5, 8]
    remark = ImportRemark.objects.get(dose_import=sent)
    assert (remark.line, remark.code) == (6, "CERT-144")  # a line end inside a name


def test_the_report_runs_nothing_in_a_spreadsheet_and_speaks_both_languages(
    city: Organisation, send: Send
) -> None:
    sent = send('1,"=HYPERLINK(""https://example.jp"")",,20000101,1,,モデルナ,1,@SUM(A1),,')
    for language, word in (("ja", "エラー"), ("en", "error")):
        text = "".join(Report(clerk(city), sent).csv_lines(language))
        assert text.startswith("\ufeff")
        (cells,) = list(csv.reader(text.splitlines()))[1:]
        assert cells[:2] == ["2", word]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        assert "'@SUM(A1)" in cells


def test_a_dose_after_the_death_stays_out_and_one_before_comes_in(city: Organisation, send: Send) -> None:
    registered(city, died_on=date(2021, 6, 10))
    sent = send(HANAKO, SECOND)
    remark = ImportRemark.objects.get(dose_import=sent)
    assert (remark.code, remark.line, remark.about) == ("CERT-167", 3, "dose_date")
    apply(city, sent, good_rows_only=True)
    assert [event.given_on for event in DoseEvent.objects.all()] == [date(2021, 6, 1)]


def test_staff_cannot_import_in_the_name_of_a_colleague(city: Organisation, send: Send) -> None:
    sent = send(HANAKO)
    with pytest.raises(ValueError, match="only the terminal"):
        services.apply_import(actor=clerk(city), import_id=sent, in_name_of=clerk(city).id)
    assert DoseImport.objects.get(pk=sent).state == "checked"


def test_an_import_whose_job_is_kept_no_more_is_told_to_be_stuck(city: Organisation, send: Send) -> None:
    """A failed job goes after its days; the page of what it left half done must still open."""
    sent = send(HANAKO)
    DoseImport.objects.filter(pk=sent).update(state="checking", job_id=uuid4())
    assert job_of(import_view(clerk(city), sent)) is None
