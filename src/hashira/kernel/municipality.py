"""Prefectures, municipalities and their codes (都道府県・市区町村, 全国地方公共団体コード).

The code has six digits: two for the prefecture (JIS X 0401), three for the body (JIS X 0402) and a check
digit. Open data often leaves the check digit out (five digits), and spreadsheets drop a leading zero
(five digits too). The two cannot be told apart: 12203 is 市川市 without its check digit and 士別市 (012203)
without its zero. So a caller says which form it has: :func:`by_code` reads six digits and nothing else,
:func:`by_short_code` five.

The table behind this module is written by ``tools/municipalities.py``, which says where each fact comes
from; it is read on first use, so that importing this module costs nothing.

>>> by_code("０１１００２").full_name
'北海道札幌市'
>>> by_name("札幌市中央区").title.en
'Chuo-ku, Sapporo-shi, Hokkaido'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.variant_characters import fold_variants


class UnreadableCode(HashiraError):
    """Details: ``length``, the number of digits there should be."""

    code = "KRN-010"
    what = Bilingual("団体コードとして読めません", "This is not readable as a local government code")
    why = Bilingual("ここに入るのは{length}桁の数字です", "This takes a number of {length} digits")
    remedy = Bilingual(
        "先頭の0を含めて入れてください（札幌市は6桁で011002、検査数字を除く5桁で01100）",
        "Enter it with its leading zero: Sapporo is 011002, or 01100 without the check digit",
    )


class WrongCheckDigit(HashiraError):
    """Details: ``given``, ``right`` (the same five digits with the right check digit)."""

    code = "KRN-011"
    what = Bilingual(
        "団体コードの検査数字が違います", "The check digit of the local government code is wrong"
    )
    why = Bilingual(
        "{given}の末尾の数字が、先頭5桁から計算した値と合いません",
        "The last digit of {given} is not the one that its first five digits give",
    )
    remedy = Bilingual(
        "先頭5桁が正しければ{right}です。書き写しを確かめてください",
        "If the first five digits are right, the code is {right}. Check for a slip in copying",
    )


class OneDigitMissing(HashiraError):
    """Five digits where six are needed. Details: ``given``."""

    code = "KRN-016"
    what = Bilingual("団体コードの桁が一つ足りません", "The local government code is one digit short")
    why = Bilingual(
        "{given}は5桁です。先頭の0が落ちたのか、末尾の検査数字がないのか決められません",
        "{given} has five digits: its leading zero or its check digit is missing, and which cannot be known",
    )
    remedy = Bilingual(
        "6桁で入れてください。表計算ソフトでは列を文字列にすると0が残ります",
        "Enter six digits. In a spreadsheet, format the column as text to keep the zero",
    )


class UnknownCode(HashiraError):
    """Details: ``given``."""

    code = "KRN-012"
    what = Bilingual("その団体コードはありません", "There is no such local government code")
    why = Bilingual(
        "{given}は都道府県・市区町村の一覧にありません",
        "{given} is not in the list of prefectures and municipalities",
    )
    remedy = Bilingual("団体の名前で探してください", "Look the body up by its name")


class AbolishedCode(HashiraError):
    """Details: ``given``, ``name``, ``until`` (date), ``successors`` (``Bilingual``)."""

    code = "KRN-013"
    what = Bilingual("廃止された団体コードです", "This local government code was abolished")
    why = Bilingual("{given}（{name}）は{until}までのコードです", "{given} ({name}) was in use until {until}")
    remedy = Bilingual("現在の{successors}から選んでください", "Choose from the present {successors}")


class UnknownName(HashiraError):
    code = "KRN-014"
    what = Bilingual("その名前の団体はありません", "There is no body of that name")
    why = Bilingual(
        "都道府県・市区町村の一覧に同じ名前がありません",
        "No prefecture or municipality in the list has that name",
    )
    remedy = Bilingual(
        "「府中市」「東京都府中市」のように、市・区・町・村まで入れてください",
        "Enter the name in Japanese with its 市, 区, 町 or 村, with or without the prefecture",
    )


class AmbiguousName(HashiraError):
    """Details: ``candidates`` (``Bilingual``)."""

    code = "KRN-015"
    what = Bilingual("同じ名前の団体が複数あります", "More than one body has that name")
    why = Bilingual("{candidates}があります", "There are {candidates}")
    remedy = Bilingual(
        "都道府県名（区は市の名前）から入れてください",
        "Enter the name with its prefecture, a ward with its city",
    )


class Kind(StrEnum):
    """What a body is (団体の種類). A ward of a designated city (行政区) is no local government."""

    PREFECTURE = "prefecture"
    DESIGNATED_CITY = "designated_city"
    CITY = "city"
    SPECIAL_WARD = "special_ward"
    TOWN = "town"
    VILLAGE = "village"
    WARD = "ward"


@dataclass(frozen=True, slots=True)
class Municipality:
    """One prefecture, municipality, special ward, or ward of a designated city.

    ``code``: six digits. ``name``: in Japanese, without prefecture and, for a ward, without its city.
    ``kana``: its reading in full-width katakana. ``romaji``: derived from the kana by Hepburn rules,
    without macrons, the kind after a hyphen (``Fuchu-shi``); a prefecture's without its kind
    (``Tokyo``). A body's own English name may differ (``Minami-Alps``). ``city_name`` and
    ``city_romaji``: of the designated city a ward belongs to, otherwise empty.
    """

    code: str
    kind: Kind
    name: str
    kana: str
    romaji: str
    prefecture: Bilingual
    city_name: str = ""
    city_romaji: str = ""

    @property
    def short_code(self) -> str:
        """The five-digit form, without the check digit."""
        return self.code[:5]

    @property
    def prefecture_code(self) -> str:
        """The two digits of JIS X 0401."""
        return self.code[:2]

    @property
    def is_local_government(self) -> bool:
        """Whether it is a 地方公共団体 (地方自治法 第1条の3), able to issue and to decide."""
        return self.kind is not Kind.WARD

    @property
    def full_name(self) -> str:
        """The name from the prefecture down, as in an address without its 郡."""
        return (
            self.name if self.kind is Kind.PREFECTURE else f"{self.prefecture.ja}{self.city_name}{self.name}"
        )

    @property
    def title(self) -> Bilingual:
        """The full name in both languages."""
        if self.kind is Kind.PREFECTURE:
            return self.prefecture
        return Bilingual(
            self.full_name, ", ".join(filter(None, (self.romaji, self.city_romaji, self.prefecture.en)))
        )


def check_digit(short_code: str) -> str:
    """The check digit of five digits (検査数字).

    The five digits are weighted 6, 5, 4, 3, 2 and summed; the check digit is the last digit of
    11 - (sum mod 11), which for a sum below 11 is 11 - sum. Source: 総務省「全国地方公共団体コード仕様」.

    >>> check_digit("01100"), check_digit("13101"), check_digit("01000")
    ('2', '6', '6')
    """
    if not _FIVE.fullmatch(short_code):
        raise UnreadableCode(length=5)
    total = sum(int(digit) * weight for digit, weight in zip(short_code, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def read_code(text: str) -> str:
    """The six digits of a code, full-width digits as well.

    Only the form and the check digit are judged; whether there is such a body is :func:`by_code`'s
    question. Raises ``UnreadableCode``, ``OneDigitMissing`` or ``WrongCheckDigit``.

    >>> read_code(" １３１０１６ ")
    '131016'
    """
    digits = _digits(text)
    if _FIVE.fullmatch(digits):
        raise OneDigitMissing(given=digits)
    if not _SIX.fullmatch(digits):
        raise UnreadableCode(length=6)
    right = digits[:5] + check_digit(digits[:5])
    if digits != right:
        raise WrongCheckDigit(given=digits, right=right)
    return right


def read_short_code(text: str) -> str:
    """The six digits of a code that is written without its check digit. Raises ``UnreadableCode``.

    >>> read_short_code("13101")
    '131016'
    """
    digits = _digits(text)
    return digits + check_digit(digits)


def by_code(text: str) -> Municipality:
    """The body with a six-digit code. Raises as :func:`read_code`, ``AbolishedCode`` or ``UnknownCode``."""
    return _find(read_code(text))


def by_short_code(text: str) -> Municipality:
    """The body with a five-digit code. Raises as :func:`by_code`.

    >>> by_short_code("12203").name
    '市川市'
    """
    return _find(read_short_code(text))


def by_name(text: str) -> Municipality:
    """The body with a Japanese name, with or without its prefecture, its 郡, and a ward's city.

    Variant characters and the two ways of writing ケ find each other (竜ヶ崎市, 龍ケ崎市). Raises
    ``UnknownName`` or ``AmbiguousName``.

    >>> by_name("東京都府中市").code, by_name("府中町").prefecture.ja, by_name("北海道空知郡南幌町").code
    ('132063', '広島県', '014231')
    """
    names = _table().by_name
    key = _name_key(text)
    found = names.get(key) or names.get(_COUNTY.sub(r"\1", key, count=1)) or ()
    if not found:
        raise UnknownName
    if len(found) > 1:
        raise AmbiguousName(candidates=_list([body.title for body in found]))
    return found[0]


def prefectures() -> tuple[Municipality, ...]:
    """The 47 prefectures in the order of their codes."""
    return tuple(body for body in _table().bodies.values() if body.kind is Kind.PREFECTURE)


def municipalities(prefecture_code: str | None = None, *, wards: bool = False) -> tuple[Municipality, ...]:
    """Cities, special wards, towns and villages in the order of their codes.

    ``prefecture_code``: two digits, to have only those of one prefecture; an unknown one raises
    ``UnknownCode``. ``wards``: with the wards of designated cities among them.

    >>> len(municipalities()), [m.name for m in municipalities("13")][:2]
    (1741, ['千代田区', '中央区'])
    """
    if prefecture_code is not None and f"{prefecture_code}000" not in {p.short_code for p in prefectures()}:
        raise UnknownCode(given=prefecture_code)
    return tuple(
        body
        for body in _table().bodies.values()
        if body.kind is not Kind.PREFECTURE
        and (wards or body.is_local_government)
        and prefecture_code in (None, body.prefecture_code)
    )


_FIVE = re.compile(r"[0-9]{5}")
_SIX = re.compile(r"[0-9]{6}")
# Tried only when the whole is no name: 上郡町 is a town, 大和郡山市 a city, 余市郡余市町 a town in its 郡.
_COUNTY = re.compile(r"(北海道|京都府|大阪府|東京都|.{2,3}県)?.{1,6}?郡(?=.+[町村]\Z)")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class _Abolished:
    name: str
    until: str
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    bodies: Mapping[str, Municipality]
    by_name: Mapping[str, tuple[Municipality, ...]]
    abolished: Mapping[str, _Abolished]


@cache
def _table() -> _Table:
    from importlib.resources import files  # here, because it costs more than everything else imported above

    bodies: dict[str, Municipality] = {}
    abolished: dict[str, _Abolished] = {}
    for line in files("hashira.kernel").joinpath("municipalities.tsv").read_text("utf-8").splitlines():
        code, kind, name, kana, romaji, extra = line.split("\t")
        if kind == "abolished":
            until, *successors = extra.split(",")
            abolished[code] = _Abolished(name, until, tuple(successors))
        elif kind == Kind.PREFECTURE:
            bodies[code] = Municipality(code, Kind.PREFECTURE, name, kana, romaji, Bilingual(name, romaji))
        else:
            # Prefectures and cities come before what lies in them, since the file is in the order of codes.
            prefecture = bodies[f"{code[:2]}000{check_digit(f'{code[:2]}000')}"].prefecture
            city = bodies[extra] if extra else None
            bodies[code] = Municipality(
                code,
                Kind(kind),
                name,
                kana,
                romaji,
                prefecture,
                city.name if city else "",
                city.romaji if city else "",
            )
    names: dict[str, list[Municipality]] = {}
    for body in bodies.values():
        for written in {body.name, body.full_name, body.city_name + body.name}:
            names.setdefault(_name_key(written), []).append(body)
    return _Table(
        MappingProxyType(bodies),
        MappingProxyType({key: tuple(found) for key, found in names.items()}),
        MappingProxyType(abolished),
    )


def _digits(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip() if len(text) <= _LONGEST else ""


def _find(code: str) -> Municipality:
    table = _table()
    if found := table.bodies.get(code):
        return found
    if abolished := table.abolished.get(code):
        successors = [table.bodies[successor].title for successor in abolished.successors]
        raise AbolishedCode(
            given=code, name=abolished.name, until=abolished.until, successors=_list(successors)
        )
    raise UnknownCode(given=code)


def _name_key(name: str) -> str:
    folded = fold_variants(unicodedata.normalize("NFKC", name)) if len(name) <= _LONGEST else ""
    return "".join(folded.split()).replace("ヶ", "ケ").replace("ヵ", "カ")


def _list(titles: list[Bilingual]) -> Bilingual:
    return Bilingual("、".join(t.ja for t in titles), "; ".join(t.en for t in titles))
