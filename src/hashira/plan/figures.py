"""What this system counts about itself: nothing yet, and it says so (重点計画の数値)."""

from __future__ import annotations

from hashira.kernel.figure import Figure, NotCounted
from hashira.kernel.language import Bilingual


def figures() -> tuple[Figure | NotCounted, ...]:
    """Until there is something to count, the reason why there is no figure."""
    return (
        NotCounted(
            "plan",
            Bilingual("重点計画", "The Priority Plan"),
            Bilingual("施策をまだ扱っていません", "It does not deal with measures yet"),
        ),
    )
