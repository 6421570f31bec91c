"""The verdict, which nobody writes: it follows from the judgements and the rules of the round (選定の判定).

Source of the three outcomes: the selections of 2021 to 2023, of which the last had a service selected on
condition that all requirements are met by a date (条件付き).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hashira.cloud.domain.selection.catalogue import Requirement
from hashira.cloud.domain.selection.ismap import IsmapRegistration, IsmapRule
from hashira.cloud.domain.selection.judgement import Finding, Judgement
from hashira.kernel.canonical_json import JSON
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class Outcome(StrEnum):
    """What was decided."""

    SELECTED = "selected"
    CONDITIONAL = "conditional"
    REJECTED = "rejected"


class NotAllJudged(HashiraError):
    """Details: ``count``, ``first``."""

    code = "CLD-110"
    what = Bilingual("まだ判定できません", "There is no verdict yet")
    why = Bilingual(
        "評価が済んでいないか、差が残っている要件が{count}件あります（はじめは{first}）",
        "{count} requirements are not judged by both or still differ (the first: {first})",
    )
    remedy = Bilingual(
        "二人の評価を終え、差を解消してください", "Finish both assessments and resolve the differences"
    )
    status = 409


@dataclass(frozen=True, slots=True)
class Rules:
    """What a round lays down beforehand."""

    latest_condition_on: date
    """By when a planned requirement has to be met at the latest."""
    ismap: IsmapRule


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a verdict; ``code`` is stable, ``requirement`` empty where it is not about one."""

    code: str
    requirement: str
    words: Bilingual

    def document(self) -> dict[str, JSON]:
        """As JSON."""
        return {
            "code": self.code,
            "requirement": self.requirement,
            "words": {"ja": self.words.ja, "en": self.words.en},
        }


@dataclass(frozen=True, slots=True)
class Condition:
    """A requirement that has to be met by a date."""

    requirement: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome with its reasons; ``until`` is the last due date of a conditional one."""

    outcome: Outcome
    until: date | None
    reasons: tuple[Reason, ...]
    conditions: tuple[Condition, ...]
    mandatory: Mapping[str, int]
    """How many mandatory requirements were found met, not-met, planned, waived."""
    optional: Mapping[str, int]


def decide(
    requirements: Sequence[Requirement],
    judgements: Mapping[str, Judgement],
    rules: Rules,
    registration: IsmapRegistration | None,
    *,
    day: date,
) -> Verdict:
    """The verdict of that day. Raises ``NotAllJudged``.

    Rejected, if a mandatory requirement is not met, is planned too late, or ISMAP is lacking; conditional, if
    mandatory ones are planned in time; selected otherwise. Optional requirements decide nothing. A waiver
    counts as met and is told as a reason.
    """
    missing = [one.id for one in requirements if one.id not in judgements]
    if missing:
        raise NotAllJudged(count=len(missing), first=missing[0])
    against: list[Reason] = []
    until: list[Condition] = []
    noted: list[Reason] = []
    if not _has_ismap(rules.ismap, registration, day):
        against.append(Reason("ismap", "", _ismap_words(rules.ismap, registration, day)))
    for one in requirements:
        judged = judgements[one.id]
        if judged.finding is Finding.WAIVED:
            noted.append(
                Reason(
                    "waived",
                    one.id,
                    Bilingual("適用を除外：{why}", "Waived: {why}").format(why=judged.reason),
                )
            )
        if not one.mandatory:
            continue
        if judged.finding is Finding.NOT_MET:
            words = Bilingual("必須の要件を満たさない：{why}", "A mandatory requirement is not met: {why}")
            against.append(Reason("not-met", one.id, words.format(why=judged.reason)))
        elif judged.finding is Finding.PLANNED and judged.planned_on is not None:
            if not day < judged.planned_on <= rules.latest_condition_on:
                words = Bilingual(
                    "予定の期日{due}が、認められる期間にない",
                    "The planned date {due} is outside what is allowed",
                )
                against.append(Reason("too-late", one.id, words.format(due=judged.planned_on.isoformat())))
            else:
                until.append(Condition(one.id, judged.planned_on))
    counts = (
        _counts(requirements, judgements, mandatory=True),
        _counts(requirements, judgements, mandatory=False),
    )
    if against:
        return Verdict(Outcome.REJECTED, None, (*against, *noted), (), *counts)
    if until:
        reasons = tuple(
            Reason(
                "planned",
                condition.requirement,
                Bilingual("{due}までに満たすことが条件", "On condition that it is met by {due}").format(
                    due=condition.due_on.isoformat()
                ),
            )
            for condition in until
        )
        last = max(condition.due_on for condition in until)
        return Verdict(Outcome.CONDITIONAL, last, (*reasons, *noted), tuple(until), *counts)
    met = Reason("all-met", "", Bilingual("必須の要件をすべて満たす", "All mandatory requirements are met"))
    return Verdict(Outcome.SELECTED, None, (met, *noted), (), *counts)


def _has_ismap(rule: IsmapRule, registration: IsmapRegistration | None, day: date) -> bool:
    if rule is IsmapRule.NOT_REQUIRED:
        return True
    return registration is not None and registration.satisfies(rule, day)


def _ismap_words(rule: IsmapRule, registration: IsmapRegistration | None, day: date) -> Bilingual:
    if registration is None:
        return Bilingual("ISMAPに登録されていない", "It is not registered with ISMAP")
    if not registration.in_force(day):
        return Bilingual(
            f"ISMAPの登録が有効でない（{registration.registered_on.isoformat()}から"
            f"{registration.expires_on.isoformat()}まで）",
            f"Its registration with ISMAP is not in force ({registration.registered_on.isoformat()} to "
            f"{registration.expires_on.isoformat()})",
        )
    return Bilingual("ISMAP-LIUの登録では足りない", "A registration with ISMAP-LIU is not enough")


def _counts(
    requirements: Sequence[Requirement], judgements: Mapping[str, Judgement], *, mandatory: bool
) -> dict[str, int]:
    found = Counter(judgements[one.id].finding for one in requirements if one.mandatory == mandatory)
    return {finding.value: found[finding] for finding in Finding}
