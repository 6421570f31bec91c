"""Who a signed-in resident is in a municipality's register (本人との連携).

Signing in gives a name, a date of birth, a gender and an address, no number that a register knows. People
share names and dates of birth, move and change their names. So a link needs both: attributes that match, and
a number that only this person was given. What the rules do not decide goes to the municipality's staff.
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs; without 0, 1, I, L and O, which people mistake for each other."""
CODE_LENGTH = 12
_COUPON = re.compile(r"[0-9]{10}")
_GENDERS = {"male", "female"}


class NumberUnreadable(HashiraError):
    """What was entered is neither a coupon number nor a code."""

    code = "CERT-160"
    what = Bilingual("番号を読み取れません", "The number is not readable")
    why = Bilingual(
        "接種券番号（数字10桁）でも、受け取った番号（英数字12文字）でもないか、書き間違いがあります",
        "It is neither a coupon number of 10 digits nor a code of 12 characters, or it has a slip",
    )
    remedy = Bilingual("書かれている番号をもう一度確かめてください", "Compare it with the paper once more")
    status = 422


class Why(StrEnum):
    """Why the rules made no link; for staff, never for the resident."""

    NONE = "none"
    SEVERAL = "several"
    TAKEN = "taken"
    NAME_DIFFERS = "name_differs"
    BIRTH_CHANGED = "birth_changed"
    DECEASED = "deceased"
    """By the register the person has died, so the card is in somebody else's hands or the register errs."""
    PROTECTED = "protected"
    """The person is protected: the card or the letter may be in the hands of whom they fled from."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """What the provider says about the resident."""

    name: str
    birth_date: date | None
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person in the register whom a claim could be about."""

    id: UUID
    name: str
    birth_date: date
    sex: str = ""
    coupon_number: str = ""
    linked: bool = False
    deceased: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The person, or why there is none."""

    person: UUID | None
    why: Why | None = None


def decide_by_coupon(claimant: Claimant, number: str, candidates: Sequence[Candidate]) -> Decision:
    """Links to the one person whose attributes and coupon number both match."""
    matching = [c for c in candidates if c.coupon_number == number and is_same_person(claimant, c)]
    if len({c.id for c in matching}) > 1:
        return Decision(None, Why.SEVERAL)
    return _unless_taken(matching[0]) if matching else Decision(None, Why.NONE)


def decide_by_code(claimant: Claimant, person: Candidate | None) -> Decision:
    """Links to the person for whom the code was made, if the attributes match too.

    A name that changed since is for staff to judge: the code alone may be in somebody else's hands.
    """
    if person is None or claimant.birth_date != person.birth_date or not genders_agree(claimant, person):
        return Decision(None, Why.NONE)
    if not names_agree(claimant.name, person.name):
        return Decision(None, Why.NAME_DIFFERS)
    return _unless_taken(person)


def is_same_person(claimant: Claimant, person: Candidate) -> bool:
    """Whether all attributes match: name, date of birth, and gender where both sides know it."""
    return (
        claimant.birth_date == person.birth_date
        and genders_agree(claimant, person)
        and names_agree(claimant.name, person.name)
    )


def outlives_correction(claimant: Claimant, *, before: date, after: date) -> bool:
    """Whether a link may stay when the register's date of birth is corrected.

    It may unless the correction takes away what the link stood on: a new date that is not the resident's.
    """
    return before == after or claimant.birth_date == after


def names_agree(one: str, other: str) -> bool:
    """Whether two writings are of one name: variant characters, width and spaces aside.

    Never by reading: many names are read alike. An empty key agrees with nothing.

    >>> names_agree("髙橋　花子", "高橋花子"), names_agree("高橋　花子", "高橋　華子")
    (True, False)
    """
    key = search_key(one)
    return bool(key) and key == search_key(other)


def genders_agree(claimant: Claimant, person: Candidate) -> bool:
    """Whether nothing speaks against one gender: only male against female does."""
    both = {claimant.gender, person.sex}
    return not both <= _GENDERS or len(both) == 1


def _unless_taken(person: Candidate) -> Decision:
    if person.deceased:
        return Decision(None, Why.DECEASED)
    if person.protected:
        return Decision(None, Why.PROTECTED)
    return Decision(None, Why.TAKEN) if person.linked else Decision(person.id)


# --- numbers


def read_number(text: str) -> str:
    """A coupon number (10 digits) or a code (12 signs), without spaces and hyphens; ``NumberUnreadable``.

    >>> read_number("１２３４ ５６７８ ９０")
    '1234567890'
    """
    plain = re.sub(r"[\s\-‐－ー―−]", "", unicodedata.normalize("NFKC", text[:64])).upper()
    if _COUPON.fullmatch(plain):
        return plain
    if len(plain) == CODE_LENGTH and set(plain) <= set(CODE_ALPHABET) and _check(plain[:-1]) == plain[-1]:
        return plain
    raise NumberUnreadable


def is_coupon_number(number: str) -> bool:
    return len(number) != CODE_LENGTH


def new_code() -> str:
    """A code of 11 random signs (54 bits) and one that checks them."""
    body = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH - 1))
    return body + _check(body)


def grouped(code: str) -> str:
    """As it is printed: groups of four.

    >>> grouped("23456789ABCD")
    '2345-6789-ABCD'
    """
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def code_digest(code: str, *, secret: str, use: str = "link") -> str:
    """What is kept of a code: without the secret of the installation nobody can try codes against it.

    ``use`` keeps codes of one use from being of any use elsewhere.
    """
    return hmac.digest(f"{use}-code:{secret}".encode(), code.encode("ascii"), "sha256").hex()


def _check(body: str) -> str:
    """Catches every single slip and every swap of neighbours: weights 1, 2, 3 … modulo 31, a prime."""
    total = sum(weight * CODE_ALPHABET.index(sign) for weight, sign in enumerate(body, start=1))
    return CODE_ALPHABET[total % len(CODE_ALPHABET)]
