"""The plain keyword list that the detector of analog regulations is measured against. **Frozen 2026-11-24.**

This is how the first review was done: an officer types a few words for each category into the search of a
law database and reads every paragraph that comes up. It was written down before the first line of the
detector existed, and must not be changed with it: a weaker list would make the detector look better.

Words: those that the counts of literal keywords in the law of 2022-06-03 were taken with (see
``docs/explanation/keyword-baseline.md``). A category's hit is a paragraph (項, with its 号 and イロハ) of the
main provisions (本則) in which one of its words stands, in today's spelling; 定期検査・点検 and the posts of
常駐・専任 need two words in one paragraph, in this order, because one alone would return half of all law.
"""

from __future__ import annotations

import re
from typing import Final

#: Category (規制類型) → the words an officer types. A tuple within is words in one paragraph, in this order.
KEYWORDS: Final[dict[str, tuple[str | tuple[str, str], ...]]] = {
    "目視": ("目視", "立入検査", "巡視", "見張", "臨検"),
    "実地監査": ("実地", "監査"),
    "定期検査・点検": tuple(
        (often, act)
        for often in ("定期に", "定期の", "定期的", "毎年", "毎月", "毎日", "ごとに", "回以上")
        for act in ("検査", "点検", "調査", "測定")
    ),
    "常駐・専任": ("専任", "常駐", "常勤", ("ごとに", "置か"), ("ごとに", "置く")),
    "対面講習": ("講習", "研修"),
    "書面掲示": ("掲示", "見やすい", "標識"),
    "往訪閲覧・縦覧": ("閲覧", "縦覧"),
    "記録媒体": ("フレキシブルディスク", "磁気ディスク", "シー・ディー・ロム", "フロッピー"),
}


def _pattern(words: tuple[str | tuple[str, str], ...]) -> re.Pattern[str]:
    return re.compile(
        "|".join(
            re.escape(word) if isinstance(word, str) else f"{re.escape(word[0])}.*{re.escape(word[1])}"
            for word in words
        ),
        re.DOTALL,
    )


_PATTERNS: Final = {category: _pattern(words) for category, words in KEYWORDS.items()}


def categories_of(paragraph: str) -> frozenset[str]:
    """The categories whose words stand in the text of one paragraph.

    >>> sorted(categories_of("事業者は、設備を定期に点検し、営業所の見やすい場所に掲示しなければならない。"))
    ['定期検査・点検', '書面掲示']
    """
    return frozenset(category for category, pattern in _PATTERNS.items() if pattern.search(paragraph))
