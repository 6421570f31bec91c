"""A clerk brings a CSV file into the register: file, columns, preview, import; in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import installation
from tests.browser.looking import follow, look
from tests.browser.walking import await_words, staff

pytestmark = pytest.mark.browser
ROWS = (
    "宛名番号,氏名,フリガナ,生年月日,性別,ワクチン名,回数,接種日,ロット番号",
    "90001,取込　一郎,トリコミ　イチロウ,昭和55年2月29日,男,ファイザー,1,R3.6.1,EY5422",
    "90001,取込　一郎,トリコミ　イチロウ,昭和55年2月29日,男,ファイザー,2,R3.6.22,FA1234",
    "90002,取込　二郎,ﾄﾘｺﾐ ｼﾞﾛｳ,1978/5/5,男,武田／モデルナ,1,2021/7/1,3005288",
)
WRONG = "90003,取込　三郎,トリコミ　サブロウ,1978/13/5,男,知らないワクチン,1,2021/7/1,3005288"


@pytest.mark.parametrize(("width", "who"), [(375, "clerk@city.example"), (1280, "supervisor@city.example")])
def test_from_a_file_to_the_register(
    chromium: Browser, site: installation.Installation, data: Path, tmp_path: Path, width: int, who: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="ja")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{site.address}/sign-in/staff?next=/certificates/imports/")
    staff(page, data, who)
    look(page, "import-list")
    follow(page, page.get_by_role("link", name="新しい取込み").first)
    look(page, "import-new")
    number = "8" if width == 375 else "9"
    file = tmp_path / "vrs.csv"
    file.write_bytes("\r\n".join((*ROWS, WRONG)).replace("9000", f"{number}000").encode("cp932"))
    page.get_by_label("取込元の名前").fill(f"VRS {width}")
    page.get_by_label("CSVファイル").set_input_files(file)
    page.get_by_role("button", name="列の対応づけへ進む").click()
    expect(page.get_by_text("トリコミ　イチロウ").first).to_be_visible()
    look(page, "import-columns")
    page.get_by_role("button", name="保存して内容を確認する").click()
    await_words(page, "エラーの行があります")
    look(page, "import-errors")
    expect(page.get_by_text("知らないワクチン").first).to_be_visible()
    page.get_by_label("正しい行だけを取り込む").check()
    page.get_by_role("button", name="台帳に取り込む").click()
    await_words(page, "取り込みました")
    look(page, "import-done")
    page.goto(f"{site.address}/certificates/register/?reference={number}0001")
    page.get_by_role("link", name="取込　一郎").click()
    expect(page.get_by_role("rowheader", name="2021年6月22日")).to_be_visible()
    context.close()
