"""What an application meets: quota, addresses of others, standing of the service (申請の事前確認)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, Sum

from hashira.cloud.domain.application.chain import ApplicationState, chain_for, expected_on
from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.application.preflight import Facts, Finding, Terms, preflight
from hashira.cloud.domain.application.ranges import bounds, free_range
from hashira.cloud.domain.environment_state import OVER
from hashira.cloud.selectors.applications import (
    ApplicationNotFound,
    base_of,
    duplicates_of,
    tenant_of,
)
from hashira.cloud.selectors.services import service_standing
from hashira.cloud.selectors.vending_terms import services_of_engine, terms_of
from hashira.cloud.store.models import Environment, HeldRange, UseApplication


def findings_of(application_id: UUID, today: date) -> tuple[Finding, ...]:
    """The pre-flight of an application as it is now; raises ``ApplicationNotFound``."""
    row = UseApplication.objects.select_related("organisation").filter(pk=application_id).first()
    if row is None:
        raise ApplicationNotFound
    draft = Draft.read(row.content)
    return preflight(draft, ApplicationKind(row.kind), facts_of(row, draft, today))


def facts_of(row: UseApplication, draft: Draft, today: date) -> Facts:
    """What is known around it."""
    base, kind = base_of(row), ApplicationKind(row.kind)
    service = row.service
    standing, until = service_standing(service) if service is not None else ("", None)
    terms = terms_of(service) if service is not None else None
    used, asked = _accounts(row, terms)
    submitted = row.state == ApplicationState.SUBMITTED.value
    steps = chain_for(kind, draft, base).steps
    expected = row.expected_on if submitted and row.expected_on else expected_on(steps, begun_on=today)
    return Facts(
        today=today,
        expected_on=max(expected, today),
        tenant=tenant_of(row.organisation),
        terms=terms,
        standing=standing,
        standing_until=until,
        accounts_used=used,
        accounts_asked=asked,
        existing=frozenset(one.key for one in base.environments) if base is not None else frozenset(),
        taken=ranges_met([text for one in draft.environments for text in one.address_ranges], row.use, today),
        duplicates=duplicates_of(row) if kind is ApplicationKind.NEW else (),
    )


def ranges_met(asked: list[str], use: UUID, today: date) -> tuple[tuple[str, str], ...]:
    """Ranges that share addresses with these: of other uses and open applications (their number), of adopted
    environments (their id)."""
    if not asked:
        return ()
    meets = Q(pk__in=[])
    for text in asked:
        first, last = bounds(text)
        meets |= Q(first__lte=last, last__gte=first)
    rows = (
        HeldRange.objects.filter(meets)
        .filter(Q(held_until=None) | Q(held_until__gte=today))
        .exclude(use=use)
        .select_related("application")
        .defer("application__content", "application__writers")
    )
    # The number, and not whose it is: what other bodies use is theirs to tell. The operator looks it up.
    found = [(one.network, one.application.number) for one in rows]
    return (*found, *_adopted())


def proposed_range(terms: Terms, use: UUID, today: date, also: list[str]) -> str | None:
    """A range of the pool that nobody holds; ``also`` are those of the application itself."""
    first, last = bounds(terms.pool)
    rows = HeldRange.objects.filter(first__lte=last, last__gte=first).filter(
        Q(held_until=None) | Q(held_until__gte=today)
    )
    taken = list(rows.values_list("network", flat=True))
    return free_range(terms.pool, [*taken, *also, *(text for text, _holder in _adopted())])


def _adopted() -> tuple[tuple[str, str], ...]:
    """Ranges of environments that no application stands behind, such as adopted ones."""
    rows = Environment.objects.filter(application_id=None).exclude(state__in=[s.value for s in OVER])
    return tuple(
        (text, str(row.pk)) for row in rows.only("order") for text in row.order.get("address_ranges", ())
    )


def _accounts(row: UseApplication, terms: Terms | None) -> tuple[int, int]:
    if terms is None:
        return 0, 0
    used = Environment.objects.filter(engine=terms.engine).exclude(state__in=[s.value for s in OVER]).count()
    asked = UseApplication.objects.filter(
        state=ApplicationState.SUBMITTED.value, service__in=services_of_engine(terms.engine)
    ).exclude(pk=row.pk)
    earlier = asked.filter(submitted_at__lt=row.submitted_at) if row.submitted_at else asked
    return used, earlier.aggregate(sum=Sum("new_environments"))["sum"] or 0
