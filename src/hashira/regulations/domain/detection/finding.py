"""One finding: a provision that is likely an analog regulation, with its place, its kind and the reasons.

A finding is a row for an officer (洗い出しの一行), so its fields are those of the list that the review of
2022 was kept in (法令名, 所管, 条項, 規制等の類型, 現在Phase), with what a program can add: how sure, and
why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

LEARNT = "文字列"
"""The rule of a reason that is no written rule: characters near the place, weighed by training alone."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a score.

    ``words`` are words of the provision (empty where the reason is its place or something elsewhere),
    ``rule`` is the id of the rule or feature, ``weight`` what it added to the log odds (below 0: took away).
    """

    rule: str
    words: str
    weight: float


@lru_cache(maxsize=16_384)
def reason(rule: str, words: str, weight: float) -> Reason:
    """The reason of these, the same object each time: of some thousands a scan has a million."""
    return Reason(rule, words, weight)


@dataclass(frozen=True, slots=True)
class Finding:
    """A provision and one category; a provision of two categories gives two findings."""

    law_id: str
    law_title: str
    law_num: str
    citation: str
    """In words: 河川法施行令第九条の三第一項第二号."""
    ministry: str
    """所管, several joined by ・; empty where unknown."""
    part: str
    """本則, 附則, 別表, 様式, 別記等."""
    path: str
    """As in :mod:`hashira.regulations.domain.law.units`: ``Mp-At_9_3-Pr_1-It_2``."""
    article: str
    """``9_3``."""
    paragraph: str
    item: str
    subitem: str
    """The numbers of イ, (1), (i) … joined by ``-``."""
    revision_id: str
    enforced_at: date | None
    family_id: str
    """The same for all provisions of the same wording (同文の条項)."""
    category: str
    """One of the ids of :mod:`hashira.regulations.domain.detection.categories`: 目視, 実地監査 …"""
    type: str
    """類型, as its table names it: 検査・点検, 調査, 巡視・見張り …"""
    phase: str
    """現在のPhase, ``1`` to ``3``."""
    score: float
    """The calibrated probability that an officer would say yes, 0 to 1."""
    reasons: tuple[Reason, ...]
    """The strongest first."""
    excerpt: str
    """The words around the strongest reason, at most 200 characters."""


def shown_score(score: float) -> str:
    """How sure the scan is, for reading: two digits, and never 1.00, which nobody is.

    >>> shown_score(0.9987), shown_score(0.29)
    ('0.99', '0.29')
    """
    return f"{min(score, 0.99):.2f}"
