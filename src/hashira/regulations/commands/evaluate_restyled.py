"""``evaluate --restyled``: labelled provisions in the style of ordinances (例規の書き方)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hashira.regulations.adapters.sources import Document
    from hashira.regulations.domain.evaluation.report import Place
    from hashira.regulations.domain.evaluation.style_report import StyleReport

_FLOOR = 0.0005
Scores = dict[str, dict[str, float]]
"""The best score of each paragraph, by category and path."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One law looked at in both styles."""

    law_id: str
    existing: frozenset[str]
    read_back: frozenset[str]
    original: Scores
    restyled: Scores


class _Restyle:
    """What a process does with a law that has labels: a value that can travel to it."""

    def __init__(self, places: Mapping[str, frozenset[str]]) -> None:
        self.places = places

    def wants(self, document: Document) -> bool:
        return PurePosixPath(document.name).stem in self.places

    def __call__(self, document: Document) -> Looked:
        from hashira.regulations.adapters.ordinance_text import read_units
        from hashira.regulations.adapters.sources import read_text
        from hashira.regulations.domain.detection.occurrence import paragraph_path
        from hashira.regulations.domain.evaluation.restyle import restyled
        from hashira.regulations.domain.law import LawText

        law = read_text(document)
        wanted = self.places[PurePosixPath(document.name).stem]
        existing = wanted & {paragraph_path(unit.path) for unit in law.units}
        number = int(law.facts.law_id[-4:]) if law.facts.law_id[-4:].isdigit() else 1
        text = restyled(law, {path.partition("-Pr_")[0] for path in existing}, number)
        ordinance = read_units(text.encode(), f"{law.facts.law_id}.txt") if text else LawText(law.facts, ())
        return Looked(
            law.facts.law_id,
            frozenset(existing),
            frozenset(existing & {paragraph_path(unit.path) for unit in ordinance.units}),
            _scores(law, existing),
            _scores(ordinance, existing),
        )


def _scores(law: Any, places: frozenset[str] | set[str]) -> Scores:
    from hashira.regulations.adapters.surveyor import surveyor_of
    from hashira.regulations.domain.detection import findings
    from hashira.regulations.domain.detection.occurrence import paragraph_path

    scores: Scores = defaultdict(dict)
    for finding in findings([surveyor_of(floor=_FLOOR).survey(law)], floor=_FLOOR):
        path = paragraph_path(finding.path)
        if path in places:
            own = scores[finding.category]
            own[path] = max(own.get(path, 0.0), finding.score)
    return dict(scores)


def restyled_reports(
    source: Path, labels: Mapping[str, set[Place]], categories: Sequence[str], processes: int
) -> list[StyleReport]:
    """Each category in both styles."""
    from hashira.regulations.adapters.refusals import Refused
    from hashira.regulations.adapters.sources import each
    from hashira.regulations.domain.evaluation.style_report import style_report

    places: dict[str, set[str]] = defaultdict(set)
    for own in labels.values():
        for law_id, path in own:
            places[law_id].add(path)
    restyle = _Restyle({law_id: frozenset(paths) for law_id, paths in places.items()})
    looked: list[Looked] = []
    for answer in each(source, restyle, processes, restyle.wants):
        if isinstance(answer, Refused):
            click.echo(f"飛ばしました / skipped: {answer.error}", err=True)
        else:
            looked.append(answer)
    existing = {(one.law_id, path) for one in looked for path in one.existing}
    read_back = {(one.law_id, path) for one in looked for path in one.read_back}

    def of(style: str, category: str) -> dict[Place, float]:
        return {
            (one.law_id, path): score
            for one in looked
            for path, score in getattr(one, style).get(category, {}).items()
        }

    return [
        style_report(
            category,
            labels.get(category, set()) & existing,
            of("original", category),
            of("restyled", category),
            read_back,
        )
        for category in categories
    ]


def print_restyled(split: str, reports: Sequence[StyleReport], *, as_json: bool) -> None:
    """The reports, as lines or as JSON."""
    if as_json:
        import orjson

        told = [
            asdict(report)
            | {
                style: {f"{cut:.2f}": interval for cut, interval in getattr(report, style).items()}
                for style in ("original", "restyled")
            }
            for report in reports
        ]
        click.echo(orjson.dumps({"split": split, "restyled": told}, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(
        f"例規の書き方に直したラベル（{split}）。法令を一つずつ見る / labels in the style of ordinances"
    )
    click.echo("区分　ラベル／読み戻せた　再現率（0.02・0.1・0.5以上）：法令のまま → 例規の書き方")
    for report in reports:
        if not report.labels:
            click.echo(f"{report.category}　0")
            continue
        told_cuts = "　".join(
            f"{_shown(report.original[cut])} → {_shown(report.restyled[cut])}" for cut in report.original
        )
        click.echo(f"{report.category}　{report.labels}／{report.read_back}　{told_cuts}")


def _shown(interval: Any) -> str:
    return f"{interval.value:.2f}［{interval.low:.2f}–{interval.high:.2f}］"
