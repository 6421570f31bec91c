"""Triggers by which the database itself keeps the register append-only, on both databases (追記専用)."""

from __future__ import annotations

from typing import Any

TABLES = ("certificates_doseevent", "certificates_personrevision")
_ERASED = "(SELECT erased_at FROM certificates_person WHERE id = OLD.person_id)"
_DELEGATED = "certificates_delegatedact"
_OF_MERGE = (
    "(SELECT max(p.erased_at) FROM certificates_person p JOIN certificates_personmerge m "
    "ON p.id IN (m.kept_id, m.absorbed_id) WHERE m.id = OLD.merge_id)"
)
_ERASED_OF = {
    "certificates_personmerge": (
        "(SELECT max(erased_at) FROM certificates_person WHERE id IN (OLD.kept_id, OLD.absorbed_id))"
    ),
    "certificates_collapseddose": _OF_MERGE,
    "certificates_mergereversal": _OF_MERGE,
}


def add_triggers(apps: Any, schema_editor: Any) -> None:
    """Refuses UPDATE always, DELETE unless the person is being erased."""
    for table in TABLES:
        for statement in _statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement)


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    """Takes them away again, for a migration backwards."""
    _drop(schema_editor, TABLES)


def add_merge_triggers(apps: Any, schema_editor: Any) -> None:
    """The same for merges: they go with the erasure of one of the two."""
    for table in _ERASED_OF:
        for statement in _statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement)


def drop_merge_triggers(apps: Any, schema_editor: Any) -> None:
    """Takes those away again."""
    _drop(schema_editor, tuple(_ERASED_OF))


def add_delegation_triggers(apps: Any, schema_editor: Any) -> None:
    """The same for what was done under delegations."""
    for statement in _statements(schema_editor.connection.vendor, _DELEGATED):
        schema_editor.execute(statement)


def drop_delegation_triggers(apps: Any, schema_editor: Any) -> None:
    """Takes those away again."""
    _drop(schema_editor, (_DELEGATED,))


def _drop(schema_editor: Any, tables: tuple[str, ...]) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table in tables:
        for verb in ("update", "delete"):
            on = f" ON {table}" if postgresql else ""
            schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}{on}")
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION {table}_is_append_only()")


def _statements(vendor: str, table: str) -> tuple[str, ...]:
    refusal, over = f"{table} is append-only", _ERASED_OF.get(table, _ERASED)
    if vendor == "sqlite":
        abort = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        return (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {abort}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {over} IS NULL {abort}",
        )
    body = f"BEGIN RAISE EXCEPTION '{refusal}'; END"
    erased = f"BEGIN IF {over} IS NULL THEN RAISE EXCEPTION '{refusal}'; END IF; RETURN OLD; END"
    function = f"{table}_is_append_only()"
    return (
        f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'DELETE' THEN {erased}; END IF; {body}; END $$",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}",
    )
