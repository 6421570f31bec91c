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
@click.option(
    "--references",
    is_flag=True,
    help="引く条項と引く先も（法令だけなら、引く法令と数） / what names it and what it names",
)
@click.option("--json", "as_json", is_flag=True, help="一行に一単位のJSON / one JSON object a line")
def show(citation: str, as_of: datetime | None, references: bool, as_json: bool) -> None:
    """条項の本文と洗い出しの結果を表示する / Show the text of a provision and what was found in it.

    CITATION は「河川法施行令第九条の三第一項第二号」「建築基準法第12条」のような条項か、法令の題名・略称・
    法令番号・法令IDです。題名だけなら、目次を表示します。

    終了コード / exit: 0 あった found, 1 ない no such law or provision, 2 usage, 3 environment.
    """
    with database():
        shown = _show(citation, as_of.date() if as_of else None, references, as_json)
    sys.exit(0 if shown else NEGATIVE)


def _show(words: str, as_of: date | None, references: bool, as_json: bool) -> bool:
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
        if references:
            _laws_that_name(view, as_json)
        else:
            _contents(view)
        return True
    units = [u for u in view.units if u.path == path or u.path.startswith(f"{path}-")]
    if not units:
        click.echo(f"{view.title}に、その条項はありません / no such provision: {path}", err=True)
        return False
    _text(view, units, as_json)
    if references:
        _references(view, path, as_json)
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
    from hashira.regulations.domain.detection.finding import shown_score
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
            click.echo(f"    → {shown_score(row.score)} {row.category} {row.type} {row.phase}")


def _references(view: LawView, path: str, as_json: bool) -> None:
    """What names the place, and what the place names, in the order of rank and text."""
    from hashira.regulations.selectors.references import Naming, named_in

    for way, heading, rows in (
        ("named_by", "引く条項 / named by", list(Naming(view.law_id, path).slice({}, None, 0, None))),
        ("names", "引く先 / names", list(named_in(view.law_id, path))),
    ):
        if not as_json:
            click.echo(f"{heading}: {len(rows):,}")
        for row in rows:
            if as_json:
                told = {
                    "reference": way,
                    "kind": row.kind,
                    "here": row.here,
                    "law_id": row.law_id,
                    "path": row.path,
                    "citation": row.citation,
                }
                click.echo(json.dumps(told, ensure_ascii=False))
            else:
                arrow = (
                    f"{row.here} ← {row.citation}" if way == "named_by" else f"{row.here} → {row.citation}"
                )
                click.echo(f"    {row.kind} {arrow}")


def _laws_that_name(view: LawView, as_json: bool) -> None:
    """The laws that name provisions of a law, those that do so most often first."""
    from hashira.regulations.selectors.references import laws_naming

    for law_id, title, count in laws_naming(view.law_id):
        if as_json:
            told = {"reference": "named_by", "law_id": law_id, "title": title, "count": count}
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            click.echo(f"{count:>6,} {title}")
