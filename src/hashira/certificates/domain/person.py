"""The values of a person as somebody enters them into the register (被接種者の登録内容)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import KanaName, RomanName, WrittenName, search_key

SEXES = ("male", "female", "other", "")
MAX_REFERENCE = 32
MAX_ADDRESS = 400
_COUPON = re.compile(r"[0-9]{10}")


class PersonNotRegistrable(HashiraError):
    """Details: ``field``, ``reason``."""

    code = "CERT-105"
    what = Bilingual("この内容では登録できません", "This cannot be registered")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("入力を確かめて直してください", "Check what you entered and correct it")
    status = 422


@dataclass(frozen=True, slots=True)
class PersonValues:
    """What the register says about a person. Raises ``PersonNotRegistrable`` or an error of the names.

    The name is kept as given. The reading is full-width katakana, the Roman writing ``FAMILY, GIVEN``; both
    may be missing.
    """

    reference: str
    name: str
    birth_date: date
    kana: str = ""
    roman: str = ""
    sex: str = ""
    coupon_number: str = ""
    address: str = ""
    moved_out_on: date | None = None
    died_on: date | None = None

    def __post_init__(self) -> None:
        if not self.reference.strip() or len(self.reference) > MAX_REFERENCE:
            raise _unfit("reference", f"宛名番号は1から{MAX_REFERENCE}文字です", "The reference is missing")
        WrittenName.split(self.name)
        if self.kana:
            KanaName(*self.kana.split("\u3000", 1))
        if self.roman:
            RomanName(*(part.strip() for part in self.roman.split(",", 1)))
        if self.sex not in SEXES:
            raise _unfit("sex", "性別の値が違います", "The sex is none of the values")
        if self.coupon_number and not _COUPON.fullmatch(self.coupon_number):
            raise _unfit("coupon_number", "接種券番号は数字10桁です", "The coupon number has 10 digits")
        if len(self.address) > MAX_ADDRESS:
            raise _unfit("address", f"住所は{MAX_ADDRESS}文字までです", "The address is too long")
        for field, day in (("moved_out_on", self.moved_out_on), ("died_on", self.died_on)):
            if day is not None and day < self.birth_date:
                raise _unfit(field, "生年月日より前の日付です", "The day lies before the date of birth")

    @property
    def name_key(self) -> str:
        """By which the person is found, whatever variant of a character somebody types."""
        return search_key(self.name)

    @property
    def kana_key(self) -> str:
        return search_key(self.kana)


def _unfit(field: str, ja: str, en: str) -> PersonNotRegistrable:
    return PersonNotRegistrable(field=field, reason=Bilingual(ja, en))
