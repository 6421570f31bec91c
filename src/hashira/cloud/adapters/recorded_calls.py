"""Recorded calls from a file: CloudTrail, or a line of JSON each (記録された呼出しのファイル)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from hashira.cloud.domain.policy.calls import Call, principal_of, read_call
from hashira.kernel.errors import HashiraError

_FIRST = 3


@dataclass(slots=True)
class Skipped:
    """Records that could not be read: how many, and why the first ones."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, reason: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < _FIRST:
            self.first.append(reason)


def opened(path: str) -> BinaryIO:
    """The file at a path, read through its compression."""
    return cast(BinaryIO, gzip.open(path, "rb")) if path.endswith(".gz") else open(path, "rb")


def recorded_calls(lines: Iterable[bytes], skipped: Skipped) -> Iterator[Call]:
    """Line by line, so that memory does not grow with the file; what cannot be read is counted, left out."""
    for record in _records(lines, skipped):
        try:
            call = read_call(record)
            principal_of(call.principal)
        except HashiraError as error:
            skipped.add(str(error))
            continue
        yield call


def _records(lines: Iterable[bytes], skipped: Skipped) -> Iterator[object]:
    """A file of CloudTrail is one line with all its records."""
    for line in lines:
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            skipped.add(str(error))
            continue
        if isinstance(record, dict) and isinstance(record.get("Records"), list):
            yield from record["Records"]
        else:
            yield record
