"""``hashira cloud environment``: environments at the terminal (環境のコマンド)."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hashira.cloud.commands.terminal import NEGATIVE, database, language

if TYPE_CHECKING:
    from hashira.cloud.services.verification import Finding

_json = click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")


@click.group()
def environment() -> None:
    """払い出した環境 / environments that were vended."""


@environment.command(name="list")
@click.option("--state", help="状態で絞る / by state")
@click.option("--body", default="", help="団体の名前かコードで絞る / by the name or code of the body")
@_json
def list_(state: str | None, body: str, as_json: bool) -> None:
    """環境を新しい順に並べる / List environments, the newest first."""
    with database():
        from hashira.cloud.domain.environment_state import EnvironmentState
        from hashira.cloud.selectors.environment_documents import environment_line_document
        from hashira.cloud.selectors.environments import EnvironmentRows

        if state is not None and state not in {one.value for one in EnvironmentState}:
            raise click.UsageError(f"--state {'|'.join(EnvironmentState)}")
        asked = {key: text for key, text in (("state", state or ""), ("body_name", body)) if text}
        lines = list(EnvironmentRows(None).slice(asked, None, 0, None))
        found = [environment_line_document(one) for one in lines]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "ID", "団体 / body", "システム / system", "環境 / stage", "状態 / state", "アカウント / account"
    )
    for line in lines:
        table.add_row(
            str(line.id),
            line.body_name,
            line.system_name,
            line.stage.value,
            line.state.label.in_language(language()),
            line.account,
        )
    Console().print(table)


@environment.command()
@click.argument("environment_id", type=click.UUID)
@_json
def show(environment_id: UUID, as_json: bool) -> None:
    """一つの環境の手順と証拠 / One environment with its steps and their evidence."""
    with database():
        from hashira.cloud.selectors.environment_documents import environment_document
        from hashira.cloud.selectors.environments import environment as read

        view = read(environment_id)
        document = environment_document(view)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    said = language()
    click.echo(f"{view.line.body_name}  {view.line.system_name}  {view.line.state.label.in_language(said)}")
    if view.problem is not None:
        words = (view.problem.what, view.problem.why, view.problem.remedy)
        click.echo("  " + " / ".join(one.in_language(said) for one in words) + f" ({view.problem.code})")
    for step in view.steps:
        evidence = ", ".join(f"{one.name.in_language(said)} {one.value}" for one in step.evidence.lines)
        click.echo(
            f"  {step.state.label.in_language(said)}\t{step.title.in_language(said)}\t{evidence}".expandtabs(
                4
            )
        )


@environment.command()
@click.argument("environment_ids", nargs=-1, type=click.UUID)
@_json
def verify(environment_ids: tuple[UUID, ...], as_json: bool) -> None:
    """環境をクラウドから読み戻し、足りないものを探す / Read environments back and find what is missing.

    番号がなければ全部です。途中で止まった払出し、基準とのずれ、クラウドごと消えた環境が分かります。

    Without ids all of them: half-vended ones, those that deviate, and those that were lost with their cloud.

    終了コード / exit: 0 すべてある all sound, 1 足りないものがある something is not, 2 usage, 3 environment.
    """
    found: list[Finding] = []
    with database() as actor:
        from hashira.cloud.services.verification import to_verify
        from hashira.cloud.services.verification import verify as read_back

        for environment_id in environment_ids or [UUID(one) for one in to_verify()]:
            found.append(read_back(actor=actor, environment_id=environment_id))
            if not as_json:
                _say(found[-1])
    if as_json:
        click.echo(json.dumps([_document(one) for one in found], ensure_ascii=False, indent=2))
    sound = sum(one.sound for one in found)
    click.echo(f"{sound}/{len(found)} 異常なし / sound", err=True)
    if sound < len(found):
        sys.exit(NEGATIVE)


def _say(one: Finding) -> None:
    said = language()
    problems = [f"{d.title.in_language(said)}：{d.problem.why.in_language(said)}" for d in one.deviations]
    if one.problem is not None:
        problems.append(one.problem.why.in_language(said))
    click.echo("\t".join([str(one.environment_id), one.state.label.in_language(said), *problems]))


def _document(one: Finding) -> dict[str, Any]:
    return {
        "id": str(one.environment_id),
        "state": one.state.value,
        "sound": one.sound,
        "problem": one.problem.to_json() if one.problem is not None else None,
        "deviations": [{"step": d.step, "problem": d.problem.to_json()} for d in one.deviations],
    }
