"""``hashira regulations evaluate``: how good the finding is, on labels and on the gold set (検出の評価)."""

from __future__ import annotations

import csv
import importlib.util
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hashira.kernel.errors import HashiraError

if TYPE_CHECKING:
    from hashira.regulations.domain.evaluation.report import GoldReport, LabelReport, Place, WholeReport
    from hashira.regulations.domain.law import LawText

_ENVIRONMENT = 3
_FLOOR = 0.0005
_CORPUS = "law/laws-markdown-2022-06-03.tar.xz"
_LABELS = "labels/amended-provisions.csv"


class _Look:
    """What a process does with a law: its survey, and the paragraphs that the keyword list returns."""

    def __init__(self, baseline: Path | None) -> None:
        self.baseline = baseline

    def __call__(self, law: LawText) -> tuple[Any, set[str], dict[str, set[str]]]:
        from hashira.regulations.adapters.surveyor import surveyor_of
        from hashira.regulations.domain.detection.occurrence import paragraph_path
        from hashira.regulations.domain.law import Part

        texts: dict[str, list[str]] = defaultdict(list)
        for unit in law.units:
            if unit.part is Part.MAIN:
                texts[paragraph_path(unit.path)].append(unit.text)
        hits: dict[str, set[str]] = defaultdict(set)
        if self.baseline is not None:
            categories_of = keyword_categories(self.baseline)
            for path, pieces in texts.items():
                for category in categories_of("\n".join(pieces)):
                    hits[category].add(path)
        return surveyor_of(floor=_FLOOR).survey(law), set(texts), dict(hits)


@cache
def keyword_categories(file: Path) -> Callable[[str], frozenset[str]]:
    """The function ``categories_of`` of the frozen list, which stays where it was frozen."""
    spec = importlib.util.spec_from_file_location("frozen_keywords", str(file))
    if spec is None or spec.loader is None:
        raise click.UsageError(f"--baseline: {file}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    categories_of: Callable[[str], frozenset[str]] = module.categories_of
    return categories_of


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="HASHIRA_DATA",
    required=True,
    help="法令とラベルのフォルダー [$HASHIRA_DATA] / the folder of laws and labels",
)
@click.option(
    "--split",
    type=click.Choice(["train", "dev"]),
    default="train",
    show_default=True,
    help="ラベルの組。dev は版ごとに一度だけ見る / labels; look at dev once a version",
)
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=lambda: Path("benchmarks/analog_keywords.py") if Path("benchmarks").is_dir() else None,
    help="比べるキーワードの一覧 [benchmarks/analog_keywords.py] / the frozen keyword list",
)
@click.option(
    "--part", type=click.Choice(["train", "test"]), default="test", show_default=True, help="正解の組"
)
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="JSON で出す / print JSON")
@click.option(
    "--restyled",
    is_flag=True,
    help="ラベルの条項を例規の書き方に直しても見つかるか / labels written as ordinances have them",
)
@click.option("--missed", is_flag=True, help="見逃した条項も出す / list what was missed")
def evaluate(
    data: Path,
    split: str,
    baseline: Path | None,
    part: str,
    processes: int,
    as_json: bool,
    restyled: bool,
    missed: bool,
) -> None:
    """検出の良さを測る / Measure how good the detection is.

    2022年6月3日の全法令を走査し、実際に改正された条項のラベルと、読んで判定した正解の組に照らします。
    読む量は、キーワードの一覧が返す項の数と比べます。区間は法令を単位とするブートストラップ（95%）です。

    Scans all law as of 2022-06-03 and holds it against labels of provisions that were in fact amended and
    against the gold set. Intervals are 95 % by bootstrap over laws.
    """
    from hashira.regulations.domain.detection import JAPAN
    from hashira.regulations.domain.evaluation.gold import gold_set
    from hashira.regulations.domain.evaluation.report import gold_report, label_report, whole_report

    if restyled:
        _evaluate_restyled(data, split, processes, as_json=as_json)
        return
    try:
        existing, scores, hits, titles = _scanned(data / _CORPUS, baseline, processes)
        labels = _labels(data / _LABELS, split)
    except HashiraError as error:
        click.echo(str(error), err=True)
        sys.exit(_ENVIRONMENT)
    reports = [
        label_report(
            category,
            labels.get(category, ()),
            existing,
            scores[category],
            hits[category] if baseline else None,
        )
        for category in JAPAN.categories
    ]
    entries = [entry for entry in gold_set() if entry.part.value == part]
    golden = (
        [gold_report(category, entries, scores[category]) for category in JAPAN.categories] if entries else []
    )
    whole = whole_report(entries, scores) if entries else None
    if as_json:
        _print_json(split, part, reports, golden, whole)
        return
    _print_labels(split, reports)
    if whole is not None:
        _print_gold(part, golden, whole)
    else:
        click.echo(
            f"\n正解の組の {part} には、まだ項がありません / no paragraph in this part of the gold set yet"
        )
    if missed:
        _print_missed(reports, titles)


def _evaluate_restyled(data: Path, split: str, processes: int, *, as_json: bool) -> None:
    from hashira.regulations.commands.evaluate_restyled import print_restyled, restyled_reports
    from hashira.regulations.domain.detection import JAPAN

    try:
        labels = _labels(data / _LABELS, split)
        reports = restyled_reports(data / _CORPUS, labels, JAPAN.categories, processes)
    except HashiraError as error:
        click.echo(str(error), err=True)
        sys.exit(_ENVIRONMENT)
    print_restyled(split, reports, as_json=as_json)


def _scanned(
    source: Path, baseline: Path | None, processes: int
) -> tuple[set[Place], dict[str, dict[Place, float]], dict[str, set[Place]], dict[str, str]]:
    """Every paragraph there is, scores and keyword hits by category, and the titles of laws."""
    from hashira.regulations.adapters.refusals import Refused
    from hashira.regulations.adapters.sources import scan
    from hashira.regulations.domain.detection import findings
    from hashira.regulations.domain.detection.occurrence import paragraph_path

    existing: set[Place] = set()
    hits: dict[str, set[Place]] = defaultdict(set)
    read = []
    titles: dict[str, str] = {}
    for answer in scan(source, _Look(baseline), processes):
        if isinstance(answer, Refused):
            click.echo(f"飛ばしました / skipped: {answer.error}", err=True)
            continue
        survey, paths, keyword_hits = answer
        law_id = survey.facts.law_id
        titles[law_id] = survey.facts.title
        read.append(survey)
        existing |= {(law_id, path) for path in paths}
        for category, found in keyword_hits.items():
            hits[category] |= {(law_id, path) for path in found}
    scores: dict[str, dict[Place, float]] = defaultdict(dict)
    for finding in findings(read, floor=_FLOOR):
        if finding.part == "本則":
            place = (finding.law_id, paragraph_path(finding.path))
            own = scores[finding.category]
            own[place] = max(own.get(place, 0.0), finding.score)
    return existing, scores, hits, titles


def _labels(file: Path, split: str) -> dict[str, set[Place]]:
    labels: dict[str, set[Place]] = defaultdict(set)
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["split"] == split:
                path = f"Mp-At_{row['article']}-Pr_{row['paragraph'] or '1'}"
                labels[row["category"]].add((row["law_id"], path))
    return labels


def _print_labels(split: str, reports: Iterable[LabelReport]) -> None:
    click.echo(f"実際に改正された条項（{split}） / provisions that were amended")
    click.echo(
        "区分　ラベル／ある／得点あり　語の一覧が返す項（再現率）　再現率 40 %・75 %・100 %　95 %までに読む項"
    )
    for report in reports:
        load = (
            "—" if report.keyword_load is None else f"{report.keyword_load:,}（{report.keyword_recall:.2f}）"
        )
        at = "　".join(
            f"{report.recall_at[share].value:.2f}［{report.recall_at[share].low:.2f}–{report.recall_at[share].high:.2f}］"
            for share in (0.4, 0.75, 1.0)
            if share in report.recall_at
        )
        needed = "—" if report.read_for_aim is None else f"{report.read_for_aim:,}"
        if report.keyword_load and report.read_for_aim is not None:
            needed += f"（{report.read_for_aim / report.keyword_load:.0%}）"
        click.echo(
            f"{report.category}　{report.labels}／{report.existing}／{report.found}　{load}　{at}　{needed}"
        )


def _print_gold(part: str, reports: Iterable[GoldReport], whole: WholeReport) -> None:
    from hashira.regulations.domain.evaluation.report import LISTED

    click.echo(f"\n読んで判定した正解の組（{part}） / the gold set")
    for report in reports:
        click.echo(
            f"{report.category}　{report.judged} 項のうち {report.positive:g}"
            f"（抜き出した法令で約 {report.estimated:,.0f}）　κ {_number(report.kappa)}　"
            f"AP {_interval(report.average_precision)}　"
            f"再現率（一覧に出る {LISTED}以上） {_interval(report.recall_listed)}　"
            f"（0.1以上） {_interval(report.recall_at_tenth)}　"
            f"（0.5以上） {_interval(report.recall_at_half)}　"
            f"適合率（0.5以上） {_interval(report.precision_at_half)}"
        )
        bins = "　".join(f"{mean:.2f}→{share:.2f}（{count}）" for mean, share, count in report.calibration)
        click.echo(f"　　較正 / calibration　{bins}")
    at = "　".join(f"（{least:g}以上） {_interval(value)}" for least, value in whole.recall_at.items())
    click.echo(f"八つの区分を合わせて　抜き出した法令で約 {whole.estimated:,.0f}　再現率{at}")
    click.echo(f"確からしい1,000件にある {whole.best} 件の適合率: {_interval(whole.precision_of_best)}")


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _interval(interval: Any) -> str:
    return f"{interval.value:.2f}［{interval.low:.2f}–{interval.high:.2f}］"


def _print_missed(reports: Iterable[LabelReport], titles: Mapping[str, str]) -> None:
    from hashira.regulations.domain.law.citation import cite

    click.echo("\n見逃した条項 / missed")
    for report in reports:
        for law_id, path in report.missed:
            click.echo(f"{report.category}　{cite(titles.get(law_id, law_id), path)}")


def _print_json(
    split: str,
    part: str,
    reports: Iterable[LabelReport],
    golden: Iterable[GoldReport],
    whole: WholeReport | None,
) -> None:
    from dataclasses import asdict

    import orjson

    document = {
        "split": split,
        "labels": [
            asdict(report) | {"recall_at": {f"{s:.2f}": v for s, v in report.recall_at.items()}}
            for report in reports
        ],
        "part": part,
        "gold": [asdict(report) for report in golden],
        "whole": None
        if whole is None
        else asdict(whole) | {"recall_at": {f"{s:g}": v for s, v in whole.recall_at.items()}},
    }
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
