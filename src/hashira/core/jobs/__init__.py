"""Work that outlives a request (ジョブ): durable, resumable, with progress.

A system declares a kind of job with ``job``; its services ask for one with ``request``, inside their own
transaction. The worker carries it out step by step and goes on after a crash where it stood.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hashira.core.jobs.errors import JobCancelled, JobFault, JobNotFound, JobOver, UnknownJobKind
from hashira.core.jobs.kinds import JSON, JobKind, Lanes, job
from hashira.core.jobs.state import JobState

if TYPE_CHECKING:
    from hashira.core.jobs.context import JobContext
    from hashira.core.jobs.execution import carry_out
    from hashira.core.jobs.selectors import JobView, listed, view
    from hashira.core.jobs.services import cancel, request

# What touches the rows is loaded on its first use: this package is itself the Django app of those rows,
# and is imported before there are any.
_LATER = {
    "JobContext": "context",
    "JobView": "selectors",
    "cancel": "services",
    "carry_out": "execution",
    "listed": "selectors",
    "request": "services",
    "view": "selectors",
}

__all__ = [
    "JSON",
    "JobCancelled",
    "JobContext",
    "JobFault",
    "JobKind",
    "JobNotFound",
    "JobOver",
    "JobState",
    "JobView",
    "Lanes",
    "UnknownJobKind",
    "cancel",
    "carry_out",
    "job",
    "listed",
    "request",
    "view",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
