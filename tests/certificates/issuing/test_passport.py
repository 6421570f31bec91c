"""A travel certificate names nobody else's passport."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hashira.certificates.domain.mrz import Size, Zone, ZoneDate, read_zone, write_zone
from hashira.certificates.domain.passport import PassportNotUsable, RegisteredNames, accept_passport
from hashira.kernel.person_name import KanaName, RomanName

TODAY = date(2026, 11, 23)
BORN = date(1980, 2, 29)
NAMES = RegisteredNames(kana=KanaName("オオノ", "ユウコ"), roman=None)
ZONE = Zone(
    Size.TD3,
    "P",
    "JPN",
    RomanName("ONO", "YUKO"),
    "TR1234567",
    "JPN",
    ZoneDate(80, 2, 29),
    "F",
    ZoneDate(30, 1, 31),
)


def accepted(zone: Zone, names: RegisteredNames = NAMES, born: date = BORN) -> str:
    # Through the written lines, so that what is judged is what a person would paste.
    return accept_passport(
        read_zone("\n".join(write_zone(zone))), birth_date=born, names=names, on=TODAY
    ).name


@pytest.mark.parametrize(
    ("family", "given"), [("ONO", "YUKO"), ("OONO", "YUUKO"), ("OHNO", "YUKO"), ("OONO", "YUKO")]
)
def test_every_spelling_the_rules_give_is_known(family: str, given: str) -> None:
    assert accepted(replace(ZONE, name=RomanName(family, given))) == f"{family} {given}"


def test_the_spelling_the_register_has_is_known() -> None:
    names = RegisteredNames(kana=None, roman=RomanName("O'CONNOR", "ENYA-SIOBHAN"))
    assert accepted(replace(ZONE, name=names.roman or ZONE.name), names) == "OCONNOR ENYA SIOBHAN"


def test_a_name_longer_than_the_zone_is_known_as_the_zone_cuts_it() -> None:
    long = RomanName("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG")
    assert accepted(replace(ZONE, name=long), RegisteredNames(kana=None, roman=long))


@pytest.mark.parametrize(
    "zone",
    [
        replace(ZONE, name=RomanName("ONO", "YUKA")),
        replace(ZONE, name=RomanName("ONO", "")),
        replace(ZONE, birth=ZoneDate(80, 2, 28)),
        replace(ZONE, birth=ZoneDate(None, None, None)),
        replace(ZONE, expiry=ZoneDate(26, 11, 22)),
        replace(ZONE, expiry=ZoneDate(None, None, None)),
        replace(ZONE, size=Size.TD2, document_code="I"),
    ],
    ids=["given name", "no given name", "birth", "unknown birth", "expired", "unknown expiry", "card"],
)
def test_anything_else_is_refused(zone: Zone) -> None:
    with pytest.raises(PassportNotUsable):
        accepted(zone)


def test_it_may_be_used_on_its_last_day() -> None:
    assert accepted(replace(ZONE, expiry=ZoneDate(26, 11, 23)))


def test_somebody_without_any_registered_spelling_goes_to_the_counter() -> None:
    names = RegisteredNames(kana=KanaName("オコナー・オー", "エンヤ"), roman=None)
    with pytest.raises(PassportNotUsable) as refused:
        accepted(ZONE, names)
    assert "窓口" in refused.value.message("ja")


def test_a_centenarian_is_recognised() -> None:
    assert accepted(replace(ZONE, birth=ZoneDate(20, 5, 1)), born=date(1920, 5, 1))
