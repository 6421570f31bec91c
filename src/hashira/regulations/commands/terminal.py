"""What the commands that work on the database share (データベースを使うコマンド)."""

from __future__ import annotations

import getpass
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hashira.core.access import Principal

NEGATIVE = 1
ENVIRONMENT = 3
_SHOWN_EVERY = 0.5


@contextmanager
def database() -> Iterator[Principal]:
    """The database, and who acts on it: whoever has the terminal. An error ends the command in words."""
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.db import DatabaseError

    from hashira.core.access import Principal
    from hashira.core.jobs.errors import DatabaseNotReady
    from hashira.kernel.errors import HashiraError

    try:
        yield Principal.system(f"terminal:{getpass.getuser()}")
    except HashiraError as error:
        click.echo(str(error), err=True)
        sys.exit(ENVIRONMENT)
    except DatabaseError:
        click.echo(str(DatabaseNotReady()), err=True)
        sys.exit(ENVIRONMENT)


class ProgressLine:
    """A line on standard error that says how far it is; nothing where that is no terminal."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.shown = sys.stderr.isatty()
        self.begun = self.last = time.monotonic()

    def __call__(self, done: int, total: int | None = None) -> None:
        now = time.monotonic()
        if not self.shown or now - self.last < _SHOWN_EVERY:
            return
        self.last = now
        rate = done / (now - self.begun)
        left = f", {(total - done) / rate:,.0f} s" if total and rate else ""
        of = f"/{total:,}" if total else ""
        sys.stderr.write(f"\r\x1b[K{self.words} {done:,}{of}, {rate:,.0f}/s{left} ")
        sys.stderr.flush()

    def end(self) -> None:
        """Takes the line away."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
