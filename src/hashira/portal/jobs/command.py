"""``hashira jobs …``: seeing and ending jobs from a terminal, as the operator of the machine."""

from __future__ import annotations

import getpass
import json
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from hashira.core.access import Principal
    from hashira.core.jobs import JobView
    from hashira.kernel.errors import HashiraError

_POLL_SECONDS = 0.5
_FAILED, _ENVIRONMENT = 1, 3


class _Jobs(click.Group):
    """Says in words that the database is not there or not up to date."""

    def invoke(self, ctx: click.Context) -> Any:
        import django

        django.setup()
        from django.db import DatabaseError

        from hashira.core.jobs.errors import DatabaseNotReady

        try:
            return super().invoke(ctx)
        except DatabaseError:
            _refuse(DatabaseNotReady())


@click.group(cls=_Jobs)
def jobs() -> None:
    """ジョブ / jobs (imports and other long work)."""


@jobs.command("list")
@click.option("--state", help="この状態だけ / only in this state: running, failed …")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="件数 / how many")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def list_(state: str | None, limit: int, as_json: bool) -> None:
    """新しいものから並べる / List the newest first."""
    from hashira.core.jobs import selectors
    from hashira.core.jobs.state import JobState

    if state is not None and state not in {s.value for s in JobState}:
        raise click.BadParameter(", ".join(s.value for s in JobState), param_hint="--state")
    found = selectors.newest(_operator(), limit=limit, state=JobState(state) if state else None)
    if as_json:
        click.echo(json.dumps([_as_json(view) for view in found], ensure_ascii=False, indent=2))
        return
    for view in found:
        click.echo(_line(view))


@jobs.command()
@click.argument("job_id")
@click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
def show(job_id: str, as_json: bool) -> None:
    """1件を詳しく見る / Show one job."""
    view = _found(job_id)
    if as_json:
        click.echo(json.dumps(_as_json(view), ensure_ascii=False, indent=2))
    else:
        _describe(view)


@jobs.command()
@click.argument("job_id")
@click.option("--json", "as_json", is_flag=True, help="終わったときの結果をJSONで出す / answer as JSON")
def watch(job_id: str, as_json: bool) -> None:
    """終わるまで進み具合を見る / Follow a job to its end.

    進み具合は標準エラー出力に描く。終了コード / exit: 0 done, 1 failed or cancelled, 3 environment.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    view = _found(job_id)
    words = TextColumn("{task.description}")
    columns = (words, BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(view.title.ja, total=view.total, completed=view.done, pace="")
        pause = threading.Event()
        while True:
            told = f"{view.title.ja}  {view.state.label.ja} / {view.state.label.en}"
            bar.update(task, description=told, total=view.total, completed=view.done, pace=_pace(view))
            if view.state.over:
                break
            pause.wait(_POLL_SECONDS)
            view = _found(job_id)
    if as_json:
        click.echo(json.dumps(_as_json(view), ensure_ascii=False, indent=2))
    elif view.error is not None:
        _describe(view)
    raise SystemExit(0 if view.state.value == "done" else _FAILED)


@jobs.command()
@click.argument("job_id")
@click.option("--yes", is_flag=True, help="尋ねずに取り消す / without asking")
def cancel(job_id: str, yes: bool) -> None:
    """取り消す / Cancel a job: it ends before its next step."""
    from hashira.core import jobs as core
    from hashira.kernel.errors import HashiraError

    view = _found(job_id)
    if not yes:
        click.confirm(f"{_line(view)}\n取り消しますか / Cancel it?", abort=True, err=True)
    try:
        after = core.cancel(actor=_operator(), job_id=view.id)
    except HashiraError as error:
        _refuse(error)
    click.echo(_line(after))


def _operator() -> Principal:
    """Whoever has a shell on this machine, by name: the audit tells it from the web's own users."""
    from hashira.core.access import Principal

    return Principal.system(f"terminal:{getpass.getuser()}")


def _found(job_id: str) -> JobView:
    from hashira.core import access
    from hashira.core import jobs as core
    from hashira.kernel.errors import HashiraError

    try:
        view = core.view(job_id)
        access.require(_operator(), "jobs:ViewJob", view.resource)
    except HashiraError as error:
        _refuse(error)
    return view


def _refuse(error: HashiraError) -> NoReturn:
    click.echo(f"{error.message('ja')}\n{error.message('en')}", err=True)
    sys.exit(_ENVIRONMENT)


def _line(view: JobView) -> str:
    of = f"{view.done}/{view.total}" if view.total is not None else str(view.done)
    return f"{view.id}  {view.state.value:<10}  {of:>13}  {view.title.ja} / {view.title.en}"


def _pace(view: JobView) -> str:
    parts = []
    if view.rate is not None:
        parts.append(f"{view.rate:.1f}/s")
    if view.seconds_left is not None:
        parts.append(f"残り {view.seconds_left:.0f} s left")
    return "  ".join(parts)


def _describe(view: JobView) -> None:
    click.echo(_line(view))
    for label, moment in (
        ("受付 / requested", view.requested_at),
        ("開始 / started", view.started_at),
        ("終了 / ended", view.ended_at),
    ):
        if moment is not None:
            click.echo(f"  {label}: {moment.isoformat(timespec='seconds')}")
    if _pace(view):
        click.echo(f"  {_pace(view)}")
    if view.error is not None:
        for text in (view.error.what, view.error.why, view.error.remedy):
            click.echo(f"  {text.ja} / {text.en}")
        click.echo(f"  {view.error.code}")


def _as_json(view: JobView) -> dict[str, Any]:
    problem = view.error.to_json() if view.error is not None else None
    moments = {
        name: moment.isoformat() if moment is not None else None
        for name, moment in (
            ("requested_at", view.requested_at),
            ("started_at", view.started_at),
            ("ended_at", view.ended_at),
        )
    }
    return {
        "id": str(view.id),
        "kind": view.kind,
        "title": {"ja": view.title.ja, "en": view.title.en},
        "state": view.state.value,
        "done": view.done,
        "total": view.total,
        "rate": view.rate,
        "seconds_left": view.seconds_left,
        "error": problem,
        "result": view.result,
        **moments,
    }
