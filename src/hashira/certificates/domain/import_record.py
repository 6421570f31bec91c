"""From lines of bytes to the records of a CSV file, each with its place (CSVのレコード; RFC 4180).

A record ends at the line end after which its quotation marks are even in number. The quotation mark, the
comma, the tab and the line end are never part of a longer character in CP932 or UTF-8, so records are cut
before they are decoded, and a broken byte spoils its own field only. A quotation mark that is never closed
does not swallow the rest of the file: after ``MAX_LINES`` the record is reported and reading goes on at the
line after the one where it began.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hashira.certificates.domain.import_encoding import Encoding, decode

MAX_LINES = 20
"""Lines that one record may have."""
MAX_BYTES = 65_536
"""Bytes that one record may have; below the limit of the csv module, which could otherwise strike first."""


class Delimiter(StrEnum):
    """What stands between fields (区切り文字)."""

    COMMA = ","
    TAB = "\t"
    SEMICOLON = ";"


class RecordFault(StrEnum):
    """Why a record cannot be cut into fields."""

    UNCLOSED_QUOTE = "unclosed_quote"
    MISPLACED_QUOTE = "misplaced_quote"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its first line in the file (from 1), the byte after its end, its fields or its fault."""

    line: int
    end: int
    fields: tuple[str, ...]
    fault: RecordFault | None = None
    height: int = 1
    """How many lines it has."""

    @property
    def next_line(self) -> int:
        """The line after it."""
        return self.line + self.height

    @property
    def blank(self) -> bool:
        """Whether there is nothing in it: spreadsheets leave such rows, and DOS a 1A at the end."""
        return self.fault is None and not any(field.strip(" \u3000\x1a") for field in self.fields)


def records(
    lines: Iterable[bytes], *, encoding: Encoding, delimiter: Delimiter, line: int = 1, offset: int = 0
) -> Iterator[Record]:
    """The records of ``lines`` (each with its line end), counted from ``line`` and ``offset``.

    >>> list(records([b'1,"a\\n', b'b"\\n'], encoding=Encoding.UTF_8, delimiter=Delimiter.COMMA))
    [Record(line=1, end=8, fields=('1', 'a\\nb'), fault=None, height=2)]
    """
    source = iter(lines)
    again: deque[bytes] = deque()

    def following() -> bytes | None:
        return again.popleft() if again else next(source, None)

    while (first := following()) is not None:
        octets, held, odd = first, [first], first.count(b'"') % 2
        while odd and len(held) < MAX_LINES and len(octets) <= MAX_BYTES:
            more = following()
            if more is None:
                break
            held.append(more)
            octets += more
            odd ^= more.count(b'"') % 2
        if odd:
            again.extendleft(reversed(held[1:]))
            octets, held = first, held[:1]
            yield Record(line, offset + len(first), (), RecordFault.UNCLOSED_QUOTE)
        elif len(octets) > MAX_BYTES:
            yield Record(line, offset + len(octets), (), RecordFault.TOO_LONG, len(held))
        else:
            yield _record(octets, line, offset + len(octets), encoding, delimiter, len(held))
        line += len(held)
        offset += len(octets)


def _record(
    octets: bytes, line: int, end: int, encoding: Encoding, delimiter: Delimiter, height: int
) -> Record:
    text = decode(octets, encoding)
    if line == 1:
        text = text.removeprefix("\ufeff")
    text = text.rstrip("\r\n")
    if '"' not in text and "\r" not in text:  # most rows of most files
        return Record(line, end, tuple(text.split(delimiter)), height=height)
    try:
        fields = next(csv.reader((text,), delimiter=delimiter.value, strict=True), [])
    except csv.Error:
        return Record(line, end, (), RecordFault.MISPLACED_QUOTE, height)
    return Record(line, end, tuple(fields), height=height)


def delimiter_of(header: str) -> Delimiter:
    """The delimiter that occurs most in the first line; a comma if none does.

    >>> delimiter_of("宛名番号\\t氏名").name, delimiter_of("番号").name
    ('TAB', 'COMMA')
    """
    return max(Delimiter, key=lambda sign: (header.count(sign), sign is Delimiter.COMMA))
