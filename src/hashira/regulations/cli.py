"""``hashira regulations …``: the review at the terminal (アナログ規制の見直しのコマンド)."""

from __future__ import annotations

import click

from hashira.regulations.commands.below_cut import below_cut
from hashira.regulations.commands.evaluate import evaluate
from hashira.regulations.commands.export import export
from hashira.regulations.commands.fetch import fetch
from hashira.regulations.commands.ingest import ingest
from hashira.regulations.commands.scan import scan
from hashira.regulations.commands.search import search
from hashira.regulations.commands.show import show


@click.group()
def regulations() -> None:
    """アナログ規制の見直し / review of analog regulations."""


regulations.add_command(ingest)
regulations.add_command(fetch)
regulations.add_command(scan)
regulations.add_command(search)
regulations.add_command(show)
regulations.add_command(export)
regulations.add_command(evaluate)
regulations.add_command(below_cut)
