"""A list of people to look up (一括照会の一覧): person numbers, or readings with dates of birth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hashira.certificates.domain.import_value import read_day
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key

MOST = 10_000
_PARTS = re.compile(r"[,\t、，]")
_HEADS = re.compile(r"宛名番号|番号|氏名|カナ|フリガナ|生年月日|number|name|birth", re.IGNORECASE)


class TooMany(HashiraError):
    """Details: ``most``."""

    code = "CERT-380"
    what = Bilingual("一度に照会できる行数を超えています", "The list is too long")
    why = Bilingual("照会できるのは{most}行までです", "A list has at most {most} rows")
    remedy = Bilingual("一覧を分けて照会してください", "Split the list")
    status = 422


class NothingAsked(HashiraError):
    """The list is empty."""

    code = "CERT-381"
    what = Bilingual("照会する人がありません", "Nobody is asked for")
    why = Bilingual("一覧に行がありません", "The list has no rows")
    remedy = Bilingual(
        "宛名番号、または「カナ,生年月日」を1行に一人ずつ入れてください",
        "Enter a person number, or a reading and a date of birth, one person a line",
    )
    status = 422


class Outcome(StrEnum):
    """What came of a row."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    SEVERAL = "several"
    UNREADABLE = "unreadable"


OUTCOME_NAMES: Mapping[Outcome, Bilingual] = {
    Outcome.FOUND: Bilingual("見つかりました", "found"),
    Outcome.NOT_FOUND: Bilingual("見つかりません", "not found"),
    Outcome.SEVERAL: Bilingual("複数います", "several"),
    Outcome.UNREADABLE: Bilingual("読めません", "not readable"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of the list: a number, or a reading (as its search key) with a date of birth."""

    line: int
    text: str
    reference: str = ""
    kana_key: str = ""
    birth_date: date | None = None
    problem: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody who was found, with what a summary shows."""

    id: UUID
    reference: str
    name: str
    kana: str
    birth_date: date | None
    """``None`` of a protected person, of whom nothing but the reference is told."""
    moved_out_on: date | None
    died_on: date | None
    doses: int
    last_day: date | None
    covid_doses: int
    products: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A row with what the register has."""

    asked: Asked
    outcome: Outcome
    person: FoundPerson | None = None
    count: int = 0


def read_list(text: str) -> tuple[Asked, ...]:
    """The rows of a list as pasted or from a file, without a header. Raises ``TooMany``, ``NothingAsked``.

    >>> [(a.reference, a.kana_key, a.birth_date) for a in read_list("1001\\nﾀｶﾊｼ ﾊﾅｺ, S55.2.29")]
    [('1001', '', None), ('', 'タカハシハナコ', datetime.date(1980, 2, 29))]
    """
    rows: list[Asked] = []
    for line, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        row = raw.strip(" \u3000\ufeff\x1a")
        if not row or (not rows and _HEADS.search(row)):
            continue
        if len(rows) == MOST:
            raise TooMany(most=f"{MOST:,}")
        rows.append(_row(line, row))
    if not rows:
        raise NothingAsked
    return tuple(rows)


def _row(line: int, row: str) -> Asked:
    parts = [part.strip(' \u3000"') for part in _PARTS.split(row[:400])]
    parts = [part for part in parts if part]
    if len(parts) == 1:
        reference = parts[0]
        if len(reference) > 32:
            return Asked(line, row[:100], problem=Bilingual("宛名番号が長すぎます", "the number is too long"))
        return Asked(line, row, reference=reference)
    if len(parts) != 2:
        words = Bilingual(
            "項目は番号だけか、カナと生年月日です", "a number, or a reading and a date of birth"
        )
        return Asked(line, row[:100], problem=words)
    try:
        born = read_day(parts[1])
    except HashiraError as error:
        return Asked(line, row[:100], problem=error.what.format(**error.details))
    key = search_key(parts[0])
    if not key:
        return Asked(line, row[:100], problem=Bilingual("カナがありません", "there is no reading"))
    return Asked(line, row, kana_key=key, birth_date=born)
