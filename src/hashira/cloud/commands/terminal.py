"""What the commands have in common: the database, the language, how an error ends them (端末)."""

from __future__ import annotations

import getpass
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hashira.core.access import Principal

NEGATIVE, ENVIRONMENT = 1, 3
"""Exit codes beside 0 and click's 2: a negative answer, and something around that does not work."""


def language() -> str:
    """Japanese unless the terminal's locale says otherwise."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "ja"
    return "en" if chosen.startswith("en") else "ja"


@contextmanager
def errors_said() -> Iterator[None]:
    """An error a person can meet is a negative answer, in their language."""
    from hashira.kernel.errors import HashiraError

    try:
        yield
    except HashiraError as error:
        click.echo(error.message(language()), err=True)
        sys.exit(NEGATIVE)


@contextmanager
def database() -> Iterator[Principal]:
    """The database, and who acts on it: whoever has the terminal."""
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.db import DatabaseError

    from hashira.core.access import Principal
    from hashira.core.jobs.errors import DatabaseNotReady

    try:
        with errors_said():
            yield Principal.system(f"terminal:{getpass.getuser()}")
    except DatabaseError:
        click.echo(DatabaseNotReady().message(language()), err=True)
        sys.exit(ENVIRONMENT)
