"""Each system alone on a database of its own, as networks that are kept apart need it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
_VISIT = """
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
client = Client(headers={"host": "localhost"})
print(*(client.get(path).status_code for path in ("/", "/health/ready", "/certificates/verify")))
"""


def visit(systems: str, data: Path) -> subprocess.CompletedProcess[str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("HASHIRA_")}
    environment = own | {
        "HASHIRA_ENVIRONMENT": "development",
        "HASHIRA_SYSTEMS": systems,
        "HASHIRA_DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "hashira.portal.settings",
        "PYTHONPATH": "src",
    }
    return subprocess.run(
        (sys.executable, "-c", _VISIT), env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("system", "door"), [("certificates", 200), ("regulations", 404), ("cloud", 404), ("plan", 404)]
)
def test_a_system_starts_alone(system: str, door: int, tmp_path: Path) -> None:
    answer = visit(system, tmp_path)
    assert answer.stdout == f"200 200 {door}\n", answer.stderr
    assert (tmp_path / "hashira.sqlite3").exists()


def test_an_unknown_system_is_refused_by_name(tmp_path: Path) -> None:
    answer = visit("certificats", tmp_path)
    assert answer.returncode != 0
    assert "HASHIRA_SYSTEMS names certificats" in answer.stderr
