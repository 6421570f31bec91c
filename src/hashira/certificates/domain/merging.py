"""What has to hold before two entries are taken for one person (名寄せの条件).

A wrong merge would show somebody another person's doses. So it is refused wherever the register itself speaks
against it, and wherever somebody looks at one of the two records who is not surely the person of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hashira.certificates.domain.dose import Dose, RecordedDose
from hashira.certificates.domain.linking import Candidate as _Candidate
from hashira.certificates.domain.linking import Claimant, genders_agree, names_agree
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the two: who it says it is now, every name it ever had, and who looks at it."""

    id: UUID
    birth_date: date
    sex: str
    names: tuple[str, ...]
    """The name of today first, then the earlier ones."""
    resident: str = ""
    """Id of the resident who is linked; empty for none."""
    claimant: Claimant | None = None
    """What the provider said about that resident."""


@dataclass(frozen=True, slots=True)
class SameDose:
    """A dose that both have: ``kept`` goes on counting, ``dropped`` does not."""

    kept: RecordedDose
    dropped: RecordedDose

    @property
    def alike(self) -> bool:
        """Whether whatever a certificate shows of the one is true of the other."""
        one, other = self.kept.dose, self.dropped.dose
        return (one.product.code, one.given_on, one.lot, one.number, one.country) == (
            other.product.code,
            other.given_on,
            other.lot,
            other.number,
            other.country,
        )


def refusals(kept: Entry, absorbed: Entry) -> tuple[Bilingual, ...]:
    """What stands against the merge, each with what to do; nothing if it may be done."""
    found: list[Bilingual] = []
    if kept.birth_date != absorbed.birth_date:
        found.append(
            Bilingual(
                "生年月日が違います。どちらが正しいかを確かめ、先に「登録内容を変更する」で直してください",
                "The dates of birth differ. Find out which is right and correct the other entry first",
            )
        )
    if not genders_agree(
        Claimant("", None, kept.sex), _Candidate(absorbed.id, "", absorbed.birth_date, absorbed.sex)
    ):
        found.append(
            Bilingual(
                "性別が違います。どちらが正しいかを確かめ、先に「登録内容を変更する」で直してください",
                "The sexes differ. Find out which is right and correct the other entry first",
            )
        )
    if kept.resident and absorbed.resident and kept.resident != absorbed.resident:
        found.append(
            Bilingual(
                "二つの記録に別々の利用者がつながっています。"
                "本人を確かめ、本人でない方の連携を先に終了してください",
                "Two different users are linked. Find out who is the person and end the other's link first",
            )
        )
    for one, other in ((kept, absorbed), (absorbed, kept)):
        if one.claimant is not None and not _is_of(one.claimant, one, other):
            found.append(
                Bilingual(
                    "つながっている利用者の氏名か生年月日が、もう一方の記録と合いません。別の人の接種を"
                    "見せないため、先に連携を終了し、統合の後で本人につなぎ直してもらってください",
                    "The linked user's name or date of birth is not that of the other entry. So that nobody "
                    "sees another person's doses, end the link first; the person links again after the merge",
                )
            )
    return tuple(found)


def _is_of(claimant: Claimant, own: Entry, other: Entry) -> bool:
    """Whether the linked resident is surely the person of the other entry too.

    By name, or because the own entry had the other's name before: then the register tells of the change.
    """
    if claimant.birth_date != other.birth_date:
        return False
    return any(names_agree(claimant.name, name) for name in other.names) or any(
        names_agree(mine, theirs) for mine in own.names for theirs in other.names
    )


def is_still_true(shown: str, names: Iterable[str]) -> bool:
    """Whether the name on a certificate is one of the person's."""
    return any(names_agree(shown, name) for name in names)


def same_doses(kept: Sequence[RecordedDose], absorbed: Sequence[RecordedDose]) -> tuple[SameDose, ...]:
    """The doses that both entries have, each once; the one that says more goes on counting.

    One product, one day, and neither number nor lot nor country contradict.
    """
    found: list[SameDose] = []
    left = list(kept)
    for other in absorbed:
        match = next((one for one in left if _is_same(one.dose, other.dose)), None)
        if match is not None:
            left.remove(match)
            richer = _said(other.dose) > _said(match.dose)
            found.append(SameDose(other, match) if richer else SameDose(match, other))
    return tuple(found)


def _is_same(one: Dose, other: Dose) -> bool:
    return (
        (one.product.code, one.given_on, one.country) == (other.product.code, other.given_on, other.country)
        and (one.number is None or other.number is None or one.number == other.number)
        and (not one.lot or not other.lot or one.lot == other.lot)
    )


def _said(dose: Dose) -> int:
    return 2 * bool(dose.lot) + 2 * (dose.number is not None) + bool(dose.place)
