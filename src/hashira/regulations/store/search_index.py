"""The index of the search over pairs of characters, in SQLite and in PostgreSQL (検索の索引).

Each unit of a current text is one entry: its words, and their pairs. In SQLite an FTS5 table without content
holds the pairs, in PostgreSQL a ``tsvector`` built by hand, since no parser of PostgreSQL cuts Japanese.
The number of an entry says where it stands, so entries come out ordered by rank, law and place without being
sorted, and a law is a range of numbers.

PostgreSQL counts no place beyond 16,383, so there a phrase that begins later in one unit is not found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from hashira.regulations.domain.search.bigram import pairs, phrase
from hashira.regulations.domain.search.question import Question, Term

_PLACES: Final = 20
_LAWS: Final = 28
LARGEST_PLACE: Final = 1 << _PLACES

LAW_OF_ENTRY: Final = f"((entry >> {_PLACES}) & {(1 << _LAWS) - 1})"
"""The key of the law of an entry, in SQL."""


def entry_number(rank: int, law: int, place: int) -> int:
    """The number of an entry: rank, key of the law, place of the unit in its text."""
    return (rank << (_LAWS + _PLACES)) | (law << _PLACES) | place


class Entry(NamedTuple):
    """One unit as the index holds it."""

    number: int
    text: str

    @property
    def law(self) -> int:
        """The key of the law."""
        return (self.number >> _PLACES) & ((1 << _LAWS) - 1)

    @property
    def place(self) -> int:
        """Which unit of the law's current text, counted from 0."""
        return self.number & (LARGEST_PLACE - 1)


class Narrowing(NamedTuple):
    """What narrows a search beside its words: a condition of SQL over ``entry`` and its values."""

    condition: str
    values: Sequence[object] = ()


EVERYTHING = Narrowing("1 = 1")


def law_range(rank: int, law: int) -> Narrowing:
    """Only one law."""
    return Narrowing(
        "entry BETWEEN %s AND %s", (entry_number(rank, law, 0), entry_number(rank, law, LARGEST_PLACE - 1))
    )


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The tables of the index; used by a migration."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TABLE regulations_entry (entry bigint PRIMARY KEY, text text NOT NULL, pairs tsvector)"
        )
        schema_editor.execute("CREATE INDEX regulations_entry_pairs ON regulations_entry USING gin (pairs)")
        return
    schema_editor.execute("CREATE TABLE regulations_entry (entry integer PRIMARY KEY, text text NOT NULL)")
    # The index over first characters answers a question of one character, and spares SQLite 3.40 a fault:
    # without it, such a question among writes that are not yet committed finds the index malformed.
    schema_editor.execute(
        "CREATE VIRTUAL TABLE regulations_pairs USING fts5"
        "(pairs, content='', prefix='1', tokenize=\"unicode61 remove_diacritics 0\")"
    )


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Takes the tables away again."""
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TABLE regulations_pairs")
    schema_editor.execute("DROP TABLE regulations_entry")


def replace_law(rank: int, law: int, entries: Iterable[tuple[int, str, str]]) -> None:
    """Puts the units of a law into the index in place of those that it has: place, text and pairs of each.

    In the caller's transaction.
    """
    remove_law(rank, law)
    rows = [(entry_number(rank, law, place), text, told) for place, text, told in entries]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # array_to_tsvector has no places, so the literal form is written: '目視':1 '視に':2
            cursor.executemany(
                "INSERT INTO regulations_entry VALUES (%s, %s, %s::tsvector)",
                [(number, text.replace("\0", ""), _vector(told)) for number, text, told in rows],
            )
            return
        cursor.executemany(
            "INSERT INTO regulations_entry VALUES (%s, %s)", [(number, text) for number, text, _ in rows]
        )
        cursor.executemany(
            "INSERT INTO regulations_pairs (rowid, pairs) VALUES (%s, %s)",
            [(number, told) for number, _, told in rows],
        )


def remove_law(rank: int, law: int) -> None:
    """Takes the units of a law out of the index."""
    where, values = law_range(rank, law)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            # A table without content must be told what it held.
            cursor.execute(f"SELECT entry, text FROM regulations_entry WHERE {where}", values)  # noqa: S608
            held = [(number, pairs(text)) for number, text in cursor.fetchall()]
            cursor.executemany(
                "INSERT INTO regulations_pairs (regulations_pairs, rowid, pairs) VALUES ('delete', %s, %s)",
                held,
            )
        cursor.execute(f"DELETE FROM regulations_entry WHERE {where}", values)  # noqa: S608


def count(question: Question, narrowing: Narrowing = EVERYTHING) -> int:
    """How many entries answer."""
    sql, values = _select("count(*)", question, narrowing)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


def find(
    question: Question, narrowing: Narrowing = EVERYTHING, *, start: int = 0, stop: int = 20
) -> list[Entry]:
    """The entries that answer, in the order of rank, law and place."""
    sql, values = _select("entry, text", question, narrowing, entries=True)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY entry LIMIT %s OFFSET %s", [*values, stop - start, start])
        return [Entry(*row) for row in cursor.fetchall()]


def walk(narrowing: Narrowing = EVERYTHING, *, after: int = -1) -> Iterator[Entry]:
    """Every entry after a number, one after the other: for what no index answers."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT entry, text FROM regulations_entry WHERE entry > %s AND ({narrowing.condition})"  # noqa: S608
                " ORDER BY entry LIMIT 5000",
                [after, *narrowing.values],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            yield from (Entry(*row) for row in rows)
            after = rows[-1][0]


def _select(
    columns: str, question: Question, narrowing: Narrowing, *, entries: bool = False
) -> tuple[str, list[object]]:
    """One statement; the words are values of it, never part of it."""
    condition = narrowing.condition
    if connection.vendor == "postgresql":
        sql = f"SELECT {columns} FROM regulations_entry WHERE pairs @@ %s::tsquery AND ({condition})"  # noqa: S608
        return sql, [_tsquery(question), *narrowing.values]
    matching = "SELECT rowid AS entry FROM regulations_pairs WHERE regulations_pairs MATCH %s"
    join = " JOIN regulations_entry USING (entry)" if entries else ""
    return (
        f"SELECT {columns} FROM ({matching}){join} WHERE {condition}",  # noqa: S608
        [_match(question), *narrowing.values],
    )


def _match(question: Question) -> str:
    """The question in the language of FTS5."""

    def of(term: Term) -> str:
        return " OR ".join(map(spelled, term.spellings))

    def spelled(spelling: str) -> str:
        told = phrase(spelling)
        return f'"{told[0]}"*' if len(spelling) == 1 else '"' + " ".join(told) + '"'

    wanted = " AND ".join("(" + " OR ".join(map(of, terms)) + ")" for terms in question.wanted)
    unwanted = " OR ".join(map(of, question.unwanted))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _tsquery(question: Question) -> str:
    """The question in the language of PostgreSQL's text search."""

    def of(term: Term) -> str:
        return " | ".join(map(spelled, term.spellings))

    def spelled(spelling: str) -> str:
        told = [f"'{pair}'" for pair in phrase(spelling)]
        return told[0] + ":*" if len(spelling) == 1 else "(" + " <-> ".join(told) + ")"

    wanted = " & ".join("(" + " | ".join(map(of, terms)) + ")" for terms in question.wanted)
    unwanted = " | ".join(map(of, question.unwanted))
    return f"({wanted}) & !({unwanted})" if unwanted else wanted


_LAST_PLACE = 16_383


def _vector(told: str) -> str:
    places: dict[str, list[str]] = {}
    for place, pair in enumerate(told.split(" "), 1):
        found = places.setdefault(pair, [])
        if place <= _LAST_PLACE and len(found) < 255:  # what PostgreSQL keeps of one word
            found.append(str(place))
    return " ".join(f"'{pair}':{','.join(at)}" if at else f"'{pair}'" for pair, at in places.items())
