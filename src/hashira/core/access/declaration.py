"""The mark a view carries that says who may see it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from hashira.core.access.errors import AccessDenied
from hashira.core.access.policy import may, require
from hashira.core.access.principal import Principal, PrincipalKind, Resource

_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AccessDeclaration:
    """A view's own word on access. Without an ``action`` it is open to anybody, for the ``reason`` given."""

    reason: str
    action: str | None = None


def public(reason: str) -> Callable[[_View], _View]:
    """Opens a view to anybody; outermost decorator of a function view.

    ``reason`` is for the reader of the code: why nobody needs to be known here.
    """
    if not reason:
        raise ValueError("a public view needs its reason")

    def declare(view: _View) -> _View:
        view.access_declaration = AccessDeclaration(reason)
        return view

    return declare


def requires(action: str) -> Callable[[_View], _View]:
    """Lets a view run only for those whom the policy allows ``action`` on the system it belongs to.

    The system is the part of the action before the colon, asked for as ``Portal::Area``. It is the door of
    the page only: the service behind it asks again about the very person, row or environment. Whoever could
    pass by signing in, by a second factor or by doing so again is sent there and comes back afterwards;
    anybody else meets ``AccessDenied``. Outermost decorator of a function view.
    """
    system = Resource("Portal::Area", action.partition(":")[0])

    def declare(view: _View) -> _View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            principal: Principal = request.principal
            try:
                require(principal, action, system)
            except AccessDenied:
                door = _door(principal, action, system)
                if door is None:
                    raise
                here = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
                query = f"?{urlencode({'next': here})}" if here else ""
                return HttpResponseRedirect(reverse(door) + query)
            return view(request, *args, **kwargs)

        guarded.access_declaration = AccessDeclaration("", action)
        return cast(_View, guarded)

    return declare


def _door(principal: Principal, action: str, system: Resource) -> str | None:
    """The name of the page at which this principal could still come to be allowed, if there is one."""
    if principal.kind is PrincipalKind.ANONYMOUS:
        return "sign-in"
    if principal.kind is not PrincipalKind.STAFF:
        return None
    if not principal.second_factor and may(replace(principal, second_factor=True), action, system):
        return "second-factor"
    surest = replace(principal, second_factor=True, recent_authentication=True)
    return "reauthenticate" if may(surest, action, system) else None
