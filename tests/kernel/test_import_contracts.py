"""The import contracts of the repository bite: each is broken once, on a skeleton of the product."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
CONTRACTS = Path(__file__).parents[2] / ".importlinter"
HOUSE = "portal → systems → ui → core → kernel"
SYSTEM = "in a system: web → services → store → domain"
PURE = "kernel and domain: no framework, network, file, process or clock"
SYSTEMS = ("certificates", "regulations", "cloud", "plan")
ROOMS = (
    "urls",
    "web",
    "api",
    "cli",
    "jobs",
    "figures",
    "services",
    "selectors",
    "store",
    "adapters",
    "domain",
)


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    for package in ("", "kernel", "core", "ui", "portal", *SYSTEMS):
        folder = tmp_path / "hashira" / package
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    for room in ROOMS:  # one system complete, the others empty, as while they are being built
        (tmp_path / "hashira/certificates" / f"{room}.py").touch()
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    """Exit status and report of import-linter on the package in ``folder``."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--config", str(CONTRACTS), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_skeleton_keeps_every_contract(skeleton: Path) -> None:
    status, report = lint(skeleton)
    assert status == 0, report
    assert "3 kept, 0 broken" in report


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("kernel/era", "hashira.core", HOUSE),
        ("core/audit", "hashira.ui", HOUSE),
        ("ui/forms", "hashira.certificates.domain", HOUSE),
        ("plan/figures", "hashira.certificates.figures", HOUSE),
        ("certificates/web", "hashira.portal", HOUSE),
        ("certificates/domain", "hashira.certificates.store", SYSTEM),
        ("certificates/store", "hashira.certificates.services", SYSTEM),
        ("certificates/services", "hashira.certificates.web", SYSTEM),
        ("certificates/api", "hashira.certificates.web", SYSTEM),
        ("certificates/selectors", "hashira.certificates.services", SYSTEM),
        ("certificates/adapters", "hashira.certificates.store", SYSTEM),
        ("kernel/era", "django.utils", PURE),
        ("kernel/era", "pathlib", PURE),
        ("certificates/domain", "ninja", PURE),
        ("certificates/domain", "httpx", PURE),
        ("certificates/domain", "sqlite3", PURE),
        ("certificates/domain", "subprocess", PURE),
        ("certificates/domain", "os", PURE),
        ("certificates/domain", "hashira.core", PURE),
        ("regulations/domain", "django", PURE),  # a domain that appears later is held to it too
    ],
)
def test_a_planted_import_breaks_its_contract(
    skeleton: Path, module: str, imported: str, contract: str
) -> None:
    (skeleton / f"hashira/{module}.py").write_text(f"import {imported}\n", "utf-8")
    status, report = lint(skeleton)
    assert status == 1, report
    assert f"{contract} BROKEN" in report


@pytest.mark.parametrize(("module", "contract"), [("helpers", HOUSE), ("certificates/helpers", SYSTEM)])
def test_a_module_without_a_layer_is_refused(skeleton: Path, module: str, contract: str) -> None:
    (skeleton / f"hashira/{module}.py").touch()
    status, report = lint(skeleton)
    assert status == 1, report
    assert f"{contract} BROKEN" in report
