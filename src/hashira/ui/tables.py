"""Tables that sort, filter, turn pages and download as CSV, all on the server and in the address (表).

The state of a table lives in the query string: ``sort=birth_date`` (``-birth_date`` falls), ``page=3``,
``filter_kana=ヤマダ``, ``format=csv``. A page with several tables gives each a ``name``, which goes before
these (``doses-sort``). What the query string says and the table does not know is ignored, never an error: an
old bookmark still opens.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable
from urllib.parse import quote

from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.translation import override

from hashira.kernel.language import Bilingual
from hashira.ui.pages import PageView, page_view
from hashira.ui.wording import current_language, shown, worded

Text = str | Bilingual | Promise
LONGEST_FILTER = 100  # characters; what is beyond is cut off before it is looked for
PAGE_SIZES = (25, 50, 100)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which column, and which way."""

    key: str
    falling: bool = False


@runtime_checkable
class RowSource(Protocol):
    """Rows that are not all in memory: the store sorts, filters and slices them."""

    def count(self, filters: Mapping[str, str]) -> int:
        """How many rows pass the filters."""
        ...

    def slice(
        self, filters: Mapping[str, str], order: Order | None, start: int, stop: int | None
    ) -> Iterable[Any]:
        """The rows from ``start`` up to ``stop`` (``None``: to the end) that pass, in that order."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``key`` names the attribute (or key) of the row unless ``value`` computes it. ``link`` gives the address
    the cell leads to. ``choices`` are (value, words) of a filter with fixed answers; words are what is shown.
    A column with ``heading`` names its row to a screen reader.
    """

    key: str
    label: Text
    sortable: bool = False
    filterable: bool = False
    numeric: bool = False
    heading: bool = False
    value: Callable[[Any], Any] | None = None
    link: Callable[[Any], str | None] | None = None
    choices: Sequence[tuple[str, Text]] = ()
    csv: Callable[[Any], Any] | None = None

    def of(self, row: Any) -> Any:
        """The value of this column in a row: an attribute, or a key of a mapping."""
        if self.value is not None:
            return self.value(row)
        if isinstance(row, Mapping):
            return row.get(self.key)
        return getattr(row, self.key)

    def words(self, value: Any) -> str:
        """The value as the cell shows it."""
        for choice, words in self.choices:
            if choice == str(value):
                return worded(words)
        return shown(value)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the template draws it."""

    words: str
    link: str | None
    column: Column


@dataclass(frozen=True, slots=True)
class HeaderView:
    """One column's head: its words, the state of sorting, and where a click leads."""

    column: Column
    label: str
    aria_sort: str
    address: str


@dataclass(frozen=True, slots=True)
class FilterView:
    """One filter of the toolbar."""

    id: str
    name: str
    label: str
    value: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """All that the template needs; computed once, so that rows are asked for once."""

    caption: str
    headers: tuple[HeaderView, ...]
    rows: tuple[tuple[Cell, ...], ...]
    page: PageView
    filters: tuple[FilterView, ...]
    filtered: bool
    kept: tuple[tuple[str, str], ...]
    clear_address: str
    csv_address: str
    empty: str


@dataclass(slots=True, kw_only=True)
class Table:
    """A table of read models.

    ``rows`` is an iterable of read models (held in memory, sorted and filtered here) or a :class:`RowSource`.
    ``page_size`` is the number of rows of a page. ``stacked`` turns each row into a block on a narrow
    screen; otherwise the table scrolls sideways in a region the keyboard reaches.
    """

    columns: Sequence[Column]
    rows: Iterable[Any] | RowSource
    request: HttpRequest
    caption: Text
    name: str = ""
    page_size: int = PAGE_SIZES[0]
    stacked: bool = False
    downloadable: bool = True
    initial_order: Order | None = None
    empty: Text | None = None
    _source: RowSource | None = field(default=None, init=False, repr=False)

    @property
    def source(self) -> RowSource:
        """The rows as a source, whichever way they were given."""
        if self._source is None:
            rows = self.rows
            self._source = rows if isinstance(rows, RowSource) else _Held(tuple(rows), self.columns)
        return self._source

    @property
    def wants_csv(self) -> bool:
        """Whether the reader asked for the file: then answer with :meth:`csv_response`."""
        return self.downloadable and self._query.get(self._name("format")) == "csv"

    @property
    def order(self) -> Order | None:
        """The order asked for, if the column is one that sorts; else the initial one."""
        asked = self._query.get(self._name("sort"), "")
        key = asked.removeprefix("-")
        if any(c.key == key and c.sortable for c in self.columns):
            return Order(key=key, falling=asked.startswith("-"))
        return self.initial_order

    @property
    def filters(self) -> dict[str, str]:
        """What the reader looks for, by column key; empty filters are left out."""
        found = {}
        for column in self.columns:
            if not column.filterable:
                continue
            text = self._query.get(self._name(f"filter_{column.key}"), "").strip()[:LONGEST_FILTER]
            if column.choices and text not in {value for value, _words in column.choices}:
                continue
            if text and "\x00" not in text:
                found[column.key] = text
        return found

    def view(self) -> TableView:
        """The page of the table the address asks for."""
        filters, order = self.filters, self.order
        total = self.source.count(filters)
        page = page_view(
            total=total,
            size=self.page_size,
            asked=self._query.get(self._name("page"), "1"),
            address=lambda number: self._address(page=str(number) if number > 1 else None),
        )
        rows = self.source.slice(filters, order, page.start, page.stop)
        return TableView(
            caption=worded(self.caption),
            headers=tuple(self._header(column, order) for column in self.columns),
            rows=tuple(tuple(self._cell(column, row) for column in self.columns) for row in rows),
            page=page,
            filters=tuple(self._filter(c, filters.get(c.key, "")) for c in self.columns if c.filterable),
            filtered=bool(filters),
            kept=self._kept(),
            clear_address=self._address(page=None, **{f"filter_{key}": None for key in filters}),
            csv_address=self._address(page=None, format="csv") if self.downloadable else "",
            empty=worded(self.empty) if self.empty is not None else "",
        )

    def csv_response(self, filename: str) -> StreamingHttpResponse:
        """All rows that pass the filters, as CSV in UTF-8 with a byte order mark, so that Excel reads it.

        Cells hold values (a date as 2021-12-20, a choice by its code), so that they can be read back in.
        A text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV injection).
        """
        language = current_language()  # the lines are written when the request is over
        response = StreamingHttpResponse(self._csv_lines(language), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
        return response

    def _csv_lines(self, language: str) -> Iterator[str]:
        writer = csv.writer(_Echo())
        with override(language):
            head = writer.writerow([worded(c.label) for c in self.columns])
        yield "\ufeff" + head
        for row in self.source.slice(self.filters, self.order, 0, None):
            with override(language):
                line = writer.writerow([_csv_cell(c.csv(row) if c.csv else c.of(row)) for c in self.columns])
            yield line

    @property
    def _query(self) -> QueryDict:
        return self.request.GET

    def _name(self, parameter: str) -> str:
        return f"{self.name}-{parameter}" if self.name else parameter

    def _address(self, **changes: str | None) -> str:
        query = self._query.copy()
        query.pop(self._name("format"), None)
        for parameter, value in changes.items():
            query.pop(self._name(parameter), None)
            if value is not None:
                query[self._name(parameter)] = value
        text = query.urlencode()
        return f"?{text}" if text else self.request.path

    def _kept(self) -> tuple[tuple[str, str], ...]:
        """What the filter form must carry along: the order, and the state of other tables."""
        own = {self._name(f"filter_{c.key}") for c in self.columns} | {
            self._name("page"),
            self._name("format"),
        }
        return tuple((k, v) for k, values in self._query.lists() if k not in own for v in values)

    def _header(self, column: Column, order: Order | None) -> HeaderView:
        mine = order is not None and order.key == column.key
        falling = mine and order is not None and order.falling
        aria = ("descending" if falling else "ascending") if mine else ("none" if column.sortable else "")
        target = f"-{column.key}" if mine and not falling else column.key
        address = self._address(sort=target, page=None) if column.sortable else ""
        return HeaderView(column, worded(column.label), aria, address)

    def _cell(self, column: Column, row: Any) -> Cell:
        return Cell(column.words(column.of(row)), column.link(row) if column.link else None, column)

    def _filter(self, column: Column, value: str) -> FilterView:
        name = self._name(f"filter_{column.key}")
        # Nothing chosen is everything: a cell may be empty, but no choice is.
        choices = tuple((choice, worded(words)) for choice, words in column.choices if choice)
        return FilterView(f"id_{name}", name, worded(column.label), value, choices)


@dataclass(frozen=True, slots=True)
class _Held:
    """Rows in memory."""

    rows: tuple[Any, ...]
    columns: Sequence[Column]

    def count(self, filters: Mapping[str, str]) -> int:
        return sum(1 for _row in self._passing(filters))

    def slice(
        self, filters: Mapping[str, str], order: Order | None, start: int, stop: int | None
    ) -> Iterable[Any]:
        rows = list(self._passing(filters))
        if order is not None:
            column = next(c for c in self.columns if c.key == order.key)
            # Rows without a value stay last whichever way the table is sorted.
            known = [row for row in rows if column.of(row) is not None]
            known.sort(key=lambda row: _sort_key(column.of(row)), reverse=order.falling)
            rows = known + [row for row in rows if column.of(row) is None]
        return rows[start:stop]

    def _passing(self, filters: Mapping[str, str]) -> Iterator[Any]:
        wanted = [(c, filters[c.key]) for c in self.columns if c.key in filters]
        for row in self.rows:
            if all(_passes(column, row, text) for column, text in wanted):
                yield row


def _passes(column: Column, row: Any, text: str) -> bool:
    value = column.of(row)
    if column.choices:
        return str(value) == text
    return text.casefold() in column.words(value).casefold()


def _sort_key(value: Any) -> Any:
    return worded(value) if isinstance(value, Bilingual | Promise) else value


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    text = shown(value) if isinstance(value, bool | tuple | list | Bilingual | Promise) else str(value)
    return "'" + text if text.startswith(_FORMULA) else text


class _Echo:
    """A file that hands back what is written to it, so that lines stream."""

    def write(self, line: str) -> str:
        return line
