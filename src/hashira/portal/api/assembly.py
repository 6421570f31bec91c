"""The API of this installation: the operations of the systems it runs, and their OpenAPI document."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.operation import Operation

from hashira.core import access
from hashira.core.access import AccessDeclaration
from hashira.core.api.problem import MEDIA_TYPE
from hashira.core.api.wiring import StrictParser, wire
from hashira.portal.api.operations import figures_router, jobs_router

api = NinjaAPI(
    title="Hashira 柱",
    version="1.0.0",
    description="行政のデジタル基盤のAPI / The API of a digital agency in a box",
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url=None,
    parser=StrictParser(),
)
wire(api)
api.add_router("", figures_router)
api.add_router("", jobs_router)
if "certificates" in settings.HASHIRA_SYSTEMS:
    api.add_router("", importlib.import_module("hashira.certificates.api").router)
    api.add_router("", importlib.import_module("hashira.certificates.api_own").router)
if "cloud" in settings.HASHIRA_SYSTEMS:
    api.add_router("", importlib.import_module("hashira.cloud.api").router)


def operations() -> Iterator[tuple[str, Operation]]:
    """Every operation with its path."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield f"{prefix}{path}", operation


def api_patterns() -> list[URLPattern]:
    """The addresses; each operation behind them declares its own access (see ``core.api.door``)."""
    patterns: list[URLPattern] = [p for p in api.urls[0] if isinstance(p, URLPattern)]
    for pattern in patterns:
        pattern.callback.access_declaration = AccessDeclaration("each operation has a door of its own")
    return patterns


@lru_cache(maxsize=1)
def openapi_document() -> dict[str, Any]:
    """OpenAPI 3.1; errors are told under their own media type (RFC 9457 §3)."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1"))
    for path in found["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and "application/json" in response.get("content", {}):
                    response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
    return found


@access.public("the description of the API is for everybody")
@cache_control(public=True, max_age=300)
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The OpenAPI document."""
    return JsonResponse(openapi_document(), json_dumps_params={"ensure_ascii": False})
