"""What adopting an account would do, act by act, found out without doing it (取込みの計画)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class Act:
    """One call that would be sent."""

    step: str
    operation: str
    """``cloudtrail:create_trail``."""
    where: str
    """The region, or ``-`` where the call has none of its own."""
    contents: str
    """What would be sent, as JSON."""

    @property
    def key(self) -> tuple[str, str, str]:
        """By which an act is known again when it is carried out."""
        return (self.step, self.operation, self.where)


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A step with the acts that it would take; none where it finds everything as it should be."""

    step: str
    title: Bilingual
    acts: tuple[Act, ...]
    found: Bilingual
    """What is there now, and why it needs the acts."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an account cannot be adopted as it is, and what to do."""

    code: str
    words: Bilingual
    remedy: Bilingual


@dataclass(frozen=True, slots=True)
class Replaced:
    """Something of the tenant's that would be changed; its value is kept, and given back by a release."""

    thing: Bilingual
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AdoptionPlan:
    """What a second person approves. ``former`` is what a release needs to put things back."""

    parts: tuple[PlannedPart, ...]
    obstacles: tuple[Obstacle, ...]
    replaced: tuple[Replaced, ...]
    notes: tuple[Bilingual, ...]
    former: Mapping[str, Any]

    @property
    def acts(self) -> tuple[Act, ...]:
        """All acts in their order."""
        return tuple(act for part in self.parts for act in part.acts)

    def beyond(self, approved: AdoptionPlan) -> tuple[str, ...]:
        """What this plan, made later, would do or replace that was not approved; empty: carry it out.

        Fewer acts are no matter: what was done meanwhile is not done again.
        """
        known = {act.key for act in approved.acts}
        more = [f"{act.operation} ({act.where})" for act in self.acts if act.key not in known]
        replaced = {(one.thing, one.before) for one in approved.replaced}
        more += [one.thing.en for one in self.replaced if (one.thing, one.before) not in replaced]
        return tuple(dict.fromkeys(more))


def plan_to_json(plan: AdoptionPlan) -> dict[str, Any]:
    """As it is kept and shown."""
    return {
        "parts": [
            {
                "step": part.step,
                "title": _pair(part.title),
                "found": _pair(part.found),
                "acts": [
                    {"operation": act.operation, "where": act.where, "contents": act.contents}
                    for act in part.acts
                ],
            }
            for part in plan.parts
        ],
        "obstacles": [
            {"code": one.code, "words": _pair(one.words), "remedy": _pair(one.remedy)}
            for one in plan.obstacles
        ],
        "replaced": [
            {"thing": _pair(one.thing), "before": one.before, "after": one.after} for one in plan.replaced
        ],
        "notes": [_pair(one) for one in plan.notes],
        "former": dict(plan.former),
    }


def plan_from_json(kept: Mapping[str, Any]) -> AdoptionPlan:
    """The inverse of ``plan_to_json``."""
    return AdoptionPlan(
        tuple(
            PlannedPart(
                part["step"],
                Bilingual(*part["title"]),
                tuple(
                    Act(part["step"], act["operation"], act["where"], act["contents"]) for act in part["acts"]
                ),
                Bilingual(*part["found"]),
            )
            for part in kept["parts"]
        ),
        tuple(
            Obstacle(one["code"], Bilingual(*one["words"]), Bilingual(*one["remedy"]))
            for one in kept["obstacles"]
        ),
        tuple(Replaced(Bilingual(*one["thing"]), one["before"], one["after"]) for one in kept["replaced"]),
        tuple(Bilingual(*one) for one in kept["notes"]),
        kept["former"],
    )


def _pair(words: Bilingual) -> list[str]:
    return [words.ja, words.en]
