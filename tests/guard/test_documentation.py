"""Promises about the documentation: what exists is described, what is described exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_described_and_every_described_setting_exists() -> None:
    code = (ROOT / "src/hashira/portal/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environ\.get\("(HASHIRA_[A-Z_]+)"', code))
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `(HASHIRA_[A-Z_]+)`", page, re.MULTILINE))
    assert read
    assert described - {"HASHIRA_DATA"} == read  # HASHIRA_DATA is read by tests only


def test_behind_each_dependency_stands_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [part for extra in project["optional-dependencies"].values() for part in extra]
    required = [*project["dependencies"], *extras]
    names = {re.split(r"[\[~<>=]", requirement)[0] for requirement in required}
    page = (ROOT / "docs/explanation/dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE)) == names


def test_links_of_the_documentation_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert len(pages) > 5
    assert not broken
