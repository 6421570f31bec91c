"""時計."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from hashira.kernel.clock import JST, FixedClock, SystemClock, today_in_japan


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_fixed_clock_answers_in_utc() -> None:
    moment = datetime(2021, 12, 20, 0, 0, tzinfo=timezone(timedelta(hours=9)))
    assert FixedClock(moment).now() == moment
    assert FixedClock(moment).now().tzinfo is UTC


def test_a_fixed_clock_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2021, 12, 20))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2021, 12, 19, 14, 59, 59, tzinfo=UTC), date(2021, 12, 19)),
        (datetime(2021, 12, 19, 15, 0, tzinfo=UTC), date(2021, 12, 20)),
        (datetime(2019, 4, 30, 23, 59, tzinfo=JST), date(2019, 4, 30)),
    ],
)
def test_the_day_in_japan_begins_at_fifteen_hours_utc(moment: datetime, day: date) -> None:
    assert today_in_japan(FixedClock(moment)) == day
