"""What ranks, categories and rules are called on pages (画面での呼び名)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hashira.kernel.language import Bilingual
from hashira.regulations.domain.detection import JAPAN
from hashira.regulations.domain.detection.category import table
from hashira.regulations.domain.detection.finding import LEARNT
from hashira.regulations.domain.law.law import Rank
from hashira.regulations.domain.reference import ReferenceKind

RANK_NAMES = {
    Rank.CONSTITUTION: _("憲法"),
    Rank.ACT: _("法律"),
    Rank.CABINET_ORDER: _("政令"),
    Rank.IMPERIAL_ORDER: _("勅令"),
    Rank.MINISTERIAL_ORDINANCE: _("府省令"),
    Rank.RULE: _("規則（国の機関）"),
    Rank.MISCELLANEOUS: _("その他の法令"),
    Rank.ORDINANCE: _("条例"),
    Rank.ORDINANCE_RULE: _("規則（自治体）"),
    Rank.NOTIFICATION: _("告示"),
    Rank.NOTICE: _("通知・通達"),
    Rank.GUIDELINE: _("要綱・要領"),
}
RANK_CHOICES = tuple((rank.value, name) for rank, name in RANK_NAMES.items())
_TABLE = table()
CATEGORY_CHOICES = tuple((category.id, category.name) for category in _TABLE.categories)
SHORT_NAMES = {category.id: Bilingual(category.id, category.name.en) for category in _TABLE.categories}
_TYPE_NAMES = {(c.id, own.id): own.name for c in _TABLE.categories for own in c.types}
REFERENCE_KINDS = {
    ReferenceKind.MENTION.value: _("引用"),
    ReferenceKind.APPLICATION.value: _("準用"),
    ReferenceKind.DELEGATION.value: _("委任"),
}
PHASE = Bilingual("Phase", "Phase")
PHASE_CHOICES = tuple(
    (phase.id, phase.id) for phase in {p.id: p for c in _TABLE.categories for p in c.phases}.values()
)
_RULES = {rule.id: rule.why for rule in (*JAPAN.triggers, *JAPAN.signs)}
_ELSEWHERE = {
    "参照.準用": Bilingual("準用する条項がアナログ規制らしい", "It applies a provision that is likely one"),
    "参照.委任": Bilingual(
        "この条項を受けた政省令がアナログ規制らしい", "An order made under it is likely one"
    ),
    "参照.根拠": Bilingual(
        "根拠になる法律の条項がアナログ規制らしい", "The provision that it rests on is likely one"
    ),
    LEARNT: Bilingual("近くの文字の並び（学習による）", "Characters near it (learnt)"),
}


LIKELY = 0.5
"""From here on a finding is worth an officer's first look (有力)."""


def type_name(category: str, type: str) -> Bilingual | str:
    """What a type (類型) of a category is called; one that the table no longer has keeps its own words."""
    return _TYPE_NAMES.get((category, type), type)


def rule_name(rule: str) -> Bilingual | str:
    """What a rule looks at, in words; of a type or phase its meaning."""
    if rule in _RULES:
        return _RULES[rule]
    if rule in _ELSEWHERE:
        return _ELSEWHERE[rule]
    kind, _dot, value = rule.partition(".")
    if kind in ("類型", "Phase"):
        return Bilingual(f"{kind}「{value}」とした言葉", f"Words behind {kind} {value}")
    return rule
