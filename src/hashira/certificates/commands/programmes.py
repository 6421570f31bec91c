"""``hashira certificates programmes``: what is in force, checking and loading a file (プログラム)."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hashira.certificates.commands.terminal import NEGATIVE, errors_said, terminal_language

if TYPE_CHECKING:
    from hashira.certificates.services.programme import Preview

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def programmes() -> None:
    """予防接種プログラム / vaccine programmes as data."""
    import django

    django.setup()


@programmes.command("list")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
@errors_said(NEGATIVE)
def list_(as_json: bool) -> None:
    """いま有効なプログラム / The programmes in force."""
    from hashira.certificates.selectors.programmes import programme_lines

    _refresh()
    lines = programme_lines()
    if as_json:
        said = [
            {
                "programme": line.name,
                "title": {"ja": line.title.ja, "en": line.title.en},
                "version": line.version,
                "valid_from": line.valid_from.isoformat(),
                "products": line.products,
            }
            for line in lines
        ]
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    for line in lines:
        title = line.title.in_language(terminal_language())
        click.echo(f"{line.name:<20} v{line.version:<4} {line.valid_from}  {line.products:>4}  {title}")


@programmes.command()
@click.argument("name")
@errors_said(NEGATIVE)
def export(name: str) -> None:
    """最新の版のファイルを書き出す / Write the document of the last version."""
    from hashira.certificates.selectors.programmes import document_of

    _refresh()
    document = document_of(name)
    if document is None:
        click.echo(f"そのようなプログラムはありません / no such programme: {name}", err=True)
        sys.exit(NEGATIVE)
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


@programmes.command()
@click.argument("file", type=_FILE)
@errors_said(NEGATIVE)
def check(file: Path) -> None:
    """ファイルを確かめ、変わるところを言う / Check a file and say what it changes; nothing is kept."""
    from hashira.certificates.services.programme import preview

    _refresh()
    _say(preview(file.read_bytes()))


@programmes.command()
@click.argument("file", type=_FILE)
@click.option(
    "--sha256",
    "digest",
    required=True,
    metavar="DIGEST",
    help="check が言う要約値 / the digest that check says",
)
@errors_said(NEGATIVE)
def load(file: Path, digest: str) -> None:
    """ファイルを次の版として有効にする / Put a file in force as the next version.

    check で見た内容であることを、要約値で確かめます。
    The digest says that it is the document that was looked at.
    """
    from django.db import transaction

    from hashira.certificates.services import programme as services
    from hashira.core.access import Principal

    _refresh()
    octets, now = file.read_bytes(), datetime.now(UTC)
    actor = Principal.system(f"terminal:{getpass.getuser()}")
    seen = services.preview(octets)
    with transaction.atomic():
        asked = services.request_version(actor=actor, octets=octets, at=now)
        services.decide_version(actor=actor, request_id=asked, approved=True, digest=digest.lower(), at=now)
    click.echo(f"{seen.programme.name} v{seen.programme.version}: {seen.programme.valid_from}")


def _say(seen: Preview) -> None:
    programme = seen.programme
    click.echo(f"{programme.name} v{programme.version}  {programme.title.in_language(terminal_language())}")
    click.echo(f"開始日 / valid from: {programme.valid_from}")
    for change in seen.changes:
        click.echo(
            f"  {change.product or '–'}  {change.part}: {change.before or '–'} → {change.after or '–'}"
        )
    click.echo(f"SHA-256: {seen.digest}")


def _refresh() -> None:
    """What is approved in the database is known before anything is compared with it."""
    from hashira.certificates.store.programme_source import SOURCE

    SOURCE.refresh()
