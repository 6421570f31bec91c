"""The three answers on a traveller with a certificate, never merged (受付の三つの答え).

Is the certificate genuine? Is it this traveller's? Is it enough for the destination? The second and the third
are not judged unless the first is a plain yes: of what is not genuine, or may be revoked, they would mislead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hashira.certificates.domain import shc
from hashira.certificates.domain.destination_rule import DestinationRule, judge
from hashira.certificates.domain.format import assess
from hashira.certificates.domain.mrz import read_zone
from hashira.certificates.domain.traveller import Comparison, TravellerFinding, compare
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import MAY_BE_REVOKED, Assessment, Verdict
from hashira.certificates.domain.verdict_document import verdict_document
from hashira.kernel.errors import HashiraError

NOT_ASKED, NOT_JUDGED, UNREADABLE = "not-asked", "not-judged", "zone-unreadable"


@dataclass(frozen=True, slots=True)
class Question:
    """What a check-in system knows: the text of a code, and what the traveller showed and wants."""

    code: str
    zone: str = ""
    """The machine-readable zone; empty: nobody asks whose the certificate is."""
    destination: str = ""
    """Three letters of the state; empty: nobody asks whether it is enough."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The three answers."""

    genuine: Assessment
    traveller: str
    """A ``TravellerFinding``, or ``not-asked``, ``not-judged``, ``zone-unreadable``."""
    comparison: Comparison | None
    zone_error: HashiraError | None
    destination: str
    """A ``Sufficiency``, or ``not-asked``, ``not-judged``."""


def answer(
    question: Question, *, trust: TrustStore, rules: Iterable[DestinationRule], at: datetime
) -> Answers:
    """The answers at that moment; raises nothing that a traveller could bring about."""
    genuine = assess(question.code, trust=trust, at=at)
    traveller, comparison, error = _whose(question.zone, genuine)
    return Answers(genuine, traveller, comparison, error, _enough(question.destination, genuine, rules, at))


def _is_plain(genuine: Assessment) -> bool:
    """Whether it is verified, and no summary of a list has put that in doubt."""
    evidence = genuine.evidence
    doubted = evidence is not None and MAY_BE_REVOKED in evidence.remarks
    return genuine.verdict is Verdict.VERIFIED and not doubted


def _whose(zone: str, genuine: Assessment) -> tuple[str, Comparison | None, HashiraError | None]:
    if not zone:
        return NOT_ASKED, None, None
    if not _is_plain(genuine) or genuine.content is None:
        return NOT_JUDGED, None, None
    if genuine.evidence is not None and genuine.evidence.format == shc.NAME:
        # It was not made for travel: it names no document, and often no name in Roman letters.
        return TravellerFinding.BY_EYE.value, None, None
    try:
        comparison = compare(genuine.content, read_zone(zone))
    except HashiraError as error:
        return UNREADABLE, None, error
    return comparison.finding.value, comparison, None


def _enough(destination: str, genuine: Assessment, rules: Iterable[DestinationRule], at: datetime) -> str:
    if not destination:
        return NOT_ASKED
    if not _is_plain(genuine) or genuine.content is None:
        return NOT_JUDGED
    payload = _lists(asdict(genuine.content))
    return judge(rules, destination=destination, payload=payload, at=at).value


def _lists(value: Any) -> Any:
    """As JSON would have it, which rules are written for: lists for tuples."""
    if isinstance(value, dict):
        return {name: _lists(member) for name, member in value.items()}
    return [_lists(member) for member in value] if isinstance(value, list | tuple) else value


def check_in_document(answers: Answers, language: str) -> dict[str, Any]:
    """The answers as plain values, for the terminal and for the API: one shape."""
    comparison, error = answers.comparison, answers.zone_error
    return {
        "genuine": verdict_document(answers.genuine, language),
        "traveller": {
            "finding": answers.traveller,
            "compared": list(comparison.compared) if comparison else [],
            "differs": list(comparison.differs) if comparison else [],
            "error": error.problem(language) if error else None,
        },
        "destination": {"finding": answers.destination},
    }
