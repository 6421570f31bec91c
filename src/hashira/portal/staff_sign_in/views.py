"""The doors to sign in by, the way to the second factor, and one's own account (サインインの入口)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.core.accounts.directories.identities import connections
from hashira.core.accounts.selectors import roles_of
from hashira.portal.directory_sign_in.opening import directory_of
from hashira.portal.resident_sign_in.return_path import own_path
from hashira.portal.staff_sign_in.own_factors import NoPassword, has_factor


@access.public("whoever wants to sign in is not known yet")
@never_cache
@require_safe
def doors(request: HttpRequest) -> HttpResponse:
    """Two doors: for residents, and for staff. Where somebody wanted to go is kept."""
    query = _next(request)
    context = {
        "resident": reverse("resident-sign-in") + query,
        "staff": reverse("account_login") + query,
    }
    return render(request, "portal/staff_sign_in/doors.html", context)


@access.public("leads staff who have signed in with a password to their second factor")
@never_cache
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """To the second factor of the account, or to setting one up."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(reverse("account_login") + _next(request))
    if has_factor(request.user):
        return HttpResponseRedirect(reverse("mfa_reauthenticate") + _next(request))
    return render(request, "portal/staff_sign_in/second_factor.html", {"next": _next(request)})


@access.public("asks staff to show once more that it is they")
@never_cache
@require_safe
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """To showing once more who one is: to the directory, if it has opened this session."""
    if directory_of(request):
        return HttpResponseRedirect(reverse("directory-again") + _next(request))
    return HttpResponseRedirect(reverse("account_reauthenticate") + _next(request))


@access.public("there is no signing up; the name must exist for the library")
@never_cache
@require_safe
def no_sign_up(request: HttpRequest) -> HttpResponse:
    """Accounts are made by administrators."""
    raise Http404


@access.requires("portal:ViewOwnAccount")
@never_cache
@require_safe
def no_password(request: HttpRequest) -> HttpResponse:
    """Where the library leads whoever would change a password and has none."""
    raise NoPassword


@access.requires("portal:ViewOwnAccount")
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: name, roles in force, second factors."""
    if not request.user.is_authenticated:
        raise Http404
    account_id = str(request.user.pk)
    context = {
        "account": request.user,
        "roles": roles_of(account_id),
        "directories": connections(account_id),
        "by_directory": directory_of(request),
    }
    return render(request, "portal/staff_sign_in/account.html", context)


def _next(request: HttpRequest) -> str:
    wanted = own_path(request.GET.get("next", ""))
    return f"?{urlencode({'next': wanted})}" if wanted else ""
