"""An API of the house: strict JSON in, problem documents out (APIの組立て)."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.parser import Parser

from hashira.core.api import errors
from hashira.core.api.problem import problem_response
from hashira.kernel.errors import HashiraError


class StrictParser(Parser):
    """JSON only where JSON is said; no NaN, no NUL, no lone surrogate, no depth beyond that of the reader."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise errors.MediaTypeUnsupported
        try:
            value = orjson.loads(request.body)
            written = orjson.dumps(value)
        except (orjson.JSONDecodeError, orjson.JSONEncodeError):
            raise errors.BodyUnreadable from None
        if b"\\u0000" in written.replace(b"\\\\", b""):
            raise errors.BodyUnreadable
        return value


def wire(api: NinjaAPI) -> None:
    """Gives the API its one error shape."""
    api.add_exception_handler(HashiraError, problem_response)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Throttled, _throttled)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(Http404, _unknown)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found = [
        {"where": ".".join(map(str, item.get("loc", ()))), "what": str(item.get("msg", ""))}
        for item in error.errors
    ]
    return problem_response(request, errors.InputRefused(count=len(found)), more={"errors": found})


def _throttled(request: HttpRequest, error: Any) -> HttpResponse:
    response = problem_response(request, errors.TooManyRequests())
    response["Retry-After"] = str(int(error.wait or 1) + 1)
    return response


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, HashiraError):  # the library wraps what the parser says
        return problem_response(request, cause)
    found = errors.NotSignedIn if error.status_code == 401 else errors.BodyUnreadable
    return problem_response(request, found())


def _unknown(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_response(request, errors.AddressUnknown())
