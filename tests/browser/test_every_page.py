"""Every page, for everybody (WCAG 2.2 AA): small and large, enlarged, in forced colours, in both languages.

What a program can see is asserted: axe finds nothing, nothing is cut off or leaves the page sideways at 400 %
(1.4.10) nor with letters of 200 % (1.4.4) nor with wider spacing (1.4.12), what has the focus shows it
(2.4.7), pages have one heading of their own and a title. ``HASHIRA_PICTURES`` names a folder for pictures of
each page, for people to look at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser import walking
from tests.browser import world as worlds
from tests.browser.installation import Installation
from tests.browser.looking import ALL, SCREENS, SIDEWAYS, violations
from tests.browser.pages import EVERY_PAGE, NO_PAGE, Place, Who
from tests.browser.world import World

pytestmark = pytest.mark.browser
SETTINGS = {"HASHIRA_CLOUD_AWS_ENDPOINT": "sandbox"}
"""Pages of environments tell of the sandbox."""
Contexts = Callable[..., dict[Who, BrowserContext]]
_NOT_IN_THE_URLCONF = {"not found", "not allowed"}
LARGE_LETTERS = "document.documentElement.style.fontSize = '200%'"
USUAL_LETTERS = "document.documentElement.style.fontSize = ''"
WIDE_SPACING = """document.querySelectorAll('main *').forEach(element => {
    element.style.lineHeight = '1.5'
    element.style.letterSpacing = '0.12em'
    element.style.wordSpacing = '0.16em'
})"""
"""WCAG 2.2, 1.4.12: what a reader may set without losing anything."""
CUT_OFF = """() => [...document.querySelectorAll('main :is(a, button, label, th, h1, h2)')]
    .filter(e => e.checkVisibility() && !e.closest('.dads-u-visually-hidden') && e.clientWidth > 1
        && ['hidden', 'clip'].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.outerHTML.slice(0, 90))"""
OBSCURED = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter(e => e.checkVisibility() && !e.disabled && e.type !== 'hidden' && e.tabIndex >= 0)
    .filter(e => {
        e.focus()
        if (document.activeElement !== e) return false
        const whole = e.getBoundingClientRect()  // of what is larger than the window, the part in the window
        const left = Math.max(whole.left, 0), top = Math.max(whole.top, 0)
        const box = {left, top, width: Math.min(whole.right, innerWidth) - left,
                     height: Math.min(whole.bottom, innerHeight) - top}
        if (box.width <= 0 || box.height <= 0) return true
        const seen = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].some(([x, y]) => {
            const on = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y)
            const own = [e, ...(e.labels ?? [])]
            return on !== null && (on.contains(e) || own.some(part => part.contains(on)))
        })
        return !seen
    }).map(e => e.outerHTML.slice(0, 90))"""
"""What lies wholly under something else, or outside the window, when it has the focus (2.4.11)."""
EDGELESS = """() => [...document.querySelectorAll('main button, main .dads-button')].filter(e => {
    const style = getComputedStyle(e)
    return e.checkVisibility() && style.textDecorationLine === 'none'
        && (style.borderTopStyle === 'none' || parseFloat(style.borderTopWidth) === 0)
}).map(e => e.outerHTML.slice(0, 90))"""
FOCUSED = "document.activeElement.outerHTML.slice(0, 90)"
FOCUS = """() => { const style = getComputedStyle(document.activeElement)
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }"""


@pytest.fixture(scope="module")
def world(
    chromium: Browser, site: Installation, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> World:
    return worlds.make(chromium, site, data, tmp_path_factory.mktemp("files"))


@pytest.fixture
def contexts(chromium: Browser, world: World) -> Iterator[Contexts]:
    """A context for each kind of person, in a size and a language."""
    opened: list[BrowserContext] = []

    def open_(width: int, language: str) -> dict[Who, BrowserContext]:
        made = {
            who: chromium.new_context(
                viewport={"width": width, "height": 900}, locale=language, storage_state=state
            )
            for who, state in world.states.items()
        }
        opened.extend(made.values())
        return made

    yield open_
    for context in opened:
        context.close()


def _bare(address: str) -> str:
    return re.sub(r"[?#].*", "", address)


def everywhere(
    world: World, site: Installation, people: dict[Who, BrowserContext], places: Sequence[Place]
) -> Iterator[tuple[Place, Page]]:
    """Each place in turn, opened by whom it is for."""
    pages = {who: context.new_page() for who, context in people.items()}
    for place in places:
        page = pages[place.who]
        page.set_default_timeout(20_000)
        answer = page.goto(site.address + world.address(place))
        if "/sign-in/staff/password" in page.url and not place.lands:  # shows once more who it is
            page.locator("main input[type=password]").fill(walking.PASSWORD)
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_url(lambda url: "/sign-in/" not in url)
            answer = page.goto(site.address + world.address(place))
        wanted = {"not found": 404, "not allowed": 403, "directory-callback": 400}.get(place.name, 200)
        assert answer is not None
        assert answer.status == wanted, (place, answer.status, page.url)
        assert _bare(page.url) == _bare(site.address + (place.lands or world.address(place))), place
        if page.locator("#app").count():  # draws itself; before, it holds nothing that could have the focus
            page.locator("#app[data-ready=yes]").wait_for(state="attached")
        yield place, page


def test_no_page_is_left_out() -> None:
    def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLPattern):
                yield space + str(entry.name)
            else:
                yield from names(entry, space + (f"{entry.namespace}:" if entry.namespace else ""))

    listed = {place.name for place in EVERY_PAGE} - _NOT_IN_THE_URLCONF
    assert listed | set(NO_PAGE) == set(names(get_resolver()))
    assert not listed & set(NO_PAGE)


def _lost_in_forced_colours(page: Page) -> Iterator[tuple[str, str]]:
    """In forced colours (high contrast) backgrounds vanish, and a focus or a button drawn by them alone."""
    page.emulate_media(forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):  # the page has no more to go to
            break
        if not page.evaluate(FOCUS):
            yield "no focus to be seen", page.evaluate(FOCUSED)
    for button in page.evaluate(EDGELESS):
        yield "a button without an edge", button
    page.emulate_media(forced_colors="none")


def _lost_when_enlarged(page: Page) -> Iterator[tuple[str, object]]:
    """400 % of a window of 1280 is one of 320; then letters of 200 %, and wider spacing, at 640."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": 320, "height": 900})
    if page.evaluate(SIDEWAYS) > 0:
        yield "400 %", page.evaluate(SIDEWAYS)
    page.set_viewport_size({"width": 640, "height": 900})
    for what, change in (("letters of 200 %", LARGE_LETTERS), ("wider spacing", WIDE_SPACING)):
        page.evaluate(change)
        if page.evaluate(SIDEWAYS) > 0:
            yield what, page.evaluate(SIDEWAYS)
        if cut := page.evaluate(CUT_OFF):
            yield what, cut
        page.evaluate(USUAL_LETTERS)
    page.set_viewport_size(before)


@pytest.mark.parametrize("screen", SCREENS, ids="{0[0]}-{0[1]}".format)
def test_every_page_is_sound_and_has_its_own_title(
    world: World, site: Installation, contexts: Contexts, screen: tuple[int, str]
) -> None:
    """Here each page in one size and language of two, in turn; ``./prove pages`` has each in all four."""
    width, language = screen
    places = EVERY_PAGE if ALL else EVERY_PAGE[SCREENS.index(screen) :: len(SCREENS)]
    wrong: list[object] = []
    titles: dict[str, str] = {}
    pictures = os.environ.get("HASHIRA_PICTURES")
    for number, (place, page) in enumerate(everywhere(world, site, contexts(width, language), places)):
        if pictures:
            name = f"{number:02d}-{place.name.replace(':', '-').replace(' ', '-')}-{width}-{language}.png"
            page.screenshot(path=Path(pictures) / name, full_page=True)
        wrong += [(place, *lost) for lost in _lost_in_forced_colours(page)]
        wrong += [(place, *found) for found in violations(page)]
        wrong += [(place, "hidden when it has the focus", item) for item in page.evaluate(OBSCURED)]
        if page.evaluate(SIDEWAYS) > 0:
            wrong.append((place, "wider than the screen"))
        if page.locator("h1").count() != 1:
            wrong.append((place, "not one heading of the first level"))
        if page.locator("html").get_attribute("lang") != language:
            wrong.append((place, "in another language"))
        if titles.setdefault(page.title(), place.name) != place.name:
            wrong.append((place, "has the title of", titles[page.title()]))
        wrong += [(place, *lost) for lost in _lost_when_enlarged(page)]
    assert wrong == []
