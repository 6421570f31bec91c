"""Certificates a second through a real server: as JSON (the wallet file) and as PDF, beside a calibration.

    .venv/bin/python -m benchmarks.http_certificates [SECONDS]

One resident's certificate is asked for again and again by several clients on the machine of the server;
each answer is looked up, its access decided and its audit event written. Beside it stand a request that does
nothing and raw P-256 verification of the same run. DIVOC published 418 JSON and 250 PDF a second, of hardware
and load of its own. Absolute figures: they are told, and never fail a test.

The audit event of an answer is on the disk before the answer goes out, and SQLite has one writer. So no more
answers a second can be given than the disk takes durable commits one after the other, whatever is done about
the rest; that limit is measured in the same folder, before the server starts and after it has ended.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
from benchmarks.journey import CLIENTS, Browser, link, sign_in, take
from benchmarks.paper import verifications_a_second
from tests.browser import installation

DIVOC = {"JSON": 418, "PDF": 250}


def a_second(address: str, cookies: httpx.Cookies, path: str, kind: str, seconds: float) -> float:
    """Answers a second to several clients; each must be of the kind that is asked for."""
    done, lock, end = [0], threading.Lock(), time.monotonic() + seconds

    def ask() -> None:
        with httpx.Client(base_url=address, cookies=cookies, timeout=60) as client:
            while time.monotonic() < end:
                answer = client.get(path)
                answer.raise_for_status()
                if kind not in answer.headers["content-type"]:
                    raise RuntimeError(f"{path} answered {answer.headers['content-type']}")
                with lock:
                    done[0] += 1

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done[0] / seconds


def commits_a_second(folder: Path, seconds: float = 3) -> float:
    """Durable commits of one row each, one after the other, with the settings of the store."""
    with contextlib.closing(sqlite3.connect(folder / "commits.sqlite3", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute("CREATE TABLE IF NOT EXISTS event (told TEXT)")
        done, started = 0, time.monotonic()
        while time.monotonic() < started + seconds:
            store.execute("BEGIN IMMEDIATE")
            store.execute("INSERT INTO event VALUES (?)", ("x" * 300,))
            store.execute("COMMIT")
            done += 1
        return done / (time.monotonic() - started)


def main(seconds: float) -> None:
    print(f"raw P-256 verifications, one core: {verifications_a_second():.0f} a second (calibration)")
    with tempfile.TemporaryDirectory(prefix="hashira-http-") as folder:
        limit = commits_a_second(Path(folder))
        running = installation.start(Path(folder) / "data")
        try:
            browser = Browser(running.address)
            sign_in(browser)
            link(browser)
            take(browser, browser.get("/certificates/my/"))
            found = re.search(r"/certificates/my/certificates/[0-9a-f-]{36}", browser.path)
            if found is None:
                raise RuntimeError(f"no certificate was made: {browser.path}")
            cookies, made = browser.client.cookies, found[0]
            idle = a_second(running.address, cookies, "/health/live", "", seconds)
            print(f"a request that does nothing: {idle:.0f} a second, {CLIENTS} clients, same machine")
            for name, path, kind in (
                ("JSON", f"{made}/file", "smart-health-card"),
                ("PDF", f"{made}/paper/standard", "pdf"),
            ):
                rate = a_second(running.address, cookies, path, kind, seconds)
                print(f"{name}: {rate:.1f} a second, {rate / idle:.3f} of idle (DIVOC says {DIVOC[name]})")
        finally:
            running.stop()
        limit = max(limit, commits_a_second(Path(folder)))
        print(f"the limit of this disk: {limit:.0f} durable commits a second, one after the other")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
