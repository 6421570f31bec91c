"""The design system alone: what a page of it needs, and one page for each way to go wrong."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

handler400 = "hashira.ui.errors.bad_request"
handler403 = "hashira.ui.errors.permission_denied"
handler404 = "hashira.ui.errors.not_found"
handler500 = "hashira.ui.errors.server_error"


class Sample(HashiraError):
    code = "UIT-001"
    what = Bilingual("見本の誤り", "A sample error")
    why = Bilingual("{count}件あります", "There are {count}")
    remedy = Bilingual("直してください", "Correct it")
    status = 409


def raises(request: HttpRequest, kind: str) -> HttpResponse:
    raise {
        "sample": Sample(count="<3>"),
        "permission": PermissionDenied("secret reason"),
        "suspicious": SuspiciousOperation("secret reason"),
        "bug": RuntimeError("secret reason"),
    }[kind]


urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("ui/", include("hashira.ui.urls")),
    path("raises/<str:kind>", raises),
]
