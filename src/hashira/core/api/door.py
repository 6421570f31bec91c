"""The door of an API operation: what it asks of whoever calls it (APIの入口).

Every operation is given one as its ``auth``: ``Open(reason)`` or ``Door(action)``. A test walks them all.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.throttling import SimpleRateThrottle
from ninja.utils import check_csrf

from hashira.core.access import AccessDeclaration, AccessDenied, Principal, PrincipalKind, Resource, require
from hashira.core.api.errors import CrossSite, NotSignedIn
from hashira.core.api.tokens import bearer
from hashira.core.services import tell_refusal

_SAFE = {"GET", "HEAD", "OPTIONS"}


class Open:
    """Anybody may call it, for the reason written down."""

    def __init__(self, reason: str) -> None:
        if not reason:
            raise ValueError("an open operation needs its reason")
        self.declaration = AccessDeclaration(reason)

    def __call__(self, request: HttpRequest) -> Principal:
        return Principal.anonymous()


class Door(AuthBase):
    """Whoever the policy lets do ``action`` in its area, by token or by session with its CSRF token.

    The service behind asks again about the very thing. Raises ``NotSignedIn``, ``TokenRefused``,
    ``CrossSite`` or ``AccessDenied``; that somebody known was refused is told in the audit.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, action: str) -> None:
        self.declaration = AccessDeclaration("", action)
        self._area = Resource("Portal::Area", action.partition(":")[0])
        self._action = action
        super().__init__()

    def __call__(self, request: HttpRequest) -> Principal:
        principal = _asker(request)
        try:
            require(principal, self._action, self._area)
        except AccessDenied as refused:
            refused.resource = None  # the door stands before anything in particular
            tell_refusal(principal, self._action, refused)
            raise
        return principal


class PerAddress(SimpleRateThrottle):
    """So many calls a minute from one network address; the address as the server was told it."""

    def __init__(self, rate: str, scope: str) -> None:
        self.scope = scope
        super().__init__(rate)

    def get_cache_key(self, request: HttpRequest) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.META.get("REMOTE_ADDR", "")}


def _asker(request: HttpRequest) -> Principal:
    given = request.headers.get("Authorization", "")
    if given:
        kind, _, token = given.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise NotSignedIn
        return bearer(token.strip(), at=datetime.now(UTC))
    principal: Principal = request.principal
    if principal.kind is PrincipalKind.ANONYMOUS:
        raise NotSignedIn
    if request.method not in _SAFE and check_csrf(request) is not None:
        raise CrossSite
    return principal
