"""Pages for what went wrong: status, code, both languages, and nothing that should stay inside."""

from __future__ import annotations

import logging

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("address", "status", "code", "ja", "en"),
    [
        ("/nowhere", 404, "UI-003", "ページが見つかりません", "Page not found"),
        ("/raises/permission", 403, "UI-002", "権限がありません", "not allowed"),
        ("/raises/suspicious", 400, "UI-001", "受け取れませんでした", "could not accept"),
        ("/raises/bug", 500, "UI-004", "処理を終えられませんでした", "could not finish"),
        ("/raises/sample", 409, "UIT-001", "見本の誤り", "A sample error"),
    ],
)
def test_each_error_has_its_page(
    address: str, status: int, code: str, ja: str, en: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.CRITICAL, logger="django.request"):
        for language, words in (("ja", ja), ("en", en)):
            response = client.get(address, headers={"accept-language": language})
            assert response.status_code == status
            assert code in response.text
            assert words in response.text
            assert "secret reason" not in response.text
            assert "no-store" in response["Cache-Control"]
            assert f'<html lang="{language}">' in response.text
            assert '<h1 class="dads-heading"' in response.text


def test_details_of_an_error_are_escaped() -> None:
    text = Client().get("/raises/sample").text
    assert "&lt;3&gt;件あります" in text
    assert "<3>" not in text


def test_a_form_without_its_token_gets_a_page_not_a_stack() -> None:
    response = Client(enforce_csrf_checks=True).post("/i18n/setlang/", {"language": "en"})
    assert response.status_code == 403
    assert "UI-005" in response.text
