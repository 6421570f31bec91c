"""Fictional people of two registers, made from a seed: the same on every machine (架空の被接種者).

The first are the people whom the provider for development signs in, with what goes wrong in registers; the
others fill the lists. No name, number or address is anybody's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.person import PersonValues
from hashira.certificates.domain.vaccine_product import product

_SEED = 20211220
"""The day Japan's application was published."""
OTHERS = 30
_FAMILIES = (
    ("山田", "ヤマダ"),
    ("髙橋", "タカハシ"),
    ("高橋", "タカハシ"),
    ("齋藤", "サイトウ"),
    ("斎藤", "サイトウ"),
    ("渡邉", "ワタナベ"),
    ("渡辺", "ワタナベ"),
    ("𠮷田", "ヨシダ"),
    ("山﨑", "ヤマザキ"),
    ("大野", "オオノ"),
    ("本間", "ホンマ"),
    ("長谷川", "ハセガワ"),
    ("東海林", "ショウジ"),
    ("小鳥遊", "タカナシ"),
)
_GIVEN = (
    ("架空", "カクウ", ""),
    ("見本", "ミホン", ""),
    ("一郎", "イチロウ", "male"),
    ("翔太", "ショウタ", "male"),
    ("結衣", "ユイ", "female"),
    ("優子", "ユウコ", "female"),
    ("葛\U000e0100", "カズラ", "female"),
    ("蓮", "レン", "male"),
)
_CLINICS = ("見本診療所", "架空中央病院", "柱市民体育館（集団接種）", "見本小児科")
# (days after the first dose, product) of a course as it was given in Japan
_COURSES = (
    (
        (0, "comirnaty"),
        (21, "comirnaty"),
        (240, "comirnaty"),
        (500, "comirnaty-ba45"),
        (830, "comirnaty-xbb15"),
    ),
    ((0, "spikevax"), (28, "spikevax"), (250, "comirnaty"), (490, "spikevax-ba45")),
    ((0, "comirnaty"), (21, "comirnaty"), (230, "spikevax")),
    ((0, "vaxzevria"), (70, "vaxzevria")),
    ((0, "comirnaty"), (21, "comirnaty")),
)


@dataclass(frozen=True, slots=True)
class DemonstrationPerson:
    """A person of a register, with the doses on record."""

    values: PersonValues
    doses: tuple[Dose, ...]


def first_register() -> Iterator[DemonstrationPerson]:
    """The people who can sign in, and others."""
    chance = random.Random(_SEED)  # noqa: S311  (made up, not secret)
    for number, values in enumerate(_known(), start=1):
        yield DemonstrationPerson(values, tuple(_course(chance, _COURSES[number % len(_COURSES)])))
    yield from _others(chance, start=1001)


def second_register() -> Iterator[DemonstrationPerson]:
    """Of the next municipality: somebody who moved away, and others."""
    chance = random.Random(_SEED + 1)  # noqa: S311  (made up, not secret)
    moved = _person(
        12, "転居　見本", "テンキョ　ミホン", date(1972, 8, 15), "male", moved_out_on=date(2022, 3, 31)
    )
    yield DemonstrationPerson(moved, tuple(_course(chance, _COURSES[4])))
    yield from _others(chance, start=2001)


def _known() -> Iterator[PersonValues]:
    yield _person(1, "見本　花子", "ミホン　ハナコ", date(1980, 1, 1), "female")
    yield _person(2, "見本　太郎", "ミホン　タロウ", date(1978, 5, 5), "male")
    yield _person(3, "髙橋　架空", "タカハシ　カクウ", date(1990, 4, 1), "female")
    yield _person(4, "高橋　架空", "タカハシ　カクウ", date(1990, 4, 1), "female")
    yield _person(5, "𠮷野　架空", "ヨシノ　カクウ", date(1965, 11, 30), "male")
    yield _person(6, "双葉　一美", "フタバ　ヒトミ", date(2001, 2, 3), "female")
    yield _person(7, "双葉　二美", "フタバ　フミ", date(2001, 2, 3), "female")
    yield _person(8, "同名　見本", "ドウメイ　ミホン", date(1985, 3, 3), "male")
    yield _person(9, "同名　見本", "ドウメイ　ミホン", date(1985, 3, 3), "male")
    yield _person(10, "転居　見本", "テンキョ　ミホン", date(1972, 8, 15), "male")
    yield _person(11, "旧姓　見本", "キュウセイ　ミホン", date(1993, 12, 24), "female")
    yield _person(13, "SAMPLE　ALEX", "サンプル　アレックス", date(1988, 7, 7), "male", roman="SAMPLE, ALEX")


def _others(chance: random.Random, *, start: int) -> Iterator[DemonstrationPerson]:
    for number in range(start, start + OTHERS):
        family, family_kana = chance.choice(_FAMILIES)
        given, given_kana, sex = chance.choice(_GIVEN)
        born = date(1935, 1, 1) + timedelta(days=chance.randrange(25_000))
        values = _person(number, f"{family}　{given}", f"{family_kana}　{given_kana}", born, sex)
        yield DemonstrationPerson(values, tuple(_course(chance, chance.choice(_COURSES))))


def _person(
    number: int,
    name: str,
    kana: str,
    born: date,
    sex: str,
    *,
    roman: str = "",
    moved_out_on: date | None = None,
) -> PersonValues:
    return PersonValues(
        reference=f"{number:08d}",
        name=name,
        kana=kana,
        roman=roman,
        birth_date=born,
        sex=sex,
        coupon_number=f"{number:010d}",
        address=f"柱県架空市見本町{number}番",
        moved_out_on=moved_out_on,
    )


def _course(chance: random.Random, course: tuple[tuple[int, str], ...]) -> Iterator[Dose]:
    first = date(2021, 5, 1) + timedelta(days=chance.randrange(150))
    for number, (after, code) in enumerate(course, start=1):
        yield Dose(
            product(code),
            first + timedelta(days=after),
            lot=f"{chance.choice('EFG')}{chance.choice('KLMN')}{chance.randrange(10_000):04d}",
            number=number,
            place=chance.choice(_CLINICS),
        )
