"""Trains the weights of the detector of analog regulations and writes them beside its rules.

    HASHIRA_DATA=… python tools/train_detector.py [--check FOLDS]

What it learns from: the labelled provisions of the **train** split (``labels/amended-provisions.csv``) and
the
**train** part of the gold set, in the text of 2022-06-03. It never sees a law of a family
of which the dev split has a law or the test part of the gold set a paragraph.

A provision that was not amended is not therefore a negative, so paragraphs without a label count a little
where labels are many (``UNLABELLED``) and nothing elsewhere; those that somebody read count in full. Weights
are drawn towards the priors of the rules (ridge around the prior), which is what carries a category with few
labels. Of several occurrences in one paragraph the strongest stands for it (multiple-instance learning), so
training goes round a few times.
``--check`` trains on part of the train split and measures on the rest instead of writing.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads wait for each other: ten times as long on two cores

import numpy as np
from numpy.typing import NDArray

from hashira.regulations.adapters.sources import scan
from hashira.regulations.domain.detection.japan import JAPAN
from hashira.regulations.domain.detection.model import Model, Weights, document_of, prior_model, strings
from hashira.regulations.domain.detection.occurrence import Finder, Occurrence, paragraph_path
from hashira.regulations.domain.evaluation.gold import GoldPart, gold_set
from hashira.regulations.domain.law import LawText, Part
from hashira.regulations.domain.law.law_family import family_of

UNLABELLED = {"書面掲示": 0.3, "記録媒体": 0.1}
"""The weight of a paragraph without a label, taken as a negative, where labels are many; elsewhere none."""
UNAMENDED = {"書面掲示": 0.4}
"""What a true paragraph that no amendment touched counts as in learning, where 1 is one that was amended: of
two true ones the kind that gets amended is to be read first. Calibration goes by the truth alone."""
RULE_SPREAD = 0.8
"""How far a weight may go from its prior: the standard deviation of the ridge."""
STRING_SPREAD = 0.5
MOST_STRINGS = 400
ROUNDS = 4
CALIBRATION_FOLDS = 5
BANDS = (0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.97)
"""Of the sums, as quantiles: within each the read are made to stand for all cases there are."""
SEED = 20261124

Key = tuple[str, str, str]
"""Law id, path of the paragraph, category."""


@dataclass(frozen=True, slots=True)
class Case:
    """One paragraph and category that has occurrences."""

    law_id: str
    path: str
    family: str
    occurrences: tuple[Occurrence, ...]


_finder: Finder | None = None


def cases_of(law: LawText) -> list[tuple[str, Case]]:
    """The cases of one law, with their category. Runs in other processes."""
    global _finder
    _finder = _finder or Finder(JAPAN)
    found: dict[tuple[str, str], list[Occurrence]] = defaultdict(list)
    for occurrence in _finder.occurrences(law):
        unit = law.units[occurrence.unit]
        if unit.part is Part.MAIN:
            category = JAPAN.triggers[occurrence.trigger].category
            found[paragraph_path(unit.path), category].append(occurrence)
    family = family_of(law.facts.title)
    return [
        (category, Case(law.facts.law_id, path, family, tuple(occurrences)))
        for (path, category), occurrences in found.items()
    ]


def labelled(file: Path) -> Iterator[tuple[str, Key]]:
    """Split and key of every labelled provision."""
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            path = f"Mp-At_{row['article']}-Pr_{row['paragraph'] or '1'}"
            yield row["split"], (row["law_id"], path, row["category"])


def families_kept(file: Path) -> set[str]:
    """The families of the laws of every split but train: nothing may be learnt from them."""
    with file.open(encoding="utf-8", newline="") as rows:
        return {family_of(row["law_title"]) for row in csv.DictReader(rows) if row["split"] != "train"}


@dataclass(frozen=True, slots=True)
class Target:
    """What is known of a case: how likely it is one, and how much that counts."""

    value: float
    weight: float


def targets(
    cases: Iterable[Case], category: str, positives: set[Key], gold: Mapping[Key, float]
) -> list[Target]:
    answers = []
    for case in cases:
        key = (case.law_id, case.path, category)
        if key in gold:
            share = 1.0 if key in positives else UNAMENDED.get(category, 1.0)
            answers.append(Target(gold[key] * share, 1.0))
        elif key in positives:
            answers.append(Target(1.0, 1.0))
        else:
            answers.append(Target(0.0, UNLABELLED.get(category, 0.0)))
    return answers


def fit(
    features: NDArray[np.float64],
    value: NDArray[np.float64],
    weight: NDArray[np.float64],
    prior: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Ridge logistic regression around a prior, by Newton's method with halved steps."""
    precision = 1.0 / spread**2

    def loss(theta: NDArray[np.float64]) -> float:
        sums = features @ theta
        own = weight * (np.logaddexp(0.0, sums) - value * sums)
        return float(own.sum() + 0.5 * (precision * (theta - prior) ** 2).sum())

    theta = prior.copy()
    now = loss(theta)
    for _ in range(60):
        chance = 1.0 / (1.0 + np.exp(-np.clip(features @ theta, -30, 30)))
        slope = features.T @ (weight * (chance - value)) + precision * (theta - prior)
        curve = (features.T * (weight * chance * (1 - chance))) @ features + np.diag(precision)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while size > 1e-4 and (then := loss(theta - size * step)) > now:
            size /= 2
        theta = theta - size * step
        if now - then < 1e-7:
            break
        now = then
    return theta


def telling_strings(cases: Sequence[Case], known: Sequence[Target], literals: set[str]) -> list[str]:
    """Strings that stand in windows of positives more (or less) often than chance has it."""
    here: Counter[str] = Counter()
    there: Counter[str] = Counter()
    yes = no = 0.0
    for case, target in zip(cases, known, strict=True):
        found = {string for occurrence in case.occurrences for string in strings(occurrence.surroundings)}
        if target.value > 0.5:
            yes += 1
            here.update(found)
        else:
            no += 1
            there.update(found)
    if yes < 10:
        return []
    wanted = min(MOST_STRINGS, 3 * int(yes))
    scored = []
    for string in {*here, *(s for s, n in there.items() if n >= 20)}:
        a, b = here[string], there[string]
        if a + b < 8 or "\n" in string or any(string in literal for literal in literals):
            continue
        expected = yes * (a + b) / (yes + no)
        spread = math.sqrt(max(expected * (1 - (a + b) / (yes + no)), 1e-9))
        scored.append((abs(a - expected) / spread, string))
    chosen: list[str] = []
    for _strength, string in sorted(scored, reverse=True):
        if not any(string in other or other in string for other in chosen):
            chosen.append(string)
        if len(chosen) == wanted:
            break
    return chosen


def train_category(category: str, cases: Sequence[Case], known: Sequence[Target]) -> Weights:
    """The weights of one category, from the cases it may see. What weighs nothing teaches nothing."""
    pairs = [(case, target) for case, target in zip(cases, known, strict=True) if target.weight > 0]
    cases, known = [case for case, _ in pairs], [target for _, target in pairs]
    prior = prior_model(JAPAN).weights[category]
    literals = {w for t in JAPAN.triggers if t.category == category for w in t.literals}
    grams = telling_strings(cases, known, literals)
    signs = sorted({sign for case in cases for o in case.occurrences for sign in o.signs})
    triggers = [t.id for t in JAPAN.triggers if t.category == category]
    names = [("start", ""), *(("trigger", t) for t in triggers), *(("sign", s) for s in signs)]
    names += [("string", g) for g in grams]
    column = {name: number for number, name in enumerate(names)}
    start = np.array(
        [
            0.0 if kind == "start" else prior.triggers.get(name, 0.0) if kind == "trigger" else
            prior.signs.get(name, 0.0) if kind == "sign" else 0.0
            for kind, name in names
        ]
    )  # fmt: skip
    spread = np.array(
        [1.5 if kind == "start" else STRING_SPREAD if kind == "string" else RULE_SPREAD for kind, _ in names]
    )
    rows: list[list[int]] = []
    of_case: list[range] = []
    for case in cases:
        first = len(rows)
        for occurrence in case.occurrences:
            row = [0, column["trigger", JAPAN.triggers[occurrence.trigger].id]]
            row += [column["sign", sign] for sign in sorted(set(occurrence.signs))]
            window = strings(occurrence.surroundings) if grams else frozenset()
            row += [column["string", gram] for gram in grams if gram in window]
            rows.append(row)
        of_case.append(range(first, len(rows)))
    value = np.array([t.value for t in known])
    weight = np.array([t.weight for t in known])
    theta = start
    for _ in range(ROUNDS):
        strength = np.array([theta[row].sum() for row in rows])
        # Rounded, so that of two equal ones the first is taken however the machine added them up.
        best = [max(span, key=lambda at: round(strength[at], 6)) for span in of_case]
        features = np.zeros((len(cases), len(names)))
        for number, at in enumerate(best):
            features[number, rows[at]] = 1.0
        theta = fit(features, value, weight, start, spread)
    return Weights(
        start=float(theta[0]),
        triggers={n: float(theta[i]) for i, (k, n) in enumerate(names) if k == "trigger"},
        signs={n: float(theta[i]) for i, (k, n) in enumerate(names) if k == "sign"},
        strings={n: float(theta[i]) for i, (k, n) in enumerate(names) if k == "string"},
    )


def strength(model: Model, case: Case) -> float:
    """The log odds of a paragraph: of its strongest occurrence."""
    return max(model.log_odds(JAPAN, occurrence) for occurrence in case.occurrences)


def calibrated(weights: Weights, read: Read) -> Weights:
    """Two numbers more (Platt), from paragraphs that were read, each for those it stands for.

    Their sums are those of weights that had not seen them (as Platt, 1999, section 3, asks): on what they
    have learnt from, weights are surer than they may be, and what they are least sure of would get no score.
    """
    if len(read.known) < 20:
        return weights
    features = np.column_stack([np.array(read.sums), np.ones(len(read.sums))])
    share = np.array(read.counts) / np.mean(read.counts)
    slope, offset = fit(features, np.array(read.known), share, np.array([1.0, 0.0]), np.array([0.3, 2.0]))
    return Weights(
        weights.start, weights.triggers, weights.signs, weights.strings, float(max(slope, 0.2)), float(offset)
    )


class Read(NamedTuple):
    """What was read of a category: sums by weights that have not seen it, answers, what each stands for."""

    sums: list[float]
    known: list[float]
    counts: list[float]


def read_unseen(
    category: str,
    cases: Sequence[Case],
    known: Sequence[Target],
    gold: Mapping[Key, float],
    counts: Mapping[Key, float],
) -> Read:
    """The read paragraphs of a category as weights see them that were trained on other families.

    A paragraph stands for as many as its draw says, made to agree with how many cases there are in its band
    of sums (post-stratification; Holt and Smith, *Post Stratification*, 1979), since several draws were put
    together, of which some asked for the doubtful alone.
    """
    sums = np.zeros(len(cases))
    for number in range(CALIBRATION_FOLDS):
        inside = [
            at
            for at, case in enumerate(cases)
            if known[at].weight > 0 and fold(case.family, CALIBRATION_FOLDS) != number
        ]
        trained = train_category(category, [cases[at] for at in inside], [known[at] for at in inside])
        model = Model(JAPAN.id, "unseen", {category: trained})
        for at, case in enumerate(cases):
            if fold(case.family, CALIBRATION_FOLDS) == number:
                sums[at] = strength(model, case)
    bands = np.digitize(sums, np.quantile(sums, BANDS))
    keys = [(case.law_id, case.path, category) for case in cases]
    read = [at for at, key in enumerate(keys) if key in gold]
    drawn = np.array([counts[keys[at]] for at in read])
    for band in range(len(BANDS) + 1):
        own = bands[read] == band
        if own.any():
            drawn[own] *= (bands == band).sum() / drawn[own].sum()
    return Read([float(sums[at]) for at in read], [gold[keys[at]] for at in read], [float(d) for d in drawn])


def fold(family: str, folds: int) -> int:
    return int(hashlib.sha256(f"{SEED}{family}".encode()).hexdigest(), 16) % folds


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--check", type=int, default=0, metavar="FOLDS")
    given = arguments.parse_args()
    data = Path(os.environ["HASHIRA_DATA"])
    file = data / "labels" / "amended-provisions.csv"
    labels = list(labelled(file))
    positives = {key for split, key in labels if split == "train"}
    gold: dict[Key, float] = {}
    counts: dict[Key, float] = {}
    unseen_families = families_kept(file)
    for entry in gold_set():
        if entry.part is GoldPart.TEST:
            unseen_families.add(entry.family)
            continue
        for category in JAPAN.categories:
            gold[entry.law_id, entry.path, category] = entry.truth(category)
            counts[entry.law_id, entry.path, category] = entry.weight
    by_category: dict[str, list[Case]] = defaultdict(list)
    for answer in scan(data / "law" / "laws-markdown-2022-06-03.tar.xz", cases_of, 2):
        if isinstance(answer, list):
            for category, case in answer:
                if case.family not in unseen_families:
                    by_category[category].append(case)
    if given.check:
        check(by_category, positives, gold, given.check)
        return
    weights: dict[str, Weights] = {}
    for category in JAPAN.categories:
        cases = by_category[category]
        known = targets(cases, category, positives, gold)
        weights[category] = train_category(category, cases, known)
        read = read_unseen(category, cases, known, gold, counts)
        weights[category] = calibrated(weights[category], read)
        print(
            f"{category}: {len(cases)} cases, {sum(t.value > 0.5 for t in known)} positive, "
            f"{len(read.known)} read"
        )
    write(Model(JAPAN.id, JAPAN.version, weights))


def check(
    by_category: Mapping[str, list[Case]], positives: set[Key], gold: Mapping[Key, float], folds: int
) -> None:
    """Recall of held-out labels against the paragraphs read, over the laws that training may see."""
    for category in JAPAN.categories:
        cases = by_category[category]
        known = targets(cases, category, positives, gold)
        ranked: list[tuple[float, bool]] = []
        for number in range(folds):
            inside = [i for i, c in enumerate(cases) if fold(c.family, folds) != number]
            trained = train_category(category, [cases[i] for i in inside], [known[i] for i in inside])
            model = Model(JAPAN.id, "check", {category: trained})
            chosen = set(inside)
            for i, case in enumerate(cases):
                if i not in chosen:
                    key = (case.law_id, case.path, category)
                    ranked.append((strength(model, case), key in positives or gold.get(key, 0.0) > 0.5))
        ranked.sort(reverse=True)
        total = sum(positive for _, positive in ranked)
        found, at = 0, {}
        for read, (_, positive) in enumerate(ranked, 1):
            found += positive
            for share in (0.8, 0.9, 0.95, 1.0):
                if total and found >= share * total and share not in at:
                    at[share] = read
        print(f"{category}: {total} labels among {len(ranked)} cases; read for recall {at}")


def write(model: Model) -> None:
    folder = Path("src/hashira/regulations/domain/detection/weights")
    folder.mkdir(exist_ok=True)
    document: dict[str, Any] = document_of(model)
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / f"{model.rules}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
