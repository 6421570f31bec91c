"""The committed table is what its source gives, and the script stops at what it was not told about."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tools import municipalities as tool

from hashira.kernel.municipality import check_digit

Change = Callable[[str, str], Path]

pytestmark = pytest.mark.shared_data


@pytest.fixture
def source(shared_data: Path) -> Path:
    return Path(shared_data) / "municipalities/localgovjp.csv"


@pytest.fixture
def changed(source: Path, tmp_path: Path) -> Change:
    """A copy of the source in which one text is replaced."""

    def change(old: str, new: str) -> Path:
        text = source.read_text("utf-8-sig")
        assert old in text
        copy = tmp_path / "localgovjp.csv"
        copy.write_text(text.replace(old, new), "utf-8")
        return copy

    return change


def test_the_committed_table_is_up_to_date(source: Path) -> None:
    assert tool.render(source) == tool.TARGET.read_text("utf-8")


def test_every_fact_of_the_source_is_in_the_table(source: Path) -> None:
    rows = dict(line.split("\t", 1) for line in tool.TARGET.read_text("utf-8").splitlines())
    with source.open(encoding="utf-8-sig", newline="") as lines:
        records = list(csv.DictReader(lines))
    assert len(records) == 1916
    for record in records:
        name = record["city"].split()[-1]
        row = rows[record["lgcode"]].split("\t")
        assert row[1] == (record["city"].replace(" ", "") if row[0] == "abolished" else name)


def test_every_line_has_six_fields_and_a_right_check_digit() -> None:
    lines = tool.TARGET.read_text("utf-8").splitlines()
    assert lines == sorted(lines)
    for line in lines:
        code, *others = line.split("\t")
        assert len(others) == 5
        assert re.fullmatch("[0-9]{6}", code)
        assert check_digit(code[:5]) == code[5]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (",011011\n", ",011012\n", "check digit"),
        ("1,北海道,1101,", "1,北海道,1102,", "disagree"),
        ("さっぽろし ちゅうおうく", "さっぽろし 中央く", "kana"),
        ("さっぽろし ちゅうおうく", "さっぽろしちゅうおうく", "kana"),
        ("1,北海道,1202,", "2,青森県,1202,", "belongs to 北海道"),
        (",函館市,", ",函館,", "neither"),
        (",はこだてし,", ",はこだて,", "ends in no reading"),
        (",松浦市,まつうらし,", ",松浦市,まつらし,", "WORD_BREAKS"),
        (",松浦市,", ",新松浦市,", "WORD_BREAKS names"),
        ("札幌市 中央区", "新札幌市 中央区", "its city"),
    ],
)
def test_an_anomaly_stops_the_script(changed: Change, old: str, new: str, reason: str) -> None:
    with pytest.raises(tool.SourceAnomaly, match=reason):
        tool.render(changed(old, new))


def test_a_body_more_or_less_stops_the_script(source: Path, tmp_path: Path) -> None:
    lines = source.read_text("utf-8-sig").splitlines(keepends=True)
    copy = tmp_path / "localgovjp.csv"
    copy.write_text("".join(line for line in lines if "函館市" not in line), "utf-8")
    with pytest.raises(tool.SourceAnomaly, match="1740"):
        tool.render(copy)
    copy.write_text("".join([*lines, next(line for line in lines if "函館市" in line)]), "utf-8")
    with pytest.raises(tool.SourceAnomaly, match="twice"):
        tool.render(copy)


def test_a_source_that_followed_the_reform_asks_for_its_removal(changed: Change) -> None:
    new = "22,静岡県,22138,浜松市 中央区,はままつし ちゅうおうく,,,,,221384\n"
    with pytest.raises(tool.SourceAnomaly, match="remove 浜松市"):
        tool.render(changed("22,静岡県,22203,", f"{new}22,静岡県,22203,"))


def test_the_command(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "municipalities.tsv"
    monkeypatch.setenv("HASHIRA_DATA", str(source.parents[1]))
    monkeypatch.setattr(tool, "TARGET", target)
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0
    target.write_text(target.read_text("utf-8").replace("Sapporo", "Sapolo"), "utf-8")
    assert tool.main(["--check"]) == 1
    assert "differs" in capsys.readouterr().out
    monkeypatch.delenv("HASHIRA_DATA")
    assert tool.main([]) == 3
