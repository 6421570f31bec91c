"""The gallery in a real Chromium: axe, keyboard, reflow, forced colours, paper, no scripts, a code."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.ui.conftest import ALONE
from tools.chromium import find

pytestmark = pytest.mark.browser


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the tests say what went wrong."""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with override_settings(**ALONE, STATIC_URL="/static/"):
        server = make_server(
            "127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), server_class=Server, handler_class=Quiet
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = find()
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Any]:
    contexts = []

    def open_(path: str = "/ui/", *, width: int = 1280, language: str = "ja", **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            extra_http_headers={"Accept-Language": language},
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(address + path)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_axe_finds_nothing(open_page: Any, width: int, language: str) -> None:
    page = open_page(width=width, language=language)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"], [n["target"] for n in v["nodes"]][:5]) for v in found] == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_breaks_the_policy_or_throws(browser: Browser, address: str, language: str) -> None:
    context = browser.new_context(extra_http_headers={"Accept-Language": language})
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda m: troubles.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("response", lambda r: troubles.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(address + "/ui/")
    assert page.evaluate("typeof window.htmx") == "object"
    assert page.evaluate("getComputedStyle(document.querySelector('.dads-button')).minHeight") == "56px"
    assert troubles == []
    context.close()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [320, 375, 768, 1280, 2560])
def test_no_page_scrolls_sideways(open_page: Any, width: int, language: str) -> None:
    """320 px is also 1280 px at 400 %: WCAG 2.2, 1.4.10."""
    page = open_page(width=width, language=language)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    outside = page.evaluate(
        """width => [...document.querySelectorAll('main *')].filter(e => {
            const box = e.getBoundingClientRect();
            return box.width > 1 && box.right > width + 1 && !e.closest('.dads-table-region');
        }).map(e => e.outerHTML.slice(0, 100))""",
        width,
    )
    assert outside == []


def test_text_at_twice_its_size_loses_nothing(open_page: Any) -> None:
    """WCAG 2.2, 1.4.4: the reader's own font size, not zoom."""
    page = open_page(width=640)
    client = page.context.new_cdp_session(page)
    client.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "32px"
    assert page.evaluate("document.documentElement.scrollWidth") == 640


def test_the_keyboard_reaches_everything_and_shows_where_it_is(open_page: Any) -> None:
    page = open_page()
    expect(page.locator("#error-summary")).to_be_focused()
    page.evaluate("document.querySelector('.dads-skip-link').focus()")
    page.keyboard.press("Tab")
    seen: set[str] = set()
    for _step in range(200):
        state = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            const b = e.getBoundingClientRect();
            return {tag: e.tagName, cls: e.className, outline: s.outlineStyle, width: s.outlineWidth,
                    size: b.width * b.height} }"""
        )
        if state["tag"] == "BODY":
            break
        seen.add(f"{state['tag']} {state['cls']}")
        assert state["outline"] == "solid", state
        assert state["width"] == "4px", state
        assert state["size"] > 0, state
        page.keyboard.press("Tab")
    for wanted in (
        "dads-button",
        "dads-input-text",
        "dads-select__select",
        "dads-table-region",
        "dads-table__sort",
    ):
        assert any(wanted in one for one in seen), wanted


def test_the_first_tab_skips_to_the_content(open_page: Any) -> None:
    page = open_page("/nowhere")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "dads-skip-link"
    assert page.locator(".dads-skip-link").bounding_box()["width"] > 40
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_summary_of_errors_gets_the_focus_and_leads_to_the_field(open_page: Any) -> None:
    page = open_page()
    expect(page.locator("#error-summary")).to_be_focused()
    page.locator('#error-summary a[href="#faulty_birth_date_month"]').click()
    assert page.evaluate("document.activeElement.id") == "faulty_birth_date_month"


def test_fields_are_announced_with_name_hint_and_error(open_page: Any) -> None:
    page = open_page()
    client = page.context.new_cdp_session(page)
    client.send("Accessibility.enable")
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]

    def said(node: dict[str, Any]) -> dict[str, Any]:
        properties = {p["name"]: p["value"].get("value") for p in node.get("properties", ())}
        return {
            "role": node.get("role", {}).get("value"),
            "name": node.get("name", {}).get("value", ""),
            "description": node.get("description", {}).get("value", ""),
            **properties,
        }

    spoken = [said(node) for node in nodes if not node.get("ignored")]
    names = [n for n in spoken if n["role"] == "textbox" and n["name"].startswith("氏名 ※必須")]
    assert [n["invalid"] for n in names] == ["false", "true"]
    assert all(n["required"] for n in names)
    assert "戸籍や在留カードのとおりに" in names[1]["description"]
    assert "「氏名」を入力してください" in names[1]["description"]
    months = [n for n in spoken if n["role"] == "textbox" and n["name"] == "月"]
    assert [n["invalid"] for n in months] == ["false", "true"]
    assert "月は1から12まで" in months[1]["description"]
    groups = [n for n in spoken if n["role"] == "radiogroup" and n["name"] == "証明書の用途 ※必須"]
    assert len(groups) == 2
    assert "「証明書の用途」を選んでください" in groups[1]["description"]
    assert any(n["role"] == "alert" and "10件の問題" in n["name"] for n in spoken)
    assert any(n["role"] == "progressbar" and n["name"] == "接種記録の取り込み" for n in spoken)


def test_the_counter_counts_as_the_server_does(open_page: Any) -> None:
    page = open_page()
    field, counter = page.locator("#id_reason"), page.locator('[data-count-of="id_reason"]')
    field.fill("葛󠄂😀\n")
    assert counter.inner_text() == f"あと{200 - len('葛󠄂😀' + chr(13) + chr(10))}文字入力できます"
    field.fill("あ" * 203)
    assert counter.inner_text() == "3文字多すぎます"


def test_without_scripts_everything_is_there_but_printing(open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    assert page.locator("[data-print]").is_hidden()
    page.locator('a[href="/ui/?sort=-number"], a[href="?sort=number"]').first.click()
    assert page.locator('[aria-sort="ascending"]').count() == 1
    page.locator('select[name="filter_vaccine"]').select_option("moderna")
    page.locator(".dads-table-filters button").click()
    assert "filter_vaccine=moderna" in page.url
    assert "sort=number" in page.url
    assert "全32件中" in page.locator(".dads-table-block__count").first.inner_text()
    page.locator(".dads-language__choice[value=en]").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "filter_vaccine=moderna" in page.url


def test_the_file_of_the_table_is_downloaded(open_page: Any) -> None:
    page = open_page("/ui/?filter_name=佐藤")
    with page.expect_download() as download:
        page.locator('a[href*="format=csv"]').first.click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.count("佐藤 花子") == 21
    assert "山田" not in text


def test_a_camera_reads_the_code_on_light_and_forced_colours(open_page: Any) -> None:
    for options in ({}, {"forced_colors": "active", "color_scheme": "dark"}):
        page = open_page(width=375, **options)
        picture = page.locator(".dads-figure__code").screenshot()
        (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        assert read.text == "HASHIRA"


def test_forced_colours_keep_edges(open_page: Any) -> None:
    page = open_page(forced_colors="active")
    for part in (
        ".dads-button",
        ".dads-input-text",
        ".dads-notification-banner",
        ".dads-verdict",
        ".dads-status",
    ):
        width = page.evaluate("part => getComputedStyle(document.querySelector(part)).borderTopWidth", part)
        assert width != "0px", part


def test_paper_has_no_controls_and_keeps_the_notice(open_page: Any) -> None:
    page = open_page()
    page.emulate_media(media="print")
    for part in (
        ".dads-language",
        ".dads-table-filters",
        ".dads-pagination",
        ".dads-button",
        ".dads-breadcrumb",
    ):
        assert page.locator(part).first.is_hidden(), part
    assert page.locator(".dads-site-notice").is_visible()
    assert page.locator(".dads-table").first.is_visible()


def test_motion_is_reduced_on_demand(open_page: Any) -> None:
    page = open_page(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('.dads-button')).transitionDuration") in {
        "0s", "0.00001s", "1e-05s",
    }  # fmt: skip


def test_progress_renews_itself_by_htmx_and_keeps_its_link(open_page: Any, address: str) -> None:
    page = open_page()
    assert page.evaluate("typeof window.htmx") == "object"
    part = page.locator("#progress-1")
    assert part.get_attribute("hx-get") == "/ui/"
    page.evaluate("document.querySelector('#progress-1 .dads-progress__words').textContent = 'old'")
    page.evaluate(
        """() => { const part = '#progress-1';
        htmx.ajax('GET', '/ui/', {source: part, target: part, select: part, swap: 'outerHTML'}) }"""
    )
    expect(page.locator("#progress-1 .dads-progress__words")).to_contain_text("30%")
    assert page.locator("#progress-1-reload").get_attribute("href") == "/ui/"
    assert page.locator("#progress-2 a").count() == 0
