"""300 ordinances of a city that does not exist: written the same each time, and read whole."""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from hashira.regulations.adapters.sources import Document, documents, read_text
from hashira.regulations.domain.detection import JAPAN
from hashira.regulations.domain.law.law import LawText, Rank

_TOOL = Path(__file__).parents[2] / "tools" / "synthetic_city.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("synthetic_city", _TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["synthetic_city"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("city")
    assert tool.write(made) == 300
    return made


@pytest.fixture(scope="module")
def read(folder: Path) -> dict[str, LawText]:
    found = [one for one in documents(folder)]
    assert all(isinstance(one, Document) for one in found)
    return {one.name: read_text(one) for one in found if isinstance(one, Document)}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.long
def test_the_same_seed_writes_the_same_bytes(tool: ModuleType, folder: Path, tmp_path: Path) -> None:
    tool.write(tmp_path)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert all((folder / name).read_bytes() == (tmp_path / name).read_bytes() for name in names)


def test_every_document_is_read_as_what_it_is(read: dict[str, LawText]) -> None:
    assert len(read) == 300
    ranks = Counter(law.facts.rank for law in read.values())
    assert ranks[Rank.ORDINANCE] == 140
    assert ranks[Rank.ORDINANCE_RULE] == 100
    assert ranks[Rank.GUIDELINE] + ranks[Rank.NOTIFICATION] == 60
    assert all(law.facts.number for law in read.values())


def test_every_planted_provision_stands_where_it_was_planted(folder: Path, read: dict[str, LawText]) -> None:
    planted = rows(folder)
    assert len(planted) > 900
    assert {row["category"] for row in planted if row["category"]} == set(JAPAN.categories)
    wrong = []
    for row in planted:
        texts = {unit.path: unit.text for unit in read[row["file"]].units}
        if texts.get(row["path"]) != row["text"]:
            wrong.append((row["file"], row["path"], row["text"], texts.get(row["path"])))
    assert wrong == []


def test_no_word_is_lost(tool: ModuleType, read: dict[str, LawText]) -> None:
    """Every character that was written was read, but for brackets, blanks and digits of numbers."""
    lost = []
    for number, writing in enumerate(tool.city()):
        name = f"{writing.name}{'.docx' if number % 5 == 4 else '.txt'}"
        law = read[name]
        kept = law.facts.title + "".join(
            "".join((*unit.headings, unit.caption, unit.label, unit.text, unit.appendix, unit.amendment))
            for unit in law.units
        )
        written = Counter("".join(writing.lines[2:]))
        missing = {
            sign: count - kept.count(sign)
            for sign, count in written.items()
            if sign not in "　 |（）()附則" and not sign.isdigit() and kept.count(sign) < count
        }
        if missing:
            lost.append((name, missing))
    assert lost == []
