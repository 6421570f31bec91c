"""Applications by post: which are open, what became of the others (郵送申請の閲覧)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from hashira.certificates.domain.protection import MASKED
from hashira.certificates.selectors.protection import masked_for
from hashira.certificates.store.models import PostalApplication, PrintLine
from hashira.core.access import Principal
from hashira.core.accounts.selectors import display_names
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST = 5_000
"""Applications of one list, the latest first."""


class ApplicationNotFound(HashiraError):
    """There is no application of that id."""

    code = "CERT-282"
    what = Bilingual("郵送申請が見つかりません", "There is no such application")
    why = Bilingual("アドレスが違います", "The address is not right")
    remedy = Bilingual("郵送申請の一覧から開いてください", "Open it from the list of applications")
    status = 404


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application as staff see it; of a protected person only the reference."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    reference: str
    name: str
    received_on: date
    entered_at: datetime
    entered_by: str
    state: str
    """``open``, ``taken`` by a batch, ``printed`` (issued by it), or ``withdrawn``."""
    batch_id: UUID | None


def open_applications(organisation_id: UUID) -> QuerySet[PostalApplication]:
    """Those that wait for a batch."""
    rows = PostalApplication.objects.filter(
        organisation_id=organisation_id, batch=None, withdrawn_at=None, person__erased_at=None
    )
    return rows.select_related("person", "person__merged_into")


def open_references(organisation_id: UUID) -> tuple[str, ...]:
    """Whom a batch would print, each once, in the order in which their letters came."""
    rows = open_applications(organisation_id).order_by("received_on", "entered_at")
    return tuple(dict.fromkeys((row.person.merged_into or row.person).reference for row in rows))


def applications_of(principal: Principal, organisations: Collection[UUID]) -> tuple[ApplicationView, ...]:
    """The applications of those municipalities, the latest first."""
    rows = PostalApplication.objects.filter(organisation_id__in=organisations).order_by("-entered_at")
    return _views(principal, rows[:MOST])


def application_view(principal: Principal, application_id: UUID) -> ApplicationView:
    """One of them; raises ``ApplicationNotFound``. The caller asks for access."""
    found = _views(principal, PostalApplication.objects.filter(pk=application_id))
    if not found:
        raise ApplicationNotFound
    return found[0]


def unserved(batch_id: UUID) -> QuerySet[PostalApplication]:
    """Those that the batch took up and made nothing for, and who have not applied again since."""
    record = Coalesce("person__merged_into_id", "person_id")
    waiting = PostalApplication.objects.filter(person_id=OuterRef("person_id"), batch=None, withdrawn_at=None)
    rows = PostalApplication.objects.filter(batch_id=batch_id).annotate(record=record)
    return rows.exclude(_served()).exclude(Exists(waiting))


def _served() -> Exists:
    """Whether the batch has issued a certificate to the person of an application (``record``)."""
    lines = PrintLine.objects.filter(batch_id=OuterRef("batch_id"), certificate__isnull=False)
    return Exists(lines.filter(Q(person_id=OuterRef("record")) | Q(person_id=OuterRef("person_id"))))


def _views(principal: Principal, rows: QuerySet[PostalApplication]) -> tuple[ApplicationView, ...]:
    found = list(
        rows.annotate(record=Coalesce("person__merged_into_id", "person_id"))
        .annotate(served=_served())
        .select_related("person")
    )
    hidden = masked_for(principal, {row.person_id for row in found})
    names = display_names({row.entered_by for row in found})
    return tuple(
        ApplicationView(
            id=row.pk,
            organisation_id=row.organisation_id,
            person_id=row.person_id,
            reference=row.person.reference,
            name=MASKED.ja if row.person_id in hidden else row.person.name,
            received_on=row.received_on,
            entered_at=row.entered_at,
            entered_by=names.get(row.entered_by, ""),
            state=_state(row),
            batch_id=row.batch_id,
        )
        for row in found
    )


def _state(row: PostalApplication) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.batch_id is None:
        return "open"
    return "printed" if row.served else "taken"  # type: ignore[attr-defined]  # annotated above
