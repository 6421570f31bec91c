"""The points of documents that have no articles: 第1 1 (1) ア (ア) a ① of notices and guidelines (項目).

They are neither 項 nor 号, and what stands under what differs from document to document. So a path tells the
manner of each: ``Mp-Dp_1-Np_2-Bp_1-Kp_1`` is 第1の2(1)ア. Where no 第1 stands above, the citation begins with
記, as such documents are cited: ``Mp-Np_2-Bp_1`` is 記2(1).

>>> points_in_words("Dp_1-Np_2-Bp_1-Kp_1".split("-")), points_in_words("Np_2-Qp_3".split("-"))
('第1の2(1)ア', '記2丸3')
>>> read_points("第1の2(1)ア"), read_points("記2丸3"), read_points("第1条")
((['Dp_1', 'Np_2', 'Bp_1', 'Kp_1'], 8), (['Np_2', 'Qp_3'], 4), ([], 0))
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from hashira.kernel.numerals import read_number
from hashira.regulations.domain.law.labels import AIUEO

TAGS = frozenset({"Dp", "Np", "Bp", "Kp", "Cp", "Lp", "Ep", "Qp"})
"""第1, 1, (1), ア, (ア), a, (a), ①."""
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_ABC = "abcdefghijklmnopqrstuvwxyz"
_LINES = (
    ("Dp", re.compile(r"第([0-9〇一二三四五六七八九十]{1,3})(?:\s+|$)")),
    ("Qp", re.compile(r"([①-⑳])\s*")),
    ("Bp", re.compile(r"[(（]([0-9０-９]{1,3})[)）]\s*")),
    ("Cp", re.compile(r"[(（]([ア-ン])[)）]\s*")),
    ("Ep", re.compile(r"[(（]([a-zａ-ｚ])[)）]\s*")),
    ("Np", re.compile(r"([0-9]{1,3})(?:[.．]\s*(?![0-9])|[\s　]+)")),
    ("Kp", re.compile(r"([ア-ン])[\s　]+")),
    ("Lp", re.compile(r"([a-z])[\s　]+")),
)
_HALF_WIDTH = str.maketrans(
    "０１２３４５６７８９ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ", "0123456789" + _ABC
)


class Label(NamedTuple):
    """The label with which a line begins."""

    tag: str
    number: str
    end: int
    """Where the words of the line begin."""


def label_of(line: str) -> Label | None:
    """The label of a point, or ``None`` for a line that has none.

    >>> label_of("第１　趣旨"), label_of("（２）点検"), label_of("1.5メートル")
    (Label(tag='Dp', number='1', end=3), Label(tag='Bp', number='2', end=3), None)
    """
    plain = line.translate(_HALF_WIDTH)  # as long as the line
    for tag, pattern in _LINES:
        found = pattern.match(plain)
        if found:
            number = _number(found[1])
            return Label(tag, str(number), found.end()) if number else None
    return None


def _number(label: str) -> int | None:
    for alphabet in (_CIRCLED, AIUEO, _ABC):
        if label in alphabet:
            return alphabet.index(label) + 1
    return read_number(label)


def is_point(segment: str) -> bool:
    """Whether a segment of a path is a point."""
    return segment.partition("_")[0] in TAGS


def top_point(path: str) -> str:
    """The path of the outermost point that a path is in; empty if it is in none.

    >>> top_point("Mp-Dp_1-Np_2-Li_1"), top_point("Mp-At_1-Pr_1")
    ('Mp-Dp_1', '')
    """
    segments = path.split("-")
    for index, segment in enumerate(segments):
        if is_point(segment):
            return "-".join(segments[: index + 1])
    return ""


def points_in_words(segments: Sequence[str]) -> str:
    """A run of points as a citation has it; empty if there is one that words cannot tell."""
    words: list[str] = []
    for index, segment in enumerate(segments):
        tag, _, digits = segment.partition("_")
        told = _words(tag, int(digits)) if digits.isdigit() and digits != "0" else ""
        if not told:
            return ""
        if not index:
            words.append("第" if tag == "Dp" else "記")
        elif tag == "Np":
            words.append("の")
        elif tag == "Dp":
            return ""
        words.append(told)
    return "".join(words)


def _words(tag: str, number: int) -> str:
    if tag in ("Dp", "Np"):
        return str(number)
    if tag == "Bp":
        return f"({number})"
    if tag == "Qp":
        return f"丸{number}"
    alphabet = AIUEO if tag in ("Kp", "Cp") else _ABC
    if number > len(alphabet):
        return ""
    letter = alphabet[number - 1]
    return f"({letter})" if tag in ("Cp", "Ep") else letter


_FIRST = re.compile(r"第(?P<Dp>[0-9]+)(?![0-9条項号編章節款目])|記")
_NEXT = re.compile(
    r"(?:(?<=記)|の)(?P<Np>[0-9]+)|\((?P<Bp>[0-9]+)\)|丸(?P<Qp>[0-9]+)|\((?P<Cp>[ア-ン])\)|\((?P<Ep>[a-z])\)"
    r"|(?P<Kp>[ア-ン])|(?P<Lp>[a-z])"
)


def read_points(text: str) -> tuple[list[str], int]:
    """The points with which a place in words begins, and where they end; none and 0 if it has none."""
    first = _FIRST.match(text)
    if first is None:
        return [], 0
    segments = [f"Dp_{int(first['Dp'])}"] if first["Dp"] else []
    position = first.end()
    while following := _NEXT.match(text, position):
        tag = following.lastgroup
        assert tag is not None
        segments.append(f"{tag}_{_number(following[tag])}")
        position = following.end()
    return (segments, position) if segments else ([], 0)
