"""What one municipality may let another do with its records, for how long, and how it is told (委任事務).

Two grounds. **A move** (転入): the new municipality names people, and the old one opens the records of those
whom it grants. **An agreement** (協定): two bodies have agreed that one carries out the issue for the other,
as 地方自治法 第252条の16の2 (事務の代替執行) has it: what is done then is done in the name of the body whose
affair it is. So a certificate issued under either is one of the owner of the record, by number, name on the
sheet and key; who served at the counter is in the records of both.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.kernel.language import Bilingual

LONGEST_MOVE: Final = timedelta(days=366)
LONGEST_AGREEMENT: Final = timedelta(days=5 * 366)
"""No law sets one; after five years at the latest the two bodies look at it anew."""
ISSUABLE: Final = (CertificateKind.CARD, CertificateKind.SEAL)
"""What a counter issues."""


class Ground(StrEnum):
    """Why another municipality may."""

    MOVE = "move"
    AGREEMENT = "agreement"


class Covered(StrEnum):
    """Whose records it concerns."""

    NAMED = "named"
    MOVED_OUT = "moved-out"
    EVERYONE = "everyone"


class Deed(StrEnum):
    """What was done under a delegation."""

    SEARCHED = "searched"
    LOOKED = "looked"
    OPENED = "opened"
    ISSUED = "issued"
    REPRINTED = "reprinted"
    PRINTED = "printed"
    UNDONE = "undone"


GROUND_NAMES: Final = {
    Ground.MOVE: Bilingual("転入", "A move"),
    Ground.AGREEMENT: Bilingual("代替執行の協定", "An agreement to act for the other"),
}
COVERED_NAMES: Final = {
    Covered.NAMED: Bilingual("申出に名前のある人", "The people named in the request"),
    Covered.MOVED_OUT: Bilingual("転出した人", "People who moved out"),
    Covered.EVERYONE: Bilingual("台帳の全員", "Everybody in the register"),
}
DEED_NAMES: Final = {
    Deed.SEARCHED: Bilingual("探した", "Searched"),
    Deed.LOOKED: Bilingual("記録を見た", "Looked at the record"),
    Deed.OPENED: Bilingual("窓口で受け付けた", "Received at the counter"),
    Deed.ISSUED: Bilingual("証明書を発行した", "Issued a certificate"),
    Deed.REPRINTED: Bilingual("もう一度印刷した", "Printed it again"),
    Deed.PRINTED: Bilingual("証明書の紙を取り出した", "Fetched the sheet of a certificate"),
    Deed.UNDONE: Bilingual("発行を取り消した", "Took the issue back"),
}


def period_fits(ground: Ground, *, today: date, starts_on: date | None, until: date) -> bool:
    """Whether a period may be asked for: not over yet, and no longer than the ground allows.

    >>> period_fits(Ground.MOVE, today=date(2026, 4, 1), starts_on=None, until=date(2027, 4, 1))
    True
    >>> period_fits(Ground.MOVE, today=date(2026, 4, 1), starts_on=None, until=date(2027, 5, 1))
    False
    >>> period_fits(
    ...     Ground.AGREEMENT, today=date(2026, 3, 1), starts_on=date(2026, 4, 1), until=date(2029, 3, 31)
    ... )
    True
    """
    first = max(starts_on or today, today)
    longest = LONGEST_MOVE if ground is Ground.MOVE else LONGEST_AGREEMENT
    return first <= until <= first + longest
