"""The gold set: paragraphs of the law of 2022-06-03 judged by the written guideline (正解の組).

What is kept of a paragraph is its place and a digest of its text, never the text. The guideline is
``docs/reference/analog-categories.md``. It asks for two judges who see neither each other's answers nor a
score.
Every paragraph of the test part was judged by two of several language models, and so were 233 of the train
part; 349 of the train part, drawn for version 2026.11.5, by one language model in two passes, and 2,500,
drawn for version 2026.12.1, by one language model each, six of them sharing the sheets; the rest of the train
part by one reader each (973 of them by the author of the rules, of which a language model judged the 577 that
``tools/gold_sample.py --aim`` drew). Long ones of the train part were read as excerpts or left out. No legal
officer has judged them yet. An entry of the test part needs two judges.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

ONE_JUDGE = "—"
"""What stands for the answers of a second judge where there was none."""


class GoldPart(StrEnum):
    """What a paragraph may be used for."""

    TRAIN = "train"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class GoldEntry:
    """One paragraph, with the answers of its judges."""

    law_id: str
    path: str
    family: str
    part: GoldPart
    stratum: str
    """What it was drawn from: ``目視/法律/語``, joined by ``;`` where several drew it."""
    weight: float
    """How many paragraphs it stands for: one over the chance that it was drawn."""
    digest: str
    """The first 16 hexadecimal digits of SHA-256 over the text of the paragraph."""
    first: frozenset[str]
    second: frozenset[str] | None
    """``None`` where only one person has read it."""
    doubted: frozenset[str]
    """Categories that one of the judges marked as doubtful."""

    def __post_init__(self) -> None:
        if self.part is GoldPart.TEST and self.second is None:
            raise ValueError(f"{self.law_id} {self.path}: the test part needs two judges")

    def truth(self, category: str) -> float:
        """1 where both judges say yes, 0 where both say no, a half where they differ.

        Where only one has read it, that one's answer.
        """
        second = self.first if self.second is None else self.second
        return ((category in self.first) + (category in second)) / 2


@cache
def gold_set() -> tuple[GoldEntry, ...]:
    """Every entry, in the order of law and path."""
    from importlib.resources import files  # here, because it is slow to import

    text = files(__package__).joinpath("gold-2022-06-03.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader((line for line in text.splitlines() if not line.startswith("#")), delimiter="\t")
    return tuple(
        GoldEntry(
            row["law_id"],
            row["path"],
            row["family"],
            GoldPart(row["part"]),
            row["stratum"],
            float(row["weight"]),
            row["digest"],
            _categories(row["first"]),
            None if row["second"] == ONE_JUDGE else _categories(row["second"]),
            _categories(row["doubted"]),
        )
        for row in rows
    )


def _categories(field: str) -> frozenset[str]:
    return frozenset(field.split(",")) if field else frozenset()
