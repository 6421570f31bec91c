"""The benchmark ``applying`` opens every page of the cloud: none is forgotten, and each still opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from benchmarks import cloud_pages
from benchmarks.applying import requests
from benchmarks.cloud_country import Country
from django.db import connection
from django.test.utils import CaptureQueriesContext


def test_every_page_is_measured_or_left_out_with_its_reason() -> None:
    assert cloud_pages.forgotten() == ()
    assert all(cloud_pages.LEFT_OUT.values())


def test_a_page_that_is_added_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = cloud_pages.names()
    monkeypatch.setattr(cloud_pages, "names", lambda: known | {"cloud:new-page", "new-page-of-the-portal"})
    assert cloud_pages.forgotten() == ("cloud:new-page", "new-page-of-the-portal")


@pytest.mark.django_db
@pytest.mark.long
def test_every_page_of_the_benchmark_opens_and_asks_no_more_of_a_larger_country(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "hashira.core.accounts.principals.principal_of", lambda request: None
    )  # put back after
    country = Country(items=4)
    country.fill(60)
    before = {name: queries(ask) for name, ask in requests(country)}
    assert len(before) == len(cloud_pages.PAGES)
    country.fill(60)
    after = {name: queries(ask) for name, ask in requests(country)}
    assert {name: (before[name], count) for name, count in after.items() if count > before[name]} == {}


def queries(ask: Callable[[], Any]) -> int:
    """How often a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)
