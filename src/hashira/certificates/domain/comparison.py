"""A file of a source beside the register, dose by dose (比較): what is missing where, and what differs.

A row of the file and a dose of the register are about the same dose if number and day agree; failing that the
number, failing that the day, always within one series. What the file leaves empty differs from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hashira.certificates.domain.import_value import value_key
from hashira.kernel.language import Bilingual


class Kind(StrEnum):
    """What a compared row says."""

    SAME = "same"
    DIFFERS = "differs"
    NOT_HERE = "not-here"
    NOT_THERE = "not-there"
    IDENTITY = "identity"
    NEW_PERSON = "new-person"


KIND_NAMES: Mapping[Kind, Bilingual] = {
    Kind.DIFFERS: Bilingual("内容が違う接種", "dose that differs"),
    Kind.NOT_HERE: Bilingual("台帳にない接種", "dose not in the register"),
    Kind.NOT_THERE: Bilingual("ファイルにない接種", "dose not in the file"),
    Kind.IDENTITY: Bilingual("基本情報が違う人", "person whose details differ"),
    Kind.NEW_PERSON: Bilingual("台帳にない人の接種", "dose of a person not in the register"),
    Kind.SAME: Bilingual("一致する接種", "dose that agrees"),
}
CORRECTABLE = (Kind.DIFFERS, Kind.NOT_HERE, Kind.NOT_THERE, Kind.IDENTITY, Kind.NEW_PERSON)
FIELD_NAMES: Mapping[str, Bilingual] = {
    "vaccine": Bilingual("ワクチン", "vaccine"),
    "given_on": Bilingual("接種日", "day"),
    "number": Bilingual("回数", "number"),
    "lot": Bilingual("ロット番号", "lot"),
    "place": Bilingual("接種場所", "place"),
    "name": Bilingual("氏名", "name"),
    "kana": Bilingual("氏名（カナ）", "name in kana"),
    "sex": Bilingual("性別", "sex"),
    "coupon_number": Bilingual("接種券番号", "coupon number"),
}


@dataclass(frozen=True, slots=True)
class ComparedDose:
    """A dose as a comparison sees it: of the register (with its event), or of the file."""

    vaccine: str
    given_on: date
    number: int | None
    lot: str
    place: str
    event: UUID | None = None

    def to_json(self) -> dict[str, object]:
        """As it stands beside the other side; ``from_json`` reads it back."""
        return {
            "vaccine": self.vaccine,
            "given_on": self.given_on.isoformat(),
            "number": self.number,
            "lot": self.lot,
            "place": self.place,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> ComparedDose:
        """What ``to_json`` wrote."""
        number = stored["number"]
        return cls(
            str(stored["vaccine"]),
            date.fromisoformat(str(stored["given_on"])),
            number if isinstance(number, int) else None,
            str(stored["lot"]),
            str(stored["place"]),
        )

    def corrected_by(self, other: ComparedDose) -> ComparedDose:
        """This dose with what the file says; what the file leaves empty stays.

        >>> day = date(2021, 6, 1)
        >>> both = ComparedDose("x", day, 1, "A", "P").corrected_by(ComparedDose("x", day, None, "B", ""))
        >>> (both.number, both.lot, both.place)
        (1, 'B', 'P')
        """
        return ComparedDose(
            other.vaccine,
            other.given_on,
            self.number if other.number is None else other.number,
            other.lot or self.lot,
            other.place or self.place,
        )


def differing(here: ComparedDose, there: ComparedDose) -> tuple[str, ...]:
    """The fields in which the file says something else than the register.

    >>> day = date(2021, 6, 1)
    >>> differing(ComparedDose("x", day, 1, "EY5422", ""), ComparedDose("x", day, None, "ey5422", "A"))
    ('place',)
    """
    found = []
    if here.vaccine != there.vaccine:
        found.append("vaccine")
    if here.given_on != there.given_on:
        found.append("given_on")
    if there.number is not None and here.number != there.number:
        found.append("number")
    found += [
        field
        for field in ("lot", "place")
        if getattr(there, field) and value_key(getattr(here, field)) != value_key(getattr(there, field))
    ]
    return tuple(found)


def counterpart(
    there: ComparedDose,
    here: Iterable[ComparedDose],
    *,
    series: Callable[[str], str],
    taken: Collection[UUID] = (),
) -> ComparedDose | None:
    """The dose of the register that a row of the file is about, among those no other row is about."""
    wanted = series(there.vaccine)
    near = [dose for dose in here if dose.event not in taken and series(dose.vaccine) == wanted]

    def closeness(dose: ComparedDose) -> tuple[int, int]:
        same_number = there.number is not None and dose.number == there.number
        same_day = dose.given_on == there.given_on
        return 2 * (same_day and (same_number or there.number is None or dose.number is None)) + (
            same_number or same_day
        ), -len(differing(dose, there))

    best = max(near, key=closeness, default=None)
    return best if best is not None and closeness(best)[0] else None
