"""A dose as somebody wants to record it, and what speaks against it (接種記録の点検)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hashira.certificates.domain.vaccine_product import VaccineProduct
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_LOT = 19
"""What a SMART Health Card has room for; a seal takes one more."""
MAX_NUMBER = 99
MAX_PLACE = 120
_LOT_WORD = re.compile(r"\blot\b|ロット|製造番号", re.IGNORECASE)
_STATE = re.compile(r"[A-Z]{3}")


class DoseNotRecordable(HashiraError):
    """Details: ``reason``; ``field`` names the input."""

    code = "CERT-101"
    what = Bilingual("この接種は記録できません", "This dose cannot be recorded")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "予診票や接種済証を見て、入力を直してください", "Compare it with the vaccination slip and correct it"
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Dose:
    """What was given: product, day, lot, number in its series, place, country. Raises ``DoseNotRecordable``.

    The lot is kept in half-width characters without spaces around it: that is how vials carry it.
    """

    product: VaccineProduct
    given_on: date
    lot: str = ""
    number: int | None = None
    place: str = ""
    country: str = "JPN"

    def __post_init__(self) -> None:
        object.__setattr__(self, "lot", unicodedata.normalize("NFKC", self.lot).strip().upper())
        if len(self.lot) > MAX_LOT or not self.lot.isprintable():
            raise _unfit(
                "lot", f"ロット番号は{MAX_LOT}文字までです", f"The lot takes up to {MAX_LOT} characters"
            )
        if _LOT_WORD.search(self.lot):
            raise _unfit(
                "lot", "ロット番号には番号だけを入れてください", "Enter the number alone, not the word lot"
            )
        if self.number is not None and not 1 <= self.number <= MAX_NUMBER:
            raise _unfit(
                "number", f"回数は1から{MAX_NUMBER}です", f"The number of the dose is 1 to {MAX_NUMBER}"
            )
        if len(self.place) > MAX_PLACE or not self.place.isprintable():
            raise _unfit(
                "place", f"接種場所は{MAX_PLACE}文字までです", f"The place takes up to {MAX_PLACE} characters"
            )
        if not _STATE.fullmatch(self.country):
            raise _unfit("country", "接種国は3文字のコードです", "The country is a code of three letters")


@dataclass(frozen=True, slots=True)
class RecordedDose:
    """A dose in force, under the event that last told about it."""

    event: UUID
    dose: Dose


def check_dates(dose: Dose, *, birth_date: date, today: date) -> None:
    """Raises ``DoseNotRecordable`` for a dose in the future or before the birth."""
    if dose.given_on > today:
        raise _unfit("given_on", "接種日が未来です", "The day lies in the future")
    if dose.given_on < birth_date:
        raise _unfit("given_on", "接種日が生年月日より前です", "The day lies before the date of birth")


def warnings(
    dose: Dose, others: Iterable[RecordedDose], *, died_on: date | None = None
) -> tuple[Bilingual, ...]:
    """What a clerk must look at twice before recording; ``others`` are the other doses in force.

    A dose after the death is no impossible one: the day of the death may be what is wrong.
    """
    found: list[Bilingual] = []
    if died_on is not None and dose.given_on > died_on:
        found.append(
            Bilingual(
                f"接種日が死亡日（{died_on:%Y-%m-%d}）より後です。別の人の記録ではありませんか",
                f"The day lies after the death ({died_on:%Y-%m-%d}): is it somebody else's dose",
            )
        )
    product, same = dose.product, [o.dose for o in others if o.dose.product.series == dose.product.series]
    if any(other.given_on == dose.given_on for other in same):
        found.append(Bilingual("同じ日に同じ種類の接種があります", "There is a dose of its kind on that day"))
    if dose.number is not None:
        if any(other.number == dose.number for other in same):
            found.append(
                Bilingual(
                    f"{dose.number}回目の接種がすでにあります",
                    f"There is a dose {dose.number} already",
                )
            )
        out_of_order = any(
            other.number is not None
            and other.number != dose.number
            and (other.number < dose.number) != (other.given_on < dose.given_on)
            and other.given_on != dose.given_on
            for other in same
        )
        if out_of_order:
            found.append(
                Bilingual(
                    "回数の順と接種日の順が合いません", "The numbers do not follow the order of the days"
                )
            )
        if product.most is not None and dose.number > product.most:
            found.append(
                Bilingual(
                    f"このワクチンはふつう{product.most}回までです",
                    f"This vaccine is usually given up to {product.most} times",
                )
            )
    found += _interval_warnings(dose, same)
    if product.retired_on is not None and dose.given_on >= product.retired_on:
        found.append(
            Bilingual(
                f"この製品の接種は{product.retired_on:%Y-%m-%d}に終わっています",
                f"This product has not been given since {product.retired_on:%Y-%m-%d}",
            )
        )
    if product.since is not None and dose.given_on < product.since:
        found.append(
            Bilingual(
                f"この製品が世界で初めて認められたのは{product.since:%Y-%m-%d}です",
                f"This product was first authorised anywhere on {product.since:%Y-%m-%d}",
            )
        )
    if not dose.lot:
        found.append(
            Bilingual(
                "ロット番号がありません。海外用の証明書に載せられません",
                "There is no lot, so no certificate for travel can show it",
            )
        )
    return tuple(found)


def _interval_warnings(dose: Dose, same: Iterable[Dose]) -> list[Bilingual]:
    """Whether the dose before it lies as far back as the programme says."""
    before = next((other for other in same if other.number == (dose.number or 0) - 1), None)
    rule = next((one for one in dose.product.intervals if one.before == dose.number), None)
    if before is None or rule is None:
        return []
    days = (dose.given_on - before.given_on).days
    if days < rule.least:
        return [
            Bilingual(
                f"前の接種から{days}日です。{rule.least}日以上あけます",
                f"It is {days} days after the dose before; at least {rule.least} are to pass",
            )
        ]
    if rule.most is not None and days > rule.most:
        return [
            Bilingual(
                f"前の接種から{days}日です。ふつう{rule.most}日以内に接種します",
                f"It is {days} days after the dose before; it is usually given within {rule.most}",
            )
        ]
    return []


def _unfit(field: str, ja: str, en: str) -> DoseNotRecordable:
    return DoseNotRecordable(field=field, reason=Bilingual(ja, en))
