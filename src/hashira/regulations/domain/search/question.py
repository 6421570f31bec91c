"""What somebody looks for (検索の問い).

Words with blanks between must all be there; ``OR`` (or ``｜``) between two means either; ``-`` in front
means not; quotes 「"」 keep blanks inside. The number of an article is looked for in both ways of writing it:
第9条 also finds 第九条.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.numerals import kanji_number, read_number
from hashira.regulations.domain.search.bigram import fold

LONGEST = 200
"""Characters of a question that are read."""
MOST = 20
"""Words of a question that are read."""
_PIECE = re.compile(r'(?P<not>[-－]?)(?:["“”](?P<quoted>[^"“”]+)["“”]|(?P<plain>[^\s"“”]+))')
_PLACE = re.compile(r"第(?P<number>[〇一二三四五六七八九十百千]+|[0-9０-９]+)(?=[条項号編章節款目])")

_BRANCH = re.compile(r"(?<=[条項号章節])の([〇一二三四五六七八九十百千]+|[0-9０-９]+)")


class NothingToLookFor(HashiraError):
    """No details."""

    code = "REG-050"
    what = Bilingual("探す言葉がありません", "There is nothing to look for")
    why = Bilingual(
        "除く言葉だけでは、ほとんどすべての条項が当たります",
        "Words to leave out alone would find nearly everything",
    )
    remedy = Bilingual("探す言葉を一つは入れてください", "Give at least one word to look for")


class PatternNotUsable(HashiraError):
    """Details: ``reason``."""

    code = "REG-051"
    what = Bilingual("正規表現として読めません", "This is not a usable regular expression")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "括弧の対応を確かめてください。先読み・後読み・後方参照（\\1）は使えません",
        "Check the brackets. Look-around and back-references (\\1) are not available",
    )


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: any of its ways of writing, folded."""

    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Every one of ``wanted`` by at least one of its terms, and none of ``unwanted``."""

    wanted: tuple[tuple[Term, ...], ...]
    unwanted: tuple[Term, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way of writing of what is wanted, the longest first: what is marked in a text."""
        every = {s for terms in self.wanted for term in terms for s in term.spellings}
        return tuple(sorted(every, key=lambda s: (-len(s), s)))

    def fits(self, text: str) -> bool:
        """Whether a text is an answer."""
        folded = fold(text)

        def there(term: Term) -> bool:
            return any(spelling in folded for spelling in term.spellings)

        return all(any(map(there, terms)) for terms in self.wanted) and not any(map(there, self.unwanted))


def read_question(text: str) -> Question:
    """What was typed. Raises ``NothingToLookFor``.

    >>> read_question('目視 OR 視認 "検査 点検" -罰金').wanted[0][1].spellings
    ('視認',)
    >>> read_question("第9条の2").wanted[0][0].spellings
    ('第9条の2', '第九条の二')
    """
    wanted: list[tuple[Term, ...]] = []
    unwanted: list[Term] = []
    either = False
    for piece in list(_PIECE.finditer(text[:LONGEST].replace("｜", " OR ").replace("|", " OR ")))[:MOST]:
        words = piece["quoted"] or piece["plain"]
        if piece["plain"] == "OR":
            either = bool(wanted)
            continue
        term = Term(_spellings(words.strip()))
        if piece["not"]:
            unwanted.append(term)
        elif either:
            wanted[-1] = (*wanted[-1], term)
        else:
            wanted.append((term,))
        either = False
    if not wanted:
        raise NothingToLookFor
    return Question(tuple(wanted), tuple(unwanted))


def _spellings(words: str) -> tuple[str, ...]:
    """The words as given, and with the numbers of articles written in the other way."""
    found = [fold(words)]
    if _PLACE.search(words):
        for change in (_to_kanji, _to_digits):
            other = _rewritten(words, change)
            if fold(other) not in found:
                found.append(fold(other))
    return tuple(found)


def _rewritten(words: str, change: Callable[[str], str]) -> str:
    branched = _BRANCH.sub(lambda found: "の" + change(found[1]), words)
    return _PLACE.sub(lambda found: "第" + change(found["number"]), branched)


def _to_kanji(number: str) -> str:
    value = read_number(number)
    return kanji_number(value) if value is not None and 0 < value < 10_000 else number


def _to_digits(number: str) -> str:
    value = read_number(number)
    return number if value is None else str(value)
