"""Which workers live (ワーカーの生存): a row for each, with a heartbeat by the clock of the database."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now

from hashira.core.jobs.models import Worker


@dataclass(frozen=True, slots=True)
class Attendance:
    """The workers that are enrolled: those whose lease runs, and those that have been silent for too long."""

    living: frozenset[str]
    silent: frozenset[str]


def enrol(*, lease_seconds: float) -> str:
    """Enrol this process as a worker and give its executor id, which nobody ever had."""
    host = socket.gethostname()
    executor = f"{host[:40]}-{secrets.token_hex(8)}"
    Worker.objects.create(
        executor=executor,
        host=host,
        pid=os.getpid(),
        lease_seconds=lease_seconds,
        beat_at=Now(),
        started_at=Now(),
    )
    return executor


def beat(executor: str) -> bool:
    """Say that the worker lives; False if the others have given it up."""
    return bool(Worker.objects.filter(pk=executor).update(beat_at=Now()))


def strike_off(executors: frozenset[str]) -> None:
    """Remove workers: those that end by themselves, or whose jobs others have taken up."""
    Worker.objects.filter(pk__in=executors).delete()


def attendance() -> Attendance:
    """Who lives and who is silent, by the clock of the database."""
    living, silent = set(), set()
    rows = Worker.objects.annotate(now=Now()).values_list("executor", "lease_seconds", "beat_at", "now")
    for executor, lease_seconds, beat_at, now in rows:
        (living if now - beat_at <= timedelta(seconds=lease_seconds) else silent).add(executor)
    return Attendance(frozenset(living), frozenset(silent))
