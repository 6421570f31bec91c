"""Promises about every operation of the API: its door, its words in both languages, its errors."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from hashira.core.access import AccessDeclaration
from hashira.core.api.problem import MEDIA_TYPE
from hashira.kernel.errors import registered_errors
from hashira.portal.api.assembly import openapi_document, operations

_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
NOWHERE = "00000000-0000-4000-8000-000000000000"
CALLS = [
    (method, re.sub(r"\{[^}]+\}", NOWHERE, path), operation)
    for path, methods in openapi_document()["paths"].items()
    for method, operation in methods.items()
]


def test_every_operation_declares_its_access() -> None:
    found = list(operations())
    assert len(found) > 10
    for path, operation in found:
        doors = operation.auth_callbacks
        assert len(doors) == 1, path
        assert isinstance(doors[0].declaration, AccessDeclaration), path


def test_every_operation_speaks_both_languages_under_an_id_of_its_own() -> None:
    assert len({operation["operationId"] for _, _, operation in CALLS}) == len(CALLS)
    for _, path, operation in CALLS:
        for words in (operation["x-summary"], operation["x-description"]):
            assert _JAPANESE.search(words["ja"]), path
            assert not _JAPANESE.search(words["en"]), path


def assert_problem(answer: object, status: int) -> None:
    document = answer.json()
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert {"type", "title", "status", "detail", "instance", "code", "remedy"} <= set(document)
    assert document["status"] == status
    assert document["code"] in registered_errors()
    assert document["type"] == f"/api/#{document['code']}"


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_every_error_has_the_one_shape(method: str, path: str, operation: dict[str, object]) -> None:
    client = Client(headers={"host": "localhost"})
    if "security" in operation:
        assert_problem(client.generic(method.upper(), path, b"{}", "application/json"), 401)
        refused = {"Authorization": "Bearer hashira_nobody"}
        assert_problem(client.generic(method.upper(), path, headers=refused), 401)
    elif "requestBody" in operation and not path.endswith("file"):
        for body, media, status in (
            (b"{", "application/json", 400),
            (b"[" * 100_000, "application/json", 400),
            (b'{"text": "\\u0000"}', "application/json", 400),
            (b"{}", "text/plain", 415),
            (b"{}", "application/json", 422),
            (b" " * 2_000_001, "application/json", 413),
        ):
            assert_problem(client.generic(method.upper(), path, body, media), status)
    assert_problem(client.patch(path), 405)


@pytest.mark.django_db
def test_every_error_is_explained_where_its_type_leads(client: Client) -> None:
    assert_problem(client.get("/api/v1/nothing", headers={"host": "localhost"}), 404)
    page = client.get(reverse("api"), headers={"host": "localhost"}).content.decode()
    for code, error in registered_errors().items():
        if error.__module__.startswith("hashira."):
            assert f'id="{code}"' in page
