"""Provisions of a law in the style of an ordinance (例規の書き方への書き換え).

There are no labelled provisions of ordinances. So labelled provisions of laws are written as a city would
write them, and it is looked at whether they are still found: 横書き with arabic digits, (1) ア (ア), 市長
where a minister stands, 条例 and 規則 where 法律, 政令 and 省令 stand, and today's spelling (よって for
よつて).

Written from the law model and from how ordinances are written, without the rules of the detector: it must
not help them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from hashira.kernel.numerals import read_number
from hashira.regulations.domain.law.labels import AIUEO, IROHA
from hashira.regulations.domain.law.law import LawText, Rank
from hashira.regulations.domain.law.schema import Part, UnitKind
from hashira.regulations.domain.law.units import Unit

_K = "[〇一二三四五六七八九十百千]"
_PLACE = re.compile(rf"第({_K}+)([条項号編章節款目])((?:の{_K}+(?![{_K[1:-1]}]*[条項号人月日年]))*)")
_FRACTION = re.compile(rf"({_K}+)分の({_K}+)")
_TENS = re.compile(rf"({_K}+)(万|億)(?=[円人キ件個トメ平立])")
_COUNTED = re.compile(
    rf"(?<![一-龥〇])({_K}+)(?=年|月|週|日(?!本)|時間|時|分(?!の|な)|秒|人|名(?!称)|箇|か所|件|個|台|回|度|歳|円|以上|以下"
    r"|メートル|センチ|ミリ|キロ|グラム|リットル|平方|立方|トン|パーセント|級|種|通|倍|ヘクタール|区画|棟|世帯|床|本(?!人))"
)
_AFTER_KANJI = re.compile(
    rf"(?<=[以満内毎約各後前過経齢直計])({_K}+)(?=年|月|週|日(?!本)|時間|分(?!の|な)|秒|人|回|度|歳|円|メートル)"
)
_ERA_YEAR = re.compile(rf"(?<=明治|大正|昭和|平成|令和)({_K}+)(?=年)")
_LAW_NUMBER = re.compile(rf"(法律|政令|[府省]令|規則|告示|条例)第({_K}+)号")
_LETTER_RANGE = re.compile(f"([{IROHA}])から([{IROHA}])まで")
_LETTER = re.compile(
    f"(?<=[号、又若及])([{IROHA}])(?=[、及又若の（に。]|$)|([{IROHA}])(?=に(?:掲げる|規定する|該当))"
)
_SMALL_TSU = re.compile("(?<=[ぁ-ん一-龥])つ(?=[てた])(?!つたない)")

_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"左の各号", "次の各号"),
        (r"左に掲げる", "次に掲げる"),
        (r"左記", "次"),
        # Who: the head of the city for the head of a ministry or of a prefecture, its staff for theirs.
        (r"(?:内閣総理大臣及び)?(?:主務|所管|[一-龥]{2,8})大臣(?:又は[一-龥]{2,8}大臣)*", "市長"),
        (r"内閣総理大臣|都道府県知事|道府県知事|厚生労働省令?局長", "市長"),
        (r"[一-龥]{2,8}庁長官|[一-龥]{2,10}(?:整備|運輸|産業|厚生|財務|農政|環境|労働)局長", "市長"),
        (r"市長(?:又は市長|及び市長)+", "市長"),
        (r"都道府県", "市"),
        (r"官報", "市公報"),
        # What is left to whom: 規則 of the city for 政令 and 省令.
        (
            r"(?:政令|主務省令|[一-龥]{2,8}省令|内閣府令|デジタル庁令|[一-龥]{2,8}委員会規則)で定める",
            "規則で定める",
        ),
        (r"(?:政令|主務省令|[一-龥]{2,8}省令|内閣府令)の定める", "規則の定める"),
        (r"この(?:省令|府令|政令|命令)", "この規則"),
        (r"この法律|本法", "この条例"),
    )
)
_OWN_ACT = re.compile(r"(?<![一-龥ァ-ヴ])法(?=(?:第|附則|別表|の規定))")
_OWN_ORDER = re.compile(r"(?<![一-龥ァ-ヴ])令(?=(?:第|附則|別表|の規定))")
_TITLES = (
    (re.compile(r"に関する(?:法律|政令|省令|命令|規則)$|(?:法律|法)$"), "条例"),
    (re.compile(r"(?:施行令|施行規則|政令|省令|府令|命令|規則|令)$"), "規則"),
)


def restyled_text(text: str, rank: Rank = Rank.ACT) -> str:
    """The words of a provision as an ordinance has them.

    >>> restyled_text("国土交通大臣は、第九条の三第二号ロに規定する検査を三年以内ごとに一回行う。")
    '市長は、第9条の3第2号イに規定する検査を3年以内ごとに1回行う。'
    >>> restyled_text("一般の用に供する施設の一部で政令で定めるものは、よつて立つ面積の十分の一以上とする。")
    '一般の用に供する施設の一部で規則で定めるものは、よって立つ面積の10分の1以上とする。'
    """
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    if rank is not Rank.ACT:  # what an order rests on
        text = _OWN_ACT.sub("条例", text)
        text = _OWN_ORDER.sub("規則", text)
    text = _LETTER_RANGE.sub(lambda m: f"{_kana(m[1])}から{_kana(m[2])}まで", text)
    text = _LETTER.sub(lambda m: _kana(m[1] or m[2]), text)
    return _SMALL_TSU.sub("っ", _with_digits(text))


def _with_digits(text: str) -> str:
    text = _LAW_NUMBER.sub(lambda m: f"{m[1]}第{_digits(m[2])}号", text)
    text = _PLACE.sub(_place, text)
    text = _FRACTION.sub(lambda m: f"{_digits(m[1])}分の{_digits(m[2])}", text)
    text = _TENS.sub(lambda m: f"{_digits(m[1])}{m[2]}", text)
    text = _ERA_YEAR.sub(lambda m: _digits(m[1]), text)
    text = _AFTER_KANJI.sub(lambda m: _digits(m[1]), text)
    return _COUNTED.sub(lambda m: _digits(m[1]), text)


def _place(found: re.Match[str]) -> str:
    branches = "".join(f"の{_digits(branch)}" for branch in found[3].split("の")[1:])
    return f"第{_digits(found[1])}{found[2]}{branches}"


def _digits(kanji: str) -> str:
    number = read_number(kanji)
    return kanji if number is None else str(number)


def _kana(letter: str) -> str:
    return AIUEO[IROHA.index(letter)]


def restyled_title(title: str) -> str:
    """A title for it.

    >>> restyled_title("河川法施行令"), restyled_title("河川法"), restyled_title("食品表示基準")
    ('河川条例施行規則', '河川条例', '食品表示基準に関する条例')
    """
    head, order, _ = title.partition("施行")
    if order and head.endswith("法"):
        return f"{restyled_title(head)}施行規則"
    for pattern, word in _TITLES:
        if pattern.search(title):
            return f"{pattern.sub('', title)}{'に関する' if 'に関する' in title else ''}{word}"
    return f"{title}に関する条例"


def restyled(law: LawText, articles: Collection[str], number: int) -> str:
    """The articles (by their paths) of the main provisions of a law, as the text of one ordinance.

    ``number`` is that of the ordinance. The articles keep their numbers, so that their paths stay the same.
    Empty if the law has none of them.
    """
    rank = law.facts.rank
    lines = [line for article in _articles(law.units, articles) for line in _article(article, rank)]
    if not lines:
        return ""
    title = restyled_title(law.facts.title)
    kind = "条例" if title.endswith("条例") else "規則"
    return "\n".join((f"柱市{title}", f"令和4年6月3日{kind}第{number}号", *lines, ""))


def _articles(units: Sequence[Unit], wanted: Collection[str]) -> Iterator[list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in units:
        path = unit.path.partition("-Pr_")[0]
        if unit.part is Part.MAIN and unit.article and path in wanted:
            found.setdefault(path, []).append(unit)
    yield from found.values()


def _article(units: Sequence[Unit], rank: Rank) -> Iterator[str]:
    first = units[0]
    if first.caption:
        yield f"（{restyled_text(first.caption, rank)}）"
    for unit in units:
        text = restyled_text(unit.text, rank)
        if unit is first:
            head, *branches = unit.article.split("_")
            yield f"第{head}条{''.join(f'の{branch}' for branch in branches)}　{text}"
        elif unit.kind is UnitKind.PARAGRAPH:
            yield f"{unit.paragraph}　{text}"
        elif unit.kind is UnitKind.ITEM:
            head, *branches = unit.item.split("_")
            yield f"({head}){''.join(f'の{branch}' for branch in branches)}　{text}"
        elif unit.kind is UnitKind.SUBITEM and (label := _label(unit.subitems)):
            yield f"{label}　{text}"
        elif text.strip():
            yield text


def _label(subitems: Sequence[str]) -> str:
    """ア, (ア), a for the first three depths; what has another number or lies deeper is an entry."""
    number = subitems[-1]
    if not number.isdigit() or len(subitems) > 3:
        return ""
    if len(subitems) == 3:
        return chr(ord("a") + int(number) - 1) if int(number) <= 26 else ""
    letter = AIUEO[int(number) - 1] if int(number) <= len(AIUEO) else ""
    return letter if len(subitems) == 1 or not letter else f"({letter})"
