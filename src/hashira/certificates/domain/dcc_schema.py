"""The rules of EU DCC 1.3.3, all of them, as what we write must keep them (DCC 1.3.3 の規則).

Reading is :mod:`dcc`'s and takes more; this is the strict judgement. Source: ehn-dcc-schema 1.3.3. A test
holds it against that schema itself, over the schema's own cases and the certificates of every country.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert
from msgspec import field as renamed

VERSION = "1.3.3"
MAX_TEXT = 80
_Text = Annotated[str, Meta(max_length=MAX_TEXT)]
GROUPS = ("v", "t", "r")
"""Vaccination, test, recovery: a certificate is of exactly one."""

_VERSION = re.compile(r"[0-9]+.[0-9]+.[0-9]+")
BIRTH_DATE = re.compile(r"(?:(?:19|20)[0-9]{2}(?:-[0-9]{2}){0,2})?")
"""A date, a month, a year, or nothing: people whose day of birth nobody knows have certificates too."""
TRANSLITERATED = re.compile(r"[A-Z<]*")
_COUNTRY = re.compile(r"[A-Z]{1,10}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LENGTH_OF_DAY = 10
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"
)


def violations(claim: object) -> tuple[str, ...]:
    """What is wrong, each as ``path: rule``; empty where the claim keeps to the schema.

    >>> violations({"ver": "1.3.3", "nam": {"fnt": "LI"}, "dob": "1970", "v": []})
    ('v: not one entry',)
    """
    return () if _keeps(claim) else tuple(_violations(claim))


class _Name(Struct, gc=False):
    fn: _Text = ""
    gn: _Text = ""
    fnt: _Text | UnsetType = UNSET
    gnt: _Text | UnsetType = UNSET


class _Dose(Struct, kw_only=True, gc=False):
    tg: str
    vp: str
    mp: str
    ma: str
    dn: Annotated[int, Meta(ge=1)]
    sd: Annotated[int, Meta(ge=1)]
    dt: str
    co: str
    issuer: _Text = renamed(name="is")
    ci: _Text


class _Vaccination(Struct, gc=False):
    ver: str
    nam: _Name
    dob: str
    v: Annotated[list[_Dose], Meta(min_length=1, max_length=1)]


def _keeps(claim: object) -> bool:
    """Whether a claim of a vaccination keeps every rule, seen at one look; ``False`` says nothing.

    What is written is such a claim each time; only another one is gone through rule by rule.
    """
    if not isinstance(claim, dict) or "t" in claim or "r" in claim:
        return False
    try:
        read = convert(claim, _Vaccination)
    except ValidationError:
        return False
    surname, forename, dose = read.nam.fnt, read.nam.gnt, read.v[0]
    return (
        bool(surname or forename)
        and TRANSLITERATED.fullmatch((surname or "") + (forename or "")) is not None
        and (read.ver == VERSION or _VERSION.fullmatch(read.ver) is not None)
        and BIRTH_DATE.fullmatch(read.dob) is not None
        and _COUNTRY.search(dose.co) is not None
        and is_day(dose.dt)
    )


def _violations(claim: object) -> Iterator[str]:
    if not isinstance(claim, dict):
        yield "no object"
        return
    for name in ("ver", "nam", "dob"):
        if name not in claim:
            yield f"{name}: missing"
    groups = [group for group in GROUPS if group in claim]
    if len(groups) != 1:
        yield "not exactly one of v, t, r"
    if "ver" in claim and not _matches(claim["ver"], _VERSION):
        yield "ver: not a version"
    if "dob" in claim and not _matches(claim["dob"], BIRTH_DATE):
        yield "dob: not a date, month or year from 1900 to 2099, nor empty"
    if "nam" in claim:
        yield from _name(claim["nam"])
    for group in groups:
        entries = claim[group]
        if not isinstance(entries, list) or len(entries) != 1:
            yield f"{group}: not one entry"
            continue
        yield from _entry(f"{group}/0", entries[0], *_ENTRIES[group])


def _name(name: object) -> Iterator[str]:
    if not isinstance(name, dict):
        yield "nam: no object"
        return
    if "fnt" not in name and "gnt" not in name:
        yield "nam: neither fnt nor gnt"
    for member in ("fn", "gn", "fnt", "gnt"):
        if member in name and not _text(name[member]):
            yield f"nam/{member}: not a text of up to {MAX_TEXT}"
        elif member in ("fnt", "gnt") and member in name and not TRANSLITERATED.fullmatch(name[member]):
            yield f"nam/{member}: not A-Z and <"


def _entry(
    path: str,
    entry: object,
    required: tuple[str, ...],
    rules: Mapping[str, Callable[[Any], bool]],
) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"{path}: no object"
        return
    for name in required:
        if name not in entry:
            yield f"{path}/{name}: missing"
    for name, holds in rules.items():
        if name in entry and not holds(entry[name]):
            yield f"{path}/{name}: not as it must be"


def _matches(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _string(value: object) -> bool:
    return isinstance(value, str)


def _text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _country(value: object) -> bool:
    return isinstance(value, str) and _COUNTRY.search(value) is not None


def _positive(value: object) -> bool:
    return type(value) is int and value >= 1


def is_day(value: object) -> bool:
    """Whether it is a whole date of the calendar, ``YYYY-MM-DD``."""
    return isinstance(value, str) and len(value) == _LENGTH_OF_DAY and _is_day(value)


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    """Kept, since many people were vaccinated on the same days."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_moment(value: object) -> bool:
    """Whether it is a date with a time and a zone, the zone as ``Z``, ``+02``, ``+0200`` or ``+02:00``."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value.upper())
    except ValueError:
        return False
    return True


def next_day(moment: datetime) -> str:
    """The day after a moment in Greenwich, ISO 8601; the last day of the calendar has none behind it."""
    return datetime.fromtimestamp(min(moment.timestamp() + 86_400, 253_402_300_799), UTC).date().isoformat()


_COMMON: dict[str, Callable[[Any], bool]] = {"tg": _string, "co": _country, "is": _text, "ci": _text}
_ENTRIES: Mapping[str, tuple[tuple[str, ...], Mapping[str, Callable[[Any], bool]]]] = MappingProxyType(
    {
        "v": (
            ("tg", "vp", "mp", "ma", "dn", "sd", "dt", "co", "is", "ci"),
            _COMMON
            | {"vp": _string, "mp": _string, "ma": _string, "dn": _positive, "sd": _positive, "dt": is_day},
        ),
        "t": (
            ("tg", "tt", "sc", "tr", "co", "is", "ci"),
            _COMMON
            | {"tt": _string, "nm": _text, "ma": _string, "sc": is_moment, "tr": _string, "tc": _text},
        ),
        "r": (
            ("tg", "fr", "co", "is", "df", "du", "ci"),
            _COMMON | {"fr": is_day, "df": is_day, "du": is_day},
        ),
    }
)
"""Required members and rules of an entry, by its group."""
