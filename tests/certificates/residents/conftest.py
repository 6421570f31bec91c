"""A municipality with a family, for tests of protection, representation and pickup."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests.certificates.people import NOW, clerk, given, municipality, registered, resident

from hashira.certificates.adapters import issuing_keys as keys
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation

SignIn = Callable[..., Client]
CHILD_BORN = date(2018, 4, 2)
PARENT_BORN = date(1985, 7, 7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture
def installation(folder: Path, settings: Any) -> Iterator[None]:
    """Development keys of an installation of its own, opened once a module, since that is slow by design."""
    settings.DATA_DIR = folder
    settings.DEVELOPMENT = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)
        yield


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    """A client whose requests are those of a principal."""

    def sign_in(principal: Principal, language: str = "ja") -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"  # without one nobody is asked for
        client.cookies["django_language"] = language
        return client

    return sign_in


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def child(city: Organisation) -> UUID:
    person = registered(city, "5", "山田　小花", kana="ヤマダ　コハナ", birth_date=CHILD_BORN)
    given(city, person, 1, date(2022, 6, 1))
    return person


@pytest.fixture
def childs_card() -> Principal:
    """Whom the child's card signs in."""
    return resident("山田　小花", CHILD_BORN)


@pytest.fixture
def parent() -> Principal:
    return resident("山田　花子", PARENT_BORN)


@pytest.fixture
def supervisor(city: Organisation) -> Principal:
    return clerk(city, "municipal_supervisor")
