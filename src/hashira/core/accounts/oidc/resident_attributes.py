"""The four basic attributes of a person (基本4情報) as a provider states them.

Source: OpenID Connect Core 1.0 §5.1, §5.1.1. How デジタル認証アプリ writes them is not published, so each
may be absent, and the address may be a text instead of an object.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hashira.core.accounts.oidc.errors import AttributesUnreadable

_LONGEST = {"name": 200, "gender": 16, "address": 400}  # the widths of the columns
_FULL_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR_ONLY = re.compile(r"[0-9]{4}")
_LARGE_TO_SMALL = ("region", "locality", "street_address")


@dataclass(frozen=True, slots=True)
class ResidentAttributes:
    """Name, birth date, gender, address, letter by letter as stated; empty or ``None`` where not stated.

    A birth date of which the day or the year is not known is ``None``: what is unknown is not guessed.
    """

    name: str = ""
    birth_date: date | None = None
    gender: str = ""
    address: str = ""


def resident_attributes(claims: Mapping[str, Any]) -> ResidentAttributes:
    """Reads the claims; raises ``AttributesUnreadable`` for one that is there and not of its form.

    >>> resident_attributes({"name": "髙橋 桜", "birthdate": "1990-04-01", "address": {"formatted": "柱市"}})
    ResidentAttributes(name='髙橋 桜', birth_date=datetime.date(1990, 4, 1), gender='', address='柱市')
    """
    return ResidentAttributes(
        name=_text(claims.get("name"), "name"),
        birth_date=_birth_date(_text(claims.get("birthdate"), "birthdate")),
        gender=_text(claims.get("gender"), "gender"),
        address=_address(claims.get("address")),
    )


def _text(value: object, claim: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST.get(claim, 400):
        raise AttributesUnreadable(claim=claim)
    # Controls and lone surrogates are no letters of any name, and a database would refuse some of them.
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in value):
        raise AttributesUnreadable(claim=claim)
    return value


def _birth_date(text: str) -> date | None:
    """``YYYY-MM-DD``; ``0000-MM-DD`` and ``YYYY`` are allowed forms of a date that is not wholly known."""
    if not text or _YEAR_ONLY.fullmatch(text):
        return None
    parts = _FULL_DATE.fullmatch(text)
    if parts is None:
        raise AttributesUnreadable(claim="birthdate")
    year, month, day = (int(part) for part in parts.groups())
    try:
        known = date(year or 4, month, day)  # the year 4 is a leap year: 0000-02-29 is a day
    except ValueError as error:
        raise AttributesUnreadable(claim="birthdate") from error
    return known if year else None


def _address(value: object) -> str:
    """The whole address in one line; of parts, in the order in which Japan writes them, largest first."""
    if isinstance(value, Mapping):
        formatted = value.get("formatted")
        if formatted is None:
            parts = [value.get(part) for part in _LARGE_TO_SMALL]
            if any(part is not None and not isinstance(part, str) for part in parts):
                raise AttributesUnreadable(claim="address")
            value = "".join(part for part in parts if part)
        else:
            value = formatted
    if isinstance(value, str):  # formatted may have several lines (§5.1.1)
        value = " ".join(line.strip() for line in value.splitlines() if line.strip())
    return _text(value, "address")
