"""Findings as a file: CSV, JSON Lines or Parquet (洗い出しの結果のファイル).

The columns are those of :class:`hashira.regulations.domain.detection.finding.Finding`, in that order.
Reasons are written as ``rule「words」+1.20`` joined by ``; `` in CSV and as lists of objects in the
others. A file is written beside its place and moved there when it is whole, so that what stands there is
never half of one.
"""

from __future__ import annotations

import csv
import errno
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

import orjson

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.regulations.adapters.refusals import UnwritableFile
from hashira.regulations.domain.detection.finding import Finding, Reason

COLUMNS = tuple(field.name for field in fields(Finding))
CSV, JSON_LINES, PARQUET = ".csv", ".jsonl", ".parquet"
SUFFIXES = (CSV, JSON_LINES, PARQUET)
_HEAD = ",".join(COLUMNS) + "\r\n"


class UnknownFindingsFormat(HashiraError):
    """Details: ``suffix``."""

    code = "REG-043"
    what = Bilingual("この形式では書き出せません", "Findings cannot be written in this format")
    why = Bilingual("「{suffix}」という形式は知りません", "“{suffix}” is not known")
    remedy = Bilingual(
        "出力先の名前を .csv、.jsonl、.parquet のいずれかで終えてください",
        "End the name of the output with .csv, .jsonl or .parquet",
    )


def check_suffix(path: Path) -> None:
    """Raises ``UnknownFindingsFormat`` before any work is done."""
    if path.suffix.lower() not in SUFFIXES:
        raise UnknownFindingsFormat(suffix=path.suffix or path.name)


def check_folder(path: Path) -> None:
    """Raises ``UnwritableFile`` before any work is done, if the folder is not there or is closed."""
    if not path.parent.is_dir():
        raise UnwritableFile(path=str(path), reason=os.strerror(errno.ENOENT))
    if not os.access(path.parent, os.W_OK):
        raise UnwritableFile(path=str(path), reason=os.strerror(errno.EACCES))


def write_findings(path: Path, found: Sequence[Finding]) -> None:
    """Writes the findings in the format that the name's end tells. Raises ``UnknownFindingsFormat``."""
    check_suffix(path)
    if path.suffix.lower() == PARQUET:
        with _beside(path) as unfinished:
            _parquet(unfinished, found)
    else:
        write_rows(path, rows_of(path.suffix, found))


def rows_of(suffix: str, found: Iterable[Finding]) -> Iterator[bytes]:
    """A row for each finding, of CSV or JSON Lines, as it stands in a file."""
    if suffix.lower() == JSON_LINES:
        return (orjson.dumps(_document(finding)) + b"\n" for finding in found)
    return (row.encode() for row in _csv_rows(found))


def write_rows(path: Path, rows: Iterable[bytes]) -> None:
    """Writes rows of :func:`rows_of`, under what names the columns."""
    with _beside(path) as unfinished, unfinished.open("wb") as file:
        if path.suffix.lower() == CSV:
            file.write(_HEAD.encode())
        file.writelines(rows)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_csv(rows: IO[str], found: Iterable[Finding]) -> None:
    """Writes CSV as RFC 4180 has it."""
    rows.write(_HEAD)
    rows.writelines(_csv_rows(found))


def _csv_rows(found: Iterable[Finding]) -> Iterator[str]:
    values_of, place = attrgetter(*COLUMNS), COLUMNS.index("reasons")
    in_words = _Wording()
    for finding in found:
        row = list(values_of(finding))
        row[place] = in_words(row[place])
        values = ["" if value is None else str(value) for value in row]
        line = ",".join(values)
        # The writer looks at each letter by itself; few rows have one that it would have to quote.
        if line.count(",") == len(values) - 1 and not ('"' in line or "\n" in line or "\r" in line):
            yield f"{line}\r\n"
        else:
            quoted = io.StringIO(newline="")
            csv.writer(quoted).writerow(values)
            yield quoted.getvalue()


class _Wording:
    """Reasons in one line. Most are the same objects from row to row, so each is put into words once."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[str, Reason]] = {}

    def __call__(self, reasons: Iterable[Reason]) -> str:
        told = []
        for reason in reasons:
            known = self.known.get(id(reason))
            if known is None:  # kept with the reason, so that no other gets its id
                known = self.known[id(reason)] = (reason_in_words(reason), reason)
            told.append(known[0])
        return "; ".join(told)


def reasons_in_words(reasons: Iterable[Reason]) -> str:
    """Reasons in one line.

    >>> reasons_in_words((Reason("目視.目", "目視", 1.5), Reason("罰則", "", -4.0)))
    '目視.目「目視」+1.50; 罰則-4.00'
    """
    return "; ".join(reason_in_words(reason) for reason in reasons)


def reason_in_words(reason: Reason) -> str:
    """One reason, with what it added."""
    words = f"「{reason.words}」" if reason.words else ""
    return f"{reason.rule}{words}{f'{reason.weight:+.2f}' if reason.weight else ''}"


def _document(finding: Finding) -> dict[str, Any]:
    return {column: getattr(finding, column) for column in COLUMNS}


def _parquet(path: Path, found: Sequence[Finding]) -> None:
    import polars  # here: half a second that CSV does not need

    rows = {
        column: [
            [{"rule": r.rule, "words": r.words, "weight": r.weight} for r in finding.reasons]
            if column == "reasons"
            else getattr(finding, column)
            for finding in found
        ]
        for column in COLUMNS
    }
    reason = polars.Struct({"rule": polars.String, "words": polars.String, "weight": polars.Float64})
    schema: dict[str, Any] = dict.fromkeys(COLUMNS, polars.String)
    schema |= {"enforced_at": polars.Date, "score": polars.Float64, "reasons": polars.List(reason)}
    polars.DataFrame(rows, schema=schema).write_parquet(path)
