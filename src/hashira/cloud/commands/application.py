"""``hashira cloud application``: applications at the terminal, and their pre-flight (利用申請のコマンド)."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hashira.cloud.commands.terminal import NEGATIVE, database, language

if TYPE_CHECKING:
    from datetime import date

_STATES = ("draft", "confirming", "submitted", "returned", "approved", "refused", "withdrawn")
_json = click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")


@click.group()
def application() -> None:
    """利用申請 / applications for use."""


@application.command(name="list")
@click.option("--state", type=click.Choice(_STATES), help="状態 / state")
@click.option("--kind", type=click.Choice(["new", "change", "end"]), help="種類 / kind")
@click.option("--body", default="", help="団体の名前かコード / name or code of the body")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@_json
def list_(state: str | None, kind: str | None, body: str, limit: int, as_json: bool) -> None:
    """申請の一覧（新しい順） / Applications, the last saved first."""
    with database():
        from hashira.cloud.selectors.application_documents import application_line_document
        from hashira.cloud.selectors.applications import all_applications

        asked = {"state": state, "kind": kind, "body_name": body}
        filters = {key: text for key, text in asked.items() if text}
        found = [application_line_document(one) for one in all_applications().slice(filters, None, 0, limit)]
    if as_json:
        _write(found)
        return
    for one in found:
        state_name = one["state_name"]["en" if language() == "en" else "ja"]
        due = f"\t{one['expected_on'].isoformat()}" if one["state"] == "submitted" else ""
        click.echo(
            f"{one['number']}\t{one['body_name']}\t{one['system_name']}\t{state_name}{due}\t{one['id']}"
        )


@application.command()
@click.argument("application_id", metavar="APPLICATION", type=click.UUID)
@_json
def show(application_id: UUID, as_json: bool) -> None:
    """一つの申請：内容、段階、順番、見込みの日 / One application: content, steps, place, expected day."""
    with database():
        from hashira.cloud.selectors.application_documents import application_document
        from hashira.cloud.selectors.application_facts import findings_of
        from hashira.cloud.selectors.applications import application_view
        from hashira.cloud.selectors.environments import environments_of_application

        day = _today()
        view = application_view(application_id, day)
        document = application_document(
            view, findings_of(application_id, day), environments_of_application(application_id)
        )
    if as_json:
        _write(document)
        return
    key = "en" if language() == "en" else "ja"
    for name, value in (
        ("番号 / number", document["number"]),
        ("団体 / body", f"{document['body'][key]} ({document['body_code']})"),
        ("システム / system", document["system_name"]),
        ("種類 / kind", document["kind_name"][key]),
        ("状態 / state", document["state_name"][key]),
        ("順番 / place", document["place"]),
        ("見込み / expected", document["expected_on"]),
    ):
        if value:
            click.echo(f"{name}\t{value}")
    for step in document["steps"]:
        click.echo(f"  {'✓' if step['done'] and document['place'] else '–'} {step['title'][key]}")
    for one in document["ordered"]:
        click.echo(f"  {one['stage']}\t{one['state']}\t{one['id']}")


@application.command()
@click.argument("application_id", metavar="APPLICATION", type=click.UUID)
@_json
def check(application_id: UUID, as_json: bool) -> None:
    """事前確認：枠、アドレスの重なり、費用、役割、足りないもの / The pre-flight; nothing is changed.

    終了コード / exit: 0 承認できる can be approved, 1 できない cannot, 2 usage, 3 environment.
    """
    with database():
        from hashira.cloud.domain.application.preflight import LEVEL_NAMES, blocks
        from hashira.cloud.selectors.application_documents import finding_document
        from hashira.cloud.selectors.application_facts import findings_of

        findings = findings_of(application_id, _today())
        blocked = bool(blocks(findings))
    if as_json:
        _write({"approvable": not blocked, "findings": [finding_document(one) for one in findings]})
    else:
        for one in findings:
            level = LEVEL_NAMES[one.level].in_language(language())
            click.echo(f"{level}\t{one.code}\t{one.words.in_language(language())}")
    sys.exit(NEGATIVE if blocked else 0)


def _today() -> date:
    from hashira.kernel.clock import FixedClock, today_in_japan

    return today_in_japan(FixedClock(datetime.now(UTC)))


def _write(document: object) -> None:
    import orjson

    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
