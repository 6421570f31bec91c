"""A new user's way: sign in, link, take a certificate, hold out the code, and a stranger verifies it offline.

By keyboard, in a real Chromium against a really started installation with its demonstration data; the code is
read from a screenshot of the page, and verified by the command in a process of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser import installation
from tests.browser.looking import SCREENS, follow, look
from tests.browser.walking import code_on, press, reach, resident, staff
from tests.certificates.card import Key, card

from hashira.certificates.domain import p256, shc_qr
from hashira.certificates.domain.mrz import Size, Zone, ZoneDate, write_zone
from hashira.kernel.person_name import RomanName

pytestmark = pytest.mark.browser
PASSPORT = "\n".join(
    write_zone(
        Zone(
            Size.TD3,
            "P",
            "JPN",
            RomanName("MIHON", "HANAKO"),
            "TR1234567",
            "JPN",
            ZoneDate(80, 1, 1),
            "F",
            ZoneDate(35, 1, 31),
        )
    )
)


def link(page: Page, number: str) -> None:
    press(page, "link", "市区町村の記録とつなげる")
    press(page, "link", "千代田区（架空のデータ）")
    reach(page, "接種券番号、または受け取った番号")
    page.keyboard.insert_text(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="わたしの接種記録")).to_be_visible()


def verify(text: str, data: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The command, in a process that has nothing but the folder of the keys."""
    done = installation.hashira(data, "certificates", "verify", "--json", *options, input=text)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)["certificates"][0]


def test_a_certificate_by_keyboard_and_its_verification(
    visit: Callable[..., Page], data: Path, tmp_path: Path
) -> None:
    page = visit()
    resident(page, "見本 花子")
    press(page, "link", "わたしの接種記録")
    expect(page.get_by_text("まだ市区町村の記録とつながっていません")).to_be_visible()
    link(page, "0000000001")
    press(page, "link", "国内用の証明書を作る")
    press(page, "button", "内容を確かめる")
    press(page, "button", "証明書を作る")
    expect(page.get_by_role("heading", name="接種証明書")).to_be_visible()

    text = code_on(page)
    status, answer = verify(text, data)
    assert (status, answer["verdict"]) == (0, "verified")
    assert answer["content"]["holder"]["name"] == "見本 花子"

    # one flipped bit of the signature
    jws = shc_qr.read(text)
    flipped = jws[:-10] + ("A" if jws[-10] != "A" else "B") + jws[-9:]
    assert verify(shc_qr.write(flipped), data)[1]["verdict"] == "invalid"

    # another issuer's key, and this card where only another issuer is trusted
    other = Key()
    assert verify(card(other), data)[1]["verdict"] == "untrusted"
    trusted = tmp_path / "other.json"
    trusted.write_text(json.dumps({"keys": [p256.jwk(other.public_key_spki)]}))
    status, answer = verify(text, data, "--trust", str(trusted))
    assert (status, answer["verdict"]) == (1, "untrusted")

    # for travel, with the passport
    press(page, "link", "わたしの接種記録へ戻る")
    press(page, "link", "海外用の証明書を作る")
    reach(page, "旅券の機械読取領域")
    page.keyboard.insert_text(PASSPORT)
    press(page, "button", "内容を確かめる")
    expect(page.get_by_text("MIHON HANAKO")).to_be_visible()
    press(page, "button", "証明書を作る")
    expect(page.get_by_text("ICAO VDS-NC（海外用）").first).to_be_visible()
    status, answer = verify(code_on(page), data)
    assert (status, answer["verdict"]) == (0, "verified")
    assert answer["content"]["holder"]["document_number"] == "TR1234567"


def test_without_javascript_and_with_the_name_hidden(visit: Callable[..., Page], data: Path) -> None:
    page = visit("/sign-in/resident?next=/certificates/my/", java_script_enabled=False)
    page.get_by_role("button", name="デジタル認証アプリでサインイン").click()
    page.get_by_role("button", name="見本 太郎としてサインイン").click()
    page.get_by_role("link", name="市区町村の記録とつなげる").click()
    page.get_by_role("link", name="千代田区（架空のデータ）").click()
    page.get_by_label("接種券番号、または受け取った番号").fill("0000000002")
    page.get_by_role("button", name="記録とつなげる").click()
    page.get_by_role("link", name="国内用の証明書を作る").click()
    page.get_by_label("氏名を表示しない").check()
    page.get_by_label("生年月日を表示しない").check()
    page.get_by_role("button", name="内容を確かめる").click()
    page.get_by_role("button", name="証明書を作る").click()
    status, answer = verify(code_on(page), data)
    assert (status, answer["verdict"]) == (0, "verified")
    assert answer["content"]["holder"]["name"] is None
    with page.expect_download() as saved:
        page.get_by_role("link", name="ファイルで保存する").click()
    assert verify(Path(saved.value.path()).read_text(), data)[1]["verdict"] == "verified"


def test_the_number_of_somebody_else_shows_nothing(visit: Callable[..., Page]) -> None:
    page = visit("/sign-in/resident?next=/certificates/my/link")
    page.get_by_role("button", name="デジタル認証アプリでサインイン").click()
    page.get_by_role("button", name="双葉 一美としてサインイン").click()
    page.get_by_role("link", name="千代田区（架空のデータ）").click()
    page.get_by_label("接種券番号、または受け取った番号").fill("0000000007")
    page.get_by_role("button", name="記録とつなげる").click()
    expect(page.get_by_role("heading", name="この番号では記録を確かめられませんでした")).to_be_visible()
    assert "二美" not in page.content()


def test_a_clerk_finds_somebody_and_records_a_dose(visit: Callable[..., Page], data: Path) -> None:
    page = visit("/certificates/register/", width=1280)
    page.get_by_role("link", name="職員の方").click()
    staff(page, data, "supervisor@city.example")
    expect(page.get_by_role("heading", name="接種記録台帳")).to_be_visible()
    page.get_by_label("氏名（漢字など）").fill("高橋 架空")
    page.get_by_role("button", name="検索する").click()
    expect(page.get_by_role("link", name="髙橋　架空")).to_be_visible()
    page.get_by_role("link", name="高橋　架空").click()
    page.get_by_role("link", name="接種を記録する").click()
    page.get_by_label("ワクチン").select_option("influenza")
    page.get_by_label("年", exact=True).fill("令和5")
    page.get_by_label("月", exact=True).fill("11")
    page.get_by_label("日", exact=True).fill("1")
    page.get_by_label("回数").fill("1")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("ロット番号がありません")).to_be_visible()
    page.get_by_role("button", name="確認したので保存する").click()
    expect(page.get_by_role("heading", name="保存しました")).to_be_visible()
    expect(page.get_by_role("rowheader", name="2023年11月1日")).to_be_visible()


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_axe_finds_nothing_and_nothing_leaves_the_page(
    visit: Callable[..., Page], site: installation.Installation, data: Path, width: int, language: str
) -> None:
    page = visit("/", width=width, language=language)
    for path in ("/", "/sign-in", "/sign-in/staff"):
        page.goto(site.address + path)
        look(page, path.strip("/").replace("/", "-") or "home")
    page.goto(site.address + "/sign-in/resident?next=/certificates/my/")
    follow(page, page.locator("main form button[type=submit]").first)
    follow(page, page.get_by_role("button", name="髙橋 架空").first)
    page.goto(site.address + "/certificates/my/link")
    look(page, "link")
    if page.locator("main .dads-list a[href*='/my/link/']").count():
        follow(page, page.locator("main .dads-list a[href*='/my/link/']").first)
        page.locator("#id_number").fill("0000000003")
        follow(page, page.locator("main form button[type=submit]").first)
    page.goto(site.address + "/certificates/my/")
    look(page, "own")
    follow(page, page.locator("a[href$='/new/card']").first)
    look(page, "new card")
    follow(page, page.locator("main form button[type=submit]").first)
    look(page, "check")
    follow(page, page.locator("button[name=confirmed]"))
    look(page, "certificate")
    page.goto(site.address + "/certificates/my/")
    follow(page, page.locator("a[href$='/new/seal']").first)
    look(page, "new seal")

    if language == "ja":
        desk = visit("/sign-in/staff?next=/certificates/register/", width=width, language=language)
        staff(desk, data, "clerk@city.example" if width == 375 else "clerk@town.example")
        look(desk, "register")
        desk.goto(site.address + "/certificates/register/?kana=%E3%82%BF")
        look(desk, "found")
        follow(desk, desk.locator("main table tbody a").first)
        look(desk, "person")
        for name in ("dose-new", "revise", "link-code"):
            desk.go_back() if name != "dose-new" else None
            part = {"dose-new": "/doses/new", "revise": "/revise", "link-code": "/link-code"}[name]
            follow(desk, desk.locator(f"a[href$='{part}']").first)
            look(desk, name)
        for path in ("/certificates/links/", "/account/", "/account/second-factors/"):
            desk.goto(site.address + path)
            look(desk, path.strip("/").replace("/", "-"))
