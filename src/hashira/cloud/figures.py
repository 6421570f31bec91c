"""What this system counts about itself: nothing yet, and it says so (ガバメントクラウドの数値)."""

from __future__ import annotations

from hashira.kernel.figure import Figure, NotCounted
from hashira.kernel.language import Bilingual


def figures() -> tuple[Figure | NotCounted, ...]:
    """Until there is something to count, the reason why there is no figure."""
    return (
        NotCounted(
            "cloud",
            Bilingual("ガバメントクラウド", "Government Cloud"),
            Bilingual(
                "環境も申請もまだ扱っていません",
                "It deals with no environment yet",
            ),
        ),
    )
