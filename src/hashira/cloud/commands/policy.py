"""``hashira cloud policy``: policies of AWS judged without AWS (ポリシーの評価)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hashira.cloud.commands.policy_compare import compare
from hashira.cloud.commands.policy_guardrails import guardrails
from hashira.cloud.commands.policy_size import size
from hashira.cloud.commands.policy_terminal import (
    FILE,
    NEGATIVE,
    as_json,
    console,
    english,
    errors_said,
    read_organisation_file,
    read_policy,
    readable,
)

if TYPE_CHECKING:
    from hashira.cloud.domain.policy import Decision, Policy, PolicyKind
    from hashira.cloud.domain.policy.organisation import Levels
    from hashira.cloud.domain.policy.request import ContextValue


@click.group()
def policy() -> None:
    """ポリシーをAWSなしで評価する / Judge policies of AWS without AWS."""


policy.add_command(compare)
policy.add_command(size)
policy.add_command(guardrails)


@policy.command()
@click.argument("principal")
@click.argument("action")
@click.argument("resource", default="*")
@click.option("--account", help="リソースの持ち主のアカウント（既定は要求者の） / who owns the resource")
@click.option("--context", multiple=True, metavar="KEY=VALUE", help="条件キー（同じキーを繰り返すと集合）")
@click.option("--organisation", type=FILE, help="組織のファイル。SCP・RCPを階層から取る / take SCPs, RCPs")
@click.option("--scp", multiple=True, type=FILE, help="一つの階層のSCP / SCPs of one level")
@click.option("--rcp", multiple=True, type=FILE, help="一つの階層のRCP / RCPs of one level")
@click.option("--identity", multiple=True, type=FILE, help="アイデンティティのポリシー")
@click.option("--boundary", multiple=True, type=FILE, help="アクセス許可の境界 / permissions boundary")
@click.option("--session", multiple=True, type=FILE, help="セッションポリシー / session policies")
@click.option("--resource-policy", type=FILE, help="リソースのポリシー / the resource's own policy")
@click.option("--json", "json_", is_flag=True, help="結果をJSONで出す / answer as JSON")
def evaluate(
    principal: str,
    action: str,
    resource: str,
    account: str | None,
    context: tuple[str, ...],
    organisation: Path | None,
    scp: tuple[Path, ...],
    rcp: tuple[Path, ...],
    identity: tuple[Path, ...],
    boundary: tuple[Path, ...],
    session: tuple[Path, ...],
    resource_policy: Path | None,
    json_: bool,
) -> None:
    """一つの要求が許可されるか、なぜかを答える / Tell whether one request is allowed, and why.

    PRINCIPAL は arn:aws:iam::111122223333:user/hanako のようなARN、サービスの名前、または「*」（匿名）。
    ACTION は s3:GetObject、RESOURCE はARNか「*」。

    終了コード / exit: 0 許可 allowed, 1 拒否 denied, 2 usage, 3 environment.
    """
    from hashira.cloud.domain.policy import PolicyKind, PolicySet, Principal, Request
    from hashira.cloud.domain.policy import evaluate as judge

    with errors_said():
        who = Principal.read(principal)
        owner = account or who.account
        request = Request(who, action, resource, owner, _context(context))
        scps: Levels = (_read(scp, PolicyKind.SCP),) if scp else ()
        rcps: Levels = (_read(rcp, PolicyKind.RCP),) if rcp else ()
        if organisation:
            known = read_organisation_file(organisation)
            scps, rcps = (*known.levels(who.account)[0], *scps), (*known.levels(owner)[1], *rcps)
        decision = judge(
            request,
            PolicySet(
                scps=scps,
                rcps=rcps,
                identity=_read(identity, PolicyKind.IDENTITY),
                boundary=_read(boundary, PolicyKind.BOUNDARY) if boundary else None,
                session=_read(session, PolicyKind.SESSION) if session else None,
                resource=read_policy(resource_policy, PolicyKind.RESOURCE) if resource_policy else None,
            ),
        )
    if json_:
        reasons = [
            {"kind": one.kind.value, "policy": one.policy, "statement": one.statement}
            for one in decision.reasons
        ]
        click.echo(as_json({"outcome": decision.outcome.value, "reasons": reasons}))
    else:
        _tell(decision)
    sys.exit(0 if decision.allowed else NEGATIVE)


def _read(paths: tuple[Path, ...], kind: PolicyKind) -> tuple[Policy, ...]:
    return tuple(read_policy(path, kind) for path in paths)


def _context(pairs: tuple[str, ...]) -> dict[str, ContextValue]:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise click.UsageError(f"--context {pair}: KEY=VALUE")
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in found.items()}


def _tell(decision: Decision) -> None:
    from rich.markup import escape

    from hashira.cloud.domain.policy import Outcome

    words = {
        Outcome.ALLOWED: ("green", "○", "許可", "allowed"),
        Outcome.EXPLICITLY_DENIED: ("red", "×", "明示的に拒否", "explicitly denied"),
        Outcome.IMPLICITLY_DENIED: ("red", "×", "許可するものがない", "nothing allows it"),
    }
    colour, sign, *in_languages = words[decision.outcome]
    out = console()
    out.print(f"[bold {colour}]{sign} {decision.outcome.value}[/]  {in_languages[english()]}")
    for one in decision.reasons:
        where = " ".join(text for text in (one.policy, one.statement) if text) or "–"
        out.print(f"  {one.kind.value}: {escape(readable(where))}")
