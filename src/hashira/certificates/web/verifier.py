"""The verifier's app: an installable page that verifies in the browser, without network (検証アプリ).

What it needs is served here: the page in both languages, the service worker that keeps them, the manifest,
the code tables of the domain, and, for browsers that cannot read codes, the reading of a photograph.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from hashira.certificates.adapters.qr_image import NoCodeInImage
from hashira.certificates.adapters.submission import certificates_in
from hashira.certificates.adapters.travel_rules import read_rules
from hashira.certificates.domain.cvx_vaccine import PRODUCTS
from hashira.certificates.domain.dcc_value_set import CODE_SYSTEM, MEDICINES, TEST_KINDS, TEST_RESULTS
from hashira.certificates.domain.document_signer import TWO_LETTERS
from hashira.certificates.domain.icd11_vaccine import VACCINES
from hashira.certificates.domain.icvp import PRODUCT_IDS
from hashira.certificates.domain.icvp import PRODUCTS as PREQUALIFIED
from hashira.certificates.domain.named_curve import CURVES
from hashira.certificates.domain.state_code import ISO_3166, states
from hashira.certificates.domain.status_bundle import signer_of
from hashira.certificates.domain.verdict import MAY_BE_REVOKED, REMARK_NAMES, Verdict
from hashira.certificates.selectors.bundles import latest_bundle
from hashira.certificates.web.verifier_words import WORDS
from hashira.core import access
from hashira.core.api.door import PerAddress
from hashira.ui.parts import verdict_family, verdict_words

_LANGUAGES = ("ja", "en")
_MAX_PICTURE = 20 * 1024 * 1024
_MULTIPART = 4 * 1024
"""Octets that the form round a picture may take."""
_THROTTLE = PerAddress("120/m", "verifier-codes")
_STYLES = ("tokens", "base", "layout", "content", "action", "form", "message", "navigation", "table", "chart")


@access.public("verifiers have no account; nothing of a certificate reaches the server or is stored")
@never_cache
@require_safe
def app(request: HttpRequest, language: str = "") -> HttpResponse:
    """The page of the app; the browser keeps it, so it says nothing of whoever asked for it."""
    chosen = language or (get_language() or "ja")[:2]
    if chosen not in _LANGUAGES:
        raise Http404
    other = next(one for one in _LANGUAGES if one != chosen)
    with translation.override(chosen):
        context = {
            "verdicts": [
                {"name": str(v), "family": verdict_family(v), "words": verdict_words(v)}
                for v in (*Verdict, MAY_BE_REVOKED)
            ],
            "other": other,
            "other_name": dict(settings.LANGUAGES)[other],
            "words": {name: str(text) for name, text in WORDS.items()}
            | {f"remark-{name}": text.in_language(chosen) for name, text in REMARK_NAMES.items()},
        }
        return render(request, "certificates/verifier/app.html", context)


@access.public("verifiers have no account; which key signs the bundle is no secret")
@never_cache
@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """Code tables, and the key by which the trust bundle is signed at this installation."""
    found = latest_bundle()
    return JsonResponse(_tables() | {"pinned": signer_of(found.octets) if found else None})


@access.public("verifiers have no account; the rules are published by destinations")
@never_cache
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules of destinations that the operator has put down."""
    return JsonResponse(read_rules(settings.DATA_DIR))


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    """What the domain knows by heart and the browser has to: one source for both."""
    return {
        "cvx": PRODUCTS,
        "icd11": {code: {"ja": name.ja, "en": name.en} for code, (name, _disease) in VACCINES.items()},
        "states": states(),
        "countries": sorted(ISO_3166),
        "letters": sorted(TWO_LETTERS),
        "dcc": {
            "system": CODE_SYSTEM,
            "medicines": {code: medicine.name for code, medicine in MEDICINES.items()},
            "kinds": {code: name.en for code, name in TEST_KINDS.items()},
            "results": {code: name.en for code, name in TEST_RESULTS.items()},
        },
        "icvp": {
            "system": PRODUCT_IDS,
            "products": {
                code: {"name": listed.name, "maker": listed.maker, "disease": listed.disease}
                for code, listed in PREQUALIFIED.items()
            },
        },
        "curves": [
            {
                "name": known.curve.name,
                "octets": known.octets,
                **{part: f"{getattr(known, part):x}" for part in ("p", "a", "b", "x", "y", "n")},
            }
            for known in CURVES
        ],
    }


@access.public("a worker is a script of the app")
@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It stands beside the page, so that it may answer for the page and nothing else."""
    assets = [static(name) for name in _assets()]
    pages = [
        reverse("certificates:verifier"),
        *(reverse("certificates:verifier-in", args=[one]) for one in _LANGUAGES),
        reverse("certificates:verifier-configuration"),
        reverse("certificates:verifier-rules"),
        reverse("certificates:verifier-manifest"),
    ]
    context = {"version": _version(), "assets": assets, "pages": pages}
    return render(
        request, "certificates/verifier/worker.js", context, content_type="text/javascript; charset=utf-8"
    )


@access.public("a manifest says how the app is called")
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest (W3C Web Application Manifest)."""
    icon = {"src": static("certificates/verifier/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    return JsonResponse(
        {
            "name": _("証明書を確かめる"),
            "short_name": _("証明書検証"),
            "lang": (get_language() or "ja")[:2],
            "start_url": reverse("certificates:verifier"),
            "scope": reverse("certificates:verifier"),
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#0017c1",
            "icons": [icon | {"purpose": "any"}, icon | {"purpose": "maskable"}],
        },
        content_type="application/manifest+json",
    )


@csrf_exempt  # the page may be older than any token, and nothing is changed or kept by it
@access.public("anybody may have a photograph read; it is not stored")
@never_cache
@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    """The texts of the codes in a photograph or file, for browsers that cannot read codes."""
    language = get_language() or "ja"
    if not _THROTTLE.allow_request(request):
        reason = _("読取りが続いています。少し待ってください")
        return JsonResponse({"texts": [], "reason": reason}, status=429)
    # Before the body is touched: Django would put a large one on the disk first.
    length = request.headers.get("Content-Length", "")
    too_large = not length.isdecimal() or int(length) > _MAX_PICTURE + _MULTIPART
    given = None if too_large else request.FILES.get("picture")
    if given is None or (given.size or 0) > _MAX_PICTURE:
        return JsonResponse({"texts": [], "reason": _("ファイルがないか、大きすぎます")}, status=422)
    try:
        return JsonResponse({"texts": certificates_in(given.read())})
    except NoCodeInImage as error:
        return JsonResponse({"texts": [], "reason": error.message(language)}, status=422)


@lru_cache(maxsize=1)
def _assets() -> tuple[str, ...]:
    """Every file of the app, by its name among the static files."""
    folder = Path(__file__).parent / "static/certificates/verifier"
    own = sorted(f"certificates/verifier/{path.name}" for path in folder.iterdir() if path.is_file())
    return (*own, "ui/icon.svg", *(f"ui/{name}.css" for name in (*_STYLES, "print")))


@lru_cache(maxsize=1)
def _version() -> str:
    """Changes with any file of the app, its templates included, so that browsers fetch the new one."""
    digest = hashlib.sha256()
    for name in _assets():
        found = finders.find(name)
        digest.update(Path(str(found)).read_bytes() if found else b"")
    for path in sorted((Path(__file__).parent / "templates/certificates/verifier").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
