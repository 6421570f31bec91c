"""Who may touch the second factors of an account: whoever has shown one (二要素認証の保護)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hashira.core.accounts import one_time_code

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(user: Any) -> bool:
    """Whether the account has a second factor; recovery codes by themselves are none."""
    return Authenticator.objects.filter(user=user, type__in=_FACTORS).exists()


def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Keeps a session that stands on the password alone out, once the account has a second factor.

    The library asks for the factor when somebody signs in. A session that began before the factor was set
    up could otherwise read the recovery codes or take the factor off, with the password as its only proof.
    """

    @functools.wraps(view)
    def look(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        shown = request.principal.second_factor
        if request.user.is_authenticated and not shown and has_factor(request.user):
            here = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
            return HttpResponseRedirect(reverse("second-factor") + here)
        return view(request, *args, **kwargs)

    return look


def connect() -> None:
    """Listens for new factors; called once when the portal is ready."""
    authenticator_added.connect(_shown, dispatch_uid="own-factors")


def _shown(sender: Any, *, request: HttpRequest, user: Any, authenticator: Any, **more: Any) -> None:
    """Setting a factor up proves that one holds it; nobody waits for the next code to show it again."""
    if authenticator.type == Authenticator.Type.TOTP:
        # The code that set an app up has been shown, and lies on the wire and over the shoulder as any other.
        one_time_code.accept(authenticator, request.POST.get("code", ""))
    if authenticator.type in _FACTORS:
        record_authentication(request, user, "mfa", type=authenticator.type, id=authenticator.pk)
