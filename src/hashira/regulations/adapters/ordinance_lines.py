"""What the lines of an ordinance are: shared by plain text, Word, 例規 HTML and PDF (行の見分け).

横書き with arabic digits: 第1条, 2, (1), ア, (ア), a; or as laws are printed: 第一条, ２, 一, イ, (1).
Which of the two is told by the first article. An importer that knows better what a line is, because its
source says so, hands over a ready :class:`~hashira.regulations.adapters.blocks.Line`. A line that is none of
these is kept where it stands, as a paragraph or an entry. Only the table of contents (目次) is left out,
which repeats the headings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.blocks import Line
from hashira.regulations.domain.law.labels import AIUEO, IROHA, article_number
from hashira.regulations.domain.law.number import LawNumber
from hashira.regulations.domain.law.points import label_of

_N = "[0-9〇一二三四五六七八九十百千]+"
_ARTICLE = re.compile(rf"(第{_N}条(?:の{_N})*)(?:\s*\(([^()]+)\))?(?:\s+|$)")
_RANGE = re.compile(rf"(第{_N}条(?:の{_N})*(?:から|及び)第\S+?)\s+(?=削除)")
_HEADING = re.compile(rf"第{_N}[編章節款目](?:の{_N})*(?=\s)")
_PARAGRAPH = re.compile(r"([0-9]{1,3})\s+")
_CAPTION = re.compile(r"[(（](.{1,60})[)）]\Z")
_CONTENTS = re.compile(r"目[ 　]*次")
_SUPPLEMENT = re.compile(r"附\s*則(?=[\s(]|\Z)")
_APPENDIX = re.compile(
    r"(?:別[記紙表添]様式|別表|様式|別記|別紙|別添|付録|別図)"
    rf"(?:第?{_N}号?)?(?:の{_N})?(?=[\s(]|\Z)[^。]{{0,40}}\Z"
)
_BRACKETED = re.compile(r"\(([0-9]{1,3}|[ア-ン]|[a-z])\)(?:の([0-9]+))?\s*")
_LETTER = re.compile(r"([ア-ン]|[a-z])\s+")
_KANJI = re.compile(r"([一二三四五六七八九十]{1,4})(?:の([一二三四五六七八九十]+))?\s+")
_HISTORY = re.compile(
    r"\((?=[^()]*(?:条例|規則|規程|訓令|告示|要綱|要領))[^()]*[0-9]号?[^()]*"
    r"(?:改正|追加|全改|削除|繰[上下]げ?)[^()]*\)\Z"
)
"""改正沿革 below an article: (平24条例3・一部改正). It is no caption."""
_AMENDED = re.compile(r"\(([^()]+号)\)")


def _without_contents(lines: list[str | Line]) -> list[str | Line]:
    """The lines without the table of contents (目次), which repeats the headings and names the 附則.

    It ends where its first heading comes again, or where something begins that no contents have.
    """
    begins = next(
        (n for n, line in enumerate(lines) if isinstance(line, str) and _CONTENTS.fullmatch(line)), None
    )
    if begins is None:
        return lines
    first = ""
    for place, line in enumerate(lines[begins + 1 :], begins + 1):
        plain = unicodedata.normalize("NFKC", line) if isinstance(line, str) else ""
        heading = _HEADING.match(plain)
        words = "".join(plain.partition("(")[0].split())
        if words == first or not (heading or _SUPPLEMENT.match(plain) or _APPENDIX.match(plain)):
            return lines[:begins] + lines[place:]
        first = first or (words if heading else "")
    return lines


def lines_of(found: Iterable[str | Line], *, in_points: bool = False) -> Iterator[Line]:
    """Says of every line what it is. A caption waits for its article or numbered paragraph.

    ``in_points`` is for a notice or guideline: without articles, its labels are those of points, up to its
    附則 and 別紙.
    """
    found = _without_contents(list(found))
    if in_points and not any(isinstance(line, Line) or _is_article(line) for line in found):
        found = list(_points(found))
    old = any(isinstance(line, str) and line.startswith("第一条") for line in found)
    caption = ""
    for line in found:
        recognised = line if isinstance(line, Line) else _recognise(line, old)
        if caption:
            if recognised.kind == "article" and not recognised.caption:
                recognised = recognised._replace(caption=caption)
            elif recognised.kind == "paragraph":
                yield Line("captioned", "", "", caption)
            else:
                yield Line("plain", "", "", f"（{caption}）")
            caption = ""
        alone = _CAPTION.match(recognised.text) if recognised.kind == "plain" else None
        if alone:
            caption = alone[1]
            continue
        yield recognised
    if caption:
        yield Line("plain", "", "", f"（{caption}）")


def _is_article(line: str) -> bool:
    plain = unicodedata.normalize("NFKC", line)
    return bool(_ARTICLE.match(plain) or _RANGE.match(plain))


def _points(lines: Iterable[str | Line]) -> Iterator[str | Line]:
    """The lines with labels of points as points; what stands behind the provisions stays as it is."""
    ended = False
    for line in lines:
        assert isinstance(line, str)
        plain = unicodedata.normalize("NFKC", line)
        ended = ended or bool(_SUPPLEMENT.match(plain) or _APPENDIX.match(plain))
        label = None if ended or _HEADING.match(plain) else label_of(line)
        if label is None:
            yield line
        else:
            words = line[label.end :].lstrip("　 ")
            yield Line("point", line[: label.end].strip("　 "), f"{label.tag}_{label.number}", words)


def starts_anew(line: str) -> bool:
    """Whether a line begins with a label or is a caption, so that it cannot go on a sentence."""
    return (
        _recognise(line, True).kind != "plain"
        or _recognise(line, False).kind != "plain"
        or bool(_CAPTION.match(line))
    )


def amendment_of(label: str) -> str:
    """The amending ordinance that the label of a 附則 names, as printed; empty if none.

    >>> amendment_of("附　則（平成10年3月30日条例第5号）抄"), amendment_of("附則")
    ('平成10年3月30日条例第5号', '')
    """
    found = _AMENDED.search(unicodedata.normalize("NFKC", label).replace(" ", ""))
    if found is None:
        return ""
    try:
        LawNumber.read(found[1])
    except HashiraError:
        return ""
    return found[1]


def _recognise(line: str, old: bool) -> Line:
    """What a line is. After NFKC it only tells where the label ends."""
    if line.startswith("|"):
        return Line("row", "", "", line[1:].removesuffix("|"))
    plain = unicodedata.normalize("NFKC", line)
    if _SUPPLEMENT.match(plain):
        return Line("supplement", "", amendment_of(line), line)
    if _HEADING.match(plain):
        return Line("heading", "", "", re.sub(r"\s+", "　", line, count=1))
    if _APPENDIX.match(plain):
        return Line("appendix", line, "", "")
    if _HISTORY.match(plain):
        return Line("note", "", "", line)
    if match := _RANGE.match(plain):
        return Line("article", *_parted(line, plain, match.end(1), match.end(), ""))
    if match := _ARTICLE.match(plain):
        if match[2] is not None and line[_place(line, plain, match.start(2) - 1)] not in "(（":
            return Line("article", *_parted(line, plain, match.end(1), match.end(1), ""))  # ㈱ is no caption
        return Line("article", *_parted(line, plain, match.end(1), match.end(), match[2] or ""))
    if match := _PARAGRAPH.match(plain):
        return Line("paragraph", *_parted(line, plain, match.end(1), match.end(), str(int(match[1]))))
    return _entry(line, plain, old) or Line("plain", "", "", line)


def _entry(line: str, plain: str, old: bool) -> Line | None:
    if match := _BRACKETED.match(plain):
        first = match[1]
        value = (
            int(first) if first.isdigit() else ord(first) - 96 if first.isascii() else AIUEO.find(first) + 1
        )
        number = f"{value}_{match[2]}" if match[2] else str(value)
        depth = 4 if first.islower() else 2 if old or not first.isdigit() else 0
    elif old and (match := _KANJI.match(plain)):
        number, depth = article_number(match[1] + (f"の{match[2]}" if match[2] else "")), 0
    elif match := _LETTER.match(plain):
        roman = match[1].isascii()
        number = str(ord(match[1]) - 96 if roman else (IROHA if old else AIUEO).find(match[1]) + 1)
        depth = 3 if roman else 1
    else:
        return None
    if not number:
        return None
    return Line("item", *_parted(line, plain, match.end(), match.end(), number), depth)


def _parted(line: str, plain: str, label: int, end: int, caption: str) -> tuple[str, str, str]:
    """Label, caption and words of a line, as written. The places count after NFKC (㈱ are three)."""
    return line[: _place(line, plain, label)].strip(), caption, line[_place(line, plain, end) :].lstrip("　 ")


def _place(line: str, plain: str, end: int) -> int:
    if len(line) == len(plain):
        return end
    counted = 0
    for place, character in enumerate(line):
        if counted >= end:
            return place
        counted += len(unicodedata.normalize("NFKC", character))
    return len(line)
