"""Files to import, kept in the data directory and looked at while they arrive (取込みファイルの保管).

A file is written once, readable by its owner only, and its digest, encoding and header are found in the same
pass, so that nothing of the size of the file is ever held in memory. The name on the disk is the id of the
import; what the clerk's machine called the file is never used as a path.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from hashira.certificates.domain.import_encoding import EncodingTally
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_BYTES = 500 * 1024 * 1024
MAX_ROWS = 1_000_000
LONGEST_LINE = 1024 * 1024


class WrongEncoding(HashiraError):
    """Details: ``encoding``."""

    code = "CERT-130"
    what = Bilingual("この文字コードのファイルは取り込めません", "A file in this encoding cannot be imported")
    why = Bilingual(
        "{encoding} のファイルのようです。取り込めるのは CP932（シフトJIS）か UTF-8 です",
        "It seems to be {encoding}; CP932 (Shift_JIS) and UTF-8 can be imported",
    )
    remedy = Bilingual(
        "CSV（UTF-8 または シフトJIS）として保存し直してください",
        "Save it again as CSV in UTF-8 or Shift_JIS",
    )


class NoTable(HashiraError):
    code = "CERT-131"
    what = Bilingual("表のファイルとして読めません", "This cannot be read as a table")
    why = Bilingual(
        "改行（LF か CR+LF）がないか、1行が1MBより長いです",
        "It has no line ends (LF or CR+LF), or a line longer than 1 MB",
    )
    remedy = Bilingual(
        "CSVファイルか、改行の設定を確かめてください",
        "Check that it is a CSV file, and the setting of line ends",
    )


class NothingInFile(HashiraError):
    code = "CERT-132"
    what = Bilingual("ファイルに行がありません", "The file has no rows")
    why = Bilingual("見出しの行の下に、取り込む行がありません", "There is no row to import below the header")
    remedy = Bilingual("元のシステムの出力条件を確かめてください", "Check what the source was asked to write")


class FileTooLarge(HashiraError):
    """Details: ``megabytes``, ``rows``."""

    code = "CERT-133"
    status = 413
    what = Bilingual("ファイルが大きすぎます", "The file is too large")
    why = Bilingual(
        "取り込めるのは{megabytes}MB・{rows}行までです",
        "At most {megabytes} MB and {rows} rows can be imported",
    )
    remedy = Bilingual("ファイルを分けて取り込んでください", "Split the file and import the parts")


class FileGone(HashiraError):
    code = "CERT-157"
    status = 409
    what = Bilingual("取込みファイルがありません", "The file to import is not there")
    why = Bilingual(
        "保管期間が過ぎて消去されたか、受け取ったときと内容が違います",
        "It was deleted when its time was over, or differs from what was received",
    )
    remedy = Bilingual("新しい取込みとして、ファイルを選び直してください", "Start a new import with the file")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What was found out about a file while it was written."""

    size: int
    digest: str
    """SHA-256 of the bytes, hexadecimal."""
    lines: int
    tally: EncodingTally


class CsvStore:
    """The folder of the files to import."""

    def __init__(self, directory: Path, *, most_rows: int) -> None:
        self._directory = directory
        self._most_rows = most_rows

    def path(self, name: uuid.UUID) -> Path:
        """Where the file of an import lies."""
        return self._directory / f"{name.hex}.csv"

    def keep(self, name: uuid.UUID, chunks: Iterable[bytes]) -> KeptFile:
        """Write a file as it arrives. Whatever is raised, no file stays behind.

        Raises ``WrongEncoding``, ``NoTable``, ``NothingInFile`` or ``FileTooLarge``.
        """
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.path(name)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                kept = self._write(file.write, chunks)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return kept

    def _write(self, write: object, chunks: Iterable[bytes]) -> KeptFile:
        digest, tally = sha256(), EncodingTally()
        size = lines = 0
        tail = b""  # the line that has not ended yet
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                raise FileTooLarge(megabytes=MAX_BYTES // 1024**2, rows=f"{self._most_rows:,}")
            write(chunk)
            digest.update(chunk)
            lines += chunk.count(b"\n")
            block, end, rest = (tail + chunk).rpartition(b"\n")
            tally.feed(block + end)
            tail = rest
            if len(tail) > LONGEST_LINE:
                raise WrongEncoding(encoding=tally.foreign) if tally.foreign else NoTable()
        tally.feed(tail)
        if tally.refused is not None:
            raise WrongEncoding(encoding=tally.refused.value)
        if not size or (lines <= 1 and not tail):
            raise NothingInFile
        if not lines:
            raise NoTable
        return KeptFile(size, digest.hexdigest(), lines + bool(tail), tally)

    def lines(self, name: uuid.UUID, *, offset: int = 0) -> Iterator[bytes]:
        """The lines of a file from a byte on, each with its end. Raises ``FileGone``."""
        try:
            file = self.path(name).open("rb")
        except FileNotFoundError:
            raise FileGone from None
        with file:
            file.seek(offset)
            yield from file

    def check(self, name: uuid.UUID, digest: str) -> None:
        """Raises ``FileGone`` unless the file is what was received."""
        found = sha256()
        try:
            with self.path(name).open("rb") as file:
                while block := file.read(1024 * 1024):
                    found.update(block)
        except FileNotFoundError:
            raise FileGone from None
        if found.hexdigest() != digest:
            raise FileGone

    def names(self, *, before: float) -> list[uuid.UUID]:
        """The imports of which there are files last written before a moment (seconds since the epoch)."""
        found = self._directory.glob("*.csv")
        return [uuid.UUID(path.stem) for path in found if path.stat().st_mtime < before]

    def remove(self, name: uuid.UUID) -> None:
        """Delete a file; nothing happens if it is not there."""
        self.path(name).unlink(missing_ok=True)


def kept_files() -> CsvStore:
    """The folder of this installation."""
    return CsvStore(settings.DATA_DIR / "imports", most_rows=MAX_ROWS)
