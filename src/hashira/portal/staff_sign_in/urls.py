"""Addresses of the sign-in of staff: those of django-allauth that are used, each with its word on access."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpResponseBase
from django.urls import path

from hashira.core import access
from hashira.core.accounts.directories.registration import has_directories
from hashira.portal.staff_sign_in import own_factors, views


def _entrance(view: Callable[..., HttpResponseBase]) -> Any:
    return access.public("part of signing in: who it is is being found out")(view)


def _own(view: Callable[..., HttpResponseBase]) -> Any:
    """Pages of the library that ask for the sign-in themselves, and anew where it is long ago.

    They are open to staff who have no second factor, since it is here that one is set up; whoever has one
    must have shown it.
    """
    reason = "the library lets in the signed-in account only, to its own password and second factors"
    return access.public(reason)(own_factors.guarded(view))


def _again(view: Callable[..., HttpResponseBase]) -> Any:
    return access.public("here the signed-in account shows its password or factor once more")(view)


urlpatterns = [
    path("sign-in", views.doors, name="sign-in"),
    path("sign-in/second-factor", views.second_factor, name="second-factor"),
    path("sign-in/again", views.reauthenticate, name="reauthenticate"),
    path(
        "sign-in/staff",
        _entrance(account.LoginView.as_view(extra_context={"has_directories": has_directories})),
        name="account_login",
    ),
    path("sign-in/staff/sign-up", views.no_sign_up, name="account_signup"),
    path("sign-in/staff/inactive", _entrance(account.account_inactive), name="account_inactive"),
    path("sign-in/staff/second-factor", _entrance(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/staff/passkey", _entrance(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/staff/password", _again(account.reauthenticate), name="account_reauthenticate"),
    path("sign-in/staff/code", _again(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("sign-in/staff/key", _again(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("sign-out", _entrance(account.logout), name="account_logout"),
    path("account/", views.account, name="account"),
    path("account/password", _own(account.password_change), name="account_change_password"),
    path("account/password/none", views.no_password, name="account_set_password"),
    path("account/second-factors/", _own(mfa.index), name="mfa_index"),
    path("account/second-factors/totp", _own(totp.activate_totp), name="mfa_activate_totp"),
    path("account/second-factors/totp/remove", _own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/second-factors/codes", _own(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/second-factors/codes/new",
        _own(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/second-factors/codes/file",
        _own(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("account/second-factors/keys/", _own(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("account/second-factors/keys/new", _own(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/second-factors/keys/<int:pk>/remove",
        _own(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path("account/second-factors/keys/<int:pk>/edit", _own(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
