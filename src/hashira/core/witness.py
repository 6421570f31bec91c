"""Sees that a running service asked for access and left an audit event (立会い).

``access`` and ``audit`` tell it; ``services`` asks it at the end. It stands by itself so that none of the
three has to know the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Witness:
    """What was seen of one running service."""

    action: str
    asked: bool = False
    recorded: bool = False


_running: ContextVar[tuple[Witness, ...]] = ContextVar("running services", default=())


@contextmanager
def witnessed(action: str) -> Iterator[Witness]:
    """Watches the service for ``action`` that runs inside the block."""
    witness = Witness(action)
    token = _running.set((*_running.get(), witness))
    try:
        yield witness
    finally:
        _running.reset(token)


def note_access(action: str) -> None:
    """Told when the action was allowed; every running service for it has then asked."""
    for witness in _running.get():
        if witness.action == action:
            witness.asked = True


def note_audit() -> None:
    """Told when an audit event was written; it counts for the innermost service only."""
    running = _running.get()
    if running:
        running[-1].recorded = True
