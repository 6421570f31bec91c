"""Signing in and out as a resident (住民のサインイン・サインアウト)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.core import access
from hashira.core.access.principal import PrincipalKind
from hashira.core.accounts.oidc import sign_in
from hashira.core.accounts.oidc.authorization_request import PendingSignIn, authorization_url, state_of
from hashira.core.accounts.oidc.errors import SignInCancelled, SignInRefused, SignInUnknown
from hashira.core.accounts.resident_sign_in import ACTOR, sign_in_resident
from hashira.portal.resident_sign_in import configuration, session
from hashira.portal.resident_sign_in.return_path import own_path
from hashira.ui.wording import current_language

_log = logging.getLogger(__name__)


@access.public("whoever signs in is not known yet")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The page that explains the sign-in; its button begins one in this browser."""
    return_to = own_path((request.POST if request.method == "POST" else request.GET).get("next", ""))
    if request.method != "POST":
        kind = request.principal.kind
        known = {"resident": kind is PrincipalKind.RESIDENT, "staff": kind is PrincipalKind.STAFF}
        return render(request, "portal/resident_sign_in/start.html", {"return_to": return_to, **known})
    return _to_provider(request, return_to)


@access.public("only a signed-in resident is sent on; anybody else is asked to sign in first")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def child(request: HttpRequest) -> HttpResponse:
    """Explains that now the child's card is read; its button begins that, and the parent stays signed in."""
    return_to = own_path((request.POST if request.method == "POST" else request.GET).get("next", ""))
    if request.principal.kind is not PrincipalKind.RESIDENT:
        return HttpResponseRedirect(reverse("resident-sign-in"))
    if request.method != "POST":
        return render(request, "portal/resident_sign_in/child.html", {"return_to": return_to})
    return _to_provider(request, return_to, beside=True)


def _to_provider(request: HttpRequest, return_to: str, *, beside: bool = False) -> HttpResponse:
    """Begins a sign-in in this browser and sends it to the provider."""
    try:
        with configuration.http_client() as http:
            party = configuration.relying_party(request)
            provider = configuration.provider(request, http)
    except SignInRefused as error:
        return _refused(request, error)
    pending = PendingSignIn.begin(at=datetime.now(UTC), return_to=return_to, beside=beside)
    session.keep(request, pending)
    return HttpResponseRedirect(authorization_url(provider, party, pending))


@access.public("whoever comes back from the provider is not known yet")
@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the browser back to: the sign-in is done or refused."""
    if not request.GET:  # somebody changed the language of a refusal, or came by a bookmark
        return HttpResponseRedirect(reverse("resident-sign-in"))
    response = dict(request.GET.lists())
    try:
        pending = session.take(request, state_of(response))
        with configuration.http_client() as http:
            at = datetime.now(UTC)
            signed_in = sign_in.complete(
                response,
                http=http,
                provider=configuration.provider(request, http),
                party=configuration.relying_party(request),
                pending=pending,
                key_sets=configuration.KEY_SETS,
                at=at,
            )
    except SignInRefused as error:
        return _refused(request, error)
    if pending.beside and request.principal.kind is not PrincipalKind.RESIDENT:
        return _refused(request, SignInUnknown())  # the parent's session ran out meanwhile
    known = sign_in_resident(actor=ACTOR, signed_in=signed_in, at=at)
    if pending.beside:
        session.keep_beside(request, known.id, at=at)
        return HttpResponseRedirect(own_path(pending.return_to) or reverse("home"))
    session.open_for(request, known.id, authenticated_at=signed_in.authenticated_at)
    return HttpResponseRedirect(own_path(pending.return_to) or reverse("home"))


@access.public("ends the session of whoever asks, and needs none")
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session of this browser."""
    request.session.flush()
    # Another request draws the page, since this one may know the person still.
    return HttpResponseRedirect(reverse("resident-signed-out"))


@access.public("says that nobody is signed in any more")
@never_cache
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """The page after signing out."""
    return render(request, "portal/resident_sign_in/signed_out.html")


@access.public("public keys; the provider fetches them")
@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """The public key that the provider verifies our client assertions with (RFC 7517)."""
    public = configuration.own_key().public
    answer = JsonResponse({"keys": [{**public, "use": "sig", "alg": "ES256"}]})
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


def _refused(request: HttpRequest, error: SignInRefused) -> HttpResponse:
    """The page for a sign-in that did not come about, with the way to try again."""
    # No details of the person are in it: the errors carry none. A cancelled one is nobody's fault.
    level = logging.INFO if isinstance(error, SignInCancelled) else logging.WARNING
    _log.log(level, "sign-in of a resident refused: %s %s", error.code, error.details)
    # The code and the state of the address must not stand in the page's links and forms.
    request.META["QUERY_STRING"] = ""
    language = current_language()
    texts = {
        "code": error.code,
        "what": error.what.format(**error.details).in_language(language),
        "why": error.why.format(**error.details).in_language(language),
        "remedy": error.remedy.format(**error.details).in_language(language),
        "can_try_again": error.status != 503,
    }
    return render(request, "portal/resident_sign_in/refused.html", texts, status=error.status)
