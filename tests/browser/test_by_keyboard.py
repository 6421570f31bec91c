"""The journeys of staff and of a verifier by keyboard alone, and what Chromium tells a screen reader of them.

``walking.focus`` goes with Tab and nothing else. The accessibility tree is read as playwright's snapshot of
it: roles, names and values in reading order. (Residents' journeys: ``test_first_certificate.py``.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.installation import Installation
from tests.browser.walking import await_words, enter, focus, press, reach, resident, staff

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SUPERVISOR = "supervisor@city.example"
CLERK = "clerk@city.example"
ROWS = (
    "宛名番号,氏名,フリガナ,生年月日,性別,ワクチン名,回数,接種日,ロット番号",
    "97001,鍵盤　一郎,ケンバン　イチロウ,昭和55年2月29日,男,ファイザー,1,R3.6.1,EY5422",
)


def order_of(snapshot: str, *words: str) -> list[int]:
    """Where each of the words stands in the reading order; -1 where it is not."""
    return [snapshot.find(word) for word in words]


def tick(page: Page, box: Locator, what: str) -> None:
    focus(page, box, what)
    page.keyboard.press("Space")


def test_a_dose_is_found_corrected_and_seen_in_the_history(visit: Visit, data: Path) -> None:
    page = visit("/sign-in/staff?next=/certificates/register/", width=1280)
    staff(page, data, SUPERVISOR)
    enter(page, "氏名（カナ）", "ミホン　タロウ")
    page.keyboard.press("Enter")
    press(page, "link", "見本　太郎")
    press(page, "link", "訂正する")
    reach(page, "ロット番号")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("KEY0001")
    press(page, "button", "保存する")
    # Without a reason nothing is changed, and that is announced: the summary has the focus.
    summary = page.locator(".dads-error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_have_attribute("role", "alert")
    field = page.get_by_label("訂正の理由")
    expect(field).to_have_attribute("aria-invalid", "true")
    told = field.get_attribute("aria-describedby")
    assert told is not None
    assert any(page.locator(f"#{one}").inner_text().strip() for one in told.split())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the summary leads to the field
    expect(field).to_be_focused()
    page.keyboard.insert_text("接種済証のとおり")
    press(page, "button", "保存する")
    again = page.get_by_role("button", name="確認したので保存する")
    if again.count():
        press(page, "button", "確認したので保存する")
    expect(page.get_by_text("KEY0001").first).to_be_visible()
    snapshot = page.locator("main").aria_snapshot()
    places = order_of(
        snapshot, 'heading "見本', 'heading "接種記録"', 'heading "記録の履歴"', "接種済証のとおり"
    )
    assert -1 not in places
    assert places == sorted(places)
    assert "rowheader" in snapshot
    assert 'columnheader "ロット番号"' in snapshot


def test_a_file_is_imported_and_taken_back(
    visit: Visit, site: Installation, data: Path, tmp_path: Path
) -> None:
    page = visit("/sign-in/staff?next=/certificates/imports/", width=1280)
    staff(page, data, "supervisor@town.example")
    press(page, "link", "新しい取込み")
    enter(page, "取込元の名前", "鍵盤")
    reach(page, "CSVファイル")
    file = tmp_path / "keyboard.csv"
    file.write_bytes("\r\n".join(ROWS).encode("cp932"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(file)
    press(page, "button", "列の対応づけへ進む")
    press(page, "button", "保存して内容を確認する")
    await_words(page, "取り込めます")
    press(page, "button", "台帳に取り込む")
    await_words(page, "取り込みました")
    press(page, "link", "取消しへ進む")
    enter(page, "取り消す理由", "試しの取込み")
    tick(page, page.get_by_role("checkbox"), "the confirmation")
    press(page, "button", "取り消す")
    await_words(page, "この取込みは取り消されました")


def test_a_request_to_link_is_decided(visit: Visit, site: Installation, data: Path) -> None:
    asking = visit("/")
    resident(asking, "新姓 見本")
    asking.goto(site.address + "/certificates/my/link")
    press(asking, "link", "千代田区（架空のデータ）")
    enter(asking, "接種券番号、または受け取った番号", "9999999999")
    asking.keyboard.press("Enter")
    press(asking, "button", "市区町村に確認を申し出る")
    page = visit("/sign-in/staff?next=/certificates/links/", width=1280)
    staff(page, data, CLERK)
    focus(page, page.locator("main table tbody a").first, "the request")
    page.keyboard.press("Enter")
    enter(page, "本人への説明", "窓口で戸籍を確かめてください")
    press(page, "button", "つなげられない")
    expect(page.get_by_role("heading", name="連携の申出", exact=True)).to_be_visible()
    asking.goto(site.address + "/certificates/my/link")
    expect(asking.get_by_text("窓口で戸籍を確かめてください")).to_be_visible()


def test_somebody_is_invited_and_begins(visit: Visit, site: Installation, data: Path) -> None:
    page = visit("/sign-in/staff?next=/staff/", width=1280)
    staff(page, data, "administrator@city.example")
    press(page, "link", "職員を招待する")
    enter(page, "メールアドレス", "keyboard@city.example")
    enter(page, "氏名", "鍵盤 花子")
    press(page, "button", "招待を作る")
    link = page.locator("#invitation-link").inner_text()

    beginner = visit(link.removeprefix(site.address))
    for name in ("password", "again"):
        focus(beginner, beginner.locator(f"#id_{name}"), name)
        beginner.keyboard.insert_text("tsukuba-shihyo-7719")
    press(beginner, "button", "アカウントを作る")
    expect(beginner.get_by_text("アカウントができました")).to_be_visible()
    enter(beginner, "メールアドレス", "keyboard@city.example")
    focus(beginner, beginner.locator("input[type=password]"), "the password")
    beginner.keyboard.insert_text("tsukuba-shihyo-7719")
    beginner.keyboard.press("Enter")
    expect(beginner.get_by_role("button", name="サインアウト")).to_be_visible()
    beginner.goto(site.address + "/certificates/register/")
    expect(beginner.get_by_role("heading", level=1)).to_contain_text("二つ目の確認")


def test_the_verdict_at_the_door_is_announced(visit: Visit, tmp_path: Path) -> None:
    page = visit("/certificates/verify")
    enter(page, "二次元コードの内容", "shc:/5676")
    press(page, "button", "確かめる")
    verdict = page.locator(".dads-verdict")
    expect(verdict).to_be_focused()  # a screen reader begins to read there
    expect(verdict).to_have_accessible_name(verdict.locator(".dads-verdict__words").inner_text())
    file = tmp_path / "card.txt"
    file.write_text("shc:/5676")
    # Listening long before the key is pressed: a busy browser may otherwise open a chooser that nobody hears.
    page.on("filechooser", lambda chooser: chooser.set_files(file))
    reach(page, "画像またはファイル")
    page.keyboard.press("Space")
    expect(page.get_by_label("画像またはファイル")).to_have_value(re.compile(r"card\.txt$"))
    press(page, "button", "確かめる")
    expect(page.locator("main h1")).to_be_visible()
    snapshot = page.locator("main").aria_snapshot()
    places = order_of(snapshot, 'heading "証明書を確かめる"', 'textbox "二次元コードの内容')
    assert -1 not in places
    assert places == sorted(places)
