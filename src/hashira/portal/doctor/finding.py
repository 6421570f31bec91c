"""What one check found (点検の結果)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hashira.kernel.language import Bilingual

_NOTHING = Bilingual("", "")


class Health(StrEnum):
    """How bad it is: a warning works and should be seen to, a failure does not work."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one thing, and the next step where it is not good."""

    health: Health
    said: Bilingual
    remedy: Bilingual = _NOTHING

    @classmethod
    def good(cls, ja: str, en: str) -> Finding:
        return cls(Health.GOOD, Bilingual(ja, en))

    @classmethod
    def warning(cls, said: Bilingual, remedy: Bilingual) -> Finding:
        return cls(Health.WARNING, said, remedy)

    @classmethod
    def bad(cls, said: Bilingual, remedy: Bilingual) -> Finding:
        return cls(Health.BAD, said, remedy)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name for machines, its title, and what it does. It raises nothing it could say."""

    name: str
    title: Bilingual
    look: Callable[[], Finding]
