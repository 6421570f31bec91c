"""The process of the worker: runs jobs until told to stop, or until the process that started it ends."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

import django

_PARENT_SECONDS = 0.5


def work(*, lease_seconds: float, follow_parent: bool) -> None:
    """Runs jobs until SIGTERM or Ctrl-C; does not return.

    With ``follow_parent`` it also ends when its parent does, however that ended.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    if follow_parent:
        threading.Thread(target=_watch, args=(os.getppid(), stopping), daemon=True).start()
    django.setup()
    from django.db import DatabaseError

    from hashira.core.jobs.errors import DatabaseNotReady
    from hashira.core.jobs.worker import work_until
    from hashira.portal.upkeep import (
        keep_environments,
        keep_pruning,
        keep_sealing,
        keep_servers,
        keep_trust_fresh,
    )

    status = 0
    keep_sealing(stopping)
    keep_pruning(stopping)
    keep_trust_fresh(stopping)
    keep_environments(stopping)
    keep_servers(stopping)
    try:
        work_until(stopping, lease_seconds=lease_seconds)
    except DatabaseError as error:
        said = DatabaseNotReady()
        print(f"{said.message('ja')}\n{said.message('en')}\n{error}", file=sys.stderr)
        status = 3
    except Exception:
        logging.getLogger(__name__).exception("the worker cannot go on")
        status = 1
    # Steps that did not end in time are left as they are: the next worker runs them again. So no thread is
    # waited for.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _watch(parent: int, stopping: threading.Event) -> None:
    while not stopping.wait(_PARENT_SECONDS):
        if os.getppid() != parent:
            stopping.set()
