"""A resident signs in with a real Chromium: on a telephone, without JavaScript, in both languages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, Page, expect
from tests.browser import installation
from tests.browser.looking import SCREENS, look
from tests.portal import foreign_provider

pytestmark = pytest.mark.browser
WORDS = {
    "ja": {
        "begin": "デジタル認証アプリでサインイン",
        "be": "𠮷野 架空としてサインイン",
        "cancel": "取りやめる",
        "cancelled": "サインインを取りやめました",
        "out": "サインアウト",
        "gone": "サインアウトしました",
        "warning": "開発用・本物の認証ではありません",
    },
    "en": {
        "begin": "Sign in with the Digital Authentication App",
        "be": "Sign in as 𠮷野 架空",
        "cancel": "Cancel",
        "cancelled": "The sign-in was cancelled",
        "out": "Sign out",
        "gone": "You are signed out",
        "warning": "For development: this is not a real authentication",
    },
}
Open = Callable[..., Page]


@pytest.fixture
def start(chromium: Browser, site: installation.Installation) -> Iterator[Open]:
    contexts = []

    def open_(*, width: int, language: str, next_path: str = "", **options: bool) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{site.address}/sign-in/resident" + (f"?next={next_path}" if next_path else ""))
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_in_and_out_and_every_page_on_the_way(
    start: Open, site: installation.Installation, width: int, language: str
) -> None:
    words = WORDS[language]
    page = start(width=width, language=language)
    look(page, "resident-sign-in")
    page.get_by_role("button", name=words["begin"]).click()
    expect(page.get_by_role("heading", name=words["warning"])).to_be_visible()
    expect(page).to_have_title(f"{words['warning']}｜Hashira")
    look(page, "provider")
    page.get_by_role("button", name=words["cancel"]).click()
    expect(page.get_by_role("heading", name=words["cancelled"])).to_be_visible()
    look(page, "cancelled")
    page.goto(f"{site.address}/sign-in/resident")
    page.get_by_role("button", name=words["begin"]).click()
    page.get_by_role("button", name=words["be"]).click()
    expect(page).to_have_url(f"{site.address}/")
    expect(page.get_by_role("banner")).to_contain_text("𠮷野 架空")
    page.get_by_role("button", name=words["out"]).click()
    expect(page.get_by_role("heading", name=words["gone"])).to_be_visible()
    expect(page.get_by_role("banner")).not_to_contain_text("𠮷野")
    look(page, "signed-out")


def test_without_javascript_and_back_to_where_one_was(start: Open, site: installation.Installation) -> None:
    page = start(width=375, language="ja", next_path="/certificates/verify", java_script_enabled=False)
    page.get_by_role("button", name=WORDS["ja"]["begin"]).click()
    page.get_by_role("button", name="双葉 二美としてサインイン").click()
    expect(page).to_have_url(f"{site.address}/certificates/verify")
    expect(page.get_by_role("banner")).to_contain_text("双葉 二美")


def test_by_keyboard_alone(start: Open, site: installation.Installation) -> None:
    page = start(width=1280, language="ja")
    page.get_by_role("button", name=WORDS["ja"]["begin"]).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="見本 花子としてサインイン").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(f"{site.address}/")
    expect(page.get_by_role("banner")).to_contain_text("見本 花子")


def test_the_name_of_a_cookie_thief_is_worth_nothing(start: Open) -> None:
    """The session of before the sign-in is another than the one after it."""
    page = start(width=1280, language="ja")
    page.get_by_role("button", name=WORDS["ja"]["begin"]).click()
    before = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    page.get_by_role("button", name="見本 花子としてサインイン").click()
    expect(page.get_by_role("banner")).to_contain_text("見本 花子")
    after = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert after["hashira-session"]["value"] != before["hashira-session"]
    assert after["hashira-session"]["httpOnly"]
    assert after["hashira-session"]["sameSite"] == "Lax"


@pytest.mark.foreign
def test_the_button_leads_to_a_provider_on_another_origin_and_back(
    chromium: Browser, tmp_path: Path, first_start: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chromium holds every redirect after a form against ``form-action``: the issuer's origin is in it."""
    foreign_provider.require()
    key = ECKey.generate_key("P-256", auto_kid=True)
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    (tmp_path / "key.pem").chmod(0o600)
    shutil.copytree(first_start, tmp_path / "data")
    port = installation.free_port()
    monkeypatch.setattr(installation, "free_port", lambda: port)
    callback = f"http://localhost:{port}/sign-in/resident/callback"
    issuer, provider = foreign_provider.start(
        tmp_path / "foreign.log", client_key=key.as_dict(private=False), redirect_uri=callback
    )
    site = None
    try:
        site = installation.start(
            tmp_path / "data",
            HASHIRA_RESIDENT_OIDC_ISSUER=issuer,
            HASHIRA_RESIDENT_OIDC_CLIENT_ID=foreign_provider.CLIENT_ID,
            HASHIRA_RESIDENT_OIDC_KEY=str(tmp_path / "key.pem"),
            HASHIRA_RESIDENT_OIDC_REDIRECT_URI=callback,
        )
        page = chromium.new_page(locale="ja")
        page.goto(f"{site.address}/sign-in/resident")
        page.get_by_role("button", name=WORDS["ja"]["begin"]).click()
        page.wait_for_url(f"{issuer}/interaction/*")
        page.goto(f"{page.url}/yoshino")  # its page of signing in, and then that of agreeing
        page.goto(f"{page.url}/yoshino")
        expect(page).to_have_url(f"{site.address}/")
        expect(page.get_by_role("banner")).to_contain_text("𠮷野 架空")
        page.close()
    finally:
        if site is not None:
            site.stop()
        provider.kill()
        provider.wait(timeout=20)
