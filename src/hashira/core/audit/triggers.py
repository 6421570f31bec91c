"""Triggers by which the database itself keeps the audit append-only (追記専用)."""

from __future__ import annotations

from typing import Any

_UNIQUE = {
    "audit_auditevent": ("sequence",),
    "audit_auditmention": ("id",),
    "audit_auditseal": ("number", "hash"),
}
"""The columns of each table by whose value a row could be replaced."""
TABLES = ("audit_auditevent", "audit_auditseal", "audit_auditmention")


def add_triggers(apps: Any, schema_editor: Any) -> None:
    """Refuses UPDATE and DELETE on both databases, and TRUNCATE on PostgreSQL."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
        )
    for table in TABLES:
        if vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    """Takes them away again, for a migration backwards."""
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        if vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            continue
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}")
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_is_append_only()")


def refuse_replacing(apps: Any, schema_editor: Any) -> None:
    """Refuses ``INSERT OR REPLACE`` on SQLite, which takes a row out without asking the triggers on DELETE.

    They are asked only under ``PRAGMA recursive_triggers``, which is off unless a connection turns it on
    (https://www.sqlite.org/lang_conflict.html, REPLACE). PostgreSQL knows no such statement.
    """
    if schema_editor.connection.vendor != "sqlite":
        return
    for table, columns in _UNIQUE.items():
        same = " OR ".join(f"{column} = NEW.{column}" for column in columns)
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 (names of this file)
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def allow_replacing(apps: Any, schema_editor: Any) -> None:
    """Takes that away again, for a migration backwards."""
    if schema_editor.connection.vendor == "sqlite":
        for table in _UNIQUE:
            schema_editor.execute(f"DROP TRIGGER {table}_no_replace")
