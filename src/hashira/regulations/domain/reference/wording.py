"""The words of references, each looked at by itself: a place with its numbers, what joins two, what they do
(参照の言い方).

Nothing here knows which law or where it stands; :mod:`hashira.regulations.domain.reference.recogniser` does.
"""

from __future__ import annotations

import re

from hashira.regulations.domain.reference.reference import ReferenceKind

_N = "[〇一二三四五六七八九十百千0-9０-９]+"
PLACE = re.compile(
    rf"(?P<section>附則)?"
    rf"(?:(?P<article>第{_N}[条條](?:の{_N}(?![条項号月日年円人分]))*)|(?P<near_article>前条|次条|同条|本条|この条|前(?P<articles>[二三四五六七八九十])条))?"
    rf"(?:(?P<paragraph>第{_N}項)|(?P<near_paragraph>前項|次項|同項|この項|本項|前各項|前(?P<paragraphs>[二三四五六七八九十])項))?"
    rf"(?:(?P<item>第{_N}号(?:の{_N})*)|(?P<near_item>前号|次号|同号|この号|前各号|次の各号|各号|前(?P<items>[二三四五六七八九十])号))?"
    rf"(?:(?<=[号二三四五六七八九十])(?P<letter>[イロハニホヘトチリヌルヲワカヨタレソツネナラム])(?=[、。及又若並にのからまで]|$))?"
    rf"|(?P<table>別表(?:第{_N}(?:の{_N})*)?)"
)
STARTS = re.compile(
    r"第(?=[〇一二三四五六七八九十百千0-9０-９]+[条條項号])|前[条項号各二三四五六七八九十]|次[条項号]|同[条項号]"
    r"|本[条項]|(?<!以下)この[条項号]|各号|次の各号|附則第|別表"
)
_JOINED = re.compile(r"(?:まで)?(?:の規定)?(?:、?(?:及び|又は|若しくは|並びに)|から|、)(?:同法|同令|同規則)?")
_BRACKET = re.compile(r"[（(][^（）()]*[）)]")
_IMPLEMENTED = re.compile(
    r"(?:の規定による|に規定する|の)?(?:政令|[^、。]{0,14}省令|[^、。]{0,10}規則|条例|内閣府令)で定める"
)
_APPLIED = re.compile(r"の規定は[、，][^。]*準用する|の規定を準用する|を準用する")
_YEAR = re.compile(r"(?:明治|大正|昭和|平成|令和)[元〇一二三四五六七八九十百0-9０-９]+年[^年、。「」（）]*\Z")
_FORM_BEFORE = ("様式", "別記", "付録", "書式", "別図")
_FORM_AFTER = re.compile(r"様式|書式|厚生年金|被保険者|議定書|分類|種")


def names_a_form(text: str, start: int, end: int) -> bool:
    """様式第二号, 第二号様式, 平成十四年法律第八十七号: a number, and no place in a law."""
    if not text.startswith("第", start) or "条" in text[start:end] or "項" in text[start:end]:
        return False
    if text[start - 1 : start] in ("律", "令", "例", "則", "示", "告", "達") and _YEAR.search(
        text, max(0, start - 24), start
    ):
        return True
    return text.endswith(_FORM_BEFORE, 0, start) or _FORM_AFTER.match(text, end) is not None


def quoted(text: str, start: int) -> bool:
    """Whether the words stand in 「」: words that are read otherwise or were changed, not a reference."""
    return text.rfind("「", 0, start) > text.rfind("」", 0, start)


def joined_by(between: str) -> bool:
    """Whether a list goes on over these words."""
    plain = between
    while (shorter := _BRACKET.sub("", plain)) != plain:
        plain = shorter
    return _JOINED.fullmatch(plain) is not None


def kind_of(text: str, end: int) -> ReferenceKind:
    """What the words after a reference do with it: leave to it, apply it, or only name it."""
    sentence = text[end : end + 400].partition("。")[0]
    if _IMPLEMENTED.match(sentence):
        return ReferenceKind.DELEGATION
    applied = _APPLIED.search(sentence)
    if applied and _only_places(sentence[: applied.start()]):
        return ReferenceKind.APPLICATION
    return ReferenceKind.MENTION


_BEFORE_APPLIED = re.compile("の規定は[、，]|を準用する")


def before_application(text: str) -> str:
    """The words in which the references stand that :func:`kind_of` takes for applications, and a few more.

    >>> before_application("前条は、公布の日から施行する。第三条の規定は、第四条の検査について準用する。")
    '第三条'
    """
    found = [mark.start() for mark in _BEFORE_APPLIED.finditer(text)]
    return "\n".join([text[text.rfind("。", 0, mark) + 1 : mark] for mark in found])


def end_of_application(text: str) -> int:
    """Behind which no reference is an application any more."""
    return max(text.rfind("の規定は、"), text.rfind("の規定は，"), text.rfind("を準用する"), 0)


def _only_places(between: str) -> bool:
    """Whether between the reference and what is said of it stand only further places and brackets."""
    plain = re.sub(r"（[^（）]*）", "", between)
    plain = re.sub(
        r"[第前次同各〇一二三四五六七八九十百千0-9条項号のイ-ン、及び又は並に若しくから、まで]", "", plain
    )
    return len(plain) <= 2
