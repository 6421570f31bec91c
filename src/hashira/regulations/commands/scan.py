"""``hashira regulations scan``: from files to findings, without a database (洗い出し)."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.refusals import UnwritableFile

if TYPE_CHECKING:
    from hashira.regulations.adapters.shares import Shares
    from hashira.regulations.domain.detection import Finding
    from hashira.regulations.domain.detection.lifting import Outline

_ENVIRONMENT = 3


@click.command()
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="書き出す先（.csv .jsonl .parquet） / where to write; without it the best are printed",
)
@click.option(
    "--minimum", type=click.FloatRange(0, 1), default=0.02, show_default=True, help="確からしさの下限"
)
@click.option(
    "--category", "categories", multiple=True, metavar="区分", help="この区分だけ / only this category"
)
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
@click.option(
    "--engine", type=click.Choice(["hyperscan", "ahocorasick-rs", "re"]), help="走査の部品 [速いもの]"
)
@click.option(
    "--titles",
    is_flag=True,
    help="題名だけで指された法令（地方税法第五条）もたどる。点数が変わる / follow laws named by title alone",
)
@click.option(
    "--procedures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="所管を補う棚卸調査（Parquet） / the census of procedures, for ministries of Acts",
)
@click.option("--best", type=click.IntRange(1, 1000), default=20, show_default=True, help="表示する件数")
def scan(
    source: Path | None,
    output: Path | None,
    minimum: float,
    categories: tuple[str, ...],
    processes: int,
    engine: str | None,
    titles: bool,
    procedures: Path | None,
    best: int,
) -> None:
    """法令・例規からアナログ規制を洗い出す / Find the provisions that are likely analog regulations.

    SOURCE は e-Gov の XML、Markdown、例規のテキストや docx の、ファイル・フォルダー・書庫。
    データベースは要りません。SOURCE がなければ、取り込んだ法令（ingest）を洗い出し、結果を保存します。
    変わった法令だけを見直します。確からしい順に、条項・区分・類型・Phase・理由を書き出します。
    読めない文書は知らせて飛ばします（終了コードは 0）。

    SOURCE is a file, a folder or an archive of laws (e-Gov XML, Markdown) or ordinances (text, docx).
    No database is needed. Without SOURCE the laws that are kept (ingest) are scanned, only what changed
    anew, and the findings are kept. A document that cannot be read is reported and skipped.
    """
    from hashira.regulations.adapters.findings_file import (
        PARQUET,
        check_folder,
        check_suffix,
        write_findings,
        write_rows,
    )
    from hashira.regulations.adapters.procedures import ministries_by_number
    from hashira.regulations.adapters.shares import Shares, Wanted
    from hashira.regulations.adapters.sources import collect_rarely
    from hashira.regulations.domain.detection import JAPAN

    unknown = [name for name in categories if name not in JAPAN.categories]
    if titles and source is None:
        raise click.UsageError("--titles は SOURCE とともに / only with SOURCE")
    if unknown:
        raise click.UsageError(f"--category: {'、'.join(unknown)} ／ {'、'.join(JAPAN.categories)}")
    try:
        if output is not None:
            check_suffix(output)
            check_folder(output)
        ministries = ministries_by_number(procedures) if procedures else {}
        suffix = output.suffix.lower() if output is not None else ""
        most = best if output is None else None
        if source is None:
            found: Sequence[Any] = _scan_kept(processes, ministries, minimum, categories, most)
        else:
            collect_rarely()
            with Shares(processes, engine or "", titles=titles) as shares:
                read, refused = _read(shares, source)
                answer = shares.rows(Wanted(minimum, categories, suffix, most), read, ministries)
            found = answer.rows
        if output is not None and (source is None or suffix == PARQUET):
            write_findings(output, found)
        elif output is not None:
            write_rows(output, found)
    except HashiraError as error:
        click.echo(str(error), err=True)
        sys.exit(_ENVIRONMENT)
    except OSError as error:
        click.echo(str(UnwritableFile(path=str(output), reason=error.strerror or "")), err=True)
        sys.exit(_ENVIRONMENT)
    except ImportError:
        click.echo(f"{engine} は入っていません（uv sync --extra fast） / {engine} is not installed", err=True)
        sys.exit(_ENVIRONMENT)
    if output is None:
        _print(found[:best])
    if source is not None:
        _summarise(read, answer.counts, refused)


def _scan_kept(
    processes: int,
    ministries: dict[str, str],
    minimum: float,
    categories: Collection[str],
    most: int | None,
) -> list[Finding]:
    """Scans what is kept, says what changed, and answers with the findings that are asked for."""
    from hashira.regulations.commands.terminal import ProgressLine, database

    with database() as actor:
        from hashira.kernel.clock import JST
        from hashira.regulations.selectors.findings import kept_findings
        from hashira.regulations.services.referencing import read_references
        from hashira.regulations.services.scanning import prepare, scan_laws

        now = datetime.now(UTC)
        line = ProgressLine("洗い出し / scanning")
        surveyed = prepare(today=now.astimezone(JST).date(), processes=processes, progress=line)
        line.end()
        read_references(processes=processes)  # of texts that have come into force since
        scanned = scan_laws(actor=actor, surveyed=surveyed, at=now, ministries=ministries)
        click.echo(
            f"{scanned.laws:,} 法令 / laws ({scanned.surveyed:,} 見直し / surveyed)"
            f" → {scanned.findings:,} 件 / findings:"
            f" +{scanned.added:,} ~{scanned.changed:,} -{scanned.removed:,}",
            err=True,
        )
        return kept_findings(minimum, categories=categories, most=most)


def _read(shares: Shares, source: Path) -> tuple[list[Outline], int]:
    """The outlines of all laws that can be read, and how many cannot."""
    from hashira.regulations.adapters.refusals import Refused
    from hashira.regulations.commands.progress import with_progress

    read: list[Outline] = []
    refused = 0
    for answer in with_progress(shares.survey(source)):
        if isinstance(answer, Refused):
            refused += 1
            click.echo(f"飛ばしました / skipped: {answer.error}", err=True)
        else:
            read.append(answer)
    return read, refused


def _print(found: Sequence[Finding]) -> None:
    from hashira.regulations.domain.detection.finding import shown_score

    for finding in found:
        kind = f"{finding.category} {finding.type} {finding.phase}"
        click.echo(f"{shown_score(finding.score)} {kind}　{finding.citation}")
        click.echo(f"     {finding.excerpt[:90]}")


def _summarise(read: list[Outline], counts: Counter[str], refused: int) -> None:
    units, found = sum(outline.units for outline in read), counts.total()
    click.echo(f"{len(read):,} 法令 / laws, {units:,} 単位 / units → {found:,} 件 / findings", err=True)
    for category, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        click.echo(f"  {count:>7,} {category}", err=True)
    if refused:
        click.echo(f"{refused:,} 文書を飛ばしました / documents skipped", err=True)
