"""Sign-ins under way at another site, kept by the session that began them (進行中のサインイン).

An entry is JSON with the ``state`` of its authorization request; whoever keeps it adds what it needs.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

from django.http import HttpRequest

from hashira.core.accounts.oidc.errors import SignInUnknown

_MOST = 3  # several tabs of one browser; the oldest gives way


def keep(request: HttpRequest, key: str, entry: dict[str, str]) -> None:
    """Remembers a sign-in under that key of the session."""
    request.session[key] = [*request.session.get(key, []), entry][-_MOST:]


def take(request: HttpRequest, key: str, state: str) -> dict[str, Any]:
    """The entry of that ``state``, which can be taken once only; raises ``SignInUnknown``."""
    kept = request.session.get(key, [])
    wanted = state.encode(errors="replace")
    found = [one for one in kept if compare_digest(one["state"].encode(), wanted)]
    if not found:
        raise SignInUnknown
    request.session[key] = [one for one in kept if one is not found[0]]
    # Now, not with the answer: whatever happens on the way to the other site, it is used up.
    request.session.save()
    entry: dict[str, Any] = found[0]
    return entry
