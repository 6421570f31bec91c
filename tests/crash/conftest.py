"""Installations to be killed: one on SQLite, one on a PostgreSQL of its own.

What they begin as is made once and copied for each test, as its tables and its demonstration take longer to
make than a kill takes: folder and SQLite's file as files, a database of PostgreSQL as a template.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.crash.installation import Installation, installed, prepare, until
from tests.nursery import HASHIRA
from tools.checks import postgresql_url


@dataclass(frozen=True)
class Beginning:
    """An installation at rest, of which others are copied."""

    folder: Path
    server: Any = None
    database: str = ""
    """Its name on that server; empty: SQLite, in the folder."""

    def copied(self, folder: Path) -> Beginning:
        """Another one that is the same."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Beginning(
            folder, self.server, _new_database(self.server, self.database) if self.server else ""
        )

    @property
    def database_url(self) -> str:
        return postgresql_url(self.server.get_uri(database=self.database)) if self.server else ""


def _new_database(server: Any, template: str = "template1") -> str:
    name = f"trial_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        others = "SELECT 1 FROM pg_stat_activity WHERE datname = %s"
        until(
            lambda: not connection.execute(others, [template]).fetchall(), "the last process on the template"
        )
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def _made(beginning: Beginning) -> Beginning:
    """With its tables, those of the queue too, which a worker makes at its first start."""
    with installed(beginning.folder, beginning.database_url, prepared=True) as installation:
        prepare(installation)
        worker = installation.worker()
        until(lambda: installation.rows("SELECT executor FROM jobs_worker"), "a worker")
        worker.terminate()
        assert worker.wait(timeout=60) == 0
    return beginning


def _demonstrated(beginning: Beginning, folder: Path) -> Beginning:
    """A copy with the demonstration, which ``hashira run`` would load at its first start."""
    copy = beginning.copied(folder)
    with installed(copy.folder, copy.database_url, prepared=True) as installation:
        installation.command(*HASHIRA, "demo", "load")
    return copy


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


@pytest.fixture(scope="session")
def empty_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Beginning:
    return _made(Beginning(tmp_path_factory.mktemp("empty-sqlite")))


@pytest.fixture(scope="session")
def empty_on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Any) -> Beginning:
    folder = tmp_path_factory.mktemp("empty-postgresql")
    return _made(Beginning(folder, postgresql_server, _new_database(postgresql_server)))


@pytest.fixture(scope="session")
def demonstration_on_sqlite(
    tmp_path_factory: pytest.TempPathFactory, empty_on_sqlite: Beginning
) -> Beginning:
    return _demonstrated(empty_on_sqlite, tmp_path_factory.mktemp("demonstration-sqlite"))


@pytest.fixture(scope="session")
def demonstration_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, empty_on_postgresql: Beginning
) -> Beginning:
    return _demonstrated(empty_on_postgresql, tmp_path_factory.mktemp("demonstration-postgresql"))


def _installation(beginning: Beginning, folder: Path) -> Iterator[Installation]:
    copy = beginning.copied(folder)
    with installed(copy.folder, copy.database_url, prepared=True) as installation:
        yield installation


@pytest.fixture
def on_sqlite(tmp_path: Path, empty_on_sqlite: Beginning) -> Iterator[Installation]:
    yield from _installation(empty_on_sqlite, tmp_path)


@pytest.fixture
def on_postgresql(tmp_path: Path, empty_on_postgresql: Beginning) -> Iterator[Installation]:
    yield from _installation(empty_on_postgresql, tmp_path)


@pytest.fixture
def demonstrated_on_sqlite(tmp_path: Path, demonstration_on_sqlite: Beginning) -> Iterator[Installation]:
    yield from _installation(demonstration_on_sqlite, tmp_path)


@pytest.fixture
def demonstrated_on_postgresql(
    tmp_path: Path, demonstration_on_postgresql: Beginning
) -> Iterator[Installation]:
    yield from _installation(demonstration_on_postgresql, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """Each test once on either database."""
    found: Installation = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def demonstrated(request: pytest.FixtureRequest) -> Installation:
    """The same with the municipalities and people of the demonstration."""
    found: Installation = request.getfixturevalue(f"demonstrated_on_{request.param}")
    return found
