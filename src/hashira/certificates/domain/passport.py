"""A passport that a travel certificate may name: read from its zone and held against the register (旅券).

The holder types or pastes the machine-readable zone, so nothing but its check digits speaks for it. A
certificate that named somebody else's passport would let that person travel on it; hence the date of birth
and the name must be those of the register. Whose name is spelt in a way that no rule gives asks the
municipality to enter the spelling, and is then recognised by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product

from hashira.certificates.domain.mrz import Zone, ZoneDate
from hashira.certificates.domain.vds_nc_message import MAX_DOCUMENT_NUMBER, seal_name
from hashira.kernel.errors import HashiraError
from hashira.kernel.hepburn import KanaNotRomanisable, spellings
from hashira.kernel.language import Bilingual
from hashira.kernel.mrz_name import mrz_name
from hashira.kernel.person_name import KanaName, RomanName


class PassportNotUsable(HashiraError):
    """Details: ``reason``."""

    code = "CERT-180"
    what = Bilingual("この旅券では海外用の証明書を作れません", "No travel certificate for this passport")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "ご本人の有効な旅券か確かめてください。合っているのに使えないときは、旅券を持って市区町村の窓口で申し出てください",
        "Check that it is your passport and in force; if it is, show it at the counter of the municipality",
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Passport:
    """What of a passport goes into a travel certificate."""

    number: str
    name: str
    """As the seal has it: capital letters, spaces for fillers."""
    nationality: str
    sex: str | None
    expires: date


@dataclass(frozen=True, slots=True)
class RegisteredNames:
    """The writings of a name by which the register would know a passport."""

    kana: KanaName | None
    roman: RomanName | None


def accept_passport(
    zone: Zone, *, birth_date: date, names: RegisteredNames, on: date, name_compared: bool = False
) -> Passport:
    """The passport, if it is one, in force that day, and of this person; else ``PassportNotUsable``.

    ``name_compared``: somebody has held the passport itself against the person and the register.
    """
    if not zone.document_code.startswith("P"):
        raise _unusable("旅券ではなく、別の身分証の読取領域です", "It is the zone of another document")
    expires = zone.expiry.as_expiry(on=on)
    if expires is None or expires < on:
        raise _unusable("旅券の有効期間が切れています", "The passport has expired")
    if len(zone.document_number) > MAX_DOCUMENT_NUMBER:
        raise _unusable("旅券番号が長すぎて二次元コードに書けません", "The number is too long for the code")
    if zone.birth != ZoneDate(birth_date.year % 100, birth_date.month, birth_date.day):
        raise _unusable("生年月日が接種記録と違います", "The date of birth differs from the record")
    if not name_compared and not is_name_of(zone, names):
        raise _unusable(
            "旅券のローマ字が、接種記録の氏名の読みと一致しません。窓口でローマ字氏名を登録できます",
            "The name is no spelling of the one in the record; the counter can enter its spelling",
        )
    return Passport(
        number=zone.document_number,
        name=seal_name(zone.name),
        nationality=zone.nationality,
        sex=zone.sex,
        expires=expires,
    )


def is_name_of(zone: Zone, names: RegisteredNames) -> bool:
    """Whether the zone's name is one that the registered writings lead to, cut as a zone cuts it."""
    shown = mrz_name(zone.name)
    return any(mrz_name(candidate) == shown for candidate in _candidates(names))


def _candidates(names: RegisteredNames) -> set[RomanName]:
    found = {names.roman} if names.roman else set()
    if names.kana is not None:
        try:
            parts = [spellings(part) if part else ("",) for part in (names.kana.family, names.kana.given)]
        except KanaNotRomanisable:  # a foreign name with spaces or dots: the register has its Roman writing
            return found
        found |= {RomanName(family, given) for family, given in product(*parts)}
    return found


def _unusable(ja: str, en: str) -> PassportNotUsable:
    return PassportNotUsable(reason=Bilingual(ja, en))
