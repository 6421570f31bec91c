"""What the issuer publishes for verifiers: keys, authorities, signers, lists and the bundle."""

from __future__ import annotations

from asn1crypto import pem
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from hashira.certificates.selectors.bundles import bundle_delta, latest_bundle
from hashira.certificates.selectors.keys import authorities, key_set, signer_list
from hashira.certificates.selectors.status import card_revocation_list
from hashira.core import access

_FOR_ANY_SITE = {"Access-Control-Allow-Origin": "*"}
"""A verifier in a browser reads it from another site (SMART Health Cards 1.4.0, "Key Sets")."""


@access.public("verifiers have no account; the keys are public")
@cache_control(public=True, max_age=300)
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The JSON Web Key Set (RFC 7517)."""
    return JsonResponse(key_set(), headers=_FOR_ANY_SITE)


@access.public("verifiers have no account; the certificates are public")
@cache_control(public=True, max_age=300)
@require_safe
def csca(request: HttpRequest) -> HttpResponse:
    """The authorities of the signers of travel certificates, as PEM."""
    text = b"".join(pem.armor("CERTIFICATE", der) for der in authorities())
    return HttpResponse(text, content_type="application/x-pem-file", headers=_FOR_ANY_SITE)


@access.public("verifiers have no account; the certificates are public")
@cache_control(public=True, max_age=300)
@require_safe
def signers(request: HttpRequest) -> HttpResponse:
    """The document signers (DSC) of certificates of the EU and the WHO, as a DID document (``did:web``)."""
    host = request.get_host().replace(":", "%3A")
    listed = signer_list(f"did:web:{host}:certificates:issuer:signers")
    return JsonResponse(listed, headers=_FOR_ANY_SITE)


@access.public("verifiers have no account; a list names certificates by numbers drawn at random")
@cache_control(public=True, max_age=300)
@require_safe
def card_revocations(request: HttpRequest, kid: str) -> HttpResponse:
    """The revocation list of a key for cards (SMART Health Cards 1.4.0, "Revocation")."""
    listed = card_revocation_list(kid)
    if listed is None:
        raise Http404
    return JsonResponse(listed, headers=_FOR_ANY_SITE)


@access.public("verifiers have no account; the bundle is signed and holds no personal data")
@cache_control(public=True, max_age=300)
@require_safe
def bundle(request: HttpRequest) -> HttpResponse:
    """The latest trust bundle, or with ``?base=VERSION`` what turns that version into it."""
    found = latest_bundle()
    if found is None:
        raise Http404
    base = request.GET.get("base", "")
    tag = f'"{found.digest[:32]}{"-" + base if base.isdecimal() else ""}"'
    headers = _FOR_ANY_SITE | {"ETag": tag, "Access-Control-Expose-Headers": "ETag"}
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=headers)
    if not base:
        return HttpResponse(found.octets, content_type="application/octet-stream", headers=headers)
    delta = bundle_delta(int(base), found) if base.isdecimal() and len(base) < 10 else None
    if delta is None:
        raise Http404
    return HttpResponse(delta, content_type="application/json", headers=headers)
