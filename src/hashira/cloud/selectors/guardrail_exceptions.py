"""Exceptions to guardrails, as the body and the operator see them (ガードレールの例外)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from hashira.cloud.domain.baseline import BASELINE, BaselineGuardrail, baseline_guardrail
from hashira.cloud.domain.baseline.sparing import SOON_DAYS, ExceptionState, state_on
from hashira.cloud.store.models import GuardrailException
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation
from hashira.core.accounts.selectors import display_names
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

APPLICANT, OPERATOR = "cloud_applicant", "cloud_operator"


class ExceptionNotFound(HashiraError):
    """There is no such exception, or not for whoever asks."""

    code = "CLD-402"
    what = Bilingual("ガードレールの例外がありません", "There is no such exception")
    why = Bilingual("その例外は見つかりません", "That exception is not known")
    remedy = Bilingual("一覧から選び直してください", "Choose it from the list again")
    status = 404


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """An exception on a day."""

    id: UUID
    guardrail: BaselineGuardrail
    organisation_id: UUID
    body: Bilingual
    system: str
    environment_id: UUID | None
    reason: str
    substitute: str
    begins_on: date
    ends_on: date
    state: ExceptionState
    days_left: int | None
    """Days until the last one, of an exception that is in force."""
    asked_at: datetime
    asked_by: str
    examined_at: datetime | None
    examined_by: str
    opinion: str
    granted_at: datetime | None
    granted_by: str
    closed_at: datetime | None
    closed_by: str
    end_reason: str

    @property
    def reference(self) -> str:
        """As an order names it: the guardrail, then the id."""
        return f"{self.guardrail.id}/{self.id}"

    @property
    def resource(self) -> Resource:
        """As access is asked for it."""
        return exception_resource(
            self.organisation_id, self.id, asked_by=self.asked_by, examined_by=self.examined_by
        )


def exception_resource(
    organisation_id: UUID, exception_id: UUID | str = "new", *, asked_by: str = "", examined_by: str = ""
) -> Resource:
    """An exception as access is asked for it."""
    attributes = {"asked_by": asked_by, "examined_by": examined_by}
    return Resource("Cloud::GuardrailException", str(exception_id), str(organisation_id), attributes)


class ExceptionRows:
    """All exceptions for the operator, those of the own bodies for others, for a table: sorted, filtered and
    sliced by the database, the newest first."""

    def __init__(self, actor: Principal, today: date) -> None:
        rows = _rows().filter(guardrail__in=[one.id for one in BASELINE])
        if all(grant.role != OPERATOR for grant in actor.grants):
            bodies = [grant.organisation for grant in actor.grants if grant.role == APPLICANT]
            rows = rows.filter(organisation_id__in=bodies)
        self._rows, self._today = rows, today

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._filtered(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: Any, start: int, stop: int | None
    ) -> Iterator[ExceptionView]:
        """The views from ``start`` up to ``stop``, in an order with ``key`` and ``falling``."""
        rows = self._filtered(filters)
        if order is not None and order.key in _SORTED:
            columns = [f"{'-' if order.falling else ''}{one}" for one in _SORTED[order.key]]
            if order.key == "days_left":  # which those alone have that are in force
                is_ = Case(When(_in_state(ExceptionState.IN_FORCE, self._today), then=0), default=1)
                rows = rows.annotate(left_out=is_)
                columns = ["left_out", *columns]
            rows = rows.order_by(*columns, "pk")
        return (view_of(row, self._today) for row in rows[start:stop])

    def waiting(self) -> int:
        """How many wait for an examination or a decision."""
        waits = Q(refused_at=None, ended_at=None, granted_at=None)
        return self._rows.filter(waits).count()

    def ending_soon(self, most: int) -> tuple[tuple[ExceptionView, ...], int]:
        """Those in force that end next, up to so many, and how many more end soon."""
        last = self._today + timedelta(days=SOON_DAYS)
        rows = self._rows.filter(_in_state(ExceptionState.IN_FORCE, self._today), ends_on__lte=last)
        found = tuple(view_of(row, self._today) for row in rows.order_by("ends_on", "pk")[:most])
        return found, max(0, rows.count() - most)

    def _filtered(self, filters: Mapping[str, str]) -> QuerySet[GuardrailException]:
        rows = self._rows
        for key, text in filters.items():
            if key == "state":
                known = text in {one.value for one in ExceptionState}
                rows = rows.filter(_in_state(ExceptionState(text), self._today)) if known else rows.none()
            elif key == "guardrail":
                wanted = text.casefold()
                named = [one.id for one in BASELINE if wanted in f"{one.title.ja}\n{one.title.en}".casefold()]
                rows = rows.filter(guardrail__in=named)
            elif key == "body":
                rows = rows.filter(
                    Q(organisation__name__icontains=text) | Q(organisation__name_en__icontains=text)
                )
            elif key == "system":
                rows = rows.filter(system__icontains=text)
        return rows


_SORTED = {
    "body": ("organisation__name",),
    "begins_on": ("begins_on",),
    "ends_on": ("ends_on",),
    "days_left": ("ends_on",),
}


def _in_state(state: ExceptionState, day: date) -> Q:
    """What ``state_on`` says of a row, asked of the database."""
    decided = Q(refused_at=None, ended_at=None)
    granted = decided & Q(granted_at__isnull=False)
    return {
        ExceptionState.REFUSED: Q(refused_at__isnull=False),
        ExceptionState.ENDED: Q(refused_at=None, ended_at__isnull=False),
        ExceptionState.ASKED: decided & Q(granted_at=None, examined_at=None),
        ExceptionState.EXAMINED: decided & Q(granted_at=None, examined_at__isnull=False),
        ExceptionState.COMING: granted & Q(begins_on__gt=day),
        ExceptionState.IN_FORCE: granted & Q(begins_on__lte=day, ends_on__gte=day),
        ExceptionState.EXPIRED: granted & Q(begins_on__lte=day, ends_on__lt=day),
    }[state]


def exception_view(actor: Principal, exception_id: UUID, today: date) -> ExceptionView:
    """One of those; raises ``ExceptionNotFound``."""
    row = _rows().filter(pk=exception_id).first()
    seen = {g.organisation for g in actor.grants if g.role == APPLICANT}
    if row is None or not (
        str(row.organisation_id) in seen or any(grant.role == OPERATOR for grant in actor.grants)
    ):
        raise ExceptionNotFound
    return view_of(row, today)


def own_bodies(actor: Principal) -> tuple[tuple[UUID, Bilingual], ...]:
    """The bodies for which somebody may ask."""
    keys = [grant.organisation for grant in actor.grants if grant.role == APPLICANT]
    rows = Organisation.objects.filter(pk__in=keys).order_by("name")
    return tuple((row.pk, Bilingual(row.name, row.name_en or row.name)) for row in rows)


def names_of(views: Iterable[ExceptionView]) -> dict[str, str]:
    """The names of those who acted on them."""
    ids = {
        who for one in views for who in (one.asked_by, one.examined_by, one.granted_by, one.closed_by) if who
    }
    return dict(display_names(ids))


def _rows() -> QuerySet[GuardrailException]:
    return GuardrailException.objects.select_related("organisation")


def view_of(row: GuardrailException, today: date) -> ExceptionView:
    """A row as it stands on a day. Raises ``ExceptionNotFound`` of a guardrail that there no longer is."""
    known = baseline_guardrail(row.guardrail)
    if known is None:
        raise ExceptionNotFound
    state = state_on(
        today,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        examined=row.examined_at is not None,
        granted=row.granted_at is not None,
        refused=row.refused_at is not None,
        ended=row.ended_at is not None,
    )
    name = row.organisation
    return ExceptionView(
        id=row.pk,
        guardrail=known,
        organisation_id=row.organisation_id,
        body=Bilingual(name.name, name.name_en or name.name),
        system=row.system,
        environment_id=row.environment_id,
        reason=row.reason,
        substitute=row.substitute,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        state=state,
        days_left=(row.ends_on - today).days if state is ExceptionState.IN_FORCE else None,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        examined_at=row.examined_at,
        examined_by=row.examined_by,
        opinion=row.opinion,
        granted_at=row.granted_at,
        granted_by=row.granted_by,
        closed_at=row.refused_at or row.ended_at,
        closed_by=row.refused_by or row.ended_by,
        end_reason=row.end_reason,
    )
