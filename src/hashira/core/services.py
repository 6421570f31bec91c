"""What makes a function a service: one transaction, one access decision, one audit event (サービス)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db import transaction

from hashira.core.access.errors import AccessDenied
from hashira.core.access.principal import Principal, PrincipalKind
from hashira.core.audit.recording import Subject, record
from hashira.core.witness import witnessed

_Service = TypeVar("_Service", bound=Callable[..., Any])
RefusalListener = Callable[[Principal, str, AccessDenied], None]

REFUSED = "access:Refused"
"""The action under which the audit has whom somebody was kept from; the fact ``action`` says what it was."""

REFUSAL_LISTENERS: list[RefusalListener] = []
"""What systems do when somebody known was refused, in the transaction of the event that tells it."""

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
    That somebody known was refused is told afterwards, in a transaction of its own.
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
            try:
                with transaction.atomic(), witnessed(action) as witness:
                    answer = function(**arguments)
                    if not witness.asked:
                        raise ServiceBroken(f"{function.__qualname__} did not ask for {action}")
                    if not witness.recorded:
                        raise ServiceBroken(f"{function.__qualname__} left no audit event")
                    return answer
            except AccessDenied as refused:
                tell_refusal(arguments["actor"], action, refused)
                raise

        return cast(_Service, run)

    return declare


def tell_refusal(actor: Principal, action: str, refused: AccessDenied) -> None:
    """Leaves an event about a person of staff or a resident who was kept from something.

    Whoever tries the addresses of other people's records is seen by that. Nobody known leaves none: the door
    of the page keeps them out, and anybody could fill the audit.
    """
    if actor.kind not in {PrincipalKind.STAFF, PrincipalKind.RESIDENT}:
        return
    asked = refused.resource
    subjects = [Subject(asked.kind, asked.id)] if asked is not None and asked.id else []
    with transaction.atomic():
        for listener in REFUSAL_LISTENERS:
            listener(actor, action, refused)
        record(
            actor=actor,
            action=REFUSED,
            subjects=subjects,
            organisation=asked.organisation if asked is not None else None,
            facts={"action": action},
        )
