"""Ordinances, rules and notices of a city as plain text or Word (例規・要綱・通知の文書).

横書き with arabic digits: 第1条, 2, (1), ア, (ア), a; or as laws are printed: 第一条, ２, 一, イ, (1).
Which of the two is told by the first article. The first line is the title; a line that is only the number
of the document (令和3年条例第5号) gives its number. A line that is none of these is kept where it stands, as
a paragraph or an entry. Only the table of contents (目次) is left out, which repeats the headings.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.blocks import Block, Line, assemble, block_units, tree_of
from hashira.regulations.adapters.refusals import UnreadableLaw
from hashira.regulations.domain.law.labels import AIUEO, IROHA, article_number
from hashira.regulations.domain.law.law import Law, LawFacts, LawText, Rank
from hashira.regulations.domain.law.number import LawNumber, Revision

_RANKS = (
    ("条例", Rank.ORDINANCE),
    ("規則", Rank.ORDINANCE_RULE),
    ("規程", Rank.ORDINANCE_RULE),
    ("告示", Rank.NOTIFICATION),
    ("通知", Rank.NOTICE),
    ("通達", Rank.NOTICE),
    ("について", Rank.NOTICE),
    ("要綱", Rank.GUIDELINE),
    ("要領", Rank.GUIDELINE),
    ("基準", Rank.GUIDELINE),
)
_N = "[0-9〇一二三四五六七八九十百千]+"
_ARTICLE = re.compile(rf"(第{_N}条(?:の{_N})*)(?:\s*\(([^()]*)\))?(?:\s+|$)")
_RANGE = re.compile(rf"(第{_N}条(?:の{_N})*(?:から|及び)第\S+?)\s+(?=削除)")
_HEADING = re.compile(rf"第{_N}[編章節款目](?:の{_N})*(?=\s)")
_PARAGRAPH = re.compile(r"([0-9]{1,3})\s+")
_CAPTION = re.compile(r"[(（](.{1,60})[)）]\Z")
_CONTENTS = re.compile(r"目[ 　]*次")
_SUPPLEMENT = re.compile(r"附\s*則(?=[\s(]|\Z)")
_APPENDIX = re.compile(
    rf"(?:別表|様式|別記|別紙|付録|別図)(?:第?{_N}号?)?(?:の{_N})?(?=[\s(]|\Z)[^。]{{0,40}}\Z"
)
_BRACKETED = re.compile(r"\(([0-9]{1,3}|[ア-ン])\)(?:の([0-9]+))?\s*")
_LETTER = re.compile(r"([ア-ン]|[a-z])\s+")
_KANJI = re.compile(r"([一二三四五六七八九十]{1,4})(?:の([一二三四五六七八九十]+))?\s+")


def read_law(content: bytes, source: str = "") -> Law:
    """A document with its tree. Raises ``UnreadableLaw`` if there is no text in it."""
    facts, blocks = _read(content, source)
    return Law(facts, tree_of(facts, blocks))


def read_units(content: bytes, source: str = "") -> LawText:
    """The facts and units alone."""
    facts, blocks = _read(content, source)
    return LawText(facts, block_units(facts.law_id, blocks))


def _read(content: bytes, source: str) -> tuple[LawFacts, list[Block]]:
    suffix = PurePosixPath(source).suffix.lower()
    word = suffix == ".docx"
    lines: Iterable[str] = _word_lines(content, source) if word else _decode(content, source).split("\n")
    found = [line.strip() for line in lines if line.strip()]
    if not found:
        raise UnreadableLaw(source=source, reason="文字がありません (there is no text)")
    title, rest = found[0].lstrip("○◯"), found[1:]
    number = ""
    if rest and (number := _number(rest[0])):
        rest = rest[1:]
    law_id = PurePosixPath(source).stem
    facts = LawFacts(law_id, title, number, _rank(title), revision=Revision(law_id), source=source)
    return facts, assemble(_lines(_without_contents(rest)))


def _without_contents(lines: list[str]) -> list[str]:
    """The lines without the table of contents (目次), which repeats the headings and names the 附則.

    It ends where its first heading comes again, or where something begins that no contents have.
    """
    begins = next((n for n, line in enumerate(lines) if _CONTENTS.fullmatch(line)), None)
    if begins is None:
        return lines
    first = ""
    for place in range(begins + 1, len(lines)):
        plain = unicodedata.normalize("NFKC", lines[place])
        heading = _HEADING.match(plain)
        words = "".join(plain.partition("(")[0].split())
        if words == first or not (heading or _SUPPLEMENT.match(plain) or _APPENDIX.match(plain)):
            return lines[:begins] + lines[place:]
        first = first or (words if heading else "")
    return lines


def _decode(content: bytes, source: str) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise UnreadableLaw(
        source=source, reason="文字コードがUTF-8・UTF-16・Shift_JISのいずれでもありません (encoding)"
    )


def _rank(title: str) -> Rank:
    return next((rank for word, rank in _RANKS if title.endswith(word)), Rank.MISCELLANEOUS)


def _number(line: str) -> str:
    try:
        return LawNumber.read(line.strip("()（）")).arabic()
    except HashiraError:
        return ""


def _lines(found: list[str]) -> Iterator[Line]:
    """Says of every line what it is. A caption waits for its article."""
    old = any(line.startswith("第一条") for line in found)
    caption = ""
    for line in found:
        plain = unicodedata.normalize("NFKC", line)
        if plain.startswith("|") and line.startswith("|"):
            yield Line("row", "", "", line[1:].removesuffix("|"))
            continue
        recognised = _recognise(line, plain, old)
        if caption:
            if recognised.kind == "article" and not recognised.caption:
                recognised = recognised._replace(caption=caption)
            else:
                yield Line("plain", "", "", f"（{caption}）")
            caption = ""
        alone = _CAPTION.match(line)
        if recognised.kind == "plain" and alone:
            caption = alone[1]
            continue
        yield recognised
    if caption:
        yield Line("plain", "", "", f"（{caption}）")


def _recognise(line: str, plain: str, old: bool) -> Line:
    """What a line is. ``plain`` is the line after NFKC; it only tells where the label ends."""
    if _SUPPLEMENT.match(plain):
        return Line("supplement", "", "", line)
    if _HEADING.match(plain):
        return Line("heading", "", "", re.sub(r"\s+", "　", line, count=1))
    if _APPENDIX.match(plain):
        return Line("appendix", line, "", "")
    if match := _RANGE.match(plain):
        return Line("article", match[1], "", _after(line, plain, match.end()))
    if match := _ARTICLE.match(plain):
        return Line("article", match[1], match[2] or "", _after(line, plain, match.end()))
    if match := _PARAGRAPH.match(plain):
        return Line("paragraph", match[1], str(int(match[1])), _after(line, plain, match.end()))
    return _entry(line, plain, old) or Line("plain", "", "", line)


def _entry(line: str, plain: str, old: bool) -> Line | None:
    if match := _BRACKETED.match(plain):
        digits = match[1].isdigit()
        value = int(match[1]) if digits else AIUEO.find(match[1]) + 1
        number = f"{value}_{match[2]}" if match[2] else str(value)
        depth = 2 if old or not digits else 0
        return Line("item", plain[: match.end()].strip(), number, _after(line, plain, match.end()), depth)
    if old and (match := _KANJI.match(plain)):
        number = article_number(match[1] + (f"の{match[2]}" if match[2] else ""))
        return Line("item", match[1], number, _after(line, plain, match.end()), 0) if number else None
    if match := _LETTER.match(plain):
        if match[1].isascii():
            return Line("item", match[1], str(ord(match[1]) - 96), _after(line, plain, match.end()), 3)
        number = str((IROHA if old else AIUEO).find(match[1]) + 1)
        return Line("item", match[1], number, _after(line, plain, match.end()), 1)
    return None


def _after(line: str, plain: str, end: int) -> str:
    """What follows the label, as it was written."""
    return line[end:].lstrip("　 ") if len(line) == len(plain) else plain[end:]


def _word_lines(content: bytes, source: str) -> Iterator[str]:
    """The paragraphs and table rows of a Word document, in their order."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document: Any = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile):
        raise UnreadableLaw(source=source, reason="Word文書として開けません (not a Word document)") from None
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = (cell.text.replace("\n", "").replace("|", "\\|") for cell in row.cells)
                yield f"| {' | '.join(cells)} |"
        else:
            yield from block.text.split("\n")
