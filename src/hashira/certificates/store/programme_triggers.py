"""Triggers by which the database itself keeps the versions of programmes as they are (版の保全)."""

from __future__ import annotations

from typing import Any

_TABLE = "certificates_programmeversion"
_FIXED = "programme, version, valid_from, digest, document, requested_by, requested_at"


def add_programme_triggers(apps: Any, schema_editor: Any) -> None:
    """Refuses a change of the document and of what it is known by, and any DELETE, on both databases."""
    refusal = f"{_TABLE} keeps every version"
    if schema_editor.connection.vendor == "sqlite":
        abort = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        schema_editor.execute(
            f"CREATE TRIGGER {_TABLE}_no_update BEFORE UPDATE OF {_FIXED} ON {_TABLE} {abort}"
        )
        schema_editor.execute(f"CREATE TRIGGER {_TABLE}_no_delete BEFORE DELETE ON {_TABLE} {abort}")
        return
    schema_editor.execute(
        f"CREATE FUNCTION {_TABLE}_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {_TABLE}_no_update BEFORE UPDATE OF {_FIXED} ON {_TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {_TABLE}_is_kept()"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {_TABLE}_no_delete BEFORE DELETE ON {_TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {_TABLE}_is_kept()"
    )


def drop_programme_triggers(apps: Any, schema_editor: Any) -> None:
    """Takes them away again, for a migration backwards."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    for verb in ("update", "delete"):
        on = "" if sqlite else f" ON {_TABLE}"
        schema_editor.execute(f"DROP TRIGGER {_TABLE}_no_{verb}{on}")
    if not sqlite:
        schema_editor.execute(f"DROP FUNCTION {_TABLE}_is_kept()")
