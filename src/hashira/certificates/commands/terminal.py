"""What the commands have in common: the language of the terminal and how an error ends them (端末)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from hashira.kernel.errors import HashiraError

NEGATIVE, USAGE, ENVIRONMENT = 1, 2, 3
"""Exit codes: a negative answer, a wrong call, something around the command that does not work."""


def terminal_language() -> str:
    """Japanese unless the terminal's locale says otherwise."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "ja"
    return "en" if chosen.startswith("en") else "ja"


@contextmanager
def errors_said(exit_code: int = ENVIRONMENT) -> Iterator[None]:
    """An error a person can meet goes to stderr in their language, and ends the command."""
    try:
        yield
    except HashiraError as error:
        click.echo(error.message(terminal_language()), err=True)
        sys.exit(exit_code)
