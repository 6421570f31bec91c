"""Registration under ISMAP, the government's assessment of cloud security (ISMAPの登録)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_NUMBER = 40


class IsmapList(StrEnum):
    """In which list a service is registered; LIU is for services of low impact (2022年11月から)."""

    ISMAP = "ismap"
    LIU = "ismap-liu"


class IsmapRule(StrEnum):
    """What a round asks for."""

    REQUIRED = "required"
    LIU_ACCEPTED = "liu-accepted"
    NOT_REQUIRED = "not-required"


class RegistrationRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-106"
    what = Bilingual("ISMAPの登録を保存できません", "The registration with ISMAP cannot be saved")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "クラウドサービスリストの番号と日付を確かめてください",
        "Check the number and dates in the list of services",
    )
    status = 422


@dataclass(frozen=True, slots=True)
class IsmapRegistration:
    """A registration with its dates; in force up to and including ``expires_on``."""

    list: IsmapList
    number: str
    registered_on: date
    expires_on: date

    def __post_init__(self) -> None:
        if not 1 <= len(self.number) <= MAX_NUMBER:
            raise RegistrationRefused(
                field="ismap_number", reason=Bilingual("登録番号がありません", "The number is missing")
            )
        if self.expires_on <= self.registered_on:
            raise RegistrationRefused(
                field="ismap_expires_on",
                reason=Bilingual("有効期限が登録日より前です", "It expires before it was registered"),
            )

    def in_force(self, day: date) -> bool:
        """Whether the registration holds on that day."""
        return self.registered_on <= day <= self.expires_on

    def satisfies(self, rule: IsmapRule, day: date) -> bool:
        """Whether the rule of a round is met by it on that day."""
        if rule is IsmapRule.NOT_REQUIRED:
            return True
        return self.in_force(day) and (rule is IsmapRule.LIU_ACCEPTED or self.list is IsmapList.ISMAP)
