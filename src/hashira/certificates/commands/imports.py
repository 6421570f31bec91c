"""``hashira certificates import``: a file of doses from the terminal, previewed first (取込みのコマンド)."""

from __future__ import annotations

import getpass
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hashira.certificates.commands.terminal import ENVIRONMENT, NEGATIVE, errors_said, terminal_language

if TYPE_CHECKING:
    from hashira.certificates.selectors.imports import ImportView
    from hashira.core.access import Principal
    from hashira.core.jobs import JobView

_BLOCK = 1024 * 1024
_POLL_SECONDS = 0.5
_COUNTS = (
    ("rows", "行 / rows"),
    ("people_new", "新しい人 / new people"),
    ("people_changed", "基本情報が変わる人 / people updated"),
    ("doses_new", "新しい接種 / new doses"),
    ("doses_same", "登録済み / there already"),
    ("rows_with_errors", "エラーの行 / rows with errors"),
    ("rows_with_warnings", "注意の行 / rows with warnings"),
)


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "source", required=True, metavar="SOURCE", help="取込元 / name of the source")
@click.option("--organisation", required=True, metavar="CODE", help="団体コード6桁 / code of six digits")
@click.option("--as", "email", required=True, metavar="E-MAIL", help="責任を負う担当者 / who answers for it")
@click.option("--apply", "applied", is_flag=True, help="確認の後で取り込む / import after the preview")
@click.option("--good-rows-only", is_flag=True, help="エラーの行を除く / leave out rows with errors")
@click.option("--encoding", type=click.Choice(["cp932", "utf-8"]), help="文字コード [推定 / guessed]")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="行ごとの報告のCSV / rows as CSV"
)
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def import_(
    file: Path,
    source: str,
    organisation: str,
    email: str,
    applied: bool,
    good_rows_only: bool,
    encoding: str | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """接種記録のCSVを確かめ、--apply なら取り込む / Preview a CSV of doses; with --apply, import it.

    --apply がなければ何も残りません。列の対応づけは、画面で一度保存した取込元のものを使います。
    進み具合は標準エラー出力に出ます。ワーカー（./run か hashira worker）が要ります。

    Without --apply nothing stays. The mapping is the one kept for the source on the page. Progress goes to
    stderr. A worker must be running.

    終了コード / exit: 0 よい good, 1 エラーの行があるか取り込めない errors, 2 usage, 3 environment.
    """
    import django

    django.setup()
    logging.disable(logging.WARNING)  # the queue's own words about its tables
    from django.db import DatabaseError

    from hashira.core.jobs.errors import DatabaseNotReady

    try:
        with errors_said(NEGATIVE):
            outcome = _run(
                file, source, organisation, email, applied, good_rows_only, encoding, report, as_json
            )
    except DatabaseError:
        click.echo(DatabaseNotReady().message(terminal_language()), err=True)
        sys.exit(ENVIRONMENT)
    sys.exit(outcome)


def _run(
    file: Path,
    source: str,
    organisation: str,
    email: str,
    applied: bool,
    good_rows_only: bool,
    encoding: str | None,
    report: Path | None,
    as_json: bool,
) -> int:
    from hashira.certificates.domain.import_encoding import Encoding
    from hashira.certificates.domain.import_state import ImportState
    from hashira.certificates.selectors.imports import Report, import_view
    from hashira.certificates.services import imports
    from hashira.certificates.services.terminal_import import begin_at_terminal
    from hashira.core.access import Principal
    from hashira.core.jobs.living import attendance

    actor = Principal.system(f"terminal:{getpass.getuser()}")
    begun = begin_at_terminal(
        actor=actor, municipality=organisation, source=source, email=email, at=datetime.now(UTC)
    )
    if not attendance().living:
        click.echo("ワーカーが動いていません / no worker is running: ./run, hashira worker", err=True)
        return ENVIRONMENT
    import_id, kept = imports.keep_file(
        actor=actor, organisation_id=begun.organisation_id, chunks=_blocks(file)
    )
    imports.register_file(
        actor=actor,
        organisation_id=begun.organisation_id,
        import_id=import_id,
        kept=kept,
        file_name=file.name,
        source_name=begun.source,
        in_name_of=begun.in_name_of,
    )
    done = False
    try:
        view = import_view(actor, import_id)
        if encoding is not None and encoding != view.encoding:
            imports.choose_reading(
                actor=actor, import_id=import_id, encoding=Encoding(encoding), delimiter=view.delimiter
            )
        imports.check_import(actor=actor, import_id=import_id, mapping=begun.mapping)
        _follow(_job(actor, import_id))
        view = import_view(actor, import_id)
        if report is not None:
            _write(report, Report(actor, import_id).csv_lines(terminal_language()))
        wrong = view.state != ImportState.CHECKED or bool(view.counts.get("rows_with_errors"))
        if applied and view.state == ImportState.CHECKED and (good_rows_only or not wrong):
            imports.apply_import(
                actor=actor,
                import_id=import_id,
                good_rows_only=good_rows_only,
                in_name_of=begun.in_name_of,
            )
            _follow(_job(actor, import_id))
            view = import_view(actor, import_id)
            done = view.state == ImportState.APPLIED
            wrong = not done
    finally:
        if not done:  # also when interrupted: what was not imported leaves nothing
            _give_up(actor, import_id)
    _answer(view, done, as_json)
    return NEGATIVE if wrong else 0


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _give_up(actor: Principal, import_id: UUID) -> None:
    """Cancels what is not applied; what is being applied by now is left to its job."""
    from hashira.certificates.services import imports

    try:
        imports.cancel_import(actor=actor, import_id=import_id)
    except imports.WrongState as error:
        click.echo(error.message(terminal_language()), err=True)


def _job(actor: Principal, import_id: UUID) -> UUID:
    from hashira.certificates.selectors.imports import import_view

    job_id = import_view(actor, import_id).job_id
    assert job_id is not None
    return job_id


def _follow(job_id: UUID) -> JobView:
    """Draws the progress on stderr until the job is over."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from hashira.core import jobs

    pause = threading.Event()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        view = jobs.view(job_id)
        task = bar.add_task(view.title.in_language(terminal_language()), total=view.total)
        while not view.state.over:
            bar.update(task, total=view.total, completed=view.done)
            pause.wait(_POLL_SECONDS)
            view = jobs.view(job_id)
        bar.update(task, total=view.total, completed=view.done)
    return view


def _write(path: Path, lines: Iterator[str]) -> None:
    """The report, for its owner only: it names people."""
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(lines)


def _answer(view: ImportView, done: bool, as_json: bool) -> None:
    language = terminal_language()
    if as_json:
        import orjson

        document: dict[str, Any] = {
            "import": str(view.id),
            "applied": done,
            "encoding": view.encoding.value,
            "mapping_version": view.mapping_version,
            "counts": dict(view.counts),
            "written": dict(view.written),
            "problem": {"ja": view.problem.ja, "en": view.problem.en} if view.problem else None,
        }
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
        return
    for key, label in _COUNTS:
        click.echo(f"{label}: {view.counts.get(key, 0):,}")
    if view.problem is not None:
        click.echo(view.problem.in_language(language), err=True)
    said = "取り込みました / imported" if done else "取り込んでいません / nothing was imported"
    click.echo(said)
