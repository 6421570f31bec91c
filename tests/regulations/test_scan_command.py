"""``hashira regulations scan`` as a person types it."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import typst
from click.testing import CliRunner, Result
from tests.regulations.law.reiki_pages import PARK, page

from hashira.regulations.adapters import sources
from hashira.regulations.adapters.refusals import UnreadableSource
from hashira.regulations.cli import regulations

ORDINANCE = """試験市施設管理条例
令和四年四月一日条例第三号

（点検）
第1条　管理者は、6月以内ごとに1回、施設の損傷の有無を目視により点検しなければならない。

（掲示）
第2条　管理者は、利用料金を施設の見やすい場所に掲示しなければならない。

（罰則）
第3条　前条の規定に違反した者は、5万円以下の過料に処する。
"""


def scan(*arguments: str) -> Result:
    return CliRunner().invoke(regulations, ["scan", *arguments, "--processes", "1"])


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "施設.txt").write_text(ORDINANCE, encoding="utf-8")
    return folder


def test_an_ordinance_gives_its_findings_best_first(city: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    result = scan(str(city), "--output", str(output))
    assert result.exit_code == 0, result.output
    with output.open(encoding="utf-8", newline="") as rows:
        found = list(csv.DictReader(rows))
    assert [row["score"] for row in found] == sorted((row["score"] for row in found), key=float, reverse=True)
    kinds = {(row["category"], row["article"]) for row in found}
    assert {("目視", "1"), ("定期検査・点検", "1"), ("書面掲示", "2")} <= kinds
    assert "3" not in {article for _, article in kinds}
    assert found[0]["law_title"] == "試験市施設管理条例"


def test_two_processes_find_what_one_finds(city: Path, tmp_path: Path) -> None:
    for number in range(3):
        (city / f"施設{number}.txt").write_text(
            ORDINANCE.replace("試験市", f"試験{number}市"), encoding="utf-8"
        )
    (city / "壊れ.xml").write_text("<Law><LawBody>", encoding="utf-8")
    written = []
    for processes in ("1", "2"):
        command = "from hashira.regulations.cli import regulations; regulations()"
        output = tmp_path / f"{processes}.csv"
        done = subprocess.run(
            (sys.executable, "-c", command, "scan", str(city), "-o", str(output), "--processes", processes),
            capture_output=True,
            text=True,
            check=True,
        )
        written.append((output.read_bytes(), done.stderr))
    assert written[0] == written[1]
    assert "壊れ.xml" in written[0][1]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_file_that_is_gone_when_it_is_its_turn_is_told(tmp_path: Path, start: str) -> None:
    (tmp_path / "一.txt").write_text(ORDINANCE, encoding="utf-8")
    (tmp_path / "二.txt").write_text(ORDINANCE, encoding="utf-8")
    looked = sources.each(tmp_path, sources.read_text)
    files = [sources._OnDisk(tmp_path / name, name, 1) for name in ("一.txt", "二.txt", "三.txt")]
    assert [text.facts.title for text in looked] == ["試験市施設管理条例"] * 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "_files", lambda folder: iter(files))
        with pytest.raises(UnreadableSource, match="三"):
            list(sources.each(tmp_path, sources.read_text, 2, start=start))


def test_without_output_the_best_are_shown(city: Path) -> None:
    result = scan(str(city), "--best", "1")
    assert result.exit_code == 0
    assert "試験市施設管理条例第1条" in result.output
    assert "第3条" not in result.output


def test_a_broken_document_is_named_and_the_rest_is_read(city: Path) -> None:
    (city / "壊れ.xml").write_text("<Law><LawBody>", encoding="utf-8")
    (city / "古い.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    result = scan(str(city))
    assert result.exit_code == 0
    assert "壊れ.xml" in result.output
    assert "soffice" in result.output  # how a .doc is converted
    assert "2 文書を飛ばしました" in result.output
    assert "1 法令" in result.output


def test_one_category_alone(city: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    assert scan(str(city), "-o", str(output), "--category", "書面掲示").exit_code == 0
    with output.open(encoding="utf-8", newline="") as rows:
        assert {row["category"] for row in csv.DictReader(rows)} == {"書面掲示"}


def test_a_category_that_does_not_exist_is_a_usage_error(city: Path) -> None:
    result = scan(str(city), "--category", "対面")
    assert result.exit_code == 2
    assert "対面講習" in result.output


def test_an_output_of_an_unknown_kind_is_refused_at_once(city: Path, tmp_path: Path) -> None:
    result = scan(str(city), "-o", str(tmp_path / "out.xls"))
    assert result.exit_code == 3
    assert ".parquet" in result.output
    assert not (tmp_path / "out.xls").exists()


def test_a_folder_that_is_not_there_is_told_before_the_work(city: Path, tmp_path: Path) -> None:
    result = scan(str(city), "-o", str(tmp_path / "nowhere" / "out.csv"))
    assert result.exit_code == 3
    assert "書き出せません" in result.output


def test_a_source_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert scan(str(tmp_path / "nothing")).exit_code == 2


def test_an_empty_folder_finds_nothing_and_says_so(tmp_path: Path) -> None:
    result = scan(str(tmp_path))
    assert result.exit_code == 0
    assert "0 法令" in result.output


def test_planted_provisions_are_found_in_html_and_pdf(tmp_path: Path) -> None:
    folder = tmp_path / "例規集"
    folder.mkdir()
    (folder / "k1RG1.html").write_bytes(page(PARK, "Shift_JIS").encode("cp932"))
    text = "橋の点検に関する要綱\n\n第1条　市長は、橋の損傷の有無を目視により点検しなければならない。"
    face = '#set text(font: ("IPAexMincho", "Noto Serif CJK JP"), lang: "ja")\n'
    (folder / "bridge.pdf").write_bytes(typst.compile((face + text).encode()))
    output = tmp_path / "out.csv"
    assert scan(str(folder), "--output", str(output)).exit_code == 0
    with output.open(encoding="utf-8", newline="") as rows:
        found = {(row["category"], row["citation"]) for row in csv.DictReader(rows)}
    assert ("書面掲示", "柱市公園施設条例第1条第2項") in found
    assert ("目視", "柱市公園施設条例第1条第1項") in found
    assert ("目視", "橋の点検に関する要綱第1条第1項") in found
