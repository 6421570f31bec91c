"""The PDFs of a batch, kept in the data directory for a while (一括印刷のファイル)."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from django.conf import settings


def folder_of(batch: uuid.UUID) -> Path:
    """Where the files of a batch lie."""
    return settings.DATA_DIR / "prints" / batch.hex


def part_file(batch: uuid.UUID, part: int) -> Path:
    """One file; parts are counted from 1."""
    return folder_of(batch) / f"part-{part:04d}.pdf"


def write_part(batch: uuid.UUID, part: int, made: bytes) -> None:
    """The file as a whole or not at all, for its owner only; a second run writes it anew."""
    path = part_file(batch, part)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(made)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def remove_part(batch: uuid.UUID, part: int) -> None:
    """Deletes one file, if there is one."""
    part_file(batch, part).unlink(missing_ok=True)


def remove(batch: uuid.UUID) -> None:
    """Deletes what there is of a batch."""
    shutil.rmtree(folder_of(batch), ignore_errors=True)
