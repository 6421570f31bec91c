"""What a browser was sent to a directory for; its session keeps it until it comes back (用件)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from uuid import UUID

from django.http import HttpRequest

from hashira.core.accounts.oidc.authorization_request import PendingSignIn
from hashira.core.accounts.oidc.errors import SignInUnknown

_KEPT = "directory_sign_ins"
_MOST = 3  # several tabs of one browser; the oldest gives way


class Purpose(StrEnum):
    """What is to happen when the directory has said who it is."""

    SIGN_IN = "sign-in"
    AGAIN = "again"
    CONNECT = "connect"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Errand:
    """A way to a directory and back. ``invitation`` is the secret of the link that is accepted."""

    directory: UUID
    purpose: Purpose
    pending: PendingSignIn
    invitation: str = ""

    @property
    def anew(self) -> bool:
        """Whether the person must authenticate even if the directory knows them still."""
        return self.purpose in {Purpose.AGAIN, Purpose.CONNECT}


def keep(request: HttpRequest, errand: Errand) -> None:
    """Remembers an errand that begins in this browser."""
    entry = {
        "directory": str(errand.directory),
        "purpose": errand.purpose.value,
        "invitation": errand.invitation,
        "pending": errand.pending.to_session(),
    }
    request.session[_KEPT] = [*request.session.get(_KEPT, []), entry][-_MOST:]


def take(request: HttpRequest, state: str) -> Errand:
    """The errand of that ``state``, which can be taken once only; raises ``SignInUnknown``."""
    kept = request.session.get(_KEPT, [])
    wanted = state.encode(errors="replace")
    found = [one for one in kept if compare_digest(one["pending"]["state"].encode(), wanted)]
    if not found:
        raise SignInUnknown
    request.session[_KEPT] = [one for one in kept if one is not found[0]]
    # Now, not with the answer: whatever happens on the way to the directory, it is used up.
    request.session.save()
    return Errand(
        directory=UUID(found[0]["directory"]),
        purpose=Purpose(found[0]["purpose"]),
        pending=PendingSignIn.from_session(found[0]["pending"]),
        invitation=found[0]["invitation"],
    )
