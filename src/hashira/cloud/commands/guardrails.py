"""``hashira cloud guardrails``: the baseline listed, written out, and held against what was read back."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hashira.cloud.commands.policy_terminal import (
    FILE,
    NEGATIVE,
    as_json,
    console,
    english,
    errors_said,
    text_of,
)

if TYPE_CHECKING:
    from hashira.cloud.domain.baseline import BaselineGuardrail

_CLASSES = ("scp", "automatic", "mandatory", "sample")
_ENGINES = ("aws", "openstack", "lxd")
_class = click.option(
    "--class", "belongs", multiple=True, type=click.Choice(_CLASSES), help="区分（既定はすべて） / class"
)
_json = click.option("--json", "json_", is_flag=True, help="結果をJSONで出す / answer as JSON")


@click.group()
def guardrails() -> None:
    """ガードレールの一覧、書き出し、検査 / The guardrails: listed, written out, checked."""


@guardrails.command(name="list")
@_class
@_json
def list_(belongs: tuple[str, ...], json_: bool) -> None:
    """ガードレールと、各クラウドでの守り方 / The guardrails and how each provider holds them."""
    from hashira.cloud.domain.baseline.record import guardrail_record

    chosen = _chosen(belongs)
    if json_:
        click.echo(as_json([guardrail_record(one) for one in chosen]))
        return
    from rich.table import Table

    language = "en" if english() else "ja"
    heads = (("ID", "区分", "目的", "月額（USD）"), ("id", "class", "what it is for", "USD a month"))[
        english()
    ]
    table = Table(box=None)
    for head in (*heads[:2], *_ENGINES, *heads[2:]):
        table.add_column(head, no_wrap=head in {*heads[:2], *_ENGINES})
    for one in chosen:
        holds = [
            " ".join(hold.label.in_language(language) for hold in one.at(engine).holds) for engine in _ENGINES
        ]
        words = one.intent.in_language(language)
        table.add_row(one.id, one.belongs.label.in_language(language), *holds, words, str(one.cost.usd))
    console().print(table)


@guardrails.command()
@_class
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice(("cloudformation", "scp", "keystone", "lxd", "json")),
    help="CloudFormationのひな形、SCP、Keystoneのpolicy.yaml、LXDのプロジェクト設定、JSON",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="書き出すファイル / a file")
def export(belongs: tuple[str, ...], form: str, output: Path | None) -> None:
    """ガードレールを、自分で入れる人のために書き出す / Writes guardrails out for those who deploy them.

    例 / e.g. hashira cloud guardrails export --class mandatory --format cloudformation

    終了コード / exit: 0 書き出した written, 1 書き出すものがない nothing to write, 2 usage, 3 environment.
    """
    text = _written(_chosen(belongs), form)
    if text is None:
        words = (
            "この区分には、この形で書き出すものがありません",
            "There is nothing of this form in these classes",
        )
        click.echo(words[english()], err=True)
        sys.exit(NEGATIVE)
    if output is None:
        click.echo(text, nl=False)
        return
    with errors_said():
        output.write_text(text, encoding="utf-8")


@guardrails.command()
@click.argument("inventory", type=FILE)
@click.option("--engine", type=click.Choice(_ENGINES), default="aws", show_default=True)
@_class
@_json
def check(inventory: Path, engine: str, belongs: tuple[str, ...], json_: bool) -> None:
    """読み戻した構成（JSON）をガードレールに照らす / Holds what was read back (JSON) against the guardrails.

    終了コード / exit: 0 すべて守られている all held, 1 守られていないか読み取れていないものがある otherwise,
    2 読めない構成 unreadable, 3 environment.
    """
    from hashira.cloud.domain.baseline.inventory import Outcome, examine
    from hashira.cloud.domain.baseline.inventory_record import UnreadableInventory, inventory_from_json
    from hashira.kernel.language import Bilingual

    with errors_said():
        try:
            document = json.loads(text_of(inventory))
        except (json.JSONDecodeError, RecursionError):
            raise UnreadableInventory(
                place=inventory.name, reason=Bilingual("JSONではない", "no JSON")
            ) from None
        found = inventory_from_json(document)
    told: list[dict[str, Any]] = []
    for one in _chosen(belongs):
        verifier = one.at(engine).verifier
        if verifier is None:
            continue
        examination = examine(verifier, found)
        told.append(
            {
                "id": one.id,
                "outcome": examination.outcome.value,
                "examined": examination.examined,
                "unread": list(examination.unread),
                "findings": [
                    {"kind": f.kind, "id": f.id, "ja": f.wrong.ja, "en": f.wrong.en}
                    for f in examination.findings
                ],
            }
        )
    if json_:
        click.echo(as_json(told))
    else:
        _tell(told)
    sys.exit(0 if all(one["outcome"] == Outcome.HELD for one in told) else NEGATIVE)


def _tell(told: list[dict[str, Any]]) -> None:
    from rich.markup import escape

    from hashira.cloud.domain.baseline.inventory import Outcome

    language = "en" if english() else "ja"
    signs = {Outcome.HELD: "[green]○[/]", Outcome.BROKEN: "[bold red]×[/]", Outcome.UNREAD: "[yellow]？[/]"}
    out = console()
    for one in told:
        outcome = Outcome(one["outcome"])
        unread = f" [dim]{' '.join(one['unread'])}[/]" if one["unread"] else ""
        out.print(f"{signs[outcome]} {one['id']}  {outcome.label.in_language(language)}{unread}")
        for finding in one["findings"]:
            where = escape(finding["id"]) or "–"
            out.print(f"   {finding['kind']} {where}: {escape(finding[language])}")


def _chosen(belongs: tuple[str, ...]) -> tuple[BaselineGuardrail, ...]:
    from hashira.cloud.domain.baseline import BASELINE

    return tuple(one for one in BASELINE if not belongs or one.belongs in belongs)


def _written(chosen: tuple[BaselineGuardrail, ...], form: str) -> str | None:
    """The text of a form, or nothing where no chosen guardrail has it."""
    from hashira.cloud.domain.baseline.catalogue import VERSION
    from hashira.cloud.domain.baseline.cloudformation import template
    from hashira.cloud.domain.baseline.keystone_policy import policy_file, policy_lines
    from hashira.cloud.domain.baseline.record import guardrail_record
    from hashira.cloud.domain.guardrail import together

    if form == "cloudformation":
        document = template(chosen, version=VERSION)
        return as_json(document) + "\n" if document["Resources"] else None
    if form == "scp":
        preventions = tuple(one.prevention for one in chosen if one.prevention is not None)
        return as_json(together(preventions)) + "\n" if preventions else None
    if form == "keystone":
        return policy_file(chosen, version=VERSION) if policy_lines(chosen) else None
    if form == "lxd":
        settings = {name: value for one in chosen for name, value in sorted(one.at("lxd").settings.items())}
        return as_json(settings) + "\n" if settings else None
    return as_json([guardrail_record(one) for one in chosen]) + "\n"
