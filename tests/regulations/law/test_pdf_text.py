"""PDFs with a text layer, set here by typst."""

from __future__ import annotations

import pytest
import typst

from hashira.regulations.adapters.pdf_text import read_law, read_units
from hashira.regulations.adapters.refusals import PdfWithoutText, UnreadablePdf, VerticalPdf
from hashira.regulations.domain.law import Rank

LONG = (
    "市長は、公園の施設を目視により点検し、その結果を記録しなければならない。この場合において、損傷があるときは、"
    * 3
)
LINES = [
    "柱市公園点検要綱",
    "令和3年告示第8号",
    "（点検）",
    f"第1条　{LONG}",
    "２　前項の点検は、次に掲げる施設について行う。",
    "(1)　㈱髙橋の遊具",
    "ア　高さ1メートル以上のもの",
    "第2条　結果は、公園に掲示する。",
    "附　則",
    "この要綱は、令和3年4月1日から施行する。",
]


def _set(lines: list[str], page: str = 'numbering: "- 1 -", header: [柱市例規集]') -> bytes:
    text = "\n\n".join(lines)
    head = f'#set page({page})\n#set text(font: ("IPAexMincho", "Noto Serif CJK JP"), lang: "ja")\n'
    return typst.compile((head + text).encode())


def test_what_was_set_is_read_without_margins_and_line_breaks() -> None:
    content = _set([*LINES[:7], "#pagebreak()", "第1条の2　略", *LINES[7:]])
    text = read_units(content, "park.pdf")
    assert [(unit.path, unit.text) for unit in text.units] == [
        ("Mp-At_1-Pr_1", LONG),
        ("Mp-At_1-Pr_2", "前項の点検は、次に掲げる施設について行う。"),
        ("Mp-At_1-Pr_2-It_1", "㈱髙橋の遊具"),
        ("Mp-At_1-Pr_2-It_1-Su_1", "高さ1メートル以上のもの"),
        ("Mp-At_1_2-Pr_1", "略"),
        ("Mp-At_2-Pr_1", "結果は、公園に掲示する。"),
        ("park-Sp-Pr_1", "この要綱は、令和3年4月1日から施行する。"),
    ]
    facts = text.facts
    assert (facts.title, facts.number, facts.rank) == ("柱市公園点検要綱", "令和3年告示第8号", Rank.GUIDELINE)
    assert list(read_law(content, "park.pdf").units()) == list(text.units)


def test_a_pdf_of_pictures_says_how_to_add_text() -> None:
    picture = typst.compile(b"#rect(width: 100%, height: 10cm)")
    with pytest.raises(PdfWithoutText, match="ocrmypdf"):
        read_units(picture, "scan.pdf")


def test_vertical_writing_is_refused_and_not_read_wrongly() -> None:
    cells = (",".join(_cell(character) for character in line) for line in LINES[5:9])
    columns = ", ".join(f"stack(dir: ttb, spacing: 3pt, {inside})" for inside in cells)
    with pytest.raises(VerticalPdf, match="横書き"):
        read_units(_set([f"#stack(dir: rtl, spacing: 20pt, {columns})"], ""), "v.pdf")


def _cell(character: str) -> str:
    return f'[#"{character}"]'


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.7\n", b"no pdf"])
def test_a_broken_pdf_is_refused(broken: bytes) -> None:
    with pytest.raises(UnreadablePdf):
        read_units(broken, "x.pdf")
