"""What a worker does beside jobs: seals the audit, deletes what is over, renews the trust (定期の作業)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connections

_SECONDS = 60.0
_HALF_MINUTE = 30.0
_HOUR = 3600.0
_TEN_MINUTES = 600.0
_SETTLED = 60.0
"""Seconds after which a worker has taken up what it must."""
_log = logging.getLogger(__name__)


def keep_sealing(stopping: threading.Event, *, seconds: float = _SECONDS) -> threading.Thread:
    """Seals what was told, now and every ``seconds``, in a thread that ends when ``stopping`` is set."""
    from hashira.core.audit.sealing import seal

    return _repeat(seal, "sealing", stopping, seconds)


def keep_pruning(
    stopping: threading.Event, *, seconds: float = _HOUR, first: float = _SETTLED
) -> threading.Thread:
    """Deletes what is over, soon and every ``seconds``, in a thread that ends when ``stopping`` is set.

    Not at once: a worker that has just started takes up the jobs of others first.
    """
    return _repeat(prune, "pruning", stopping, seconds, first=first)


def keep_trust_fresh(stopping: threading.Event, *, seconds: float = _TEN_MINUTES) -> threading.Thread:
    """Asks for an update of the lists of trust whenever the last one is long enough ago."""
    return _repeat(lambda: ask_for_trust(datetime.now(UTC)), "trust", stopping, seconds)


def keep_environments(stopping: threading.Event, *, seconds: float = _TEN_MINUTES) -> threading.Thread:
    """Looks after environments: which a cloud forgot, which are to be read back or closed,
    of which an exception has begun or ended; and goes on with a rollout."""
    return _repeat(lambda: look_after_environments(datetime.now(UTC)), "environments", stopping, seconds)


def keep_servers(stopping: threading.Event, *, seconds: float = _HALF_MINUTE) -> threading.Thread:
    """Carries out what schedules of servers ask for, and closes the doors whose time is over."""
    return _repeat(lambda: look_after_servers(datetime.now(UTC)), "servers", stopping, seconds)


def look_after_servers(now: datetime) -> None:
    """One round; nothing is told where nothing is due."""
    if "cloud" not in settings.HASHIRA_SYSTEMS:
        return
    from hashira.cloud.services.emergency_doors import doors_are_due, settle_doors
    from hashira.cloud.services.server_acts import settle_what_was_left
    from hashira.cloud.services.server_schedules import run_schedules, schedules_are_due
    from hashira.core.access import Principal

    actor = Principal.system("upkeep")
    if doors_are_due(now):
        settle_doors(actor=actor, at=now)
    settle_what_was_left()
    if schedules_are_due(now):
        run_schedules(actor=actor, at=now)


def look_after_environments(now: datetime) -> None:
    """One round; nothing where there are no environments."""
    if "cloud" not in settings.HASHIRA_SYSTEMS:
        return
    from hashira.cloud.services.environments import close_what_is_due, closing_is_due
    from hashira.cloud.services.exception_ends import exceptions_have_changed, follow_exceptions
    from hashira.cloud.services.rollout_waves import a_rollout_is_under_way, advance_rollouts
    from hashira.cloud.services.verification import ask_for_verification, notice_what_was_forgotten
    from hashira.core.access import Principal

    notice_what_was_forgotten()
    ask_for_verification(now, settings.HASHIRA_CLOUD_VERIFY_HOURS)
    actor = Principal.system("upkeep")
    if closing_is_due(now):
        close_what_is_due(actor=actor, at=now)
    if exceptions_have_changed(now):
        follow_exceptions(actor=actor, at=now)
    if a_rollout_is_under_way():
        advance_rollouts(actor=actor, at=now)


def prune() -> None:
    """Deletes what has been kept for long enough, and lets lapse what was not met in time.

    Where nothing is over, nothing is told either.

    Several workers may do so at once: what one has deleted the other does not find.
    """
    from hashira.core.access import Principal
    from hashira.core.jobs.retention import jobs_are_over, prune_jobs

    actor, now = Principal.system("upkeep"), datetime.now(UTC)
    while jobs_are_over(now) and prune_jobs(actor=actor, at=now):
        pass
    if "cloud" in settings.HASHIRA_SYSTEMS:
        from hashira.cloud.services.standing import review_standings, standings_are_due

        if standings_are_due(now):
            review_standings(actor=actor, at=now)
        from hashira.cloud.services.endings import end_what_is_due, endings_are_due

        if endings_are_due(now):
            end_what_is_due(actor=actor, at=now)
    if "certificates" not in settings.HASHIRA_SYSTEMS:
        return
    from hashira.certificates.jobs import tidy
    from hashira.certificates.services.retention import linking_is_over, prune_linking

    tidy()
    if linking_is_over(now):
        prune_linking(actor=actor, at=now)


def _repeat(
    act: Callable[[], object], name: str, stopping: threading.Event, seconds: float, *, first: float = 0.0
) -> threading.Thread:
    def loop() -> None:
        if first and stopping.wait(first):
            return
        while True:
            try:
                act()
            except DatabaseError as error:  # busy or away: the next round does it as well
                _log.warning("%s failed: %s", name, error)
            except Exception:
                _log.exception("%s failed", name)
            finally:
                connections.close_all()
            if stopping.wait(seconds):
                return

    thread = threading.Thread(target=loop, name=name, daemon=True)
    thread.start()
    return thread


def ask_for_trust(now: datetime) -> bool:
    """Requests the job if there are lists and none was requested within the interval; says whether it did."""
    if "certificates" not in settings.HASHIRA_SYSTEMS:
        return False
    from hashira.certificates.selectors.trust import archive
    from hashira.certificates.services.trust import UPDATE_JOB
    from hashira.core import jobs
    from hashira.core.access import Principal
    from hashira.core.jobs.models import Job

    hours = settings.HASHIRA_TRUST_REFRESH_HOURS
    if hours <= 0 or not archive().names():
        return False
    since = now - timedelta(hours=hours)
    if Job.objects.filter(kind=UPDATE_JOB, requested_at__gt=since).exists():
        return False
    jobs.request(actor=Principal.system("certificates.trust"), kind=UPDATE_JOB, parameters={})
    return True
