"""``hashira regulations show``: the text of what a citation names (条文の表示)."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from hashira.regulations.commands.terminal import NEGATIVE, database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hashira.regulations.domain.law.units import Unit
    from hashira.regulations.selectors.laws import LawView


@click.command()
@click.argument("citation")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="何日現在の本文か [今] / the text of that day"
)
@click.option("--json", "as_json", is_flag=True, help="一行に一単位のJSON / one JSON object a line")
def show(citation: str, as_of: datetime | None, as_json: bool) -> None:
    """条項の本文と洗い出しの結果を表示する / Show the text of a provision and what was found in it.

    CITATION は「河川法施行令第九条の三第一項第二号」「建築基準法第12条」のような条項か、法令の題名・略称・
    法令番号・法令IDです。題名だけなら、目次を表示します。

    終了コード / exit: 0 あった found, 1 ない no such law or provision, 2 usage, 3 environment.
    """
    with database():
        shown = _show(citation, as_of.date() if as_of else None, as_json)
    sys.exit(0 if shown else NEGATIVE)


def _show(words: str, as_of: date | None, as_json: bool) -> bool:
    from hashira.kernel.errors import HashiraError
    from hashira.regulations.domain.law.citation import read_citation
    from hashira.regulations.selectors.laws import law_view, laws_named

    path = ""
    named = laws_named(words.strip())
    if not named:
        try:
            read = read_citation(words)
        except HashiraError as error:
            click.echo(str(error), err=True)
            return False
        path = read.path
        named = laws_named(read.title)
        if named:
            path = read_citation(words, named[0].rank.letters).path
    if not named:
        click.echo("その法令は取り込まれていません / no such law is kept", err=True)
        return False
    if len(named) > 1:
        for row in named:
            click.echo(f"{row.law_id}  {row.title}（{row.number}）", err=True)
        click.echo("同じ名前の法令があります。法令IDで指定してください / give the id of one", err=True)
        return False
    view = law_view(named[0].law_id, as_of)
    assert view is not None
    if not path:
        _contents(view)
        return True
    units = [u for u in view.units if u.path == path or u.path.startswith(f"{path}-")]
    if not units:
        click.echo(f"{view.title}に、その条項はありません / no such provision: {path}", err=True)
        return False
    _text(view, units, as_json)
    return True


def _contents(view: LawView) -> None:
    from hashira.regulations.domain.reading.sheet import lay_out

    click.echo(f"{view.title}　{view.number}　{view.law_id}")
    for revision in view.revisions:
        mark = "*" if revision.current else " "
        click.echo(f" {mark} {revision.enforced_at or ''}  {revision.revision_id}")
    for heading in lay_out(view.units, {}).contents:
        click.echo("  " * heading.depth + heading.text)


def _text(view: LawView, units: Sequence[Unit], as_json: bool) -> None:
    from hashira.regulations.domain.law.law import citation_of
    from hashira.regulations.selectors.findings import findings_in

    found = findings_in(view.law_id) if view.revision.current else {}
    if not as_json:
        click.echo(f"{view.title}　{view.revision.revision_id}", err=True)
    for unit in units:
        citation = citation_of(view.title, view.rank, unit)
        mine = found.get(unit.path, ())
        if as_json:
            told = {
                "law_id": view.law_id,
                "revision_id": view.revision.revision_id,
                "path": unit.path,
                "citation": citation,
                "caption": unit.caption,
                "text": unit.text,
                "findings": [
                    {"category": row.category, "type": row.type, "phase": row.phase, "score": row.score}
                    for row in mine
                ],
            }
            click.echo(json.dumps(told, ensure_ascii=False))
            continue
        click.echo(f"{citation}" + (f"（{unit.caption}）" if unit.caption and not unit.item else ""))
        click.echo(f"    {unit.text}")
        for row in mine:
            click.echo(f"    → {row.score:.2f} {row.category} {row.type} {row.phase}")
