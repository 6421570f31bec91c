"""Triggers by which the database keeps what was published and handed in as it is, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

APPEND_ONLY = ("cloud_proposalsubmission", "cloud_standingchange")
Migration: TypeAlias = Callable[[Any, Any], None]
_OF_CATALOGUE = "(SELECT state FROM cloud_requirementcatalogue WHERE id = {row}.catalogue_id) = 'published'"


def add_triggers(apps: Any, schema_editor: Any) -> None:
    """Refuses changes of submissions and standings, and of a published catalogue with its items."""
    _add(schema_editor, _guards())


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    """Takes them away again, for a migration backwards."""
    _drop(schema_editor, _guards())


def append_only(*tables: str) -> tuple[Migration, Migration]:
    """For ``RunPython``: rows of these tables are added and never changed, and backwards that ends."""
    return (
        lambda apps, schema_editor: _add(schema_editor, _no_changes(tables)),
        lambda apps, schema_editor: _drop(schema_editor, _no_changes(tables)),
    )


def _add(schema_editor: Any, guards: Iterator[tuple[str, str, str, str, str]]) -> None:
    vendor = schema_editor.connection.vendor
    for name, table, verb, condition, refusal in guards:
        for statement in _statements(vendor, name, table, verb, condition, refusal):
            schema_editor.execute(statement)


def _drop(schema_editor: Any, guards: Iterator[tuple[str, str, str, str, str]]) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name, table, _verb, _condition, _refusal in guards:
        on = f" ON {table}" if postgresql else ""
        schema_editor.execute(f"DROP TRIGGER {name}{on}")
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION {name}_refuses()")


def _no_changes(tables: tuple[str, ...]) -> Iterator[tuple[str, str, str, str, str]]:
    for table in tables:
        for verb in ("UPDATE", "DELETE"):
            yield f"{table}_no_{verb.lower()}", table, verb, "", f"{table} is append-only"


def _guards() -> Iterator[tuple[str, str, str, str, str]]:
    """Name, table, verb, condition and words of each trigger."""
    yield from _no_changes(APPEND_ONLY)
    catalogue, item = "cloud_requirementcatalogue", "cloud_requirementitem"
    for verb in ("UPDATE", "DELETE"):
        words = "a published catalogue does not change"
        yield f"{catalogue}_no_{verb.lower()}", catalogue, verb, "OLD.state = 'published'", words
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        words = "a requirement of a published catalogue does not change"
        yield f"{item}_no_{verb.lower()}", item, verb, _OF_CATALOGUE.format(row=row), words


def _statements(
    vendor: str, name: str, table: str, verb: str, condition: str, refusal: str
) -> tuple[str, ...]:
    if vendor == "sqlite":
        when = f" WHEN {condition}" if condition else ""
        abort = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        return (f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{when} {abort}",)
    returned = "NEW" if verb != "DELETE" else "OLD"
    raised = f"RAISE EXCEPTION '{refusal}';"
    body = f"IF {condition} THEN {raised} END IF;" if condition else raised
    function = f"{name}_refuses()"
    return (
        f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN {returned}; END $$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}",
    )
