"""Laws are kept once, by revision, and nothing of a document is lost."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.regulations.cities import AT, FACILITY, LIBRARY, TERMINAL, TODAY, city, keep

from hashira.core.access import AccessDenied, Principal
from hashira.core.audit.models import AuditEvent
from hashira.regulations.adapters.reading import Known, Reading, digest_of, read_all
from hashira.regulations.adapters.refusals import Refused
from hashira.regulations.adapters.sources import Document
from hashira.regulations.selectors.laws import LawRows, current_laws, law_view, laws_named
from hashira.regulations.selectors.search import look_for
from hashira.regulations.services.keeping import Kept, keep_laws, known_documents
from hashira.regulations.services.scanning import prepare
from hashira.regulations.store import models

pytestmark = pytest.mark.django_db


def test_the_same_source_twice_changes_nothing(tmp_path: Path) -> None:
    source = city(tmp_path / "a")
    assert keep(source) == Kept(new_laws=2)
    before = list(models.Revision.objects.values())
    assert all(isinstance(one, Known) for one in read_all(source, known=known_documents()))
    assert keep(source) == Kept()
    assert list(models.Revision.objects.values()) == before


def test_the_same_document_from_another_archive_is_the_same(tmp_path: Path) -> None:
    keep(city(tmp_path / "a"))
    (tmp_path / "b" / "例規").mkdir(parents=True)
    (tmp_path / "b" / "例規" / "施設.txt").write_text(FACILITY, encoding="utf-8")
    assert keep(tmp_path / "b") == Kept(same=1)


def test_a_later_text_becomes_current_and_the_earlier_stays(tmp_path: Path) -> None:
    keep(city(tmp_path / "a", 施設=FACILITY), as_of=date(2022, 4, 1))
    changed = FACILITY.replace("目視により点検", "無人航空機を用いて点検")
    assert keep(city(tmp_path / "b", 施設=changed), as_of=date(2024, 4, 1)) == Kept(new_revisions=1)
    now, before = law_view("施設"), law_view("施設", date(2023, 1, 1))
    assert now is not None
    assert before is not None
    assert "無人航空機" in now.units[0].text
    assert "目視" in before.units[0].text
    assert [r.enforced_at for r in now.revisions] == [date(2024, 4, 1), date(2022, 4, 1)]
    assert now.revision.current
    assert not before.revision.current
    assert look_for("目視").total == 0
    assert look_for("無人航空機").total == 1


def test_an_older_text_that_comes_later_does_not_become_current(tmp_path: Path) -> None:
    keep(city(tmp_path / "b", 施設=FACILITY), as_of=date(2024, 4, 1))
    older = FACILITY.replace("利用料金", "入場料")
    keep(city(tmp_path / "a", 施設=older), as_of=date(2020, 4, 1))
    view = law_view("施設")
    assert view is not None
    assert view.revision.enforced_at == date(2024, 4, 1)
    assert look_for("入場料").total == 0


def test_what_comes_into_force_later_is_current_from_that_day(tmp_path: Path) -> None:
    tomorrow = TODAY + timedelta(days=1)
    keep(city(tmp_path / "a", 施設=FACILITY))
    later = "---\nidentifier: 施設\n"  # a document that tells its own day: law Markdown
    head = f"title: 試験市施設管理条例\nlaw_num: 令和4年条例第3号\nenforced_at: {tomorrow.isoformat()}\n---\n"
    text = "\n##### 第一条\n\n管理者は、写真により点検する。\n"
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "施設.md").write_text(later + head + text, encoding="utf-8")
    assert keep(tmp_path / "b") == Kept(new_revisions=1)
    assert look_for("写真").total == 0
    prepare(today=TODAY)
    assert look_for("写真").total == 0
    prepare(today=tomorrow)
    assert look_for("写真").total == 1
    assert look_for("目視").total == 0


def test_a_changed_document_of_the_same_day_takes_the_place(tmp_path: Path) -> None:
    keep(city(tmp_path / "a", 施設=FACILITY))
    assert keep(city(tmp_path / "a", 施設=FACILITY.replace("利用料金", "使用料"))) == Kept(changed=1)
    assert models.Revision.objects.count() == 1
    assert look_for("利用料金").total == 0
    assert look_for("使用料").total == 1


def test_ordinances_of_two_bodies_do_not_mix(tmp_path: Path) -> None:
    source = city(tmp_path / "a", 施設=FACILITY)
    keep(source, body="131016")
    keep(source, body="131024")
    assert sorted(models.Law.objects.values_list("law_id", "body")) == [
        ("131016/施設", "131016"),
        ("131024/施設", "131024"),
    ]
    assert look_for("目視").total == 2


def test_the_document_is_kept_bit_for_bit(tmp_path: Path) -> None:
    source = city(tmp_path / "a")
    keep(source)
    kept = {law.law_id: law for law in current_laws()}
    assert set(kept) == {"施設", "図書館"}
    from hashira.regulations.selectors.laws import _text_of

    for revision in models.Revision.objects.select_related("content"):
        document = _text_of(revision).read_document()
        assert document.content == (source / revision.source).read_bytes()
        assert digest_of(document) == revision.digest


def test_units_of_another_shape_are_read_anew_from_the_document(tmp_path: Path) -> None:
    import zlib

    keep(city(tmp_path / "a", 施設=FACILITY))
    before = law_view("施設")
    models.RevisionContent.objects.update(units=zlib.compress(b"\x91\x91\x01"))
    after = law_view("施設")
    assert before is not None
    assert after is not None
    assert list(after.units) == list(before.units)


def test_a_broken_document_does_not_harm_the_rest(tmp_path: Path) -> None:
    source = city(tmp_path / "a", 施設=FACILITY)
    (source / "壊れ.xml").write_text("<Law><LawBody>", encoding="utf-8")
    read = list(read_all(source, known=frozenset()))
    assert sorted(type(one).__name__ for one in read) == ["Reading", "Refused"]
    assert any(isinstance(one, Refused) and one.error.code == "REG-011" for one in read)


def test_a_failure_in_a_batch_keeps_nothing_of_it(tmp_path: Path) -> None:
    read = [one for one in read_all(city(tmp_path / "a"), known=frozenset()) if isinstance(one, Reading)]
    broken = Reading(read[1].facts, "x" * 65_536, Document("x", b""), b"", 0, ((0, None, ""),))  # type: ignore[arg-type]
    with pytest.raises(Exception):  # noqa: B017, PT011 (whatever the database says of a missing text)
        keep_laws(actor=TERMINAL, readings=[read[0], broken], at=AT, as_of=TODAY)
    assert models.Law.objects.count() == 0
    assert AuditEvent.objects.filter(action="regulations:KeepLaws").count() == 0


def test_keeping_is_told_in_the_audit_and_is_for_the_terminal_only(tmp_path: Path) -> None:
    keep(city(tmp_path / "a"))
    event = AuditEvent.objects.get(action="regulations:KeepLaws")
    assert json.loads(event.facts)["new_laws"] == 2
    with pytest.raises(AccessDenied):
        keep_laws(actor=Principal.anonymous(), readings=[], at=AT, as_of=TODAY)


def test_a_law_is_found_by_title_number_and_id(tmp_path: Path) -> None:
    keep(city(tmp_path / "a"))
    for name in ("試験市施設管理条例", "令和4年条例第3号", "施設"):
        assert [row.law_id for row in laws_named(name)] == ["施設"], name
    assert laws_named("施設管理") == ()
    rows = LawRows()
    assert [row.law_id for row in rows.slice({"title": "図書"}, None, 0, 9)] == ["図書館"]
    assert rows.count({"rank": "OrdinanceRule"}) == 1
    assert LIBRARY.splitlines()[0] == laws_named("図書館")[0].title
