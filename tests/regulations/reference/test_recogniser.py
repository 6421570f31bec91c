"""References in our own words: scopes, lists, ranges, and what is no reference."""

from __future__ import annotations

import pytest
from tests.regulations.detection.laws import law

from hashira.regulations.domain.law.law import LawFacts
from hashira.regulations.domain.reference import LawIndex, Recogniser, Reference, ReferenceKind
from hashira.regulations.domain.reference.recogniser import UNKNOWN

INDEX = LawIndex.of(
    [
        LawFacts("A", "見本管理法", "令和二年法律第三号", abbreviations=("見本法",)),
        LawFacts("B", "見本管理法施行令", "令和二年政令第四号"),
    ]
)
BODY = """**第一条**　この法律は、目的を定める。

**２**　前項の目的は、次の各号に定める。

- 一　見本

- 二　前号に準ずるもの

- 三　前二号に準ずるもの

**第二条**　{0}

**２**　二項

**３**　三項

### 第二章　雑則

**第三条**　{1}

**第四条**　{2}
"""


def references(text: str, *, third: str = "三条", fourth: str = "四条") -> list[Reference]:
    """Those of a sentence that stands as 第二条第一項."""
    units = law(BODY.format(text, third, fourth)).units
    recogniser = Recogniser(units, INDEX)
    place = next(n for n, u in enumerate(units) if u.path == "Mp-At_2-Pr_1")
    return recogniser.references(place)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一条第二項第一号による。", [("", "Mp-At_1-Pr_2-It_1")]),
        ("前条第二項第一号及び第三号による。", [("", "Mp-At_1-Pr_2-It_1"), ("", "Mp-At_1-Pr_2-It_3")]),
        ("第一条第一項及び第二項による。", [("", "Mp-At_1-Pr_1"), ("", "Mp-At_1-Pr_2")]),
        (
            "第一条第一項（第三条を除く。）及び第二項による。",
            [("", "Mp-At_1-Pr_1"), ("", "Mp-At_3"), ("", "Mp-At_1-Pr_2")],
        ),
        ("第一条第二項（第二号に限る。）による。", [("", "Mp-At_1-Pr_2"), ("", "Mp-At_1-Pr_2-It_2")]),
        ("第一条から第三条までによる。", [("", "Mp-At_1"), ("", "Mp-At_2", "Mp-At_3")]),
        ("次項及び第三項による。", [("", "Mp-At_2-Pr_2"), ("", "Mp-At_2-Pr_3")]),
        ("次条の規定による。", [("", "Mp-At_3")]),
        (
            "第一条第二項の場合、同項及び同条第一項による。",
            [("", "Mp-At_1-Pr_2"), ("", "Mp-At_1-Pr_2"), ("", "Mp-At_1-Pr_1")],
        ),
        ("第９条による。", [("",)]),
        ("第九十九条による。", [("",)]),
        ("見本管理法第五条第二項による。", [("A", "Mp-At_5-Pr_2")]),
        ("見本法第五条及び第六条による。", [("A", "Mp-At_5"), ("A", "Mp-At_6")]),
        ("見本管理法（令和二年法律第三号）第五条による。", [("A", "Mp-At_5")]),
        ("見本管理法第五条による。同法第六条も同じ。", [("A", "Mp-At_5"), ("A", "Mp-At_6")]),
        ("見本管理法第五条による。第一条は別とする。", [("A", "Mp-At_5"), ("", "Mp-At_1")]),
        ("見本管理法附則第三条による。", [("A", "A-Sp-At_3")]),
        ("知らない法第五条による。", [(UNKNOWN,)]),
        ("知らない法（昭和二年法律第九十九号）第五条による。", [("昭和二年法律第九十九号", "Mp-At_5")]),
        ("この法律第一条による。", [("", "Mp-At_1")]),
    ],
)  # fmt: skip
def test_what_words_name(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [(r.law, *r.targets) for r in references(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "様式第三号による。",
        "第二号様式による。",
        "令和二年法律第三号による。",
        "前各号列記以外の部分。"[2:],
        "条例による。",
        "第二種の施設",
    ],
)
def test_what_is_no_reference(text: str) -> None:
    assert all(not r.targets for r in references(text))


def test_words_that_are_spoken_of_name_nothing() -> None:
    (reference,) = references("「第一条」とあるのは「次の規定」と読み替える。")
    assert reference.kind is ReferenceKind.QUOTED
    assert reference.targets == ()


def test_items_are_told_from_where_they_stand() -> None:
    units = law(BODY.format("", "", "")).units
    recogniser = Recogniser(units, INDEX)
    told = {u.path: [r.targets for r in recogniser.references(n)] for n, u in enumerate(units)}
    assert told["Mp-At_1-Pr_2"] == [
        ("Mp-At_1-Pr_1",),
        ("Mp-At_1-Pr_2-It_1", "Mp-At_1-Pr_2-It_2", "Mp-At_1-Pr_2-It_3"),
    ]
    assert told["Mp-At_1-Pr_2-It_2"] == [("Mp-At_1-Pr_2-It_1",)]
    assert told["Mp-At_1-Pr_2-It_3"] == [("Mp-At_1-Pr_2-It_1", "Mp-At_1-Pr_2-It_2")]


@pytest.mark.parametrize(
    ("scope", "later"),
    [("", "A"), ("この条において", UNKNOWN), ("この項において", UNKNOWN)],
)
def test_an_abbreviation_holds_where_its_definition_says(scope: str, later: str) -> None:
    defined = f"見本管理法（令和二年法律第三号。以下{scope}「新法」という。）第一条及び新法第二条による。"
    units = law(BODY.format("新法第五条による。", defined, "新法第九条による。")).units
    recogniser = Recogniser(units, INDEX)
    told = {u.path: [r.law for r in recogniser.references(n)] for n, u in enumerate(units)}
    assert told["Mp-At_2-Pr_1"] == [UNKNOWN]  # before it is defined
    assert told["Mp-At_3-Pr_1"] == ["A", "A"]
    assert told["Mp-At_4-Pr_1"] == [later]


def test_an_order_calls_the_act_by_what_it_was_told() -> None:
    units = law("**第一条**　法第三条の政令で定める者は、市長とする。\n").units
    (reference,) = Recogniser(units, INDEX, basis={"法": "A"}).references(0)
    assert (reference.law, reference.targets, reference.kind) == ("A", ("Mp-At_3",), ReferenceKind.DELEGATION)


def test_an_empty_index_still_knows_numbers() -> None:
    units = law("**第一条**　見本管理法（令和二年法律第三号）第五条による。\n").units
    (reference,) = Recogniser(units, LawIndex.of(())).references(0)
    assert (reference.law, reference.targets) == ("令和二年法律第三号", ("Mp-At_5",))
