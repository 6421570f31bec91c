"""Who in a register may be one person entered twice (重複の候補), and why it seems so.

Each sign is a registered object that describes itself and carries two examples. A sign alone says little: the
score adds them up, and a pair is listed from ``LISTED`` on. People are compared inside blocks only (those of
one date of birth, of one coupon number, of one person number), so that the work grows with the register and
not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import Any
from uuid import UUID

from hashira.kernel.errors import HashiraError
from hashira.kernel.hepburn import LongVowel, romanise
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key

LISTED = 50
"""The score from which a pair is shown to staff."""
_SEXES = {"male", "female"}


@dataclass(frozen=True, slots=True)
class Identity:
    """A person of a register as far as it says who somebody is."""

    id: UUID
    reference: str
    name: str
    birth_date: date
    kana: str = ""
    roman: str = ""
    sex: str = ""
    coupon_number: str = ""
    address: str = ""
    moved_out_on: date | None = None
    entered_on: date | None = None
    former_references: tuple[str, ...] = ()
    name_key: str = ""
    kana_key: str = ""

    def __post_init__(self) -> None:
        if not self.name_key:
            object.__setattr__(self, "name_key", search_key(self.name))
        if self.kana and not self.kana_key:
            object.__setattr__(self, "kana_key", search_key(self.kana))

    @property
    def letters(self) -> str:
        """The name in Roman letters by whichever writing there is, long vowels and spaces aside."""
        return _letters(self.roman or self.kana or self.name)

    @property
    def given_kana(self) -> str:
        """The key of the given name's reading; empty where the parts are not told apart."""
        _family, _space, given = self.kana.partition("\u3000")
        return search_key(given)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A pair with its score, 0 to 100, and the codes of the signs that make it up."""

    first: UUID
    second: UUID
    score: int
    signs: tuple[str, ...]


Holds = Callable[[Identity, Identity], bool]


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks for one person, or against it (負の点)."""

    code: str
    words: Bilingual
    points: int
    holds: Holds
    example: tuple[Identity, Identity] = field(repr=False)
    counterexample: tuple[Identity, Identity] = field(repr=False)


@lru_cache(maxsize=65_536)
def _letters(writing: str) -> str:
    """``TAKAHASHIHANAKO`` of kana, of a passport's writing, or of a name in Latin letters; else empty."""
    with suppress(HashiraError):
        parts = writing.replace("\u3000", " ").replace("・", " ").split()
        spelt = "".join(romanise(part, long_vowel=LongVowel.OMITTED) for part in parts)
        return _without_long_vowels(spelt)
    key = search_key(writing.replace(",", " "))
    return _without_long_vowels(key) if key.isascii() and key.isalpha() else ""


def _without_long_vowels(letters: str) -> str:
    for long, short in (("OU", "O"), ("OO", "O"), ("UU", "U")):
        letters = letters.replace(long, short)
    return "".join(
        sign
        for at, sign in enumerate(letters)
        if not (sign == "H" and letters[at - 1 : at] == "O" and letters[at + 1 : at + 2] not in set("AIUEOY"))
    )


def plain_reference(reference: str) -> str:
    """A person number without the zeros before it, which systems add and drop.

    >>> plain_reference("000123"), plain_reference("000")
    ('123', '')
    """
    return reference.strip().lstrip("0")


_someone = Identity(
    UUID(int=1), "1", "髙橋　花子", date(1980, 2, 29), "タカハシ　ハナコ", sex="female",
    coupon_number="0000000001", address="千代田区見本町1-1", entered_on=date(2021, 4, 1),
)  # fmt: skip
_other = Identity(
    UUID(int=2), "2", "佐藤　太郎", date(1975, 5, 5), "サトウ　タロウ", sex="male",
    coupon_number="0000000002", address="千代田区架空町9", entered_on=date(2021, 4, 1),
)  # fmt: skip


def _like(**changes: object) -> tuple[Identity, Identity]:
    """The first person beside a second entry that differs in the given values."""
    keys = {"name": "name_key", "kana": "kana_key"}
    fresh = {keys[name]: "" for name in changes if name in keys}
    values: dict[str, Any] = {"id": UUID(int=3), "reference": "3", **fresh, **changes}
    return _someone, replace(_someone, **values)


def _same(of: Callable[[Identity], Hashable]) -> Holds:
    """Whether both have the value, and the same."""
    return lambda one, other: bool(of(one)) and of(one) == of(other)


def _same_reading(one: Identity, other: Identity) -> bool:
    return bool(one.kana_key) and one.kana_key == other.kana_key


def _moved_out_and_in(one: Identity, other: Identity) -> bool:
    for left, came in ((one, other), (other, one)):
        if left.moved_out_on and not came.moved_out_on and came.entered_on is not None:
            return came.entered_on >= left.moved_out_on
    return False


def _numbers_meet(one: Identity, other: Identity) -> bool:
    mine, theirs = (
        {plain_reference(r) for r in (p.reference, *p.former_references)} - {""} for p in (one, other)
    )
    return bool(mine & theirs)


def _one_slip(one: Identity, other: Identity) -> bool:
    a, b = one.birth_date, other.birth_date
    return (a.year != b.year) + (a.month != b.month) + (a.day != b.day) == 1 or (
        a.year == b.year and (a.month, a.day) == (b.day, b.month) and a != b
    )


SIGNS: Mapping[str, Sign] = {
    sign.code: sign
    for sign in (
        Sign("birth", Bilingual("生年月日が同じ", "same date of birth"), 20,
             _same(lambda p: p.birth_date), _like(name="山田　花子"), (_someone, _other)),
        Sign("birth-slip", Bilingual("生年月日が一か所だけ違う", "date of birth differs in one place"), 10,
             _one_slip, _like(birth_date=date(1980, 2, 28)), _like()),
        Sign("reading", Bilingual("カナが同じ", "same reading"), 40,
             _same_reading, _like(name="高橋　華子", kana="ﾀｶﾊｼ ﾊﾅｺ"), _like(kana="タカハシ　ハナエ")),
        Sign("writing", Bilingual("漢字が同じ（異体字を含む）", "same writing, variants included"), 40,
             _same(lambda p: p.name_key), _like(name="高橋花子"), _like(name="高橋　華子")),
        Sign("letters", Bilingual("ローマ字にすると同じ", "same in Roman letters"), 30,
             lambda a, b: not _same_reading(a, b) and _same(lambda p: p.letters)(a, b),
             _like(kana="", roman="TAKAHASHI, HANAKO"), _like(kana="", roman="TAKAHASHI, HANAE")),
        Sign("given", Bilingual("名のカナが同じ（氏が違う）", "same given name, another family name"), 15,
             lambda a, b: not _same_reading(a, b) and _same(lambda p: p.given_kana)(a, b),
             _like(name="佐藤　花子", kana="サトウ　ハナコ"), _like()),
        Sign("coupon", Bilingual("接種券番号が同じ", "same coupon number"), 40,
             _same(lambda p: p.coupon_number), _like(), _like(coupon_number="0000000009")),
        Sign("address", Bilingual("住所が同じ", "same address"), 20,
             _same(lambda p: search_key(p.address)), _like(), _like(address="別の町2")),
        Sign("number", Bilingual("同じ宛名番号が使われた", "the same person number was used"), 25,
             _numbers_meet, _like(reference="0001"), _like()),
        Sign("moved", Bilingual("転出の後に転入した", "moved out, then in again"), 10,
             _moved_out_and_in,
             (replace(_someone, moved_out_on=date(2022, 3, 31)),
              replace(_someone, id=UUID(int=3), reference="3", entered_on=date(2023, 4, 1))),
             (replace(_someone, moved_out_on=date(2024, 3, 31)),
              replace(_someone, id=UUID(int=3), reference="3", entered_on=date(2023, 4, 1)))),
        Sign("other-writing", Bilingual("漢字が違う", "another writing"), -10,
             lambda a, b: _same_reading(a, b) and a.name_key != b.name_key,
             _like(name="高橋　華子"), _like(name="高橋　花子")),
        Sign("other-sex", Bilingual("性別が違う", "another sex"), -40,
             lambda a, b: {a.sex, b.sex} == _SEXES, _like(sex="male"), _like(sex="")),
    )
}  # fmt: skip


def likeness(one: Identity, other: Identity) -> Likeness:
    """The pair with what speaks for and against it; the lower id comes first.

    >>> likeness(*_like(reference="0001")).signs
    ('birth', 'reading', 'writing', 'coupon', 'address', 'number')
    """
    first, second = sorted((one, other), key=lambda person: person.id)
    signs = [sign for sign in SIGNS.values() if sign.holds(one, other)]
    score = max(0, min(100, sum(sign.points for sign in signs)))
    return Likeness(first.id, second.id, score, tuple(sign.code for sign in signs))


def _household(person: Identity) -> Hashable:
    """Given name and address together; nothing where one of them is missing."""
    return (person.given_kana, search_key(person.address)) if person.address and person.kana else ""


def likely_pairs(block: Sequence[Identity]) -> Iterator[Likeness]:
    """The pairs of a block that are worth a look, each once.

    Inside the block only those are compared who share one more thing: reading, writing, Roman letters, given
    name, coupon number or person number. A block of a thousand people of one birthday stays cheap.
    """
    shared: defaultdict[tuple[str, Hashable], list[Identity]] = defaultdict(list)
    for person in block:
        for name, key in (
            ("reading", person.kana_key),
            ("writing", person.name_key),
            ("letters", person.letters),
            (
                "given",
                (person.given_kana, search_key(person.address)) if person.address and person.kana else "",
            ),
            ("coupon", person.coupon_number),
            ("number", plain_reference(person.reference)),
            *(("number", plain_reference(former)) for former in person.former_references),
        ):
            if key:
                shared[name, key].append(person)
    seen: set[tuple[UUID, UUID]] = set()
    for people in shared.values():
        for one, other in combinations(people, 2):
            if one.id == other.id:
                continue
            pair = (min(one.id, other.id), max(one.id, other.id))
            if pair not in seen:
                seen.add(pair)
                found = likeness(one, other)
                if found.score >= LISTED:
                    yield found
