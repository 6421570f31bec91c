"""People whose whereabouts are kept from somebody who hurts them (DV等支援措置対象者).

Sources: 住民基本台帳事務処理要領 (昭和42年10月4日 自治振第150号ほか) 第5-10, measures for the protection of
victims of domestic violence, stalking, child abuse and the like: who can be protected
(配偶者からの暴力の防止及び被害者の保護等に関する法律1条2項, ストーカー行為等の規制等に関する法律7条,
児童虐待の防止等に関する法律2条), that the measure lasts one year, and that it is extended on request from a
month before its end. It is written for the register of residents; this system takes the marking over for the
register of vaccinations.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from hashira.certificates.domain.age import years_later
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MASKED: Final = Bilingual("（支援措置の対象者）", "(protected person)")
"""What stands in a list in the place of a protected person's name."""
RENEWAL: Final = timedelta(days=31)
"""Before the end, in which staff are told that it comes: 要領 has extensions asked for in the last month."""


class Ground(StrEnum):
    """What the person is protected from (支援措置の事由)."""

    VIOLENCE = "violence"
    STALKING = "stalking"
    CHILD_ABUSE = "child_abuse"
    EQUIVALENT = "equivalent"


GROUND_NAMES: Final = {
    Ground.VIOLENCE: Bilingual("配偶者からの暴力（DV）", "Violence by a spouse or partner"),
    Ground.STALKING: Bilingual("ストーカー行為等", "Stalking"),
    Ground.CHILD_ABUSE: Bilingual("児童虐待", "Child abuse"),
    Ground.EQUIVALENT: Bilingual("これらに準ずる行為", "Acts equivalent to these"),
}


class AlertKind(StrEnum):
    """What was attempted about a protected person (通知の種類)."""

    LINK = "link"
    REPRESENTATION = "representation"
    VIEW = "view"
    ISSUE = "issue"
    PICKUP = "pickup"
    SEARCH = "search"
    LOOK_UP = "look_up"
    OPENED = "opened"


ALERT_NAMES: Final = {
    AlertKind.LINK: Bilingual("記録とつなげようとした", "Tried to link the record"),
    AlertKind.REPRESENTATION: Bilingual("代理人としてつなげようとした", "Tried to link as a representative"),
    AlertKind.VIEW: Bilingual("代理人が記録を表示した", "A representative viewed the record"),
    AlertKind.ISSUE: Bilingual("証明書を発行または表示しようとした", "Issued or opened a certificate"),
    AlertKind.PICKUP: Bilingual("受取コードが使われた", "A pickup code was used"),
    AlertKind.SEARCH: Bilingual("職員の検索に当てはまった", "Found by a search of staff"),
    AlertKind.LOOK_UP: Bilingual("職員が開こうとした", "Staff tried to open the record"),
    AlertKind.OPENED: Bilingual("責任者が理由を入れて開いた", "Opened by a supervisor with a reason"),
}


class PeriodNotPossible(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CERT-260"
    what = Bilingual("この期間では登録できません", "This period cannot be taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "支援措置の決定のとおりに、1年以内の期間を入れてください。続けるときは終わる前に延長します",
        "Enter the period of the decision, up to a year; it can be extended before it ends",
    )
    status = 422


@dataclass(frozen=True, slots=True)
class ProtectionPeriod:
    """From the first day to the last, both included; at most one year (要領 第5-10)."""

    starts_on: date
    ends_on: date

    @classmethod
    def decided(cls, starts_on: date, ends_on: date, *, today: date) -> ProtectionPeriod:
        """A period that has not ended yet; raises ``PeriodNotPossible``."""
        if ends_on < starts_on:
            raise PeriodNotPossible(
                field="ends_on",
                reason=Bilingual("終わりの日が始まりの日より前です", "It ends before it begins"),
            )
        if ends_on < today:
            raise PeriodNotPossible(
                field="ends_on",
                reason=Bilingual("終わりの日がもう過ぎています", "Its last day is over already"),
            )
        if ends_on >= years_later(starts_on, 1):
            raise PeriodNotPossible(
                field="ends_on", reason=Bilingual("1年より長い期間です", "It is longer than a year")
            )
        return cls(starts_on, ends_on)
