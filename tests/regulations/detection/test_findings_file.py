"""Findings as files, read back by others' readers."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import polars
import pytest
from tests.regulations.detection.laws import found_in, law

from hashira.regulations.adapters.findings_file import (
    COLUMNS,
    UnknownFindingsFormat,
    reasons_in_words,
    write_findings,
)

FOUND = found_in(
    law(
        "**第九条の三（点検）**　点検は、次による。\n\n- 二　設備の損傷の有無を目視により点検し、「記録」を、残すこと。\n"
    )
)


def test_the_columns_are_those_of_the_list_of_an_officer(tmp_path: Path) -> None:
    write_findings(tmp_path / "f.csv", FOUND)
    with (tmp_path / "f.csv").open(encoding="utf-8", newline="") as rows:
        read = list(csv.DictReader(rows))
    assert tuple(read[0]) == COLUMNS
    assert read[0]["article"] == "9_3"
    assert read[0]["item"] == "2"
    assert read[0]["enforced_at"] == "2022-06-03"
    assert float(read[0]["score"]) == FOUND[0].score
    assert read[0]["reasons"] == reasons_in_words(FOUND[0].reasons)
    assert [row["citation"] for row in read] == [finding.citation for finding in FOUND]


def test_a_row_is_written_as_the_standard_writer_writes_it(tmp_path: Path) -> None:
    words = ["点検", "a,b", 'a"b', "a\nb", "a\rb", ",", "", "'", " 点 ", "「点検」、"]
    found = [replace(FOUND[0], excerpt=word, law_title=word, enforced_at=None) for word in words]
    write_findings(tmp_path / "f.csv", found)
    with (tmp_path / "plain.csv").open("w", encoding="utf-8", newline="") as rows:
        table = csv.writer(rows)
        table.writerow(COLUMNS)
        for finding in found:
            values = {column: getattr(finding, column) for column in COLUMNS}
            table.writerow((values | {"reasons": reasons_in_words(finding.reasons)}).values())
    assert (tmp_path / "f.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()


def test_lines_of_json_keep_reasons_as_objects(tmp_path: Path) -> None:
    write_findings(tmp_path / "f.jsonl", FOUND)
    read = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(read) == len(FOUND)
    assert read[0]["reasons"][0] == {
        "rule": FOUND[0].reasons[0].rule,
        "words": FOUND[0].reasons[0].words,
        "weight": FOUND[0].reasons[0].weight,
    }


def test_parquet_keeps_dates_and_numbers(tmp_path: Path) -> None:
    write_findings(tmp_path / "f.parquet", FOUND)
    read = polars.read_parquet(tmp_path / "f.parquet")
    assert read.columns == list(COLUMNS)
    assert read["enforced_at"].dtype == polars.Date
    assert read["score"].to_list() == [finding.score for finding in FOUND]
    assert read["reasons"].to_list()[0][0]["rule"] == FOUND[0].reasons[0].rule


def test_nothing_found_is_a_file_with_its_columns(tmp_path: Path) -> None:
    for name in ("f.csv", "f.parquet"):
        write_findings(tmp_path / name, [])
    assert (tmp_path / "f.csv").read_text(encoding="utf-8").strip() == ",".join(COLUMNS)
    assert polars.read_parquet(tmp_path / "f.parquet").columns == list(COLUMNS)


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownFindingsFormat):
        write_findings(tmp_path / "f.xls", FOUND)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "f.jsonl"
    write_findings(target, FOUND)
    before = target.read_bytes()
    broken = replace(FOUND[0], excerpt=object())  # type: ignore[arg-type]  # what JSON cannot hold
    with pytest.raises(TypeError):
        write_findings(target, [FOUND[0], broken])
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]
