"""``hashira certificates check-in``: many travellers, a line each (受付のコマンド)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click

from hashira.certificates.commands.terminal import NEGATIVE, USAGE, errors_said, terminal_language

_MAX_LINE = 200_000
_MEMBERS = frozenset({"code", "zone", "destination", "reference"})


@click.command("check-in")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--trust", multiple=True, metavar="PATH", help="信頼する鍵・証明書 / trusted keys")
@click.option("--bundle-key", help="信頼情報の署名鍵の拇印 / thumbprint of the key that signs a bundle")
@click.option("--rules", type=click.Path(exists=True, dir_okay=False), help="判定ルール / travel-rules.json")
def check_in(file: IO[bytes], trust: tuple[str, ...], bundle_key: str | None, rules: str | None) -> None:
    """一行に一人、三つの答えをJSONの行で返す / Answer JSON lines with JSON lines.

    各行は {"code": "…", "zone": "P<…", "destination": "FRA", "reference": "…"}（code のほかは省ける）か、
    コードの内容そのものです。大きなファイルも一行ずつ読みます。
    Each line is such an object, or the bare text of a code. Files of any size are read line by line.

    終了コード / exit: 0 all verified, 1 some not, 2 usage.
    """
    import orjson

    from hashira.certificates.adapters.travel_rules import read_rule_file
    from hashira.certificates.commands.trusting import trust_of
    from hashira.certificates.domain.check_in import answer, check_in_document

    language = terminal_language()
    with errors_said(USAGE):
        store = trust_of(trust, bundle_key, at=datetime.now(UTC))
        known = read_rule_file(Path(rules)) if rules else ()
    good = True
    for number, line in enumerate(_lines(file), start=1):
        try:
            question, reference = _question(line)
        except ValueError as error:
            click.echo(f"{number}行目を読めません / line {number} is not readable: {error}", err=True)
            sys.exit(USAGE)
        found = answer(question, trust=store, rules=known, at=datetime.now(UTC))
        good = good and found.genuine.verdict == "verified"
        document = {"line": number, "reference": reference, **check_in_document(found, language)}
        click.echo(orjson.dumps(document).decode())
    if not good:
        sys.exit(NEGATIVE)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines that are not blank, none longer than can be meant."""
    while line := file.readline(_MAX_LINE + 1):
        if len(line) > _MAX_LINE:
            raise click.UsageError(f"一行は{_MAX_LINE:,}バイトまで / {_MAX_LINE:,} octets a line")
        if line.strip():
            yield line


def _question(line: bytes) -> tuple[Any, str | None]:
    """The question of a line, and the caller's name for it. A seal is JSON too, without our members."""
    from hashira.certificates.domain.check_in import Question
    from hashira.certificates.domain.strict_json import read

    text = line.decode("utf-8").strip()
    try:
        document = read(text.encode())
    except ValueError:
        document = None
    if not isinstance(document, dict) or "code" not in document:
        return Question(text), None
    if set(document) - _MEMBERS or not all(isinstance(value, str) for value in document.values()):
        raise ValueError("code, zone, destination, reference: text")
    reference = document.pop("reference", None)
    return Question(**document), reference
