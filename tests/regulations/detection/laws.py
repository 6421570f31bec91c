"""Laws in our own words for tests: written as Markdown, read by the importer."""

from __future__ import annotations

from hashira.regulations.adapters.law_markdown import read_units
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.detection import Finding, findings
from hashira.regulations.domain.law import LawText

_HEAD = """---
title: "{title}"
identifier: "{law_id}"
extra:
  law_num: "{number}"
  law_type: "{rank}"
  enforced_at: "2022-06-03"
---

"""


def law(
    body: str,
    *,
    title: str = "試験施設法",
    law_id: str = "999AC0000000001",
    number: str = "令和九十九年法律第一号",
    rank: str = "Act",
) -> LawText:
    """A law with this body, in the Markdown of the public copies."""
    head = _HEAD.format(title=title, law_id=law_id, number=number, rank=rank)
    return read_units((head + body).encode(), "test.md")


def found_in(*laws: LawText, floor: float = 0.0) -> list[Finding]:
    """What the trained detector finds in laws, however unsure."""
    surveyor = surveyor_of(floor=0.0)
    return findings([surveyor.survey(text) for text in laws], floor=floor)


def score_of(sentence: str, category: str, caption: str = "維持の基準") -> float:
    """The score of one sentence as the only paragraph of an article; 0 if nothing is captured."""
    text = law(f"**第一条（{caption}）**　{sentence}\n")
    return max((f.score for f in found_in(text) if f.category == category), default=0.0)
