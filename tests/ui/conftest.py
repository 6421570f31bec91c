"""The design system is tested alone: no other system, no database, its own short list of middleware."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]
ALONE: dict[str, Any] = {
    "ROOT_URLCONF": "tests.ui.addresses",
    "TEMPLATES": TEMPLATES,
    "MIDDLEWARE": [
        "csp.middleware.CSPMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "hashira.ui.errors.ErrorPages",
    ],
    "CONTENT_SECURITY_POLICY": {
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'"],
            "img-src": ["'self'", "data:"],
            "connect-src": ["'self'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'none'"],
            "base-uri": ["'none'"],
        }
    },
    "CSRF_FAILURE_VIEW": "hashira.ui.errors.csrf_failure",
    "FORM_RENDERER": "hashira.ui.forms.DadsRenderer",
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "LANGUAGE_CODE": "ja",
    "LANGUAGES": [("ja", "日本語"), ("en", "English")],
    "HASHIRA_OFFICIAL_SITE": "",
    "ALLOWED_HOSTS": ["testserver", "127.0.0.1", "localhost"],
    "DEBUG": False,
}


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Settings of an installation that has nothing but the design system."""
    with override_settings(**ALONE):
        yield
