"""``hashira regulations export``: what was found, or the laws themselves, as files (書き出し)."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import click

from hashira.regulations.commands.terminal import ENVIRONMENT, ProgressLine, database

_LAWS = ".zip"


@click.command()
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--minimum", type=click.FloatRange(0, 1), default=0.0, help="候補の確からしさの下限")
def export(output: Path, minimum: float) -> None:
    """洗い出した条項か、取り込んだ法令を書き出す / Write the findings, or the laws, to a file.

    OUTPUT が .csv .jsonl .parquet なら最後の洗い出しの結果、.zip ならいまの本文のすべてを法令標準XMLで書き
    ます（事実のJSONを添えます。ingest と scan が読める形です）。

    With .csv, .jsonl or .parquet the findings of the last scan; with .zip every current text as 法令標準XML.
    """
    from hashira.kernel.errors import HashiraError
    from hashira.regulations.adapters.findings_file import check_folder, check_suffix, write_findings
    from hashira.regulations.adapters.refusals import UnwritableFile

    try:
        if output.suffix.lower() != _LAWS:
            check_suffix(output)
        check_folder(output)
    except HashiraError as error:
        click.echo(str(error), err=True)
        sys.exit(ENVIRONMENT)
    with database():
        from hashira.regulations.selectors.findings import kept_findings

        try:
            if output.suffix.lower() == _LAWS:
                written = _write_laws(output)
            else:
                found = kept_findings(minimum)
                write_findings(output, found)
                written = len(found)
        except OSError as error:
            raise UnwritableFile(path=str(output), reason=error.strerror or "") from None
    click.echo(f"{written:,} 件 / written", err=True)


def _write_laws(output: Path) -> int:
    """Every current text into an archive that is there whole or not at all."""
    from hashira.regulations.adapters.egov_xml import write_law
    from hashira.regulations.selectors.laws import current_laws

    part = output.with_name(output.name + ".part")
    line = ProgressLine("書き出し / writing")
    count = 0
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
        for law in current_laws():
            stem = f"laws/{law.law_id}/{law.revision.revision_id.replace('/', '_')}"
            told = {
                "revision_id": law.revision.revision_id.rpartition("/")[2],
                "category": law.facts.category,
            }
            archive.writestr(f"{stem}.xml", write_law(law))
            archive.writestr(f"{stem}.json", json.dumps(told, ensure_ascii=False))
            count += 1
            line(count)
    line.end()
    part.replace(output)
    return count
