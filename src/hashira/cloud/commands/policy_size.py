"""``hashira cloud policy size``: how many characters a policy takes, and the same in fewer (文字数の枠)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from hashira.cloud.commands.policy_terminal import (
    FILE,
    NEGATIVE,
    as_json,
    console,
    english,
    errors_said,
    readable,
    text_of,
)

_KINDS = ("service-control", "resource-control", "identity", "permission-boundary", "session", "resource")
_ASKED, _SEED = 2_000, 20_260_401


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--kind", type=click.Choice(_KINDS), default=_KINDS[0], show_default=True, help="種類 / kind")
@click.option("--limit", type=click.IntRange(1), help="引き上げた上限 / a limit that was raised")
@click.option(
    "--compact", "compacted", is_flag=True, help="圧縮したポリシーを出す / write the compacted policy"
)
@click.option("--drop-names", is_flag=True, help="圧縮するとき Sid も落とす / compact without Sid")
@click.option("--json", "json_", is_flag=True, help="結果をJSONで出す / answer as JSON")
def size(
    files: tuple[Path, ...], kind: str, limit: int | None, compacted: bool, drop_names: bool, json_: bool
) -> None:
    """ポリシーの文字数と残りを数える / Count the characters of policies, and what is left.

    AWSは、SDKとコマンドが渡したままの文字を数えます。コンソールだけが引用符の外の空白を取り除きます。
    AWS counts what SDK and command line hand over; only its console takes away white space.
    --compact は、無作為の要求で前と同じ判定になることを確かめてから出します。

    終了コード / exit: 0 収まる fits, 1 収まらない does not, 2 usage, 3 environment.
    """
    from hashira.cloud.domain.policy import PolicyKind, parse_policy
    from hashira.cloud.domain.policy.compaction import compact, counterexample
    from hashira.cloud.domain.policy.size import measure, written

    if compacted and len(files) != 1:
        raise click.UsageError("--compact: FILE × 1")
    with errors_said():
        chosen = PolicyKind(kind)
        texts = {path: text_of(path) for path in files}
        sizes = {path: measure(text, chosen, name=path.stem, limit=limit) for path, text in texts.items()}
        if compacted:
            [text] = texts.values()
            small = written(compact(json.loads(text), keep_names=not drop_names))
            before, after = (parse_policy(one, chosen) for one in (text, small))
            if counterexample(before, after, seed=_SEED, count=_ASKED) is not None:
                click.echo(
                    "圧縮すると判定が変わるため出しません / compacted it would decide otherwise", err=True
                )
                sys.exit(3)
            click.echo(small)
    if json_ and not compacted:
        told = [
            {
                "file": str(path),
                "given": one.given,
                "minified": one.minified,
                "compacted": one.compacted,
                "limit": one.limit,
                "left": one.left,
            }
            for path, one in sizes.items()
        ]
        click.echo(as_json(told))
    elif not compacted:
        from rich.markup import escape
        from rich.table import Table

        heads = (
            ("ファイル", "そのまま", "空白なし", "圧縮", "上限", "残り"),
            ("file", "as given", "minified", "compacted", "limit", "left"),
        )[english()]
        table = Table(heads[0], box=None)
        for head in heads[1:]:
            table.add_column(head, justify="right")
        for path, one in sizes.items():
            colour = "green" if one.fits else "bold red"
            figures = (one.given, one.minified, one.compacted, one.limit)
            left = f"[{colour}]{one.left:,}[/]"
            table.add_row(escape(readable(str(path))), *(f"{figure:,}" for figure in figures), left)
        console().print(table)
    sys.exit(0 if all(one.fits for one in sizes.values()) else NEGATIVE)
