"""The pages of linking in a real Chromium: wide and narrow, in both languages, without scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright
from tests.browser.looking import SCREENS, follow, look
from tests.certificates.people import clerk, municipality, registered, resident
from tools.chromium import find

from hashira.certificates.services.linking import claim_link, end_link, issue_link_code, request_link
from hashira.core.access import Principal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chromium() -> str:
    found = find()
    if found is None:
        pytest.skip("Chromium is not installed: the pages of linking are not looked at")
    return found


class Visit:
    """Opens pages as whoever is signed in, and looks at each."""

    def __init__(self, page: Page, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.page, self.address, self.monkeypatch = page, address, monkeypatch

    def become(self, principal: Principal) -> None:
        self.monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda _request: principal)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def look(self, subject: str) -> None:
        look(self.page, f"linking-{subject}")


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_every_page_of_linking_is_in_order(
    live_server: Any, monkeypatch: pytest.MonkeyPatch, chromium: str, width: int, language: str
) -> None:
    # Everything is prepared before the browser starts, whose loop the database layer does not want to see.
    now = datetime.now(UTC)
    city = municipality()
    person, taken = registered(city), registered(city, "2")
    staff, hanako, married = replace(clerk(city), display="見本 担当"), resident(), resident("佐藤　花子")
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000002", at=now)
    end_link(actor=staff, person_id=taken, reason="別人とつながっていました", at=now)
    claim_link(actor=resident(), organisation_id=city.pk, number="0000000002", at=now)
    code, _ = issue_link_code(actor=staff, person_id=person, by_post=True, at=now)
    asked = request_link(actor=married, organisation_id=city.pk, number=code, at=now)
    request_link(actor=hanako, organisation_id=city.pk, number="", at=now)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": "of-the-trial", "url": live_server.url}]
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        visit = Visit(page, live_server.url, monkeypatch)
        visit.become(hanako)
        visit.open(reverse("certificates:my-link"))
        visit.look("choose")
        visit.open(reverse("certificates:my-link-enter", args=[city.pk]))
        visit.look("enter")
        page.locator("#id_number").fill("12345")
        page.keyboard.press("Enter")
        expect(page.locator(".dads-error-summary")).to_be_visible()
        visit.look("unreadable")
        page.locator("#id_number").fill("9999999999")
        page.keyboard.press("Enter")
        expect(page.locator(".dads-notification-banner, .dads-notification").first).to_be_visible()
        visit.look("failed")
        visit.become(staff)
        visit.open(reverse("certificates:links"))
        visit.look("queue")
        visit.open(reverse("certificates:link-request", args=[asked]))
        visit.look("decide")
        visit.open(reverse("certificates:link-code", args=[person]))
        visit.look("code")
        page.locator("input[type=radio]").first.check()
        follow(page, page.locator("main form button[type=submit], main form button").first)
        code_shown = page.locator(".certificates-letter__code")
        expect(code_shown).to_have_css("font-size", "32px")  # large enough to read off a letter
        visit.look("letter")
        page.emulate_media(media="print")
        for around in ("nav", "main button"):
            expect(page.locator(around).first).to_be_hidden()
        expect(code_shown).to_be_visible()
        visit.look("letter-printed")
        page.emulate_media(media="screen")
        visit.open(reverse("certificates:link-end", args=[taken]))
        visit.look("end")
        browser.close()
