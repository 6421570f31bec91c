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
            Bilingual(
                "洗い出した条項は、まだこの仕組みの中に保存されません",
                "Provisions that are found are not kept in the system yet",
            ),
        ),
    )
