"""The text of a law as sheets that a page can hold (紙面).

Units become articles with their lines and tables, under their headings. A long law is cut into sheets where
a chapter or an article begins, so that 建築基準法 opens as quickly as a short ordinance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from hashira.regulations.domain.law.points import is_point, top_point
from hashira.regulations.domain.law.schema import Part, UnitKind
from hashira.regulations.domain.law.tables import TableCell
from hashira.regulations.domain.law.units import Unit

SHEET = 400
"""About how many units a sheet has."""


@dataclass(frozen=True, slots=True)
class Line:
    """One unit as a line of text."""

    path: str
    label: str
    text: str
    depth: int
    """0 for a paragraph, 1 for an item, 2 and more for what is below."""
    place: int
    """Which unit of the law, counted from 0."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    path: str
    cells: tuple[TableCell, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one table."""

    path: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """An article, or what stands as one: a paragraph of a law without articles, an appendix."""

    path: str
    title: str
    """第九条の三; empty for a paragraph without an article."""
    caption: str
    headings: tuple[tuple[int, str], ...]
    """The headings that begin here, each with its depth from 1."""
    parts: tuple[Line | Grid, ...]

    @property
    def paths(self) -> Iterator[str]:
        """The paths of its units."""
        for part in self.parts:
            if isinstance(part, Line):
                yield part.path
            else:
                yield from (row.path for row in part.rows)


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the table of contents (目次)."""

    depth: int
    text: str
    path: str
    """The block it leads to."""
    sheet: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole law."""

    sheets: tuple[tuple[Block, ...], ...]
    contents: tuple[Heading, ...]
    places: Mapping[str, int] = field(repr=False)
    """On which sheet each block and unit stands, by path."""

    def sheet_of(self, path: str) -> int | None:
        """The sheet on which a path stands; of an article or a paragraph too. ``None`` if there is none."""
        if path in self.places:
            return self.places[path]
        return next((sheet for known, sheet in self.places.items() if known.startswith(path + "-")), None)


def lay_out(units: Sequence[Unit], tables: Mapping[str, tuple[TableCell, ...]], size: int = SHEET) -> Layout:
    """The sheets of a law and its table of contents."""
    blocks = list(_blocks(units, tables))
    sheets: list[list[Block]] = [[]]
    filled = 0
    for block in blocks:
        weight = sum(1 if isinstance(part, Line) else len(part.rows) for part in block.parts)
        begins = any(depth <= 2 for depth, _ in block.headings)
        if sheets[-1] and (filled + weight > size or (begins and filled > size // 2)):
            sheets.append([])
            filled = 0
        sheets[-1].append(block)
        filled += weight
    places: dict[str, int] = {}
    contents: list[Heading] = []
    for number, sheet in enumerate(sheets):
        for block in sheet:
            places.setdefault(block.path, number)
            for path in block.paths:
                places.setdefault(path, number)
            contents += [Heading(depth, text, block.path, number) for depth, text in block.headings]
    return Layout(tuple(map(tuple, sheets)), tuple(contents), places)


def _blocks(units: Sequence[Unit], tables: Mapping[str, tuple[TableCell, ...]]) -> Iterator[Block]:
    begun: tuple[str, ...] = ()
    placed = list(enumerate(units))
    for path, group in groupby(placed, key=lambda entry: _block_path(entry[1])):
        members = list(group)
        first = members[0][1]
        standing = _headings(first)
        shared = 0
        while shared < min(len(begun), len(standing)) and begun[shared] == standing[shared]:
            shared += 1
        headings = tuple((depth, text) for depth, text in enumerate(standing[shared:], shared + 1))
        begun = standing
        yield Block(path, _title(first), first.caption, headings, tuple(_parts(members, tables)))


def _block_path(unit: Unit) -> str:
    pieces = unit.path.split("-")
    for index, piece in enumerate(pieces):
        if piece.startswith("At_"):
            return "-".join(pieces[: index + 1])
    if unit.appendix:
        for index, piece in enumerate(pieces):
            if not piece.startswith("Sp") or piece.startswith(("Spat", "Spst", "Spap")):
                return "-".join(pieces[: index + 1]) if "_" in piece else unit.path
    for index, piece in enumerate(pieces):
        if piece.startswith("Pr_"):
            return "-".join(pieces[: index + 1])
    return top_point(unit.path) or unit.path


def _headings(unit: Unit) -> tuple[str, ...]:
    if unit.part is Part.SUPPLEMENT:
        own = f"附則（{unit.amendment}）" if unit.amendment else "附則"
        return (own, *unit.headings)
    if unit.appendix:
        return (unit.appendix,)
    if unit.part in (Part.PREAMBLE, Part.ENACTMENT):
        return (unit.part.value,)
    return unit.headings


def _title(unit: Unit) -> str:
    return unit.label if unit.article and unit.kind is UnitKind.PARAGRAPH else ""


def _parts(
    members: Sequence[tuple[int, Unit]], tables: Mapping[str, tuple[TableCell, ...]]
) -> Iterator[Line | Grid]:
    def grid_of(entry: tuple[int, Unit]) -> str:
        unit = entry[1]
        return unit.path.rpartition("-")[0] if unit.kind is UnitKind.ROW else ""

    first = True
    for path, group in groupby(members, key=grid_of):
        rows = list(group)
        if path:
            yield Grid(path, tuple(Row(u.path, _cells(u, tables), place) for place, u in rows))
            first = False
            continue
        for place, unit in rows:
            label = "" if first and unit.article and unit.kind is UnitKind.PARAGRAPH else unit.label
            first = False
            yield Line(unit.path, label, unit.text, _depth(unit), place)


def _cells(unit: Unit, tables: Mapping[str, tuple[TableCell, ...]]) -> tuple[TableCell, ...]:
    return tables.get(unit.path) or (TableCell(unit.text, 1, 1, heading=False),)


def _depth(unit: Unit) -> int:
    if unit.kind is UnitKind.PARAGRAPH:
        return 0
    points = sum(map(is_point, unit.path.split("-")))
    if points:
        return points - (unit.kind is UnitKind.POINT)
    return (1 if unit.item else 0) + len(unit.subitems) + (unit.kind in (UnitKind.LIST, UnitKind.NOTE))
