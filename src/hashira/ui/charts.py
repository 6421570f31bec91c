"""Charts drawn on the server as SVG, with the same numbers as a table (図表).

Three kinds: horizontal bars, stacked horizontal bars, lines. A chart never speaks by colour alone: bars carry
their numbers, series differ in pattern or in dash and marker, and the table says it all in words. No script,
no style.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from hashira.ui.parts import Text
from hashira.ui.wording import shown, worded

Number = int | float | Decimal
MOST_SERIES = 6
WIDTH = 720  # user units; the drawing scales with the page
_ROW = 40
_BAR = 24
_RIGHT = 76
_TOP = 8
_BOTTOM = 40
_HEIGHT = 320


@dataclass(frozen=True, slots=True)
class Series:
    """One measured thing along all labels; ``None`` where nothing was measured."""

    label: Text
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Rect:
    """One piece of a bar."""

    x: str
    y: str
    width: str
    height: str
    series: int
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word in the drawing; ``anchor`` as in SVG."""

    x: str
    y: str
    words: str
    anchor: str = "start"
    kind: str = "label"


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line of the grid."""

    x1: str
    y1: str
    x2: str
    y2: str
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of a line chart: unbroken pieces and its points."""

    series: int
    pieces: tuple[str, ...]
    points: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The geometry in user units, as texts ready for attributes."""

    width: int
    height: int
    rects: tuple[Rect, ...] = ()
    marks: tuple[Mark, ...] = ()
    rules: tuple[Rule, ...] = ()
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart says: make one with :func:`bar`, :func:`stacked` or :func:`line`."""

    kind: str
    title: Text
    description: Text
    labels: tuple[Text, ...]
    series: tuple[Series, ...]
    unit: Text = ""
    label_heading: Text = ""

    @property
    def several(self) -> bool:
        return len(self.series) > 1

    def table_rows(self) -> list[tuple[str, list[str]]]:
        """The numbers for the table below the drawing: each label with its values."""
        return [
            (worded(label), [shown(series.values[i]) for series in self.series])
            for i, label in enumerate(self.labels)
        ]

    def drawing(self) -> Drawing:
        """The geometry."""
        return _lines(self) if self.kind == "line" else _bars(self)


def bar(
    *,
    title: Text,
    labels: Sequence[Text],
    values: Sequence[Number | None],
    unit: Text = "",
    description: Text = "",
    label_heading: Text = "",
) -> Chart:
    """Horizontal bars of one series, one for each label; values are not negative."""
    return _chart("bar", title, labels, [Series(title, tuple(values))], unit, description, label_heading)


def stacked(
    *,
    title: Text,
    labels: Sequence[Text],
    series: Sequence[Series],
    unit: Text = "",
    description: Text = "",
    label_heading: Text = "",
) -> Chart:
    """Horizontal bars made of parts, one part for each series; values are not negative."""
    return _chart("stacked", title, labels, series, unit, description, label_heading)


def line(
    *,
    title: Text,
    labels: Sequence[Text],
    series: Sequence[Series],
    unit: Text = "",
    description: Text = "",
    label_heading: Text = "",
) -> Chart:
    """Lines over equally spaced labels (months, years); a ``None`` breaks its line."""
    return _chart("line", title, labels, series, unit, description, label_heading)


def _chart(
    kind: str,
    title: Text,
    labels: Sequence[Text],
    series: Sequence[Series],
    unit: Text,
    description: Text,
    label_heading: Text,
) -> Chart:
    if not 1 <= len(series) <= MOST_SERIES:
        raise ValueError(f"a chart shows 1 to {MOST_SERIES} series; more cannot be told apart")
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.label} has {len(one.values)} values for {len(labels)} labels")
        if any(value is not None and value < 0 for value in one.values):
            raise ValueError("this chart shows amounts from zero; a negative value has no bar")
    return Chart(kind, title, description, tuple(labels), tuple(series), unit, label_heading)


def axis_steps(largest: Number) -> tuple[Decimal, ...]:
    """The marks of an axis from zero: at most six, in steps of 1, 2 or 5 times a power of ten.

    The last is not below ``largest``.

    >>> [str(step) for step in axis_steps(87)]
    ['0', '20', '40', '60', '80', '100']
    """
    top = Decimal(str(largest))
    if top <= 0:
        return (Decimal(0), Decimal(1))
    power = Decimal(10) ** (top.adjusted() - 1)
    for factor in (1, 2, 5, 10, 20, 50):
        step = power * factor
        count = (top / step).to_integral_value(rounding=ROUND_CEILING)
        if count <= 5:
            return tuple(_trim(step * i) for i in range(int(count) + 1))
    raise AssertionError("50 times a hundredth of the power covers any number in five steps")


def _trim(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _unit(value: Decimal | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text_width(text: str) -> int:
    """The width of a text in half-width characters: a kanji takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in text)


def _bars(chart: Chart) -> Drawing:
    totals = [sum(Decimal(str(s.values[i] or 0)) for s in chart.series) for i in range(len(chart.labels))]
    steps = axis_steps(max(totals, default=Decimal(0)))
    words = [worded(label) for label in chart.labels]
    left = min(260, 24 + 8 * max((text_width(w) for w in words), default=0))
    wide = WIDTH - left - _RIGHT
    height = _TOP + _ROW * len(words) + _BOTTOM
    rules, marks = _bar_axis(steps, left, wide, height)
    rects: list[Rect] = []
    for i, word in enumerate(words):
        y = _TOP + _ROW * i + (_ROW - _BAR) / 2
        marks.append(Mark(_unit(left - 12), _unit(y + _BAR / 2), word, "end"))
        x = Decimal(left)
        for number, one in enumerate(chart.series):
            value = one.values[i]
            if not value:
                continue
            length = Decimal(str(value)) / steps[-1] * wide
            said = (
                f"{word} {worded(one.label) + ' ' if chart.several else ''}{shown(value)}{worded(chart.unit)}"
            )
            rects.append(Rect(_unit(x), _unit(y), _unit(length), str(_BAR), number, said))
            x += length
        known = any(one.values[i] is not None for one in chart.series)
        marks.append(
            Mark(_unit(x + 8), _unit(y + _BAR / 2), shown(_plain(totals[i]) if known else None), kind="value")
        )
    return Drawing(WIDTH, height, tuple(rects), tuple(marks), tuple(rules))


def _bar_axis(steps: tuple[Decimal, ...], left: int, wide: int, height: int) -> tuple[list[Rule], list[Mark]]:
    rules, marks = [], []
    foot = height - _BOTTOM
    for step in steps:
        x = _unit(left + step / steps[-1] * wide)
        rules.append(Rule(x, str(_TOP), x, str(foot), "grid" if step else "axis"))
        marks.append(Mark(x, str(foot + 20), shown(_plain(step)), "middle", "tick"))
    return rules, marks


def _plain(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else value


def _lines(chart: Chart) -> Drawing:
    values = [Decimal(str(v)) for s in chart.series for v in s.values if v is not None]
    steps = axis_steps(max(values, default=Decimal(0)))
    left = 24 + 8 * max(text_width(shown(_plain(step))) for step in steps)
    wide, foot = WIDTH - left - 36, _HEIGHT - _BOTTOM
    high = foot - 16
    rules, marks = [], []
    for step in steps:
        y = _unit(foot - step / steps[-1] * high)
        rules.append(Rule(str(left), y, str(left + wide), y, "grid" if step else "axis"))
        marks.append(Mark(str(left - 8), y, shown(_plain(step)), "end", "tick"))
    gap = Decimal(wide) / max(1, len(chart.labels) - 1)
    words = [worded(label) for label in chart.labels]
    room = max(1, int(wide / (8 * max((text_width(w) for w in words), default=1) + 16)))
    every = -(-len(words) // room)
    for i, word in enumerate(words):
        if i % every == 0:
            marks.append(Mark(_unit(left + gap * i), str(foot + 22), word, "middle", "tick"))
    traces = []
    for number, one in enumerate(chart.series):
        points = [
            None
            if v is None
            else (_unit(left + gap * i), _unit(foot - Decimal(str(v)) / steps[-1] * high), v)
            for i, v in enumerate(one.values)
        ]
        pieces: list[list[str]] = [[]]
        for point in points:
            if point is None:
                pieces.append([])
            else:
                pieces[-1].append(f"{point[0]},{point[1]}")
        said = tuple(
            (p[0], p[1], f"{words[i]} {worded(one.label)} {shown(p[2])}{worded(chart.unit)}")
            for i, p in enumerate(points)
            if p is not None
        )
        traces.append(Trace(number, tuple(" ".join(p) for p in pieces if len(p) > 1), said))
    return Drawing(WIDTH, _HEIGHT, (), tuple(marks), tuple(rules), tuple(traces))
