"""Response headers that neither Django nor django-csp writes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_CAMERA_PAGES = ("/certificates/verify", "/certificates/verifier/")


class PermissionsPolicyMiddleware:
    """Closes the device features of the browser; the camera opens on the pages that scan codes only.

    Source: W3C Permissions Policy; ``Cross-Origin-Resource-Policy`` is Fetch §3.6.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        camera = "(self)" if request.path.startswith(_CAMERA_PAGES) else "()"
        response.headers.setdefault(
            "Permissions-Policy", f"camera={camera}, geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
