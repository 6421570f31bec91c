"""Installations to be killed: one on SQLite, one on a PostgreSQL of its own."""

from __future__ import annotations

import logging
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.crash.installation import Installation, installed
from tools.checks import postgresql_url


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    with warnings.catch_warnings(action="ignore"):  # it tells where it looks for a runtime folder
        import pgserver
    # Not in pytest's own folder: root runs the server as another user, whom pytest keeps out of there.
    with tempfile.TemporaryDirectory(prefix="hashira-crash-") as folder:
        server = pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="stop")
        try:
            yield server
        finally:
            server.cleanup()
            logging.getLogger("pgserver").setLevel(logging.CRITICAL)  # it speaks again after the end


@pytest.fixture
def postgresql(postgresql_server: Any) -> str:
    """The address of a new database."""
    name = f"trial_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return postgresql_url(postgresql_server.get_uri(database=name))


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path) as installation:
        yield installation


@pytest.fixture
def on_postgresql(tmp_path: Path, postgresql: str) -> Iterator[Installation]:
    with installed(tmp_path, postgresql) as installation:
        yield installation


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """Each test once on either database."""
    found: Installation = request.getfixturevalue(f"on_{request.param}")
    return found
