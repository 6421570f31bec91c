"""What is missed below a cut: the estimate against published values, the sheet against people."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hashira.regulations.adapters.below_cut_sheet import COLUMNS, UnreadableSheet, read_sheet
from hashira.regulations.cli import regulations
from hashira.regulations.domain.evaluation.below_cut import Stratum, drawn, estimated_misses, share


def test_the_interval_of_nothing_in_n_is_the_known_formula() -> None:
    """For 0 of n the upper end is 1 - (alpha/2)^(1/n)."""
    assert share(0, 50, 0.95).high == pytest.approx(1 - 0.025 ** (1 / 50), abs=1e-4)
    assert share(50, 50, 0.95).low == pytest.approx(0.025 ** (1 / 50), abs=1e-4)


def test_the_interval_of_a_published_example() -> None:
    """Clopper-Pearson 95 % for 4 of 10, as tables of the binomial give it: 0.1216 to 0.7376."""
    interval = share(4, 10, 0.95)
    assert interval.low == pytest.approx(0.1216, abs=1e-4)
    assert interval.high == pytest.approx(0.7376, abs=1e-4)


def test_nothing_judged_is_nothing_known() -> None:
    assert share(0, 0) == (0.0, 0.0, 1.0)


def test_misses_are_shares_times_sizes() -> None:
    estimate = estimated_misses([Stratum(1000, 100, 5), Stratum(100_000, 100, 0)])
    assert estimate.value == pytest.approx(50)
    assert estimate.low >= 5  # the five that were seen are there
    assert estimate.high > 50 + 3_000  # of 100,000 that were hardly sampled little is known


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="judged"):
        Stratum(10, 5, 6)


def test_a_sample_is_the_same_for_the_same_seed_and_never_more_than_there_is() -> None:
    strata = {"甲": list(range(1000)), "乙": [1, 2]}
    assert drawn(strata, 20, 7) == drawn(strata, 20, 7) != drawn(strata, 20, 8)
    assert sorted(drawn(strata, 20, 7)["乙"]) == [1, 2]
    assert len(set(drawn(strata, 20, 7)["甲"])) == 10


ORDINANCE = """試験市施設管理条例
令和四年四月一日条例第三号

（目的）
第1条　この条例は、施設の管理について定める。

（点検）
第2条　管理者は、6月以内ごとに1回、施設の損傷の有無を目視により点検しなければならない。

（利用）
第3条　施設を利用しようとする者は、市長の許可を受けなければならない。
"""


def run(city: Path, sheet: Path, *options: str) -> Result:
    arguments = ["below-cut", str(city), str(sheet), "--processes", "1", *options]
    return CliRunner().invoke(regulations, arguments)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "施設.txt").write_text(ORDINANCE, encoding="utf-8")
    return folder


def answered(sheet: Path, answers: list[str]) -> None:
    with sheet.open(encoding="utf-8-sig", newline="") as rows:
        lines = list(csv.DictReader(rows))
    with sheet.open("w", encoding="utf-8-sig", newline="") as rows:
        table = csv.DictWriter(rows, COLUMNS)
        table.writeheader()
        table.writerows({**line, "answer": answer} for line, answer in zip(lines, answers, strict=True))


def test_a_sheet_is_drawn_judged_and_estimated(city: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    first = run(city, sheet)
    assert first.exit_code == 0, first.output
    assert "3 項のうち 2 項" in first.output  # the inspection is above the cut
    written = sheet.read_text(encoding="utf-8-sig")
    assert "試験市施設管理条例第3条第1項" in written
    assert "目視" not in written
    answered(sheet, ["いいえ", ""])
    second = run(city, sheet)
    assert second.exit_code == 0, second.output
    assert "見逃しの推定 0 項" in second.output
    assert "not judged yet: 1" in second.output


def test_a_sheet_with_answers_is_never_drawn_over(city: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    run(city, sheet)
    answered(sheet, ["はい", "いいえ"])
    before = sheet.read_bytes()
    run(city, sheet, "--seed", "9")
    assert sheet.read_bytes() == before


def test_an_answer_that_is_neither_is_named_with_its_line(city: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    run(city, sheet)
    answered(sheet, ["はい", "たぶん"])
    result = run(city, sheet)
    assert result.exit_code == 3
    assert "たぶん" in result.output


def test_another_file_is_not_a_sheet(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableSheet):
        read_sheet(other)


def test_a_folder_that_is_not_there_is_told(city: Path, tmp_path: Path) -> None:
    result = run(city, tmp_path / "nowhere" / "sheet.csv")
    assert result.exit_code == 3
    assert "REG-045" in result.output or "書き出せません" in result.output
