"""``hashira certificates check-in``: JSON lines in, JSON lines out, in a real process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.certificates.card import Key, card
from tests.certificates.test_verify_command import HASHIRA

from hashira.certificates.domain import p256

KEY = Key()


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [p256.jwk(KEY.public_key_spki)]}))
    return path


def check_in(text: str, *arguments: object) -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        (*HASHIRA, "certificates", "check-in", *map(str, arguments)),
        input=text,
        capture_output=True,
        text=True,
        env={"LANG": "ja_JP.UTF-8", "PYTHONPATH": "src", "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
        timeout=60,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_each_line_has_its_answer(trust: Path) -> None:
    genuine = card(KEY)
    lines = (json.dumps({"code": genuine, "reference": "12A", "destination": "FRA"}), "", genuine, "tea")
    code, answers, _ = check_in("\n".join(lines), "--trust", trust)
    assert code == 1, "one is not verified"
    assert [(one["line"], one["reference"]) for one in answers] == [(1, "12A"), (2, None), (3, None)]
    assert [one["genuine"]["verdict"] for one in answers] == ["verified", "verified", "unsupported"]
    assert [one["destination"]["finding"] for one in answers] == ["no-rule", "not-asked", "not-asked"]
    assert check_in(genuine, "--trust", trust)[0] == 0


@pytest.mark.parametrize("line", ['{"code": 1}', '{"code": "x", "stranger": "y"}', "x" * 200_001])
def test_a_line_that_is_none_ends_it_and_says_which(trust: Path, line: str) -> None:
    code, answers, said = check_in(f"tea\n{line}\ntea", "--trust", trust)
    assert (code, len(answers)) == (2, 1)
    assert "2" in said
