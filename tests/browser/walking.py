"""How people go about the pages: by keyboard alone, signing in as a resident or as staff, reading a code."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image
from playwright.sync_api import Error, Locator, Page, expect
from tests.browser.installation import hashira

_MOST_STEPS = 120
PASSWORD = "hashira-demonstration"


def focus(page: Page, wanted: Locator, what: str) -> None:
    """Goes there with Tab alone, as a person without a mouse does."""
    for _ in range(_MOST_STEPS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {what}")


def press(page: Page, role: Any, name: str) -> None:
    """Goes to the control and presses Enter."""
    focus(page, page.get_by_role(role, name=name).first, name)
    page.keyboard.press("Enter")


def reach(page: Page, name: str) -> None:
    """Goes to the field of that label."""
    focus(page, page.get_by_label(name).first, name)


def enter(page: Page, name: str, text: str) -> None:
    """Goes to the field and types."""
    reach(page, name)
    page.keyboard.insert_text(text)


def resident(page: Page, person: str) -> None:
    """Signs in through the provider for development, from the home page on."""
    press(page, "link", "サインイン")
    press(page, "link", "住民の方")
    press(page, "button", "デジタル認証アプリでサインイン")
    press(page, "button", f"{person}としてサインイン")
    expect(page.get_by_role("button", name="サインアウト")).to_be_visible()


def staff(page: Page, data: Path, email: str) -> None:
    """Password, then the six digits as ``hashira demo code`` says them."""
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    said = hashira(data, "demo", "code", email)
    page.locator("#id_code").fill(said.stdout.strip())
    page.locator("main form button[type=submit]").first.click()


def await_words(page: Page, words: str) -> None:
    """Loads the page again until the job behind it has ended, as a person without scripts does."""
    for _ in range(120):
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(250)
        try:
            page.reload()
        except Error as error:
            if "ERR_ABORTED" not in str(error):
                raise
            page.wait_for_load_state()  # the page, which follows its job, turned itself in the same moment
    raise AssertionError(f"never said: {words}")


def code_on(page: Page) -> str:
    """What a telephone reads from the screen.

    It looks for nothing but QR codes: among so many dots a reader of every kind of code now and then finds a
    small linear one as well.
    """
    picture = page.locator(".dads-figure svg").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)), formats=zxingcpp.BarcodeFormat.QRCode)
    return code.text
