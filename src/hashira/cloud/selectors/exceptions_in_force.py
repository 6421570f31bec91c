"""Which exceptions to guardrails hold on a day, and where: the one place that says so (いま有効な例外).

An exception comes from one of two decisions: one of its own (``GuardrailException``, three people), or the
approval of an application that asks for it until a day. What an environment is under at its provider is told
by its order; where the two differ, ``services.exception_ends`` orders a change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hashira.cloud.domain.application.chain import ApplicationState
from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.baseline import baseline_guardrail
from hashira.cloud.domain.baseline.sparing import ExceptionState
from hashira.cloud.domain.environment_state import OVER, EnvironmentState
from hashira.cloud.selectors.guardrail_exceptions import view_of
from hashira.cloud.store.models import (
    Environment,
    EnvironmentAmendment,
    GuardrailException,
    UseApplication,
)


@dataclass(frozen=True, slots=True)
class OtherExceptions:
    """An environment that was ordered with other exceptions than hold."""

    environment_id: UUID
    ordered: tuple[str, ...]
    hold: tuple[str, ...]


def references_in_force(organisation_id: UUID, environment_id: UUID | None, on: date) -> tuple[str, ...]:
    """The granted exceptions of a body that hold for an environment on a day, as an order names them.

    An exception for one environment spares that one alone; one without spares all of the body's.
    """
    return tuple(sorted(_Granted(on, organisation_id).of(organisation_id, environment_id)))


def exceptions_of_order(
    organisation_id: UUID | None, environment_id: UUID | None, application_id: UUID | None, on: date
) -> tuple[str, ...]:
    """All exceptions that hold for an environment, or one about to be ordered."""
    found = set() if application_id is None else set(_Approved(on, application_id).of(application_id))
    if organisation_id is not None:
        found |= set(_Granted(on, organisation_id).of(organisation_id, environment_id))
    return tuple(sorted(found))


def environments_with_other_exceptions(on: date) -> list[OtherExceptions]:
    """The environments of which the last order does not say what holds on a day. Those of no body of this
    installation are left alone: nobody could have asked for them."""
    gone = [one.value for one in (*OVER, EnvironmentState.CLOSING)]
    rows = Environment.objects.exclude(state__in=gone).exclude(organisation=None)
    newest = EnvironmentAmendment.objects.filter(state__in=("waiting", "running")).order_by("pk")
    asked = {one.environment_id: one.after for one in newest.only("environment_id", "after")}
    granted, approved = _Granted(on), _Approved(on)
    found = []
    for row in rows.only("pk", "order", "organisation_id", "application_id").order_by("requested_at", "pk"):
        ordered = tuple(asked.get(row.pk, row.order)["exceptions"])
        hold = set(granted.of(row.organisation_id, row.pk))
        if row.application_id is not None:
            hold |= set(approved.of(row.application_id))
        if set(ordered) != hold:
            found.append(OtherExceptions(row.pk, ordered, tuple(sorted(hold))))
    return found


class _Granted:
    """The exceptions that were granted by themselves and hold on a day, by body."""

    def __init__(self, on: date, organisation_id: UUID | None = None) -> None:
        rows = GuardrailException.objects.select_related("organisation").exclude(granted_at=None)
        rows = rows.filter(ended_at=None, refused_at=None, begins_on__lte=on, ends_on__gte=on)
        if organisation_id is not None:
            rows = rows.filter(organisation_id=organisation_id)
        self._held: dict[UUID, list[tuple[UUID | None, str]]] = defaultdict(list)
        for row in rows:
            if baseline_guardrail(row.guardrail) is None:  # there no longer is such a guardrail
                continue
            view = view_of(row, on)
            if view.state is ExceptionState.IN_FORCE:
                self._held[row.organisation_id].append((row.environment_id, view.reference))

    def of(self, organisation_id: UUID | None, environment_id: UUID | None) -> Iterable[str]:
        """Those for an environment of a body."""
        if organisation_id is None:
            return ()
        held = self._held.get(organisation_id, ())
        return [reference for of, reference in held if of is None or of == environment_id]


class _Approved:
    """The exceptions that were approved with applications and hold on a day, by application of the use."""

    def __init__(self, on: date, application_id: UUID | None = None) -> None:
        rows = UseApplication.objects.filter(state=ApplicationState.APPROVED.value)
        if application_id is not None:
            use = UseApplication.objects.filter(pk=application_id).values("use")
            rows = rows.filter(use__in=use)
        else:
            asking = rows.exclude(content__exceptions=[]).values("use")
            rows = rows.filter(use__in=asking)
        newest: dict[UUID, UseApplication] = {}
        uses: dict[UUID, UUID] = {}
        for row in rows.order_by("number").only("pk", "use", "kind", "number", "content"):
            uses[row.pk] = row.use
            if row.kind != ApplicationKind.END.value:  # whose exceptions hold until the use has ended
                newest[row.use] = row
        self._uses = uses
        self._held: dict[UUID, list[str]] = {
            use: [
                f"{one.guardrail}/{row.number}"
                for one in Draft.read(row.content).exceptions
                if one.until >= on
            ]
            for use, row in newest.items()
        }

    def of(self, application_id: UUID) -> Iterable[str]:
        """Those of the use that an application belongs to."""
        use = self._uses.get(application_id)
        return () if use is None else self._held.get(use, ())
