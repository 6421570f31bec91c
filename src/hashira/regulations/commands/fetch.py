"""``hashira regulations fetch``: laws from e-Gov into a folder (法令の受け取り)."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from hashira.regulations.commands.terminal import ENVIRONMENT, NEGATIVE, ProgressLine


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="何日現在の法令か [今日] / laws of that day")
@click.option(
    "--updated-since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="この日以後に更新された法令だけ / only those changed since",
)
@click.option("--law", "laws", multiple=True, metavar="LAW_ID", help="この法令だけ / only this law")
@click.option("--bulk", is_flag=True, help="全法令を一つの書庫で / all laws as one archive")
@click.option("--address", default="https://laws.e-gov.go.jp", show_default=True, help="受け取り元")
@click.option(
    "--interval",
    type=click.FloatRange(0.2, 3600),
    default=1.0,
    show_default=True,
    help="要求の間隔（秒） / seconds",
)
def fetch(
    folder: Path,
    as_of: datetime | None,
    updated_since: datetime | None,
    laws: tuple[str, ...],
    bulk: bool,
    address: str,
    interval: float,
) -> None:
    """e-Govの法令APIから法令を受け取る / Fetch laws from the API of e-Gov into a folder.

    FOLDER に {法令ID}/{改正履歴ID}.xml と事実のJSONを置きます。あるものは受け取り直さないので、
    止めても同じコマンドで続きからです。ingest と scan がそのまま読めます。

    What is there is not fetched again: after a break the same command goes on. ingest and scan read it.

    終了コード / exit: 0 すべて all, 1 受け取れない法令がある some missing, 2 usage, 3 通信 network.
    """
    from hashira.kernel.errors import HashiraError
    from hashira.regulations.adapters.egov_api import EGov, Pace, client
    from hashira.regulations.adapters.egov_mirror import Fetched, Mirror

    new = there = missed = 0
    line = ProgressLine("受け取り / fetching")
    with client() as http:
        mirror = Mirror(folder, EGov(http, address.rstrip("/"), Pace(interval)))
        try:
            if bulk:
                click.echo(str(mirror.fetch_bulk()))
                return
            day = as_of.date() if as_of else None
            since = updated_since.date() if updated_since else None
            listed = mirror.listed(asof=day, updated_from=since, laws=laws)
            for one in mirror.fetch(listed):
                if isinstance(one, Fetched):
                    new += one.new
                    there += not one.new
                else:
                    missed += 1
                    line.end()
                    click.echo(f"受け取れません / missing: {one.listed.revision_id} {one.error}", err=True)
                line(new + there + missed, len(listed))
        except HashiraError as error:
            line.end()
            click.echo(str(error), err=True)
            sys.exit(ENVIRONMENT)
        except KeyboardInterrupt:
            line.end()
            click.echo(
                "止めました。同じコマンドで続きから始まります / stopped; it goes on from here", err=True
            )
            sys.exit(ENVIRONMENT)
    line.end()
    unknown = sorted(set(laws) - {one.law_id for one in listed})
    for law_id in unknown:
        click.echo(f"その法令IDはありません / no such law: {law_id}", err=True)
    click.echo(f"{new:,} 新しい / new, {there:,} ある / there already, {missed:,} 受け取れない / missing")
    sys.exit(NEGATIVE if missed or unknown else 0)
