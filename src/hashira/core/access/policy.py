"""The policy of this installation: the file that ``settings.HASHIRA_POLICY`` names, read once a process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from hashira.core.access.decision import Policy
from hashira.core.access.principal import Principal, Resource


def require(principal: Principal, action: str, resource: Resource) -> None:
    """Returns only if the policy allows it; raises ``AccessDenied`` or ``AccessFault`` otherwise."""
    installed().require(principal, action, resource)


def may(principal: Principal, action: str, resource: Resource) -> bool:
    """Whether ``require`` would pass; for drawing menus and buttons, never as the check."""
    return installed().may(principal, action, resource)


def installed() -> Policy:
    """The policy in force."""
    return _read(settings.HASHIRA_POLICY)


@lru_cache(maxsize=1)
def _read(path: Path) -> Policy:
    return Policy.read(path)
