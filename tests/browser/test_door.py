"""A person at a door verifies certificates, in a real Chromium against a really started installation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.browser import installation
from tests.browser.looking import SCREENS, look
from tests.certificates.card import Key, card

from hashira.certificates.domain import p256, shc_qr

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


@pytest.fixture(scope="module")
def site(key: Key, data: Path) -> Iterator[installation.Installation]:
    trust = data.parent / "jwks.json"
    trust.write_text(json.dumps({"keys": [p256.jwk(key.public_key_spki)]}))
    running = installation.start(data, HASHIRA_TRUST=str(trust))
    yield running
    assert running.stop() == 0


@pytest.fixture
def door(chromium: Browser, site: installation.Installation) -> Iterator[Any]:
    contexts = []

    def open_(*, width: int = 1280, language: str = "ja", **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{site.address}/certificates/verify")
        return page

    yield open_
    for context in contexts:
        context.close()


def test_by_keyboard_alone(door: Any, key: Key) -> None:
    page = door()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in ("the camera's button", "its file", "the text"):
        page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="二次元コードの内容")).to_be_focused()
    page.keyboard.insert_text(shc_qr.write(card(key)))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="確かめる")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="確認できました")).to_be_visible()
    expect(page.get_by_text("接種 花子")).to_be_visible()
    expect(page.get_by_role("textbox", name="二次元コードの内容")).to_have_value("")


def test_a_photograph_without_javascript(door: Any, key: Key, tmp_path: Path) -> None:
    code = zxingcpp.create_barcode(shc_qr.write(card(key)), zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    picture = tmp_path / "code.png"
    Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=3)).rotate(
        7, expand=True, fillcolor=255
    ).save(picture)
    page = door(width=375, java_script_enabled=False)
    page.get_by_label("画像またはファイル").set_input_files(picture)
    page.get_by_role("button", name="確かめる").click()
    expect(page.get_by_role("heading", name="確認できました")).to_be_visible()


def test_by_the_camera(
    site: installation.Installation, key: Key, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    """Chromium plays a film of one picture as its camera; it knows no codes itself, so the server reads."""
    code = zxingcpp.create_barcode(shc_qr.write(card(key)), zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    picture = Image.new("L", (1280, 960), 255)
    picture.paste(Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=7)), (200, 100))
    film = tmp_path / "camera.mjpeg"
    picture.convert("RGB").save(tmp_path / "frame.jpg", quality=95)
    film.write_bytes((tmp_path / "frame.jpg").read_bytes() * 3)
    camera = launch(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    page = camera.new_page(locale="ja")
    page.goto(f"{site.address}/certificates/verify")
    page.get_by_role("button", name="カメラで読み取る").click()
    expect(page.get_by_role("status")).to_have_text("カメラを開きました")
    page.get_by_role("button", name="撮影して確かめる").click()
    expect(page.get_by_role("heading", name="確認できました")).to_be_visible()


def test_a_camera_that_is_refused_leaves_the_other_ways(door: Any) -> None:
    page = door()
    page.get_by_role("button", name="カメラで読み取る").click()
    expect(page.get_by_role("status")).to_contain_text("カメラを使えません")
    expect(page.get_by_role("textbox", name="二次元コードの内容")).to_be_visible()


def test_a_card_of_another_issuer_in_english(door: Any) -> None:
    page = door(language="en")
    page.get_by_role("textbox", name="Text of the code").fill(card(Key()))
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("heading", name="Issuer not trusted")).to_be_visible()
    expect(page.get_by_text("What follows is not verified")).to_be_visible()


def test_nothing_entered_moves_to_the_summary_of_errors(door: Any) -> None:
    page = door()
    page.get_by_role("button", name="確かめる").click()
    expect(page).to_have_title("エラー：証明書を確かめる｜Hashira")
    expect(page.get_by_role("alert")).to_contain_text("一つにしてください")


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_axe_finds_nothing_and_nothing_leaves_the_page(
    door: Any, key: Key, width: int, language: str
) -> None:
    page = door(width=width, language=language)
    look(page, "door")
    page.locator("textarea").fill(shc_qr.write(card(key)))
    page.locator("main button[type=submit]").click()
    page.locator(".dads-verdict").wait_for()
    look(page, "verdict")


def test_a_taken_port_is_said_with_its_remedy(site: installation.Installation, data: Path) -> None:
    second = installation.hashira(data, "run", "--port", str(site.port))
    assert second.returncode == 3
    assert "PRT-001" in second.stderr
    assert "--port" in second.stderr
