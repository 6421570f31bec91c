"""The endpoints of the development provider."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.core import access
from hashira.portal.development_provider import endpoints, token_endpoint, vouchers
from hashira.portal.development_provider.authorization import (
    AuthorizationRequest,
    ClientNotKnown,
    RequestRefused,
    read_request,
)
from hashira.portal.development_provider.people import BY_KEY, PEOPLE
from hashira.portal.development_provider.registration import provider_key, subject_of

_REASON = "development only: plays the outside provider, who knows no accounts of ours"


@access.public(_REASON)
@require_safe
def discovery(request: HttpRequest) -> JsonResponse:
    """OpenID Connect Discovery 1.0 §4."""
    return JsonResponse(endpoints.discovery(request))


@access.public(_REASON)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def auth(request: HttpRequest) -> HttpResponse:
    """The page on which one chooses who to be, in place of the card and its number."""
    registered = request.build_absolute_uri(reverse("resident-callback"))
    try:
        asked = read_request(dict(request.GET.lists()), registered=registered)
    except ClientNotKnown:
        return render(request, "portal/development_provider/unknown_client.html", status=400)
    except RequestRefused as refused:
        return HttpResponseRedirect(refused.address)
    if request.method == "POST":
        if "cancel" in request.POST:
            return HttpResponseRedirect(asked.redirect(error="access_denied"))
        person = BY_KEY.get(request.POST.get("person", ""))
        if person is not None:
            return HttpResponseRedirect(asked.redirect(code=_code(asked, person.key)))
    context = {"people": PEOPLE, "asked": sorted(asked.scope - {"openid"}), "acr": asked.acr_values}
    return render(request, "portal/development_provider/choose.html", context)


@csrf_exempt
@require_POST
def _token(request: HttpRequest) -> JsonResponse:
    address = request.build_absolute_uri(reverse("development-oidc-token"))
    try:
        if any(len(values) > 1 for _, values in request.POST.lists()):
            raise token_endpoint.TokenRefused("invalid_request", "a parameter stands twice")
        said = JsonResponse(token_endpoint.answer(request.POST.dict(), token_endpoint=address))
    except token_endpoint.TokenRefused as refused:
        said = JsonResponse(
            {"error": refused.error, "error_description": refused.description}, status=refused.status
        )
    said["Cache-Control"] = "no-store"
    return said


token = access.public(f"{_REASON}; the client proves itself by its assertion")(_token)


@access.public(f"{_REASON}; the access token is asked for in the view")
@csrf_exempt
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Core 1.0 §5.3, for a bearer token (RFC 6750)."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    granted = vouchers.read_token(credentials.strip()) if scheme.lower() == "bearer" else None
    if granted is None:
        refused = JsonResponse({"error": "invalid_token"}, status=401)
        refused["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return refused
    person = BY_KEY[granted["person"]]
    claims = {"sub": subject_of(person.key)} | person.claims(frozenset(granted["scope"].split()))
    said = JsonResponse(claims)
    said["Cache-Control"] = "no-store"
    return said


@access.public(_REASON)
@require_safe
def certs(request: HttpRequest) -> JsonResponse:
    """The public key (RFC 7517)."""
    public = provider_key().as_dict(private=False) | {"use": "sig", "alg": "ES256"}
    return JsonResponse({"keys": [public]})


def _code(asked: AuthorizationRequest, person_key: str) -> str:
    return vouchers.issue_code(
        {
            "person": person_key,
            "redirect_uri": asked.redirect_uri,
            "nonce": asked.nonce,
            "code_challenge": asked.code_challenge,
            "scope": " ".join(sorted(asked.scope)),
            "acr": " ".join(asked.acr_values),
            "auth_time": int(time.time()),
        }
    )
