"""Kinds of jobs that exist in these tests only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hashira.core.jobs import JSON, JobContext, kinds
from hashira.kernel.language import Bilingual

Declare = Callable[[Callable[..., JSON]], str]


@pytest.fixture(autouse=True)
def _no_systems(settings: Any) -> None:
    """The jobs of the product are tried elsewhere."""
    settings.HASHIRA_JOB_MODULES = ()


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Declares a body and gives the name of its kind; forgotten after the test."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))

    def make(body: Callable[..., JSON]) -> str:
        name = f"trial.{body.__name__}"
        kinds.job(kind=name, title=Bilingual("試験", "Trial"))(body)
        return name

    return make


@pytest.fixture
def nothing(declare: Declare) -> str:
    """A kind of job that does nothing."""

    def nothing(_context: JobContext, _parameters: object) -> JSON:
        return None

    return declare(nothing)
