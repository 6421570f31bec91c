"""``hashira cloud organisation``: what exists already, at the terminal (既存の組織のコマンド)."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hashira.cloud.commands.policy_compare import CALLS, call_source, show_impact
from hashira.cloud.commands.terminal import NEGATIVE, database, language

if TYPE_CHECKING:
    from hashira.cloud.selectors.surveys import SurveyView

_json = click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
_csv = click.option("--csv", "as_csv", is_flag=True, help="結果をCSVで出す / answer as CSV")
_LOOK_SECONDS = 0.5


@click.group()
def organisation() -> None:
    """既存の組織の棚卸しと取込み / an organisation that exists already."""


@organisation.command()
@click.option("--engine", default="aws", show_default=True, help="クラウド / the cloud")
@click.option("--wait/--no-wait", default=True, help="終わるまで待つ / wait for its end")
@_json
def inventory(engine: str, wait: bool, as_json: bool) -> None:
    """組織を読むだけの棚卸しを行う / Take an inventory, which only reads.

    仕事はワーカーが行います。待つあいだは進み具合を出し、Ctrl-C で待つのをやめても棚卸しは続きます。

    The worker does it; progress is shown while you wait, and it goes on when you stop waiting.

    終了コード / exit: 0 すべて基準のとおり all as asked, 1 足りないか読めない something lacks, 2, 3.
    """
    with database() as actor:
        from hashira.cloud.services.surveys import take_survey

        survey_id = take_survey(actor=actor, engine=engine, at=datetime.now(UTC))
        if wait:
            _wait(survey_id)
        view = _view(survey_id)
        _say_survey(view, as_json)
    line = view.line
    if wait and (line.state != "done" or line.lacking or line.unreadable):
        sys.exit(NEGATIVE)


@organisation.command(name="list")
@_json
def list_(as_json: bool) -> None:
    """棚卸しを新しい順に並べる / List the inventories, the newest first."""
    with database():
        from hashira.cloud.selectors.survey_documents import survey_line_document
        from hashira.cloud.selectors.surveys import survey_lines

        lines = survey_lines()
        if as_json:
            _print([survey_line_document(one) for one in lines])
            return
    for one in lines:
        click.echo(f"{one.id}  {one.asked_at:%Y-%m-%d %H:%M}  {one.state}  {one.whole}/{one.accounts}")


@organisation.command()
@click.argument("survey_id", required=False, type=click.UUID)
@click.option("--account", help="一つのアカウントを見る / one account, whole")
@click.option("--lacks", help="この手順が足りないものだけ / those that lack a step")
@_json
@_csv
def difference(
    survey_id: UUID | None, account: str | None, lacks: str | None, as_json: bool, as_csv: bool
) -> None:
    """基準との差をアカウントごとに出す / How accounts differ from the baseline.

    番号がなければ、最後の棚卸しです。/ Without an id that of the last inventory.

    終了コード / exit: 0 差はない no difference, 1 ある some, 2 usage, 3 environment.
    """
    with database():
        from hashira.cloud.selectors.survey_documents import account_document, account_line_document
        from hashira.cloud.selectors.surveys import AccountRows, surveyed_account

        view = _view(survey_id)
        if account:
            found = surveyed_account(view.line.id, account)
            if as_json:
                _print(account_document(found))
            else:
                rows = [
                    (one.step, one.standing.value, _said(one.expected), _said(one.found))
                    for one in found.steps
                ]
                rows += [("+", one.kind, _said(one.name), one.identifier) for one in found.surplus]
                _table(("step", "standing", "expected", "found"), rows, as_csv)
            sys.exit(NEGATIVE if found.line.lacking or found.line.unreadable else 0)
        asked = {"lacks": lacks} if lacks else {}
        lines = list(AccountRows(view.line.id, view.line.engine).slice(asked, None, 0, None))
        if as_json:
            _print([account_line_document(one) for one in lines])
        else:
            _table(
                ("account", "name", "path", "measured", "state", "lacks", "unreadable", "more"),
                [
                    (
                        one.account,
                        one.name,
                        one.path,
                        _measured(one.measured),
                        one.state,
                        " ".join(one.lacks),
                        str(one.unreadable),
                        str(one.more),
                    )
                    for one in lines
                ],
                as_csv,
            )
    if any(one.state != "whole" for one in lines):
        sys.exit(NEGATIVE)


@organisation.command()
@click.argument("before", type=click.UUID)
@click.argument("after", type=click.UUID)
@_json
@_csv
def changes(before: UUID, after: UUID, as_json: bool, as_csv: bool) -> None:
    """二つの棚卸しのあいだに変わったこと / What changed between two inventories."""
    with database():
        from hashira.cloud.selectors.survey_documents import difference_document
        from hashira.cloud.selectors.surveys import survey_changes

        found = [difference_document(one) for one in survey_changes(before, after)]
    if as_json:
        _print(found)
    else:
        heads = ("account", "name", "step", "before", "after")
        _table(heads, [tuple(one[head] for head in heads) for one in found], as_csv)
    sys.exit(NEGATIVE if found else 0)


@organisation.command()
@click.argument("survey_id", required=False, type=click.UUID)
def export(survey_id: UUID | None) -> None:
    """組織をポリシーの試験場（policy compare）の書き方で出す / Write it out for the policy lab."""
    with database():
        from hashira.cloud.domain.adoption.conflicts import organisation_file
        from hashira.cloud.selectors.surveys import survey_document

        click.echo(organisation_file(survey_document(_view(survey_id).line.id)))


@organisation.command()
@click.argument("calls", type=CALLS)
@click.option("--survey", "survey_id", type=click.UUID, help="棚卸しの番号 / the inventory")
@click.option("--account", "accounts", multiple=True, help="取り込むアカウント / accounts to adopt")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="表示する行 / lines")
@_json
def losses(calls: str, survey_id: UUID | None, accounts: tuple[str, ...], limit: int, as_json: bool) -> None:
    """取り込むと誰が何を失うかを、記録された呼出しで試算する / Who would lose what by an adoption.

    CALLS は CloudTrail の記録です（書き方は policy compare と同じ）。アカウントを言わなければ全部です。

    CALLS are records as ``policy compare`` reads them; without accounts all of them are taken.

    終了コード / exit: 0 失うものはない nothing lost, 1 ある something, 2 usage, 3 environment.
    """
    with database():
        from hashira.cloud.adapters.engines.registry import engine_of
        from hashira.cloud.domain.adoption.conflicts import losses as judge
        from hashira.cloud.domain.adoption.port import surveyor_of
        from hashira.cloud.selectors.baseline_versions import current_terms
        from hashira.cloud.selectors.surveys import accounts_of_others, survey_document

        line = _view(survey_id).line
        document = survey_document(line.id)
        chosen = accounts or accounts_of_others(line.id)
        baseline = surveyor_of(engine_of(line.engine)).baseline(current_terms())
        with call_source(calls) as (read, skipped):
            impact, crowded = judge(document, baseline, chosen, read)
    for one in crowded:
        click.echo(f"{one}: SCP > 5", err=True)
    show_impact(impact, skipped, limit, json_=as_json)
    sys.exit(NEGATIVE if impact.loses else 0)


def _view(survey_id: UUID | None) -> SurveyView:
    from hashira.cloud.selectors.surveys import SurveyNotFound, latest_survey, survey_view

    chosen = survey_id or latest_survey()
    if chosen is None:
        raise SurveyNotFound
    return survey_view(chosen)


def _wait(survey_id: UUID) -> None:
    """Until it is over, with the progress on stderr where somebody looks."""
    from hashira.core import jobs

    shown = sys.stderr.isatty()
    while True:
        view = _view(survey_id)
        if view.line.state != "running" or view.line.job_id is None:
            break
        job = jobs.view(view.line.job_id)
        if job.state.over:
            break
        if shown:
            rate = f"{job.rate:.1f}/s" if job.rate else ""
            left = f"{job.seconds_left:.0f} s" if job.seconds_left is not None else ""
            sys.stderr.write(f"\r\x1b[K{job.done}/{job.total or '?'} {rate} {left} ")
            sys.stderr.flush()
        time.sleep(_LOOK_SECONDS)
    if shown:
        sys.stderr.write("\r\x1b[K")


def _say_survey(view: SurveyView, as_json: bool) -> None:
    from hashira.cloud.selectors.survey_documents import survey_document

    if as_json:
        _print(survey_document(view))
        return
    line = view.line
    click.echo(f"{line.id}  {line.state}  {line.whole}/{line.accounts}")
    for one in view.steps:
        counts = f"{one.present + one.open}/{one.asked}"
        lacking = f"≠{one.differs} -{one.missing} ?{one.unreadable}"
        click.echo(f"  {counts:>12}  {lacking:<18}  {_said(one.title)}")
    for conflict in view.conflicts:
        click.echo(f"  ! {conflict.place} {conflict.policy} ({conflict.accounts}): {_said(conflict.words)}")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], as_csv: bool) -> None:
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(heads)
        writer.writerows(rows)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*heads, box=None)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console().print(table)


def _measured(by: Mapping[str, Any]) -> str:
    """What an account was compared with: ``own order 2026.12 except data-location``, ``baseline 2026.11``."""
    said = ["own order" if "environment" in by else "baseline", by.get("version", "?")]
    return " ".join([*said, *(["except", ",".join(by["without"])] if by.get("without") else [])])


def _said(words: Any) -> str:
    return str(words.in_language(language()))


def _print(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
