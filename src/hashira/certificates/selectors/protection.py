"""Who is protected, who may see them now, and what was attempted (支援措置の閲覧)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from hashira.certificates.domain.protection import ALERT_NAMES, GROUND_NAMES, RENEWAL, AlertKind, Ground
from hashira.certificates.selectors.record_group import members_of
from hashira.certificates.store.models import Person, ProtectedOpening, Protection, ProtectionAlert
from hashira.certificates.store.protection_alerts import in_force, protected
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Resident
from hashira.core.accounts.selectors import display_names
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.language import Bilingual

_SUPERVISOR = "municipal_supervisor"
MOST_ALERTS = 2000


@dataclass(frozen=True, slots=True)
class ProtectionView:
    """A period of protection as supervisors see it."""

    id: UUID
    ground: Bilingual
    reason: str
    starts_on: date
    ends_on: date
    decided_at: datetime
    decided_by: str
    lifted_at: datetime | None
    lift_reason: str
    in_force: bool
    ends_soon: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that was attempted about a protected person."""

    id: int
    person_id: UUID
    reference: str
    """宛名番号: the name is masked here too."""
    at: datetime
    kind: str
    what: Bilingual
    who: str
    refused: bool
    acknowledged_at: datetime | None
    acknowledged_by: str

    @property
    def state(self) -> str:
        """``open`` until a supervisor has acknowledged it."""
        return "seen" if self.acknowledged_at else "open"


@dataclass(frozen=True, slots=True)
class Ending:
    """A protection that ends soon, so that the person can be asked about an extension."""

    person_id: UUID
    reference: str
    ends_on: date


def person_resource(person_id: UUID, organisation_id: UUID) -> Resource:
    """A person of a register as access is asked for it: whether protected, and for whom it is open now.

    The only place where this resource is made, so that nobody asks without these facts.
    """
    today, now = today_in_japan(SystemClock()), datetime.now(UTC)
    members = members_of(person_id)
    opened = ProtectedOpening.objects.filter(person_id__in=members, opened_at__lte=now, until__gt=now)
    return Resource(
        "Certificates::Person",
        str(person_id),
        str(organisation_id),
        {
            "protected": in_force(today).filter(person_id__in=members).exists(),
            "opened_by": tuple(sorted(set(opened.values_list("account", flat=True)))),
        },
    )


def masked_for(principal: Principal, people: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the people who are protected and have not been opened by this member of staff."""
    now = datetime.now(UTC)
    rows = protected(Person.objects.filter(pk__in=list(people)), today_in_japan(SystemClock()))
    found = {pk: leading or pk for pk, leading in rows.values_list("pk", "merged_into_id")}
    if not found:
        return frozenset()
    opened = ProtectedOpening.objects.filter(account=principal.id, opened_at__lte=now, until__gt=now)
    roots = {leading or pk for pk, leading in opened.values_list("person_id", "person__merged_into_id")}
    return frozenset(pk for pk, root in found.items() if root not in roots)


def protections_of(person_id: UUID) -> tuple[ProtectionView, ...]:
    """Every period of a person, the latest first."""
    today = today_in_japan(SystemClock())
    rows = list(Protection.objects.filter(person_id=person_id))
    names = display_names({row.decided_by for row in rows})
    return tuple(
        ProtectionView(
            id=row.pk,
            ground=GROUND_NAMES[Ground(row.ground)],
            reason=row.reason,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            decided_at=row.decided_at,
            decided_by=names.get(row.decided_by, ""),
            lifted_at=row.lifted_at,
            lift_reason=row.lift_reason,
            in_force=row.lifted_at is None and row.starts_on <= today <= row.ends_on,
            ends_soon=row.lifted_at is None and today <= row.ends_on <= today + RENEWAL,
        )
        for row in rows
    )


def supervised(principal: Principal) -> frozenset[UUID]:
    """The municipalities whose supervisor somebody is: they get the alerts."""
    return frozenset(UUID(g.organisation) for g in principal.grants if g.role == _SUPERVISOR)


def open_alerts(organisations: frozenset[UUID]) -> int:
    """How many alerts nobody has acknowledged yet."""
    return ProtectionAlert.objects.filter(organisation_id__in=organisations, acknowledged_at=None).count()


def alerts_at(organisations: frozenset[UUID]) -> tuple[Alert, ...]:
    """The alerts of these municipalities: those that nobody has acknowledged first, the latest first."""
    rows = list(
        ProtectionAlert.objects.filter(organisation_id__in=organisations)
        .select_related("person")
        .order_by("acknowledged_at", "-at", "-pk")[:MOST_ALERTS]
    )
    rows.sort(key=lambda row: row.acknowledged_at is not None)  # NULL comes first or last by database
    staff = display_names({row.actor for row in rows} | {row.acknowledged_by for row in rows})
    residents = _residents({row.actor for row in rows if row.actor_kind == "resident"})
    return tuple(
        Alert(
            id=row.pk,
            person_id=row.person_id,
            reference=row.person.reference,
            at=row.at,
            kind=row.kind,
            what=ALERT_NAMES[AlertKind(row.kind)],
            who=residents.get(row.actor) or staff.get(row.actor, ""),
            refused=row.refused,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=staff.get(row.acknowledged_by, ""),
        )
        for row in rows
    )


def ending_soon(organisations: frozenset[UUID]) -> tuple[Ending, ...]:
    """People whose protection ends within a month and is not extended yet."""
    today = today_in_japan(SystemClock())
    rows = in_force(today).filter(organisation_id__in=organisations).select_related("person")
    last: dict[UUID, Protection] = {}
    later = Protection.objects.filter(
        organisation_id__in=organisations, lifted_at=None, ends_on__gt=today + RENEWAL
    )
    extended = set(later.values_list("person_id", flat=True))
    for row in rows.order_by("ends_on"):
        last[row.person_id] = row
    return tuple(
        Ending(row.person_id, row.person.reference, row.ends_on)
        for row in last.values()
        if row.ends_on <= today + RENEWAL and row.person_id not in extended
    )


def _residents(ids: set[str]) -> dict[str, str]:
    known = Resident.objects.filter(pk__in=[UUID(one) for one in ids if one])
    return {str(row.pk): row.name for row in known}
