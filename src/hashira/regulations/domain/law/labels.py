"""Numbers as laws print them, and as ids write them (条・項・号の番号)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from hashira.kernel.numerals import read_number

IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
_ARTICLE = re.compile(
    r"第?([元〇一二三四五六七八九十百千0-9]+)[条章節款目編號号項]?((?:[のノ][〇一二三四五六七八九十百千0-9]+)*)"
)
_RANGE = re.compile(r"(.+?)(?:から|乃至|及び|及|・|、|：|～)(.+?)(?:まで)?")


@lru_cache(maxsize=16384)
def article_number(label: str) -> str:
    """The number in an id for a title: of articles, chapters and the like; empty if it is none.

    >>> [article_number(title) for title in ("第九条の三", "第三十八条から第八十四条まで", "第１２条")]
    ['9_3', '38:84', '12']
    >>> article_number("第三百六十七条及び第三百六十八条"), article_number("目次")
    ('367:368', '')
    """
    plain = unicodedata.normalize("NFKC", label)
    found = _ARTICLE.fullmatch(plain)
    if found:
        numbers = [found[1], *re.split("[のノ]", found[2])[1:]]
        values = [read_number(number) for number in numbers]
        return "" if None in values else "_".join(str(value) for value in values)
    both = _RANGE.fullmatch(plain)
    if both:
        first, last = article_number(both[1]), article_number(both[2])
        return f"{first}:{last}" if first and last else ""
    return ""


_APPENDIX = re.compile(r"第?([〇一二三四五六七八九十百0-9]+)号?((?:[のノ][〇一二三四五六七八九十百0-9]+)*)")


@lru_cache(maxsize=16384)
def appendix_number(title: str) -> str:
    """The number in the title of a 別表 or 様式; empty if it has none.

    >>> [appendix_number(title) for title in ("別表第一の二（第三条関係）", "様式第１２号", "別表")]
    ['1_2', '12', '']
    """
    plain = unicodedata.normalize("NFKC", title).partition("(")[0]
    found = _APPENDIX.search(plain)
    return article_number(found[1] + found[2]) if found else ""


@lru_cache(maxsize=16384)
def item_number(label: str, depth: int) -> str:
    """The number in an id for the label of an item (depth 0) or subitem; empty if it is none.

    >>> item_number("九の二", 0), item_number("ロ", 1), item_number("（３）", 2), item_number("（ｉｖ）", 3)
    ('9_2', '2', '3', '4')
    """
    plain = unicodedata.normalize("NFKC", label).strip("().,、。 ")
    if not plain:
        return ""
    number = article_number(plain)
    if number:
        return number
    both = _RANGE.fullmatch(plain)
    if both:
        first, last = item_number(both[1], depth), item_number(both[2], depth)
        return f"{first}:{last}" if first and last else ""
    head, *branches = re.split("[のノ](?=[〇一二三四五六七八九十0-9])", plain)
    value = _letter(head, depth)
    if value is None:
        return ""
    tail = [read_number(branch) for branch in branches]
    return "" if None in tail else "_".join(str(part) for part in (value, *tail))


def _letter(head: str, depth: int) -> int | None:
    if len(head) == 1 and head in IROHA:
        return (IROHA if depth < 2 else AIUEO if head not in "イロハ" else IROHA).find(head) + 1 or None
    low = head.lower()
    if low and all(c in _ROMAN for c in low) and depth >= 2:
        total = 0
        for c, after in zip(low, [*low[1:], ""], strict=True):
            total += -_ROMAN[c] if after and _ROMAN[after] > _ROMAN[c] else _ROMAN[c]
        return total
    if len(head) == 1 and "a" <= low <= "z":
        return ord(low) - ord("a") + 1
    return None
