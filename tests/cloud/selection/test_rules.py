"""The rules of the selection, without a database: differences, OSCAL, verdicts, months, rankings."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.cloud.selection.bodies import (
    ISMAP,
    LATEST,
    NOT_MET,
    PLAN,
    PLANNED,
    TODAY,
    WAIVED,
    catalogue,
    requirement,
)

from hashira.cloud.adapters.catalogue_file import CatalogueFormat, read_catalogue, write_catalogue
from hashira.cloud.domain.selection.catalogue import (
    Catalogue,
    CatalogueKind,
    CatalogueRefused,
    Requirement,
)
from hashira.cloud.domain.selection.catalogue_difference import Change, Edit, difference, words_changed
from hashira.cloud.domain.selection.early_round import EarlyRoundRefused, parse_criteria, rank
from hashira.cloud.domain.selection.ismap import IsmapList, IsmapRule
from hashira.cloud.domain.selection.judgement import Finding, Judgement, compare
from hashira.cloud.domain.selection.oscal import NotAnOscalCatalogue, from_oscal
from hashira.cloud.domain.selection.seed import seed_catalogue
from hashira.cloud.domain.selection.standing import (
    OpenCondition,
    Standing,
    month_by_month,
    standing_of,
)
from hashira.cloud.domain.selection.verdict import NotAllJudged, Outcome, Rules, decide
from hashira.kernel.language import Bilingual
from hashira.portal.command import main

AT = datetime(2026, 5, 11, tzinfo=UTC)
MET = Judgement(Finding.MET)
REQUIREMENTS = (requirement("1"), requirement("2"), requirement("3", mandatory=False))
RULES = Rules(LATEST, IsmapRule.REQUIRED)
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=30
)


# ── verdicts ──


@pytest.mark.parametrize(
    ("findings", "outcome", "codes"),
    [
        ({}, Outcome.SELECTED, ["all-met"]),
        ({"3": NOT_MET}, Outcome.SELECTED, ["all-met"]),
        ({"3": PLAN}, Outcome.SELECTED, ["all-met"]),
        ({"1": WAIVED}, Outcome.SELECTED, ["all-met", "waived"]),
        ({"1": PLAN}, Outcome.CONDITIONAL, ["planned"]),
        ({"1": PLAN, "2": NOT_MET}, Outcome.REJECTED, ["not-met"]),
        ({"1": replace(PLAN, planned_on=date(2027, 4, 1))}, Outcome.REJECTED, ["too-late"]),
        ({"1": replace(PLAN, planned_on=TODAY)}, Outcome.REJECTED, ["too-late"]),
    ],
)
def test_the_verdict_follows_from_the_findings(
    findings: dict[str, Judgement], outcome: Outcome, codes: list[str]
) -> None:
    judged = {one.id: MET for one in REQUIREMENTS} | findings
    verdict = decide(REQUIREMENTS, judged, RULES, ISMAP, day=TODAY)
    assert (verdict.outcome, [reason.code for reason in verdict.reasons]) == (outcome, codes)
    assert verdict.until == (PLANNED if outcome is Outcome.CONDITIONAL else None)


@pytest.mark.parametrize(
    ("rule", "registration", "day", "selected"),
    [
        (IsmapRule.REQUIRED, ISMAP, date(2027, 1, 9), True),
        (IsmapRule.REQUIRED, ISMAP, date(2027, 1, 10), False),
        (IsmapRule.REQUIRED, ISMAP, date(2026, 1, 9), False),
        (IsmapRule.REQUIRED, replace(ISMAP, list=IsmapList.LIU), TODAY, False),
        (IsmapRule.LIU_ACCEPTED, replace(ISMAP, list=IsmapList.LIU), TODAY, True),
        (IsmapRule.REQUIRED, None, TODAY, False),
        (IsmapRule.NOT_REQUIRED, None, TODAY, True),
    ],
)
def test_ismap_is_looked_at_with_its_dates(rule: IsmapRule, registration, day: date, selected: bool) -> None:
    judged = {one.id: MET for one in REQUIREMENTS}
    verdict = decide(REQUIREMENTS, judged, Rules(LATEST, rule), registration, day=day)
    assert (verdict.outcome is Outcome.SELECTED) == selected
    assert selected or verdict.reasons[0].code == "ismap"


def test_nothing_is_decided_before_all_is_judged() -> None:
    with pytest.raises(NotAllJudged, match="はじめは3"):
        decide(REQUIREMENTS, {"1": MET, "2": MET}, RULES, ISMAP, day=TODAY)


def test_two_that_plan_for_other_days_differ() -> None:
    later = replace(PLAN, planned_on=date(2027, 1, 31))
    (one, two, three) = compare(["1", "2", "3"], {"1": PLAN, "2": MET}, {"1": later, "2": MET}, {})
    assert (one.differs, one.settled) == (True, None)
    assert (two.differs, two.settled) == (False, MET)
    assert three.settled is None


# ── months ──


def test_the_months_count_what_was_met_and_what_was_late() -> None:
    conditions = [
        OpenCondition("1", date(2026, 7, 15), met_on=date(2026, 6, 20)),
        OpenCondition("2", date(2026, 7, 15)),
        OpenCondition("3", date(2026, 12, 20)),
    ]
    found = month_by_month(conditions, decided_on=date(2026, 5, 11), day=date(2026, 8, 1))
    assert [(f"{m.month:%m}", m.met, m.open, m.late) for m in found] == [
        ("05", 0, 3, 0),
        ("06", 1, 2, 0),
        ("07", 1, 1, 1),
        ("08", 1, 1, 1),
    ]


@pytest.mark.parametrize(
    ("met", "day", "standing"),
    [
        (None, date(2026, 12, 20), Standing.CONDITIONAL),
        (None, date(2026, 12, 21), Standing.LAPSED),
        (date(2026, 12, 20), date(2027, 2, 1), Standing.SELECTED),
        (date(2026, 12, 21), date(2027, 2, 1), Standing.LAPSED),
    ],
)
def test_the_last_day_belongs_to_the_provider(met: date | None, day: date, standing: Standing) -> None:
    conditions = [OpenCondition("1", PLANNED, met)]
    assert standing_of(Outcome.CONDITIONAL, PLANNED, conditions, day=day) is standing


# ── differences ──


def test_what_changed_is_told_apart() -> None:
    before = catalogue(*(requirement(id, text=f"{id}番目の要件") for id in "ABCDEF"))
    changed = replace(before.requirements[1], text=Bilingual("B番目の要件を三年残す", "Requirement B"))
    other = replace(before.requirements[4], category=Bilingual("通信", "通信"))
    renumbered = replace(before.requirements[5], id="F2")
    after = catalogue(
        before.requirements[3],
        before.requirements[0],
        changed,
        other,
        renumbered,
        requirement("G", text="新しい"),
    )
    found = {one.id: one.changes for one in difference(before, after).changes}
    assert found == {
        "D": {Change.MOVED},
        "B": {Change.CHANGED},
        "E": {Change.MOVED},
        "F2": {Change.MOVED},
        "G": {Change.ADDED},
        "C": {Change.REMOVED},
    }
    assert difference(before, before).changes == ()


@pytest.mark.long
@given(texts, texts)
@settings(max_examples=60)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    pieces = words_changed(before, after)
    assert "".join(p.text for p in pieces if p.edit is not Edit.INSERTED) == before
    assert "".join(p.text for p in pieces if p.edit is not Edit.DELETED) == after


def test_two_long_catalogues_are_compared_within_a_second() -> None:
    chance = random.Random(7)
    before = catalogue(
        *(requirement(f"{n}", text=f"{n}番の機能を利用者が設定できる" * 4) for n in range(400))
    )
    shuffled = list(before.requirements)
    chance.shuffle(shuffled)
    after = catalogue(*(replace(one, text=Bilingual(one.text.ja + "こと", "")) for one in shuffled))

    begun = time.perf_counter()
    found = difference(before, after)
    assert found.count(Change.CHANGED) == 400
    assert time.perf_counter() - begun < 1.0


# ── files ──

requirements = st.builds(
    Requirement,
    st.from_regex(r"[A-Z0-9]{1,5}([.\-][0-9]{1,3}){0,2}", fullmatch=True),
    st.builds(Bilingual, texts, st.just("") | texts),
    st.booleans(),
    st.builds(Bilingual, texts, st.just("") | texts),
    st.builds(Bilingual, texts, st.just("") | texts),
)


@pytest.mark.long
@given(st.lists(requirements, min_size=1, max_size=8, unique_by=lambda one: one.id.casefold()))
@settings(max_examples=25)
def test_a_catalogue_survives_a_sheet_and_oscal(found: list[Requirement]) -> None:
    whole = Catalogue(CatalogueKind.PUBLIC_SAAS, 2026, Bilingual("題名", "Title"), tuple(found))
    oscal = write_catalogue(whole, CatalogueFormat.OSCAL, version=1, at=AT)
    back = read_catalogue(oscal, kind=None, fiscal_year=None, title=None)
    # One category has one English name in OSCAL, that of its first requirement.
    assert [replace(one, category=Bilingual(one.category.ja, "")) for one in back.requirements] == [
        replace(one, category=Bilingual(one.category.ja, "")) for one in whole.requirements
    ]
    sheet = write_catalogue(whole, CatalogueFormat.XLSX, version=1, at=AT)
    assert read_catalogue(sheet, kind=whole.kind, fiscal_year=2026, title=whole.title) == whole


def test_a_text_that_looks_like_a_formula_is_none_in_an_export() -> None:
    risky = catalogue(requirement("1", text="=HYPERLINK(1)"), requirement("2", text="@SUM"))
    sheet = load_workbook(io.BytesIO(write_catalogue(risky, CatalogueFormat.XLSX, version=1, at=AT))).active
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=HYPERLINK(1)", "s")
    assert b"'=HYPERLINK" in write_catalogue(risky, CatalogueFormat.CSV, version=1, at=AT)


@pytest.mark.parametrize("kind", CatalogueKind)
def test_the_sample_reads_and_covers_both_languages(kind: CatalogueKind) -> None:
    sample = seed_catalogue(kind, 2026)
    assert len(sample.requirements) > 15
    assert all(one.text.en and one.category.en and one.verified_by.en for one in sample.requirements)
    assert {one.mandatory for one in sample.requirements} == {True, False}


@pytest.mark.long
@pytest.mark.parametrize("kind", CatalogueKind)
def test_trestle_takes_what_we_write_and_not_what_we_break(kind: CatalogueKind, tmp_path: Path) -> None:
    content = write_catalogue(seed_catalogue(kind, 2026), CatalogueFormat.OSCAL, version=1, at=AT)
    document = orjson.loads(content)
    document["catalog"]["groups"][0]["controls"][0]["id"] = "1 is no token"
    for name, body, code in (("good", content, 0), ("bad", orjson.dumps(document), 1)):
        path = tmp_path / f"{name}.json"
        path.write_bytes(body)
        answer = CliRunner().invoke(main, ["cloud", "catalogue", "validate", str(path), "--json"])
        assert answer.exit_code == code, answer.output
        assert orjson.loads(answer.stdout)["trestle"] is (code == 0)


@pytest.mark.long
def test_a_catalogue_that_trestle_wrote_is_read(tmp_path: Path) -> None:
    program = """
import sys, uuid
from pathlib import Path
from trestle.oscal.catalog import Catalog
part = {"id": "ac-1_smt", "name": "statement", "prose": "Develop a policy",
        "parts": [{"id": "ac-1_smt.a", "name": "item", "prose": "and review it"}]}
control = {"id": "ac-1", "title": "Policy", "parts": [part],
           "controls": [{"id": "ac-1.1", "title": "Enhancement"}]}
meta = {"title": "Foreign", "version": "1", "oscal-version": "1.2.1",
        "last-modified": "2026-05-11T00:00:00+00:00"}
group = {"id": "ac", "title": "Access Control", "controls": [control]}
Catalog.model_validate(
    {"uuid": str(uuid.uuid4()), "metadata": meta, "groups": [group]}
).oscal_write(Path(sys.argv[1]))
"""
    path = tmp_path / "foreign.json"
    subprocess.run((sys.executable, "-W", "ignore", "-c", program, str(path)), check=True, timeout=120)
    read = read_catalogue(path.read_bytes(), kind=CatalogueKind.IAAS_PAAS, fiscal_year=2026, title=None)
    assert [(one.id, one.category.ja, one.text.ja) for one in read.requirements] == [
        ("ac-1", "Access Control", "Develop a policy\nand review it"),
        ("ac-1.1", "Access Control", "Enhancement"),
    ]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"catalog": []},
        {"catalog": {"metadata": {"oscal-version": "2.0"}}},
        {"catalog": {"metadata": {"oscal-version": "1.2.1", "title": "t"}}},
        {"catalog": {"metadata": {"oscal-version": "1.2.1", "title": "t"}, "groups": {"a": 1}}},
        {
            "catalog": {
                "metadata": {"oscal-version": "1.2.1", "title": "t"},
                "controls": [{"id": "a", "title": "b"}],
            }
        },
    ],
)
def test_what_is_no_catalogue_is_refused(document: object) -> None:
    with pytest.raises(NotAnOscalCatalogue):
        from_oscal(document)


def test_groups_in_groups_without_end_are_refused() -> None:
    group: dict[str, object] = {"title": "x"}
    for _ in range(40):
        group = {"title": "x", "groups": [group]}
    with pytest.raises(NotAnOscalCatalogue, match="入れ子"):
        from_oscal({"catalog": {"metadata": {"oscal-version": "1.2.1", "title": "t"}, "groups": [group]}})


@pytest.mark.parametrize("id", ["", "a b", "../x", "x" * 41, "-1", "1."])
def test_an_identifier_is_a_short_token(id: str) -> None:
    with pytest.raises(CatalogueRefused):
        requirement(id)


# ── who migrates first ──

CRITERIA = parse_criteria("3 準備 / Readiness\n1 知見 / Lessons")


def test_the_ranking_is_of_means_and_prefers_nobody_by_chance() -> None:
    scores = {
        "best": [{"1": 10, "2": 10}, {"1": 8, "2": 10}],
        "tied-a": [{"1": 7, "2": 7}, {"1": 7, "2": 7}],
        "tied-b": [{"1": 8, "2": 4}, {"1": 6, "2": 10}],
        "low": [{"1": 1, "2": 1}, {"1": 10, "2": 10}],
    }
    found = {one.application: one for one in rank(CRITERIA, scores, places=2, least=Decimal(50))}
    assert found["best"].points == Decimal("92.50")  # (100 + 85) / 2, weights 3 and 1
    assert [(found[a].place, found[a].chosen) for a in ("best", "tied-a", "tied-b", "low")] == [
        (1, True),
        (2, False),  # two share the last place
        (2, False),
        (4, False),
    ]
    assert found["low"].apart
    wide = {one.application: one.chosen for one in rank(CRITERIA, scores, places=4, least=Decimal(60))}
    assert wide == {"best": True, "tied-a": True, "tied-b": True, "low": False}


@pytest.mark.parametrize(
    "given_", [[{"1": 5, "2": 5}], [{"1": 11, "2": 1}, {"1": 1, "2": 1}], [{"1": 1}, {"1": 1}]]
)
def test_a_score_that_is_missing_or_impossible_is_refused(given_: list[dict[str, int]]) -> None:
    with pytest.raises(EarlyRoundRefused):
        rank(CRITERIA, {"a": given_}, places=1, least=Decimal(0))


@pytest.mark.parametrize("text", ["", "準備", "0 準備", "11 準備", "3"])
def test_criteria_without_a_weight_or_name_are_refused(text: str) -> None:
    with pytest.raises(EarlyRoundRefused):
        parse_criteria(text)
