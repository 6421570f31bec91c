"""A family, a protected person and a code from the counter: by keyboard, without scripts, without network.

The journeys of parents and of those who hold a code are made with scripts off, at 320 px where a small and
old telephone would be used; what is kept on a telephone is shown with the network cut.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.installation import Installation
from tests.browser.walking import code_on, enter, focus, press, reach, resident, staff

from hashira.certificates.domain import shc, shc_qr

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def date(page: Page, name: str, year: str, month: str, day: str) -> None:
    """Types a date into its three fields."""
    for part, text in (("year", year), ("month", month), ("day", day)):
        focus(page, page.locator(f"#id_{name}_{part}"), f"{name}: {part}")
        page.keyboard.insert_text(text)


def holder(text: str) -> str:
    """Whose card the code holds."""
    return shc.decode(shc_qr.read(text)).content.holder.name or ""


def test_a_parent_links_a_child_with_the_childs_card(visit: Visit, site: Installation) -> None:
    page = visit(java_script_enabled=False)
    resident(page, "見本 花子")
    press(page, "link", "わたしの接種記録")
    press(page, "link", "お子さまの記録とつなげる")
    press(page, "link", "千代田区（架空のデータ）")
    enter(page, "お子さまの接種券番号、または受け取った番号", "0000000014")
    press(page, "button", "お子さまのカードで確かめる")
    expect(page.get_by_role("heading", name="お子さまのカードで確かめる")).to_be_visible()
    press(page, "button", "お子さまのカードを読み取る")
    press(page, "button", "見本 小花としてサインイン")
    expect(page.get_by_role("heading", name="読み取ったカードの確認")).to_be_visible()
    press(page, "button", "記録とつなげる")
    # The parent is still the one who is signed in, and sees neither municipality nor places.
    expect(page.get_by_text("見本 花子").first).to_be_visible()
    expect(page.get_by_text("法定代理人として見ています")).to_be_visible()
    words = page.locator("main").inner_text()
    assert "ミホン" not in words
    assert "千代田" not in words
    assert "見本小児科" not in words
    press(page, "link", "国内用の証明書を作る")
    boxes = page.locator("input[name=doses]")
    expect(boxes.first).to_be_visible()
    for number in range(4, boxes.count()):  # more than one code holds
        focus(page, boxes.nth(number), "a dose")
        page.keyboard.press("Space")
    press(page, "button", "内容を確かめる")
    press(page, "button", "証明書を作る")
    expect(page.locator("time[data-clock]")).to_contain_text("年")  # the time of loading
    assert holder(code_on(page)) == "見本 小花"
    page.goto(site.address + "/certificates/my/link")
    press(page, "link", "千代田区（架空のデータ）")
    enter(page, "接種券番号、または受け取った番号", "0000000001")
    page.keyboard.press("Enter")
    tabs = page.get_by_role("navigation", name="だれの記録を見るか")
    expect(tabs.get_by_role("link", name="見本　花子（わたし）")).to_have_attribute("aria-current", "page")
    focus(page, tabs.get_by_role("link", name="見本　小花（お子さま）"), "the child")
    page.keyboard.press("Enter")
    expect(tabs.get_by_role("link", name="見本　小花（お子さま）")).to_have_attribute("aria-current", "page")
    press(page, "link", "証明書の一覧")
    expect(page.get_by_role("cell", name="見本　小花（お子さま）")).to_be_visible()


def test_a_code_from_the_counter_on_a_small_telephone_without_scripts(
    visit: Visit, site: Installation, data: Path
) -> None:
    desk = visit("/sign-in/staff?next=/certificates/register/", width=1280)
    staff(desk, data, "clerk@city.example")
    enter(desk, "宛名番号", "00000008")
    desk.keyboard.press("Enter")
    press(desk, "link", "同名　見本")
    press(desk, "link", "受取コード")
    press(desk, "button", "受取コードを出す")
    code = desk.locator(".certificates-letter__code").inner_text()
    phone = visit("/certificates/receive/", width=320, java_script_enabled=False)
    enter(phone, "受取コード", code.lower().replace("-", " "))
    date(phone, "birth_date", "1985", "3", "4")
    phone.keyboard.press("Enter")
    expect(phone.locator(".dads-error-summary")).to_contain_text("受取コードか生年月日が違います")
    focus(phone, phone.locator("#id_birth_date_day"), "the day")
    phone.keyboard.press("Control+a")
    phone.keyboard.insert_text("3")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="接種証明書")).to_be_visible()
    assert phone.evaluate(SIDEWAYS) <= 0
    assert holder(code_on(phone)) == "同名 見本"
    with phone.expect_download() as saved:
        press(phone, "link", "画像で保存する")
    assert saved.value.suggested_filename.endswith(".png")
    with phone.expect_download() as saved:
        press(phone, "link", "ファイルで保存する")
    assert saved.value.suggested_filename.endswith(".smart-health-card")
    press(phone, "button", "終わる（この端末に残さない）")
    enter(phone, "受取コード", code)
    date(phone, "birth_date", "1985", "3", "3")
    phone.keyboard.press("Enter")
    expect(phone.locator(".dads-error-summary")).to_contain_text("一度使われています")


def test_a_kept_certificate_is_shown_without_network_and_deleted(visit: Visit, site: Installation) -> None:
    page = visit()
    resident(page, "𠮷野 架空")
    press(page, "link", "わたしの接種記録")
    press(page, "link", "市区町村の記録とつなげる")
    press(page, "link", "千代田区（架空のデータ）")
    enter(page, "接種券番号、または受け取った番号", "0000000005")
    page.keyboard.press("Enter")
    press(page, "link", "国内用の証明書を作る")
    press(page, "button", "内容を確かめる")
    press(page, "button", "証明書を作る")
    ticking = page.locator("[data-clock]")
    first = ticking.inner_text()
    expect(ticking).not_to_have_text(first)  # it runs
    press(page, "button", "この端末に保存する")
    expect(page.get_by_text("この端末に保存しました")).to_be_visible()
    expect(page.get_by_role("button", name="この端末から消す")).to_be_visible()
    press(page, "link", "保存した証明書を開く")
    expect(page.get_by_role("heading", name="保存した証明書")).to_be_visible()
    page.context.clear_cookies()
    page.context.set_offline(True)
    page.reload()
    link = page.locator("[data-kept-items] a")
    focus(page, link, "the kept certificate")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="接種証明書")).to_be_visible()
    assert holder(code_on(page)) == "𠮷野 架空"
    press(page, "link", "保存した証明書の一覧")
    press(page, "button", "すべて消す")
    expect(page.get_by_text("消しました")).to_be_visible()
    page.reload()
    expect(page.get_by_text("この端末に保存した証明書はありません。")).to_be_visible()
    page.context.set_offline(False)


def test_a_supervisor_opens_a_protected_person_with_a_reason(visit: Visit, data: Path) -> None:
    page = visit("/sign-in/staff?next=/certificates/register/", width=1280)
    staff(page, data, "supervisor@city.example")
    enter(page, "氏名（カナ）", "ホゴ")
    page.keyboard.press("Enter")
    words = page.locator("main table").inner_text()
    assert "（支援措置の対象者）" in words
    assert "保護" not in words
    press(page, "link", "（支援措置の対象者）")
    expect(page.get_by_text("この人の記録は表示していません")).to_be_visible()
    assert "保護" not in page.locator("main").inner_text()
    press(page, "button", "記録を開く")
    expect(page.locator(".dads-error-summary")).to_be_focused()
    reach(page, "理由")
    page.keyboard.insert_text("本人が窓口に来た")
    press(page, "button", "記録を開く")
    expect(page.get_by_role("heading", name="保護　見本")).to_be_visible()
    focus(page, page.locator("header a, nav a", has_text="支援措置の通知").first, "the alerts")
    page.keyboard.press("Enter")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(3)  # found, refused, opened
    for number in range(3):
        focus(page, boxes.nth(number), "an alert")
        page.keyboard.press("Space")
    press(page, "button", "選んだ通知を確認済みにする")
    expect(page.get_by_text("まだ確認していない通知はありません")).to_be_visible()
