"""``hashira cloud verdict``: verdicts, and the clock that lets conditions lapse (判定のコマンド)."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from hashira.cloud.commands.terminal import NEGATIVE, database, language

_json = click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")


@click.group()
def verdict() -> None:
    """サービスの判定 / verdicts on services."""


@verdict.command(name="list")
@_json
def list_(as_json: bool) -> None:
    """決定したサービスの一覧 / All decided services."""
    with database():
        from hashira.cloud.domain.selection.standing import STANDING_NAMES
        from hashira.cloud.selectors.service_documents import line_document
        from hashira.cloud.selectors.services import service_lines

        lines = service_lines()
        if as_json:
            _write([line_document(one) for one in lines])
            return
        for one in lines:
            until = f"\t{one.until.isoformat()}" if one.until else ""
            name = STANDING_NAMES[one.standing].in_language(language())
            click.echo(f"{one.id}\t{one.service.in_language(language())}\t{name}{until}")


@verdict.command()
@click.argument("service", type=click.UUID)
@_json
def show(service: UUID, as_json: bool) -> None:
    """判定と理由 / A verdict with its reasons.

    まだ決定されていない提案は、評価から計算した判定を示します（公開はされません）。
    Of a proposal that is not decided the verdict is computed from the judgements, and not published.

    終了コード / exit: 0 選定・条件付き selected or conditional, 1 そのほか otherwise, 2 usage, 3 environment.
    """
    with database():
        from hashira.cloud.selectors.assessments import computed_verdict
        from hashira.cloud.selectors.service_documents import service_document
        from hashira.cloud.selectors.services import ServiceNotFound, service_view
        from hashira.kernel.clock import FixedClock, today_in_japan

        day = today_in_japan(FixedClock(datetime.now(UTC)))
        try:
            view = service_view(service, day)
        except ServiceNotFound:
            computed = computed_verdict(service, day).verdict
            outcome, until, published = computed.outcome.value, computed.until, False
            reasons = [(one.requirement, one.words) for one in computed.reasons]
            document: dict[str, Any] = {
                "outcome": outcome,
                "until": until.isoformat() if until else None,
                "reasons": [one.document() for one in computed.reasons],
            }
        else:
            outcome, until, published = view.line.standing.value, view.line.until, True
            reasons = [(one.requirement, one.words) for one in view.reasons]
            document = service_document(view)
    if as_json:
        _write(document | {"published": published})
    else:
        date = f" ({until.isoformat()})" if until else ""
        click.echo(f"{outcome}{date}{'' if published else ' [未公開 / not published]'}")
        for requirement, words in reasons:
            click.echo(f"  {requirement or '–'}\t{words.in_language(language())}")
    sys.exit(0 if outcome in ("selected", "conditional") else NEGATIVE)


@verdict.command()
@_json
def review(as_json: bool) -> None:
    """期限の過ぎた条件を失効させる（ワーカーも1時間ごとに行う） / Let lapse what was not met by its date."""
    with database() as actor:
        from hashira.cloud.services.standing import review_standings, standings_are_due

        now = datetime.now(UTC)
        changed = review_standings(actor=actor, at=now) if standings_are_due(now) else 0
    if as_json:
        _write({"lapsed": changed})
    else:
        click.echo(f"{changed} 件が失効しました / lapsed")


def _write(document: object) -> None:
    import orjson

    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
