"""What the commands on policies share: reading files, the language, how an error ends them (端末)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from hashira.cloud.domain.policy import Policy, PolicyKind
    from hashira.cloud.domain.policy.organisation import Organisation

NEGATIVE, USAGE, ENVIRONMENT = 1, 2, 3
"""Exit codes: a negative answer, what cannot be read, something around the command that does not work."""
_WIDE = 200
MOST_BYTES = 64 * 1024 * 1024
"""More than an organisation of 10,000 accounts takes."""

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def english() -> bool:
    """Whether the terminal's locale asks for English."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "ja"
    return chosen.startswith("en")


@contextmanager
def errors_said() -> Iterator[None]:
    """What cannot be read is said in the language of the terminal, and ends the command."""
    from hashira.kernel.errors import HashiraError

    try:
        yield
    except HashiraError as error:
        click.echo(readable(error.message("en" if english() else "ja")), err=True)
        sys.exit(USAGE)
    except OSError as error:
        click.echo(str(error), err=True)
        sys.exit(ENVIRONMENT)


def text_of(path: Path) -> str:
    """A file as text.

    Raises:
        click.UsageError: if it is too long, or no UTF-8.
    """
    if path.stat().st_size > MOST_BYTES:
        raise click.UsageError(f"{path}: > {MOST_BYTES:,} bytes")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path}: UTF-8") from error


def read_policy(path: Path, kind: PolicyKind, name: str = "") -> Policy:
    """A policy from a file, named by it."""
    from hashira.cloud.domain.policy import parse_policy

    return parse_policy(text_of(path), kind, name=name or path.stem)


def read_organisation_file(path: Path) -> Organisation:
    """An organisation from a file."""
    from hashira.cloud.domain.policy.organisation import read_organisation

    try:
        document = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path}: {error}") from error
    return read_organisation(document)


def console() -> Console:
    """Where results go; a file or a pipe gets lines that are not cut at the width of a terminal."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def as_json(document: Any) -> str:
    """As JSON for other programs."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def readable(text: str) -> str:
    """What a stranger wrote, without the control letters by which a terminal can be made to lie."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
