"""Rates and times left, from what a job reports."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.core.jobs.progress import WRITE_SECONDS, Meter, Sample, rate_over, seconds_left


def test_the_rate_is_that_of_the_window_not_of_the_whole_run() -> None:
    meter = Meter()
    for second in range(101):  # 1 a second for 50 seconds, then 10 a second
        meter.take(float(second), second if second <= 50 else 50 + (second - 50) * 10)
    assert meter.rate == pytest.approx(10.0)


def test_the_window_spans_its_length_though_reports_are_rare() -> None:
    meter = Meter()
    for at, done in ((0.0, 0), (40.0, 400), (80.0, 800)):
        meter.take(at, done)
    assert meter.rate == pytest.approx(10.0)


def test_units_reported_again_after_a_crash_say_nothing_about_the_speed() -> None:
    meter = Meter(start=1000)
    for unit in range(1, 1001):
        meter.take(unit * 1e-6, unit)
    meter.take(1.0, 1001)
    meter.take(2.0, 1002)
    assert meter.done == 1002
    assert meter.rate is not None
    assert meter.rate < 1.1


def test_writes_are_at_least_a_fifth_of_a_second_apart() -> None:
    meter, written = Meter(), []
    for tick in range(1000):
        at = tick / 100
        if meter.take(at, tick):
            meter.wrote(at)
            written.append(at)
    assert written[0] == 0.0
    assert all(later - earlier >= WRITE_SECONDS - 1e-9 for earlier, later in pairwise(written))
    assert 40 <= len(written) <= 51
    assert meter.unwritten


def test_progress_never_goes_back() -> None:
    meter = Meter(start=5)
    assert not meter.take(1.0, 4)
    assert meter.take(2.0, 9)
    meter.take(3.0, 7)
    assert meter.done == 9


@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, 10**9)), max_size=20))
def test_any_reports_in_order_give_a_rate_that_is_none_or_not_negative(
    reports: list[tuple[float, int]],
) -> None:
    ordered = zip(sorted(at for at, _ in reports), sorted(done for _, done in reports), strict=True)
    rate = rate_over([Sample(at, done) for at, done in ordered])
    assert rate is None or rate >= 0


@pytest.mark.parametrize(
    ("done", "total", "rate", "left"),
    [
        (0, 100, 10.0, 10.0),
        (99, 100, 0.5, 2.0),
        (100, 100, 10.0, 0.0),
        (101, 100, None, 0.0),
        (0, 100, None, None),
        (0, 100, 0.0, None),
        (7, None, 3.0, None),
    ],
)
def test_seconds_left(done: int, total: int | None, rate: float | None, left: float | None) -> None:
    assert seconds_left(done=done, total=total, rate=rate) == left
