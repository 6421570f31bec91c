"""Citations in words, both ways (条項の引用: 河川法施行令第九条の三第一項第二号).

A citation is the path of a unit in words; :func:`cite` writes it, :func:`read_citation` reads it back. Both
numeral styles are read: 漢数字 (laws) and 算用数字 (ordinances, 工程表).

>>> cite("河川法施行令", "Mp-At_9_3-Pr_1-It_2")
'河川法施行令第九条の三第一項第二号'
>>> cite("河川法施行令", "Mp-At_9_3-Pr_1-It_2", Numerals.ARABIC)
'河川法施行令第9条の3第1項第2号'
>>> read_citation("河川法施行令第９条の３第１項第２号")
Citation(title='河川法施行令', path='Mp-At_9_3-Pr_1-It_2', amendment='')
>>> read_citation("点検について（通知）第1の2(1)ア").path
'Mp-Dp_1-Np_2-Bp_1-Kp_1'

What no citation in Japanese law names (a row of a table, an entry) is written in our own words, 表第一第三行;
what has no number at all stands in 〔〕 as the path has it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.numerals import kanji_number, read_number
from hashira.regulations.domain.law.labels import AIUEO, IROHA
from hashira.regulations.domain.law.number import LawNumber, amending_law_id
from hashira.regulations.domain.law.points import is_point, points_in_words, read_points


class UnreadableCitation(HashiraError):
    """Details: ``text``."""

    code = "REG-002"
    what = Bilingual("条項の引用として読めません", "This is not readable as a citation")
    why = Bilingual(
        "「{text}」は、法令名に条・項・号が続く書き方ではありません",
        "“{text}” is not the title of a law followed by article, paragraph and item",
    )
    remedy = Bilingual(
        "「河川法施行令第九条の三第一項第二号」のように入れてください",
        "Write it like 河川法施行令第九条の三第一項第二号 or 河川法施行令第9条の3第1項第2号",
    )


class Numerals(StrEnum):
    """How numbers are written."""

    KANJI = "漢数字"
    ARABIC = "算用数字"


class Letters(StrEnum):
    """How the first level below an item is lettered."""

    IROHA = "イロハ"
    """Laws: イ, （１）, （ｉ）."""
    AIUEO = "アイウ"
    """Ordinances: ア, （ア）, ａ."""


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation names: the title of a law (as written, perhaps an abbreviation) and a path in it.

    In the paths of 附則, the law's own id, which words do not tell, is left out: ``Sp-At_1``.
    """

    title: str
    path: str
    amendment: str = ""
    """The amending law of a 附則, as written."""


_APPENDIX_WORDS = {
    "Mpat": "別表", "Mpst": "様式", "Mpnt": "別記", "Mpfg": "別図", "Mpfm": "書式", "Mpap": "付録",
    "Spat": "附則別表", "Spst": "附則様式", "Spap": "附則付録",
}  # fmt: skip
_UNITS = {"At": "条", "Pr": "項", "It": "号", "Tr": "行"}
_SMALL = {"Tb": "表", "Li": "列記", "No": "備考", "Su": "細分", **_APPENDIX_WORDS}
_GROUPS = {"Pa": "編", "Ch": "章", "Se": "節", "Ss": "款", "Di": "目"}
_NAMED = {"Preamble": "前文", "Mp": "本則", "EnactStatement": "制定文"}
_SEGMENT = re.compile(r"([A-Za-z]+)_([0-9_]+)(?::([0-9_]+))?(?:~([0-9]+))?")


def cite(
    title: str,
    path: str,
    numerals: Numerals = Numerals.KANJI,
    *,
    amendment: str = "",
    letters: Letters = Letters.IROHA,
) -> str:
    """A unit's citation in words. ``amendment`` is the amending law of the 附則 it stands in."""
    words = [title]
    segments = path.split("-")
    start = 0
    if len(segments) > 1 and _supplement(segments[1]):
        words.append(_supplement_words(segments[1], amendment, numerals))
        start = 2
    elif _supplement(segments[0]):
        words.append(_supplement_words(segments[0], amendment, numerals))
        start = 1
    elif segments[0] == "Mp" and len(segments) > 1:
        start = 1
    depth = 0
    while start < len(segments):
        end = start
        while end < len(segments) and is_point(segments[end]):
            end += 1
        points = points_in_words(segments[start:end])
        if points:
            words.append(points)
            start = end
            continue
        segment = segments[start]
        depth = depth + 1 if segment.startswith("Su_") else 0
        words.append(_words(segment, depth, numerals, letters))
        start += 1
    return "".join(words)


def _supplement(segment: str) -> bool:
    return segment == "Sp" or segment.startswith("Sp~")


def _supplement_words(segment: str, amendment: str, numerals: Numerals) -> str:
    named = amendment
    if amendment and numerals is Numerals.ARABIC:
        try:
            named = LawNumber.read(amendment).arabic()
        except HashiraError:
            named = amendment
    again = segment.partition("~")[2]
    return f"附則{f'（{named}）' if named else ''}{f'〔{again}〕' if again else ''}"


def _number(digits: str, numerals: Numerals) -> list[str]:
    parts = digits.split("_")
    if numerals is Numerals.ARABIC:
        return parts
    return [kanji_number(int(part)) for part in parts]


@lru_cache(maxsize=16384)  # the same articles and items are named in every law
def _words(segment: str, depth: int, numerals: Numerals, letters: Letters) -> str:
    if segment in _NAMED:
        return _NAMED[segment]
    found = _SEGMENT.fullmatch(segment)
    if found is None or not _sayable(found[2]) or (found[3] and not _sayable(found[3])):
        return f"〔{segment}〕"
    tag, first, last, again = found[1], found[2], found[3], found[4]
    said = _say(tag, first, depth, numerals, letters)
    if not said:
        return f"〔{segment}〕"
    if last:
        said += f"から{_say(tag, last, depth, numerals, letters)}まで"
    return said + (f"〔{again}〕" if again else "")


def _sayable(digits: str) -> bool:
    return all(part.isdigit() and 1 <= int(part) <= 9999 for part in digits.split("_"))


def _say(tag: str, digits: str, depth: int, numerals: Numerals, letters: Letters) -> str:
    numbers = _number(digits, numerals)
    branches = "".join(f"の{number}" for number in numbers[1:])
    if tag == "Su":
        letter = _letter(int(digits.split("_")[0]), depth, letters)
        return letter + branches if letter else f"細分第{numbers[0]}{branches}"
    unit = _UNITS.get(tag) or _GROUPS.get(tag)
    if unit:
        return f"第{numbers[0]}{unit}{branches}"
    small = _SMALL.get(tag)
    return f"{small}第{numbers[0]}{branches}" if small else ""


def _letter(number: int, depth: int, letters: Letters) -> str:
    alphabet = IROHA if letters is Letters.IROHA else AIUEO
    if depth == 1:
        return alphabet[number - 1] if number <= len(alphabet) else ""
    if depth == 2:
        if letters is Letters.IROHA:
            return f"（{_wide(str(number))}）"
        return f"（{alphabet[number - 1]}）" if number <= len(alphabet) else ""
    if depth == 3 and letters is Letters.IROHA:
        return f"（{_wide(_roman(number))}）" if number < 40 else ""
    return ""


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def _roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]


_ROMANS = {_roman(number): number for number in range(1, 40)}
_N = "[〇一二三四五六七八九十百千0-9]+"
_B = f"(?:の{_N})*"
_SMALL_WORDS = "|".join(sorted((*_SMALL.values(), "別表"), key=len, reverse=True))
_ONE = (
    rf"(?:第{_N}[条項号行編章節款目]{_B}|(?:{_SMALL_WORDS})第{_N}{_B}|別表|前文|本則"
    rf"|[ァ-ヴ]{_B}|\([0-9]+\){_B}|\([ivx]+\){_B}|\([ァ-ヴ]\){_B})"
)
_PIECE = re.compile(
    rf"(?P<raw>〔[A-Za-z][^〕]*〕)|(?P<first>{_ONE})(?:から(?P<last>{_ONE})まで)?(?:〔(?P<again>[0-9]+)〕)?"
)
_HEAD = re.compile(r"附則(?:\((?P<amendment>[^()]+)\))?(?:〔(?P<again>[0-9]+)〕)?(?!別表|様式|付録)")
_STARTS = re.compile(
    r"附則|第(?=[〇一二三四五六七八九十百千0-9])|別表|様式|別記|別図|書式|付録|前文|本則|〔|記(?=[0-9(ア-ンa-z丸])"
)


def read_citation(text: str, letters: Letters = Letters.IROHA) -> Citation:
    """What a citation names. Raises ``UnreadableCitation``.

    The title ends where the rest can be read to its end as a place; so a title such as 〔…〕協定第三条に基く
    …特別措置法 is no hindrance. An item without a paragraph is one of the first paragraph.

    >>> read_citation("民法第709条").path, read_citation("建築基準法附則第3項").path
    ('Mp-At_709', 'Sp-Pr_3')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for start in _STARTS.finditer(plain):
        read = _place(plain[start.start() :], letters) or _in_points(plain[start.start() :], letters)
        if read is not None:
            return Citation(
                text.strip()[: start.start()] if len(plain) == len(text.strip()) else plain[: start.start()],
                *read,
            )
    raise UnreadableCitation(text=text[:80])


def _place(text: str, letters: Letters) -> tuple[str, str] | None:
    segments: list[str] = []
    amendment = ""
    position = 0
    head = _HEAD.match(text)
    if head:
        amendment = head["amendment"] or ""
        own = [amending_law_id(amendment)] if amendment else []
        segments = [*own, "Sp" + (f"~{head['again']}" if head["again"] else "")]
        position = head.end()
    depth = 0
    while position < len(text):
        piece = _PIECE.match(text, position)
        if piece is None:
            return None
        position = piece.end()
        if piece["raw"]:
            segments.append(piece["raw"][1:-1])
            depth = depth + 1 if segments[-1].startswith("Su_") else 0
            continue
        depth = depth + 1 if _is_letter(piece["first"]) else 0
        segment = _segment(piece["first"], depth, letters)
        if not segment:
            return None
        if piece["last"]:
            segment += ":" + _segment(piece["last"], depth, letters).partition("_")[2]
        segments.append(segment + (f"~{piece['again']}" if piece["again"] else ""))
    if not segments:
        return None
    if not head and segments[0].partition("_")[0] in ("At", "Pr", "It", *_GROUPS, "Tb", "Li", "No", "Spat"):
        segments.insert(0, "Mp")
    return "-".join(_with_first_paragraph(segments)), amendment


def _in_points(text: str, letters: Letters) -> tuple[str, str] | None:
    """A place that begins with the points of a document without articles: 第1の2(1)ア."""
    segments, end = read_points(text)
    if not segments:
        return None
    rest = _place(text[end:], letters) if end < len(text) else ("", "")
    if rest is None or rest[1] or rest[0].startswith("Sp"):
        return None
    below = [segment for segment in rest[0].split("-") if segment not in ("", "Mp")]
    if any(segment.startswith(("At_", "Pr_", "It_")) for segment in below):
        return None
    return "-".join(["Mp", *segments, *below]), ""


def _is_letter(piece: str) -> bool:
    return piece[0] == "(" or "ァ" <= piece[0] <= "ヴ" or piece.startswith("細分")


def _with_first_paragraph(segments: list[str]) -> list[str]:
    for index, segment in enumerate(segments):
        if segment.startswith("It_") and index and segments[index - 1].startswith("At_"):
            return [*segments[:index], "Pr_1", *segments[index:]]
    return segments


def _segment(piece: str, depth: int, letters: Letters) -> str:
    for words, tag in (("前文", "Preamble"), ("本則", "Mp")):
        if piece == words:
            return tag
    if piece == "別表":
        return "Mpat_1"
    named = re.fullmatch(rf"(\D*?)第({_N})([条項号行編章節款目]?)((?:の{_N})*)", piece)
    if named:
        by_unit = {unit: tag for tag, unit in (_UNITS | _GROUPS).items()}
        by_word = {word: tag for tag, word in _SMALL.items()}
        tag = by_unit.get(named[3], "") if named[3] else by_word.get(named[1], "")
        return f"{tag}_{_digits(named[2] + named[4])}" if tag else ""
    head, *branches = piece.split("の")
    inner = head.strip("()")
    value: int | None
    if inner.isdigit():
        value = int(inner)
    elif inner in _ROMANS:
        value = _ROMANS[inner]
    else:
        value = ((IROHA if letters is Letters.IROHA else AIUEO).find(inner) + 1) or None
    return f"Su_{_digits('の'.join([str(value), *branches]))}" if value else ""


def _digits(words: str) -> str:
    return "_".join(str(read_number(word)) for word in words.split("の"))
