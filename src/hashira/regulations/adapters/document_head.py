"""What the first lines of a document say of it: title, number, day, who wrote to whom (題名・番号・日付).

An ordinance has ○題名, then 令和3年3月31日 and 条例第5号, on one line or two. A notice has its number, its
day, its addressees and its issuer first, and its title (…について（通知）) after them. What is not told is
empty.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from hashira.kernel.era import ERAS, read_law_year
from hashira.kernel.errors import HashiraError
from hashira.kernel.numerals import read_number
from hashira.regulations.domain.law.law import Rank
from hashira.regulations.domain.law.number import LawNumber

_RANKS = (
    ("条例", Rank.ORDINANCE),
    ("規則", Rank.ORDINANCE_RULE),
    ("規程", Rank.ORDINANCE_RULE),
    ("告示", Rank.NOTIFICATION),
    ("に関する件", Rank.NOTIFICATION),
    ("通知", Rank.NOTICE),
    ("通達", Rank.NOTICE),
    ("について", Rank.NOTICE),
    ("要綱", Rank.GUIDELINE),
    ("要領", Rank.GUIDELINE),
    ("基準", Rank.GUIDELINE),
)
_ERA = "|".join(era.name.ja for era in ERAS)
_D = "[元〇一二三四五六七八九十0-9]{1,3}"
_DAY = re.compile(rf"((?:{_ERA}){_D}年)({_D})月({_D})日")
_DAY_ALONE = re.compile(rf"[(]?{_DAY.pattern}[)]?")
_KIND_NUMBER = re.compile(r"[(]?(\D{1,20}第[0-9〇一二三四五六七八九十百千]+号)[)]?")
_IN_TITLE = re.compile(r"[(]([^()]*号)[)]\Z")
_OFFICE_NUMBER = re.compile(r"[(]?([^\s、。()]{1,16}第[0-9]+号(?:の[0-9]+)?)[)]?")
_TITLE_OF_NOTICE = re.compile(r".{2,120}(?:について|の件)(?:の(?:通知|通達|依頼))?(?:[(][^()]{1,12}[)])?\Z")
_ADDRESSEE = re.compile(r".{1,60}(?:様|殿|各位|御中|あて|宛て?)\Z")
_LONGEST_HEAD = 15
"""Lines before the title of a notice; a document whose title is further down has none."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the first lines say."""

    title: str
    number: str = ""
    day: date | None = None
    rank: Rank = Rank.MISCELLANEOUS
    issuer: str = ""
    addressee: str = ""


def rank_of(title: str) -> Rank:
    """The kind of a document by the end of its title.

    >>> rank_of("無線設備の点検に関する件（令和三年総務省告示第十号）"), rank_of("点検について（通知）")
    (<Rank.NOTIFICATION: 'Notification'>, <Rank.NOTICE: 'Notice'>)
    """
    plain = unicodedata.normalize("NFKC", title)
    inside = re.search(r"[(]([^()]*)[)]\Z", plain)
    if inside:
        if re.search(r"告示(?:第.+号)?\Z", inside[1]):
            return Rank.NOTIFICATION
        if re.search(r"(?:通知|通達|依頼|事務連絡)\Z", inside[1]):
            return Rank.NOTICE
        plain = plain[: inside.start()]
    return next((rank for word, rank in _RANKS if plain.endswith(word)), Rank.MISCELLANEOUS)


def read_day(text: str) -> date | None:
    """The first day in a text, in an era of Japan.

    >>> read_day("(令和元年五月一日)")
    datetime.date(2019, 5, 1)
    """
    found = _DAY.search(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if found is None:
        return None
    try:
        year = read_law_year(found[1])
        return date(year.gregorian, read_number(found[2]) or 0, read_number(found[3]) or 0)
    except (HashiraError, ValueError):
        return None


def read_number_of(text: str, day: str = "") -> str:
    """A number of a law or ordinance in arabic digits; empty if it is none. ``day`` stands before it."""
    for whole in (text, day + text):
        plain = unicodedata.normalize("NFKC", whole).replace(" ", "").replace("(", "").replace(")", "")
        try:
            return LawNumber.read(plain).arabic()
        except HashiraError:
            continue
    return ""


def read_head(lines: list[str]) -> tuple[Head, list[str]]:
    """The head of a document and the lines after it. ``lines`` are stripped, not empty, and at least one."""
    notice = _notice(lines)
    if notice is not None:
        return notice
    title, rest = lines[0].lstrip("○◯〇"), lines[1:]
    head = Head(title, rank=rank_of(title))
    plain = unicodedata.normalize("NFKC", title)
    if named := _IN_TITLE.search(plain):
        head = replace(head, number=read_number_of(named[1]), day=read_day(named[1]))
    if rest and (number := read_number_of(rest[0])):
        return replace(head, number=number, day=read_day(rest[0])), rest[1:]
    if rest and _is_day(rest[0]):
        head = replace(head, day=read_day(rest[0]))
        if len(rest) > 1 and _KIND_NUMBER.fullmatch(unicodedata.normalize("NFKC", rest[1])):
            number = read_number_of(rest[1], rest[0])
            return replace(head, number=number or rest[1].strip("()（）")), rest[2:]
        return head, rest[1:]
    return head, rest


def _is_day(line: str) -> bool:
    return bool(_DAY_ALONE.fullmatch(unicodedata.normalize("NFKC", line).replace(" ", "")))


def _notice(lines: list[str]) -> tuple[Head, list[str]] | None:
    """The head of a notice: its title stands behind its number, day, addressees and issuer."""
    plain = [unicodedata.normalize("NFKC", line) for line in lines[:_LONGEST_HEAD]]
    if not (
        _is_day(plain[0]) or _OFFICE_NUMBER.fullmatch(plain[0].replace(" ", "")) or plain[0] == "事務連絡"
    ):
        return None
    end = next((n for n, line in enumerate(plain) if _TITLE_OF_NOTICE.fullmatch(line)), 0)
    if not end:
        return None
    head = Head(lines[end], rank=rank_of(lines[end]))
    if head.rank is Rank.MISCELLANEOUS:
        head = replace(head, rank=Rank.NOTICE)
    addressees: list[str] = []
    issuers: list[str] = []
    for line, normal in zip(lines[:end], plain[:end], strict=True):
        close = normal.replace(" ", "")
        if _is_day(normal) and head.day is None:
            head = replace(head, day=read_day(normal))
        elif not head.number and (_OFFICE_NUMBER.fullmatch(close) or close == "事務連絡"):
            head = replace(head, number=close.strip("()"))
        elif _ADDRESSEE.fullmatch(normal):
            addressees.append(line)
        else:
            issuers.append(line)
    return replace(head, addressee="、".join(addressees), issuer="、".join(issuers)), lines[end + 1 :]
