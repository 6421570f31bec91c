"""What the review counts about itself (アナログ規制の見直しの数値)."""

from __future__ import annotations

from datetime import UTC, datetime

from hashira.kernel.figure import Figure
from hashira.kernel.language import Bilingual
from hashira.regulations.selectors.findings import FindingRows
from hashira.regulations.selectors.laws import counted

_LIKELY = 0.5
_PROVISIONS = Bilingual("件", "findings")


def figures() -> tuple[Figure, ...]:
    """Laws that are kept, and what the last scan found in them, counted now."""
    now = datetime.now(UTC)
    return (
        Figure(
            "regulations.laws",
            Bilingual("取り込んだ法令・例規", "Laws and ordinances kept"),
            sum(counted().values()),
            Bilingual("件", "laws"),
            now,
            Bilingual("いまの本文があるもの", "Those that have a current text"),
        ),
        Figure(
            "regulations.findings",
            Bilingual("洗い出した候補", "Findings of the last scan"),
            FindingRows().count({}),
            _PROVISIONS,
            now,
            Bilingual("条項と区分の組。人が決める前の候補", "Provision and category; nobody has decided yet"),
        ),
        Figure(
            "regulations.findings.likely",
            Bilingual("有力な候補（確からしさ0.5以上）", "Likely findings (0.5 or more)"),
            FindingRows(minimum=_LIKELY).count({}),
            _PROVISIONS,
            now,
            Bilingual("読む人が「当たる」と言う見込みが半分以上", "A reader is as likely as not to say yes"),
        ),
    )
