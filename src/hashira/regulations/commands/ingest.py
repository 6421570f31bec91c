"""``hashira regulations ingest``: laws and ordinances into the database (取り込み)."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from hashira.regulations.commands.terminal import NEGATIVE, ProgressLine, database

_BATCH = 50
"""Documents to one transaction: so much work is done again after a break."""


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="何日現在の本文か [今日] / the day that the source shows [today]",
)
@click.option("--body", default="", metavar="CODE", help="例規の団体コード6桁 / code of the municipality")
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def ingest(source: Path, as_of: datetime | None, body: str, processes: int, as_json: bool) -> None:
    """法令・例規を取り込む / Keep laws and ordinances in the database.

    SOURCE は scan と同じです。取り込んだ文書は二度取り込みません。途中で止めたら、同じコマンドで続きから
    始まります。読めない文書は知らせて飛ばします（終了コードは 1）。施行日のない文書は --as-of の日から
    施行されているものとします。まだ施行されていない本文は、その日が来るまで現行になりません。

    What is kept is passed over, so the same command goes on after a break. A document that cannot be read is
    reported and skipped.

    終了コード / exit: 0 すべて all, 1 飛ばした文書がある some skipped, 2 usage, 3 environment.
    """
    from hashira.kernel.errors import HashiraError
    from hashira.kernel.municipality import read_code

    try:
        body = body and read_code(body)
    except HashiraError as error:
        raise click.UsageError(f"--body: {error}") from None
    with database() as actor:
        from hashira.kernel.clock import JST
        from hashira.regulations.adapters.reading import Known, Reading, read_all
        from hashira.regulations.adapters.refusals import Refused
        from hashira.regulations.services.keeping import Kept, keep_laws, known_documents
        from hashira.regulations.services.referencing import read_references

        at = datetime.now(UTC)
        day = as_of.date() if as_of else at.astimezone(JST).date()
        kept, refused, known, seen = Kept(), 0, 0, 0
        batch: list[Reading] = []
        line = ProgressLine("取り込み / keeping")

        def flush() -> None:
            nonlocal kept
            if batch:
                kept += keep_laws(actor=actor, readings=tuple(batch), at=at, as_of=day, body=body)
                batch.clear()

        for answer in read_all(source, known=known_documents(body), processes=processes):
            seen += 1
            if isinstance(answer, Refused):
                refused += 1
                line.end()
                click.echo(f"飛ばしました / skipped: {answer.error}", err=True)
            elif isinstance(answer, Known):
                known += 1
            else:
                batch.append(answer)
                if len(batch) >= _BATCH:
                    flush()
            line(seen)
        flush()
        line.end()
        reading = ProgressLine("参照を読む / reading references")
        linked = read_references(processes=processes, progress=reading)
        reading.end()
    counts = {
        "documents": seen,
        "new_laws": kept.new_laws,
        "new_revisions": kept.new_revisions,
        "changed": kept.changed,
        "same": kept.same + known,
        "skipped": refused,
        "references_read": linked,
    }
    words = ("文書 / documents", "新しい法令 / new laws", "新しい改正 / new revisions")
    words += (
        "置き換え / replaced",
        "取り込み済み / there already",
        "飛ばした / skipped",
        "参照を読んだ法令 / laws whose references were read",
    )
    if as_json:
        click.echo(json.dumps(counts))
    else:
        for word, count in zip(words, counts.values(), strict=True):
            click.echo(f"{count:>9,} {word}")
    sys.exit(NEGATIVE if refused else 0)
