"""The states of a job (ジョブの状態) and the ways between them."""

from __future__ import annotations

from enum import StrEnum

from hashira.kernel.language import Bilingual


class JobState(StrEnum):
    """Where a job stands.

    ``requested`` is committed with the business that asked for it; ``queued`` once DBOS knows of it too.
    """

    REQUESTED = "requested"
    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"

    @property
    def over(self) -> bool:
        """Whether nothing will happen to the job any more."""
        return self in OVER

    @property
    def label(self) -> Bilingual:
        """The name of the state for people."""
        return _LABELS[self]


OVER = frozenset({JobState.CANCELLED, JobState.FAILED, JobState.DONE})
WAITING = frozenset({JobState.REQUESTED, JobState.QUEUED})
AT_WORK = frozenset({JobState.RUNNING, JobState.CANCELLING})

_LABELS = {
    JobState.REQUESTED: Bilingual("受付済み", "Requested"),
    JobState.QUEUED: Bilingual("順番待ち", "Waiting"),
    JobState.RUNNING: Bilingual("実行中", "Running"),
    JobState.CANCELLING: Bilingual("取消し中", "Being cancelled"),
    JobState.CANCELLED: Bilingual("取消し済み", "Cancelled"),
    JobState.FAILED: Bilingual("失敗", "Failed"),
    JobState.DONE: Bilingual("完了", "Done"),
}


def after_cancellation(state: JobState) -> JobState | None:
    """The state after somebody asks to cancel; None if the job is over and cannot be.

    Work not begun ends at once; work in hand ends at its next step.

    >>> after_cancellation(JobState.QUEUED), after_cancellation(JobState.RUNNING)
    (<JobState.CANCELLED: 'cancelled'>, <JobState.CANCELLING: 'cancelling'>)
    >>> after_cancellation(JobState.DONE) is None
    True
    """
    if state in WAITING:
        return JobState.CANCELLED
    return JobState.CANCELLING if state in AT_WORK else None
