"""例規 HTML: the layout of 例規集, other pages, and what is broken."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.regulations.law.reiki_pages import PARK, article, entry, head, page, supplement, table, unnumbered

from hashira.regulations.adapters.refusals import NestedTooDeep, UnreadableLaw
from hashira.regulations.adapters.reiki_html import BROKEN_CHARACTERS, PLAIN_PAGE, read_law, read_units
from hashira.regulations.domain.law import Rank
from hashira.regulations.domain.law.citation import Letters, Numerals, cite, read_citation

EXPECTED = [
    ("Mp-At_1-Pr_1", "市長は、次の各号に掲げる施設を目視により点検する。"),
    ("Mp-At_1-Pr_1-It_1", "遊具"),
    ("Mp-At_1-Pr_1-It_2", "柵"),
    ("Mp-At_1-Pr_1-It_2-Su_1", "木の柵"),
    ("Mp-At_1-Pr_1-It_2-Su_1-Su_1", "高さ1メートル以上のもの"),
    ("Mp-At_1-Pr_1-It_3", "外字〔画像：gaiji/1.png〕町の橋"),
    ("Mp-At_1-Pr_2", "点検の結果は、公園の見やすい場所に掲示しなければならない。"),
    ("Mp-At_1-Pr_2-No_1", "(令5条例7・一部改正)"),
    ("Mp-At_2_2-Pr_1", "料金は、次のとおりとする。"),
    ("Mp-At_2_2-Pr_1-Tb_1-Tr_1", "大|広場　平日"),
    ("Mp-At_2_2-Pr_1-Tb_1-Tr_2", "昼　100円"),
    ("k1RG1-Sp-Pr_1", "この条例は、公布の日から施行する。"),
    ("令和5年条例第7号-Sp-Pr_1", "この条例は、令和5年4月1日から施行する。"),
    ("Mpst_1-No_1", "〔画像：word/form.png〕"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
@pytest.mark.parametrize("declared", ["utf-8", "Shift_JIS", "nonsense"])
def test_the_layout_is_read_whatever_its_charset_is_said_to_be(encoding: str, declared: str) -> None:
    text = read_units(page(PARK, declared).encode(encoding), "reiki_honbun/k1RG1.html")
    assert [(unit.path, unit.text) for unit in text.units] == EXPECTED
    facts = text.facts
    assert (facts.title, facts.number, facts.rank) == ("柱市公園施設条例", "令和3年条例第5号", Rank.ORDINANCE)
    assert (facts.promulgated_at, facts.revision.enforced_at) == (date(2021, 3, 31), date(2023, 4, 1))
    assert facts.remarks == ()
    assert text.units[0].caption == "点検"
    assert text.units[0].headings == ("第1章　総則",)
    assert text.units[12].caption == "施行期日"
    assert text.units[12].amendment == "令和5年3月30日条例第7号"


def test_the_tree_gives_the_same_units_and_keeps_what_cells_span() -> None:
    content = page(PARK).encode()
    law = read_law(content, "k1RG1.html")
    assert list(law.units()) == list(read_units(content, "k1RG1.html").units)
    spans = [column.attributes for column in law.tree.iter() if column.tag == "TableColumn"]
    assert spans == [(("rowspan", "2"),), (("colspan", "2"),), (), ()]
    assert law == read_law(content, "k1RG1.html")


def test_every_unit_has_a_citation_that_leads_back_to_it() -> None:
    text = read_units(page(PARK).encode(), "k1RG1.html")
    for unit in text.units:
        said = cite(
            text.facts.title, unit.path, Numerals.ARABIC, amendment=unit.amendment, letters=Letters.AIUEO
        )
        read = read_citation(said, Letters.AIUEO)
        assert (read.title, read.path) == (text.facts.title, unit.path.removeprefix("k1RG1-"))


def test_another_page_is_read_as_text_and_says_so() -> None:
    content = (
        "<html><body><nav>もどる</nav><h1>○柱市橋点検要綱</h1><p>令和4年告示第8号</p>"
        "<p>第1条　橋は目視で点検する。<br>(1)　鉄の橋</p><table><tr><td>橋<td>五年</table></body></html>"
    ).encode()
    text = read_units(content, "bridge.htm")
    assert text.facts.remarks == (PLAIN_PAGE,)
    assert (text.facts.title, text.facts.number) == ("柱市橋点検要綱", "令和4年告示第8号")
    assert [(unit.path, unit.text) for unit in text.units] == [
        ("Mp-At_1-Pr_1", "橋は目視で点検する。"),
        ("Mp-At_1-Pr_1-It_1", "鉄の橋"),
        ("Mp-At_1-Pr_1-It_1-Tb_1-Tr_1", "橋　五年"),
        ("Mp-At_1-Pr_1-It_1-Li_1", "もどる"),
    ]


def test_a_cut_page_keeps_what_it_has() -> None:
    content = page(PARK).encode()
    cut = content[: content.index("見やすい場所".encode()) + 4]
    text = read_units(cut, "k1RG1.html")
    assert text.facts.remarks == (BROKEN_CHARACTERS,)
    assert text.units[-1].text == "点検の結果は、公園の見�"


def test_what_is_nested_too_deep_is_refused_and_not_cut_silently() -> None:
    deep = ("<div>" * 2_000_000 + "<p>第1条　底</p>").encode()
    with pytest.raises(NestedTooDeep, match=r"\.txt"):
        read_units(deep, "deep.html")


@pytest.mark.parametrize("broken", [b"", b" ", b"<html></html>", b"\xff\xff\xff\x00\xfe" * 40])
def test_a_page_without_text_is_refused(broken: bytes) -> None:
    with pytest.raises(UnreadableLaw):
        read_units(broken, "x.html")


words = st.text(st.sampled_from("市長施設点検(第1条2項)ア附則別表|、。①㈱髙 　"), min_size=1, max_size=12)
lines = st.one_of(
    st.builds(article, st.sampled_from(["第1条", "第3条の2", "第"]), words, st.just("")),
    st.builds(
        entry, st.sampled_from(["item", "clause"]), st.sampled_from(["(1)", "ア", "②", "2", "・"]), words
    ),
    st.builds(unnumbered, words),
    st.builds(head, st.sampled_from(["p", "from-to"]), words),
    st.builds(lambda w: table(f"<tr><td>{w}</td><td colspan=2>{w}</td></tr>"), words),
    st.builds(lambda w: f"<p>{w}<span>{w}</span>{w}", words),
)


@pytest.mark.long
@settings(max_examples=150)
@given(st.lists(lines, max_size=8), st.booleans())
def test_no_visible_text_is_lost(pieces: list[str], amended: bool) -> None:
    """Every character that a browser would show is in a unit, a label, a caption, or a title, once."""
    end = supplement("令和5年3月30日", "条例第7号") if amended else ""
    body = "".join(pieces) + end
    units = read_units(page(head("title-irregular", "○条例") + body).encode(), "x.html").units
    law = read_law(page(head("title-irregular", "○条例") + body).encode(), "x.html")
    kept = "".join(element.text for element in law.tree.iter())
    assert sorted(_plain("○条例" + re.sub("<[^>]*>", "", body))) == sorted(_plain("○" + kept))
    assert list(law.units()) == list(units)


def _plain(text: str) -> str:
    """Without blanks; brackets of captions may be wide or narrow."""
    return "".join(text.split()).replace("（", "(").replace("）", ")")
