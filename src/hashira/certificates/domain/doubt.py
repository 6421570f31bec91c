"""Records in force that cannot all be right (疑義のある記録): rules that describe themselves.

What a clerk is asked about at the counter is let through by imports of old files, and what was right becomes
doubtful when a death or another dose is told later. So the whole register is looked through by these rules. A
rule names the doses in doubt; it never says which of them is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from uuid import UUID

from hashira.certificates.domain.vaccine_product import PRODUCTS
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class PlainDose:
    """A dose in force as the database has it; its product may be one that nobody knows."""

    event: UUID
    vaccine: str
    given_on: date
    number: int | None = None

    @property
    def series(self) -> str:
        """What its number counts in; of an unknown product, the product itself."""
        known = PRODUCTS.get(self.vaccine)
        return known.series if known else self.vaccine


@dataclass(frozen=True, slots=True)
class PlainRecord:
    """A person with the doses in force, as far as the rules ask."""

    birth_date: date
    doses: tuple[PlainDose, ...]
    died_on: date | None = None

    def series(self) -> Iterator[tuple[PlainDose, ...]]:
        """The doses of each series, by day."""
        found: defaultdict[str, list[PlainDose]] = defaultdict(list)
        for dose in self.doses:
            found[dose.series].append(dose)
        for doses in found.values():
            yield tuple(sorted(doses, key=lambda dose: (dose.given_on, dose.number or 0)))


@dataclass(frozen=True, slots=True)
class Doubt:
    """One rule: what is doubtful, what to do about it, and two examples."""

    code: str
    words: Bilingual
    remedy: Bilingual
    find: Callable[[PlainRecord], Iterator[PlainDose]]
    failing: PlainRecord = field(repr=False)
    passing: PlainRecord = field(repr=False)


def _same_day(record: PlainRecord) -> Iterator[PlainDose]:
    for doses in record.series():
        for before, after in pairwise(doses):
            if before.given_on == after.given_on:
                yield after


def _out_of_order(record: PlainRecord) -> Iterator[PlainDose]:
    for doses in record.series():
        numbered = [dose for dose in doses if dose.number is not None]
        for before, after in pairwise(numbered):
            if before.given_on < after.given_on and (before.number or 0) > (after.number or 0):
                yield after


def _number_twice(record: PlainRecord) -> Iterator[PlainDose]:
    for doses in record.series():
        seen: set[int] = set()
        for dose in doses:
            if dose.number is not None and dose.number in seen:
                yield dose
            seen.add(dose.number or 0)


def _too_many(record: PlainRecord) -> Iterator[PlainDose]:
    for dose in record.doses:
        known = PRODUCTS.get(dose.vaccine)
        if known and known.most is not None and (dose.number or 0) > known.most:
            yield dose


def _before_authorised(record: PlainRecord) -> Iterator[PlainDose]:
    for dose in record.doses:
        known = PRODUCTS.get(dose.vaccine)
        if known and known.since is not None and dose.given_on < known.since:
            yield dose


def _unknown(record: PlainRecord) -> Iterator[PlainDose]:
    return (dose for dose in record.doses if dose.vaccine not in PRODUCTS)


def _after_death(record: PlainRecord) -> Iterator[PlainDose]:
    died = record.died_on
    return (dose for dose in record.doses if died is not None and dose.given_on > died)


def _before_birth(record: PlainRecord) -> Iterator[PlainDose]:
    return (dose for dose in record.doses if dose.given_on < record.birth_date)


_SLIP = Bilingual(
    "予診票と見比べ、違う方を訂正するか取り消してください", "Compare the slips; correct or void the wrong one"
)
_BORN = date(1980, 2, 29)


def _case(*doses: tuple[str, date, int | None], died_on: date | None = None) -> PlainRecord:
    told = tuple(PlainDose(UUID(int=at), *dose) for at, dose in enumerate(doses, start=1))
    return PlainRecord(_BORN, told, died_on)


_ONE = ("comirnaty", date(2021, 6, 1), 1)
_TWO = ("comirnaty", date(2021, 6, 22), 2)
_GOOD = _case(_ONE, _TWO)

DOUBTS: Mapping[str, Doubt] = {
    doubt.code: doubt
    for doubt in (
        Doubt(
            "same-day",
            Bilingual("同じ種類の接種が同じ日に二つある", "two doses of one kind on one day"),
            _SLIP,
            _same_day,
            _case(_ONE, ("spikevax", date(2021, 6, 1), 2)),
            _GOOD,
        ),
        Doubt(
            "order",
            Bilingual("回数の順と接種日の順が合わない", "numbers do not follow the days"),
            _SLIP,
            _out_of_order,
            _case(("comirnaty", date(2021, 6, 1), 2), ("comirnaty", date(2021, 6, 22), 1)),
            _GOOD,
        ),
        Doubt(
            "number-twice",
            Bilingual("同じ回数の接種が二つある", "one number given twice"),
            _SLIP,
            _number_twice,
            _case(_ONE, ("comirnaty", date(2021, 6, 22), 1)),
            _GOOD,
        ),
        Doubt(
            "too-many",
            Bilingual("ふつうの回数より多い", "more doses than usual"),
            Bilingual("製品と回数を確かめてください", "Check the product and the number"),
            _too_many,
            _case(("mr", date(2021, 6, 1), 3)),
            _case(("mr", date(2021, 6, 1), 2)),
        ),
        Doubt(
            "before-authorised",
            Bilingual("製品が認められる前の接種日", "before the product was authorised"),
            Bilingual(
                "接種日か製品の読み間違いを確かめてください", "Check the day and the product for a slip"
            ),
            _before_authorised,
            _case(("comirnaty", date(2012, 6, 1), 1)),
            _GOOD,
        ),
        Doubt(
            "unknown-product",
            Bilingual("製品が分からない", "the product is not known"),
            Bilingual(
                "製品の表に加えるか、正しい製品に訂正してください", "Add it to the products, or correct it"
            ),
            _unknown,
            _case(("sample-2099", date(2021, 6, 1), 1)),
            _GOOD,
        ),
        Doubt(
            "after-death",
            Bilingual("死亡日より後の接種", "after the death"),
            Bilingual(
                "死亡日と接種日、別の人の記録でないかを確かめてください",
                "Check both days, and whether it is somebody else's dose",
            ),
            _after_death,
            _case(_ONE, died_on=date(2021, 5, 1)),
            _case(_ONE, died_on=date(2021, 6, 1)),
        ),
        Doubt(
            "before-birth",
            Bilingual("生年月日より前の接種", "before the birth"),
            Bilingual("生年月日と接種日を確かめてください", "Check the date of birth and the day"),
            _before_birth,
            _case(("bcg", date(1979, 6, 1), 1)),
            _GOOD,
        ),
    )
}


def doubts_of(record: PlainRecord) -> frozenset[tuple[str, UUID]]:
    """The rules that the record does not keep, each with the dose it is about.

    >>> sorted(code for code, _ in doubts_of(_case(_ONE, _ONE)))
    ['number-twice', 'same-day']
    """
    return frozenset((code, dose.event) for code, doubt in DOUBTS.items() for dose in doubt.find(record))
