"""Which ministry a law belongs to (所管).

A ministerial ordinance tells it in its number (国土交通省令, 総務省・財務省令); of ministries that are
gone, their successors are given too. Acts and cabinet orders do not tell it: a census of procedures may.
"""

from __future__ import annotations

from hashira.kernel.errors import HashiraError
from hashira.regulations.domain.law.number import LawNumber

_SUCCESSORS = {
    "厚生省": "厚生労働省",
    "労働省": "厚生労働省",
    "運輸省": "国土交通省",
    "建設省": "国土交通省",
    "国土庁": "国土交通省",
    "北海道開発庁": "国土交通省",
    "運輸通信省": "国土交通省",
    "通商産業省": "経済産業省",
    "商工省": "経済産業省",
    "文部省": "文部科学省",
    "科学技術庁": "文部科学省",
    "大蔵省": "財務省",
    "農林省": "農林水産省",
    "農商務省": "農林水産省",
    "郵政省": "総務省",
    "自治省": "総務省",
    "逓信省": "総務省",
    "総理府": "内閣府",
    "総理庁": "内閣府",
    "経済企画庁": "内閣府",
    "司法省": "法務省",
    "環境庁": "環境省",
    "防衛庁": "防衛省",
    "地方自治庁": "総務省",
}
"""Since the reform of 2001-01-06 and before it, the ministry that took over."""

_BODIES = ("省", "府", "庁", "委員会", "院", "本部", "裁判所")


def ministry_of(number: str) -> str:
    """The ministries that a law's number names, joined by ・; empty for Acts and cabinet orders.

    >>> ministry_of("平成十九年総務省・財務省令第一号"), ministry_of("昭和三十五年厚生省令第二十四号")
    ('総務省・財務省', '厚生労働省')
    >>> ministry_of("昭和四十年政令第十四号"), ministry_of("平成九年国家公安委員会規則第一号")
    ('', '国家公安委員会')
    """
    try:
        kind = LawNumber.read(number).kind
    except HashiraError:
        return ""
    found: list[str] = []
    for name in kind.replace("、", "・").split("・"):
        body = name.removesuffix("規則").removesuffix("令").removesuffix("規程").removesuffix("告示")
        if body.endswith(_BODIES):
            today = _SUCCESSORS.get(body, body)
            if today not in found:
                found.append(today)
    return "・".join(found)
