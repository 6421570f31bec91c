"""Where things stand in a machine-readable zone, and what can be wrong there (機械読取領域の配置).

Source: ICAO Doc 9303, 8th edition: Part 4 §4.2.2 (TD3), Part 5 §4.2.2 (TD1), Part 6 §4.2.2 (TD2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_COPY_AGAIN = Bilingual(
    "旅券の下2行（カードは3行）を見て、その位置の文字を確かめてください",
    "Compare that position with the lines at the foot of the passport or card",
)


class ZoneFormWrong(HashiraError):
    """Details: ``lines`` (the lengths found)."""

    code = "CERT-070"
    what = Bilingual("機械読取領域として読めません", "This is not readable as a machine-readable zone")
    why = Bilingual(
        "行の長さが{lines}です。旅券は44文字が2行、カードは36文字が2行か30文字が3行です",
        "The lines have {lines} characters; a passport has two of 44, a card two of 36 or three of 30",
    )
    remedy = Bilingual(
        "「<」も省かずに、すべての文字を入れてください", "Enter every character, the < as well"
    )


class ZoneCharacterWrong(HashiraError):
    """Details: ``line``, ``position`` (both from 1)."""

    code = "CERT-071"
    what = Bilingual(
        "機械読取領域に使えない文字があります", "The machine-readable zone has a wrong character"
    )
    why = Bilingual(
        "{line}行目の{position}文字目が、A-Z・0-9・< のどれでもありません",
        "Line {line}, position {position} is none of A-Z, 0-9 and <",
    )
    remedy = _COPY_AGAIN


class ZoneCheckDigitWrong(HashiraError):
    """Details: ``field``, ``line``, ``position`` (of the check digit, from 1), ``hint``."""

    code = "CERT-072"
    what = Bilingual("機械読取領域の検査数字が合いません", "A check digit of the zone is wrong")
    why = Bilingual(
        "{field}が、{line}行目の{position}文字目の検査数字と合いません{hint}",
        "{field} does not agree with its check digit at line {line}, position {position}{hint}",
    )
    remedy = _COPY_AGAIN


class ZoneFieldWrong(HashiraError):
    """Details: ``field``, ``line``, ``position`` (from 1), ``reason``."""

    code = "CERT-073"
    what = Bilingual("機械読取領域の項目が正しくありません", "A field of the zone is wrong")
    why = Bilingual(
        "{field}（{line}行目の{position}文字目から）: {reason}",
        "{field} (line {line}, from position {position}): {reason}",
    )
    remedy = _COPY_AGAIN


class ZoneNotWritable(HashiraError):
    """Details: ``field``."""

    code = "CERT-074"
    what = Bilingual("機械読取領域を作れません", "The zone cannot be written")
    why = Bilingual("{field}が規格の文字や長さに収まりません", "{field} does not fit the specification")
    remedy = Bilingual("値を確かめてください", "Check the value")


class Size(StrEnum):
    """The three sizes of travel documents."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the zone: line and first position, from 1, and its length."""

    title: Bilingual
    line: int
    position: int
    length: int

    def of(self, lines: tuple[str, ...]) -> str:
        start = self.position - 1
        return lines[self.line - 1][start : start + self.length]

    def wrong(self, ja: str, en: str, offset: int = 0) -> ZoneFieldWrong:
        return ZoneFieldWrong(
            field=self.title, line=self.line, position=self.position + offset, reason=Bilingual(ja, en)
        )


@dataclass(frozen=True, slots=True)
class Layout:
    size: Size
    rows: int
    columns: int
    code: Place
    state: Place
    name: Place
    number: Place
    nationality: Place
    birth: Place
    sex: Place
    expiry: Place
    optional: Place
    optional_2: Place | None
    optional_check: bool
    composite: Place
    covered: tuple[tuple[int, int, int], ...]
    """What the composite digit covers: line, first and last position."""


CODE, STATE, NAME = (
    Bilingual("文書の種類", "The document code"),
    Bilingual("発行国", "The issuing state"),
    Bilingual("氏名", "The name"),
)
NUMBER, NATIONALITY = Bilingual("旅券番号", "The document number"), Bilingual("国籍", "The nationality")
BIRTH, SEX, EXPIRY = (
    Bilingual("生年月日", "The date of birth"),
    Bilingual("性別", "The sex"),
    Bilingual("有効期間満了日", "The date of expiry"),
)
OPTIONAL, WHOLE = Bilingual("任意の項目", "The optional field"), Bilingual("全体", "The whole")


def _two_lines(size: Size, columns: int, optional_length: int) -> Layout:
    """TD2 and TD3 differ in length, and in a check digit of the optional field."""
    is_passport = size is Size.TD3
    return Layout(
        size=size,
        rows=2,
        columns=columns,
        code=Place(CODE, 1, 1, 2),
        state=Place(STATE, 1, 3, 3),
        name=Place(NAME, 1, 6, columns - 5),
        number=Place(NUMBER, 2, 1, 9),
        nationality=Place(NATIONALITY, 2, 11, 3),
        birth=Place(BIRTH, 2, 14, 6),
        sex=Place(SEX, 2, 21, 1),
        expiry=Place(EXPIRY, 2, 22, 6),
        optional=Place(OPTIONAL, 2, 29, optional_length),
        optional_2=None,
        optional_check=is_passport,
        composite=Place(WHOLE, 2, columns, 1),
        covered=((2, 1, 10), (2, 14, 20), (2, 22, columns - 1)),
    )


LAYOUTS = {
    Size.TD3: _two_lines(Size.TD3, 44, 14),
    Size.TD2: _two_lines(Size.TD2, 36, 7),
    Size.TD1: Layout(
        size=Size.TD1,
        rows=3,
        columns=30,
        code=Place(CODE, 1, 1, 2),
        state=Place(STATE, 1, 3, 3),
        name=Place(NAME, 3, 1, 30),
        number=Place(NUMBER, 1, 6, 9),
        nationality=Place(NATIONALITY, 2, 16, 3),
        birth=Place(BIRTH, 2, 1, 6),
        sex=Place(SEX, 2, 8, 1),
        expiry=Place(EXPIRY, 2, 9, 6),
        optional=Place(OPTIONAL, 1, 16, 15),
        optional_2=Place(OPTIONAL, 2, 19, 11),
        optional_check=False,
        composite=Place(WHOLE, 2, 30, 1),
        covered=((1, 6, 30), (2, 1, 7), (2, 9, 15), (2, 19, 29)),
    ),
}
