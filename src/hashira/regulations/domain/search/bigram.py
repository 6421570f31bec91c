"""Text as pairs of characters, so that an index of words finds any two characters of Japanese (二文字の索引).

Japanese has no blanks between words. Cut into overlapping pairs (``目視に`` → ``目視 視に``), a text can be
looked up by any two neighbouring characters, and a longer phrase by pairs that follow each other. An index
over three characters (FTS5 ``trigram``) silently finds nothing for 目視.

What is looked up is folded: letters and digits of full width are those of half width, capitals are small.
The folding keeps the number of characters, so a place in the folded text is a place in the text.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

END: Final = "\ue000"
"""Stands after the last character, so that it too begins a pair. A private character, which no text has."""

_SIGNS_FROM = 0xE100
_KNOWN = re.compile("[0-9a-zぁ-ゖァ-ヺー一-鿋々〇]")


class _Folding(dict[int, str]):
    """What each character becomes; worked out once a character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if 0xFF01 <= code <= 0xFF5E:  # full width
            character = chr(code - 0xFEE0)
        lower = character.lower()
        folded = lower if len(lower) == 1 else character
        self[code] = folded
        return folded


class _Tokens(dict[int, str]):
    """The folded character as an index of words keeps it: signs become private characters, which it keeps.

    A sign must count: without it 「検査、点検」 and 「検査点検」 would be the same. Letters that not every
    index knows as such (rare kanji outside the basic plane) are treated as signs; two of them may become
    one, so a find is compared with the text before it is shown.
    """

    def __missing__(self, code: int) -> str:
        character = _FOLDING[code]
        kept = _KNOWN.fullmatch(character)
        self[code] = character if kept else chr(_SIGNS_FROM + ord(character) % 0x1700)
        return self[code]


_FOLDING = _Folding()
_TOKENS = _Tokens()


def fold(text: str) -> str:
    """The text as it is compared, of the same length.

    >>> fold("第９条ＡＢ　検査")
    '第9条ab\u3000検査'
    """
    return text.translate(_FOLDING)


def pairs(text: str) -> str:
    """The pairs of a text, with blanks between, in their order; empty for an empty text.

    >>> pairs("目視に").replace(END, "$")
    '目視 視に に$'
    """
    told = text.translate(_TOKENS)
    return " ".join(map("".join, zip(told, told[1:] + END, strict=True)))


def phrase(words: str) -> tuple[str, ...]:
    """The pairs that must follow each other where the words stand; of one character, that character alone.

    >>> phrase("目視に"), phrase("印")
    (('目視', '視に'), ('印',))
    """
    told = words.translate(_TOKENS)
    return tuple(map("".join, pairwise(told))) if len(told) > 1 else (told,) * bool(told)
