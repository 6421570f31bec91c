"""The cells of tables, which a unit joins to one row (表のます).

A row of a table is one unit, see :mod:`~hashira.regulations.domain.law.units`; a page shows its cells.
"""

from __future__ import annotations

from typing import NamedTuple

from hashira.regulations.domain.law.element import Node, words
from hashira.regulations.domain.law.units import Place, Walk, cell, sentences


def cell_lines(column: Node) -> str:
    """The same words with a line end where print begins a line: at an item, a list, a clause (一 二 三)."""
    whole = cell(column)
    lines = "\n".join(_lines(column))
    told = str.maketrans("", "", " \n　")
    return lines if lines.translate(told) == whole.translate(told) else whole


def _lines(node: Node) -> list[str]:
    lines: list[str] = []
    label, runs_on = "", False
    for child in node:
        tag = child.tag
        if tag.endswith(("Title", "Num")):
            label = words(child)
        elif tag.endswith("Sentence"):
            text = sentences(child) if tag != "Sentence" else words(child)
            if runs_on and tag == "Sentence" and "　" not in text[:5]:  # no 一　, (1)　 before it
                lines[-1] += text
            else:
                lines.append(f"{label}　{text}" if label else text)
            label, runs_on = "", tag == "Sentence" and text.endswith("。")
        else:
            lines += _lines(child) if len(child) else [words(child)]
            runs_on = False
    return [*lines, label] if label else lines


class TableCell(NamedTuple):
    """One cell of a table, with the rows and columns it spans."""

    text: str
    """See :func:`cell_lines`."""
    rows: int
    columns: int
    heading: bool


def table_cells(tree: Node, law_id: str = "") -> dict[str, tuple[TableCell, ...]]:
    """The cells of every row of every table, by the path of the row's unit."""
    walk = _CellWalk(law_id)
    walk.law(tree)
    return walk.cells


class _CellWalk(Walk):
    """The same walk, keeping the cells that a unit joins."""

    def __init__(self, law_id: str) -> None:
        super().__init__(law_id)
        self.cells: dict[str, tuple[TableCell, ...]] = {}

    def table(self, node: Node, place: Place) -> None:
        for count, row in enumerate(node, 1):
            self.cells[f"{place.path}-Tr_{count}"] = tuple(
                TableCell(
                    cell_lines(column),
                    _span(column.get("rowspan", "")),
                    _span(column.get("colspan", "")),
                    row.tag == "TableHeaderRow",
                )
                for column in row
            )
        super().table(node, place)


def _span(told: str) -> int:
    return min(int(told), 1000) if told.isascii() and told.isdigit() and int(told) else 1
