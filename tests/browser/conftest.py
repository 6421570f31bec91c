"""One Chromium and one installation for the tests of a module; each visit has a context of its own.

They end with their module: two playwrights in one thread clash, and so do a loop that runs and the database
layer of Django, which other tests of the same process use.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser import installation
from tools.chromium import find

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation that was started once, with its demonstration data, and stopped."""
    folder = tmp_path_factory.mktemp("first-start") / "data"
    assert installation.start(folder).stop() == 0
    return folder


@pytest.fixture(scope="module")
def data(first_start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the installation: a copy, since the demonstration takes longer to make than to copy."""
    folder = tmp_path_factory.mktemp("installation") / "data"
    shutil.copytree(first_start, folder)
    return folder


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, data: Path) -> Iterator[installation.Installation]:
    """A really started installation with its demonstration data, and with the ``SETTINGS`` of the module."""
    running = installation.start(data, **getattr(request.module, "SETTINGS", {}))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Browser]]:
    """Starts a Chromium with more arguments; all are closed at the end."""
    found = find()
    if found is None:
        pytest.skip("Chromium is not installed: the pages are not looked at")
    browsers: list[Browser] = []
    with sync_playwright() as playwright:

        def start(*arguments: str) -> Browser:
            options = ["--no-sandbox", *arguments]
            browsers.append(playwright.chromium.launch(executable_path=found, args=options))
            return browsers[-1]

        yield start
        for browser in browsers:
            browser.close()


@pytest.fixture(scope="module")
def chromium(launch: Callable[..., Browser]) -> Browser:
    return launch()


@pytest.fixture
def visit(chromium: Browser, site: installation.Installation) -> Iterator[Visit]:
    """Opens a path in a context of its own: ``width`` in CSS pixels, ``language``, options of the context."""
    contexts = []

    def open_(path: str = "/", *, width: int = 375, language: str = "ja", **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(site.address + path)
        return page

    yield open_
    for context in contexts:
        context.close()
