"""Commands in the folder of a start follow that start, and nothing that others could have written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hashira.portal.last_start import recall, remember

VARIABLES = ("HASHIRA_ENVIRONMENT", "HASHIRA_DATABASE_URL", "HASHIRA_SYSTEMS")


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "")  # so that what a test sets is taken away again
        monkeypatch.delenv(name)


def started(folder: Path, monkeypatch: pytest.MonkeyPatch, **told: str) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    remember(folder)
    for name in told:
        monkeypatch.delenv(name)


def test_a_start_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://one:secret@localhost/hashira"
    started(tmp_path, monkeypatch, HASHIRA_ENVIRONMENT="development", HASHIRA_DATABASE_URL=url)
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    recall(tmp_path)
    assert (os.environ["HASHIRA_ENVIRONMENT"], os.environ["HASHIRA_DATABASE_URL"]) == ("development", url)


def test_what_is_set_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started(tmp_path, monkeypatch, HASHIRA_ENVIRONMENT="development", HASHIRA_SYSTEMS="plan")
    monkeypatch.setenv("HASHIRA_ENVIRONMENT", "production")
    recall(tmp_path)
    assert os.environ["HASHIRA_ENVIRONMENT"] == "production"
    assert "HASHIRA_SYSTEMS" not in os.environ


def test_a_start_in_production_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started(tmp_path, monkeypatch, HASHIRA_ENVIRONMENT="development")
    started(tmp_path, monkeypatch, HASHIRA_ENVIRONMENT="production")
    recall(tmp_path)
    assert "HASHIRA_ENVIRONMENT" not in os.environ


@pytest.mark.parametrize("content", ["", "[]", "{", '{"HASHIRA_ENVIRONMENT": "production"}'])
def test_what_is_no_start_for_development_is_not_followed(content: str, tmp_path: Path) -> None:
    (tmp_path / "last-start.json").write_text(content)
    recall(tmp_path)
    assert "HASHIRA_ENVIRONMENT" not in os.environ


def test_a_file_others_may_write_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started(tmp_path, monkeypatch, HASHIRA_ENVIRONMENT="development")
    (tmp_path / "last-start.json").chmod(0o666)
    recall(tmp_path)
    assert "HASHIRA_ENVIRONMENT" not in os.environ


@pytest.mark.long
@pytest.mark.parametrize("module", ["hashira.portal.wsgi", "hashira.portal.settings"])
def test_the_web_never_follows_it(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started(tmp_path, monkeypatch, HASHIRA_ENVIRONMENT="development")
    monkeypatch.setenv("HASHIRA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "hashira.portal.settings")
    asked = f"import {module}; from django.conf import settings; print(settings.DEVELOPMENT)"
    said = subprocess.run((sys.executable, "-c", asked), capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


@pytest.mark.long
def test_the_doctor_follows_it_without_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started(tmp_path, monkeypatch, HASHIRA_ENVIRONMENT="development")
    monkeypatch.setenv("HASHIRA_DATA_DIR", str(tmp_path))
    command = (sys.executable, "-c", "from hashira.portal.command import main; main()", "doctor", "--json")
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Set up for development" in said.stdout, said.stderr
    assert not (tmp_path / "keys").exists()
