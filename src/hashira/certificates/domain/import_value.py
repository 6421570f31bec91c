"""Single values of an imported file: dates, dose numbers, sexes, vaccines, numbers of people (取込みの値).

Each function takes the text of a field and returns the value, or raises the error that the report shows.
Files repeat their values, so dates are remembered.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from functools import lru_cache

from hashira.certificates.domain.import_problem import (
    SpreadsheetDate,
    TextTooLong,
    UnreadableCoupon,
    UnreadableDoseNumber,
    UnreadableSex,
    ValueMissing,
)
from hashira.kernel.era import ERAS, EraDate, UnreadableDate, read_date
from hashira.kernel.numerals import read_number

MOST_DOSES = 99
_TIME = re.compile(r"(?P<day>.+?)[T\s]+\d{1,2}[:：]\d{2}([:：]\d{2}([.．]\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_ERA_LETTER = re.compile(r"(?P<era>[MTSHR])(?P<y>\d{2})(?P<m>\d{2})(?P<d>\d{2})")
_ERA_DIGIT = re.compile(r"(?P<era>[1-5])-?(?P<y>\d{2})[-./]?(?P<m>\d{2})[-./]?(?P<d>\d{2})")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_SERIALS = (3654, 73050)  # 1910 to 2099 as spreadsheets count days
_DOSE = re.compile(r"第?(?P<n>.+?)(?:回目|回|度目)?")


class DateStyle(StrEnum):
    """How a source writes dates (日付の書き方)."""

    WRITTEN = "written"
    """Any way that says itself what it is: 20210601, 2021/6/1, R3.6.1, R030601, 令和3年6月1日."""
    ERA_DIGIT = "era_digit"
    """The era as a digit, 1 明治 to 5 令和, as old municipal systems write it: 5030601."""


class Sex(StrEnum):
    """Sex as the resident register has it (性別)."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


USUAL_SEXES: dict[str, Sex] = {
    **dict.fromkeys(("1", "男", "男性", "m", "male"), Sex.MALE),
    **dict.fromkeys(("2", "女", "女性", "f", "female"), Sex.FEMALE),
    **dict.fromkeys(("", "0", "9", "不明", "不詳", "unknown"), Sex.UNKNOWN),
}
"""Values that need no table: JIS X 0303 (0, 1, 2, 9) and words."""


def value_key(text: str) -> str:
    """A value as it is looked up in a table of values: width, case and spaces do not matter.

    >>> value_key("ファイザー　(12歳以上)"), value_key("ﾌｧｲｻﾞｰ（12歳以上）")
    ('ファイザー(12歳以上)', 'ファイザー(12歳以上)')
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@lru_cache(maxsize=65_536)
def read_day(text: str, style: DateStyle = DateStyle.WRITTEN) -> date:
    """The date of a field; a time behind it is left off. Raises as ``kernel.era.read_date`` does, and
    ``SpreadsheetDate`` for the serial number of a spreadsheet.

    >>> read_day("R030601"), read_day("２０２１／６／１"), read_day("2021-06-01 10:30")
    (datetime.date(2021, 6, 1), datetime.date(2021, 6, 1), datetime.date(2021, 6, 1))
    >>> read_day("5030601", DateStyle.ERA_DIGIT), read_day("20210601", DateStyle.ERA_DIGIT)
    (datetime.date(2021, 6, 1), datetime.date(2021, 6, 1))
    """
    if not text:
        raise ValueMissing
    if len(text) > 80:
        raise UnreadableDate
    clean = unicodedata.normalize("NFKC", text).strip()
    if timed := _TIME.fullmatch(clean):
        clean = timed["day"]
    if letter := _ERA_LETTER.fullmatch(clean.upper()):
        era = next(e for e in ERAS if e.letter == letter["era"])
        return EraDate(era, int(letter["y"]), int(letter["m"]), int(letter["d"])).to_date()
    if style is DateStyle.ERA_DIGIT and (digit := _ERA_DIGIT.fullmatch(clean)):
        era = ERAS[int(digit["era"]) - 1]
        return EraDate(era, int(digit["y"]), int(digit["m"]), int(digit["d"])).to_date()
    if _SERIAL.fullmatch(clean):
        lowest, highest = _SERIALS
        if lowest <= float(clean) <= highest:
            raise SpreadsheetDate(lowest=lowest, highest=highest)
    return read_date(clean)


@lru_cache(maxsize=1024)
def read_dose_number(text: str) -> int:
    """Which dose of the course. Raises ``UnreadableDoseNumber``.

    >>> read_dose_number("１回目"), read_dose_number("第二回"), read_dose_number("3")
    (1, 2, 3)
    """
    match = _DOSE.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    number = read_number(match["n"]) if match else None
    if number is None or not 1 <= number <= MOST_DOSES:
        raise UnreadableDoseNumber(most=MOST_DOSES)
    return number


def read_sex(text: str, table: dict[str, Sex]) -> Sex:
    """The sex, by the table of the source (keys as of ``value_key``), else by the usual values.

    Raises ``UnreadableSex``.
    """
    key = value_key(text)
    found = table.get(key) or USUAL_SEXES.get(key)
    if found is None:
        raise UnreadableSex
    return found


def read_number_of_person(text: str, *, limit: int) -> str:
    """宛名番号, 接種券番号: digits and letters in one width, with the zeros before them as they came.

    The same number must be the same person whichever width a system prints it in; leading zeros are kept,
    since some systems pad and some do not, and 007 may be somebody else than 7. Raises ``ValueMissing`` or
    ``TextTooLong``.

    >>> read_number_of_person("　００１２３４５ ", limit=20)
    '0012345'
    """
    number = unicodedata.normalize("NFKC", text).strip()
    if not number:
        raise ValueMissing
    return _bounded(number, limit)


_COUPON = re.compile(r"[0-9]{10}")


def read_coupon_number(text: str) -> str:
    """接種券番号: ten digits, or nothing. Raises ``UnreadableCoupon``.

    >>> read_coupon_number("０１２３４５６７８９"), read_coupon_number(" ")
    ('0123456789', '')
    """
    number = unicodedata.normalize("NFKC", text).strip()
    if number and not _COUPON.fullmatch(number):
        raise UnreadableCoupon
    return number


def read_text(text: str, *, limit: int) -> str:
    """A text as it came, without the padding around it. Raises ``TextTooLong``."""
    return _bounded(text.strip(" \u3000"), limit)


def _bounded(text: str, limit: int) -> str:
    if len(text) > limit:
        raise TextTooLong(limit=limit)
    return text
