"""``hashira regulations search``: words in all law that is kept (全文検索)."""

from __future__ import annotations

import dataclasses
import json
import os
import sys

import click

from hashira.regulations.commands.terminal import NEGATIVE, database


@click.command()
@click.argument("words")
@click.option("--pattern", is_flag=True, help="正規表現として探す / as a regular expression (RE2)")
@click.option("--law", "law_id", default="", metavar="LAW_ID", help="この法令だけ / only this law")
@click.option("--rank", metavar="RANK", help="種別（Act、CabinetOrder、Ordinance…） / only this rank")
@click.option("--ministry", default="", help="所管 / only of this ministry")
@click.option("--category", default="", metavar="区分", help="この区分の候補だけ / only findings of it")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="施行日がこの日以後 / in force since")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="施行日がこの日以前 / in force until")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="件数")
@click.option("--json", "as_json", is_flag=True, help="一行に一件のJSON / one JSON object a line")
def search(
    words: str,
    pattern: bool,
    law_id: str,
    rank: str | None,
    ministry: str,
    category: str,
    since: object,
    until: object,
    limit: int,
    as_json: bool,
) -> None:
    """取り込んだ法令の全文から探す / Look through the text of every law that is kept.

    WORDS は空白で区切るとすべてを含むもの、OR でどちらか、-言葉 で除く、"…" でひと続き。二文字の言葉も、
    一文字でも探せます。第9条は第九条も探します。

    終了コード / exit: 0 見つかった found, 1 見つからない nothing, 2 usage, 3 environment.
    """
    from datetime import datetime

    from hashira.regulations.domain.law.law import Rank

    if rank is not None and rank not in set(Rank):
        raise click.UsageError(f"--rank: {' '.join(Rank)}")
    with database():
        from hashira.regulations.domain.search.question import NothingToLookFor, PatternNotUsable
        from hashira.regulations.selectors.search import Scope, look_for, look_for_pattern

        scope = Scope(
            law_id=law_id,
            rank=Rank(rank) if rank else None,
            ministry=ministry,
            category=category,
            since=since.date() if isinstance(since, datetime) else None,
            until=until.date() if isinstance(until, datetime) else None,
        )
        try:
            if pattern:
                answer = look_for_pattern(words, scope, size=limit, seconds=600)
            else:
                answer = look_for(words, scope, size=limit)
        except (NothingToLookFor, PatternNotUsable) as error:
            raise click.UsageError(str(error)) from None
    marks = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ("", "")
    for hit in answer.hits:
        if as_json:
            told = dataclasses.asdict(hit)
            told["text"] = "".join(stretch.text for stretch in hit.stretches)
            del told["stretches"]
            click.echo(json.dumps(told, ensure_ascii=False))
            continue
        shown = "".join(f"{marks[0]}{s.text}{marks[1]}" if s.found else s.text for s in hit.stretches)
        click.echo(f"{hit.citation}\n     {' '.join(shown.split())}")
    if answer.total is not None:
        click.echo(f"{answer.total:,} 件 / found", err=True)
    sys.exit(0 if answer.hits else NEGATIVE)
