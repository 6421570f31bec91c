"""Dates in Japanese eras, both ways (和暦).

The eras of the laws in force: 明治, 大正, 昭和, 平成, 令和. The day an era changed belongs to one era
only, the new one, so that every day has exactly one name here:

=====  ==========  ==========  ==============================================================
era    first day   last day    source
=====  ==========  ==========  ==============================================================
明治   1868 (year) 1912-07-29  太政官布告 (明治五年第三百三十七号): 明治六年一月一日 = 1873-01-01
大正   1912-07-30  1926-12-24  大正改元ノ詔書 (day of signature)
昭和   1926-12-25  1989-01-07  昭和改元ノ詔書 (day of signature)
平成   1989-01-08  2019-04-30  元号を改める政令 (昭和六十四年政令第一号), in force the day after
令和   2019-05-01  —           元号を改める政令 (平成三十一年政令第百四十三号)
=====  ==========  ==========  ==============================================================

Until 明治五年十二月二日 (1872-12-31) the civil calendar was lunisolar. A *date* before 1873-01-01 is
therefore refused, never guessed. A *year* in the number of a law (法令番号, for instance
明治二十九年法律第八十九号) names no day and is read from 明治元年 (1868) on.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.numerals import NUMERAL_CLASS, kanji_number, read_number

FIRST_DAY = date(1873, 1, 1)
"""The first day of the solar calendar in Japan, and the earliest date this module knows."""


class DateBeforeSolarCalendar(HashiraError):
    code = "KRN-001"
    what = Bilingual("この日付は扱えません", "This date cannot be handled")
    why = Bilingual(
        "明治5年以前（1872年以前）の日付は旧暦（太陰太陽暦）で、西暦への換算が一つに決まりません",
        "Dates up to Meiji 5 (1872) are lunisolar and have no single Gregorian equivalent",
    )
    remedy = Bilingual(
        "1873年1月1日（明治6年1月1日）以後の日付を入れてください",
        "Enter a date on or after 1 January 1873 (Meiji 6)",
    )


class UnreadableDate(HashiraError):
    code = "KRN-002"
    what = Bilingual("日付として読めません", "This is not readable as a date")
    why = Bilingual(
        "年・月・日がそろった書き方ではありません", "It does not consist of a year, a month and a day"
    )
    remedy = Bilingual(
        "「令和8年11月23日」「R8.11.23」「2026-11-23」のように入れてください",
        "Write it like 2026-11-23, R8.11.23 or 令和8年11月23日",
    )


class NoSuchDay(HashiraError):
    code = "KRN-003"
    what = Bilingual("存在しない日付です", "There is no such day")
    why = Bilingual(
        "月は1から12まで、日はその月の末日までです", "Months run from 1 to 12, days to the end of the month"
    )
    remedy = Bilingual("月と日を確かめてください", "Check the month and the day")


class WrongEra(HashiraError):
    """The day exists but bears the name of another era. Details: ``era``, ``period``, ``right``."""

    code = "KRN-004"
    what = Bilingual("元号と年月日が合いません", "The era and the date do not agree")
    why = Bilingual(
        "{era}は{period}で、この日は{right}です", "{era} runs {period}, and this day is in {right}"
    )
    remedy = Bilingual(
        "{right}の年で入れ直すか、西暦で入れてください", "Enter the year of {right}, or the Gregorian year"
    )


class NoSuchEraYear(HashiraError):
    """Details: ``era``, ``years``."""

    code = "KRN-005"
    what = Bilingual("その元号にない年です", "The era has no such year")
    why = Bilingual("{era}の年は{years}です", "The years of {era} run {years}")
    remedy = Bilingual(
        "元号と年を確かめるか、西暦で入れてください",
        "Check the era and the year, or enter the Gregorian year",
    )


class UnreadableEraYear(HashiraError):
    code = "KRN-006"
    what = Bilingual("元号の年として読めません", "This is not readable as a year of an era")
    why = Bilingual(
        "明治・大正・昭和・平成・令和のいずれかに年が続く書き方ではありません",
        "It is not one of Meiji, Taishō, Shōwa, Heisei, Reiwa followed by a year",
    )
    remedy = Bilingual(
        "「明治二十九年」「令和元年」「昭和22年」「R8」のように入れてください",
        "Write it like 令和元年, 昭和22年, 明治二十九年 or R8",
    )


@dataclass(frozen=True, slots=True)
class Era:
    """One era (元号). Take it from ``ERAS``, not from the constructor.

    ``first_year`` is the Gregorian year of its 元年. ``last_day`` is ``None`` for the era in force.
    """

    name: Bilingual
    letter: str
    first_year: int
    first_day: date
    last_day: date | None

    @property
    def last_year(self) -> int:
        """The number of its last year; for the era in force the year that is Gregorian 9999."""
        return (self.last_day.year if self.last_day else 9999) - self.first_year + 1

    @property
    def period(self) -> Bilingual:
        """Its first and last day, for a sentence."""
        if self.last_day is None:
            return Bilingual(f"{self.first_day}以後", f"from {self.first_day} on")
        return Bilingual(
            f"{self.first_day}から{self.last_day}まで", f"from {self.first_day} to {self.last_day}"
        )

    @property
    def years(self) -> Bilingual:
        """Its first and last year, for a sentence."""
        if self.last_day is None:
            return Bilingual("元年以後", "from 1 on")
        return Bilingual(f"元年から{self.last_year}年まで", f"from 1 to {self.last_year}")

    def __str__(self) -> str:
        return self.name.ja


MEIJI = Era(Bilingual("明治", "Meiji"), "M", 1868, FIRST_DAY, date(1912, 7, 29))
TAISHO = Era(Bilingual("大正", "Taishō"), "T", 1912, date(1912, 7, 30), date(1926, 12, 24))
SHOWA = Era(Bilingual("昭和", "Shōwa"), "S", 1926, date(1926, 12, 25), date(1989, 1, 7))
HEISEI = Era(Bilingual("平成", "Heisei"), "H", 1989, date(1989, 1, 8), date(2019, 4, 30))
REIWA = Era(Bilingual("令和", "Reiwa"), "R", 2019, date(2019, 5, 1), None)
ERAS = (MEIJI, TAISHO, SHOWA, HEISEI, REIWA)

_BY_SIGN = {era.name.ja: era for era in ERAS} | {era.letter: era for era in ERAS}
_ERA = "|".join(_BY_SIGN)
_NUMBER = f"[{NUMERAL_CLASS}]{{1,9}}"
_ERA_YEAR = re.compile(rf"({_ERA})\s*({_NUMBER})\s*年?")
_LAW_YEAR = re.compile(rf"({_ERA})({_NUMBER})年")
_YEAR = rf"(?P<era>{_ERA})?\s*(?P<year>{_NUMBER})"
_WRITTEN = re.compile(
    rf"{_YEAR}\s*(?:年\s*(?P<m1>{_NUMBER})\s*月\s*(?P<d1>{_NUMBER})\s*日"
    rf"|(?P<sign>[-./])(?P<m2>[0-9]{{1,2}})(?P=sign)(?P<d2>[0-9]{{1,2}}))"
)
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_BOTH = re.compile(r"(?P<first>[^()]+?)\s*\((?P<second>[^()]+)\)")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class EraYear:
    """A year of an era, as in the number of a law (年).

    >>> EraYear(MEIJI, 29).gregorian, str(EraYear(REIWA, 1)), EraYear(MEIJI, 29).in_law()
    (1896, '令和元年', '明治二十九年')
    """

    era: Era
    year: int

    def __post_init__(self) -> None:
        if not 1 <= self.year <= self.era.last_year:
            raise NoSuchEraYear(era=self.era.name, years=self.era.years)

    @property
    def gregorian(self) -> int:
        """The Gregorian year (西暦) in which the year of the era lies."""
        return self.era.first_year + self.year - 1

    def in_law(self) -> str:
        """With kanji numerals, as law writes it."""
        return f"{self.era}{'元' if self.year == 1 else kanji_number(self.year)}年"

    def __str__(self) -> str:
        return f"{self.era}{'元' if self.year == 1 else self.year}年"


@dataclass(frozen=True, slots=True)
class EraDate:
    """A day named in its era (和暦の日付); one that does not exist cannot be built.

    >>> EraDate.of(date(2019, 5, 1))
    EraDate(era=..., year=1, month=5, day=1)
    >>> EraDate(SHOWA, 64, 1, 7).to_date()
    datetime.date(1989, 1, 7)
    """

    era: Era
    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        self.to_date()

    @classmethod
    def of(cls, day: date) -> EraDate:
        """The era date of a Gregorian date. Raises ``DateBeforeSolarCalendar`` before 1873-01-01."""
        era = era_of(day)
        return cls(era, day.year - era.first_year + 1, day.month, day.day)

    def to_date(self) -> date:
        """The Gregorian date."""
        day = _day(EraYear(self.era, self.year).gregorian, self.month, self.day)
        right = era_of(day)
        if right is not self.era:
            raise WrongEra(era=self.era.name, period=self.era.period, right=right.name)
        return day

    def in_law(self) -> str:
        """With kanji numerals, as law writes it.

        >>> EraDate(REIWA, 8, 11, 23).in_law()
        '令和八年十一月二十三日'
        """
        year = EraYear(self.era, self.year).in_law()
        return f"{year}{kanji_number(self.month)}月{kanji_number(self.day)}日"

    def __str__(self) -> str:
        return f"{EraYear(self.era, self.year)}{self.month}月{self.day}日"


def era_of(day: date) -> Era:
    """The era a day belongs to.

    >>> str(era_of(date(1989, 1, 7))), str(era_of(date(1989, 1, 8)))
    ('昭和', '平成')
    """
    if isinstance(day, datetime):
        raise TypeError("a date is needed, not a moment: take its date in Japan first")
    if day < FIRST_DAY:
        raise DateBeforeSolarCalendar
    return next(era for era in reversed(ERAS) if day >= era.first_day)


def read_date(text: str) -> date:
    """The date that a person or another system wrote, in the Gregorian calendar or in an era.

    Read are, with full-width digits and kanji numerals as well: ``令和8年11月23日``, ``令和元年5月1日``,
    ``R8.11.23`` (also with ``-`` or ``/``), ``2026年11月23日``, ``2026-11-23``, ``2026/11/23``,
    ``2026.11.23``, ``20261123``, and what :func:`format_date` writes. A Gregorian year has four
    digits. Raises ``UnreadableDate``, ``NoSuchDay``, ``NoSuchEraYear``, ``WrongEra`` or
    ``DateBeforeSolarCalendar``; no message repeats the text, since it may be a birth date.

    >>> read_date("令和元年５月１日"), read_date("h31.4.30"), read_date("二〇二六年十一月二十三日")
    (datetime.date(2019, 5, 1), datetime.date(2019, 4, 30), datetime.date(2026, 11, 23))
    """
    clean = _clean(text)
    if both := _BOTH.fullmatch(clean):
        first, second = _read_one(both["first"]), _read_one(both["second"])
        if first != second:
            raise UnreadableDate
        return first
    return _read_one(clean)


def read_fields(year: str, month: str, day: str) -> date:
    """The date in the three fields of a form (年・月・日).

    The year is Gregorian with four digits (``2026``) or of an era (``令和8``, ``R8``, ``令和元``). The
    units 年, 月, 日 may stand behind. Raises as :func:`read_date`.

    >>> read_fields("令和8", "１１", "23"), read_fields("2026", "11", "23日")
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 23))
    """
    return _read_one(
        f"{_clean(year).removesuffix('年')}年{_clean(month).removesuffix('月')}月{_clean(day).removesuffix('日')}日"
    )


def read_era_year(text: str) -> EraYear:
    """A year of an era standing alone: ``明治二十九年``, ``令和元年``, ``昭和22``, ``R8``.

    >>> read_era_year("Ｓ２２").gregorian
    1947
    """
    return _era_year(_ERA_YEAR.fullmatch(_clean(text)))


def read_law_year(law_number: str) -> EraYear:
    """The year at the head of the number of a law (法令番号); what follows is not looked at.

    >>> str(read_law_year("明治二十九年法律第八十九号"))
    '明治29年'
    """
    return _era_year(_LAW_YEAR.match(_clean(law_number)))


def format_date(day: date) -> str:
    """A date as it is shown to people, in both calendars.

    >>> format_date(date(2026, 11, 23))
    '2026年11月23日（令和8年11月23日）'
    """
    return f"{day.year}年{day.month}月{day.day}日（{EraDate.of(day)}）"


def _clean(text: str) -> str:
    """The text in one spelling; empty, and so unreadable, if it is longer than anything readable."""
    if len(text) > _LONGEST:
        return ""
    # NFKC makes full-width digits narrow and resolves the one-character era names (㍻, ㋿).
    return unicodedata.normalize("NFKC", text).strip().upper()


def _read_one(text: str) -> date:
    if compact := _COMPACT.fullmatch(text):
        return _solar(_day(int(compact["year"]), int(compact["m"]), int(compact["d"])))
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise UnreadableDate
    year = read_number(match["year"])
    month = read_number(match["m1"] or match["m2"])
    day = read_number(match["d1"] or match["d2"])
    if year is None or month is None or day is None:
        raise UnreadableDate
    if match["era"] is None:
        if not 1000 <= year <= 9999 or "元" in match["year"]:
            raise UnreadableDate
        return _solar(_day(year, month, day))
    return EraDate(_BY_SIGN[match["era"]], year, month, day).to_date()


def _era_year(match: re.Match[str] | None) -> EraYear:
    number = read_number(match[2]) if match else None
    if match is None or number is None:
        raise UnreadableEraYear
    return EraYear(_BY_SIGN[match[1]], number)


def _day(year: int, month: int, day: int) -> date:
    # The old calendar comes first: 明治5年12月3日 or 1872-02-30 is no question of the month's length.
    if year < FIRST_DAY.year:
        raise DateBeforeSolarCalendar
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDay from None


def _solar(day: date) -> date:
    era_of(day)
    return day
