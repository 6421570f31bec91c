"""What this system counts about itself: nothing yet, and it says so (アナログ規制の見直しの数値)."""

from __future__ import annotations

from hashira.kernel.figure import Figure, NotCounted
from hashira.kernel.language import Bilingual


def figures() -> tuple[Figure | NotCounted, ...]:
    """Until there is something to count, the reason why there is no figure."""
    return (
        NotCounted(
            "regulations",
            Bilingual("アナログ規制の見直し", "Review of analog regulations"),
            Bilingual("規制の条項をまだ扱っていません", "It does not deal with provisions of law yet"),
        ),
    )
