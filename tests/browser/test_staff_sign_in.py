"""A member of staff sets a passkey up, signs out and comes back with it alone, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.installation import Installation, hashira, start
from tests.browser.looking import follow, look

pytestmark = pytest.mark.browser

PASSWORD = "tsukuba-shihyo-7719"
WIDTHS = (375, 1280)


def address(width: int) -> str:
    return f"staff-{width}@city.example.jp"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation with an account for each width, made as an operator makes it."""
    data = tmp_path_factory.mktemp("staff")
    running = start(data)
    for width in WIDTHS:
        named = ("--name", "山田花子", "--password-stdin")
        made = hashira(data, "accounts", "create", address(width), *named, input=PASSWORD + "\n")
        assert made.returncode == 0, made.stderr
    yield running
    running.stop()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_passkey_is_set_up_and_signs_in_by_itself(
    site: Installation, chromium: Browser, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
    page = context.new_page()
    page.set_default_timeout(20_000)
    troubles: list[str] = []
    page.on("console", lambda m: troubles.append(m.text) if "Content Security Policy" in m.text else None)
    key = context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    key.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                     "hasUserVerification": True, "isUserVerified": True,
                     "automaticPresenceSimulation": True}},
    )  # fmt: skip

    page.goto(f"{site.address}/sign-in?next=/account/")
    look(page, "staff-doors")
    follow(page, page.get_by_role("link", name="職員の方"))
    look(page, "staff-sign-in")
    assert not troubles
    page.get_by_label(re.compile("メールアドレス")).fill(address(width))
    page.get_by_label(re.compile("^パスワード")).fill(PASSWORD)
    page.get_by_role("button", name="サインインする", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("二つ目の確認を設定してください")
    look(page, "staff-choose")
    page.get_by_role("link", name="パスキー").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("もう一度確認します")
    page.get_by_label(re.compile("パスワード")).fill(PASSWORD)
    follow(page, page.get_by_role("button", name="確認する"))
    look(page, "staff-add-passkey")
    page.get_by_role("checkbox").check(force=True)
    page.get_by_role("button", name="追加する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("回復コード")
    look(page, "staff-codes")
    page.goto(f"{site.address}/account/")
    expect(page.get_by_role("main")).to_contain_text("山田花子")
    look(page, "staff-account")
    page.goto(f"{site.address}/sign-out")
    page.get_by_role("main").get_by_role("button", name="サインアウトする").click()
    page.goto(f"{site.address}/account/")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.get_by_role("link", name="職員の方").click()
    page.get_by_role("button", name="パスキーでサインインする").click()
    expect(page.get_by_role("main")).to_contain_text("山田花子")
    context.close()
