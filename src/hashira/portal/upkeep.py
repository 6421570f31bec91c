"""What a worker does beside jobs: sealing the audit, asking for fresh lists of trust (定期の作業)."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connections

_SECONDS = 60.0
_log = logging.getLogger(__name__)


def keep_sealing(stopping: threading.Event, *, seconds: float = _SECONDS) -> threading.Thread:
    """Seals what was told, now and every ``seconds``, in a thread that ends when ``stopping`` is set."""
    from hashira.core.audit.sealing import seal

    def loop() -> None:
        while True:
            try:
                seal()
            except DatabaseError as error:  # busy or away: the next round seals it as well
                _log.warning("the audit was not sealed: %s", error)
            finally:
                connections.close_all()
            if stopping.wait(seconds):
                return

    thread = threading.Thread(target=loop, name="sealing", daemon=True)
    thread.start()
    return thread


_ROUND = 600.0


def keep_trust_fresh(stopping: threading.Event, *, seconds: float = _ROUND) -> threading.Thread:
    """Asks for an update of the lists of trust whenever the last one is long enough ago."""

    def loop() -> None:
        while True:
            try:
                ask_for_trust(datetime.now(UTC))
            except DatabaseError as error:
                _log.warning("no update of the trust was asked for: %s", error)
            finally:
                connections.close_all()
            if stopping.wait(seconds):
                return

    thread = threading.Thread(target=loop, name="trust", daemon=True)
    thread.start()
    return thread


def ask_for_trust(now: datetime) -> bool:
    """Requests the job if there are lists and none was requested within the interval; says whether it did."""
    from django.conf import settings

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
