"""A scan of what is kept looks only at what changed, and comes to what a scan of the files comes to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.regulations.cities import AT, FACILITY, LIBRARY, TERMINAL, TODAY, city, keep

from hashira.core.access import AccessDenied, Principal
from hashira.regulations.adapters.sources import documents, read_text
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.detection import findings
from hashira.regulations.selectors.findings import FindingRows, finding_view, findings_in, kept_findings
from hashira.regulations.services import scanning
from hashira.regulations.services.scanning import Scanned, prepare, rules_in_use, scan_laws
from hashira.regulations.store import models

pytestmark = pytest.mark.django_db


def scan(**more: object) -> Scanned:
    surveyed = prepare(today=TODAY)
    return scan_laws(actor=TERMINAL, surveyed=surveyed, at=AT, **more)  # type: ignore[arg-type]


def test_it_finds_what_a_scan_of_the_files_finds(tmp_path: Path) -> None:
    source = city(tmp_path / "a")
    keep(source)
    scanned = scan()
    surveys = [surveyor_of().survey(read_text(document)) for document in documents(source)]  # type: ignore[arg-type]
    straight = findings(surveys)
    told = {(f.law_id, f.path, f.category): f for f in kept_findings()}
    assert len(told) == len(straight) == scanned.findings > 3
    for finding in straight:
        kept = told[finding.law_id, finding.path, finding.category]
        same = replace(finding, revision_id=kept.revision_id)
        assert kept.enforced_at is None  # these documents do not say since when
        assert kept == same


def test_nothing_changed_is_nothing_done(tmp_path: Path) -> None:
    keep(city(tmp_path / "a"))
    first = scan()
    rows = list(models.Finding.objects.order_by("pk").values())
    again = scan()
    assert again == replace(first, surveyed=0, added=0)
    assert list(models.Finding.objects.order_by("pk").values()) == rows


def test_only_the_changed_law_is_surveyed_and_only_its_rows_change(tmp_path: Path) -> None:
    keep(city(tmp_path / "a"))
    scan()
    library = list(models.Finding.objects.filter(law__law_id="図書館").order_by("pk").values())
    keep(city(tmp_path / "a", 施設=FACILITY.replace("目視により点検しなければならない", "知らせる")))
    scanned = scan()
    assert scanned.surveyed == 1
    assert scanned.removed > 0
    assert list(models.Finding.objects.filter(law__law_id="図書館").order_by("pk").values()) == library
    assert "目視" not in {f.category for f in kept_findings() if f.law_id == "施設" and f.score > 0.5}


DETAILS = """試験市施設管理条例施行規則
令和四年五月一日規則第九号

第1条　試験市施設管理条例（令和四年条例第三号）第1条第1項の点検は、年1回、目視により行わなければならない。
"""


def _parts(tmp_path: Path, facility: str) -> None:
    keep(city(tmp_path / "a", 施設=facility, 細則=DETAILS, 図書館=LIBRARY))


def _lifted(law_id: str) -> set[str]:
    return {r.rule for f in kept_findings() if f.law_id == law_id for r in f.reasons if "参照." in r.rule}


def _put_all_together_again() -> tuple[int, int, int]:
    models.Law.objects.update(put_together="")
    scanned = scan()
    return scanned.added, scanned.changed, scanned.removed


def test_a_changed_law_reaches_the_provisions_that_rest_on_it_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hashira.regulations.services import circle

    _parts(tmp_path, FACILITY)
    scan()
    assert _lifted("細則") == {"参照.根拠"}
    assert _lifted("施設") == {"参照.委任"}
    monkeypatch.setattr(circle, "_HALF", 1.0)  # two of three laws are put together, not all three
    needed: list[int] = []
    told = scanning.reach

    def reach(*args: object) -> circle.Circle:
        found = told(*args)  # type: ignore[arg-type]
        needed.extend(found.needed)
        return found

    monkeypatch.setattr(scanning, "reach", reach)
    _parts(tmp_path, FACILITY.replace("目視により点検しなければならない", "知らせる"))
    scanned = scan()
    assert scanned.surveyed == 1
    kept = models.Law.objects.filter(pk__in=needed).values_list("law_id", flat=True)
    assert set(kept) == {"施設", "細則"}
    assert scanned.changed > 0  # the rule, which nothing lifts any more
    assert _lifted("細則") == _lifted("施設") == set()
    assert _put_all_together_again() == (0, 0, 0)
    _parts(tmp_path, FACILITY)
    assert scan().surveyed == 1
    assert _lifted("細則") == {"参照.根拠"}
    assert _put_all_together_again() == (0, 0, 0)


def test_other_rules_survey_everything_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(city(tmp_path / "a"))
    scan()
    monkeypatch.setattr(scanning, "rules_in_use", lambda: "other rules")
    assert scan().surveyed == 2
    assert set(models.Revision.objects.values_list("surveyed_by", flat=True)) == {"other rules"}
    assert rules_in_use().startswith("ja-JP ")


def test_a_ministry_that_is_given_reaches_the_law_and_its_findings(tmp_path: Path) -> None:
    keep(city(tmp_path / "a"))
    scan()
    scanned = scan(ministries={"令和4年条例第3号": "試験省"})
    assert scanned.changed > 0
    assert models.Law.objects.get(law_id="施設").ministry == "試験省"
    assert {f.ministry for f in kept_findings() if f.law_id == "施設"} == {"試験省"}


def test_lists_are_narrowed_sorted_and_cut_by_the_database(tmp_path: Path) -> None:
    keep(city(tmp_path / "a"))
    scan()
    rows = FindingRows()
    every = list(rows.slice({}, None, 0, None))
    assert [row.score for row in every] == sorted((row.score for row in every), reverse=True)
    assert rows.count({}) == len(every)
    seen = list(rows.slice({"category": "目視"}, None, 0, None))
    assert seen
    assert {row.category for row in seen} == {"目視"}
    assert rows.count({"citation": "図書館"}) == sum("図書館" in row.citation for row in every)
    assert rows.count({"rank": "OrdinanceRule"}) == rows.count({"citation": "図書館"})
    assert [row.key for row in rows.slice({}, None, 1, 3)] == [row.key for row in every[1:3]]
    assert FindingRows(law_id="施設").count({}) + FindingRows(law_id="図書館").count({}) == len(every)
    assert FindingRows(minimum=0.5).count({}) == sum(row.score >= 0.5 for row in every)


def test_one_finding_has_its_reasons_and_its_neighbours(tmp_path: Path) -> None:
    keep(city(tmp_path / "a"))
    keep(city(tmp_path / "b", 別の施設=FACILITY.replace("試験市", "試験町")))
    scan()
    row = next(iter(FindingRows(law_id="施設").slice({"category": "目視"}, None, 0, 1)))
    view = finding_view(row.key)
    assert view is not None
    assert any(reason.words == "目視" for reason in view.finding.reasons)
    assert {other.category for other in view.same_place} >= {"定期検査・点検"}
    assert [other.law_id for other in view.family] == ["別の施設"]
    assert view.family_size == 1
    assert row.key in {found.key for found in findings_in("施設")["Mp-At_1-Pr_1"]}
    assert finding_view(0) is None


def test_scanning_is_for_the_terminal_only() -> None:
    with pytest.raises(AccessDenied):
        scan_laws(actor=Principal.anonymous(), surveyed=0, at=AT)
