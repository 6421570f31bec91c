"""What a reader sees as one character (書記素), for counting and cutting text with names in it.

A character of a name may be several code points: 葛 with a variation selector that picks its shape
(Unicode IVD), a kana with a combining voiced mark, a Latin letter with accents, a Hangul syllable in jamo,
an emoji joined from others. Lengths count such clusters and no cut goes through one. This follows the
rules GB3 to GB13 of UAX #29 with the character properties that Python's ``unicodedata`` has; prepended
marks (GB9b) and Indic conjuncts (GB9c), which it does not know, are left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_EXTENDING = frozenset("\u200c\uff9e\uff9f")  # ZWNJ and the half-width voiced marks (Other_Grapheme_Extend)
_SPACING = frozenset("\u0e33\u0eb3")  # Thai and Lao AM, spacing marks although letters (UAX #29 table 2)


def is_variation_selector(character: str) -> bool:
    """Whether the code point only picks the shape of the one before it (U+FE00…FE0F, U+E0100…E01EF).

    >>> is_variation_selector("\\U000e0102"), is_variation_selector("葛")
    (True, False)
    """
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def graphemes(text: str) -> Iterator[str]:
    """The text in clusters; joined together they are the text.

    >>> [len(cluster) for cluster in graphemes("葛\\U000e0102城𠮷")]
    [2, 1, 1]
    """
    start, flags = 0, 0
    for index in range(1, len(text)):
        flags = flags + 1 if _is_flag(text[index - 1]) else 0
        if not _joined(text, start, index, flags):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def grapheme_length(text: str) -> int:
    """The number of characters a reader sees.

    >>> len("葛\\U000e0102"), grapheme_length("葛\\U000e0102")
    (2, 1)
    """
    return sum(1 for _ in graphemes(text))


def truncate(text: str, limit: int) -> str:
    """The first ``limit`` visible characters; never half of one.

    >>> truncate("葛\\U000e0102城市", 1) == "葛\\U000e0102"
    True
    """
    if limit < 0:
        raise ValueError("a limit is not negative")
    kept: list[str] = []
    for cluster in graphemes(text):
        if len(kept) == limit:
            break
        kept.append(cluster)
    return "".join(kept)


def _joined(text: str, start: int, index: int, flags: int) -> bool:
    """Whether there is no border before ``text[index]``; ``flags``: regional indicators right before it."""
    before, here = text[index - 1], text[index]
    if before in "\r\n" or here in "\r\n":  # GB3 to GB5
        return before == "\r" and here == "\n"
    if _is_control(before) or _is_control(here):  # GB4, GB5
        return False
    if _extends(here) or here in _SPACING or unicodedata.category(here) == "Mc":  # GB9, GB9a
        return True
    if before == _JOINER and _pictographic(here):  # GB11
        return _pictographic(text[start])
    if _is_flag(before) and _is_flag(here):  # GB12, GB13
        return flags % 2 == 1
    return _hangul_joined(before, here)


def _extends(character: str) -> bool:
    return (
        character == _JOINER
        or character in _EXTENDING
        or is_variation_selector(character)
        or unicodedata.category(character) in ("Mn", "Me")
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags, as in flags of regions
    )


def _is_control(character: str) -> bool:
    if _extends(character):
        return False
    return unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cf", "Cs")


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _pictographic(character: str) -> bool:
    # Unassigned code points of the emoji blocks are Extended_Pictographic too; So covers the assigned ones.
    return "\U0001f000" <= character <= "\U0001faff" or (
        unicodedata.category(character) == "So" and "\u2190" <= character <= "\u3299"
    )


def _hangul_joined(before: str, here: str) -> bool:
    leading = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c"
    syllable = "\uac00" <= before <= "\ud7a3"
    open_syllable = syllable and (ord(before) - 0xAC00) % 28 == 0
    vowel = "\u1160" <= before <= "\u11a7" or "\ud7b0" <= before <= "\ud7c6"
    trailing = "\u11a8" <= before <= "\u11ff" or "\ud7cb" <= before <= "\ud7fb"
    if "\u1100" <= here <= "\u115f" or "\ua960" <= here <= "\ua97c" or "\uac00" <= here <= "\ud7a3":
        return leading  # GB6
    if "\u1160" <= here <= "\u11a7" or "\ud7b0" <= here <= "\ud7c6":
        return leading or vowel or open_syllable  # GB6, GB7
    if "\u11a8" <= here <= "\u11ff" or "\ud7cb" <= here <= "\ud7fb":
        return syllable or vowel or trailing  # GB7, GB8
    return False
