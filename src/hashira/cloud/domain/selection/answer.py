"""What a provider says of each requirement, and what is still missing (回答と提出前の確認)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hashira.cloud.domain.selection.catalogue import Requirement
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_EXPLANATION, MAX_PRODUCT = 8_000, 200


class Claim(StrEnum):
    """What the provider claims."""

    MET = "met"
    PLANNED = "planned"
    NOT_MET = "not-met"
    WAIVER_ASKED = "waiver-asked"


CLAIM_NAMES = {
    Claim.MET: Bilingual("満たしている", "Met"),
    Claim.PLANNED: Bilingual("期日までに満たす予定", "Planned by a date"),
    Claim.NOT_MET: Bilingual("満たしていない", "Not met"),
    Claim.WAIVER_ASKED: Bilingual("適用の除外を求める", "A waiver is asked for"),
}


class AnswerRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-107"
    what = Bilingual("回答を保存できません", "The answer cannot be saved")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直して、もう一度保存してください", "Put it right and save again")
    status = 422


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """The product of somebody else by which a requirement is met (他社製品, allowed since FY2023)."""

    product: str = ""
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. What is saved may be incomplete; what is wrong is refused at once."""

    claim: Claim | None
    explanation: str = ""
    planned_on: date | None = None
    third_party: ThirdParty = ThirdParty()

    def check(self, *, today: date, latest: date) -> None:
        """Raises ``AnswerRefused`` for a date in the past or after the latest, or for too long a text."""
        if len(self.explanation) > MAX_EXPLANATION:
            raise AnswerRefused(
                field="explanation",
                reason=Bilingual(
                    "説明は8,000文字までです", "The explanation is longer than 8,000 characters"
                ),
            )
        if max(len(self.third_party.product), len(self.third_party.supplier)) > MAX_PRODUCT:
            raise AnswerRefused(
                field="third_party_product",
                reason=Bilingual(
                    "製品名と事業者名は200文字までです", "A product or supplier has up to 200 characters"
                ),
            )
        if bool(self.third_party.product) != bool(self.third_party.supplier):
            raise AnswerRefused(
                field="third_party_supplier" if self.third_party.product else "third_party_product",
                reason=Bilingual(
                    "他社の製品で満たすときは、製品名と事業者名の両方を書いてください",
                    "A product of a third party needs both its name and its supplier",
                ),
            )
        if self.planned_on is None:
            return
        if self.planned_on <= today:
            raise AnswerRefused(
                field="planned_on",
                reason=Bilingual("満たす期日が過ぎています", "The planned date is not in the future"),
            )
        if self.planned_on > latest:
            raise AnswerRefused(
                field="planned_on",
                reason=Bilingual(
                    f"この回では{latest.isoformat()}までに満たす必要があります",
                    f"In this round it has to be met by {latest.isoformat()}",
                ),
            )


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing; ``requirement`` is empty where it is not about one."""

    requirement: str
    words: Bilingual


def gaps(
    requirements: Sequence[Requirement],
    answers: Mapping[str, Answer],
    evidence: Mapping[str, int],
    *,
    today: date,
) -> tuple[Gap, ...]:
    """What has to be added before an answer to all of it can be sent, in the order of the catalogue.

    ``evidence`` counts the pieces of evidence by requirement. Optional requirements need an answer too: the
    public reads them; evidence they need only where they are said to be met.
    """
    found: list[Gap] = []
    for one in requirements:
        answer = answers.get(one.id)
        if answer is None or answer.claim is None:
            found.append(Gap(one.id, Bilingual("回答がありません", "It has no answer")))
            continue
        if answer.claim is Claim.PLANNED and answer.planned_on is None:
            found.append(Gap(one.id, Bilingual("満たす期日がありません", "The planned date is missing")))
        elif answer.claim is Claim.PLANNED and answer.planned_on is not None and answer.planned_on <= today:
            found.append(Gap(one.id, Bilingual("満たす期日が過ぎています", "The planned date has passed")))
        if answer.claim is not Claim.MET and not answer.explanation.strip():
            found.append(Gap(one.id, Bilingual("理由や計画の説明がありません", "The explanation is missing")))
        if answer.claim in (Claim.MET, Claim.PLANNED) and not evidence.get(one.id):
            found.append(Gap(one.id, Bilingual("根拠がありません", "It has no evidence")))
    return tuple(found)
