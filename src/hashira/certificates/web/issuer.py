"""What the issuer publishes for verifiers: keys, authorities, signers, lists and the bundle."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson
from asn1crypto import pem
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_http_date_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from hashira.certificates.selectors.bundles import bundle_delta, latest_bundle
from hashira.certificates.selectors.eu_lists import batch_list, batch_of, bloom_filter, filter_index
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


@access.public("verifiers have no account; hashes of random numbers and signatures say nothing of anybody")
@cache_control(public=True, max_age=300)
@require_safe
def eu_batches(request: HttpRequest) -> HttpResponse:
    """The list of the EU's revocation batches; with ``If-Modified-Since``, of those that came since."""
    seconds = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    since = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return _tagged(request, orjson.dumps(batch_list(datetime.now(UTC), since)))


@access.public("verifiers have no account; hashes of random numbers and signatures say nothing of anybody")
@cache_control(public=True, max_age=86_400, immutable=True)
@require_safe
def eu_batch(request: HttpRequest, name: str) -> HttpResponse:
    """One of them; what stands under a name never changes."""
    found = batch_of(name, datetime.now(UTC))
    if found is None:
        raise Http404
    return _tagged(request, orjson.dumps(found.document))


@access.public("verifiers have no account; hashes of random numbers and signatures say nothing of anybody")
@cache_control(public=True, max_age=300)
@require_safe
def eu_filters(request: HttpRequest) -> HttpResponse:
    """Which Bloom filters there are."""
    return _tagged(request, orjson.dumps(filter_index(datetime.now(UTC))))


@access.public("verifiers have no account; hashes of random numbers and signatures say nothing of anybody")
@cache_control(public=True, max_age=300)
@require_safe
def eu_filter(request: HttpRequest, kid: str, hash_type: str) -> HttpResponse:
    """A Bloom filter; whoever is found in it looks into the batches, which are exact."""
    found = bloom_filter(kid, hash_type)
    if found is None:
        raise Http404
    return _tagged(request, found, content_type="application/octet-stream")


def _tagged(request: HttpRequest, octets: bytes, content_type: str = "application/json") -> HttpResponse:
    """The octets, or that the asker has them already."""
    headers: dict[str, Any] = _FOR_ANY_SITE | {"ETag": f'"{hashlib.sha256(octets).hexdigest()[:32]}"'}
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(octets, content_type=content_type, headers=headers)


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
