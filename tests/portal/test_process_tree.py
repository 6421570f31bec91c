"""When a worker that died is started again."""

from __future__ import annotations

from hashira.portal.process_tree import Backoff


def test_each_death_in_a_row_is_answered_later_up_to_a_bound() -> None:
    backoff = Backoff(first=0.5, longest=4.0)
    assert [backoff.after(0.1) for _ in range(6)] == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_one_that_lived_long_is_started_again_soon() -> None:
    backoff = Backoff(first=0.5, longest=30.0, steady=30.0)
    assert [backoff.after(lived) for lived in (0.1, 0.1, 0.1, 31.0, 0.1)] == [0.5, 1.0, 2.0, 0.5, 1.0]
