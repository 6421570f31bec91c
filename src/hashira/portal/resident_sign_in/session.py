"""What the session of a browser keeps of sign-ins of residents: those under way, and the one who is in."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from hashira.core.accounts.oidc.authorization_request import PendingSignIn
from hashira.core.accounts.oidc.errors import SignInUnknown
from hashira.core.accounts.principals import RESIDENT_SESSION

_PENDING = "resident_sign_ins"
_MOST_PENDING = 3  # several tabs of one browser; the oldest gives way


def keep(request: HttpRequest, pending: PendingSignIn) -> None:
    """Remembers a sign-in that begins in this browser."""
    kept = [*request.session.get(_PENDING, []), pending.to_session()]
    request.session[_PENDING] = kept[-_MOST_PENDING:]


def take(request: HttpRequest, state: str) -> PendingSignIn:
    """The sign-in of that ``state``, which can be taken once only; raises ``SignInUnknown``."""
    kept = request.session.get(_PENDING, [])
    found = [p for p in kept if compare_digest(p["state"].encode(), state.encode(errors="replace"))]
    if not found:
        raise SignInUnknown
    request.session[_PENDING] = [p for p in kept if p is not found[0]]
    # Now, not with the answer: whatever happens on the way to the provider, it is used up.
    request.session.save()
    return PendingSignIn.from_session(found[0])


def open_for(request: HttpRequest, resident_id: str, *, authenticated_at: datetime) -> None:
    """Ends whatever session the browser had, that of staff too, and opens one for the resident.

    Under a new key and a new CSRF secret, so that nothing planted before the sign-in is worth anything.
    """
    request.session.flush()
    request.session[RESIDENT_SESSION] = {"id": resident_id, "at": authenticated_at.isoformat()}
    request.session.set_expiry(settings.HASHIRA_RESIDENT_SESSION_SECONDS)
    rotate_token(request)
