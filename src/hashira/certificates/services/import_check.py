"""Reading a whole file before anything is written to the registry: the preview (取込みの確認).

A durable job goes through the file in portions of ``ROWS`` rows. Each portion is one step in one transaction:
it reads from the byte where the last one ended, replaces what an interrupted run of the same portion left,
and says where it ended. What a portion needs of the registry and of earlier rows it asks for by the numbers
of its own people, so that memory does not grow with the file.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction

from hashira.certificates.adapters.csv_store import (
    MAX_ROWS,
    CsvStore,
    FileTooLarge,
    NothingInFile,
    kept_files,
)
from hashira.certificates.domain.import_catalogue import catalogue, series_of
from hashira.certificates.domain.import_decision import (
    Attributes,
    DoseOutcome,
    KnownDose,
    PersonOutcome,
    decide_dose,
    decide_person,
)
from hashira.certificates.domain.import_encoding import Encoding
from hashira.certificates.domain.import_mapping import ImportMapping, read_headers
from hashira.certificates.domain.import_problem import (
    DoseAfterDeath,
    DoseConflict,
    DoseTwiceInFile,
    PersonConflict,
    PersonVaries,
    Remark,
    Severity,
)
from hashira.certificates.domain.import_record import Delimiter, Record, records
from hashira.certificates.domain.import_row import ImportedDose, RowReader
from hashira.certificates.domain.import_state import ImportState
from hashira.certificates.store import import_registry
from hashira.certificates.store.models import ComparedRow
from hashira.certificates.store.models.imports import DoseImport, ImportRemark, StagedRow
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.person_name import search_key

ROWS = 5_000
"""Rows of one portion."""


class CheckSuperseded(Exception):
    """The import was cancelled, or is being checked anew: this run has nothing more to do."""


@dataclass(slots=True)
class Position:
    """How far a check has come: the answer of a step, so JSON on its way to the next."""

    offset: int = 0
    line: int = 1
    rows: int = 0
    ended: bool = False
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Person:
    """What is known of a person while a portion is judged."""

    id: uuid.UUID
    attributes: Attributes
    version: int = 0
    """The version of the register that the attributes come from; 0 for a person of this file."""
    events: int = 0
    """How many events the register has about the person."""
    line: int = 0
    """The row of this file that said the attributes, if one did."""
    doses: list[KnownDose] = field(default_factory=list)
    died_on: date | None = None


def begin_check(import_id: str) -> dict[str, Any]:
    """Make sure that the file is what was received, and forget what an earlier check found.

    Raises ``FileGone``.
    """
    row = DoseImport.objects.get(pk=import_id)
    kept_files().check(row.pk, row.file_digest)
    forget_rows(row)
    return asdict(Position())


def check_portion(import_id: str, check_number: int, before: dict[str, Any]) -> dict[str, Any]:
    """Read, judge and stage the next rows; raises ``CheckSuperseded``, ``FileGone``, ``FileTooLarge``,
    ``HeaderUnreadable`` or ``MappingContradictory``.
    """
    at = Position(**before)
    with transaction.atomic():
        row = DoseImport.objects.select_related("mapping").get(pk=import_id)
        if row.state != ImportState.CHECKING or row.check_number != check_number:
            raise CheckSuperseded
        reader = Portion if row.purpose == DoseImport.Purpose.IMPORT else portion_of_comparison()
        return asdict(reader(row, at).run())


def forget_rows(row: DoseImport, *, remarks: bool = True) -> None:
    """Delete the staged rows of an import, and its remarks unless told otherwise, a portion at a time."""
    for model in (StagedRow, ImportRemark, ComparedRow) if remarks else (StagedRow,):
        while True:
            keys = list(model.objects.filter(dose_import=row).values_list("pk", flat=True)[:ROWS])
            if not keys:
                break
            model.objects.filter(dose_import=row, pk__gte=min(keys), pk__lte=max(keys)).delete()


def portion_of_comparison() -> type[Portion]:
    """What judges the rows of a file that is compared; it stands on this module."""
    from hashira.certificates.services.comparing import ComparedPortion

    return ComparedPortion


class Portion:
    """The judging of one portion of rows."""

    def __init__(self, row: DoseImport, at: Position) -> None:
        if row.mapping is None:
            raise CheckSuperseded
        self._row = row
        self._at = at
        self._counts = Counter(at.counts)
        self._store: CsvStore = kept_files()
        self._mapping = ImportMapping.from_json(row.mapping.mapping)
        self._people: dict[str, _Person] = {}
        self._staged: list[StagedRow] = []
        self._remarks: list[ImportRemark] = []

    def run(self) -> Position:
        """Judge the rows from where the last portion ended."""
        row, at = self._row, self._at
        for model in (
            StagedRow,
            ImportRemark,
            ComparedRow,
        ):  # what a killed run of this very portion has left
            model.objects.filter(dose_import=row, line__gte=at.line).delete()
        headers = read_headers(self._header())
        reader = RowReader(
            self._mapping,
            headers,
            catalogue=catalogue(),
            today=today_in_japan(SystemClock()),
        )
        source = self._records(at.offset, at.line)
        if at.offset == 0:
            next(source, None)  # the header
        portion = list(islice(source, ROWS))
        read = [(record, reader.read(record)) for record in portion if not record.blank]
        self._counts["blank"] += len(portion) - len(read)
        self._counts["kana_rewritten"] += sum(1 for _record, found in read if found.kana_rewritten)
        self._meet(found.dose for _record, found in read if found.dose is not None)
        for _record, found in read:
            remarks = list(found.remarks)
            if found.dose is not None:
                remarks += self._judge(found.line, found.dose)
            self._note(found.line, found.who, found.dose, remarks)
        self._keep()
        ImportRemark.objects.bulk_create(self._remarks, batch_size=500)
        rows = at.rows + len(read)
        if rows > MAX_ROWS:
            raise FileTooLarge(megabytes=500, rows=f"{MAX_ROWS:,}")
        ended = len(portion) < ROWS
        if ended and not rows:
            raise NothingInFile
        self._counts["rows"] = rows
        last = portion[-1] if portion else None
        return Position(
            offset=last.end if last else at.offset,
            line=last.next_line if last else at.line,
            rows=rows,
            ended=ended,
            counts=dict(self._counts),
        )

    def _keep(self) -> None:
        """Write what was judged."""
        StagedRow.objects.bulk_create(self._staged, batch_size=500)

    def _records(self, offset: int, line: int) -> Iterator[Record]:
        return records(
            self._store.lines(self._row.pk, offset=offset),
            encoding=Encoding(self._row.encoding),
            delimiter=Delimiter(self._row.delimiter),
            line=line,
            offset=offset,
        )

    def _header(self) -> tuple[str, ...]:
        first = next(self._records(0, 1), None)
        return first.fields if first else ()

    def _meet(self, doses: Iterable[ImportedDose]) -> None:
        """Ask the registry and the rows staged before for the people of this portion."""
        numbers = sorted({dose.person_number for dose in doses})
        known = import_registry.people(self._row.organisation_id, numbers)
        for number, person in known.items():
            self._people[number] = _Person(
                person.id,
                person.attributes,
                person.version,
                person.events,
                doses=list(person.doses),
                died_on=person.died_on,
            )
        for staged in import_registry.staged(self._row.pk, numbers):
            attributes = Attributes(
                staged.name,
                staged.kana,
                staged.birth_date,
                import_registry.sex_of(staged.sex),
                staged.coupon_number,
            )
            seen = self._people.setdefault(
                staged.reference, _Person(staged.person_id, attributes, line=staged.line)
            )
            if not seen.line:
                seen.attributes, seen.line = attributes, staged.line
            if staged.dose_id is not None:
                seen.doses.append(
                    KnownDose(staged.vaccine, staged.dose_number, staged.given_on, staged.lot, staged.line)
                )

    def _judge(self, line: int, dose: ImportedDose) -> list[Remark]:
        """Stage the row if nothing speaks against it; else say what does."""
        said = Attributes.of(dose)
        person = self._people.get(dose.person_number)
        outcome = decide_person(person.attributes if person else None, said)
        if outcome is PersonOutcome.CONFLICT:
            return [Remark.of(PersonConflict(), about="birth_date", value=dose.birth_date.isoformat())]
        if person is not None and person.died_on is not None and dose.dose_date > person.died_on:
            error = DoseAfterDeath(died_on=person.died_on.isoformat())
            return [Remark.of(error, about="dose_date", value=dose.dose_date.isoformat())]
        offered = KnownDose(dose.vaccine, dose.dose_number, dose.dose_date, dose.lot, line)
        there = person.doses if person else []
        judged, other = decide_dose(offered, there, series_of)
        if other is not None and judged is DoseOutcome.CONFLICT:
            clash = DoseTwiceInFile(line=other.line) if other.line else DoseConflict()
            return [Remark.of(clash, about="dose_number", value=f"{dose.dose_number or ''}")]
        remarks = []
        if person is not None and person.line and outcome is PersonOutcome.CHANGED:
            # The first row of a person in a file speaks for the person; a later one that differs is told.
            remarks.append(Remark.of(PersonVaries(line=person.line), about="name", value=dose.name.text))
            outcome = PersonOutcome.KNOWN
        self._stage(line, dose, person, outcome, judged)
        return remarks

    def _stage(
        self,
        line: int,
        dose: ImportedDose,
        person: _Person | None,
        outcome: PersonOutcome,
        judged: DoseOutcome,
    ) -> None:
        said = Attributes.of(dose)
        if person is None:
            made = import_registry.row_id(self._row, line, "person")
            person = self._people[dose.person_number] = _Person(made, said, line=line)
        attributes = person.attributes.updated_by(said) if outcome is PersonOutcome.CHANGED else said
        if outcome is PersonOutcome.KNOWN:
            attributes = person.attributes
        writes = outcome in (PersonOutcome.NEW, PersonOutcome.CHANGED)
        new = judged is DoseOutcome.NEW
        self._staged.append(
            StagedRow(
                dose_import=self._row,
                line=line,
                person_id=person.id,
                person_outcome=outcome.value,
                known_version=person.version,
                known_events=person.events,
                version=person.version + 1 if writes else None,
                dose_id=import_registry.row_id(self._row, line, "dose") if new else None,
                dose_outcome=judged.value,
                reference=dose.person_number,
                coupon_number=attributes.coupon_number,
                name=attributes.name,
                kana=attributes.kana,
                name_key=search_key(attributes.name) if writes else "",
                kana_key=search_key(attributes.kana) if writes else "",
                birth_date=attributes.birth_date,
                sex=import_registry.stored_sex(attributes.sex),
                vaccine=dose.vaccine,
                dose_number=dose.dose_number,
                given_on=dose.dose_date,
                lot=dose.lot,
                place=dose.place,
            )
        )
        if not person.line:
            person.attributes, person.line = attributes, line
        if judged is DoseOutcome.NEW:
            person.doses.append(KnownDose(dose.vaccine, dose.dose_number, dose.dose_date, dose.lot, line))
        self._counts[f"people_{outcome.value}"] += outcome is not PersonOutcome.KNOWN
        self._counts[f"doses_{judged.value}"] += 1

    def _note(self, line: int, who: str, dose: ImportedDose | None, remarks: list[Remark]) -> None:
        if not remarks:
            return
        if not who and dose is not None:
            who = f"{dose.person_number} {dose.name.text}"
        severities = {remark.severity for remark in remarks}
        self._counts["rows_with_errors"] += Severity.ERROR in severities
        self._counts["rows_with_warnings"] += severities == {Severity.WARNING}
        for remark in remarks:
            self._counts[f"remark_{remark.code}"] += 1
            self._remarks.append(
                ImportRemark(
                    dose_import=self._row,
                    line=line,
                    code=remark.code,
                    severity=remark.severity.value,
                    about=remark.about,
                    value=remark.value[:1000],
                    who=who[:1000],
                    details=remark.details_json(),
                )
            )
