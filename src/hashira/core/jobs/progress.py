"""How fast a job goes and how long it will take (進捗): pure arithmetic over what it reported."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

WINDOW_SECONDS = 30.0
"""The rate is the mean of this long, so that it follows a change without jumping about."""
WRITE_SECONDS = 0.2
"""Progress goes to the database at most this often."""


@dataclass(frozen=True, slots=True)
class Sample:
    """``done`` units were done at ``at`` seconds of some steady clock."""

    at: float
    done: int


def rate_over(samples: Sequence[Sample]) -> float | None:
    """Units per second between the first sample and the last; None where they do not tell.

    >>> rate_over([Sample(10.0, 0), Sample(12.0, 30), Sample(14.0, 100)])
    25.0
    >>> rate_over([Sample(10.0, 5)]) is None
    True
    """
    if len(samples) < 2:
        return None
    seconds = samples[-1].at - samples[0].at
    units = samples[-1].done - samples[0].done
    return units / seconds if seconds > 0 and units >= 0 else None


def seconds_left(*, done: int, total: int | None, rate: float | None) -> float | None:
    """Seconds until ``total`` at ``rate`` units a second; None where total or rate is not known.

    >>> seconds_left(done=40, total=100, rate=20.0)
    3.0
    >>> seconds_left(done=100, total=100, rate=None)
    0.0
    >>> seconds_left(done=40, total=100, rate=0.0) is None
    True
    """
    if total is None:
        return None
    if done >= total:
        return 0.0
    return (total - done) / rate if rate else None


@dataclass(slots=True)
class Meter:
    """Takes what a running job reports, and says when to write it down and at which rate.

    ``start`` is what the database already holds: after a crash the job reports its first units again, in no
    time, and these say nothing about its speed.
    """

    start: int = 0
    done: int = 0
    _samples: deque[Sample] = field(default_factory=deque)
    _written: Sample | None = None

    def take(self, at: float, done: int) -> bool:
        """Notes that ``done`` units are done at ``at``; says whether this is to be written now."""
        if done < self.start:
            return False
        self.done = max(self.done, done)
        self._samples.append(Sample(at, self.done))
        while len(self._samples) > 2 and self._samples[1].at <= at - WINDOW_SECONDS:
            self._samples.popleft()
        return self._written is None or at - self._written.at >= WRITE_SECONDS

    def wrote(self, at: float) -> None:
        """Told when what was noted has been written."""
        self._written = Sample(at, self.done)

    @property
    def unwritten(self) -> bool:
        """Whether something was noted since it was last written."""
        return bool(self._samples) and (self._written is None or self._written.done != self.done)

    @property
    def rate(self) -> float | None:
        """Units per second over the last ``WINDOW_SECONDS``."""
        return rate_over(self._samples)
