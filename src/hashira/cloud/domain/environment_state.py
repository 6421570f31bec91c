"""How an environment stands, and how one of its steps does (環境と手順の状態)."""

from __future__ import annotations

from enum import StrEnum

from hashira.kernel.language import Bilingual


class EnvironmentState(StrEnum):
    """Where an environment stands."""

    REQUESTED = "requested"
    VENDING = "vending"
    READY = "ready"
    PARKED = "parked"
    """Vending stopped at an error that does not pass; somebody puts it right and tries again."""
    DEVIATING = "deviating"
    """It was ready, and reading back finds something missing or changed."""
    AMENDING = "amending"
    """It is in use and becomes what a new order says."""
    STALLED = "stalled"
    """A change stopped at an error that does not pass; the order of before is the one that counts."""
    LOST = "lost"
    """The cloud has forgotten it: a sandbox that was reset."""
    WITHDRAWN = "withdrawn"
    """Given up before it was ready; what had been made was taken away again."""
    SUSPENDING = "suspending"
    SUSPENDED = "suspended"
    RESUMING = "resuming"
    CLOSING = "closing"
    CLOSED = "closed"

    @property
    def label(self) -> Bilingual:
        """The name of the state for people."""
        return _LABELS[self]

    @property
    def at_work(self) -> bool:
        """Whether a job is on it or waits to be."""
        return self in AT_WORK

    @property
    def over(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self in OVER


_STATE = EnvironmentState
AT_WORK = frozenset(
    {
        _STATE.REQUESTED,
        _STATE.VENDING,
        _STATE.AMENDING,
        _STATE.SUSPENDING,
        _STATE.RESUMING,
        _STATE.CLOSING,
    }
)
OVER = frozenset({_STATE.WITHDRAWN, _STATE.CLOSED})
_LABELS = {
    _STATE.REQUESTED: Bilingual("順番待ち", "Waiting"),
    _STATE.VENDING: Bilingual("払出し中", "Being vended"),
    _STATE.READY: Bilingual("利用中", "In use"),
    _STATE.PARKED: Bilingual("払出しが止まっています", "Stopped at an error"),
    _STATE.DEVIATING: Bilingual("基準とのずれ", "Deviates from the baseline"),
    _STATE.AMENDING: Bilingual("変更の作業中", "Being changed"),
    _STATE.STALLED: Bilingual("変更が止まっています", "A change stopped at an error"),
    _STATE.LOST: Bilingual("クラウドから消えました", "Lost with the cloud"),
    _STATE.WITHDRAWN: Bilingual("取りやめ", "Given up"),
    _STATE.SUSPENDING: Bilingual("休止の作業中", "Being suspended"),
    _STATE.SUSPENDED: Bilingual("休止中", "Suspended"),
    _STATE.RESUMING: Bilingual("再開の作業中", "Being resumed"),
    _STATE.CLOSING: Bilingual("廃止の作業中", "Being closed"),
    _STATE.CLOSED: Bilingual("廃止済み", "Closed"),
}


class StepState(StrEnum):
    """How far one step is."""

    WAITING = "waiting"
    APPLIED = "applied"
    """The provider said yes; nobody has read it back yet."""
    VERIFIED = "verified"
    MISSING = "missing"
    """It was verified, and a later read-back does not find it so."""
    FAILED = "failed"
    COMPENSATED = "compensated"

    @property
    def label(self) -> Bilingual:
        """The name of the state for people."""
        return _STEP_LABELS[self]


_STEP_LABELS = {
    StepState.WAITING: Bilingual("これから", "To come"),
    StepState.APPLIED: Bilingual("読み戻し待ち", "To be read back"),
    StepState.VERIFIED: Bilingual("確認済み", "Read back"),
    StepState.MISSING: Bilingual("ずれ", "Deviates"),
    StepState.FAILED: Bilingual("失敗", "Failed"),
    StepState.COMPENSATED: Bilingual("取消し済み", "Undone"),
}
