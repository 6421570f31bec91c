"""Problem documents (RFC 9457): the one shape of an error under ``/api/`` (エラーの形).

``ProblemDocuments`` is the outermost middleware but one, so that also what Django itself refuses (an unknown
address, a method, a host, a fault) leaves as a problem and never as a page.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request

from hashira.core.api import errors
from hashira.kernel.errors import HashiraError

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
MAX_BODY = 2_000_000
"""Octets of a JSON body."""
MAX_UPLOAD = 20 * 1024 * 1024 + 10_000
"""Octets of a form with a file."""
_log = logging.getLogger(__name__)
_BY_STATUS: Mapping[int, type[HashiraError]] = {
    401: errors.NotSignedIn,
    404: errors.AddressUnknown,
    405: errors.MethodRefused,
    429: errors.TooManyRequests,
}


def language_of(request: HttpRequest) -> str:
    """``ja`` or ``en``, as the request prefers."""
    return "en" if get_language_from_request(request).startswith("en") else "ja"


def type_of(code: str) -> str:
    """The ``type`` of a problem: where the documentation explains the code (RFC 9457 §3.1.1)."""
    return f"{PREFIX}#{code}"


def problem_response(
    request: HttpRequest, error: HashiraError, *, more: Mapping[str, object] | None = None
) -> HttpResponse:
    """The error as a response; never cached. ``more`` are further members."""
    if error.status >= 500:
        _log.error("%s at %s", error.code, request.path, exc_info=error)
    language = language_of(request)
    document = error.problem(language) | {
        "type": type_of(error.code),
        "instance": request.path,
        **(more or {}),
    }
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False), status=error.status, content_type=MEDIA_TYPE
    )
    response["Content-Language"] = language
    response["Cache-Control"] = "no-store"
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="hashira"'  # RFC 6750 §3
    return response


class ProblemDocuments:
    """Middleware: bounds the body before it is read, and turns every foreign error into a problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX) or request.path_info == PREFIX:
            return self._get_response(request)
        refused = _refused(request)
        if refused is not None:
            return problem_response(request, refused)
        response = self._get_response(request)
        if response.status_code < 400 or response.headers.get("Content-Type") == MEDIA_TYPE:
            return response
        error = _error_for(response.status_code)
        answer = problem_response(request, error, more={"status": response.status_code})
        answer.status_code = response.status_code
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                answer[name] = response.headers[name]
        return answer


def _refused(request: HttpRequest) -> HashiraError | None:
    given = request.META.get("CONTENT_LENGTH") or "0"
    limit = MAX_UPLOAD if request.content_type == "multipart/form-data" else MAX_BODY
    if not given.isdecimal():
        return errors.RequestRefused()
    if int(given) > limit:
        return errors.BodyTooLarge(limit=limit)
    if "%00" in request.META.get("QUERY_STRING", ""):  # PostgreSQL keeps no NUL in a text
        return errors.BodyUnreadable()
    return None


def _error_for(status: int) -> HashiraError:
    if status >= 500:
        return errors.Broken()
    return _BY_STATUS.get(status, errors.RequestRefused)()
