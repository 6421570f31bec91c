"""``hashira cloud policy compare``: who would lose what by a changed policy (影響の試算)."""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

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
    from hashira.cloud.adapters.recorded_calls import Skipped
    from hashira.cloud.domain.policy.calls import Call
    from hashira.cloud.domain.policy.impact import Impact
    from hashira.cloud.domain.policy.organisation import Organisation

CALLS = click.Path(exists=True, dir_okay=False, allow_dash=True)
"""Where recorded calls are: a file, or ``-``."""
_SHOWN_EVERY = 0.5


@click.command()
@click.argument("organisation", type=FILE)
@click.argument("calls", type=CALLS)
@click.option("--after", type=FILE, help="変更後の組織のファイル / the organisation after the change")
@click.option(
    "--policy", "changed", multiple=True, metavar="NAME=FILE", help="変えるポリシー / a changed one"
)
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="表示する行 / lines shown"
)
@click.option("--json", "json_", is_flag=True, help="全件をJSONで出す / all as JSON")
def compare(
    organisation: Path, calls: str, after: Path | None, changed: tuple[str, ...], limit: int, json_: bool
) -> None:
    """ポリシーを変えると誰が何を失うかを、記録された呼出しで試算する / Who would lose what by a change.

    ORGANISATION は組織のファイル（書き方は docs/reference/scp-lab.md）です。CALLS は一行に一件のJSON
    （CloudTrail のイベント、または principal・action・resource・account・context・count・refused）か
    CloudTrail のファイルで、「.gz」も標準入力の「-」も読みます。読めない行は数えて飛ばします。

    終了コード / exit: 0 失うものはない nothing lost, 1 ある something, 2 usage, 3 environment.
    """
    from hashira.cloud.domain.policy.impact import compare as judge

    if bool(after) == bool(changed):
        raise click.UsageError("--after FILE / --policy NAME=FILE")
    with errors_said():
        before = read_organisation_file(organisation)
        then = read_organisation_file(after) if after else _changed(before, changed)
        with call_source(calls) as (read, skipped):
            impact = judge(before, then, read)
    show_impact(impact, skipped, limit, json_=json_)
    sys.exit(NEGATIVE if impact.loses else 0)


@contextmanager
def call_source(path: str) -> Iterator[tuple[Iterator[Call], Skipped]]:
    """The calls of a file one by one, and those that could not be read; a broken file is a wrong usage."""
    from hashira.cloud.adapters.recorded_calls import Skipped

    skipped = Skipped()
    try:
        with _opened(path) as stream:
            yield _calls(stream, skipped), skipped
    except (EOFError, zlib.error) as error:
        raise click.UsageError(f"{path}: {error}") from error


def show_impact(impact: Impact, skipped: Skipped, limit: int, *, json_: bool) -> None:
    """What a comparison came to; a file without a readable record is a wrong usage."""
    if not impact.calls and skipped.count:
        raise click.UsageError(f"読める記録がありません / no readable record: {skipped.first[0]}")
    if json_:
        click.echo(as_json(_document(impact, skipped)))
    else:
        _tell(impact, skipped, limit)


def _changed(before: Organisation, pairs: tuple[str, ...]) -> Organisation:
    for pair in pairs:
        name, equals, path = pair.partition("=")
        known = before.policies.get(name)
        if not (equals and known and Path(path).is_file()):
            raise click.UsageError(f"--policy {pair}: NAME=FILE ({', '.join(sorted(before.policies))})")
        before = before.with_policy(read_policy(Path(path), known.kind, name))
    return before


def _opened(path: str) -> BinaryIO:
    from hashira.cloud.adapters.recorded_calls import opened

    return sys.stdin.buffer if path == "-" else opened(path)


def _calls(stream: BinaryIO, skipped: Skipped) -> Iterator[Call]:
    """The calls, with how many there were on the terminal meanwhile."""
    from hashira.cloud.adapters.recorded_calls import recorded_calls

    began = last = time.monotonic()
    shown = sys.stderr.isatty()
    for number, call in enumerate(recorded_calls(stream, skipped), start=1):
        yield call
        if shown and number % 1024 == 0 and time.monotonic() - last > _SHOWN_EVERY:
            last = time.monotonic()
            sys.stderr.write(f"\r\x1b[K{number:,}, {number / (last - began):,.0f}/s ")
            sys.stderr.flush()
    if shown:
        sys.stderr.write("\r\x1b[K")


def _document(impact: Impact, skipped: Skipped) -> dict[str, object]:
    from hashira.cloud.domain.policy.impact import Change

    return {
        "calls": impact.calls,
        "unchanged": impact.unchanged,
        "refused": impact.refused,
        "contradicting": impact.contradicting,
        "unreadable": skipped.count,
        "changes": {change.value: impact.of(change) for change in Change},
        "groups": [
            {
                "account": group.account,
                "principal": group.principal,
                "action": group.action,
                "change": group.change.value,
                "count": count,
                "policy": group.reason.policy if group.reason else "",
                "statement": group.reason.statement if group.reason else "",
                "unknown": list(group.unknown),
            }
            for group, count in impact.listed()
        ],
    }


def _tell(impact: Impact, skipped: Skipped, limit: int) -> None:
    from rich.markup import escape
    from rich.table import Table

    from hashira.cloud.domain.policy.impact import Change

    out = console()
    names = {
        Change.LOSES: ("失う", "loses"),
        Change.MAY_LOSE: ("失うかもしれない", "may lose"),
        Change.GAINS: ("得る", "gains"),
        Change.MAY_GAIN: ("得るかもしれない", "may gain"),
    }
    language = english()
    listed = impact.listed()
    if listed:
        heads = (
            ("変化", "アカウント", "プリンシパル", "操作", "件数", "決めた文・足りないキー"),
            ("change", "account", "principal", "action", "calls", "decided by, lacks"),
        )[language]
        table = Table(box=None)
        for head in heads[:-1]:
            table.add_column(head, no_wrap=True)
        table.add_column(heads[-1], overflow="fold")
        for group, count in listed[:limit]:
            reason = group.reason
            by = " ".join(text for text in (reason.policy, reason.statement) if text) if reason else ""
            why = " ".join(filter(None, (by or "–", "? " + " ".join(group.unknown) if group.unknown else "")))
            cells = (group.account, group.principal.rpartition(":")[2], group.action, f"{count:,}", why)
            table.add_row(names[group.change][language], *(escape(readable(cell)) for cell in cells))
        out.print(table)
        if len(listed) > limit:
            out.print(f"… {len(listed) - limit:,} (--limit, --json)")
    for change in Change:
        if impact.of(change):
            out.print(
                f"{names[change][language]}: {impact.of(change):,}"
                + ("（{:,}アカウント）", " ({:,} accounts)")[language].format(impact.accounts(change))
            )
    told = (
        (impact.calls, "呼出し", "calls"),
        (impact.unchanged, "変わらない", "unchanged"),
        (impact.refused, "もともと拒否", "were refused anyway"),
        (impact.contradicting, "今のポリシーと合わない記録", "contradict the present policies"),
        (skipped.count, "読めない記録", "unreadable records"),
    )
    out.print("  ".join(f"{words[language]} {count:,}" for count, *words in told if count))
    for fault in skipped.first:
        out.print(f"  {escape(readable(fault))}")
