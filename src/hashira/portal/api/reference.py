"""The documentation of the API as read models, from its OpenAPI document (APIの説明)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hashira.kernel.errors import registered_errors
from hashira.kernel.language import Bilingual
from hashira.portal.api.assembly import openapi_document

_TAGS = {
    "certificates": Bilingual("接種証明書", "Vaccination certificates"),
    "cloud": Bilingual("ガバメントクラウド", "Government Cloud"),
    "figures": Bilingual("数値", "Figures"),
    "jobs": Bilingual("ジョブ", "Jobs"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, or a member of a body."""

    name: str
    place: str
    type: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Described:
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: Bilingual
    description: Bilingual
    needs_token: bool
    parameters: tuple[Parameter, ...]
    answer: tuple[Parameter, ...]
    statuses: str
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    """The operations under one tag."""

    key: str
    title: Bilingual
    operations: tuple[Described, ...]


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """An error code. ``{…}`` in a text stands for a value of the case at hand."""

    code: str
    status: int
    what: Bilingual
    why: Bilingual
    remedy: Bilingual


def groups(origin: str) -> tuple[Group, ...]:
    """All operations by tag; ``origin`` is where the examples call."""
    document = openapi_document()
    found: dict[str, list[Described]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            described = _described(document, origin, method.upper(), path, operation)
            found.setdefault(operation["tags"][0], []).append(described)
    return tuple(Group(key, _TAGS[key], tuple(found[key])) for key in sorted(found))


def error_entries() -> tuple[ErrorEntry, ...]:
    """Every error this installation knows, by code."""
    return tuple(
        ErrorEntry(code, error.status, error.what, error.why, error.remedy)
        for code, error in registered_errors().items()
        if error.__module__.startswith("hashira.")
    )


def _described(
    document: dict[str, Any], origin: str, method: str, path: str, operation: dict[str, Any]
) -> Described:
    parameters = [
        Parameter(p["name"], p["in"], _type(p["schema"]), bool(p.get("required")), p.get("description", ""))
        for p in operation.get("parameters", [])
    ]
    body, media = _body(document, operation)
    parameters += _members(body, "body" if media == "application/json" else "form")
    success = next(
        (r for s, r in operation["responses"].items() if int(s) < 400 and "content" in r), {"content": {}}
    )
    schema = next(iter(success["content"].values()), {}).get("schema", {})
    return Described(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=Bilingual(**operation["x-summary"]),
        description=Bilingual(**operation["x-description"]),
        needs_token="security" in operation,
        parameters=tuple(parameters),
        answer=tuple(_members(_resolved(document, schema), "answer")),
        statuses=", ".join(str(s) for s in operation["responses"]),
        curl=_curl(origin, method, path, operation, body, media),
    )


def _body(document: dict[str, Any], operation: dict[str, Any]) -> tuple[dict[str, Any], str]:
    content = operation.get("requestBody", {}).get("content", {})
    for media, value in content.items():
        return _resolved(document, value["schema"]), media
    return {}, ""


def _members(schema: dict[str, Any], place: str) -> list[Parameter]:
    required = schema.get("required", [])
    return [
        Parameter(name, place, _type(value), name in required, value.get("description", ""))
        for name, value in schema.get("properties", {}).items()
    ]


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") == "array":
        schema = schema.get("items", {})
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def _type(schema: dict[str, Any]) -> str:
    """The type in short: ``string (date)``, ``[FoundOut]``, ``integer | null``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{schema.get('type', 'any')}{form}"


def _curl(
    origin: str, method: str, path: str, operation: dict[str, Any], body: dict[str, Any], media: str
) -> str:
    asked = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")]
    query = "?" + "&".join(f"{name}=…" for name in asked) if asked else ""
    lines = [f"curl -X {method} '{origin}{path}{query}'"]
    if "security" in operation:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if media == "application/json":
        lines += ["-H 'Content-Type: application/json'"]
        lines += [f"-d '{json.dumps(body.get('example', {}), ensure_ascii=False)}'"]
    elif media:
        lines.append("-F file=@card.png")
    return " \\\n  ".join(lines)
