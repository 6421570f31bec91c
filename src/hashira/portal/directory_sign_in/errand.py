"""What a browser was sent to a directory for; its session keeps it until it comes back (用件)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.http import HttpRequest

from hashira.core.accounts.oidc.authorization_request import PendingSignIn
from hashira.portal import pending_sign_ins

_KEPT = "directory_sign_ins"


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
    told = {
        "directory": str(errand.directory),
        "purpose": errand.purpose.value,
        "invitation": errand.invitation,
    }
    pending_sign_ins.keep(request, _KEPT, errand.pending.to_session() | told)


def take(request: HttpRequest, state: str) -> Errand:
    """The errand of that ``state``, which can be taken once only; raises ``SignInUnknown``."""
    kept = pending_sign_ins.take(request, _KEPT, state)
    return Errand(
        directory=UUID(kept["directory"]),
        purpose=Purpose(kept["purpose"]),
        pending=PendingSignIn.from_session(kept),
        invitation=kept["invitation"],
    )
