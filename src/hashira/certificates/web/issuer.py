"""What the issuer publishes for verifiers: the key set, and the authorities of travel certificates."""

from __future__ import annotations

from asn1crypto import pem
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from hashira.certificates.selectors.keys import authorities, key_set
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
