"""Who may see a child's record in the child's place, and for how long (法定代理人).

A parent with 親権 (民法818条, 824条) or a guardian of a minor (未成年後見人, 民法838条) acts for the child
until the child comes of age (民法4条), dies (民法111条1項1号) or the authority ends otherwise. Nothing that a
sign-in states says whose child somebody is. So it is proved either by the child's own card, which the
representative keeps for the child, or by papers that staff have seen; what they have seen is recorded, and
no copy of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from hashira.certificates.domain.age import is_minor, last_day_as_minor
from hashira.certificates.domain.linking import Claimant, names_agree
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class Paper(StrEnum):
    """What kind of paper showed the representation (確認した書類)."""

    FAMILY_REGISTER = "family_register"
    RESIDENT_RECORD = "resident_record"
    COURT_DECISION = "court_decision"
    GUARDIANSHIP = "guardianship"


PAPER_NAMES: Final = {
    Paper.FAMILY_REGISTER: Bilingual("戸籍全部（個人）事項証明書", "Certificate of the family register"),
    Paper.RESIDENT_RECORD: Bilingual(
        "住民票の写し（続柄の記載があるもの）", "Copy of the resident record with relationships"
    ),
    Paper.COURT_DECISION: Bilingual(
        "親権者を定める審判書・調停調書", "Decision or settlement of a family court on parental authority"
    ),
    Paper.GUARDIANSHIP: Bilingual(
        "未成年後見人の選任の審判書", "Decision of a family court that appoints a guardian"
    ),
}


class RepresentationNotPossible(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CERT-264"
    what = Bilingual("代理人として登録できません", "The representation cannot be entered")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "代理人と本人の生年月日、代理の終わりの日を確かめてください",
        "Look at the dates of birth of both, and at the day on which it ends",
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Representative:
    """Whom the papers name, as staff read it from an identity document; the one who signs in must be that."""

    name: str
    birth_date: date

    def is_claimed_by(self, claimant: Claimant) -> bool:
        """Whether whoever signed in has this name and date of birth."""
        return claimant.birth_date == self.birth_date and names_agree(claimant.name, self.name)


def end_of_representation(birth_date: date, wanted: date | None, *, on: date) -> date:
    """The last day of the representation of somebody born then: as wanted, at the latest as a minor.

    Raises ``RepresentationNotPossible`` for somebody who is no minor any more, or a day that is over.
    """
    latest = last_day_as_minor(birth_date)
    if on > latest:
        raise RepresentationNotPossible(
            field="ends_on", reason=Bilingual("本人はもう成年です", "The person is of age already")
        )
    if wanted is not None and wanted < on:
        raise RepresentationNotPossible(
            field="ends_on", reason=Bilingual("終わりの日がもう過ぎています", "Its last day is over already")
        )
    if wanted is not None and wanted > latest:
        raise RepresentationNotPossible(
            field="ends_on",
            reason=Bilingual(
                "終わりの日が、本人が成年になる日の前日より後です", "It ends after the person has come of age"
            ),
        )
    return wanted or latest


def may_represent(claimant: Claimant, *, on: date) -> bool:
    """Whether somebody could be a representative: of age (民法833条: a minor's authority is the parents')."""
    return claimant.birth_date is not None and not is_minor(claimant.birth_date, on=on)
