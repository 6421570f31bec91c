"""From sign-in to certificate over HTTP: journeys and requests a second, on SQLite and on PostgreSQL.

    python -m benchmarks.journey            # 4 clients, 15 seconds each

A journey is what a browser does: the sign-in page, the round trip through the provider for development, the
own record, the form, the check page, issuing (signed and kept, with its audit event), the certificate with
its code. All of it runs on this machine, the clients too, so the figures are of this machine and moment.
The ratio is against ``/health/live`` of the same installation in the same run: a request that does nothing.
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from tests.browser import installation
from tools.checks import postgresql_url

CLIENTS, SECONDS = 4, 15.0
_FIELD = re.compile(r'<input[^>]*\bname="(?P<name>[^"]+)"[^>]*\bvalue="(?P<value>[^"]*)"[^>]*>')


class Browser:
    """One client with cookies; counts what it asks for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = httpx.Client(base_url=address, timeout=30, headers={"Origin": address})
        self.requests = 0

    def get(self, path: str) -> str:
        return self._follow(self.client.get(path))

    def post(self, path: str, form: dict[str, object]) -> str:
        return self._follow(self.client.post(path, data=form))

    def _follow(self, answer: httpx.Response) -> str:
        self.requests += 1
        while answer.is_redirect:
            self.at = urlsplit(str(answer.next_request.url)) if answer.next_request else None
            answer = self.client.get(str(answer.headers["Location"]))
            self.requests += 1
        answer.raise_for_status()
        self.path = str(answer.request.url)
        return answer.text


def fields(page: str, marker: str) -> dict[str, object]:
    """The fields of the form in which the marker stands."""
    form = next(part for part in re.findall(r"<form.*?</form>", page, re.S) if marker in part)
    found: dict[str, object] = {}
    for match in _FIELD.finditer(form):
        name, value = match["name"], match["value"]
        found[name] = [*found[name], value] if name in found else [value]
    return found


def action(page: str, marker: str) -> str:
    form = next(part for part in re.findall(r"<form.*?</form>", page, re.S) if marker in part)
    match = re.search(r'action="([^"]*)"', form.split(">", 1)[0])
    return match[1].replace("&amp;", "&") if match else ""


def sign_in(browser: Browser) -> str:
    page = browser.get("/sign-in/resident?next=/certificates/my/")
    marker = "csrfmiddlewaretoken"
    start = next(
        p for p in re.findall(r"<form.*?</form>", page, re.S) if "dads-button" in p and "setlang" not in p
    )
    page = browser.post(action(start, marker) or browser.path, fields(start, marker))
    person = next(p for p in re.findall(r"<form.*?</form>", page, re.S) if "見本 花子" in p)
    form = fields(person, marker) if marker in person else fields(person, "name=")
    button = re.search(r'<button[^>]*name="([^"]+)"[^>]*value="([^"]+)"', person)
    if button:
        form[button[1]] = [button[2]]
    return browser.post(action(person, "見本 花子") or browser.path, form)


def link(browser: Browser) -> None:
    page = browser.get("/certificates/my/link")
    place = re.search(r'href="(/certificates/my/link/[0-9a-f-]{36})"', page)
    assert place is not None
    form = fields(browser.get(place[1]), "id_number")
    browser.post(place[1], form | {"number": "0000000001"})


def take(browser: Browser, own: str) -> None:
    card = re.search(r'href="(/certificates/my/[0-9a-f-]{36}/new/card)"', own)
    assert card is not None, own[-2000:]
    page = browser.get(card[1])
    page = browser.post(card[1], fields(page, "request_id"))
    page = browser.post(card[1], fields(page, "request_id") | {"confirmed": "yes"})
    assert "shc:/" in page


def measure(address: str) -> tuple[float, float, float]:
    """Journeys, requests, and requests that do nothing, each a second."""
    first = Browser(address)
    sign_in(first)
    link(first)
    counts: Counter[str] = Counter()
    lock = threading.Lock()
    end = time.monotonic() + SECONDS

    def journeys() -> None:
        while time.monotonic() < end:
            browser = Browser(address)
            take(browser, sign_in(browser))
            with lock:
                counts["journeys"] += 1
                counts["requests"] += browser.requests
            browser.client.close()

    _together(journeys)
    until = time.monotonic() + 5

    def nothing() -> None:
        client = httpx.Client(base_url=address)
        while time.monotonic() < until:
            client.get("/health/live").raise_for_status()
            with lock:
                counts["nothing"] += 1
        client.close()

    _together(nothing)
    return counts["journeys"] / SECONDS, counts["requests"] / SECONDS, counts["nothing"] / 5


def _together(act: object) -> None:
    threads = [threading.Thread(target=act) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    print(f"{CLIENTS} clients, {SECONDS:.0f} s, on this machine together with the server")
    print(f"{'database':<12}{'journeys/s':>12}{'requests/s':>12}{'idle/s':>10}{'ratio':>8}")
    import pgserver

    with tempfile.TemporaryDirectory(prefix="hashira-journey-") as folder:
        server = pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="stop")
        try:
            for name, url in (("SQLite", ""), ("PostgreSQL", postgresql_url(server.get_uri()))):
                running = installation.start(Path(folder) / name, HASHIRA_DATABASE_URL=url)
                journeys, requests, nothing = measure(running.address)
                running.stop()
                print(
                    f"{name:<12}{journeys:>12.1f}{requests:>12.1f}{nothing:>10.1f}{requests / nothing:>8.2f}"
                )
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
