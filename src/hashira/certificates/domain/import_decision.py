"""What a row of a file means for the registry: who it is about, and whether the dose is new (取込みの判断).

A person is known by the number (宛名番号) within the municipality. A number with another date of birth is
never taken for the same person: numbers are mistyped and reused, and a dose in the wrong person's record is
the worst that an import can do.

A dose is **the same** if vaccine and date agree and neither number nor lot contradict; it is left out, so
that importing a file twice changes nothing. It is **in conflict** with a dose against the same disease on the
same day, or of the same number, that is not the same. Otherwise it is **new**.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hashira.certificates.domain.import_row import ImportedDose
from hashira.certificates.domain.import_value import Sex, value_key


class PersonOutcome(StrEnum):
    """What a row does to the person (人の扱い)."""

    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"
    CONFLICT = "conflict"


class DoseOutcome(StrEnum):
    """What a row does to the doses (接種の扱い)."""

    NEW = "new"
    SAME = "same"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Attributes:
    """What an import knows of a person beside the doses (基本情報). Empty: not known."""

    name: str
    kana: str
    birth_date: date
    sex: Sex
    coupon_number: str

    @classmethod
    def of(cls, dose: ImportedDose) -> Attributes:
        """As a row has them."""
        kana = dose.kana.text if dose.kana else ""
        return cls(dose.name.text, kana, dose.birth_date, dose.sex, dose.coupon_number)

    def updated_by(self, other: Attributes) -> Attributes:
        """These, with what ``other`` says; what it leaves empty stays.

        Another space between the parts of a name is no other name.
        """
        return Attributes(
            name=self.name if self.name.split() == other.name.split() else other.name,
            kana=other.kana or self.kana,
            birth_date=other.birth_date,
            sex=other.sex if other.sex is not Sex.UNKNOWN else self.sex,
            coupon_number=other.coupon_number or self.coupon_number,
        )


def decide_person(known: Attributes | None, row: Attributes) -> PersonOutcome:
    """What a row means for the person that has its number."""
    if known is None:
        return PersonOutcome.NEW
    if known.birth_date != row.birth_date:
        return PersonOutcome.CONFLICT
    return PersonOutcome.KNOWN if known.updated_by(row) == known else PersonOutcome.CHANGED


@dataclass(frozen=True, slots=True)
class KnownDose:
    """A dose that is there already: in the registry (``line`` 0) or in an earlier row of the file."""

    vaccine: str
    number: int | None
    day: date
    lot: str
    line: int = 0


def decide_dose(
    row: KnownDose, there: Iterable[KnownDose], disease: Callable[[str], str]
) -> tuple[DoseOutcome, KnownDose | None]:
    """Whether the dose of a row is new, and with which dose it is the same or in conflict.

    ``disease`` gives what a product protects against: dose numbers count per disease, whatever the product.
    """
    conflict: KnownDose | None = None
    for other in there:
        if _same(row, other):
            return DoseOutcome.SAME, other
        if disease(row.vaccine) == disease(other.vaccine) and (
            row.day == other.day or (row.number is not None and row.number == other.number)
        ):
            conflict = conflict or other
    return (DoseOutcome.CONFLICT, conflict) if conflict else (DoseOutcome.NEW, None)


def _same(one: KnownDose, other: KnownDose) -> bool:
    return (
        one.vaccine == other.vaccine
        and one.day == other.day
        and (one.number is None or other.number is None or one.number == other.number)
        and (not one.lot or not other.lot or value_key(one.lot) == value_key(other.lot))
    )
