"""What makes a function a service: one transaction, one access decision, one audit event (サービス)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db import transaction

from hashira.core.witness import witnessed

_Service = TypeVar("_Service", bound=Callable[..., Any])

SERVICES: dict[str, str] = {}
"""Every declared service (``module.function``) with the action it declares."""


class ServiceBroken(RuntimeError):
    """A service came to its end without asking for access or without leaving an audit event.

    A fault of the program: the transaction is rolled back, so nothing unasked or untold stays.
    """


def service(*, action: str) -> Callable[[_Service], _Service]:
    """Makes a keyword-only function with an ``actor`` a service.

    It runs in one transaction, and must call ``access.require`` for ``action`` and ``audit.record``;
    otherwise ``ServiceBroken`` is raised and the transaction is rolled back. Whatever it raises rolls back.
    """

    def declare(function: _Service) -> _Service:
        parameters = inspect.signature(function).parameters.values()
        if any(p.kind is not p.KEYWORD_ONLY for p in parameters) or "actor" not in {
            p.name for p in parameters
        }:
            raise TypeError(f"{function.__qualname__} must take keywords only, the actor among them")
        SERVICES[f"{function.__module__}.{function.__qualname__}"] = action

        @functools.wraps(function)
        def run(**arguments: Any) -> Any:
            with transaction.atomic(), witnessed(action) as witness:
                answer = function(**arguments)
                if not witness.asked:
                    raise ServiceBroken(f"{function.__qualname__} did not ask for {action}")
                if not witness.recorded:
                    raise ServiceBroken(f"{function.__qualname__} left no audit event")
                return answer

        return cast(_Service, run)

    return declare
