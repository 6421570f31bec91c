"""A clerk brings a CSV file into the register: file, columns, preview, import; in a real Chromium."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.browser import installation
from tests.browser.walking import await_words, staff

pytestmark = pytest.mark.browser
ROWS = (
    "宛名番号,氏名,フリガナ,生年月日,性別,ワクチン名,回数,接種日,ロット番号",
    "90001,取込　一郎,トリコミ　イチロウ,昭和55年2月29日,男,ファイザー,1,R3.6.1,EY5422",
    "90001,取込　一郎,トリコミ　イチロウ,昭和55年2月29日,男,ファイザー,2,R3.6.22,FA1234",
    "90002,取込　二郎,ﾄﾘｺﾐ ｼﾞﾛｳ,1978/5/5,男,武田／モデルナ,1,2021/7/1,3005288",
)
WRONG = "90003,取込　三郎,トリコミ　サブロウ,1978/13/5,男,知らないワクチン,1,2021/7/1,3005288"


def look(page: Page, name: str, width: int) -> None:
    pictures = os.environ.get("HASHIRA_PICTURES")
    if pictures:
        page.screenshot(path=Path(pictures) / f"import-{name}-{width}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [(name, v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize(("width", "who"), [(375, "clerk@city.example"), (1280, "supervisor@city.example")])
def test_from_a_file_to_the_register(
    chromium: Browser, site: installation.Installation, data: Path, tmp_path: Path, width: int, who: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="ja")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{site.address}/sign-in/staff?next=/certificates/imports/")
    staff(page, data, who)
    look(page, "list", width)
    page.get_by_role("link", name="新しい取込み").first.click()
    look(page, "new", width)
    number = "8" if width == 375 else "9"
    file = tmp_path / "vrs.csv"
    file.write_bytes("\r\n".join((*ROWS, WRONG)).replace("9000", f"{number}000").encode("cp932"))
    page.get_by_label("取込元の名前").fill(f"VRS {width}")
    page.get_by_label("CSVファイル").set_input_files(file)
    page.get_by_role("button", name="列の対応づけへ進む").click()
    expect(page.get_by_text("トリコミ　イチロウ").first).to_be_visible()
    look(page, "columns", width)
    page.get_by_role("button", name="保存して内容を確認する").click()
    await_words(page, "エラーの行があります")
    look(page, "errors", width)
    expect(page.get_by_text("知らないワクチン").first).to_be_visible()
    page.get_by_label("正しい行だけを取り込む").check()
    page.get_by_role("button", name="台帳に取り込む").click()
    await_words(page, "取り込みました")
    look(page, "done", width)
    page.goto(f"{site.address}/certificates/register/?reference={number}0001")
    page.get_by_role("link", name="取込　一郎").click()
    expect(page.get_by_role("rowheader", name="2021年6月22日")).to_be_visible()
    context.close()
