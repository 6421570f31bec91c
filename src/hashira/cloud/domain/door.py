"""The door at a provider behind an emergency access: timed, for one person, read back (緊急の立入りの扉).

An engine that can open one has ``doors`` beside the verbs of the port. A door carries its own end, so that
it lets nobody in any more even where nobody gets to close it; it is closed and read back all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hashira.cloud.domain.engine import Engine, EngineError, Evidence, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class Door:
    """What is to be opened: for whom, from when, until when. ``key`` is the id of the emergency access."""

    key: str
    person: str
    """The address under which the provider knows the person."""
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class SeenDoor:
    """A door that is there, as the provider has it."""

    key: str
    """Of the emergency access that it says it was opened for; empty where it says nothing."""
    identifier: str


class DoorState(StrEnum):
    """How far the door of an access is."""

    NONE = "none"
    """There is none to open: the provider has no such thing, or there is nobody to name."""
    OPENING = "opening"
    OPEN = "open"
    """Read back."""
    CLOSING = "closing"
    CLOSED = "closed"
    """Read back: the provider has it no more."""

    @property
    def label(self) -> Bilingual:
        """The name of the state for people."""
        return _LABELS[self]


_LABELS = {
    DoorState.NONE: Bilingual("自動では開きません", "Not opened by itself"),
    DoorState.OPENING: Bilingual("開けているところ", "Being opened"),
    DoorState.OPEN: Bilingual("開いています", "Open"),
    DoorState.CLOSING: Bilingual("閉じているところ（確認前）", "Being closed, not proved yet"),
    DoorState.CLOSED: Bilingual("閉じたことを確認", "Proved closed"),
}


DOOR_STEP = "emergency-door"
"""What the doors are called among the steps of an environment."""
DOOR_TITLE = Bilingual("緊急の立入りの扉", "Doors of emergency accesses")


class Doors(Protocol):
    """The optional capability of an engine. ``open`` and ``close`` twice are once; answers prove nothing."""

    def open(self, order: EnvironmentOrder, facts: Facts, door: Door) -> None:
        """Opens it, or puts right one that is there. Raises an ``EngineError``."""
        ...

    def verify(self, order: EnvironmentOrder, facts: Facts, door: Door) -> Evidence:
        """That it is there just as asked, read back. Raises ``NotThere`` or another ``EngineError``."""
        ...

    def close(self, order: EnvironmentOrder, facts: Facts, key: str) -> None:
        """Takes it away; one that is not there is closed. Raises an ``EngineError``."""
        ...

    def listed(self, order: EnvironmentOrder, facts: Facts) -> tuple[SeenDoor, ...]:
        """Every door that is there, whoever opened it. Raises an ``EngineError``."""
        ...

    def close_seen(self, order: EnvironmentOrder, facts: Facts, seen: SeenDoor) -> None:
        """Takes away one that was found; raises an ``EngineError``."""
        ...


def doors_of(engine: Engine) -> Doors | None:
    """The capability of an engine, or None."""
    found: Doors | None = getattr(engine, "doors", None)
    return found


class DoorImpossible(EngineError):
    """Details: ``reason``."""

    code = "CLD-510"
    status = 409
    what = Bilingual("扉を自動では開けられません", "No door can be opened by itself")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "立入りの記録と期間は有効です。入口は、運用者が手順書に従って開け閉めしてください",
        "The record and its period hold; the operator opens and shuts the way in by hand, by the runbook",
    )


class DoorStillThere(EngineError):
    """It should be closed and is read back open. Details: ``engine``, ``door``."""

    code = "CLD-511"
    status = 409
    passing = True
    what = Bilingual("閉じたはずの扉が開いています", "A door that should be closed is open")
    why = Bilingual("{engine} に {door} が残っています", "{engine} still has {door}")
    remedy = Bilingual(
        "閉じたことを読み戻せるまで自動でやり直します。続くときは、クラウドの管理画面で消してください",
        "It is tried until it is proved closed; if it goes on, delete it at the provider by hand",
    )


class DoorUnaccounted(EngineError):
    """A door is open and no record says that it may be. Details: ``engine``, ``door``."""

    code = "CLD-512"
    status = 409
    what = Bilingual("記録のない扉が開いています", "A door is open without a record")
    why = Bilingual(
        "{engine} に {door} がありますが、いま認められた立入りはありません",
        "{engine} has {door}, and no access is allowed now",
    )
    remedy = Bilingual(
        "環境の画面の「記録のない扉を閉じる」で閉じ、だれが開けたかを操作の記録で確かめてください",
        "Close it by “Close doors without a record” on the page of the environment, "
        "and see the trail for who opened it",
    )
