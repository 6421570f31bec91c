"""The commands that work on the database, as a person types them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from tests import nursery
from tests.regulations.cities import FACILITY, city

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of data with empty tables."""
    folder = tmp_path_factory.mktemp("empty")
    made = nursery.run(("-m", "django", "migrate"), env=_environment(folder), timeout=120)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> Path:
    """Such a folder, with a city that was taken in and scanned."""
    folder = tmp_path_factory.mktemp("installation")
    shutil.copytree(empty, folder, dirs_exist_ok=True)
    source = city(folder / "city")
    (source / "壊れ.xml").write_text("<Law>", encoding="utf-8")
    taken = hashira(folder, "ingest", str(source), "--as-of", "2022-04-01", "--json", "--processes", "1")
    assert taken.returncode == 1, taken.stderr
    assert "壊れ.xml" in taken.stderr
    assert json.loads(taken.stdout) == {
        "documents": 3,
        "new_laws": 2,
        "new_revisions": 0,
        "changed": 0,
        "same": 0,
        "skipped": 1,
        "references_read": 2,
    }
    assert hashira(folder, "scan", "--processes", "1").returncode == 0
    return folder


def _environment(folder: Path) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith("HASHIRA_") or k == "HASHIRA_DATABASE_URL"
    }
    kept.pop("HASHIRA_DATABASE_URL", None)  # a database of its own, whichever the tests run on
    return kept | {
        "HASHIRA_DATA_DIR": str(folder / "data"),
        "HASHIRA_ENVIRONMENT": "development",
        "DJANGO_SETTINGS_MODULE": "hashira.portal.settings",
    }


def hashira(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return nursery.run((*nursery.HASHIRA, "regulations", *arguments), env=_environment(folder), timeout=120)


def test_taking_in_again_passes_over_what_is_there(home: Path) -> None:
    again = hashira(home, "ingest", str(home / "city"), "--processes", "1")
    assert "2 取り込み済み" in again.stdout
    scanned = hashira(home, "scan", "--processes", "1")
    assert "0 見直し" in scanned.stderr
    assert "+0 ~0 -0" in scanned.stderr


def test_words_are_found_or_not(home: Path) -> None:
    found = hashira(home, "search", "見やすい 掲示")
    assert found.returncode == 0
    assert "試験市施設管理条例第2条第1項" in found.stdout
    assert hashira(home, "search", "どこにもない").returncode == 1
    told = hashira(home, "search", "目視", "--json")
    assert json.loads(told.stdout)["path"] == "Mp-At_1-Pr_1"
    assert hashira(home, "search", "月以内", "--pattern").returncode == 0
    broken = hashira(home, "search", "(", "--pattern")
    assert broken.returncode == 2
    assert "REG-051" in broken.stderr
    assert hashira(home, "search", "目視", "--rank", "Nonsense").returncode == 2


def test_a_provision_is_shown_with_what_was_found_in_it(home: Path) -> None:
    shown = hashira(home, "show", "試験市施設管理条例第1条第1項")
    assert shown.returncode == 0
    assert "目視により点検しなければならない" in shown.stdout
    assert "目視 検査・点検 1-①" in shown.stdout
    whole = hashira(home, "show", "令和4年条例第3号")
    assert "2022-04-01" in whole.stdout
    assert hashira(home, "show", "試験市施設管理条例第99条").returncode == 1
    missing = hashira(home, "show", "ない法第1条")
    assert missing.returncode == 1
    assert "取り込まれていません" in missing.stderr
    told = hashira(home, "show", "試験市施設管理条例第1条", "--json")
    assert [json.loads(line)["path"] for line in told.stdout.splitlines()] == ["Mp-At_1-Pr_1", "Mp-At_1-Pr_2"]


def test_what_is_written_out_is_read_in_again(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "laws.zip"
    assert hashira(home, "export", str(archive)).returncode == 0
    with zipfile.ZipFile(archive) as written:
        assert sum(name.endswith(".xml") for name in written.namelist()) == 2
    straight, again = tmp_path / "a.csv", tmp_path / "b.csv"
    assert hashira(home, "export", str(straight)).returncode == 0
    assert hashira(home, "scan", str(archive), "-o", str(again), "--processes", "1").returncode == 0
    assert (
        straight.read_text(encoding="utf-8").count("\n") == again.read_text(encoding="utf-8").count("\n") > 3
    )
    assert hashira(home, "export", str(tmp_path / "x.doc")).returncode == 3
    assert hashira(home, "export", str(tmp_path / "none" / "x.csv")).returncode == 3


def test_a_code_of_no_municipality_is_refused(home: Path) -> None:
    refused = hashira(home, "ingest", str(home / "city"), "--body", "999999")
    assert refused.returncode == 2
    assert "検査数字" in refused.stderr


def test_killed_in_the_middle_it_goes_on_where_it_was(empty: Path, tmp_path: Path) -> None:
    """``kill -9`` while documents are taken in; the same command comes to the same laws."""
    folder = tmp_path / "installation"
    shutil.copytree(empty, folder)
    many = {f"条例{n:03}": FACILITY.replace("試験市", f"試験市{n}") for n in range(400)}
    source = city(tmp_path / "many", **many)
    ingest = ("regulations", "ingest", str(source), "--processes", "1")
    with open(os.devnull, "wb") as nowhere:
        running = nursery.start((*nursery.HASHIRA, *ingest), env=_environment(folder), stdout=nowhere)
    kept = 0
    ends = time.monotonic() + 60
    while not kept and time.monotonic() < ends and running.poll() is None:
        kept = _laws(folder)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert 0 < _laws(folder) <= 400
    assert hashira(folder, "ingest", str(source), "--processes", "1").returncode == 0
    assert _laws(folder) == 400
    found = hashira(folder, "search", "目視", "--limit", "1")
    assert "400 件" in found.stderr


def _laws(folder: Path) -> int:
    with sqlite3.connect(folder / "data" / "hashira.sqlite3", timeout=10) as database:
        return int(database.execute("SELECT count(*) FROM regulations_law").fetchone()[0])
