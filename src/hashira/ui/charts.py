"""Charts drawn on the server as SVG, with the same numbers as a table (図表).

Three kinds: horizontal bars, stacked horizontal bars, lines. A chart never speaks by colour alone: bars carry
their numbers as text, series differ in pattern or in dash and marker, and the table says it all in words.
Lengths are per cent of the width, so that a chart fits a telephone and a poster with text of one size. No
script, no style.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from hashira.ui.parts import Text
from hashira.ui.wording import shown, worded

Number = int | float | Decimal
MOST_SERIES = 6
_HEIGHT = 320  # of a line chart, in CSS pixels
_HEAD = 24  # room above the topmost line of the grid, for its number
_FOOT = 32  # room below the axis, for the labels
_INSET = Decimal(6)  # per cent of the width left free on either side of the lines


@dataclass(frozen=True, slots=True)
class Series:
    """One measured thing along all labels; ``None`` where nothing was measured."""

    label: Text
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a bar, in per cent of the longest bar."""

    start: str
    length: str
    series: int
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with what stands above it."""

    label: str
    total: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on an axis; ``x`` in per cent, ``y`` in pixels. A sparse one is left out on a narrow screen."""

    x: str
    y: str
    words: str
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of a line chart: its unbroken pieces, and its points with their words."""

    series: int
    pieces: tuple[str, ...]
    points: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class LineDrawing:
    """The geometry of a line chart: x in per cent of the width, y in pixels."""

    height: int
    grid: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    traces: tuple[Trace, ...]


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

    def bars(self) -> tuple[Bar, ...]:
        """The bars of a bar chart, from the top."""
        totals = [
            sum((Decimal(str(s.values[i] or 0)) for s in self.series), Decimal(0))
            for i in range(len(self.labels))
        ]
        longest = max(totals, default=Decimal(0)) or Decimal(1)
        return tuple(self._bar(i, total, longest) for i, total in enumerate(totals))

    def _bar(self, i: int, total: Decimal, longest: Decimal) -> Bar:
        label = worded(self.labels[i])
        known = any(one.values[i] is not None for one in self.series)
        pieces, start = [], Decimal(0)
        for number, one in enumerate(self.series):
            value = one.values[i]
            if not value:
                continue
            length = Decimal(str(value)) * 100 / longest
            name = f"{worded(one.label)} " if self.several else f"{label} "
            words = f"{name}{shown(value)}{worded(self.unit)}"
            pieces.append(Piece(f"{_rounded(start)}%", f"{_rounded(length)}%", number, words))
            start += length
        return Bar(label, shown(_plain(total) if known else None), tuple(pieces))

    def lines(self) -> LineDrawing:
        """The geometry of a line chart."""
        return _lines(self)


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


def _rounded(value: Decimal) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _plain(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else value


def _lines(chart: Chart) -> LineDrawing:
    values = [Decimal(str(v)) for s in chart.series for v in s.values if v is not None]
    steps = axis_steps(max(values, default=Decimal(0)))
    foot = _HEIGHT - _FOOT
    gap = (100 - 2 * _INSET) / max(1, len(chart.labels) - 1)
    words = [worded(label) for label in chart.labels]
    wide, narrow = _every(len(words), 12), _every(len(words), 6)

    def x(i: int) -> str:
        return _rounded(_INSET + gap * i)

    def y(value: Number) -> str:
        return _rounded(foot - Decimal(str(value)) / steps[-1] * (foot - _HEAD))

    grid = tuple(Mark("0", y(step), shown(_plain(step))) for step in steps)
    labels = tuple(
        Mark(f"{x(i)}%", str(foot + 22), word, i % narrow != 0)
        for i, word in enumerate(words)
        if i % wide == 0
    )
    return LineDrawing(
        _HEIGHT, grid, labels, tuple(_trace(chart, n, words, x, y) for n in range(len(chart.series)))
    )


def _every(count: int, most: int) -> int:
    return max(1, -(-count // most))


def _trace(
    chart: Chart, number: int, words: list[str], x: Callable[[int], str], y: Callable[[Number], str]
) -> Trace:
    one = chart.series[number]
    pieces: list[list[str]] = [[]]
    points = []
    for i, value in enumerate(one.values):
        if value is None:
            pieces.append([])
            continue
        pieces[-1].append(f"{x(i)},{y(value)}")
        said = f"{words[i]} {worded(one.label)} {shown(value)}{worded(chart.unit)}"
        points.append((f"{x(i)}%", y(value), said))
    return Trace(number, tuple(" ".join(piece) for piece in pieces if len(piece) > 1), tuple(points))
