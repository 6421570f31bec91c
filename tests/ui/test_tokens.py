"""Each value of the look is the value of the token it is said to be, in the package as npm hands it out."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

import hashira.ui

STATIC = Path(hashira.ui.__file__).parent / "static" / "ui"
PACKAGE = "@digital-go-jp/design-tokens@1.1.9"
VALUE = re.compile(r"^\s*(--ui-[\w-]+):\s*(.+?);\s*/\* ([\w-]+) \*/$", re.MULTILINE)
DECLARED = re.compile(r"^\s*(--[\w-]+):\s*(.+?);", re.MULTILINE)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("tokens")
    packed = subprocess.run([npm, "pack", PACKAGE], cwd=folder, capture_output=True, text=True, timeout=120)
    if packed.returncode != 0:
        pytest.skip(f"npm cannot fetch {PACKAGE}")
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        member = tar.extractfile("package/dist/tokens.css")
        assert member is not None
        text = member.read().decode("utf-8")
    return {name.removeprefix("--"): value for name, value in DECLARED.findall(text)}


def test_every_value_is_its_token(published: dict[str, str]) -> None:
    used = VALUE.findall((STATIC / "tokens.css").read_text(encoding="utf-8"))
    assert len(used) > 50
    wrong = [(name, value, token) for name, value, token in used if published.get(token) != value]
    assert wrong == []


def test_no_style_sheet_has_a_colour_or_name_of_its_own() -> None:
    declared = {
        name for name, _value in DECLARED.findall((STATIC / "tokens.css").read_text(encoding="utf-8"))
    }
    used = set()
    for sheet in sorted(STATIC.glob("*.css")):
        if sheet.name == "tokens.css":
            continue
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        used |= set(re.findall(r"var\((--[\w-]+)\)", text))
        if sheet.name != "print.css":
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", text) == [], sheet.name
    assert used - declared == set()
    assert declared - used == set()


def test_style_sheets_load_nothing_from_elsewhere() -> None:
    for sheet in STATIC.glob("*.css"):
        assert not re.search(r"@import|url\(", sheet.read_text(encoding="utf-8")), sheet.name
