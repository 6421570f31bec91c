"""A clerk serves people at the counter: clicks and seconds are counted, by mouse and by keyboard alone."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from tests.browser import installation
from tests.browser.looking import follow, look
from tests.browser.walking import enter, press, staff

from hashira.certificates.domain.mrz import Size, Zone, ZoneDate, write_zone
from hashira.kernel.person_name import RomanName

pytestmark = pytest.mark.browser
MOST_CLICKS = 3


class Hand:
    """Counts what is pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def press(self, name: str) -> None:
        follow(self.page, self.page.get_by_role("button", name=name).first)
        self.clicks += 1


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: installation.Installation, data: Path) -> StorageState:
    """The session of a clerk: signed in once, since six digits open only once."""
    context = chromium.new_context(locale="ja")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{site.address}/sign-in/staff?next=/certificates/counter/")
    staff(page, data, "clerk@city.example")
    expect(page.get_by_label("氏名、フリガナ、生年月日、番号")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.parametrize("width", [375, 1280])
def test_from_the_name_to_the_sheet_in_three_clicks(
    chromium: Browser, site: installation.Installation, signed_in: StorageState, width: int
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="ja", storage_state=signed_in
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{site.address}/certificates/counter/")
    look(page, "counter-start", iframes=False)

    page.get_by_label("氏名、フリガナ、生年月日、番号").fill("ミホン")
    started, hand = time.monotonic(), Hand(page)
    hand.press("探す")
    look(page, "counter-found", iframes=False)
    hand.press("この方")
    look(page, "counter-visit", iframes=False)
    hand.press("マイナンバーカード")
    expect(page.get_by_role("heading", name="発行しました")).to_be_visible(timeout=20_000)
    paper = page.locator("iframe").get_attribute("src") or ""
    sheet = context.request.get(site.address + paper)
    assert (sheet.status, sheet.headers["content-type"]) == (200, "application/pdf")
    print(f"domestic: {hand.clicks} clicks, {time.monotonic() - started:.1f} s with two looks of axe between")
    assert hand.clicks <= MOST_CLICKS
    look(page, "counter-served", iframes=False)

    served = page.url
    page.get_by_role("button", name="次の方").click()
    assert page.get_by_label("氏名、フリガナ、生年月日、番号").input_value() == ""
    page.go_back()
    expect(page.get_by_text("ミホン")).to_have_count(0)
    page.goto(served)
    expect(page.get_by_role("heading", name="受付は終わりました")).to_be_visible()
    look(page, "counter-over", iframes=False)
    context.close()


def test_by_keyboard_alone_for_travel_and_undone(
    chromium: Browser, site: installation.Installation, signed_in: StorageState
) -> None:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, locale="ja", storage_state=signed_in
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{site.address}/certificates/counter/")
    expect(page.get_by_label("氏名、フリガナ、生年月日、番号")).to_be_focused()  # by itself, once it is drawn
    page.keyboard.insert_text("0000000001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="見本 花子")).to_be_visible()
    born = re.search(r"(\d{4})年(\d+)月(\d+)日", page.locator("dl").inner_text())
    assert born is not None
    year, month, day = (int(part) for part in born.groups())
    zone = Zone(
        Size.TD3, "P", "JPN", RomanName("MIHON", "HANAKO"), "TR1234567", "JPN",
        ZoneDate(year % 100, month, day), "F", ZoneDate(35, 1, 31),
    )  # fmt: skip
    started = time.monotonic()
    enter(page, "旅券の機械読取領域", "\n".join(write_zone(zone)))
    press(page, "button", "旅券を確かめて海外用を発行する")
    expect(page.get_by_role("heading", name="発行しました")).to_be_visible(timeout=20_000)
    print(f"travel: {time.monotonic() - started:.1f} s from the passport to both sheets, by keyboard")
    press(page, "button", "人を間違えた：発行を取り消す")
    expect(page.get_by_role("heading", name="発行を取り消しました")).to_be_visible(timeout=20_000)
    press(page, "button", "次の方")
    expect(page.get_by_label("氏名、フリガナ、生年月日、番号")).to_be_focused()
    context.close()
