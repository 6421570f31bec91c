"""Certificates kept in the browser for showing without network (端末に保存した証明書).

A certificate is kept only when its holder asks for it, in a cache that is named after the account. The worker
answers for the kept pages and nothing else. Source: W3C Service Workers; WHATWG Storage (eviction).
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.certificates.services.issuing import view_certificate
from hashira.certificates.web.certificate_page import certificate_context
from hashira.core import access
from hashira.core.access import PrincipalKind

_STYLES = ("tokens", "base", "layout", "content", "action", "form", "message", "navigation", "table", "chart")
ASSETS = (
    *(f"ui/{name}.css" for name in (*_STYLES, "print")),
    "ui/icon.svg",
    "certificates/certificates.css",
    "certificates/clock.js",
    "certificates/kept.js",
)
"""Files that a kept page needs, by their names among the static files."""


def account_mark(resident_id: str) -> str:
    """What names the cache of an account: tells accounts of one browser apart, and nobody anything else."""
    return hmac.digest(f"kept:{settings.SECRET_KEY}".encode(), resident_id.encode(), "sha256").hex()[:16]


@access.public("a list that the browser draws from what it keeps; the server knows nothing of it")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The certificates that this browser keeps; works without network and without signing in."""
    known = request.principal.kind is PrincipalKind.RESIDENT
    account = account_mark(request.principal.id) if known else ""
    return render(request, "certificates/kept/index.html", {"account": account})


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The certificate as it is kept: without menu, forms and whoever is signed in."""
    view = view_certificate(actor=request.principal, certificate_id=certificate_id)
    return render(request, "certificates/kept/certificate.html", certificate_context(view))


@access.public("a worker is a script")
@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; it stands beside the kept pages, so that it may answer for them alone."""
    context = {
        "version": _version(),
        "assets": [static(name) for name in ASSETS],
        "index": reverse("certificates:kept"),
    }
    return render(
        request, "certificates/kept/worker.js", context, content_type="text/javascript; charset=utf-8"
    )


@lru_cache(maxsize=1)
def _version() -> str:
    """Changes with any file that is kept beside the certificates."""
    from django.contrib.staticfiles import finders

    digest = hashlib.sha256()
    for name in ASSETS:
        found = finders.find(name)
        digest.update(Path(str(found)).read_bytes() if found else b"")
    for path in sorted((Path(__file__).parent / "templates/certificates/kept").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
