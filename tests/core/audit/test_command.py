"""``hashira audit``: a verdict is 0 or 1, a trouble is 3, and data goes to stdout alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import OperationalError, transaction

from hashira.core.access import Principal
from hashira.core.audit import record
from hashira.core.audit.models import AuditSeal
from hashira.portal.command import main

pytestmark = pytest.mark.django_db


def hashira(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


def tell() -> None:
    with transaction.atomic():
        record(actor=Principal.system("test"), action="test:Tell")


def test_a_sound_history_is_0_and_says_its_head() -> None:
    tell()
    assert hashira("seal").exit_code == 0
    kept = AuditSeal.objects.get().hash
    assert hashira("head").stdout.strip() == kept
    answer = hashira("verify", "--json", "--expected-head", kept)
    assert answer.exit_code == 0
    found = json.loads(answer.stdout)
    assert (found["ok"], found["events"], found["head"], found["problem"]) == (True, 1, kept, None)


def test_another_history_is_1_in_both_languages() -> None:
    tell()
    hashira("seal")
    answer = hashira("verify", "--json", "--expected-head", "f" * 64)
    assert answer.exit_code == 1
    problem = json.loads(answer.stdout)["problem"]
    assert problem["ja"]
    assert problem["en"].isascii()
    assert hashira("verify", "--expected-head", "f" * 64).stdout.startswith("×")


def test_a_database_that_is_not_there_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise OperationalError("no such table: audit_auditseal")

    monkeypatch.setattr("hashira.core.audit.sealing.verify", broken)
    answer = hashira("verify")
    assert answer.exit_code == 3
    assert answer.stdout == ""
    assert "CORE-026" in answer.stderr


def test_an_export_goes_to_the_file_or_to_stdout(tmp_path: Path) -> None:
    tell()
    hashira("seal")
    file = tmp_path / "audit.jsonl"
    answer = hashira("export", str(file))
    assert answer.exit_code == 0
    assert answer.stdout == ""
    lines = file.read_bytes()
    assert [next(iter(json.loads(line))) for line in lines.splitlines()] == ["event", "seal"]
    assert hashira("export").stdout_bytes == lines
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    answer = hashira("export", str(tmp_path / "missing" / "audit.jsonl"))
    assert answer.exit_code == 3
    assert "CORE-011" in answer.stderr


def test_an_unknown_command_is_2() -> None:
    assert hashira("bogus").exit_code == 2
