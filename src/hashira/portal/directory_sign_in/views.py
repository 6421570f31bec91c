"""To the directory of a body and back: to sign in, to show it once more, to connect (往復)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.accounts import invitations
from hashira.core.accounts.directories import identities, registration
from hashira.core.accounts.directories.errors import (
    AnotherPerson,
    AuthenticationUndated,
    DirectoryCancelled,
)
from hashira.core.accounts.directories.evidence import proves_second_factor
from hashira.core.accounts.directories.registration import Standing
from hashira.core.accounts.oidc import sign_in
from hashira.core.accounts.oidc.authorization_request import PendingSignIn, authorization_url, state_of
from hashira.core.accounts.oidc.sign_in import Authenticated
from hashira.kernel.errors import HashiraError
from hashira.portal.directory_sign_in import configuration, opening
from hashira.portal.directory_sign_in.errand import Errand, Purpose, keep, take
from hashira.portal.directory_sign_in.refusal import in_words_for_staff
from hashira.portal.resident_sign_in.return_path import own_path
from hashira.ui.tables import Column, Table
from hashira.ui.wording import current_language

_log = logging.getLogger(__name__)


@access.public("whoever wants to sign in is not known yet")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The bodies whose directory signs their staff in."""
    table = Table(
        columns=(
            Column("body", _("団体"), sortable=True, filterable=True, heading=True, link=_door(request)),
            Column("body_code", _("団体コード"), sortable=True, filterable=True),
        ),
        rows=registration.directories(),
        request=request,
        caption=_("ディレクトリのある団体"),
    )
    if table.wants_csv:
        return table.csv_response("directories.csv")
    return render(request, "portal/directory_sign_in/index.html", {"table": table})


@access.public("whoever signs in is not known yet")
@never_cache
@require_safe
def start(request: HttpRequest, directory_id: UUID) -> HttpResponse:
    """To the directory, to sign in or to accept the invitation that the address names."""
    invitation = request.GET.get("invitation", "")
    purpose = Purpose.ACCEPT if invitation else Purpose.SIGN_IN
    try:
        address = _begin(request, directory_id, purpose, invitation=invitation)
    except HashiraError as error:
        return _refused(request, error, directory_id)
    return HttpResponseRedirect(address)


@access.public("here the signed-in account shows to its directory once more that it is it")
@never_cache
@require_safe
def again(request: HttpRequest) -> HttpResponse:
    """To the directory that opened this session, which is to ask the person anew."""
    directory = opening.directory_of(request)
    if not directory:
        return HttpResponseRedirect(reverse("account_reauthenticate"))
    try:
        address = _begin(request, UUID(directory), Purpose.AGAIN)
    except HashiraError as error:
        return _refused(request, error, UUID(directory))
    return HttpResponseRedirect(address)


@access.requires("accounts:ConnectDirectory")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, directory_id: UUID) -> HttpResponse:
    """Explains what connecting does; after the button there is a link to the directory.

    A link and no redirect: what a form may lead to is bound to this site (CSP ``form-action``).
    """
    found = registration.directory(directory_id)
    context: dict[str, object] = {"directory": found}
    if request.method == "POST":
        try:
            context["onward"] = _begin(request, directory_id, Purpose.CONNECT)
        except HashiraError as error:
            return _refused(request, error, directory_id)
    return render(request, "portal/directory_sign_in/connect.html", context)


@access.requires("accounts:DisconnectDirectory")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: HttpRequest, directory_id: UUID) -> HttpResponse:
    """Asks, and parts the account from the directory."""
    found = registration.directory(directory_id)
    if request.method != "POST":
        return render(request, "portal/directory_sign_in/disconnect.html", {"directory": found})
    identities.disconnect(
        actor=request.principal, account_id=UUID(request.principal.id), directory_id=directory_id
    )
    messages.success(request, _("ディレクトリとの結びつきを外しました"))
    return HttpResponseRedirect(reverse("account"))


@access.public("whoever comes back from a directory is not known yet")
@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Where the directory sends the browser back to: what it was sent for is done, or refused."""
    if not request.GET:  # somebody changed the language of a refusal, or came by a bookmark
        return HttpResponseRedirect(reverse("directories"))
    response = dict(request.GET.lists())
    # The code and the state of the address must not stand in the page's links and forms.
    request.META["QUERY_STRING"] = ""
    at, errand = datetime.now(UTC), None
    try:
        errand = take(request, state_of(response))
        found = registration.directory(errand.directory)
        asked = found.registration
        with configuration.http_client() as http:
            party = configuration.relying_party(asked, configuration.redirect_uri(request), anew=errand.anew)
            provider = configuration.provider(asked, http)
            who = sign_in.authenticate(
                response,
                http=http,
                provider=provider,
                party=party,
                pending=errand.pending,
                key_sets=configuration.KEY_SETS,
                at=at,
            )
            email = ""
            if errand.purpose is Purpose.SIGN_IN and asked.email_domains:
                told = who.id_token.claims
                if provider.userinfo_endpoint and "email" not in told:
                    told = sign_in.stated(who, http=http, provider=provider, party=party)
                email = _verified_email(told)
        return _DONE[errand.purpose](request, errand, found, who, email, at)
    except HashiraError as error:
        return _refused(request, error, errand.directory if errand else None)


def _signed_in(
    request: HttpRequest, errand: Errand, found: Standing, who: Authenticated, email: str, at: datetime
) -> HttpResponse:
    account = identities.sign_in(
        actor=identities.SIGNER_IN,
        directory_id=found.id,
        subject=who.id_token.subject,
        email=email,
        at=at,
    )
    return opening.open_for(
        request,
        account,
        directory=str(found.id),
        organisation=found.organisation,
        second_factor=proves_second_factor(who.id_token.claims, found.registration.second_factor),
        authenticated_at=who.id_token.authenticated_at if "auth_time" in who.id_token.claims else None,
        return_to=own_path(errand.pending.return_to),
    )


def _accepted(
    request: HttpRequest, errand: Errand, found: Standing, who: Authenticated, email: str, at: datetime
) -> HttpResponse:
    invitations.accept_by_directory(
        secret=errand.invitation, directory_id=found.id, subject=who.id_token.subject, at=at
    )
    return _signed_in(request, errand, found, who, email, at)


def _shown_again(
    request: HttpRequest, errand: Errand, found: Standing, who: Authenticated, email: str, at: datetime
) -> HttpResponse:
    _require_date(who)
    if opening.directory_of(request) != str(found.id):
        raise AnotherPerson
    account = identities.sign_in(
        actor=identities.SIGNER_IN, directory_id=found.id, subject=who.id_token.subject, email="", at=at
    )
    if account.pk != request.user.pk:
        raise AnotherPerson
    opening.confirm(
        request,
        directory=str(found.id),
        organisation=found.organisation,
        second_factor=proves_second_factor(who.id_token.claims, found.registration.second_factor),
        authenticated_at=who.id_token.authenticated_at,
    )
    return HttpResponseRedirect(own_path(errand.pending.return_to) or reverse("home"))


def _connected(
    request: HttpRequest, errand: Errand, found: Standing, who: Authenticated, email: str, at: datetime
) -> HttpResponse:
    _require_date(who)
    identities.connect(actor=request.principal, directory_id=found.id, subject=who.id_token.subject, at=at)
    messages.success(request, _("ディレクトリと結びました。次からは、ディレクトリでもサインインできます"))
    return HttpResponseRedirect(reverse("account"))


_DONE = {
    Purpose.SIGN_IN: _signed_in,
    Purpose.ACCEPT: _accepted,
    Purpose.AGAIN: _shown_again,
    Purpose.CONNECT: _connected,
}


def _begin(request: HttpRequest, directory_id: UUID, purpose: Purpose, *, invitation: str = "") -> str:
    """Remembers the errand; the address at the directory."""
    found = registration.directory(directory_id)
    asked = found.registration
    return_to = own_path(request.GET.get("next", ""))
    pending = PendingSignIn.begin(at=datetime.now(UTC), return_to=return_to)
    errand = Errand(directory_id, purpose, pending, invitation)
    with configuration.http_client() as http:
        provider = configuration.provider(asked, http)
    party = configuration.relying_party(asked, configuration.redirect_uri(request), anew=errand.anew)
    keep(request, errand)
    return authorization_url(provider, party, pending, anew=errand.anew)


def _require_date(who: Authenticated) -> None:
    if "auth_time" not in who.id_token.claims:  # §3.1.2.1: required, since max_age was asked for
        raise AuthenticationUndated


def _verified_email(claims: dict[str, object]) -> str:
    email = claims.get("email")
    return email if isinstance(email, str) and claims.get("email_verified") is True else ""


def _door(request: HttpRequest) -> Callable[[Standing], str]:
    """The way to a directory, keeping where somebody wanted to go."""
    wanted = own_path(request.GET.get("next", ""))
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return lambda row: reverse("directory-start", args=[row.id]) + query


def _refused(request: HttpRequest, error: HashiraError, directory_id: UUID | None) -> HttpResponse:
    """The page for what did not come about, with the way to try again; told in the audit."""
    told = in_words_for_staff(error)
    _log.log(
        logging.INFO if isinstance(told, DirectoryCancelled) else logging.WARNING,
        "sign-in by a directory refused: %s %s",
        told.code,
        error.code,
    )
    if directory_id is not None:
        facts = {"directory": str(directory_id), "cause": error.code}
        with transaction.atomic():
            audit.record(actor=Principal.anonymous(), action="accounts:SignInFailed", facts=facts)
    language = current_language()
    context = {
        "code": told.code,
        "what": told.what.format(**told.details).in_language(language),
        "why": told.why.format(**told.details).in_language(language),
        "remedy": told.remedy.format(**told.details).in_language(language),
        "directory": directory_id,
    }
    return render(request, "portal/directory_sign_in/refused.html", context, status=error.status)
