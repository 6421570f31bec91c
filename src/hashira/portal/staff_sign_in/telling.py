"""What happens around the sign-in of staff is told in the audit (職員のサインインの監査記録)."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction

from hashira.core import audit
from hashira.core.access import Principal, PrincipalKind

_ACTIONS = (
    (user_logged_in, "accounts:SignIn"),
    (user_logged_out, "accounts:SignOut"),
    (password_changed, "accounts:ChangePassword"),
    (authenticator_added, "accounts:AddSecondFactor"),
    (authenticator_removed, "accounts:RemoveSecondFactor"),
    (authenticator_reset, "accounts:RenewRecoveryCodes"),
)


def connect() -> None:
    """Listens to the signals; called once when the portal is ready."""
    for signal, action in _ACTIONS:
        signal.connect(_teller(action), weak=False, dispatch_uid=action)
    user_login_failed.connect(_failed, dispatch_uid="accounts:SignInFailed")


def _teller(action: str) -> Any:
    def tell(sender: Any, *, user: Any = None, authenticator: Any = None, **more: Any) -> None:
        if user is None or not user.pk:
            return
        actor = Principal(PrincipalKind.STAFF, str(user.pk))
        facts = {"type": str(authenticator.type)} if authenticator is not None else {}
        with transaction.atomic():
            audit.record(actor=actor, action=action, facts=facts)

    return tell


def _failed(sender: Any, **more: Any) -> None:
    """A failed try; the address that was typed may be a person's, so it is not kept."""
    with transaction.atomic():
        audit.record(actor=Principal.anonymous(), action="accounts:SignInFailed")
