"""A figure that a system counts about itself, for the plan and for the public (数値).

Every figure says what was counted and how, so that a reader can tell two figures of one name apart. Counts of
people below ten are published as such and not as a number (小さい数の秘匿): in a small place "1" would point
at somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hashira.kernel.language import Bilingual

SMALL = 10
"""Counts of people below this are kept back."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``key`` is stable, such as ``certificates.people``; ``people`` says that it counts people.

    >>> from datetime import UTC
    >>> said = Bilingual("台帳の人数", "People in the registers")
    >>> few = Figure("people", said, 7, Bilingual("人", "people"), datetime.now(UTC), said, people=True)
    >>> few.shown.ja, few.published
    ('10未満', None)
    """

    key: str
    label: Bilingual
    value: int
    unit: Bilingual
    as_of: datetime
    how: Bilingual
    people: bool = False

    @property
    def published(self) -> int | None:
        """The value as it leaves the installation: ``None`` for a small count of people."""
        return None if self.people and 0 < self.value < SMALL else self.value

    @property
    def shown(self) -> Bilingual:
        """The value in words."""
        if self.published is None:
            return Bilingual(f"{SMALL}未満", f"fewer than {SMALL}")
        return Bilingual(f"{self.value:,}", f"{self.value:,}")


@dataclass(frozen=True, slots=True)
class NotCounted:
    """What a system will count and does not yet, with the reason: no figure, and no zero either."""

    key: str
    label: Bilingual
    reason: Bilingual
