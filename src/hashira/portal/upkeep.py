"""What a worker does beside jobs: sealing the audit every minute (定期の作業)."""

from __future__ import annotations

import logging
import threading

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
