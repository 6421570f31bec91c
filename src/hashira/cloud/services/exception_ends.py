"""The beginning and the end of exceptions reach the provider by themselves (例外の始まりと終わり).

Called by the clock: wherever an environment was ordered with other exceptions than hold today, its change is
ordered, and the guardrail is there again, or is left off.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.selectors.exceptions_in_force import environments_with_other_exceptions
from hashira.cloud.services.amendments import ask_amendment
from hashira.cloud.services.environments import AREA
from hashira.cloud.store.models import EnvironmentAmendment
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan


@service(action="cloud:FollowExceptions")
def follow_exceptions(*, actor: Principal, at: datetime) -> int:
    """Orders the changes that the exceptions of the day call for; of how many environments."""
    access.require(actor, "cloud:FollowExceptions", AREA)
    asked = 0
    for one in environments_with_other_exceptions(today_in_japan(FixedClock(at))):

        def follows(order: EnvironmentOrder, hold: tuple[str, ...] = one.hold) -> EnvironmentOrder:
            return replace(order, exceptions=hold)

        made = ask_amendment(
            actor=actor,
            environment_id=one.environment_id,
            change=follows,
            cause=EnvironmentAmendment.Cause.EXCEPTIONS.value,
            reason=", ".join(sorted(set(one.ordered) ^ set(one.hold))),
            at=at,
        )
        asked += made is not None
    audit.record(actor=actor, action="cloud:FollowExceptions", subjects=[], facts={"changed": asked})
    return asked


def exceptions_have_changed(at: datetime) -> bool:
    """Whether ``follow_exceptions`` would find anything."""
    return bool(environments_with_other_exceptions(today_in_japan(FixedClock(at))))
