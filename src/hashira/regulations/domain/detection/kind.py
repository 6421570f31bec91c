"""Type and phase of a finding, suggested from its words (類型・Phaseの候補). A person confirms them.

The class of the verb decides the type: judging (判定) is inspection, clarifying (明らかにする) is survey, watching
is patrol. The manner decides the phase: a bare duty is phase 1-①; 「その他適切な方法」 leaves room, 1-②; an
electronic way in the same sentence is phase 2; an electronic way without the old one is phase 3.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """A suggestion, with the words that made it."""

    type: str
    type_words: str
    phase: str
    phase_words: str


_PATTERN = dict[str, tuple[tuple[str, re.Pattern[str]], ...]]

_TYPES: _PATTERN = {
    "目視": (
        ("巡視・見張り", re.compile(r"巡視|巡回|見張|監視|見回|看守|巡検|見廻|警戒")),
        ("検査・点検", re.compile(r"検査|点検|目視|外観|検視|診断|検診|検眼|異常|臨検|検分|診察|査察|立会")),
        ("調査", re.compile(r"調査|実態|踏査|測量|検証|実測|状況を把握|立ち?入")),
    ),
    "実地監査": (("検査・点検・監査", re.compile("")),),
    "定期検査・点検": (
        ("調査・測定", re.compile(r"測定|調査|観測|分析|健康診断|検診|検便|棚卸|試験")),
        ("第三者検査", re.compile(r"検査を受け|検定を受け|受検|検査の申請|大臣[^。]{0,20}検査|知事[^。]{0,20}検査|検査証|定期検査|長の検査|審査")),
        ("自主検査", re.compile("")),
    ),
    "常駐・専任": (
        ("専任", re.compile(r"専任|専従|専属|専ら|もつぱら|もっぱら|兼ね|兼務|兼任|兼職")),
        ("常駐", re.compile(r"常駐|常勤|常時|駐在|宿直|当直|在勤|常に")),
        ("必置", re.compile("")),
    ),
    "対面講習": (
        ("教育・訓練", re.compile(r"特別の教育|保安教育|安全教育|訓練|教育を(?:行|施|実施)")),
        ("講習・研修", re.compile("")),
    ),
    "書面掲示": (
        ("行政の公示", re.compile(r"公示|掲示場|掲示板|庁舎|裁判所|市役所|役場|事務所の(?:掲示|門)|公告|告示|送達|市町村|都道府県")),
        ("事業者の掲示", re.compile("")),
    ),
    "往訪閲覧・縦覧": (
        ("縦覧", re.compile(r"縦覧|公衆")),
        ("閲覧", re.compile("")),
    ),
    "記録媒体": (
        ("保存・調製", re.compile(r"調製|保存|備え|帳簿|登記|登録簿|記録して|ファイル|原簿|名簿")),
        ("提出・交付", re.compile("")),
    ),
}  # fmt: skip
"""The first that matches the words nearest to the trigger, else the whole sentence; the last is the rest."""

_OTHER_WAYS = re.compile(
    r"その他(?:の)?(?:適切な|適当な|相当の|これに(?:準ずる|類する)|の)方法|同等以上の方法|その他適[切当]な方法|これに代わる方法|認める方法"
)
_DIGITAL = re.compile(
    r"電磁的方法|電磁的記録|電気通信回線|自動公衆送信|インターネット|電子情報処理組織|オンライン|ウェブサイト|情報通信の?技術|映像と?音声|"
    r"遠隔|無人航空機"
)  # fmt: skip
_PHYSICAL = {
    "書面掲示": re.compile(r"掲示|掲げ|標識|見やす|貼|備え"),
    "往訪閲覧・縦覧": re.compile(r"閲覧|縦覧|謄写|備え"),
}
_WINDOW = 30


def kind_of(category: str, sentence: str, start: int, end: int) -> Kind:
    """The suggestion for a trigger that stands at ``start`` to ``end`` of a sentence.

    >>> kind_of("目視", "前号の点検は、目視その他適切な方法により行うこと。", 7, 9)
    Kind(type='検査・点検', type_words='目視', phase='1-②', phase_words='その他適切な方法')
    """
    type_, type_words = _type(category, sentence, start, end)
    other = _OTHER_WAYS.search(sentence)
    digital = _DIGITAL.search(sentence)
    if digital and category != "記録媒体":
        physical = _PHYSICAL.get(category)
        if physical is not None and not physical.search(sentence):
            return Kind(type_, type_words, "3", digital[0])
        return Kind(type_, type_words, "2", digital[0])
    if digital and category == "記録媒体":
        return Kind(type_, type_words, "2", digital[0])
    if other:
        return Kind(type_, type_words, "1-②", other[0])
    return Kind(type_, type_words, "1-①", "")


def _type(category: str, sentence: str, start: int, end: int) -> tuple[str, str]:
    choices = _TYPES.get(category, ())
    near = sentence[max(0, start - _WINDOW) : end + _WINDOW]
    for text in (sentence[start:end], near, sentence):
        for type_, pattern in choices[:-1]:
            found = pattern.search(text)
            if found:
                return type_, found[0]
    if not choices:
        return "", ""
    last, pattern = choices[-1]
    found = pattern.search(sentence)
    return last, found[0] if found else ""
