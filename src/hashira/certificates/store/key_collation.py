"""Search keys compare by code point on PostgreSQL too, so that a range finds the beginning (照合順序).

SQLite compares so by itself. On PostgreSQL the order of the database's language would put variants between.
"""

from __future__ import annotations

from typing import Any

COLUMNS = ("name_key", "kana_key")


def compare_by_code_point(apps: Any, schema_editor: Any) -> None:
    """Sets the collation of the search keys."""
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(
                f'ALTER TABLE certificates_person ALTER COLUMN {column} TYPE varchar(200) COLLATE "C"'
            )


def leave_as_is(apps: Any, schema_editor: Any) -> None:
    """Nothing to take back: the table goes with the migration."""
