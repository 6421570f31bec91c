"""The number of a law, its id and its revisions (法令番号・法令ID・改正履歴).

The ids are those of e-Gov: ``340CO0000000014`` is era 3 (昭和), year 40, cabinet order 14.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from hashira.kernel.era import ERAS, EraYear, UnreadableEraYear, read_law_year
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.numerals import kanji_number, read_number


class UnreadableLawNumber(HashiraError):
    """Details: ``text``."""

    code = "REG-001"
    what = Bilingual("法令番号として読めません", "This is not readable as the number of a law")
    why = Bilingual(
        "「{text}」は、元号・年・種別・番号がそろった書き方ではありません",
        "“{text}” does not consist of an era, a year, a kind and a number",
    )
    remedy = Bilingual(
        "「昭和四十年政令第十四号」のように入れてください", "Write it like 昭和四十年政令第十四号"
    )


_NUMBER = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和)(?P<year>[元〇一二三四五六七八九十百0-9]+)年"
    r"(?:[一二三四五六七八九十0-9]+月[一二三四五六七八九十0-9]+日)?"
    r"(?P<kind>[^第0-9一二三四五六七八九十]*?)"
    r"(?:第(?P<number>[〇一二三四五六七八九十百千0-9]+)号|(?P<code>[一二三四五六七八九十〇0-9][―ー\-0-9一二三四五六七八九十〇]*))"
)
_LETTERS = {"法律": "AC", "政令": "CO", "勅令": "IO", "太政官布告": "DF"}


@dataclass(frozen=True, slots=True)
class LawNumber:
    """The number of a law or ordinance (法令番号).

    ``kind`` is the kind as printed (法律, 政令, 厚生労働省令, 人事院規則, 条例). ``number`` is 0 for the
    rules of 人事院, which have a ``code`` (一四―七) instead.

    >>> number = LawNumber.read("昭和四十年政令第十四号")
    >>> str(number), number.arabic(), number.law_id
    ('昭和四十年政令第十四号', '昭和40年政令第14号', '340CO0000000014')
    >>> LawNumber.read("平成二七年九月一一日法律第六六号") == LawNumber.read("平成27年法律第66号")
    True
    """

    year: EraYear
    kind: str
    number: int
    code: str = ""

    @classmethod
    def read(cls, text: str) -> LawNumber:
        """Reads a number as laws, registers and people write it. Raises ``UnreadableLawNumber``."""
        found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
        if found is None:
            raise UnreadableLawNumber(text=text[:60])
        try:
            year = read_law_year(f"{found['era']}{found['year']}年")
        except UnreadableEraYear:
            raise UnreadableLawNumber(text=text[:60]) from None
        if found["code"]:
            return cls(year, found["kind"], 0, found["code"].replace("-", "―").replace("ー", "―"))
        number = read_number(found["number"])
        if not number:
            raise UnreadableLawNumber(text=text[:60])
        return cls(year, found["kind"], number)

    @property
    def law_id(self) -> str:
        """The id that e-Gov gives an Act, cabinet order or imperial order of this number; else empty.

        The number does not tell who brought the bill in. The id says so for Acts (``AC0…`` 閣法, ``AC1…``
        衆法, ``AC01…`` 参法), so this is the id of a government bill, as nine of ten are; an index of laws
        knows better.
        """
        letters = _LETTERS.get(self.kind)
        if letters is None:
            return ""
        era = ERAS.index(self.year.era) + 1
        return f"{era}{self.year.year:02}{letters}{self.number:010}"

    def arabic(self) -> str:
        """With arabic digits, as ordinances and databases write it."""
        return f"{self.year}{self.kind}{f'第{self.number}号' if self.number else self.code}"

    def __str__(self) -> str:
        last = f"第{kanji_number(self.number)}号" if self.number else self.code
        return f"{self.year.in_law()}{self.kind}{last}"


@dataclass(frozen=True, slots=True)
class Revision:
    """One text of a law, in force from a day on (改正履歴).

    ``enforced_at`` is the day, ``amended_by`` the id of the law that made the text so. Its id is e-Gov's:
    ``340CO0000000014_20250611_507CO0000000203``; what is not known is left out.
    """

    law_id: str
    enforced_at: date | None = None
    amended_by: str = ""

    @property
    def revision_id(self) -> str:
        day = self.enforced_at.strftime("%Y%m%d") if self.enforced_at else ""
        return "_".join(part for part in (self.law_id, day, self.amended_by) if part)

    @classmethod
    def read(cls, revision_id: str) -> Revision:
        """From an id; an unknown form gives a revision without a date.

        >>> Revision.read("417AC1000000063_20160401_427AC0000000066").enforced_at
        datetime.date(2016, 4, 1)
        """
        law_id, _, rest = revision_id.partition("_")
        day, _, amended_by = rest.partition("_")
        try:
            return cls(law_id, date(int(day[:4]), int(day[4:6]), int(day[6:8])), amended_by)
        except ValueError:
            return cls(law_id)


@lru_cache(maxsize=65536)
def amending_law_id(amendment: str) -> str:
    """The id for the number of an amending law (改正法令番号), or the number itself without blanks.

    >>> amending_law_id("平成二七年九月一一日法律第六六号")
    '427AC0000000066'
    """
    try:
        number = LawNumber.read(amendment)
    except HashiraError:
        return "".join(amendment.split()).replace("-", "―")
    return number.law_id or number.arabic()
