"""The shares of a scan: what several processes answer, and what happens when one does not."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.regulations.test_scan_command import ORDINANCE

from hashira.regulations.adapters import shares as module
from hashira.regulations.adapters import sources
from hashira.regulations.adapters.findings_file import write_findings, write_rows
from hashira.regulations.adapters.refusals import Refused, ScanBroken, UnreadableSource
from hashira.regulations.adapters.shares import Rows, Shares, Wanted
from hashira.regulations.domain.detection import Finding
from hashira.regulations.domain.detection.lifting import Outline


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    for number in range(9):
        place = folder / ("ab"[number % 2] + "-" * (number % 3))
        place.mkdir(parents=True, exist_ok=True)
        text = ORDINANCE.replace("試験市", f"試験{number}市")
        (place / f"施設{number}.txt").write_text(text, encoding="utf-8")
    (folder / "壊れ.xml").write_text("<Law><LawBody>", encoding="utf-8")
    return folder


@pytest.fixture(params=["fork", "spawn"])
def start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    way = str(request.param)
    monkeypatch.setattr(module, "start_method", lambda: way)
    monkeypatch.setattr(sources, "_BATCH", 1)  # each document by itself
    return way


def answered(city: Path, processes: int, wanted: Wanted) -> tuple[list[str], Rows]:
    with Shares(processes) as shares:
        outlines = list(shares.survey(city))
        read = [outline for outline in outlines if isinstance(outline, Outline)]
        names = [o.facts.source if isinstance(o, Outline) else o.source for o in outlines]
        return names, shares.rows(wanted, read, {})


def test_two_processes_answer_in_the_order_of_the_source_what_one_answers(city: Path, start: str) -> None:
    names, rows = answered(city, 2, Wanted(0.02, suffix=".csv"))
    assert (names, rows) == answered(city, 1, Wanted(0.02, suffix=".csv"))
    in_order = [path for path in sorted(city.rglob("*")) if path.is_file()]
    assert names == [path.relative_to(city).as_posix() for path in in_order]
    assert rows.counts.total() == len(rows.rows) > 20


def test_only_the_best_and_only_a_category_are_answered(city: Path) -> None:
    every = answered(city, 1, Wanted(0.02))[1].rows
    best = answered(city, 2, Wanted(0.02, most=3))[1]
    assert best.rows == every[:3]
    assert best.counts.total() == len(every)
    board = answered(city, 2, Wanted(0.02, ["書面掲示"]))[1]
    assert board.rows == [row for row in every if isinstance(row, Finding) and row.category == "書面掲示"]
    assert set(board.counts) == {"書面掲示"}


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_rows_make_the_file_that_findings_make(city: Path, tmp_path: Path, suffix: str) -> None:
    found = [row for row in answered(city, 1, Wanted(0.02))[1].rows if isinstance(row, Finding)]
    rows = [row for row in answered(city, 1, Wanted(0.02, suffix=suffix))[1].rows if isinstance(row, bytes)]
    write_findings(tmp_path / f"found{suffix}", found)
    write_rows(tmp_path / f"rows{suffix}", rows)
    written = (tmp_path / f"found{suffix}").read_bytes()
    assert written == (tmp_path / f"rows{suffix}").read_bytes()
    assert written.count(b"\n") >= len(found) > 20


def test_a_process_that_is_killed_is_told_and_nobody_waits_for_it(city: Path, start: str) -> None:
    with Shares(2) as shares:
        looked = shares.survey(city)
        next(looked)
        killed = shares.processes[0].pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(ScanBroken, match="REG-046"):  # at its rows, if all was surveyed by then
            shares.rows(Wanted(0.02), [one for one in looked if isinstance(one, Outline)], {})
    assert not any(process.is_alive() for process in shares.processes)


def test_a_file_that_is_gone_is_told(city: Path, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [*sources._files(city), sources._OnDisk(city / "無い.txt", "無い.txt", 1)]
    monkeypatch.setattr(sources, "_files", lambda folder: iter(files))
    with Shares(2) as shares, pytest.raises(UnreadableSource, match="無い"):
        list(shares.survey(city))


def test_what_nobody_foresaw_is_raised_with_its_place(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "start_method", lambda: "fork")

    def broken(document: object) -> object:
        raise ZeroDivisionError("here")

    monkeypatch.setattr(module, "read_text", broken)
    with Shares(2) as shares, pytest.raises(RuntimeError, match="in broken"):
        list(shares.survey(city))


def test_a_refused_document_is_answered_as_such(city: Path) -> None:
    with Shares(2) as shares:
        refused = [answer for answer in shares.survey(city) if isinstance(answer, Refused)]
    assert [answer.source for answer in refused] == ["壊れ.xml"]
