"""Somebody follows a job and cancels one, in a real Chromium, while a real worker works."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.browser.installation import free_port
from tests.browser.looking import SCREENS, look
from tests.crash.installation import Installation, installed, until

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A running installation, with a resident who has signed in."""
    with installed(tmp_path_factory.mktemp("jobs")) as running:
        port = free_port()
        main = running.start("run", "--port", str(port))
        until(lambda: running.rows("SELECT executor FROM jobs_worker"), "a worker")
        resident, session = running.client("resident").stdout.split()
        yield {
            "running": running,
            "address": f"http://localhost:{port}",
            "resident": resident,
            "session": session,
        }
        main.terminate()
        assert main.wait(timeout=20) == 0


@pytest.fixture
def open_page(site: dict[str, Any]) -> Iterator[Open]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed: the pages of the jobs are not looked at")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])

        def open_(path: str, *, width: int = 1280, **options: Any) -> Page:
            context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
            context.add_cookies(
                [{"name": "hashira-session", "value": site["session"], "url": site["address"]}]
            )
            page = context.new_page()
            page.set_default_timeout(20_000)
            answer = page.goto(site["address"] + path)
            assert answer is not None
            assert answer.status == 200
            return page

        yield open_
        chromium.close()


def a_job(site: dict[str, Any], count: int) -> str:
    running: Installation = site["running"]
    return str(running.request(count=count, milliseconds=20, resident=site["resident"]))


def done(page: Page) -> int:
    words = page.locator(".dads-progress__words").inner_text()
    found = re.search(r"件中([\d,]+)件", words)
    return int(found[1].replace(",", "")) if found else 0


def test_progress_moves_by_itself_and_the_end_is_seen(site: dict[str, Any], open_page: Open) -> None:
    page = open_page(f"/jobs/{a_job(site, 200)}", locale="ja")
    page.evaluate("window.notReloaded = true")
    until(lambda: done(page) > 0, "progress")
    seen = done(page)
    until(lambda: done(page) > seen, "more progress")
    expect(page.locator(".dads-progress__words")).to_contain_text("残り約")
    assert page.evaluate("window.notReloaded"), "only the part with the progress is renewed"
    expect(page.locator(".dads-status")).to_have_text("完了", timeout=30_000)
    assert done(page) == 200
    expect(page.get_by_role("link", name="ジョブを取り消す")).to_have_count(0)


def test_without_scripts_a_link_shows_the_latest(site: dict[str, Any], open_page: Open) -> None:
    page = open_page(f"/jobs/{a_job(site, 100)}", locale="ja", java_script_enabled=False)

    def finished() -> bool:
        link = page.get_by_role("link", name="最新の状態に更新する")
        if link.count():
            link.click()
        return page.locator(".dads-status").inner_text() == "完了"

    until(finished, "the end, by asking again")


def test_a_job_is_cancelled_by_keyboard_alone_after_a_question(site: dict[str, Any], open_page: Open) -> None:
    job = a_job(site, 3000)
    page = open_page(f"/jobs/{job}", locale="en")
    until(lambda: site["running"].job(uuid.UUID(job)).done > 3, "some steps")
    page.get_by_role("link", name="Cancel the job").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Do you want to cancel this job?")
    page.get_by_role("button", name="Cancel it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It will be cancelled")).to_be_visible()
    expect(page.locator(".dads-status")).to_have_text("Cancelled")
    assert site["running"].job(uuid.UUID(job)).done < 3000


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_axe_finds_nothing(site: dict[str, Any], open_page: Open, width: int, language: str) -> None:
    job = a_job(site, 2000)
    for path in ("/jobs/", f"/jobs/{job}", f"/jobs/{job}/cancel"):
        page = open_page(path, width=width, locale=language)
        look(page, "jobs" if path == "/jobs/" else path.replace(job, "job").strip("/").replace("/", "-"))
    # Whoever leaves a long job behind keeps one of the two places of the worker from the next test.
    cancelled = site["running"].client("cancel", job, site["resident"])
    assert cancelled.returncode == 0, cancelled.stderr
