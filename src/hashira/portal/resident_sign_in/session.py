"""What the session of a browser keeps of sign-ins of residents: those under way, and the one who is in."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from hashira.core.accounts.oidc.authorization_request import PendingSignIn
from hashira.core.accounts.principals import BESIDE_SESSION, RESIDENT_SESSION
from hashira.portal import pending_sign_ins

_PENDING = "resident_sign_ins"


def keep(request: HttpRequest, pending: PendingSignIn) -> None:
    """Remembers a sign-in that begins in this browser."""
    pending_sign_ins.keep(request, _PENDING, pending.to_session())


def take(request: HttpRequest, state: str) -> PendingSignIn:
    """The sign-in of that ``state``, which can be taken once only; raises ``SignInUnknown``."""
    return PendingSignIn.from_session(pending_sign_ins.take(request, _PENDING, state))


def keep_beside(request: HttpRequest, resident_id: str, *, at: datetime) -> None:
    """Remembers whom the provider identified beside the resident who is and stays signed in."""
    request.session[BESIDE_SESSION] = {
        "id": resident_id,
        "at": at.isoformat(),
        "for": request.principal.id,
    }


def open_for(request: HttpRequest, resident_id: str, *, authenticated_at: datetime) -> None:
    """Ends whatever session the browser had, that of staff too, and opens one for the resident.

    Under a new key and a new CSRF secret, so that nothing planted before the sign-in is worth anything.
    """
    request.session.flush()
    request.session[RESIDENT_SESSION] = {"id": resident_id, "at": authenticated_at.isoformat()}
    request.session.set_expiry(settings.HASHIRA_RESIDENT_SESSION_SECONDS)
    rotate_token(request)
