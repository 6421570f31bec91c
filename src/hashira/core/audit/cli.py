"""``hashira audit …``: sealing, checking and exporting the audit, for the operator (監査のコマンド)."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from hashira.kernel.errors import HashiraError

_NEGATIVE, _ENVIRONMENT = 1, 3


class _Audit(click.Group):
    """Says in words that the database is not there: a trouble (3) must not look like a verdict (1)."""

    def invoke(self, ctx: click.Context) -> Any:
        import django

        django.setup()
        from django.db import DatabaseError

        from hashira.core.jobs.errors import DatabaseNotReady

        try:
            return super().invoke(ctx)
        except DatabaseError:
            _refuse(DatabaseNotReady())


@click.group(cls=_Audit)
def audit() -> None:
    """監査記録 / the audit."""


@audit.command()
def seal() -> None:
    """まだ封印していない記録を封印する / Seal what is not sealed yet."""
    from hashira.core.audit.sealing import head
    from hashira.core.audit.sealing import seal as seal_events

    count = seal_events()
    click.echo(f"{count} 件を封印しました / sealed.  {head()}")


@audit.command()
def head() -> None:
    """最後の封印の値。別の場所に控えておく / The hash of the last seal: keep it somewhere else."""
    from hashira.core.audit.sealing import head as last

    click.echo(last())


@audit.command()
@click.option("--expected-head", metavar="HEX", help="控えておいた値 / a head that was kept")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def verify(expected_head: str | None, as_json: bool) -> None:
    """記録が変えられていないか確かめる / Check that nothing was changed.

    終了コード / exit: 0 ok, 1 changed, 3 no database.
    """
    from hashira.core.audit.sealing import verify as check

    found = check(expected_head=expected_head)
    if as_json:
        import orjson

        problem = found.problem and {"ja": found.problem.ja, "en": found.problem.en}
        document = {
            "ok": found.ok,
            "events": found.events,
            "seals": found.seals,
            "unsealed": found.unsealed,
            "head": found.head,
            "problem": problem,
        }
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    elif found.problem is None:
        counts = (found.events, found.seals, found.unsealed)
        click.echo("○ 記録 {} 件、封印 {} 個、封印前 {} 件に問題はありません".format(*counts))
        click.echo("  {} events, {} seals, {} not sealed yet: nothing wrong".format(*counts))
        click.echo(f"  {found.head}")
    else:
        click.echo(f"× {found.problem.ja}\n  {found.problem.en}")
    sys.exit(0 if found.ok else _NEGATIVE)


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True), required=False)
def export(file: str | None) -> None:
    """全部を JSON Lines で書き出す / Export everything as JSON Lines, to FILE or to the terminal."""
    from hashira.core.audit.reading import export as lines

    if file is None:
        for line in lines():
            sys.stdout.buffer.write(line)
        return
    from hashira.core.audit.errors import ExportNotWritable

    partial = f"{file}.part"
    count = 0
    try:
        with open(partial, "wb") as stream:
            for line in lines():
                stream.write(line)
                count += 1
        os.replace(partial, file)
    except OSError:
        _refuse(ExportNotWritable(file=file))
    click.echo(f"{count} 行 / lines: {file}", err=True)


def _refuse(error: HashiraError) -> NoReturn:
    click.echo(error.message("ja"), err=True)
    click.echo(error.message("en"), err=True)
    sys.exit(_ENVIRONMENT)
