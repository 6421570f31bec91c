"""Notices and guidelines written in points: their structure, their paths, and their citations both ways."""

from __future__ import annotations

import pytest

from hashira.regulations.adapters.egov_xml import read_units as read_xml
from hashira.regulations.adapters.egov_xml import write_law
from hashira.regulations.adapters.ordinance_text import read_law, read_units
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.detection import findings
from hashira.regulations.domain.law.citation import read_citation
from hashira.regulations.domain.law.law import citation_of
from hashira.regulations.domain.law.schema import UnitKind
from hashira.regulations.domain.reading.sheet import lay_out

NOTICE = """3柱総第12号
令和3年4月1日
各施設長　様
柱市総務部長
公園の点検について（通知）
下記のとおり定めたので通知します。
記
第１　趣旨
公園の安全を確かめるためのものである。
第２　点検の方法
１　日常の点検
（１）　遊具
ア　損傷の有無を目視により確かめること。
（ア）　木製のもの
① 板
② 柱
イ　ボルト
（２）　柵
２　定期の点検
1.5メートルを超える柵は、毎年1回行うこと。
第３　その他
別紙
1　様式は別に定める。
"""
EXPECTED = [
    ("Mp-Dp_1", "趣旨", "第1"),
    ("Mp-Dp_1-Li_1", "公園の安全を確かめるためのものである。", "第1列記第1"),
    ("Mp-Dp_2", "点検の方法", "第2"),
    ("Mp-Dp_2-Np_1", "日常の点検", "第2の1"),
    ("Mp-Dp_2-Np_1-Bp_1", "遊具", "第2の1(1)"),
    ("Mp-Dp_2-Np_1-Bp_1-Kp_1", "損傷の有無を目視により確かめること。", "第2の1(1)ア"),
    ("Mp-Dp_2-Np_1-Bp_1-Kp_1-Cp_1", "木製のもの", "第2の1(1)ア(ア)"),
    ("Mp-Dp_2-Np_1-Bp_1-Kp_1-Cp_1-Qp_1", "板", "第2の1(1)ア(ア)丸1"),
    ("Mp-Dp_2-Np_1-Bp_1-Kp_1-Cp_1-Qp_2", "柱", "第2の1(1)ア(ア)丸2"),
    ("Mp-Dp_2-Np_1-Bp_1-Kp_2", "ボルト", "第2の1(1)イ"),
    ("Mp-Dp_2-Np_1-Bp_2", "柵", "第2の1(2)"),
    ("Mp-Dp_2-Np_2", "定期の点検", "第2の2"),
    ("Mp-Dp_2-Np_2-Li_1", "1.5メートルを超える柵は、毎年1回行うこと。", "第2の2列記第1"),
    ("Mp-Dp_3", "その他", "第3"),
]


def test_points_are_not_read_as_paragraphs_and_items() -> None:
    law = read_units(NOTICE.encode(), "notice.txt")
    title = "公園の点検について（通知）"
    points = [unit for unit in law.units if "p_" in unit.path]
    told = [(u.path, u.text, citation_of(law.facts.title, law.facts.rank, u)) for u in points]
    assert told == [(path, text, title + words) for path, text, words in EXPECTED]
    assert {unit.kind for unit in points} == {UnitKind.POINT, UnitKind.LIST}
    assert not any(unit.article or unit.paragraph or unit.item for unit in points)
    for path, _, words in EXPECTED:
        read = read_citation(title + words, law.facts.rank.letters)
        assert (read.title, read.path) == (title, path)
    # Nothing is lost around them.
    kept = "".join(unit.text for unit in law.units)
    assert "下記のとおり定めたので通知します。" in kept
    assert "様式は別に定める。" in kept


def test_the_tree_gives_the_same_units_and_comes_back_from_xml() -> None:
    units = list(read_units(NOTICE.encode(), "notice.txt").units)
    law = read_law(NOTICE.encode(), "notice.txt")
    assert list(law.units()) == units
    assert list(read_xml(write_law(law), "notice.xml").units)[:14] == units[:14]
    assert {"Point", "PointSentence", "PointTitle"} <= set(law.unknown_elements())


def test_a_guideline_without_dai_begins_with_ki_and_one_with_articles_stays_as_it_was() -> None:
    guideline = (
        "柱市巡視要綱\n1　目的\n(1)　施設を巡視する。\n附　則\n1　この要綱は、令和3年4月1日から施行する。\n"
    )
    law = read_units(guideline.encode(), "g.txt")
    assert [unit.path for unit in law.units] == ["Mp-Np_1", "Mp-Np_1-Bp_1", "g-Sp-Pr_1"]
    assert citation_of(law.facts.title, law.facts.rank, law.units[1]) == "柱市巡視要綱記1(1)"
    assert read_citation("柱市巡視要綱記1(1)").path == "Mp-Np_1-Bp_1"
    with_articles = read_units("柱市巡視要綱\n第1条　目的\n2　次の物\n(1)　施設\n".encode(), "g.txt")
    assert [unit.path for unit in with_articles.units] == [
        "Mp-At_1-Pr_1",
        "Mp-At_1-Pr_2",
        "Mp-At_1-Pr_2-It_1",
    ]


@pytest.mark.parametrize("words", ["要綱第1の", "要綱第1の2(1", "要綱記", "要綱第1の2(1)第"])
def test_half_a_citation_is_none(words: str) -> None:
    from hashira.regulations.domain.law.citation import UnreadableCitation

    with pytest.raises(UnreadableCitation):
        read_citation(words)


def test_a_finding_in_a_point_has_its_citation_and_a_page_its_depth() -> None:
    law = read_units(NOTICE.encode(), "notice.txt")
    found = findings([surveyor_of().survey(law)])
    eye = next(f for f in found if f.category == "目視")
    assert eye.citation == "公園の点検について（通知）第2の1(1)ア"
    blocks = {block.path: block for block in lay_out(law.units, {}).sheets[0]}
    lines = blocks["Mp-Dp_2"].parts
    assert [(line.label, line.depth) for line in lines][:4] == [
        ("第２", 0),
        ("１", 1),
        ("（１）", 2),
        ("ア", 3),
    ]  # type: ignore[union-attr]
