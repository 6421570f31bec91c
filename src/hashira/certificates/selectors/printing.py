"""Batches of certificates on paper: how far they are, what was refused, whom a filter finds (一括印刷)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from hashira.certificates.adapters.print_files import folder_of
from hashira.certificates.domain.print_list import MAX_PEOPLE, PART, PrintFilter
from hashira.certificates.store.models import (
    DoseEvent,
    IssuedCertificate,
    Person,
    PrintBatch,
    PrintLine,
    State,
)
from hashira.core.access import Resource
from hashira.core.jobs import JobView
from hashira.core.jobs import view as job_view
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class BatchNotFound(HashiraError):
    """There is no batch of that id."""

    code = "CERT-198"
    what = Bilingual("一括印刷が見つかりません", "There is no such batch")
    why = Bilingual("アドレスが違います", "The address is not right")
    remedy = Bilingual("一括印刷の一覧から開いてください", "Open it from the list")
    status = 404


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch in a list."""

    id: UUID
    title: str
    people: int
    requested_at: datetime
    files_until: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class PartFile:
    """One PDF of a batch."""

    number: int
    first: int
    last: int
    octets: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody for whom no certificate was made."""

    position: int
    reference: str
    code: str
    reason: Bilingual


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with all that its page shows."""

    id: UUID
    organisation_id: UUID
    title: str
    people: int
    issued: int
    refused: int
    requested_at: datetime
    files_until: datetime
    kept: bool
    files: tuple[PartFile, ...]
    job: JobView | None

    @property
    def resource(self) -> Resource:
        """What access is asked for."""
        return Resource("Certificates::PrintBatch", str(self.id), str(self.organisation_id))


def batches_of(organisations: frozenset[UUID]) -> tuple[BatchLine, ...]:
    """The batches of those municipalities, the latest first."""
    rows = PrintBatch.objects.filter(organisation_id__in=organisations)
    return tuple(
        BatchLine(row.pk, row.title, row.people, row.requested_at, row.files_until, row.files_kept)
        for row in rows
    )


def batch_view(batch_id: UUID) -> BatchView:
    """The batch; raises ``BatchNotFound``. Who may see it is asked by whoever shows it."""
    row = PrintBatch.objects.filter(pk=batch_id).first()
    if row is None:
        raise BatchNotFound
    counts = row.lines.aggregate(
        issued=Count("pk", filter=Q(certificate__isnull=False)), refused=Count("pk", filter=~Q(problem=""))
    )
    return BatchView(
        id=row.pk,
        organisation_id=row.organisation_id,
        title=row.title,
        people=row.people,
        issued=counts["issued"],
        refused=counts["refused"],
        requested_at=row.requested_at,
        files_until=row.files_until,
        kept=row.files_kept,
        files=_files(row) if row.files_kept else (),
        job=job_view(row.job_id) if row.job_id else None,
    )


def _files(row: PrintBatch) -> tuple[PartFile, ...]:
    found = []
    for path in sorted(folder_of(row.pk).glob("part-*.pdf")):
        number = int(path.stem.removeprefix("part-"))
        last = min(number * PART, row.people)
        found.append(PartFile(number, (number - 1) * PART + 1, last, path.stat().st_size))
    return tuple(found)


def refused_of(batch_id: UUID) -> Iterator[Refused]:
    """Those for whom nothing was made, with the reason, in the order of the list."""
    rows = PrintLine.objects.filter(batch_id=batch_id).exclude(problem="").order_by("position")
    for row in rows.iterator(1000):
        said = Bilingual(row.reason.get("ja", ""), row.reason.get("en", ""))
        yield Refused(row.position, row.reference, row.problem, said)


def references_by(organisation_id: UUID, asked: PrintFilter) -> tuple[str, ...]:
    """The references of everybody whose record fits, in their order."""
    doses = DoseEvent.objects.filter(person_id=OuterRef("pk"), replaced_by__isnull=True).exclude(
        kind=DoseEvent.Kind.VOIDED
    )
    if asked.vaccine:
        doses = doses.filter(vaccine=asked.vaccine)
    if asked.given_from:
        doses = doses.filter(given_on__gte=asked.given_from)
    if asked.given_until:
        doses = doses.filter(given_on__lte=asked.given_until)
    people = Person.objects.filter(
        Exists(doses), organisation_id=organisation_id, erased_at=None, died_on=None
    )
    if asked.without_certificate:
        valid = IssuedCertificate.objects.filter(person_id=OuterRef("pk"), status__state=State.VALID)
        people = people.filter(~Exists(valid))
    return tuple(people.order_by("reference").values_list("reference", flat=True)[:MAX_PEOPLE])
