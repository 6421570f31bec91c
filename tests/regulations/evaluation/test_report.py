"""What an evaluation reports, on a ranking small enough to read."""

from __future__ import annotations

from hashira.regulations.domain.evaluation.gold import GoldEntry, GoldPart
from hashira.regulations.domain.evaluation.report import gold_report, label_report, whole_report
from hashira.regulations.domain.law.law_family import family_of

PLACES = [(f"法{n}", "Mp-At_1-Pr_1") for n in range(10)]
SCORES = {place: 1 - n / 10 for n, place in enumerate(PLACES)}
"""法0 is the best, 法9 the last."""


def entry(n: int, first: str, second: str | None, weight: float = 1.0) -> GoldEntry:
    def said(word: str) -> frozenset[str]:
        return frozenset({word} if word else ())

    part = GoldPart.TRAIN if second is None else GoldPart.TEST
    answers = (said(first), None if second is None else said(second))
    return GoldEntry(f"法{n}", "Mp-At_1-Pr_1", f"法{n}", part, "", weight, "", *answers, frozenset())


def test_reading_is_counted_against_the_keyword_list() -> None:
    later = ("法20", "Mp-At_1-Pr_1")  # came into the law after the text that was scanned
    report = label_report("目視", {PLACES[0], PLACES[2], later}, set(PLACES), SCORES, set(PLACES[:5]))
    assert (report.labels, report.existing, report.found) == (3, 2, 2)
    assert (report.keyword_load, report.keyword_recall) == (5, 1.0)
    assert report.recall_at[0.4].value == 0.5  # two paragraphs read: 法0 and 法1
    assert report.recall_at[0.75].value == 1.0  # three read
    assert report.read_for_aim == 3
    assert report.missed == ()


def test_what_has_no_score_is_missed_and_named() -> None:
    unfound = ("法30", "Mp-At_1-Pr_1")
    report = label_report("目視", {PLACES[0], unfound}, {*PLACES, unfound}, SCORES, set(PLACES))
    assert report.missed == (unfound,)
    assert report.recall_at[1.0].value == 0.5
    assert report.read_for_aim is None


def test_a_tie_at_the_end_of_a_budget_is_not_read() -> None:
    """Who reads two of three equal ones has no way to choose: none of them counts."""
    tied = {PLACES[0]: 0.9, PLACES[1]: 0.5, PLACES[2]: 0.5, PLACES[3]: 0.5}
    report = label_report("目視", {PLACES[1]}, set(PLACES), tied, set(PLACES[:5]))
    assert report.recall_at[0.4].value == 0.0
    assert report.recall_at[1.0].value == 1.0


def test_without_a_list_there_is_no_budget() -> None:
    report = label_report("目視", {PLACES[0]}, set(PLACES), SCORES, None)
    assert report.keyword_load is None
    assert report.recall_at == {}
    assert report.read_for_aim == 1


def test_the_gold_set_tells_precision_and_agreement() -> None:
    entries = [entry(0, "目視", "目視"), entry(1, "", ""), entry(2, "目視", ""), entry(9, "", "")]
    report = gold_report("目視", entries, SCORES)
    assert report.positive == 1.5
    assert report.kappa == 0.5
    assert report.recall_at_half.value == 1.0
    assert report.precision_at_half.value == 0.5  # of 法0, 法1 and 法2: one, none and a half


def test_one_judge_alone_gives_no_agreement() -> None:
    report = gold_report("目視", [entry(0, "目視", None), entry(1, "", None)], SCORES)
    assert report.kappa is None
    assert report.positive == 1


def test_the_best_are_of_all_categories_together() -> None:
    entries = [entry(0, "目視", "目視"), entry(9, "目視", "目視")]
    whole = whole_report(entries, {"目視": SCORES, "書面掲示": {PLACES[0]: 0.95}}, best=3)
    assert whole.best == 2  # 法0 as 目視 and as 書面掲示; 法9 is not among the best
    assert whole.precision_of_best.value == 0.5


def test_all_categories_together_weigh_what_their_paragraphs_stand_for() -> None:
    entries = [entry(0, "目視", "目視", 2.0), entry(1, "書面掲示", "書面掲示", 6.0)]
    whole = whole_report(entries, {"目視": SCORES, "書面掲示": {}})
    assert whole.estimated == 8.0
    assert whole.recall_at[0.02].value == 0.25  # 法1 is not found as 書面掲示


def test_an_act_and_its_orders_are_one_family() -> None:
    titles = ("労働安全衛生法", "労働安全衛生法施行令", "労働安全衛生法施行規則")
    assert {family_of(title) for title in titles} == {"労働安全衛生法"}
    assert family_of("消防法") != family_of("消防組織法")
