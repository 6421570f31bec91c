"""Provisions of the same wording in different laws (同文の条項).

Numbers, names of laws and ministries, and references are masked; what is left is the family. So one decision
can serve many provisions, which is what the 共通 sheets of the 工程表 did by hand.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

_OFFICES = "主務＃"
_OFFICE = re.compile("大臣|省令|府令|庁長官|委員会規則")
"""What the mask of offices ends with: asked first, since the mask itself is tried at every letter."""
_MASKS = (
    (re.compile(r"（[^（）]*）"), ""),
    (
        re.compile(
            r"第[〇一二三四五六七八九十百千0-9０-９]+[条項号](?:の[〇一二三四五六七八九十0-9０-９]+)*"
        ),
        "第＃",
    ),
    (re.compile(r"[前同次本][条項号各]|前[二三四五六七八九]項|各号"), "第＃"),
    (
        re.compile(r"[〇一二三四五六七八九十百千万0-9０-９]+(?=[年月日時分人回度歳円メキミセ箇件条項号])"),
        "＃",
    ),
    (re.compile(rf"[一-龥]{{2,8}}(?:{_OFFICE.pattern})"), _OFFICES),
    (re.compile(r"(?:都道府県|市町村|市|町|村|区|都|道|府|県)(?:知事|長)"), "長＃"),
    (re.compile(r"(?:この法律|この政令|この省令|この規則|この条例|この府令|この命令|法|令)(?=第＃)"), "＃"),
)
_MARKS = "、，・「」"
_JOINED = "(?:から|まで|及び|又は|若しくは|並びに|の規定により|において準用する)?"
_REPEATED = re.compile(rf"(?:＃第＃|第＃){_JOINED}(?:＃?第＃{_JOINED})*")  # begins with one of two letters


def masked(text: str) -> str:
    """The wording without what differs from law to law.

    >>> masked("厚生労働大臣は、第五条第二項の検査をさせることができる。") == masked(
    ...     "国土交通大臣は、第十一条第一項の検査をさせることができる。"
    ... )
    True
    """
    for pattern, mask in _MASKS:
        if mask != _OFFICES or _OFFICE.search(text):
            text = pattern.sub(mask, text)
    for mark in _MARKS:
        text = text.replace(mark, "")
    text = "".join(text.split())
    return _REPEATED.sub("＃", text) if "第＃" in text else text


@lru_cache(maxsize=16)  # one text after the other has several categories
def family_id(text: str) -> str:
    """Ten letters that all provisions of the same wording share, in every scan."""
    return hashlib.blake2b(masked(text).encode(), digest_size=5).hexdigest()
