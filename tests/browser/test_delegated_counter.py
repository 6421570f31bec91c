"""Issuing for another municipality, the menu of the desk, a programme without a file: in Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from tests.browser import walking, world
from tests.browser.installation import Installation
from tests.browser.looking import SCREENS, look
from tests.browser.test_clicks import Counted

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def signed_in(chromium: Browser, site: Installation, data: Path, email: str) -> Page:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ja")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{site.address}/sign-in/staff?next=/")
    walking.staff(page, data, email)
    return page


def test_a_person_who_moved_is_served_at_the_new_counter_and_the_old_one_sees_it(
    chromium: Browser, site: Installation, data: Path
) -> None:
    desk = signed_in(chromium, site, data, "supervisor@city.example")
    agreed = world.agreement(desk, site)
    town = world.grant(chromium, site, data, agreed)
    hand = Counted(desk)
    desk.goto(f"{site.address}/certificates/counter/")
    began = time.monotonic()
    hand.link("那覇市（架空のデータ）に代わって窓口で発行する")
    desk.get_by_label("氏名（漢字またはカナ）").fill("転居　見本")
    for part, value in (("year", "1972"), ("month", "8"), ("day", "15")):
        desk.locator(f"[name=birth_date_{part}]").fill(value)
    hand.button("探す")
    look(desk, "delegated-found")
    hand.button("この方")
    expect(desk.get_by_role("heading", name="転居　見本")).to_be_visible()
    look(desk, "delegated-visit", iframes=False)
    hand.button("運転免許証")
    expect(desk.get_by_role("heading", name="発行しました")).to_be_visible()
    print(f"for another body: {hand.clicks} clicks, {time.monotonic() - began:.1f} s with two looks of axe")
    assert hand.clicks == 4
    paper = desk.locator("iframe").get_attribute("src") or ""
    assert desk.context.request.get(site.address + paper).status == 200
    town.goto(f"{site.address}/certificates/delegations/{agreed}/acts")
    expect(town.locator("main table").get_by_text("証明書を発行した").first).to_be_visible()
    look(town, "delegated-acts")
    town.goto(f"{site.address}/certificates/delegations/{agreed}")
    town.get_by_role("button", name="終わりにする").click()
    desk.goto(f"{site.address}/certificates/delegations/{agreed}")
    expect(desk.get_by_role("link", name="窓口で代わって発行する")).to_have_count(0)


@pytest.fixture(scope="module")
def supervisor(chromium: Browser, site: Installation, data: Path) -> StorageState:
    page = signed_in(chromium, site, data, "clerk@city.example")
    return page.context.storage_state()


@pytest.mark.parametrize(("width", "language"), [*SCREENS, (320, "ja")])
def test_the_menu_of_the_desk_stands_in_groups_marks_the_page_and_is_gone_through_by_keyboard(
    chromium: Browser, site: Installation, supervisor: StorageState, width: int, language: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, locale=language, storage_state=supervisor
    )
    page = context.new_page()
    page.goto(f"{site.address}/certificates/register/new")
    menu = page.locator(".dads-group-menu")
    if width < 768:
        expect(menu.get_by_role("link").first).to_be_hidden()
        walking.focus(page, menu.locator("summary"), "the menu")
        page.keyboard.press("Enter")
    groups = menu.get_by_role("list")
    expect(groups).to_have_count(4)
    names = [group.get_attribute("aria-labelledby") or "" for group in groups.all()]
    assert all(page.locator(f"#{name}").inner_text().strip() for name in names)
    marked = menu.locator("[aria-current]")
    expect(marked).to_have_count(1)
    expect(marked).to_have_attribute("aria-current", "true")  # a page of the register, not its first one
    order = [link.get_attribute("href") or "" for link in menu.get_by_role("link").all()]
    walking.focus(page, menu.get_by_role("link").first, "the first page of the menu")
    gone = []
    for _ in order:
        gone.append(page.evaluate("document.activeElement.getAttribute('href')"))
        page.keyboard.press("Tab")
    assert gone == order
    look(page, "menu")
    context.close()


def test_the_menu_is_there_without_scripts(
    chromium: Browser, site: Installation, supervisor: StorageState
) -> None:
    context = chromium.new_context(
        viewport={"width": 320, "height": 900}, java_script_enabled=False, storage_state=supervisor
    )
    page = context.new_page()
    page.goto(f"{site.address}/certificates/work/")
    expect(page.locator(".dads-group-menu").get_by_role("link")).to_have_count(13)
    expect(page.locator(".dads-group-menu [aria-current=page]")).to_have_count(1)
    context.close()


def test_a_programme_is_launched_without_a_file_and_counted(
    chromium: Browser, site: Installation, data: Path
) -> None:
    office = Counted(signed_in(chromium, site, data, "administrator@city.example"))
    office.link("予防接種プログラム")
    office.link("新しいプログラムを書く")
    page = office.page
    day = date.today() + timedelta(days=30)
    for field, value in (
        ("programme", "river-fever"), ("title_ja", "川熱ワクチン"), ("title_en", "River fever vaccines"),
        ("disease_ja", "川熱"), ("disease_en", "River fever"), ("valid_from_year", day.year),
        ("valid_from_month", day.month), ("valid_from_day", day.day),
    ):  # fmt: skip
        page.locator(f"[name={field}]").fill(str(value))
    look(page, "programme-edit")
    office.button("製品を足す")
    for field, value in (
        ("code", "rivafex"), ("name_ja", "リバフェックス"), ("name_en", "RIVAFEX"), ("maker_ja", "見本製薬"),
        ("maker_en", "Sample Pharma"), ("cvx", "999"), ("most_doses", 2), ("intervals", "2 soon"),
    ):  # fmt: skip
        page.locator(f"[name={field}]").fill(str(value))
    office.button("この製品を版に入れる")
    expect(page.locator(".dads-error-summary")).to_contain_text("1行目")
    look(page, "programme-product")
    page.locator("[name=intervals]").fill("2 21")
    office.button("この製品を版に入れる")
    office.button("変わるところを見る")
    look(page, "programme-preview")
    office.button("承認を申請する")
    expect(page.get_by_text("別の管理者の承認を待っています")).to_be_visible()
    print(f"a programme on pages: {office.clicks} clicks, {time.monotonic() - office.began:.1f} s")
    assert office.clicks == 7  # one of them is the mistake that is mended
    page.get_by_role("button", name="取り下げる").click()
    expect(page.get_by_text("取下げ", exact=True)).to_be_visible()
