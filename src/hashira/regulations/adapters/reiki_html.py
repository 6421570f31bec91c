"""Ordinances as HTML: the pages of the ``reiki_honbun`` layout, and other saved pages (例規 HTML).

The layout, as found in pages of several cities (``reiki_honbun/k…RG….html``, ``www1.g-reiki.net/…``) and in
that of notices of 厚生労働省::

    #primaryInner2 > div > div.eline              one displayed line; all text of the ordinance is in these
      div.head > p.title-irregular | p.date | p.number           ○題名, 公布日, 条例第5号
      div.article > p.title (caption) + p.num > span.num 第1条 + "　" + span.clause > span.p
      div.clause > p.num > span.num 2 + "　" + span.p            a paragraph; p.p if it has no number
      div.item   > p.num > span.num (1) | ア | (ア) + "　" + span.p
      p.s-head > span.title 附則 + span.date + span.number + span.p 抄
      div.table_frame table                       td with rowspan and colspan; tr.fixed-colspec is empty
      div.form_section                            the title of a 様式; div.xref_frame img: its picture
      p.revise_record, p.note                     改正沿革 and notes of the publisher
    p.datenumber-area                             beside the text: (平成28年6月23日施行)

A label and its words are always apart by a wide blank, so the lines are read as those of plain text are; a
class only decides where words alone do not. 章 and 節 have other classes from place to place and are known by
their words. A page without such lines is read line by line as plain text, and says so in its remarks.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Any

from lxml import etree, html

from hashira.regulations.adapters.block_tree import tree_of
from hashira.regulations.adapters.blocks import Block, Line, assemble, block_units
from hashira.regulations.adapters.document_head import rank_of, read_day, read_number_of
from hashira.regulations.adapters.ordinance_lines import amendment_of, lines_of
from hashira.regulations.adapters.ordinance_text import written
from hashira.regulations.adapters.refusals import NestedTooDeep, UnreadableLaw
from hashira.regulations.domain.law.law import Law, LawFacts, LawText, Rank
from hashira.regulations.domain.law.number import Revision

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt"}
    | {"fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend"}
    | {"li", "main", "nav", "ol", "p", "pre", "section", "summary", "details", "table", "tbody", "td"}
    | {"tfoot", "th", "thead", "tr", "ul"}
)
_UNSEEN = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "rt", "rp", "select", "iframe"}
)
_ROOTS = ("primaryInner2", "primaryInner", "primary", "contents")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_NAMES = {"shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932"}
_NAMES |= {"windows-31j": "cp932", "ms932": "cp932", "utf8": "utf-8", "x-euc-jp": "euc_jp"}
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NEVER = "�\x80\uf8f0\uf8f1\uf8f2\uf8f3"
"""What cp932 of Python makes of bytes that are no character, beside the mark itself."""
_BROKEN = 0.01
"""The share of characters that may be unreadable before a page is refused."""

PLAIN_PAGE = (
    "例規の形でないページを、見えている文字の順に読みました（not a reiki_honbun page: read as plain text）"
)
BROKEN_CHARACTERS = "読めない文字があり、�に置き換えました（unreadable characters were replaced）"


def read_law(content: bytes, source: str = "") -> Law:
    """A page with its tree. Raises ``UnreadableLaw`` or ``NestedTooDeep``."""
    facts, blocks = _read(content, source)
    return Law(facts, tree_of(facts, blocks))


def read_units(content: bytes, source: str = "") -> LawText:
    """The facts and units alone."""
    facts, blocks = _read(content, source)
    return LawText(facts, block_units(facts.law_id, blocks))


def _read(content: bytes, source: str) -> tuple[LawFacts, list[Block]]:
    text, remarks = _decode(content, source)
    page = _parse(text, source)
    root = next((found for name in _ROOTS for found in page.xpath(f"//*[@id='{name}']")), None)
    if root is None or not _lines_in(root):
        root = page if _lines_in(page) else None
    if root is None:
        reader = _Reader()
        reader.read(page)
        lines = [_as_written(piece) for piece in reader.finish()]
        start = next((n for n, line in enumerate(lines) if _is_title(line)), 0)
        return written([*lines[start:], *lines[:start]], source, (*remarks, PLAIN_PAGE))
    reader = _Reader()
    reader.read(root)
    pieces = reader.finish()
    title = reader.head.get("title") or "".join(page.xpath("//head/title/text()")).strip()
    if not pieces and not title:
        raise UnreadableLaw(source=source, reason="文字がありません (there is no text)")
    title = title.lstrip("○◯〇").strip()
    day, number = reader.head.get("date", ""), reader.head.get("number", "")
    law_id = PurePosixPath(source).stem
    aside = " ".join("".join(p.itertext()) for p in page.xpath("//p[contains(@class,'datenumber-area')]"))
    enforced = re.search(r"\(([^()]*)施行\)", unicodedata.normalize("NFKC", aside))
    facts = LawFacts(
        law_id,
        title,
        read_number_of(number, day) or number.strip("()（）"),
        _rank(title, number),
        revision=Revision(law_id, read_day(enforced[1]) if enforced else None),
        promulgated_at=read_day(day),
        source=source,
        remarks=remarks,
    )
    return facts, assemble(lines_of(pieces))


def _as_written(piece: str | Line) -> str:
    if isinstance(piece, str):
        return piece
    return f"|{piece.text}|" if piece.kind == "row" else piece.text or piece.label


def _rank(title: str, number: str) -> Rank:
    """By the title, or, where it tells nothing (公告式について), by the kind in the number (条例第5号)."""
    kind = rank_of(re.sub(r"第.*", "", unicodedata.normalize("NFKC", number)).strip("()"))
    named = rank_of(title)
    return kind if kind is not Rank.MISCELLANEOUS and named in (Rank.MISCELLANEOUS, Rank.NOTICE) else named


def _is_title(line: str) -> bool:
    return line[:1] in "○◯〇" and len(line) > 2 and rank_of(line) is not Rank.MISCELLANEOUS


def _lines_in(node: Any) -> bool:
    return bool(node.xpath(".//*[contains(concat(' ', normalize-space(@class), ' '), ' eline ')]"))


def _decode(content: bytes, source: str) -> tuple[str, tuple[str, ...]]:
    """The text of a page. What it says of its own encoding is believed only if its bytes agree."""
    declared = ""
    if found := _CHARSET.search(content[:4096]):
        name = found[1].decode("ascii").lower()
        declared = _NAMES.get(name, name)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif b"\x1b$" in content:
        candidates = ["iso2022_jp"]
    else:
        candidates = ["utf-8-sig", declared, "cp932", "euc_jp"]
    best: tuple[float, str] | None = None
    for encoding in candidates:
        try:
            text = content.decode(encoding, "replace")
        except (LookupError, UnicodeError):
            continue
        broken = sum(map(text.count, _NEVER)) / max(1, len(text))
        if not broken:
            return text.replace("\0", ""), ()
        if best is None or broken < best[0]:
            best = broken, text
    if best is None or best[0] > _BROKEN:
        raise UnreadableLaw(source=source, reason="文字コードが分かりません (encoding)")
    return best[1].replace("\0", ""), (BROKEN_CHARACTERS,)


def _parse(text: str, source: str) -> Any:
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        page = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise UnreadableLaw(source=source, reason="HTMLとして読めません (not HTML)") from None
    # libxml2 stops at 256 levels and says nothing but this; what follows would be lost.
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise NestedTooDeep(source=source)
    return page


class _Reader:
    """Walks down a page and writes its lines; what a class says for certain becomes a ready ``Line``."""

    def __init__(self) -> None:
        self.pieces: list[str | Line] = []
        self.words: list[str] = []
        self.head: dict[str, str] = {}

    def finish(self) -> list[str | Line]:
        self._break()
        return self.pieces

    def read(self, node: Any) -> None:
        if not isinstance(node.tag, str) or node.tag in _UNSEEN or _HIDDEN.search(node.get("style", "")):
            return
        classes = frozenset(node.get("class", "").split())
        tag = node.tag
        if tag == "br":
            self._break()
        elif tag == "img":
            self.words.append(f"〔画像：{_BLANKS.sub(' ', node.get('src', '')).strip()}〕")
        elif tag == "table":
            self._break()
            self._table(node)
        elif tag in _BLOCKS:
            self._break()
            if not self._known(node, tag, classes):
                self._inside(node)
                self._break()
        else:
            self._inside(node)

    def _inside(self, node: Any) -> None:
        self.words.append(node.text or "")
        for child in node:
            self.read(child)
            self.words.append(child.tail or "")

    def _known(self, node: Any, tag: str, classes: frozenset[str]) -> bool:
        """Whether its class says what it is; then its line is written."""
        if tag == "p" and "head" in node.getparent().get("class", "").split():
            for name in ("title", "date", "number"):
                if not classes.isdisjoint({name, f"{name}-irregular"}) and name not in self.head:
                    self.head[name] = self._words_of(node)
                    return True
            return False
        if "s-head" in classes:
            line = self._words_of(node)
            if not re.match(r"附\s*則", line):
                self.pieces.append(line)
            elif line:
                self.pieces.append(Line("supplement", "", amendment_of(line), line))
            return True
        if tag == "p" and not classes.isdisjoint({"revise_record", "note"}):
            if line := self._words_of(node):
                self.pieces.append(Line("note", "", "", line))
            return True
        if not classes.isdisjoint({"form_section", "table_section"}) and not node.xpath(".//table"):
            if line := self._words_of(node):
                self.pieces.append(Line("appendix", line, "", ""))
            return True
        return False

    def _words_of(self, node: Any) -> str:
        """The words of one element in one line."""
        inner = _Reader()
        inner._inside(node)
        return "　".join(
            piece if isinstance(piece, str) else piece.text or piece.label for piece in inner.finish()
        )

    def _break(self) -> None:
        line = _BLANKS.sub(" ", "".join(self.words)).strip()
        self.words.clear()
        line = line.strip("　 ")
        if not line:
            return
        if re.fullmatch(r"(?:〔画像：[^〕]*〕\s*)+", line):
            self.pieces.append(Line("note", "", "", line))
        else:
            self.pieces.append(Line("plain", "", "", line) if line.startswith("|") else line)

    def _table(self, table: Any) -> None:
        own = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
        if not own:
            self._inside(table)
            self._break()
            return
        outside = [child for child in table if child.tag in ("caption",)]
        for child in outside:
            self._inside(child)
            self._break()
        for row in own:
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            if "fixed-colspec" in row.get("class", "").split() and not "".join(row.itertext()).strip():
                continue
            spans = [(_span(cell, "rowspan"), _span(cell, "colspan")) for cell in cells]
            texts = [self._words_of(cell).replace("|", "\\|") for cell in cells]
            if cells:
                named = ",".join(f"{rows}x{width}" for rows, width in spans)
                plain = all(span == (1, 1) for span in spans)
                self.pieces.append(Line("row", "", "" if plain else named, f" {' | '.join(texts)} "))


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(int(value), 1000) if value.isascii() and value.isdigit() and int(value) else 1
