"""Every check of the project, and one summary of what ran and what did not.

``./test`` calls it; ``./test quick`` leaves out what needs a browser, a database or a crash.
Those of one process run one after the other. Those that wait for other processes more than they compute run
three side by side, one more than the machine of ``.ci/run`` has processors: the longest begin first, and the
next begins when one has ended. Each one's words are printed whole when it has ended.
Ends with 1 if a check failed and, in CI, also if a test was skipped.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools import chromium

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
IN_CI = bool(os.environ.get("CI"))
_COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error|errors|xfailed)")
_ALONE = "not browser and not crash and not foreign and not bundle"
"""Tests that need nothing but this process, SQLite and perhaps the files at hand."""
_SIDE_BY_SIDE = 3
_PRINTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Check:
    """One command. Those that do not run ``beside`` others run first."""

    name: str
    command: tuple[str, ...]
    beside: bool = False
    after: str = ""
    """The name of another one that makes what this one needs."""
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended; ``seconds`` by the clock, ``processor`` seconds of it and of what it started."""

    check: Check
    succeeded: bool
    seconds: float
    processor: float
    counts: dict[str, int]


def checks(*, quick: bool = False) -> list[Check]:
    """Those of one process in order, cheap ones first; ``quick``: what has an answer within a minute."""
    python, pytest = str(BIN / "python"), str(BIN / "pytest")
    which = ("-m", f"not long and {_ALONE}", "--without-database") if quick else ("-m", _ALONE)
    return [
        Check("ruff", (str(BIN / "ruff"), "check", ".")),
        Check("format", (str(BIN / "ruff"), "format", "--check", ".")),
        Check("mypy", (str(BIN / "mypy"),)),
        Check("imports", (str(BIN / "lint-imports"),)),
        Check("shell", (str(BIN / "shellcheck"), "run", "test", "prove", ".ci/run", "tools/bootstrap.sh")),
        Check("messages", (python, "tools/messages.py", "check")),
        Check("migrations", (python, "-m", "django", "makemigrations", "--check", "--dry-run")),
        Check("tests", (pytest, "-n", "2", "--dist", "loadfile", *which)),
    ]


def side_by_side(database_url: str) -> list[Check]:
    """Those that wait for processes of their own, the longest first."""
    pytest = str(BIN / "pytest")
    return [
        Check("crash", (pytest, "-m", "crash"), beside=True),
        Check("browser", (pytest, "-m", "browser"), beside=True),
        Check(
            "postgres",
            (
                pytest,
                "tests/certificates/registry",
                "tests/certificates/imports",
                "tests/certificates/linking",
                "tests/certificates/residents",
                "tests/certificates/desk",
                "tests/certificates/issuing",
                "tests/certificates/status",
                "tests/certificates/trust",
                "tests/regulations/search",
                "tests/regulations/store",
                "tests/regulations/web",
                "tests/cloud",
                "tests/core",
                "tests/portal",
                "tests/guard",
                "-m",
                _ALONE,
            ),
            beside=True,
            environment={"HASHIRA_DATABASE_URL": database_url},
        ),
        Check("peers", (str(BIN / "python"), "tools/foreign.py"), beside=True),
        Check("foreign", (pytest, "-m", "foreign and not browser"), beside=True, after="peers"),
        Check("bundle", (pytest, "-m", "bundle", "tests/portal/test_bundle.py"), beside=True),
    ]


def run(check: Check, folder: Path) -> Outcome:
    """Runs it with a data folder of its own, so that two at a time share nothing but the processors."""
    title = f"\n── {check.name} " + "─" * (70 - len(check.name))
    started = time.monotonic()
    environment = {"DJANGO_SETTINGS_MODULE": "hashira.portal.settings", "HASHIRA_DATA_DIR": str(folder)}
    process = subprocess.Popen(  # noqa: S603 (the commands are those of this file)
        check.command,
        cwd=ROOT,
        env=os.environ | environment | check.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    last, held_back = "", [title]
    if not check.beside:
        print(held_back.pop(), flush=True)
    assert process.stdout is not None
    for line in process.stdout:
        if not check.beside:
            print(line, end="", flush=True)
        else:
            held_back.append(line.removesuffix("\n"))
        last = line if _COUNTS.search(line) else last
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if held_back:
        with _PRINTING:
            print("\n".join(held_back), flush=True)
    return Outcome(
        check,
        succeeded=process.returncode == 0,
        seconds=time.monotonic() - started,
        processor=used.ru_utime + used.ru_stime,
        counts={kind.rstrip("s"): int(number) for number, kind in _COUNTS.findall(last)},
    )


def run_all(selected: list[Check], folder: Path) -> list[Outcome]:
    """The quick ones in order, then the others side by side."""
    outcomes = [run(check, folder / check.name) for check in selected if not check.beside]
    waiting = [check for check in selected if check.beside]
    named = {check.name for check in waiting}
    ended: set[str] = set()
    changed = threading.Condition()

    def may_begin() -> list[Check]:
        return [check for check in waiting if check.after not in named or check.after in ended]

    def run_next() -> Outcome:
        with changed:
            changed.wait_for(may_begin)
            check = may_begin()[0]
            waiting.remove(check)
        try:
            return run(check, folder / check.name)
        finally:
            with changed:
                ended.add(check.name)
                changed.notify_all()

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        begun = [pool.submit(run_next) for _ in range(len(waiting))]
        return outcomes + [one.result() for one in begun]


def summarise(outcomes: list[Outcome], left_out: list[str]) -> int:
    """Prints the summary; the closing line counts the tests of all runs together."""
    print("\n── summary " + "─" * 63)
    total: dict[str, int] = {}
    for outcome in outcomes:
        mark = "ok    " if outcome.succeeded else "FAILED"
        counted = ", ".join(f"{number} {kind}" for kind, number in outcome.counts.items())
        spent = f"{outcome.seconds:7.1f} s, of a processor {outcome.processor:7.1f} s"
        print(f"{mark} {outcome.check.name:<12}{spent}  {counted}")
        for kind, number in outcome.counts.items():
            total[kind] = total.get(kind, 0) + number
    for name in left_out:
        print(f"not run: {name}")
    failed = total.get("failed", 0) + total.get("error", 0)
    skipped = total.get("skipped", 0)
    print(f"{total.get('passed', 0)} passed, {failed} failed, {skipped} skipped")
    if IN_CI and skipped:
        print("in CI a skip is a failure")
        return 1
    return 0 if all(outcome.succeeded for outcome in outcomes) else 1


def main(arguments: list[str]) -> int:
    quick = arguments == ["quick"]
    if arguments and not quick:
        print("usage: ./test [quick]", file=sys.stderr)
        return 2
    os.environ.setdefault("HASHIRA_ENVIRONMENT", "development")
    with tempfile.TemporaryDirectory(prefix="hashira-test-") as directory:
        folder = Path(directory)
        if not quick:
            return _everything(folder)
        later = ("what is long or of a database", *(check.name for check in side_by_side("")))
        return summarise(run_all(checks(quick=True), folder / "checks"), [f"{of} (./test)" for of in later])


def _everything(folder: Path) -> int:
    """With a PostgreSQL of its own for those that want one."""
    import pgserver

    server = pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        for promise in ("fsync", "full_page_writes"):  # it outlives no power cut
            server.psql(f"ALTER SYSTEM SET {promise} = off")
        server.psql("SELECT pg_reload_conf()")
        selected = [*checks(), *side_by_side(postgresql_url(server.get_uri()))]
        left_out: list[str] = []
        if chromium.find() is None and not IN_CI:
            left_out = ["browser: no Chromium found (Debian: apt-get install chromium)"]
            selected = [check for check in selected if check.name != "browser"]
        return summarise(run_all(selected, folder / "checks"), left_out)
    finally:
        server.cleanup()


def postgresql_url(uri: str) -> str:
    """The address of the test server in the form that HASHIRA_DATABASE_URL takes.

    The server listens on a socket in a folder, which its address names as a ``host`` parameter.
    """
    from urllib.parse import parse_qs, quote, urlsplit

    parts = urlsplit(uri)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    return f"postgresql://{parts.username}:@{quote(host, safe='')}/{parts.path.lstrip('/')}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
