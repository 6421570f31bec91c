"""What is looked at on every page: nothing for axe to find, nothing beyond the edge of the window.

``HASHIRA_PICTURES`` names a folder for pictures, for people to look at.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

ALL = int(os.environ.get("HASHIRA_PROVE_COUNT", "0")) > 1
"""``./prove pages`` looks at everything in every size and language."""
_EITHER_WAY = [(375, "ja"), (1280, "en")]
SCREENS = [*_EITHER_WAY, (375, "en"), (1280, "ja")] if ALL else _EITHER_WAY
"""Width in CSS pixels and language: each of both once, and with ``ALL`` every pair."""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""By how many CSS pixels a page is wider than its window."""
_AXE: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""The size of targets (2.5.8) is off unless it is asked for."""


def violations(page: Page, **options: Any) -> list[tuple[str, list[Any]]]:
    """What axe finds: the rule, and where (the first three places)."""
    page.wait_for_load_state()
    found = Axe().run(page, options=_AXE | options).response["violations"]
    return [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found]


def look(page: Page, name: str, **options: Any) -> None:
    """A picture where a folder is named; then asserts that the page is in order."""
    if folder := os.environ.get("HASHIRA_PICTURES"):
        width = (page.viewport_size or {"width": 0})["width"]
        language = page.locator("html").get_attribute("lang")
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}-{width}-{language}.png", full_page=True)
    assert (name, violations(page, **options)) == (name, [])
    assert page.evaluate(SIDEWAYS) <= 0, name


def follow(page: Page, what: Locator) -> None:
    """Clicks what leads to another page, and waits until that page is there: a look would see either."""
    with page.expect_navigation():
        what.click()
