"""Unique vaccination certificate identifiers of the EU (UVCI) with their check character (証明書識別子).

``URN:UVCI:01:<country>:<what the country likes>#<check>``; the check is Luhn modulo N over the letters of
``_ALPHABET``. Source: eHealth Network, "Guidelines on verifiable vaccination certificates - basic
interoperability elements", Annex 2.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
"""The order gives each letter its value."""
_PREFIX = "URN:UVCI:"
_VERSION = "01"
_OPAQUE_ALPHABET = _ALPHABET[:36]
_OPAQUE_LENGTH = 24
MAX_LENGTH = 80
_COUNTRY = re.compile(r"[A-Z]{2,3}")
_FORM = re.compile(r"(?:URN:UVCI:)?(01:[A-Z]{2,3}:[A-Z0-9/:]+)(?:#([A-Z0-9/:]))?")


def check_character(text: str) -> str:
    """The check character over all that stands before ``#``; ``ValueError`` for a foreign letter.

    >>> check_character("URN:UVCI:01:SE:EHM/V12907267LAJW")
    'E'
    """
    total, factor = 0, 2
    for letter in reversed(text):
        product = factor * _ALPHABET.index(letter)
        total += sum(divmod(product, len(_ALPHABET)))
        factor = 3 - factor
    return _ALPHABET[-total % len(_ALPHABET)]


def new_uvci(country: str, choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """A UVCI that says nothing about anybody: 24 letters at random, 124 bits, with its check character."""
    if not _COUNTRY.fullmatch(country):
        raise ValueError("a country has two or three capital letters")
    text = f"{_PREFIX}{_VERSION}:{country}:" + "".join(
        choose(_OPAQUE_ALPHABET) for _ in range(_OPAQUE_LENGTH)
    )
    return f"{text}#{check_character(text)}"


def is_wrong(text: str) -> bool:
    """Whether a UVCI carries a check character that does not fit. Many issuers write none, or another form.

    >>> is_wrong("URN:UVCI:01:SE:EHM/V12907267LAJW#E"), is_wrong("URN:UVCI:01:SE:EHM/V12907267LAJW#F")
    (False, True)
    """
    match = _FORM.fullmatch(text) if "#" in text else None
    if match is None or match[2] is None:
        return False
    return match[2] != check_character(text.partition("#")[0])
