"""From a request to the one who asks: the session says who, the roles in force now say as what (主体)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from hashira.core.access.principal import Grant, Principal, PrincipalKind
from hashira.core.accounts.directories.identities import has_roles_elsewhere, stands
from hashira.core.accounts.models import Resident, RoleAssignment

RESIDENT_SESSION = "resident"
"""Key of the session under which a signed-in resident stands: ``{"id": …, "at": ISO time}``."""
BESIDE_SESSION = "resident_beside"
"""Key of the person who was identified beside the signed-in resident: ``{"id": …, "at": …, "for": …}``."""
BESIDE_FOR = timedelta(minutes=10)
DIRECTORY = "directory"
"""``method`` of the record of a sign-in by the directory of a body; it also has ``directory`` (its id),
``organisation`` (the id of the body) and ``second_factor``."""


class PrincipalMiddleware:
    """Sets ``request.principal``. A request without a session is nobody's, and asks no database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        request.principal = principal_of(request) if known else Principal.anonymous()
        return self._get_response(request)


def principal_of(request: HttpRequest) -> Principal:
    """Who asks: staff, a resident, or nobody known. A session that has run out is nobody."""
    now = datetime.now(UTC)
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        methods = get_authentication_records(request, user)
        if not _still_vouched_for(user, methods):
            # Ended for the library too: its pages of factors ask the session who it is, not us.
            logout(request)
            return Principal.anonymous()
        return staff(user, methods=methods, at=now)
    return _resident(request.session.get(RESIDENT_SESSION), now) or Principal.anonymous()


def _still_vouched_for(account: Any, methods: list[dict[str, Any]]) -> bool:
    """Whether no directory that opened this session was removed, and none was parted from the account."""
    by = (str(m.get("directory", "")) for m in methods if m.get("method") == DIRECTORY)
    return all(stands(directory, str(account.pk)) for directory in by)


def staff(account: Any, *, methods: list[dict[str, Any]], at: datetime) -> Principal:
    """The account as a principal, with the roles in force at that moment.

    ``methods`` are the records of allauth: each with ``method`` and ``at`` (seconds since the epoch).
    A passkey counts as a second factor, as does the directory of a body that answers for one itself. A
    session that a directory has opened holds the roles in its body only.
    """
    in_force = RoleAssignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=at), account_id=account.pk, valid_from__lte=at
    )
    body = next((m["organisation"] for m in methods if m.get("method") == DIRECTORY), None)
    if body is not None:
        in_force = in_force.filter(organisation_id=body)
    recent = at.timestamp() - settings.HASHIRA_RECENT_AUTHENTICATION_SECONDS
    return Principal(
        PrincipalKind.STAFF,
        str(account.pk),
        display=account.get_full_name(),
        grants=tuple(Grant(held.role, str(held.organisation_id)) for held in in_force),
        second_factor=any(m.get("method") == "mfa" or m.get("second_factor") is True for m in methods),
        recent_authentication=any(float(m.get("at", 0)) >= recent for m in methods),
        restricted=body is not None and has_roles_elsewhere(str(account.pk), body, at=at),
    )


def beside(request: HttpRequest, *, at: datetime) -> str | None:
    """The resident who was identified in this session beside the one who is signed in, for ten minutes.

    Nobody if meanwhile somebody else has signed in.
    """
    kept = request.session.get(BESIDE_SESSION)
    if not isinstance(kept, dict) or kept.get("for") != request.principal.id:
        return None
    age = at - datetime.fromisoformat(kept["at"])
    return str(kept["id"]) if timedelta(0) <= age < BESIDE_FOR else None


def _resident(kept: object, now: datetime) -> Principal | None:
    if not isinstance(kept, dict):
        return None
    try:
        signed_in = datetime.fromisoformat(kept["at"])
        known = Resident.objects.get(pk=kept["id"])
    except (KeyError, TypeError, ValueError, Resident.DoesNotExist):
        return None
    age = now - signed_in
    if not timedelta(0) <= age < timedelta(seconds=settings.HASHIRA_RESIDENT_SESSION_SECONDS):
        return None
    recent = age < timedelta(seconds=settings.HASHIRA_RECENT_AUTHENTICATION_SECONDS)
    # The card and its number are two factors (acr aal3), so every sign-in of a resident is by two.
    return Principal(
        PrincipalKind.RESIDENT,
        str(known.pk),
        display=known.name,
        second_factor=True,
        recent_authentication=recent,
    )
