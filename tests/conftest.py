"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db.backends.base.operations import BaseDatabaseOperations
from hypothesis import HealthCheck, settings

from hashira.certificates.adapters import file_signer

# How long an example takes says how busy the machine is; ``./prove`` looks at others each time.
settings.register_profile(
    "hashira",
    deadline=None,
    derandomize="HASHIRA_PROVE_COUNT" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("hashira")
_OF_THE_DATABASE = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-database", action="store_true", help="only what asks for no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database only what asks for one runs: the rest has run already, and would do the same.

    ``--without-database`` is the reverse of it, for whoever wants an answer within a minute.
    """
    if os.environ.get("HASHIRA_DATABASE_URL"):
        left_out = [i for i in items if i.get_closest_marker("one_database") or not _asks_for_a_database(i)]
    elif config.getoption("--without-database"):
        left_out = [item for item in items if _asks_for_a_database(item)]
    else:
        return
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def _asks_for_a_database(item: pytest.Item) -> bool:
    named = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not _OF_THE_DATABASE.isdisjoint(named)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs that others published; named by HASHIRA_DATA, never committed."""
    named = os.environ.get("HASHIRA_DATA", "")
    if named and Path(named).is_dir():
        return Path(named).resolve()
    if os.environ.get("CI"):
        pytest.fail("HASHIRA_DATA must name the folder of real inputs in CI")
    pytest.skip("HASHIRA_DATA is not set: not checked against the real inputs that others published")


@pytest.fixture(autouse=True, scope="session")
def cache_of_this_process(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two processes of the tests would empty one folder of cached counts under each other."""
    from django.core.cache import cache

    cache._dir = str(tmp_path_factory.mktemp("cache"))  # type: ignore[attr-defined]  # of the file-based cache


@dataclass(frozen=True, slots=True)
class Stretching:
    """How much work the product puts between a guess and a secret."""

    argon2_passes: int
    argon2_kibibytes: int
    scrypt_cost: int
    scrypt_parallel: int


@pytest.fixture(autouse=True, scope="session")
def stretching() -> Iterator[Stretching]:
    """Secrets of tests are stretched little, since hundreds are made; gives the figures of the product."""
    real = Stretching(
        Argon2PasswordHasher.time_cost,
        Argon2PasswordHasher.memory_cost,
        file_signer._COST,
        file_signer._PARALLEL,
    )
    with (
        patch.multiple(Argon2PasswordHasher, time_cost=1, memory_cost=64, parallelism=1),
        patch.multiple(file_signer, _COST=16, _PARALLEL=1),
    ):
        yield real


@pytest.fixture(autouse=True, scope="session")
def tables_can_be_emptied_between_tests() -> Iterator[None]:
    """Lets the test runner, and nobody else, empty tables whose triggers refuse every DELETE and TRUNCATE."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def without_triggers(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> Any:
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")
                flush(self, sql_list)
                cursor.execute("SET session_replication_role = origin")
                return
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            flush(self, sql_list)
            for _, sql in triggers:
                cursor.execute(sql)

    with patch.object(BaseDatabaseOperations, "execute_sql_flush", without_triggers):
        yield
