"""Fictional people of two registers, made from a seed: the same on every machine (架空の被接種者).

The first are the people whom the provider for development signs in, with what goes wrong in registers; the
others fill the lists. No name, number or address is anybody's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.person import PersonValues
from hashira.certificates.domain.vaccine_product import product

_SEED = 20211220
"""The day Japan's application was published."""
OTHERS = 32
"""Adults of each register who only fill the lists."""
CHILDREN = 5
"""Children of each register, with the routine vaccinations of their age."""
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
        (880, "comirnaty-xbb15"),
    ),
    ((0, "spikevax"), (28, "spikevax"), (250, "comirnaty"), (490, "spikevax-ba45")),
    ((0, "comirnaty"), (21, "comirnaty"), (230, "spikevax")),
    ((0, "vaxzevria"), (70, "vaxzevria")),
    ((0, "comirnaty"), (21, "comirnaty")),
)


_CHILDRENS_CLINICS = ("見本小児科", "架空こどもクリニック", "柱市保健センター")
_END = date(2026, 3, 31)
"""Nobody of the demonstration was vaccinated later, so that it is the same on every day."""
# (days after the birth, product, number): the standard times of 定期接種, simplified.
_ROUTINE = (
    (60, "rota-1", 1),
    (60, "hib", 1),
    (60, "pcv13", 1),
    (60, "hepb", 1),
    (90, "rota-1", 2),
    (90, "hib", 2),
    (90, "pcv13", 2),
    (90, "hepb", 2),
    (90, "dpt-ipv", 1),
    (120, "hib", 3),
    (120, "pcv13", 3),
    (120, "dpt-ipv", 2),
    (150, "dpt-ipv", 3),
    (155, "bcg", 1),
    (220, "hepb", 3),
    (370, "mr", 1),
    (370, "varicella", 1),
    (400, "hib", 4),
    (400, "pcv13", 4),
    (540, "dpt-ipv", 4),
    (560, "varicella", 2),
    (1110, "je", 1),
    (1140, "je", 2),
    (1500, "je", 3),
    (2000, "mr", 2),
    (3300, "je", 4),
    (4050, "dt", 1),
    (4500, "hpv9", 1),
)


@dataclass(frozen=True, slots=True)
class DemonstrationPerson:
    """A person of a register, with the doses on record."""

    values: PersonValues
    doses: tuple[Dose, ...]
    later: PersonValues | None = None
    """What was written instead later on, where the person married, moved or died."""
    reason: str = ""
    """Why."""
    protected: str = ""
    """The reason of the decision for somebody who is protected (支援措置) for a year from the loading."""


def first_register() -> Iterator[DemonstrationPerson]:
    """The people who can sign in, and others."""
    chance = random.Random(_SEED)  # noqa: S311  (made up, not secret)
    for number, values in enumerate(_known(), start=1):
        yield DemonstrationPerson(values, tuple(_course(chance, _COURSES[number % len(_COURSES)])))
    yield from _hard_cases(chance)
    yield from _family()
    yield from _children(chance, start=501)
    yield from _others(chance, start=1001)


def second_register() -> Iterator[DemonstrationPerson]:
    """Of the next municipality: somebody who moved away, and others."""
    chance = random.Random(_SEED + 1)  # noqa: S311  (made up, not secret)
    moved = _person(
        12, "転居　見本", "テンキョ　ミホン", date(1972, 8, 15), "male", moved_out_on=date(2022, 3, 31)
    )
    yield DemonstrationPerson(moved, tuple(_course(chance, _COURSES[4])))
    yield from _children(chance, start=601)
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


def _hard_cases(chance: random.Random) -> Iterator[DemonstrationPerson]:
    """What registers get wrong: nobody of these can sign in."""
    course = _COURSES[2]
    before = _person(21, "旧名　見本", "キュウメイ　ミホン", date(1989, 9, 9), "female")
    married = replace(before, name="改姓　見本", kana="カイセイ　ミホン")
    yield DemonstrationPerson(before, tuple(_course(chance, course)), married, "婚姻による氏の変更")
    living = _person(22, "故人　見本", "コジン　ミホン", date(1938, 4, 8), "male")
    died = replace(living, died_on=date(2023, 12, 1))
    yield DemonstrationPerson(living, tuple(_course(chance, course)), died, "死亡届")
    here = _person(23, "転出　見本", "テンシュツ　ミホン", date(1996, 2, 29), "female")
    gone = replace(here, moved_out_on=date(2024, 3, 31))
    yield DemonstrationPerson(here, tuple(_course(chance, course)), gone, "転出届")
    # 外字: a letter of a source's own, in the private use area of Unicode, as old systems hand it over.
    gaiji = _person(24, "渡\ue123　外字", "ワタナベ　ガイジ", date(1959, 7, 7), "male")
    yield DemonstrationPerson(gaiji, tuple(_course(chance, course)))
    no_reading = _person(25, "読未　届出", "", date(1947, 1, 3), "")
    yield DemonstrationPerson(no_reading, tuple(_course(chance, _COURSES[4])))
    for number, given, kana in ((26, "大樹", "ダイキ"), (27, "樹里", "ジュリ")):
        twin = _person(number, f"双葉　{given}", f"フタバ　{kana}", date(2019, 10, 10), "")
        yield DemonstrationPerson(twin, tuple(_childhood(chance, twin)))


def _family() -> Iterator[DemonstrationPerson]:
    """Hanako's child, whom she can represent, and somebody who is protected. From a seed of their own."""
    chance = random.Random(_SEED + 2)  # noqa: S311  (made up, not secret)
    child = _person(14, "見本　小花", "ミホン　コハナ", date(2018, 4, 2), "female")
    yield DemonstrationPerson(child, tuple(_childhood(chance, child)))
    hidden = _person(28, "保護　見本", "ホゴ　ミホン", date(1991, 6, 15), "female")
    doses = tuple(_course(chance, _COURSES[2]))
    yield DemonstrationPerson(hidden, doses, protected="決定通知 令和8年第1号（架空）")


def _children(chance: random.Random, *, start: int) -> Iterator[DemonstrationPerson]:
    """Children from a few months to fourteen years, with what is usually given by their age."""
    for number in range(start, start + CHILDREN):
        family, family_kana = chance.choice(_FAMILIES)
        given, given_kana, sex = chance.choice(_GIVEN)
        born = date(2012, 1, 1) + timedelta(days=chance.randrange(5_100))
        child = _person(number, f"{family}　{given}", f"{family_kana}　{given_kana}", born, sex)
        yield DemonstrationPerson(child, tuple(_childhood(chance, child)))


def _childhood(chance: random.Random, child: PersonValues) -> Iterator[Dose]:
    """The routine vaccinations (定期接種) of a child up to the day the demonstration ends, in their order."""
    girl = child.sex == "female"
    for days, code, number in sorted(_ROUTINE):
        given_on = child.birth_date + timedelta(days=days + chance.randrange(20))
        if given_on > _END or (code == "hpv9" and not girl):
            continue
        yield Dose(
            product(code),
            given_on,
            lot=f"{chance.choice('ABHJ')}{chance.randrange(1_000):03d}{chance.choice('ABC')}",
            number=number,
            place=chance.choice(_CHILDRENS_CLINICS),
        )


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
