"""An empty database gets at once the very tables that the migrations, one after the other, would have made.

Both databases are read through their own catalogues, not through the product: columns with type, default and
collation, every index, constraint and trigger with its text, and the rows that a migration leaves behind.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests import nursery
from tools.checks import postgresql_url

pytestmark = [pytest.mark.long, pytest.mark.django_db]
Query = Callable[[str], list[tuple[Any, ...]]]

_AT_ONCE = "call_command('migrate')"
_ONE_BY_ONE = "call_command('migrate', 'certificates', '0008', verbosity=0); call_command('migrate')"
"""A database of an earlier release, and then the rest of the way."""
_PROGRAM = """
import django
django.setup()
from django.core.management import call_command
"""
_INTERRUPTED = """
from unittest.mock import patch
from django.db.migrations.executor import MigrationExecutor
made = MigrationExecutor.record_migration
def record(self, migration):
    made(self, migration)
    if migration.app_label == "regulations":
        raise InterruptedError("after most of it")
with patch.object(MigrationExecutor, "record_migration", record):
    try:
        call_command("migrate", verbosity=0)
    except InterruptedError as error:
        print(error)
"""

_ROWS = (
    "SELECT app, name FROM django_migrations",
    "SELECT app_label, model FROM django_content_type",
    "SELECT codename, name, model FROM auth_permission JOIN django_content_type c ON c.id = content_type_id",
)
_OF_POSTGRESQL = (
    """SELECT c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
              a.attidentity, pg_get_expr(d.adbin, d.adrelid), l.collname
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
       LEFT JOIN pg_collation l ON l.oid = a.attcollation
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'i'""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred,
              convalidated
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    """SELECT sequencename, data_type::text, start_value, increment_by
       FROM pg_sequences WHERE schemaname = 'public'""",
)


@contextmanager
def database(folder: Path) -> Iterator[tuple[Query, dict[str, str]]]:
    """An empty one of the kind the tests run on: how to ask it, and the variables that name it."""
    folder.mkdir()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(folder / "hashira.sqlite3")) as asked:
            yield lambda sql: asked.execute(sql).fetchall(), {}
        return
    name = f"trial_{uuid.uuid4().hex[:12]}"
    where = connection.get_connection_params()
    with psycopg.connect(
        host=where["host"], user=where["user"], dbname="postgres", autocommit=True
    ) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            url = postgresql_url(f"postgresql://{where['user']}:@/{name}?host={where['host']}")
            with psycopg.connect(
                host=where["host"], user=where["user"], dbname=name, autocommit=True
            ) as asked:
                yield lambda sql: asked.execute(sql).fetchall(), {"HASHIRA_DATABASE_URL": url}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrated(folder: Path, variables: dict[str, str], commands: str) -> str:
    """What a process of the product says that runs the commands on that database."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("HASHIRA_", "DJANGO_"))}
    told = {"DJANGO_SETTINGS_MODULE": "hashira.portal.settings", "HASHIRA_DATA_DIR": str(folder)}
    environment = own | told | {"HASHIRA_ENVIRONMENT": "development"} | variables
    done = nursery.run(["-c", _PROGRAM + commands], env=environment, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout


def described(query: Query) -> dict[str, list[str]]:
    """Everything the database knows of its own form, and the rows of migrations, as sorted lines."""
    if connection.vendor == "postgresql":
        form = {sql: query(sql) for sql in _OF_POSTGRESQL}
    else:
        found = query("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
        form = {f"{kind} {name} on {table}": _parts(sql) for kind, name, table, sql in found}
    return {
        what: sorted(map(repr, rows)) for what, rows in (form | {sql: query(sql) for sql in _ROWS}).items()
    }


def _parts(sql: str) -> list[tuple[str]]:
    """A statement of SQLite in its parts between commas, of which the order means nothing in a table.

    What stands within brackets or quotes stays together.
    """
    depth, quote, parts = 0, "", [""]
    for letter in sql:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += {"(": 1, ")": -1}.get(letter, 0)
        if (letter == "," and depth == 1 and not quote) or (letter == "(" and depth == 1 and len(parts) == 1):
            parts.append("")
        else:
            parts[-1] += letter
    parts[-1] = parts[-1].removesuffix(")")
    return [(part.strip(),) for part in parts]


def test_the_tables_are_those_of_the_migrations_one_by_one(tmp_path: Path) -> None:
    with database(tmp_path / "at-once") as (query, variables):
        said = migrated(tmp_path / "at-once", variables, _AT_ONCE)
        assert "at once" in said
        assert "No migrations to apply" in said
        at_once = described(query)
    with database(tmp_path / "one-by-one") as (query, variables):
        said = migrated(tmp_path / "one-by-one", variables, _ONE_BY_ONE)
        assert "at once" not in said
        assert "Applying certificates.0009" in said
        one_by_one = described(query)
    assert sum(map(len, at_once.values())) > 2000, "the catalogues say too little to compare"
    assert at_once == one_by_one


def test_interrupted_it_leaves_the_database_as_empty_as_it_was(tmp_path: Path) -> None:
    with database(tmp_path / "interrupted") as (query, variables):
        assert migrated(tmp_path / "interrupted", variables, _INTERRUPTED) == "after most of it\n"
        tables = "pg_tables WHERE schemaname = 'public'" if variables else "sqlite_master"
        assert query(f"SELECT count(*) FROM {tables}") == [(0,)]
        assert "at once" in migrated(tmp_path / "interrupted", variables, _AT_ONCE)
