"""The bundle installs and starts with the network cut."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.bundle
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    command = (sys.executable, "-c", "from hashira.portal.command import main; main()", "bundle")
    made = subprocess.run(
        (*command, str(folder / "hashira.tar.gz")), cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert made.returncode == 0, made.stderr
    subprocess.run(("tar", "-xzf", "hashira.tar.gz"), cwd=folder, check=True)  # as a person would
    return folder / "hashira"


def test_it_installs_and_starts_with_the_network_cut(unpacked: Path) -> None:
    cut_off = Path(__file__).with_name("cut_off.py")
    own = {key: value for key, value in os.environ.items() if not key.startswith(("HASHIRA_", "PYTHONPATH"))}
    done = subprocess.run(
        ("unshare", "--map-root-user", "--net", sys.executable, str(cut_off), str(unpacked)),
        capture_output=True,
        text=True,
        timeout=600,
        env=own,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "without a network" in done.stdout


def test_a_changed_file_is_not_installed(unpacked: Path) -> None:
    requirements = unpacked / "requirements.txt"
    text = requirements.read_text()
    requirements.write_text(text + "\n")
    done = subprocess.run([unpacked / "install"], capture_output=True, text=True, timeout=120)
    requirements.write_text(text)
    assert done.returncode != 0
    assert "requirements.txt" in done.stdout + done.stderr
