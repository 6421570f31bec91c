"""Small numbers in what is published: nobody is to be recognised by being one of few (少数の秘匿).

Counts of people below 10 are hidden. Where only one count of a column is hidden it could be had back from a
total, so the smallest of the others is hidden with it.
"""

from __future__ import annotations

from collections.abc import Sequence

THRESHOLD = 10
HIDDEN = "10未満 / <10"
"""What stands for a hidden count; for one that is hidden only with another, too."""


def publishable(counts: Sequence[int]) -> tuple[int | None, ...]:
    """The counts of one column, ``None`` where one is hidden.

    >>> publishable([120, 9, 0, 33, 50]), publishable([120, 9, 3, 33]), publishable([10, 0])
    ((120, None, 0, None, 50), (120, None, None, 33), (10, 0))
    """
    small = {at for at, count in enumerate(counts) if 0 < count < THRESHOLD}
    if len(small) == 1:
        others = [at for at, count in enumerate(counts) if count and at not in small]
        if others:
            small.add(min(others, key=lambda at: counts[at]))
    return tuple(None if at in small else count for at, count in enumerate(counts))
