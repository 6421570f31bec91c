"""The measures, against values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.regulations.domain.evaluation.measure import (
    Judged,
    agreement,
    average_precision,
    bootstrap,
    calibration,
    precision,
    recall,
)

# Scores 0.9 yes, 0.8 no, 0.7 yes; one true case was not found at all.
FOUR = [
    Judged("甲", 0.9, 1),
    Judged("甲", 0.8, 0),
    Judged("乙", 0.7, 1),
    Judged("乙", None, 1),
]


def test_recall_counts_what_was_not_found() -> None:
    assert recall(FOUR, 0.85) == pytest.approx(1 / 3)
    assert recall(FOUR, 0.0) == pytest.approx(2 / 3)


def test_precision_is_of_what_is_read() -> None:
    assert precision(FOUR, 0.75) == pytest.approx(1 / 2)
    assert precision(FOUR, 0.95) == 0.0


def test_average_precision_by_hand() -> None:
    """(1/1 + 2/3) / 3: two are met at precision 1 and 2/3, the third never."""
    assert average_precision(FOUR) == pytest.approx((1 + 2 / 3) / 3)


def test_equal_scores_are_read_together() -> None:
    tied = [Judged("甲", 0.5, 1), Judged("甲", 0.5, 0)]
    assert average_precision(tied) == average_precision(tied[::-1]) == pytest.approx(0.5)


def test_a_case_counts_for_those_it_stands_for() -> None:
    cases = [Judged("甲", 0.9, 1, weight=1), Judged("甲", 0.9, 0, weight=3)]
    assert precision(cases, 0.5) == pytest.approx(0.25)
    assert calibration(cases) == [(pytest.approx(0.9), pytest.approx(0.25), 2)]


def test_kappa_of_a_published_table() -> None:
    """Two raters, 50 cases: both yes 20, both no 15, the first alone 5, the second alone 10: kappa 0.4."""
    first = [True] * 20 + [True] * 5 + [False] * 10 + [False] * 15
    second = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    assert agreement(first, second) == pytest.approx(0.4)


def test_agreement_needs_two_judges_of_the_same_cases() -> None:
    with pytest.raises(ValueError, match="two judges"):
        agreement([True], [True, False])


def test_an_interval_holds_its_figure_and_is_the_same_each_time() -> None:
    cases = [Judged(str(n % 7), n / 50, n % 3 == 0) for n in range(50)]
    once = bootstrap(cases, average_precision, draws=200)
    assert once == bootstrap(cases, average_precision, draws=200)
    assert once.low <= once.value <= once.high
    assert once.low < once.high


def test_drawing_laws_is_wider_than_drawing_cases_would_be() -> None:
    """All of one law right, all of another wrong: what matters is how many laws there are."""
    cases = [Judged("甲", 1.0, 1)] * 50 + [Judged("乙", 0.0, 1)] * 50
    interval = bootstrap(cases, lambda drawn: recall(drawn, 0.5), draws=200)
    assert (interval.low, interval.high) == (0.0, 1.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_measures_stay_between_nothing_and_all(pairs: list[tuple[float, bool]]) -> None:
    cases = [Judged("甲", score, truth) for score, truth in pairs]
    assert 0 <= average_precision(cases) <= 1 + 1e-9
    assert recall(cases, 0.0) == (1.0 if any(truth for _, truth in pairs) else 0.0)
