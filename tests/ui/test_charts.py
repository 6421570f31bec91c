"""Charts: lengths are true, nothing is said by colour alone, the table repeats every number."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from hashira.ui import charts


def per_cent(text: str) -> Decimal:
    return Decimal(text.removesuffix("%"))


def test_bars_are_in_proportion_and_carry_their_numbers() -> None:
    chart = charts.bar(title="件数", labels=["甲", "乙", "丙", "丁"], values=[50, 200, 0, None], unit="件")
    bars = chart.bars()
    assert [(b.label, b.total) for b in bars] == [("甲", "50"), ("乙", "200"), ("丙", "0"), ("丁", "—")]
    assert [[p.length for p in b.pieces] for b in bars] == [["25%"], ["100%"], [], []]
    assert bars[0].pieces[0].words == "甲 50件"


@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)),
        min_size=1,
        max_size=20,
    )
)
def test_parts_of_a_stack_follow_each_other_and_never_leave_the_drawing(rows: list[tuple[int, ...]]) -> None:
    series = [charts.Series(f"s{i}", tuple(row[i] for row in rows)) for i in range(3)]
    chart = charts.stacked(title="t", labels=[str(i) for i in range(len(rows))], series=series)
    longest = max(sum(row) for row in rows)
    for row, bar in zip(rows, chart.bars(), strict=True):
        reached = Decimal(0)
        for piece in bar.pieces:
            assert abs(per_cent(piece.start) - reached) <= Decimal("0.02")
            reached = per_cent(piece.start) + per_cent(piece.length)
        assert reached <= Decimal("100.02")
        if longest:
            assert abs(reached - Decimal(sum(row)) * 100 / longest) <= Decimal("0.03")


@given(st.decimals(min_value=0, max_value=10**15, places=3))
def test_an_axis_covers_its_largest_value_in_round_steps(largest: Decimal) -> None:
    steps = charts.axis_steps(largest)
    assert 2 <= len(steps) <= 6
    assert steps[0] == 0
    assert steps[-1] >= largest
    if largest:
        assert steps[-2] < largest
    gaps = {b - a for a, b in pairwise(steps)}
    assert len(gaps) == 1
    assert gaps.pop().normalize().as_tuple().digits in {(1,), (2,), (5,)}


def test_a_missing_value_breaks_the_line() -> None:
    chart = charts.line(title="t", labels=list("abcde"), series=[charts.Series("s", (1, 2, None, 4, 5))])
    (trace,) = chart.lines().traces
    assert len(trace.pieces) == 2
    assert len(trace.points) == 4


def test_higher_values_stand_higher_and_zero_on_the_axis() -> None:
    chart = charts.line(title="t", labels=list("abc"), series=[charts.Series("s", (0, 50, 100))])
    drawing = chart.lines()
    heights = [Decimal(y) for _x, y, _words in drawing.traces[0].points]
    assert heights[0] > heights[1] > heights[2]
    assert heights[0] == Decimal(drawing.grid[0].y)
    assert heights[0] - heights[1] == heights[1] - heights[2]


def test_a_narrow_screen_shows_fewer_labels() -> None:
    labels = [f"{i}月" for i in range(1, 13)]
    chart = charts.line(title="t", labels=labels, series=[charts.Series("s", tuple(range(12)))])
    assert [m.words for m in chart.lines().labels if not m.sparse] == [
        "1月",
        "3月",
        "5月",
        "7月",
        "9月",
        "11月",
    ]


@pytest.mark.parametrize(
    ("labels", "series"),
    [
        (["a"], [charts.Series("s", (1, 2))]),
        (["a"], [charts.Series("s", (-1,))]),
        (["a"], []),
        (["a"], [charts.Series(str(i), (1,)) for i in range(7)]),
    ],
)
def test_what_cannot_be_shown_truly_is_refused(labels: list[str], series: list[charts.Series]) -> None:
    with pytest.raises(ValueError, match=r"chart|values"):
        charts.stacked(title="t", labels=labels, series=series)


@pytest.mark.parametrize("kind", ["stacked", "line"])
def test_series_differ_in_more_than_colour_and_the_table_holds_all(kind: str) -> None:
    series = [charts.Series(f"系列{i}", (i * 1000 + 1, i * 1000 + 2)) for i in range(6)]
    chart = getattr(charts, kind)(title="<t>", labels=["甲", "乙"], series=series, unit="件")
    html = engines["django"].from_string("{% load ui %}{% chart chart %}").render({"chart": chart})
    table = html[html.index("<table") :]
    for i in range(6):
        assert f"{i * 1000 + 1:,}" in table
        assert f"{i * 1000 + 2:,}" in table
    assert "style=" not in html
    assert "<t>" not in html
    if kind == "stacked":
        assert all(f'-p{i}"' in html for i in range(6))
    else:
        assert all(f'class="dads-chart__point" data-series="{i}"' in html for i in range(6))
        assert '<title id="' in html


def test_no_data_is_no_failure() -> None:
    assert charts.bar(title="t", labels=[], values=[]).bars() == ()
    assert charts.line(title="t", labels=[], series=[charts.Series("s", ())]).lines().labels == ()
    assert charts.bar(title="t", labels=["a"], values=[0]).bars()[0].pieces == ()
