"""How a version of the baseline reaches everybody: in waves, halted by what goes wrong (段階適用)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hashira.cloud.domain.application.names import STAGE_NAMES, TENANT_NAMES
from hashira.cloud.domain.environment_order import Stage, TenantClass
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST_WAVES = 12
LONGEST_PAUSE_MINUTES = 14 * 24 * 60
AT_ONCE = 10
"""So many changes of one rollout are under way at a time: a halt has to wait for no more than these."""
FAILED_VERIFICATION = "CLD-305"
"""The code of what is read back otherwise than it was done; one is enough to halt."""


class RolloutState(StrEnum):
    """How a rollout stands."""

    PROPOSED = "proposed"
    RUNNING = "running"
    HALTED = "halted"
    RETURNING = "returning"
    """Everybody goes back to the version of before."""
    DONE = "done"
    RETURNED = "returned"
    REFUSED = "refused"

    @property
    def label(self) -> Bilingual:
        """Its name for people."""
        return _LABELS[self]

    @property
    def over(self) -> bool:
        """Whether nothing happens by itself any more."""
        return self in (RolloutState.DONE, RolloutState.RETURNED, RolloutState.REFUSED)


_LABELS = {
    RolloutState.PROPOSED: Bilingual("承認待ち", "To be approved"),
    RolloutState.RUNNING: Bilingual("適用中", "Being rolled out"),
    RolloutState.HALTED: Bilingual("停止中", "Halted"),
    RolloutState.RETURNING: Bilingual("元に戻しています", "Being taken back"),
    RolloutState.DONE: Bilingual("適用済み", "Rolled out"),
    RolloutState.RETURNED: Bilingual("元に戻しました", "Taken back"),
    RolloutState.REFUSED: Bilingual("見送り", "Refused"),
}


class EntryState(StrEnum):
    """How one environment of a rollout stands."""

    WAITING = "waiting"
    ASKED = "asked"
    LATER = "later"
    """It cannot be changed now (suspended, lost …); it is, as soon as it is in use again."""
    DONE = "done"
    FAILED = "failed"
    LEFT = "left"
    """It is closed, or was never reached."""
    TO_RETURN = "to-return"
    RETURNING = "returning"
    STUCK = "stuck"
    """Going back stopped at an error."""
    RETURNED = "returned"

    @property
    def label(self) -> Bilingual:
        """Its name for people."""
        return _ENTRY_LABELS[self]


_ENTRY_LABELS = {
    EntryState.WAITING: Bilingual("これから", "To come"),
    EntryState.ASKED: Bilingual("作業中", "Being changed"),
    EntryState.LATER: Bilingual("利用の再開を待っています", "Waits until it is in use"),
    EntryState.DONE: Bilingual("読み戻して確認済み", "Read back"),
    EntryState.FAILED: Bilingual("失敗", "Failed"),
    EntryState.LEFT: Bilingual("対象外", "Left as it is"),
    EntryState.TO_RETURN: Bilingual("元に戻す予定", "To be taken back"),
    EntryState.RETURNING: Bilingual("元に戻しています", "Being taken back"),
    EntryState.STUCK: Bilingual("元に戻せていません", "Not taken back"),
    EntryState.RETURNED: Bilingual("元に戻しました", "Taken back"),
}


class RolloutRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-412"
    what = Bilingual("段階適用を受け付けられません", "The rollout was not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直してください", "Put it right")
    status = 422


@dataclass(frozen=True, slots=True)
class Wave:
    """Whom a wave takes in, of those whom none before it did; no word on a matter means all."""

    stages: tuple[Stage, ...] = ()
    classes: tuple[TenantClass, ...] = ()
    most: int | None = None
    """At most so many, those first that have been there longest."""

    def takes(self, stage: str, tenant_class: str) -> bool:
        """Whether an environment of that kind belongs to it.

        >>> Wave(stages=(Stage.VERIFICATION,)).takes("production", "local")
        False
        """
        return (not self.stages or stage in self.stages) and (
            not self.classes or tenant_class in self.classes
        )

    @property
    def label(self) -> Bilingual:
        """Whom it takes in, in words."""
        kinds = [*(TENANT_NAMES[one] for one in self.classes), *(STAGE_NAMES[one] for one in self.stages)]
        if not kinds:
            kinds = [Bilingual("残りのすべて", "all that are left")]
        most_ja, most_en = (f"（{self.most}件まで）", f" (up to {self.most})") if self.most else ("", "")
        return Bilingual(
            "・".join(one.ja for one in kinds) + most_ja, ", ".join(one.en for one in kinds) + most_en
        )


DEFAULT_WAVES = (
    Wave(stages=(Stage.DEVELOPMENT, Stage.VERIFICATION)),
    Wave(stages=(Stage.PRODUCTION, Stage.OPERATION), most=3),
    Wave(),
)
"""What no resident's data is in, then a few that have, then everybody."""


def read_waves(document: object) -> tuple[Wave, ...]:
    """From JSON: a list of ``{"stages": […], "classes": […], "most": n}``; the last takes all that are left.

    Raises:
        RolloutRefused: with what is wrong.
    """
    if not isinstance(document, list) or not 1 <= len(document) <= MOST_WAVES:
        raise _refused("waves", f"段階は1から{MOST_WAVES}までです", f"There are one to {MOST_WAVES} waves")
    waves = tuple(_wave(one) for one in document)
    return waves if waves[-1] == Wave() else (*waves, Wave())


def waves_to_json(waves: Iterable[Wave]) -> list[dict[str, Any]]:
    """The inverse of :func:`read_waves`."""
    return [
        {
            "stages": [one.value for one in wave.stages],
            "classes": [one.value for one in wave.classes],
            "most": wave.most,
        }
        for wave in waves
    ]


def _wave(given: object) -> Wave:
    if not isinstance(given, Mapping) or not set(given) <= {"stages", "classes", "most"}:
        raise _refused(
            "waves", "段階は stages・classes・most で書きます", "A wave has stages, classes and most"
        )
    most = given.get("most")
    if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 1):
        raise _refused("waves", "most は1以上の数です", "most is a number from 1")
    try:
        stages = tuple(Stage(one) for one in given.get("stages", ()))
        classes = tuple(TenantClass(one) for one in given.get("classes", ()))
    except (TypeError, ValueError) as error:
        raise _refused("waves", f"知らない区分です：{error}", f"There is no such kind: {error}") from error
    return Wave(stages, classes, most)


def _refused(field: str, ja: str, en: str) -> RolloutRefused:
    return RolloutRefused(field=field, reason=Bilingual(ja, en))
