"""A certificate on paper: what a sheet shows, and when a code is too dense to print (紙の証明書).

Laid out as the paper certificates of Japan's municipalities: A4, both languages, the Japanese name as the
register writes it and a SMART Health Card for use at home; for travel also the Roman name, nationality,
passport and the ICAO VDS-NC code. Sizes: a card is printed at 45 mm (SMART Health Cards 1.4.0 asks for about
40 mm without its margin), a seal at 72 mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

CARD_SIDE: Final = 45.0
"""mm, with the quiet zone. The largest card code (V22, 105 modules) then has modules of 0.40 mm."""
SEAL_SIDE: Final = 72.0
SMALLEST_MODULE: Final = 0.40
"""mm. On an office printer of 300 dots an inch it is 4 to 5 dots wide, and survives a crease."""


class CodeTooDense(HashiraError):
    """Details: ``module`` in mm, ``doses``."""

    code = "CERT-190"
    what = Bilingual("この証明書は紙に印刷できません", "This certificate cannot be printed on paper")
    why = Bilingual(
        "接種記録が{doses}件あり、二次元コードの点が{module} mmになって読み取れなくなります",
        "With {doses} doses the dots of its code would be {module} mm wide, too small to be read",
    )
    remedy = Bilingual(
        "新しい接種だけを選んで証明書を作り直してください。画面とファイルでは、このまま使えます",
        "Make one with the latest doses only; on a screen and as a file this one can be used as it is",
    )
    status = 422


class Edition(StrEnum):
    """How large the letters are (文字の大きさ)."""

    STANDARD = "standard"
    LARGE = "large"
    """大活字: no letter below 18 points, on as many sheets as that takes."""


@dataclass(frozen=True, slots=True)
class PaperCode:
    """A code on the sheet; ``side`` in mm with the quiet zone, ``modules`` along it with the zone."""

    title: Bilingual
    alternative: Bilingual
    path: str
    """The path of the SVG, in modules."""
    modules: int
    side: float

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
    passport_number: str


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


def check_density(codes: Sequence[PaperCode], *, doses: int) -> None:
    """Raises ``CodeTooDense`` for a code whose modules would be narrower than ``SMALLEST_MODULE``."""
    for code in codes:
        if round(code.module, 2) < SMALLEST_MODULE:
            raise CodeTooDense(module=f"{code.module:.2f}", doses=str(doses))
