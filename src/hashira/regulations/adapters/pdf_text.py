"""Ordinances and notices as PDF with a text layer (文字のあるPDF).

The words come out of PDFium in the order in which they were set. Then, by rule: page numbers and running
heads are taken away, gaps that typesetting puts between digits and 漢字 too, a sentence that the margin broke
is joined again, and the rest is read as plain text is. A page of vertical writing is refused, because labels
and words stand there without a gap; so is a page that is only a picture.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import Any

from hashira.regulations.adapters.block_tree import tree_of
from hashira.regulations.adapters.blocks import Block, block_units
from hashira.regulations.adapters.document_head import rank_of
from hashira.regulations.adapters.ordinance_lines import starts_anew
from hashira.regulations.adapters.ordinance_text import written
from hashira.regulations.adapters.refusals import PdfWithoutText, TooManyPages, UnreadablePdf, VerticalPdf
from hashira.regulations.domain.law.law import Law, LawFacts, LawText, Rank

PAGES = 2_000
"""The most pages that are read; the largest ordinance known to us has some hundreds."""
CHARACTERS = 100_000
"""The most characters of one page; a page of small print has 4,000."""
_PAGE_NUMBER = re.compile(
    r"[-‐‑–—−－ー(]?\s*(?:p\.?|頁|ページ)?\s*\d{1,4}\s*(?:[/／]\s*\d{1,4})?\s*[-‐‑–—−－ー)頁]?"
)
_N = "[0-9〇一二三四五六七八九十百千]+"
_LABEL = re.compile(rf"第 ?{_N} ?[条章節編款目](?: ?の ?{_N})*|[(（]?[0-9０-９]{{1,3}}[)）]?(?: ?の ?{_N})?")
_WIDE = "[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff（）]"
_GAP = re.compile(f"(?<={_WIDE}) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z]) (?={_WIDE})")
_SAMPLE = 400
_FULL = 0.8
"""A line as long as this share of the longest may have been broken by the margin."""


def read_law(content: bytes, source: str = "") -> Law:
    """A document with its tree.

    Raises ``UnreadablePdf``, ``PdfWithoutText``, ``VerticalPdf``, ``TooManyPages``.
    """
    facts, blocks = _read(content, source)
    return Law(facts, tree_of(facts, blocks))


def read_units(content: bytes, source: str = "") -> LawText:
    """The facts and units alone."""
    facts, blocks = _read(content, source)
    return LawText(facts, block_units(facts.law_id, blocks))


def _read(content: bytes, source: str) -> tuple[LawFacts, list[Block]]:
    pages = _pages(content, source)
    return written(_joined([line for page in _without_margins(pages) for line in page]), source)


def _pages(content: bytes, source: str) -> list[list[str]]:
    """The lines of every page, without empty ones."""
    import pypdfium2  # here, since few need it and it brings a library of its own

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise UnreadablePdf(source=source) from None
    try:
        if len(document) > PAGES:
            raise TooManyPages(source=source, limit=f"{PAGES}ページ / pages")
        pages = [_page(document, number, source) for number in range(len(document))]
    except pypdfium2.PdfiumError:
        raise UnreadablePdf(source=source) from None
    finally:
        document.close()
    blank = [str(number) for number, (lines, picture) in enumerate(pages, 1) if picture and not lines]
    if blank or not any(lines for lines, _ in pages):
        raise PdfWithoutText(source=source, pages=", ".join(blank[:5]) or "1")
    return [lines for lines, _ in pages]


def _page(document: Any, number: int, source: str) -> tuple[list[str], bool]:
    page = document[number]
    try:
        text = page.get_textpage()
        count = text.count_chars()
        if count > CHARACTERS:
            raise TooManyPages(source=source, limit=f"1ページ{CHARACTERS}字 / characters a page")
        if _is_vertical(text, min(count, _SAMPLE)):
            raise VerticalPdf(source=source, page=str(number + 1))
        lines = [_tight(line.strip()) for line in text.get_text_range().splitlines()]
        found = [line for line in lines if line]
        return found, not found and any(True for _ in page.get_objects(max_depth=2))
    finally:
        page.close()


def _tight(line: str) -> str:
    """Without the gaps between digits and 漢字; the gap behind a label stays."""
    label = _LABEL.match(line)
    if label is None:
        return _GAP.sub("", line)
    rest = line[label.end() :]
    gap = rest[:1] if rest[:1].isspace() else ""
    return label[0].replace(" ", "") + gap + _GAP.sub("", rest[len(gap) :])


def _is_vertical(text: Any, count: int) -> bool:
    """Whether most characters stand below the one before them rather than beside it."""
    boxes = [text.get_charbox(n) for n in range(count) if text.get_text_range(n, 1).strip()]
    below = beside = 0
    for (left, bottom, right, top), (next_left, _, next_right, next_top) in pairwise(boxes):
        width, height = max(right - left, 1), max(top - bottom, 1)
        if next_top <= bottom + height / 2 and next_left < right and next_right > left:
            below += next_top > bottom - 2 * height
        elif next_left >= left + width / 2:
            beside += 1
    return below > beside and below > 2


def _without_margins(pages: list[list[str]]) -> list[list[str]]:
    """Page numbers, and what stands first or last on most pages and is no provision, are taken away."""
    edges = Counter(line for page in pages for line in {*page[:1], *page[-1:]})
    often = max(2, (len(pages) + 1) // 2)
    running = {line for line, times in edges.items() if times >= often and not starts_anew(line)}
    kept = []
    for number, page in enumerate(pages, 1):
        lines = list(page)
        for end in (0, -1):
            for _ in range(2):
                if not lines:
                    break
                # A running head may repeat the title; where the title itself stands, it stays.
                title = number == 1 and end == 0 and rank_of(lines[end]) is not Rank.MISCELLANEOUS
                if _is_page_number(lines[end]) or (lines[end] in running and not title):
                    del lines[end]
                else:
                    break
        kept.append(lines)
    return kept


def _is_page_number(line: str) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(unicodedata.normalize("NFKC", line)))


def _joined(lines: list[str]) -> list[str]:
    """Lines with the sentences that the margin broke joined again.

    A line goes on in the next if it is nearly as long as the longest, does not end a sentence, and the next
    does not begin a provision.
    """
    longest = max(map(_width, lines), default=0)
    joined: list[str] = []
    before = ""
    for line in lines:
        broken = before and not before.endswith(("。", "）", ")")) and _width(before) >= longest * _FULL
        if broken and not starts_anew(line):
            joined[-1] += line
        else:
            joined.append(line)
        before = line
    return joined


def _width(line: str) -> float:
    return sum(0.5 if unicodedata.east_asian_width(character) in "HNa" else 1 for character in line)
