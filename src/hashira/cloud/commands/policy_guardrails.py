"""``hashira cloud policy guardrails``: what the baseline forbids, why, and by which policy (ガードレール)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from hashira.cloud.commands.policy_terminal import NEGATIVE, as_json, console, english

if TYPE_CHECKING:
    from hashira.cloud.domain.guardrail import Guardrail


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--document", is_flag=True, help="まとめたSCPを出す / write them as one SCP")
@click.option("--compact", "compacted", is_flag=True, help="--document を圧縮する / compact the SCP")
@click.option("--json", "json_", is_flag=True, help="結果をJSONで出す / answer as JSON")
def guardrails(ids: tuple[str, ...], document: bool, compacted: bool, json_: bool) -> None:
    """ガードレールの一覧、例の判定、SCP / The guardrails, judged by their examples, and their SCPs.

    IDS を書くと、それだけを出します。一覧は、通る例と止まる例を今ここで評価した結果も示します。

    終了コード / exit: 0 すべて例のとおり all keep their examples, 1 そうでない one does not, 2 usage.
    """
    from hashira.cloud.domain.guardrail import together
    from hashira.cloud.domain.guardrails import GUARDRAILS, guardrail
    from hashira.cloud.domain.policy import PolicyKind
    from hashira.cloud.domain.policy.compaction import compact
    from hashira.cloud.domain.policy.size import measure, written

    unknown = [one for one in ids if guardrail(one) is None]
    if unknown:
        raise click.UsageError(f"{' '.join(unknown)}: {' '.join(one.id for one in GUARDRAILS)}")
    chosen = tuple(one for one in GUARDRAILS if not ids or one.id in ids)
    whole = together(chosen)
    if document:
        click.echo(written(compact(whole)) if compacted else as_json(whole))
        return
    kept = {one.id: _kept(one) for one in chosen}
    if json_:
        told = [
            {
                "id": one.id,
                "class": one.belongs.value,
                "intent": {"ja": one.intent.ja, "en": one.intent.en},
                "leaves_open": {"ja": one.leaves_open.ja, "en": one.leaves_open.en}
                if one.leaves_open
                else None,
                "scp": one.document,
                "characters": len(written(one.document)),
                "reference": one.reference,
                "keeps_examples": kept[one.id],
            }
            for one in chosen
        ]
        click.echo(as_json(told))
    else:
        from rich.table import Table

        language = "en" if english() else "ja"
        heads = (
            ("", "ID", "区分", "文字数", "目的"),
            ("", "id", "class", "characters", "what it is for"),
        )[english()]
        table = Table(box=None)
        for head in heads[:-1]:
            table.add_column(head, no_wrap=True)
        table.add_column(heads[-1])
        for one in chosen:
            sign = "[green]○[/]" if kept[one.id] else "[bold red]×[/]"
            words = one.intent.in_language(language)
            if one.leaves_open:
                words += f"\n[dim]{one.leaves_open.in_language(language)}[/]"
            label = one.belongs.label.in_language(language)
            table.add_row(sign, one.id, label, f"{len(written(one.document)):,}", words)
        out = console()
        out.print(table)
        size = measure(written(whole), PolicyKind.SCP)
        told_size = f"{size.minified:,} → {size.compacted:,} / {size.limit:,}"
        out.print(
            ("合わせた文字数（空白なし → 圧縮）: ", "together (minified → compacted): ")[english()]
            + told_size
        )
    sys.exit(0 if all(kept.values()) else NEGATIVE)


def _kept(one: Guardrail) -> bool:
    """Whether both examples come out as the guardrail says, judged now."""
    from hashira.cloud.domain.policy import PolicyKind, PolicySet, parse_policy
    from hashira.cloud.domain.policy.document import FULL_ACCESS
    from hashira.cloud.domain.policy.evaluation import restrict

    policies = PolicySet(scps=((parse_policy(FULL_ACCESS, PolicyKind.SCP), one.policy),))
    return (
        restrict(one.passing.request(), policies) is None
        and restrict(one.failing.request(), policies) is not None
    )
