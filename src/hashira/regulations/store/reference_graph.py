"""The references of laws in the database, written in bulk (参照の辺)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from hashira.regulations.domain.reference.place import place_of


def replace_edges(law: int, edges: Iterable[tuple[str, str, str, str]]) -> None:
    """What a law names in place of what it named before, in the caller's transaction.

    All law has two million edges: rows are written without making an object of each.
    """
    rows = [
        (law, path[:400], kind, named[:200], place_of(target)[:200], target[:400])
        for path, kind, named, target in edges
    ]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM regulations_reference WHERE law_id = %s", [law])
        cursor.executemany(
            "INSERT INTO regulations_reference (law_id, path, kind, named_law, named_article, named_path)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            rows,
        )
