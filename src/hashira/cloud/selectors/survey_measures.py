"""By what the accounts of an inventory are measured: which are ours, and what they are to have (物差し).

Read anew for every few accounts: a wave of a new version goes on while thousands of accounts are being read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from hashira.cloud.domain.adoption.measure import Measure, OurEnvironment
from hashira.cloud.domain.baseline.emergency import EmergencyState
from hashira.cloud.domain.door import Door, DoorState
from hashira.cloud.domain.environment_state import OVER, EnvironmentState
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.selectors.baseline_versions import current_terms
from hashira.cloud.selectors.emergencies import emergency_of
from hashira.cloud.store.models import EmergencyDoor, Environment

_PASSABLE = (DoorState.OPENING.value, DoorState.OPEN.value)


def our_accounts(engine: str, cloud: str) -> frozenset[str]:
    """The accounts of a cloud that are environments of ours."""
    return frozenset(_environments(engine, cloud).values_list("account", flat=True))


def measures(engine: str, cloud: str, accounts: Sequence[str], at: datetime) -> dict[str, Measure]:
    """By account, what it is to be compared with at this moment."""
    current = current_terms()
    rows = list(_environments(engine, cloud).filter(account__in=accounts))
    doors: dict[UUID, list[EmergencyDoor]] = defaultdict(list)
    open_doors = EmergencyDoor.objects.filter(
        environment__in=[row.pk for row in rows], state__in=_PASSABLE
    ).select_related("emergency")
    for door in open_doors:
        if emergency_of(door.emergency, at).state is EmergencyState.OPEN:
            doors[door.environment_id].append(door)
    ours = {row.account: Measure(current, _ours(row, doors[row.pk])) for row in rows}
    return {account: ours.get(account, Measure(current)) for account in accounts}


def _environments(engine: str, cloud: str) -> QuerySet[Environment]:
    """Those that are not over; of a cloud that was reset the accounts are somebody else's by now."""
    rows = Environment.objects.filter(engine=engine, cloud=cloud).exclude(account="")
    return rows.exclude(state__in=[one.value for one in OVER])


def _ours(row: Environment, doors: Sequence[EmergencyDoor]) -> OurEnvironment:
    return OurEnvironment(
        order_from_json(row.order),
        row.facts,
        EnvironmentState(row.state),
        frozenset(str(one.emergency_id) for one in doors),
        tuple(
            Door(str(one.emergency_id), one.person, one.begins, one.ends)
            for one in doors
            if one.state == DoorState.OPEN.value
        ),
    )
