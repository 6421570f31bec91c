"""Figures that were received, for the page (受け取った数値の閲覧)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hashira.kernel.figure import SMALL
from hashira.kernel.language import Bilingual
from hashira.portal.exchange.models import ReceivedFigures


@dataclass(frozen=True, slots=True)
class ReceivedFigure:
    """A figure of another installation, as its file says it."""

    installation: str
    kid: str
    key: str
    label: Bilingual
    value: int | None
    unit: Bilingual
    as_of: datetime
    received_at: datetime
    how: Bilingual

    @property
    def published(self) -> int | None:
        return self.value

    @property
    def shown(self) -> Bilingual:
        """The value in words."""
        if self.value is None:
            return Bilingual(f"{SMALL}未満", f"fewer than {SMALL}")
        return Bilingual(f"{self.value:,}", f"{self.value:,}")


def received_figures() -> tuple[ReceivedFigure, ...]:
    """All of them, by installation and in the order of their files."""
    return tuple(
        ReceivedFigure(
            installation=row.installation,
            kid=row.kid,
            key=figure["key"],
            label=Bilingual(**figure["label"]),
            value=figure["value"],
            unit=Bilingual(**figure["unit"]),
            as_of=datetime.fromisoformat(figure["as_of"]),
            received_at=row.received_at,
            how=Bilingual(**figure["how"]),
        )
        for row in ReceivedFigures.objects.order_by("installation")
        for figure in row.document["figures"]
    )
