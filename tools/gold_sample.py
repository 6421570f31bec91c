"""Draws paragraphs for the gold set, as sheets for two judges, and puts their answers together.

    python tools/gold_sample.py draw FOLDER       # FOLDER/{first,second}/sheet-NN.txt and FOLDER/key.tsv
    python tools/gold_sample.py draw FOLDER --seed more --test 0 0 --train 10 60
    python tools/gold_sample.py draw FOLDER --seed aimed --aim 目視 40 4 --aim 常駐・専任 20 4
    python tools/gold_sample.py draw FOLDER --seed labelled --aim 対面講習 9 0 --labelled 対面講習
    python tools/gold_sample.py draw FOLDER --seed wider --test 4 300 --train 0 0 --earlier chances.tsv
    python tools/gold_sample.py compile FOLDER    # answers-NN.tsv beside the sheets → gold-2022-06-03.tsv

``HASHIRA_DATA`` names the folder of the law of 2022-06-03. Families of laws fall into the test fold by a hash
(``TEST_SHARE`` of them); of every other family paragraphs are drawn for training. A paragraph may be wanted
by several strata: category × rank × band of the score, and for each rank those that neither a rule nor the
keyword list returns. Each stratum wants a number of its paragraphs; a paragraph is drawn with the chance
that at least one of its strata draws it, independently of the others (Poisson sampling), and counts for one
over that chance (Horvitz and Thompson, 1952).

``--aim`` draws for training alone where rules and model are weakest: a number of a category's paragraphs for
each rank and band of the score, and a number for each of its ``HINTS``, words that may mean the act, where no
rule of the category has caught any. What is judged already and the families of the laws of the dev split are
left out, and so is what is longer than ``LONGEST``, which nobody reads well on a sheet. ``--labelled`` adds
the paragraphs that the train split of the labels names for a category and nobody has read: labels were found
by rules, and where a category has few, half of them can be wrong.

``--earlier`` widens the test part: it names the chances with which the draws before took each paragraph
(``chances.tsv``, which every draw writes). Each paragraph is tried again, independently, whether judged or
not, and stands for one over the chance that any of the draws took it; so the weights of what was judged
before change too, when the answers are put together. Nothing is taken out.

A sheet shows the citation, the headings and the words, never a score, a category or the reason why it was
drawn. The two judges get the same paragraphs in different orders and do not see each other's answers. What
two have judged already is not drawn again; where only the first answered, the second is left out, which the
training part alone allows.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from train_detector import families_kept, labelled

from hashira.regulations.adapters.sources import scan
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.commands.evaluate import keyword_categories
from hashira.regulations.domain.detection import JAPAN, Survey, findings
from hashira.regulations.domain.detection.occurrence import paragraph_path
from hashira.regulations.domain.evaluation.gold import ONE_JUDGE, GoldPart, gold_set
from hashira.regulations.domain.law import LawText, Part, Rank, UnitKind
from hashira.regulations.domain.law.citation import cite
from hashira.regulations.domain.law.law_family import family_of

ROOT = Path(__file__).resolve().parent.parent
FOLDS = "gold-2026-11-30"
TEST_SHARE = 0.3
TEST, TRAIN = (8, 36), (3, 6)
"""Paragraphs for each stratum of a category, and for each rank of what nothing returns."""
BANDS = ((0.5, "上"), (0.05, "中"), (0.0, "下"))
HINTS = {
    "目視": (
        "調査", "確認", "検定", "検証", "把握", "測定", "観測", "測量", "試験", "審査", "査定", "鑑定",
        "照合", "検収", "検索", "監督", "監察", "巡察", "警戒", "警備", "注視", "見届", "訪問", "面接",
        "実況", "実情", "現況", "現状", "異常", "有無", "計量", "収去", "採取", "封印", "捜索", "質問",
        "派遣", "立会", "診断", "診療", "状況を", "状態を", "看護", "見て",
    ),
    "常駐・専任": (
        "を置", "選任", "配置", "責任者", "管理者", "監督者", "主任", "技術者", "担当者", "従業者", "兼",
        "一人", "人以上", "勤務", "常時", "専門", "駐在", "医師", "船長", "職員", "ごとに", "監督員",
        "立会人", "管理人", "事務長", "ヲ置",
    ),
}  # fmt: skip
"""Words that may mean the act, by category, for ``--aim``."""
SHEET = 50
JUDGES = ("first", "second")
LONGEST = 3000
"""Characters of a paragraph that is drawn for training by ``--aim``."""
FLOOR = 0.0005


class Paragraph(NamedTuple):
    law_id: str
    path: str
    family: str
    rank: str
    citation: str
    digest: str
    text: str
    keyword_categories: frozenset[str]


class Look:
    """What a process does with a law."""

    def __call__(self, law: LawText) -> tuple[Survey, list[Paragraph]]:
        pieces: dict[str, list[str]] = defaultdict(list)
        heads: dict[str, str] = {}
        for unit in law.units:
            if unit.part is Part.MAIN:
                path = paragraph_path(unit.path)
                label = f"{unit.label}　" if unit.kind is not UnitKind.PARAGRAPH and unit.label else ""
                pieces[path].append(label + unit.text)
                heads.setdefault(path, " ".join((*unit.headings, unit.caption)).strip())
        facts = law.facts
        rank = {Rank.ACT: "法律", Rank.CABINET_ORDER: "政令"}.get(facts.rank, "府省令等")
        categories_of = keyword_categories(ROOT / "benchmarks" / "analog_keywords.py")
        return surveyor_of(floor=FLOOR).survey(law), [
            Paragraph(
                facts.law_id,
                path,
                family_of(facts.title),
                rank,
                f"{cite(facts.title, path)}　{heads[path]}".strip(),
                hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16],
                "\n".join(texts),
                categories_of("\n".join(texts)),
            )
            for path, texts in pieces.items()
        ]


Place = tuple[str, str]
"""The id of a law and the path of a paragraph."""


def labels_file() -> Path:
    return Path(os.environ["HASHIRA_DATA"]) / "labels" / "amended-provisions.csv"


def part_of(family: str) -> GoldPart:
    """Which part a family belongs to, by a hash of its name."""
    fold = int(hashlib.sha256(f"{FOLDS}{family}".encode()).hexdigest()[:8], 16) / 0x1_0000_0000
    return GoldPart.TEST if fold < TEST_SHARE else GoldPart.TRAIN


def strata_of(paragraph: Paragraph, scores: dict[str, float]) -> list[str]:
    """Everything that may want the paragraph."""
    answers = []
    for category in JAPAN.categories:
        score = scores.get(category)
        if score is not None or category in paragraph.keyword_categories:
            band = next(name for least, name in BANDS if (score or 0.0) >= least)
            answers.append(f"{category}/{paragraph.rank}/{band}")
    return answers or [f"外/{paragraph.rank}"]


def aimed_strata(
    paragraph: Paragraph, scores: dict[str, float], aims: dict[str, tuple[int, int]]
) -> dict[str, int]:
    """The strata of a category that is aimed at, with how many each wants."""
    answers = {}
    for category, (each, hinted) in aims.items():
        score = scores.get(category)
        if score is not None:
            band = next(name for least, name in BANDS if score >= least)
            answers[f"{category}/{paragraph.rank}/{band}"] = each
        elif HINTS.get(category):
            met = [hint for hint in HINTS.get(category, ()) if hint in paragraph.text]
            answers |= {f"{category}/語/{hint}": hinted for hint in met}
    return answers


def named(categories: Collection[str]) -> dict[tuple[str, str], list[str]]:
    """The paragraphs that labels of the train split name for these categories."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for split, (law_id, path, category) in labelled(labels_file()):
        if split == "train" and category in categories:
            found[law_id, path].append(f"{category}/札")
    return found


class Drawn(NamedTuple):
    paragraph: Paragraph
    part: GoldPart
    strata: list[str]
    weight: float


class Trial(NamedTuple):
    """A paragraph that could be drawn: with what chance by any draw until now, and whether this one did."""

    paragraph: Paragraph
    strata: list[str]
    chance: float
    taken: bool


def earlier_chances(file: Path | None) -> dict[Place, float]:
    """The chances with which earlier draws of the test part took each paragraph."""
    if file is None:
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {(row["law_id"], row["path"]): float(row["chance"]) for row in rows}


def read(source: Path) -> tuple[list[Paragraph], dict[tuple[str, str], dict[str, float]]]:
    """Every paragraph of the law, and the scores of those that have any, by category."""
    surveys: list[Survey] = []
    every: list[Paragraph] = []
    for answer in scan(source, Look(), 2):
        if isinstance(answer, tuple):
            surveys.append(answer[0])
            every += answer[1]
    scores: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for finding in findings(surveys, floor=FLOOR):
        if finding.part == "本則":
            own = scores[finding.law_id, paragraph_path(finding.path)]
            own[finding.category] = max(own.get(finding.category, 0.0), finding.score)
    return every, scores


def population(part: GoldPart, every: list[Paragraph], *, aimed: bool, again: bool) -> list[Paragraph]:
    """What a part may be drawn from. Again means: with what is judged already, whose weight then changes."""
    judged = set() if again else {(e.law_id, e.path) for e in gold_set() if aimed or e.second is not None}
    hidden = families_kept(labels_file()) if aimed else set()
    return [
        p
        for p in every
        if p.text.strip()
        and part_of(p.family) is part
        and (p.law_id, p.path) not in judged
        and p.family not in hidden
        and not (aimed and len(p.text) > LONGEST)
    ]


def trials(
    here: list[Paragraph],
    strata: list[dict[str, int]],
    sizes: Counter[str],
    earlier: dict[Place, float],
    chance: random.Random,
) -> list[Trial]:
    """Tries every paragraph once, with the chance that any of its strata wants it."""
    answers = []
    for paragraph, names in zip(here, strata, strict=True):
        left_out = 1.0
        for name, number in names.items():
            left_out *= 1.0 - min(1.0, number / sizes.get(name, 1))
        taken = bool(names) and chance.random() < 1.0 - left_out
        before = earlier.get((paragraph.law_id, paragraph.path), 0.0)
        answers.append(Trial(paragraph, list(names), 1.0 - (1.0 - before) * left_out, taken))
    return answers


def draw(
    folder: Path,
    seed: str,
    wanted: dict[GoldPart, tuple[int, int]],
    aims: dict[str, tuple[int, int]],
    every_label_of: Collection[str],
    earlier: dict[Place, float],
) -> None:
    """Writes the sheets, the key and the chances. What is aimed is for training alone."""
    every, scores = read(Path(os.environ["HASHIRA_DATA"]) / "law" / "laws-markdown-2022-06-03.tar.xz")
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    labels = named(every_label_of)
    judged = {(e.law_id, e.path) for e in gold_set() if e.part is GoldPart.TEST}
    drawn: list[Drawn] = []
    tried: list[Trial] = []
    for part, (each, outside) in wanted.items():
        again = part is GoldPart.TEST and bool(earlier)
        here = population(part, every, aimed=bool(aims), again=again)
        strata = [
            aimed_strata(p, scores.get((p.law_id, p.path), {}), aims)
            if aims
            else {
                name: outside if name.startswith("外/") else each
                for name in strata_of(p, scores.get((p.law_id, p.path), {}))
            }
            for p in here
        ]
        sizes = Counter(name for names in strata for name in names)
        for p, wants in zip(here, strata, strict=True):
            wants.update(dict.fromkeys(labels.get((p.law_id, p.path), ()), 1))  # drawn surely
        now = trials(here, strata, sizes, earlier if again else {}, chance)
        drawn += [
            Drawn(t.paragraph, part, t.strata, 1.0 / t.chance)
            for t in now
            if t.taken and (t.paragraph.law_id, t.paragraph.path) not in judged
        ]
        tried += now if part is GoldPart.TEST else []
    chance.shuffle(drawn)
    folder.mkdir(parents=True, exist_ok=True)
    write_chances(folder / "chances.tsv", tried)
    with (folder / "key.tsv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(("number", "law_id", "path", "family", "part", "stratum", "weight", "digest"))
        for number, (p, part, names, weight) in enumerate(drawn, 1):
            row = (number, p.law_id, p.path, p.family, part.value, ";".join(names), f"{weight:.2f}", p.digest)
            rows.writerow(row)
    for judge in JUDGES:
        write_sheets(folder / judge, drawn)
    counted = Counter(d.part.value for d in drawn)
    print(
        f"{len(drawn)} paragraphs ({dict(counted)}), {sum(len(d.paragraph.text) for d in drawn):,} characters"
    )


def write_chances(file: Path, tried: list[Trial]) -> None:
    """The chance with which each paragraph of the test part was taken by this draw or one before it."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines, delimiter="\t", lineterminator="\n")
        rows.writerow(("law_id", "path", "chance"))
        rows.writerows((t.paragraph.law_id, t.paragraph.path, f"{t.chance:.9f}") for t in tried)


def write_sheets(folder: Path, drawn: list[Drawn]) -> None:
    """One judge's sheets, in an order of that judge's own."""
    numbered = list(enumerate(drawn, 1))
    random.Random(FOLDS + folder.name).shuffle(numbered)  # noqa: S311 - an order, not a secret
    folder.mkdir(exist_ok=True)
    for start in range(0, len(numbered), SHEET):
        here = numbered[start : start + SHEET]
        lines = [f"#{number}　{d.paragraph.citation}\n{d.paragraph.text}\n" for number, d in here]
        sheet = folder / f"sheet-{start // SHEET + 1:02}.txt"
        sheet.write_text("\n".join(lines), encoding="utf-8")


def answers(folder: Path) -> dict[str, tuple[str, str]]:
    """A judge's answers by number: categories, and those doubted.

    Raises ``ValueError`` for what is no answer.
    """
    found: dict[str, tuple[str, str]] = {}
    for file in sorted(folder.glob("answers-*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if not line.strip():
                continue
            number, yes, doubted = (*line.rstrip("\n").split("\t"), "", "")[:3]
            for field in (yes, doubted):
                unknown = {c for c in field.split(",") if c} - set(JAPAN.categories)
                if unknown:
                    raise ValueError(f"{file.name}, {number}: {unknown}")
            if number in found:
                raise ValueError(f"{file.name}: {number} stands twice")
            found[number] = (",".join(sorted(filter(None, yes.split(",")))), doubted)
    return found


def compiled(folder: Path) -> None:
    """Replaces what was drawn earlier in the gold set by what two judges have answered.

    Where the draw widened the test part, what was judged before gets its new weight.
    """
    first, second = (answers(folder / judge) for judge in JUDGES)
    with (folder / "key.tsv").open(encoding="utf-8", newline="") as file:
        drawn = list(csv.DictReader(file, delimiter="\t"))
    alone = GoldPart.TRAIN.value
    missing = [
        row["number"]
        for row in drawn
        if row["number"] not in first or (row["number"] not in second and row["part"] != alone)
    ]
    if missing:
        sys.exit(f"{len(missing)} paragraphs lack an answer: {', '.join(missing[:20])}")
    target = ROOT / "src/hashira/regulations/domain/evaluation/gold-2022-06-03.tsv"
    with target.open(encoding="utf-8", newline="") as file:
        before = list(csv.DictReader(file, delimiter="\t"))
    places = {(row["law_id"], row["path"]) for row in drawn}
    rows = [row for row in before if (row["law_id"], row["path"]) not in places]
    chances = earlier_chances(folder / "chances.tsv")
    for row in rows:
        if row["part"] == GoldPart.TEST.value and chances:
            row["weight"] = f"{1.0 / chances[row['law_id'], row['path']]:.2f}"
    for row in drawn:
        number = row.pop("number")
        others = second.get(number, (ONE_JUDGE, ""))
        doubted = {c for judged in (first[number], others) for c in judged[1].split(",") if c}
        answer = {"first": first[number][0], "second": others[0], "doubted": ",".join(sorted(doubted))}
        rows.append(row | answer)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: (row["law_id"], row["path"])))
    print(f"{len(rows)} paragraphs, {len(drawn)} of them new or judged anew")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("act", choices=("draw", "compile"))
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--seed", default=FOLDS)
    arguments.add_argument("--test", type=int, nargs=2, default=TEST, metavar=("EACH", "OUTSIDE"))
    arguments.add_argument("--train", type=int, nargs=2, default=TRAIN, metavar=("EACH", "OUTSIDE"))
    arguments.add_argument(
        "--aim", nargs=3, action="append", default=[], metavar=("CATEGORY", "EACH", "HINTED")
    )
    arguments.add_argument("--labelled", action="append", default=[], metavar="CATEGORY")
    arguments.add_argument("--earlier", type=Path, metavar="CHANCES")
    given = arguments.parse_args()
    aims = {category: (int(each), int(hinted)) for category, each, hinted in given.aim}
    if given.act == "draw":
        train = {GoldPart.TRAIN: tuple(given.train)}
        wanted = train if aims else {GoldPart.TEST: tuple(given.test)} | train
        drawn_before = any(e.part is GoldPart.TEST for e in gold_set())
        if drawn_before and not aims and max(given.test) and not given.earlier:
            sys.exit("--earlier: the test part was drawn before; say with what chances, or --test 0 0")
        draw(given.folder, given.seed, wanted, aims, given.labelled, earlier_chances(given.earlier))
    else:
        compiled(given.folder)


if __name__ == "__main__":
    main()
