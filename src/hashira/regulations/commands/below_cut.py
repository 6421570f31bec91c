"""``hashira regulations below-cut``: how much is missed below a cut (見逃しの推定)."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.refusals import UnwritableFile

if TYPE_CHECKING:
    from hashira.regulations.adapters.below_cut_sheet import Line
    from hashira.regulations.domain.detection import Survey
    from hashira.regulations.domain.law import LawText

_ENVIRONMENT = 3
_LONGEST = 1500


class _Paragraph(NamedTuple):
    law_id: str
    path: str
    citation: str
    text: str


class _Look:
    """What a process does with a law: its survey, and its paragraphs with their words."""

    def __call__(self, law: LawText) -> tuple[Survey, list[_Paragraph]]:
        from hashira.regulations.adapters.surveyor import surveyor_of
        from hashira.regulations.domain.detection.occurrence import paragraph_path
        from hashira.regulations.domain.law import Part
        from hashira.regulations.domain.law.citation import cite

        texts: dict[str, list[str]] = defaultdict(list)
        for unit in law.units:
            if unit.part is Part.MAIN:
                texts[paragraph_path(unit.path)].append(
                    f"{unit.label}　{unit.text}" if unit.label else unit.text
                )
        facts = law.facts
        paragraphs = [
            _Paragraph(
                facts.law_id,
                path,
                cite(facts.title, path, facts.rank.numerals, letters=facts.rank.letters),
                "\n".join(pieces)[:_LONGEST],
            )
            for path, pieces in texts.items()
        ]
        return surveyor_of().survey(law), paragraphs


@click.command("below-cut")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("sheet", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--cut", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="読む確からしさの下限"
)
@click.option("--count", type=click.IntRange(2, 5000), default=200, show_default=True, help="抜き出す項の数")
@click.option("--seed", type=int, default=1, show_default=True, help="抜き出し方 / which sample")
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
def below_cut(source: Path, sheet: Path, cut: float, count: int, seed: int, processes: int) -> None:
    """見逃しを推定する / Estimate what is missed below a cut.

    SHEET がなければ、下限より低い項（点数の低いもの、点数のないもの）から抜き出して書きます。
    answer の列に「はい」「いいえ」を入れて、もう一度同じように動かすと、見逃しの数を区間つきで推定します。

    If SHEET is not there, it is written: paragraphs drawn from those below the cut. Answer yes or no in its
    first column and run this again: it states the estimated misses with their interval.
    """
    try:
        if sheet.exists():
            _estimate(sheet)
        else:
            _draw(source, sheet, cut, count, seed, processes)
    except HashiraError as error:
        click.echo(str(error), err=True)
        sys.exit(_ENVIRONMENT)
    except OSError as error:
        click.echo(str(UnwritableFile(path=str(sheet), reason=error.strerror or "")), err=True)
        sys.exit(_ENVIRONMENT)


def _draw(source: Path, sheet: Path, cut: float, count: int, seed: int, processes: int) -> None:
    from hashira.regulations.adapters.below_cut_sheet import write_sheet
    from hashira.regulations.adapters.refusals import Refused
    from hashira.regulations.adapters.sources import scan
    from hashira.regulations.domain.detection import findings
    from hashira.regulations.domain.detection.occurrence import paragraph_path
    from hashira.regulations.domain.evaluation.below_cut import SCORED, UNSCORED, drawn

    every: list[_Paragraph] = []
    read = []
    for answer in scan(source, _Look(), processes):
        if isinstance(answer, Refused):
            click.echo(f"飛ばしました / skipped: {answer.error}", err=True)
            continue
        survey, paragraphs = answer
        read.append(survey)
        every += paragraphs
    best: dict[tuple[str, str], float] = {}
    for finding in findings(read, floor=0.0):
        best.setdefault(
            (finding.law_id, paragraph_path(finding.path)), finding.score
        )  # the first is the best
    strata: dict[str, list[_Paragraph]] = {SCORED: [], UNSCORED: []}
    for paragraph in every:
        scored = best.get((paragraph.law_id, paragraph.path))
        if scored is None or scored < cut:
            strata[UNSCORED if scored is None else SCORED].append(paragraph)
    sample = drawn(strata, count, seed)
    lines = [
        _line(paragraph, name, len(strata[name]))
        for name, paragraphs in sample.items()
        for paragraph in paragraphs
    ]
    write_sheet(sheet, lines)
    rejected = sum(map(len, strata.values()))
    click.echo(
        f"{len(every):,} 項のうち {rejected:,} 項が下限より低く、{len(lines):,} 項を {sheet} に抜き出しました"
    )
    click.echo(
        f"{rejected:,} of {len(every):,} paragraphs are below the cut; {len(lines):,} drawn into {sheet}"
    )


def _line(paragraph: _Paragraph, stratum: str, size: int) -> Line:
    from hashira.regulations.adapters.below_cut_sheet import Line

    return Line(paragraph.citation, paragraph.text, stratum, size, paragraph.law_id, paragraph.path)


def _estimate(sheet: Path) -> None:
    from hashira.regulations.adapters.below_cut_sheet import read_sheet
    from hashira.regulations.domain.evaluation.below_cut import estimated_misses, share

    strata, empty = read_sheet(sheet)
    for name, stratum in strata.items():
        part = share(stratum.positive, stratum.judged)
        click.echo(
            f"{name}: {stratum.judged} / {stratum.size:,} 項を判定、{stratum.positive} 項が当たる"
            f"（{part.value:.1%}［{part.low:.1%}–{part.high:.1%}］）"
        )
    total = estimated_misses(list(strata.values()))
    click.echo(f"見逃しの推定 {total.value:,.0f} 項［95 % で {total.low:,.0f}–{total.high:,.0f}］")
    click.echo(
        f"estimated misses: {total.value:,.0f} paragraphs, 95 %: {total.low:,.0f} to {total.high:,.0f}"
    )
    if empty:
        click.echo(f"まだ判定していない行 / not judged yet: {empty}", err=True)
