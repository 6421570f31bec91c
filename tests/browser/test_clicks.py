"""The clicks and pages of a clerk's usual work: counted, and held (docs/reference/registry.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import installation
from tests.browser.walking import await_words, staff

pytestmark = pytest.mark.browser
HEADER = "宛名番号,氏名,フリガナ,生年月日,性別,ワクチン名,回数,接種日,ロット番号"
ROW = "99001,数取　一郎,カズトリ　イチロウ,昭和55年2月29日,男,ファイザー,1,R3.6.1,EY5422"


@dataclass
class Counted:
    """A page with the clicks that were made on it and the pages that came; waiting for a job is no click."""

    page: Page
    clicks: int = 0
    pages: int = 0
    began: float = field(default_factory=time.monotonic)

    def link(self, name: str) -> None:
        self._click(self.page.get_by_role("link", name=name).first.click)

    def button(self, name: str) -> None:
        self._click(self.page.get_by_role("button", name=name).first.click)

    def first_row(self) -> None:
        self._click(self.page.locator("main table tbody a").first.click)

    def _click(self, click: Callable[[], None]) -> None:
        before = self.page.url
        click()
        self.page.wait_for_load_state()
        self.clicks += 1
        self.pages += before != self.page.url


@pytest.fixture
def desk(chromium: Browser, site: installation.Installation, data: Path) -> Iterator[Counted]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ja")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{site.address}/sign-in/staff?next=/")
    staff(page, data, "supervisor@city.example")
    yield Counted(page)
    context.close()


def test_a_correction_an_import_and_a_bulk_correction(desk: Counted, tmp_path: Path) -> None:
    desk.began = time.monotonic()
    counts = {
        "import": _import(desk, tmp_path),
        "correction": _correction(desk),
        "bulk": _bulk_correction(desk, tmp_path),
    }
    assert counts == {"import": (5, 4), "correction": (5, 5), "bulk": (8, 8)}


def _spent(desk: Counted) -> tuple[int, int]:
    spent = (desk.clicks, desk.pages)
    print(f"{spent[0]} clicks, {spent[1]} pages, {time.monotonic() - desk.began:.1f} s of a scripted browser")
    desk.clicks = desk.pages = 0
    desk.began = time.monotonic()
    return spent


def _file(folder: Path, name: str, row: str) -> Path:
    file = folder / name
    file.write_bytes(f"{HEADER}\r\n{row}\r\n".encode("cp932"))
    return file


def _import(desk: Counted, folder: Path) -> tuple[int, int]:
    desk.link("接種記録の取込み")
    desk.link("新しい取込み")
    desk.page.get_by_label("取込元の名前").fill("回数")
    desk.page.get_by_label("CSVファイル").set_input_files(_file(folder, "clicks.csv", ROW))
    desk.button("列の対応づけへ進む")
    desk.button("保存して内容を確認する")
    await_words(desk.page, "取り込めます")
    desk.button("台帳に取り込む")
    await_words(desk.page, "取り込みました")
    return _spent(desk)


def _correction(desk: Counted) -> tuple[int, int]:
    desk.link("接種記録台帳")
    desk.page.get_by_label("宛名番号").fill("99001")
    desk.button("検索する")
    desk.first_row()
    desk.link("訂正する")
    desk.page.get_by_label("ロット番号").fill("EY5423")
    desk.page.get_by_label("訂正の理由").fill("読み違い")
    desk.button("保存する")
    assert desk.page.get_by_text("保存しました").count()
    return _spent(desk)


def _bulk_correction(desk: Counted, folder: Path) -> tuple[int, int]:
    desk.link("接種記録の取込み")
    desk.link("台帳との比較と一括訂正")
    desk.link("新しい比較")
    desk.page.get_by_label("取込元の名前").fill("回数")
    file = _file(folder, "again.csv", ROW.replace("EY5422", "EY5499"))
    desk.page.get_by_label("CSVファイル").set_input_files(file)
    desk.button("列の対応づけへ進む")
    desk.button("保存して内容を確認する")
    await_words(desk.page, "違いの一覧")
    desk.button("この種類をすべて選ぶ")
    desk.link("訂正の内容を確かめる")
    desk.page.get_by_label("訂正の理由").fill("予診票との突合")
    desk.button("一括で訂正する")
    await_words(desk.page, "訂正しました")
    return _spent(desk)
