"""What two assessors find independently, and where they differ (二人の評価とその差)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_REASON = 2_000


class Finding(StrEnum):
    """What an assessor finds of a requirement."""

    MET = "met"
    NOT_MET = "not-met"
    PLANNED = "planned"
    WAIVED = "waived"


FINDING_NAMES = {
    Finding.MET: Bilingual("満たす", "Met"),
    Finding.NOT_MET: Bilingual("満たさない", "Not met"),
    Finding.PLANNED: Bilingual("期日までの予定", "Planned by a date"),
    Finding.WAIVED: Bilingual("適用を除外", "Waived"),
}


class JudgementRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-109"
    what = Bilingual("評価を保存できません", "The judgement cannot be saved")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直して、もう一度保存してください", "Put it right and save again")
    status = 422


@dataclass(frozen=True, slots=True)
class Judgement:
    """A finding with what it rests on: a planned one has a date and the evidence of the plan, a negative one
    and a waiver a reason that the public reads.
    """

    finding: Finding
    reason: str = ""
    planned_on: date | None = None
    evidence: str = ""

    def check(self, *, today: date, latest: date) -> None:
        """Raises ``JudgementRefused``.

        A planned date is after today and not after the latest of the round.
        """
        if max(len(self.reason), len(self.evidence)) > MAX_REASON:
            raise JudgementRefused(
                field="reason",
                reason=Bilingual("理由は2,000文字までです", "A reason has up to 2,000 characters"),
            )
        if self.finding in (Finding.NOT_MET, Finding.WAIVED) and not self.reason.strip():
            raise JudgementRefused(
                field="reason",
                reason=Bilingual(
                    "理由を書いてください。公開されます", "Give the reason; the public reads it"
                ),
            )
        if self.finding is not Finding.PLANNED:
            if self.planned_on is not None:
                raise JudgementRefused(
                    field="planned_on",
                    reason=Bilingual(
                        "期日は「期日までの予定」のときだけ書けます",
                        "A date goes with a planned requirement only",
                    ),
                )
            return
        if self.planned_on is None:
            raise JudgementRefused(
                field="planned_on",
                reason=Bilingual("期日を書いてください", "Give the date by which it is met"),
            )
        if self.planned_on <= today:
            raise JudgementRefused(
                field="planned_on", reason=Bilingual("期日が過ぎています", "The date is not in the future")
            )
        if self.planned_on > latest:
            raise JudgementRefused(
                field="planned_on",
                reason=Bilingual(
                    f"この回の条件の期限は{latest.isoformat()}です",
                    f"Conditions of this round end on {latest.isoformat()}",
                ),
            )
        if not self.evidence.strip():
            raise JudgementRefused(
                field="evidence",
                reason=Bilingual("計画の根拠を書いてください", "Name the evidence of the plan"),
            )

    def agrees_with(self, other: Judgement) -> bool:
        """Whether two assessors found the same: the finding, and of a planned one the date."""
        return (self.finding, self.planned_on) == (other.finding, other.planned_on)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two independent judgements of one requirement; ``settled`` is what counts, if it is known yet."""

    requirement: str
    first: Judgement | None
    second: Judgement | None
    settlement: Judgement | None = None

    @property
    def differs(self) -> bool:
        """Whether both judged, and not the same."""
        return self.first is not None and self.second is not None and not self.first.agrees_with(self.second)

    @property
    def settled(self) -> Judgement | None:
        """What counts: what both found, or how their difference was resolved. ``None`` until then."""
        if self.first is None or self.second is None:
            return None
        if self.differs:
            return self.settlement
        reasons = list(dict.fromkeys(r for r in (self.first.reason, self.second.reason) if r))
        evidence = list(dict.fromkeys(e for e in (self.first.evidence, self.second.evidence) if e))
        return Judgement(self.first.finding, "\n".join(reasons), self.first.planned_on, "\n".join(evidence))


def compare(
    requirements: Sequence[str],
    first: Mapping[str, Judgement],
    second: Mapping[str, Judgement],
    settlements: Mapping[str, Judgement],
) -> tuple[Compared, ...]:
    """Both judgements side by side, in the order of the catalogue."""
    return tuple(Compared(id, first.get(id), second.get(id), settlements.get(id)) for id in requirements)
