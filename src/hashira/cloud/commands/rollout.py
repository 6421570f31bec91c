"""``hashira cloud rollout``: versions of the baseline and their way to everybody (段階適用のコマンド)."""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hashira.cloud.commands.terminal import NEGATIVE, database, language

if TYPE_CHECKING:
    from hashira.cloud.domain.baseline_terms import BaselineTerms
    from hashira.cloud.domain.policy.calls import Call
    from hashira.cloud.selectors.rollouts import RolloutView

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す / answer as JSON")
_calls = click.option(
    "--calls",
    type=_FILE,
    help="記録された呼出し（CloudTrail、.gz可） / recorded calls (CloudTrail, also .gz)",
)
_reason = click.option("--reason", required=True, help="理由 / why")


@click.group()
def rollout() -> None:
    """基準の版の段階適用 / versions of the baseline, rolled out in waves."""


@rollout.command(name="list")
@_json
def list_(as_json: bool) -> None:
    """版と、環境の数と、段階適用 / Versions, how many environments are under each, and rollouts."""
    with database():
        from hashira.cloud.selectors.baseline_versions import baseline_versions
        from hashira.cloud.selectors.rollouts import rollout_views

        versions, views = baseline_versions(), rollout_views()
    if as_json:
        told = {
            "versions": [
                {"version": one.version, "current": one.current, "environments": one.environments}
                for one in versions
            ],
            "rollouts": [_document(one) for one in views],
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in versions:
        click.echo(f"{'*' if one.current else ' '} {one.version}\t{one.environments:,}")
    for view in views:
        click.echo(
            f"  {view.id}\t{view.version}\t{view.state.label.in_language(language())}"
            f"\t{view.wave}/{len(view.waves)}"
        )


@rollout.command()
@click.argument("rollout_id", type=click.UUID)
@_json
def show(rollout_id: UUID, as_json: bool) -> None:
    """一つの段階適用の進み具合 / One rollout, wave by wave.

    終了コード / exit: 0 止まっていない not halted, 1 止まっている halted, 2 usage, 3 environment.
    """
    with database():
        from hashira.cloud.domain.rollout import RolloutState
        from hashira.cloud.selectors.rollouts import rollout_view

        view = rollout_view(rollout_id)
    if as_json:
        click.echo(json.dumps(_document(view) | {"impact": view.impact}, ensure_ascii=False, indent=2))
    else:
        said = language()
        click.echo(f"{view.version}  {view.state.label.in_language(said)}")
        for wave in view.waves:
            counts = ", ".join(
                f"{state.label.in_language(said)} {number:,}" for state, number in wave.counts.items()
            )
            click.echo(f"  {wave.number}. {wave.wave.label.in_language(said)}\t{counts or '–'}")
    if view.state is RolloutState.HALTED:
        sys.exit(NEGATIVE)


@rollout.command()
@click.argument("version", type=_FILE)
@_calls
@_json
def impact(version: Path, calls: Path | None, as_json: bool) -> None:
    """版を変えるとだれが何を失うか。何も書き込まない / Who would lose what; nothing is written.

    VERSION は版のファイルです（書き方は docs/reference/guardrail-rollouts.md）。

    終了コード / exit: 0 失うものはない nothing is lost, 1 ある something is, 2 usage, 3 environment.
    """
    with database():
        from hashira.cloud.domain.baseline.version_impact import version_impact
        from hashira.cloud.selectors.baseline_versions import current_terms
        from hashira.cloud.selectors.rollouts import tenants

        told = version_impact(tenants(), current_terms(), _terms(version), _recorded(calls))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _tell(told)
    lost = told["stranded"] or told["calls"]["changes"]["loses"]
    if lost or any(one["change"] == "loses" for one in told["examples"]):
        sys.exit(NEGATIVE)


@rollout.command()
@click.argument("version", type=_FILE)
@_reason
@click.option("--waves", type=_FILE, help="段階のJSON。なければ検証→本番3件→すべて / the waves as JSON")
@click.option("--tolerated", type=click.IntRange(0, 1_000), default=0, show_default=True)
@click.option("--pause-minutes", type=click.IntRange(0, 20_160), default=1_440, show_default=True)
@_calls
def propose(
    version: Path, reason: str, waves: Path | None, tolerated: int, pause_minutes: int, calls: Path | None
) -> None:
    """版を提案する。別の二人が画面で承認すると始まる / Propose a version; two approve it on its page."""
    with database() as actor:
        from hashira.cloud.domain.rollout import DEFAULT_WAVES, read_waves
        from hashira.cloud.services.rollouts import propose_rollout

        made = propose_rollout(
            actor=actor,
            terms=_terms(version),
            reason=reason,
            waves=read_waves(_read(waves)) if waves is not None else DEFAULT_WAVES,
            tolerated=tolerated,
            pause_minutes=pause_minutes,
            calls=_recorded(calls),
            at=datetime.now(UTC),
        )
    click.echo(str(made))


@rollout.command()
@click.argument("rollout_id", type=click.UUID)
@_reason
def halt(rollout_id: UUID, reason: str) -> None:
    """止める。作業中の環境は終わりまで行う / Halt it; what is under way comes to its end."""
    _steer("halt_rollout", rollout_id, reason)


@rollout.command()
@click.argument("rollout_id", type=click.UUID)
@_reason
def resume(rollout_id: UUID, reason: str) -> None:
    """続ける。失敗した環境からやり直す / Let it go on; what failed is tried again."""
    _steer("resume_rollout", rollout_id, reason)


@rollout.command(name="return")
@click.argument("rollout_id", type=click.UUID)
@_reason
def return_(rollout_id: UUID, reason: str) -> None:
    """すべての環境を前の版に戻す / Take everybody back to the version of before."""
    _steer("return_rollout", rollout_id, reason)


def _steer(verb: str, rollout_id: UUID, reason: str) -> None:
    with database() as actor:
        from hashira.cloud.selectors.rollouts import rollout_view
        from hashira.cloud.services import rollouts

        act: Callable[..., None] = getattr(rollouts, verb)
        act(actor=actor, rollout_id=rollout_id, reason=reason, at=datetime.now(UTC))
        state = rollout_view(rollout_id).state
    click.echo(state.label.in_language(language()))


def _terms(path: Path) -> BaselineTerms:
    from hashira.cloud.domain.baseline.versions import read_terms

    return read_terms(_read(path))


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path}: {error}") from error


def _recorded(path: Path | None) -> Iterator[Call]:
    from hashira.cloud.adapters.recorded_calls import Skipped, opened, recorded_calls

    if path is None:
        return
    skipped, count = Skipped(), 0
    try:
        with opened(str(path)) as stream:
            for call in recorded_calls(stream, skipped):
                count += 1
                yield call
    except (EOFError, OSError, zlib.error) as error:
        raise click.UsageError(f"{path}: {error}") from error
    if skipped.count:
        click.echo(f"読めない記録 / unreadable records: {skipped.count:,}: {skipped.first[0]}", err=True)
    if not count:
        raise click.UsageError(f"{path}: 読める記録がありません / no readable record")


def _tell(told: dict[str, Any]) -> None:
    said = language()
    for one in told["differences"]:
        click.echo(one[said])
    for one in told["stranded"]:
        click.echo(f"  {one['region']}\t{one['name']}\t{one['id']}")
    for one in told["examples"]:
        click.echo(f"  {one['change']}\t{one['action']}\t{one['region'] or '–'}\t{one['guardrail']}")
    for one in told["calls"]["groups"]:
        click.echo(
            f"  {one['change']}\t{one['account']}\t{one['principal']}\t{one['action']}\t{one['count']:,}"
            f"\t{one['guardrail']}"
        )


def _document(view: RolloutView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "version": view.version,
        "state": view.state.value,
        "wave": view.wave,
        "waves": [
            {
                "number": wave.number,
                "whom": {"ja": wave.wave.label.ja, "en": wave.wave.label.en},
                "counts": {state.value: number for state, number in wave.counts.items()},
            }
            for wave in view.waves
        ],
        "asked_at": view.asked_at.isoformat(),
        "ended_at": view.ended_at.isoformat() if view.ended_at else None,
    }
