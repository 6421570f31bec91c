"""Every registered rule keeps the promise of its own examples."""

from __future__ import annotations

from functools import cache

import pytest
from tests.regulations.detection.laws import law

from hashira.kernel.language import Bilingual
from hashira.regulations.domain.detection import JAPAN
from hashira.regulations.domain.detection.category import TABLES, UnknownTable, table
from hashira.regulations.domain.detection.occurrence import Finder, Occurrence, without_brackets
from hashira.regulations.domain.detection.rule import (
    RuleClash,
    RuleSet,
    Scope,
    Sign,
    Trigger,
    UnknownRuleSet,
    registered,
    rule_set,
)

TRIGGERS = [(rules, trigger) for rules in registered() for trigger in rules.triggers]
SIGNS = [(rules, sign) for rules in registered() for sign in rules.signs]


@cache
def finder(name: str) -> Finder:
    """Built once: a set of rules takes a moment to be compiled."""
    return Finder(rule_set(name))


def occurrences(rules: RuleSet, sentence: str) -> list[Occurrence]:
    return list(finder(rules.id).occurrences(law(f"**第一条**　{sentence}\n")))


@pytest.mark.parametrize(("rules", "trigger"), TRIGGERS, ids=[trigger.id for _, trigger in TRIGGERS])
def test_a_trigger_catches_its_example_and_not_its_counterexample(rules: RuleSet, trigger: Trigger) -> None:
    number = rules.triggers.index(trigger)
    assert number in {found.trigger for found in occurrences(rules, trigger.example)}
    assert number not in {found.trigger for found in occurrences(rules, trigger.counterexample)}


@pytest.mark.parametrize(("rules", "sign"), SIGNS, ids=[sign.id for _, sign in SIGNS])
def test_a_sign_holds_in_its_example_and_not_in_its_counterexample(rules: RuleSet, sign: Sign) -> None:
    example = sign.example
    if sign.scope is Scope.AFTER:  # what follows a word that a trigger caught
        word = next(w for t in rules.triggers for w in sorted(t.literals, key=len) if w in example)
        example = example[example.index(word) + len(word) :]
    seen = without_brackets if sign.scope is Scope.BARE else str
    assert sign.pattern.search(seen(example))
    assert not sign.pattern.search(seen(sign.counterexample))
    assert sign.only <= set(rules.categories)


def test_a_sign_is_asked_of_its_categories_alone() -> None:
    found = occurrences(JAPAN, "営業所の見やすい場所に掲示し、帳簿を備えて公衆の閲覧に供しなければならない。")
    signs = {JAPAN.triggers[one.trigger].category: set(one.signs) for one in found}
    assert "見やすい場所" in signs["書面掲示"]
    assert "見やすい場所" not in signs["往訪閲覧・縦覧"]
    assert "公衆の縦覧" in signs["往訪閲覧・縦覧"]
    assert "公衆の縦覧" not in signs["書面掲示"]
    assert "文末.義務" in signs["書面掲示"] & signs["往訪閲覧・縦覧"]


def test_what_is_digital_in_brackets_alone_is_not_digital_outside_them() -> None:
    inside = occurrences(
        JAPAN, "帳簿（電磁的記録を含む。）を事務所に備え、公衆の閲覧に供しなければならない。"
    )
    outside = occurrences(JAPAN, "帳簿又は電磁的記録を事務所に備え、公衆の閲覧に供しなければならない。")
    assert inside
    assert all("電子.文" in one.signs and "電子.括弧の外" not in one.signs for one in inside)
    assert outside
    assert all(
        "電子.括弧の外" in one.signs
        for one in outside
        if JAPAN.triggers[one.trigger].category == "往訪閲覧・縦覧"
    )


def test_every_category_has_triggers_types_and_phases() -> None:
    for version in TABLES.values():
        assert {category.id for category in version.categories} == set(JAPAN.categories)
        for category in version.categories:
            assert category.types
            assert [phase.id for phase in category.phases] == ["1-①", "1-②", "2", "3"]
    assert {trigger.category for trigger in JAPAN.triggers} == set(JAPAN.categories)


def test_a_version_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownTable):
        table("1999-01")


def test_two_rules_of_one_name_are_refused() -> None:
    twin = Trigger("一", "目視", ("見る",), Bilingual("見る", "looks"), "見る。", "聞く。")
    with pytest.raises(RuleClash):
        RuleSet("clash", "1", ("目視",), (twin, twin), ())


def test_a_set_that_nobody_registered_is_refused() -> None:
    with pytest.raises(UnknownRuleSet):
        rule_set("xx-XX")


@pytest.mark.parametrize(
    ("old", "category"),
    [
        ("書類ヲ公衆ノ縱覽ニ供スヘシ", "往訪閲覧・縦覧"),
        ("營業所ニ標札ヲ揭示スヘシ", "書面掲示"),
        ("係員ハ現場ニ臨檢シ帳簿ヲ檢査スルコトヲ得", "実地監査"),
        ("專任ノ技術者ヲ置クヘシ", "常駐・専任"),
        ("設備ノ檢査ヲ行フヘシ", "目視"),
    ],
)
def test_old_letters_are_the_same_words(old: str, category: str) -> None:
    assert category in {JAPAN.triggers[found.trigger].category for found in occurrences(JAPAN, old)}


@pytest.mark.parametrize(
    ("sentence", "category"),
    [
        ("その職員に工場に立ち入り、設備を検査させることができる。", "目視"),
        ("その職員に工場に立入り、設備を検査させることができる。", "目視"),
        ("その職員に工場に立ち入つて設備を検査させることができる。", "目視"),
        ("公衆の見易い場所に掲示しなければならない。", "書面掲示"),
        ("公衆の見やすい場所に掲示しなければならない。", "書面掲示"),
        ("フレキシブル・ディスクにより提出する。", "記録媒体"),
        ("フレキシブルディスクにより提出する。", "記録媒体"),
        ("三年以内ごとに一回、設備を点検すること。", "定期検査・点検"),
        ("一月を超えない期間ごとに、設備を点検すること。", "定期検査・点検"),
        ("二週間ごとに一回以上、濃度を測定すること。", "定期検査・点検"),
        ("営業所ごとに、整備管理者を選任しなければならない。", "常駐・専任"),
    ],
)
def test_ways_of_writing_are_caught(sentence: str, category: str) -> None:
    assert category in {JAPAN.triggers[found.trigger].category for found in occurrences(JAPAN, sentence)}


def test_a_sentence_of_thousands_of_words_is_read_to_its_end() -> None:
    """As tables of 読替え have them. Patterns that run away would never come back from it."""
    found = occurrences(JAPAN, "検査する者の所管する施設の設備の状況の帳簿、" * 2_000)
    inspection = next(n for n, trigger in enumerate(JAPAN.triggers) if trigger.id == "目視.検査")
    assert sum(occurrence.trigger == inspection for occurrence in found) == 2_000
