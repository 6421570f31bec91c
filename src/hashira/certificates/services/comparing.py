"""Comparing a file of a source with the register, row by row, before anything is corrected (台帳との比較).

The file is read, mapped and reported upon as an import is; instead of staging rows each is put beside what
the register has. What the register has and the file has not is found at the end.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from hashira.certificates.domain.comparison import ComparedDose, Kind, counterpart, differing
from hashira.certificates.domain.import_catalogue import series_of
from hashira.certificates.domain.import_decision import Attributes, KnownDose, PersonOutcome, decide_person
from hashira.certificates.domain.import_problem import (
    DoseAfterDeath,
    DoseTwiceInFile,
    PersonConflict,
    Remark,
)
from hashira.certificates.domain.import_row import ImportedDose
from hashira.certificates.domain.import_state import ImportState
from hashira.certificates.services.import_check import CheckSuperseded, Portion
from hashira.certificates.store import import_registry
from hashira.certificates.store.models import CollapsedDose, ComparedRow, DoseEvent, DoseImport, Person

MISSING_AT_ONCE = 2_000
"""Doses of the register that one step looks for in the file."""


class ComparedPortion(Portion):
    """The comparing of one portion of rows."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._rows: list[ComparedRow] = []
        self._known: dict[str, tuple[Person, Attributes]] = {}
        self._here: dict[uuid.UUID, list[ComparedDose]] = {}
        self._taken: set[uuid.UUID] = set()
        self._told: defaultdict[str, list[KnownDose]] = defaultdict(list)
        self._identified: set[str] = set()

    def _meet(self, doses: Iterable[ImportedDose]) -> None:
        """Ask the register, and the rows compared before, for the people of this portion."""
        numbers = sorted({dose.person_number for dose in doses})
        people = Person.objects.filter(
            organisation_id=self._row.organisation_id, reference__in=numbers, erased_at=None
        )
        leading: dict[uuid.UUID, uuid.UUID] = {}
        for person in people:
            said = Attributes(
                person.name,
                person.kana,
                person.birth_date,
                import_registry.sex_of(person.sex),
                person.coupon_number,
            )
            self._known[person.reference] = (person, said)
            leading[person.pk] = person.merged_into_id or person.pk
        self._here = doses_in_force(set(leading.values()))
        for row in ComparedRow.objects.filter(dose_import=self._row, reference__in=numbers).exclude(line=0):
            if row.kind in {Kind.IDENTITY, Kind.NEW_PERSON}:
                self._identified.add(row.reference)
            if row.event is not None:
                self._taken.add(row.event)
            if row.kind != Kind.IDENTITY:
                self._tell(row.reference, ComparedDose.from_json(row.there), row.line)

    def _judge(self, line: int, dose: ImportedDose) -> list[Remark]:
        """Put the row beside the register, or say why it cannot be."""
        there = ComparedDose(dose.vaccine, dose.dose_date, dose.dose_number, dose.lot, dose.place)
        for told in self._told[dose.person_number]:
            if series_of(told.vaccine) == series_of(there.vaccine) and (
                told.day == there.given_on or (there.number is not None and told.number == there.number)
            ):
                return [Remark.of(DoseTwiceInFile(line=told.line), about="dose_number")]
        person, known = self._known.get(dose.person_number, (None, None))
        if person is None or known is None:
            self._add(line, Kind.NEW_PERSON, dose, there=there, person=self._new_id(dose.person_number))
            self._tell(dose.person_number, there, line)
            return []
        said = Attributes.of(dose)
        outcome = decide_person(known, said)
        if outcome is PersonOutcome.CONFLICT:
            return [Remark.of(PersonConflict(), about="birth_date", value=dose.birth_date.isoformat())]
        if person.died_on is not None and dose.dose_date > person.died_on:
            error = DoseAfterDeath(died_on=person.died_on.isoformat())
            return [Remark.of(error, about="dose_date", value=dose.dose_date.isoformat())]
        if outcome is PersonOutcome.CHANGED and dose.person_number not in self._identified:
            self._identified.add(dose.person_number)
            self._add_identity(line, dose, person, known, known.updated_by(said))
        leading = person.merged_into_id or person.pk
        match = counterpart(there, self._here.get(leading, ()), series=series_of, taken=self._taken)
        if match is None:
            self._add(line, Kind.NOT_HERE, dose, there=there, person=leading, version=person.version)
        else:
            assert match.event is not None
            self._taken.add(match.event)
            fields = differing(match, there)
            kind = Kind.DIFFERS if fields else Kind.SAME
            self._add(line, kind, dose, there=there, here=match, person=leading, fields=fields)
        self._tell(dose.person_number, there, line)
        return []

    def _keep(self) -> None:
        ComparedRow.objects.bulk_create(self._rows, batch_size=500)

    def _tell(self, number: str, there: ComparedDose, line: int) -> None:
        self._told[number].append(KnownDose(there.vaccine, there.number, there.given_on, there.lot, line))

    def _new_id(self, number: str) -> uuid.UUID:
        """The id of a new person: one for all rows of the number."""
        return uuid.uuid5(self._row.pk, f"{self._row.check_number}:{number}")

    def _add(
        self,
        line: int,
        kind: Kind,
        dose: ImportedDose,
        *,
        there: ComparedDose,
        person: uuid.UUID,
        here: ComparedDose | None = None,
        fields: Collection[str] = (),
        version: int = 0,
    ) -> None:
        beside: dict[str, Any] = there.to_json()
        if kind is Kind.NEW_PERSON:
            beside["person"] = {
                "name": dose.name.text,
                "kana": dose.kana.text if dose.kana else "",
                "birth_date": dose.birth_date.isoformat(),
                "sex": import_registry.stored_sex(dose.sex),
                "coupon_number": dose.coupon_number,
            }
        self._counts[f"kind_{kind.value}"] += 1
        self._rows.append(
            ComparedRow(
                dose_import=self._row,
                line=line,
                kind=kind.value,
                person_id=person,
                reference=dose.person_number,
                name=dose.name.text,
                fields=list(fields),
                here=here.to_json() if here else {},
                there=beside,
                event=here.event if here else None,
                version=version,
            )
        )

    def _add_identity(
        self, line: int, dose: ImportedDose, person: Person, known: Attributes, said: Attributes
    ) -> None:
        here, there = _values(known), _values(said)
        self._counts[f"kind_{Kind.IDENTITY.value}"] += 1
        self._rows.append(
            ComparedRow(
                dose_import=self._row,
                line=line,
                kind=Kind.IDENTITY.value,
                person_id=person.pk,
                reference=dose.person_number,
                name=person.name,
                fields=[name for name in here if here[name] != there[name]],
                here=here,
                there=there,
                version=person.version,
            )
        )


def _values(said: Attributes) -> dict[str, str]:
    return {
        "name": said.name,
        "kana": said.kana,
        "sex": import_registry.stored_sex(said.sex),
        "coupon_number": said.coupon_number,
    }


def doses_in_force(records: Collection[uuid.UUID]) -> dict[uuid.UUID, list[ComparedDose]]:
    """The doses in force of these records, with those of entries that were merged into them."""
    found: defaultdict[uuid.UUID, list[ComparedDose]] = defaultdict(list)
    rows = _in_force().filter(Q(person_id__in=records) | Q(person__merged_into_id__in=records))
    told = rows.values_list(
        "person__merged_into_id", "person_id", "id", "vaccine", "given_on", "dose_number", "lot", "place"
    )
    for leading, person, event, vaccine, day, number, lot, place in told:
        found[leading or person].append(ComparedDose(vaccine, day, number, lot, place, event))
    return found


def _in_force() -> QuerySet[DoseEvent]:
    rows = DoseEvent.objects.filter(replaced_by=None).exclude(kind=DoseEvent.Kind.VOIDED)
    return rows.exclude(id__in=CollapsedDose.objects.filter(merge__reversal=None).values("event_id"))


def is_comparison(import_id: str) -> bool:
    """Whether the file is compared and not imported."""
    return DoseImport.objects.filter(pk=import_id, purpose=DoseImport.Purpose.COMPARE).exists()


def find_missing(import_id: str, check_number: int, after: int) -> dict[str, int]:
    """The doses of the register that came from the source and are not in the file, in portions.

    Only those of the days that the file spans: files are often of one quarter. Raises ``CheckSuperseded``.
    """
    with transaction.atomic():
        row = DoseImport.objects.select_related("source").get(pk=import_id)
        if row.state != ImportState.CHECKING or row.check_number != check_number:
            raise CheckSuperseded
        compared = ComparedRow.objects.filter(dose_import=row, line__gt=0)
        days = _days_of(compared)
        if days is None:
            return {"after": 0, "found": 0}
        rows = _in_force().filter(
            ~Exists(compared.filter(event=OuterRef("id"))),
            person__organisation_id=row.organisation_id,
            person__erased_at=None,
            source=row.source.name,
            given_on__range=days,
            sequence__gt=after,
        )
        found = list(rows.select_related("person").order_by("sequence")[:MISSING_AT_ONCE])
        ComparedRow.objects.filter(dose_import=row, line=0, version__gt=after).delete()  # of a killed run
        ComparedRow.objects.bulk_create(
            (
                ComparedRow(
                    dose_import=row,
                    line=0,
                    kind=Kind.NOT_THERE.value,
                    person_id=event.person.merged_into_id or event.person_id,
                    reference=event.person.reference,
                    name=event.person.name,
                    here=_plain(event).to_json(),
                    event=event.id,
                    version=event.sequence,
                )
                for event in found
            ),
            batch_size=500,
        )
    return {"after": found[-1].sequence if len(found) == MISSING_AT_ONCE else 0, "found": len(found)}


def _days_of(rows: QuerySet[ComparedRow]) -> tuple[str, str] | None:
    """The first and the last day of the doses in the file."""
    days = (
        rows.exclude(kind=Kind.IDENTITY).order_by("there__given_on").values_list("there__given_on", flat=True)
    )
    first, last = days.first(), days.last()
    return (first, last) if first and last else None


def _plain(event: DoseEvent) -> ComparedDose:
    return ComparedDose(event.vaccine, event.given_on, event.dose_number, event.lot, event.place, event.id)
