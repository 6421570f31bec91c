"""A certificate on paper: what a sheet shows, and when a code is too dense to print (紙の証明書).

Laid out as the paper certificates of Japan's municipalities: A4, both languages, the Japanese name as the
register writes it and a SMART Health Card for use at home; for travel also the Roman name, nationality,
passport and the ICAO VDS-NC code. Sizes: a card is printed at 45 mm (SMART Health Cards 1.4.0 asks for about
40 mm without its margin), a seal at 72 mm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

CARD_SIDE: Final = 45.0
"""mm, with the quiet zone. The largest card code (V22, 105 modules) then has modules of 0.40 mm."""
CARD_BARE: Final = 40.0
"""mm without the quiet zone, at least: a small code has a wide zone, and is printed larger for it."""
SEAL_SIDE: Final = 72.0
SMALLEST_MODULE: Final = 0.40
"""mm. On an office printer of 300 dots an inch it is 4 to 5 dots wide, and survives a crease."""
QUIET_ZONE: Final = 8
"""Modules, both sides together (ISO/IEC 18004 §6.3.8)."""
_BYTES_AT_L: Final = (
    *(17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858),
    *(929, 1003, 1091, 1171, 1273, 1367, 1465, 1528, 1628, 1732, 1840, 1952, 2068, 2188, 2303, 2431),
    *(2563, 2699, 2809, 2953),
)
"""Octets that a code of version 1 to 40 holds at level L (ISO/IEC 18004 Table 7)."""


class CodeTooDense(HashiraError):
    """Details: ``module`` in mm, ``doses``, ``newest``."""

    code = "CERT-190"
    what = Bilingual("この証明書は紙に印刷できません", "This certificate cannot be printed on paper")
    why = Bilingual(
        "接種記録が{doses}件あり、二次元コードの点が{module} mmになって読み取れなくなります",
        "With {doses} doses the dots of its code would be {module} mm wide, too small to be read",
    )
    remedy = Bilingual(
        "新しいほうから{newest}件の接種を選べば印刷できます。画面とファイルでは、全件のまま使えます",
        "With the newest {newest} doses it can be printed; on a screen and as a file all of them can be used",
    )
    status = 422


class Edition(StrEnum):
    """How large the letters are (文字の大きさ)."""

    STANDARD = "standard"
    LARGE = "large"
    """大活字: no letter below 18 points, on as many sheets as that takes."""


class Envelope(StrEnum):
    """An envelope with a window, for the cover letter (窓付き封筒)."""

    LONG_3 = "long-3"
    """長形3号, 120 by 235 mm: A4 folded in three."""
    SQUARE_2 = "square-2"
    """角形2号, 240 by 332 mm: A4 flat, which a crease through a code never touches."""


@dataclass(frozen=True, slots=True)
class Window:
    """Where the address stands on the sheet, in mm from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


WINDOWS: Final[Mapping[Envelope, Window]] = MappingProxyType(
    {
        # Seen through a window of 90 by 45 mm, 20 mm from the left and 12 mm from above, wherever the sheet
        # slides in its envelope (25 mm sideways, 21 mm up and down).
        Envelope.LONG_3: Window(20, 12, 65, 24),
        # Through one of 100 by 55 mm, 22 mm from the left and 30 mm from above; it slides 30 and 35 mm.
        Envelope.SQUARE_2: Window(22, 30, 70, 20),
    }
)


@dataclass(frozen=True, slots=True)
class PaperCode:
    """A code on the sheet; ``side`` in mm with the quiet zone, ``modules`` along it with the zone."""

    title: Bilingual
    alternative: Bilingual
    path: str
    """Its rows as lines of an SVG path along their upper edges, one module thick, in modules."""
    modules: int
    side: float
    octets: int = 0
    """Of the text."""
    octets_a_dose: int = 0
    """What a dose adds to the text, at least; 0 where that is not known."""

    @property
    def module(self) -> float:
        """The width of one module, in mm."""
        return self.side / self.modules


@dataclass(frozen=True, slots=True)
class PaperDose:
    """One line of the table of doses (接種記録)."""

    given_on: date
    number: int | None
    disease: Bilingual
    maker: Bilingual
    product: Bilingual
    lot: str
    country: str
    """Three letters."""


@dataclass(frozen=True, slots=True)
class TravelDetails:
    """What only a certificate for travel shows (海外用)."""

    name: str
    """Roman, as in the passport."""
    nationality: str
    """Three letters (one for Germany), as in the passport; empty where it is not on record."""
    nationality_name: Bilingual | None
    passport_number: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The letter that carries a certificate by post (送付状)."""

    envelope: Envelope
    address: str
    name: str


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """One certificate on paper. A name or birth date of ``None`` is kept back by its holder."""

    number: str
    issued_at: datetime
    municipality: Bilingual
    name: str | None
    birth_date: date | None
    travel: TravelDetails | None
    doses: tuple[PaperDose, ...]
    codes: tuple[PaperCode, ...]
    official: bool
    """Whether the installation speaks for a government; otherwise every sheet says that it is a specimen."""
    cover: Cover | None = None
    notes: tuple[Bilingual, ...] = ()
    """What the programme of a vaccine wants said on the sheet."""


def card_side(modules: int) -> float:
    """How large a card's code is printed: 45 mm, or more where it would be under 40 mm without its zone.

    >>> card_side(113), round(card_side(45), 1)
    (45.0, 48.6)
    """
    return max(CARD_SIDE, CARD_BARE * modules / (modules - QUIET_ZONE))


def check_density(codes: Sequence[PaperCode], *, doses: int) -> None:
    """Raises ``CodeTooDense`` for a code whose modules would be narrower than ``SMALLEST_MODULE``."""
    for code in codes:
        if round(code.module, 2) < SMALLEST_MODULE:
            raise CodeTooDense(
                module=f"{code.module:.2f}", doses=str(doses), newest=str(newest_that_fit(code, doses=doses))
            )


def newest_that_fit(code: PaperCode, *, doses: int) -> int:
    """How many of the doses a code of this size holds with dots that are wide enough; at least one.

    Without knowing what a dose adds it goes by one less at a time.
    """
    versions = range(1, len(_BYTES_AT_L) + 1)
    fitting = [v for v in versions if round(code.side / (17 + 4 * v + QUIET_ZONE), 2) >= SMALLEST_MODULE]
    surplus = code.octets - _BYTES_AT_L[fitting[-1] - 1]
    fewer = -(-surplus // code.octets_a_dose) if code.octets_a_dose and surplus > 0 else 1
    return max(1, doses - fewer)
