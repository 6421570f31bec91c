"""From the cells of a spreadsheet to requirements, with what is wrong told row by row (表からの読み取り).

Sheets of ministries are made for people: a title above the head, a category that spans many rows, a mark ○
for yes. Those are read. What could mean two things is not: it is a problem of its row, and with one problem
nothing is taken in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hashira.cloud.domain.selection.catalogue import MAX_ITEMS, CatalogueRefused, Requirement, faults
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

HEAD_WITHIN = 30
"""Rows in which the head of the table is looked for."""
SHOWN = 40
"""Characters of a wrong value that are shown."""


class SheetField(StrEnum):
    """What a column can hold."""

    ID = "id"
    CATEGORY = "category"
    CATEGORY_EN = "category_en"
    MANDATORY = "mandatory"
    TEXT = "text"
    TEXT_EN = "text_en"
    VERIFIED_BY = "verified_by"
    VERIFIED_BY_EN = "verified_by_en"


REQUIRED = (
    SheetField.ID,
    SheetField.CATEGORY,
    SheetField.MANDATORY,
    SheetField.TEXT,
    SheetField.VERIFIED_BY,
)
HEADINGS: Mapping[SheetField, tuple[str, ...]] = {
    SheetField.ID: ("番号", "項目番号", "要件番号", "項番", "no", "no.", "id", "要件id", "項目id"),
    SheetField.CATEGORY: ("区分", "分類", "大分類", "カテゴリ", "カテゴリー", "category"),
    SheetField.CATEGORY_EN: ("区分（英語）", "category (english)", "category_en"),
    SheetField.MANDATORY: ("必須", "必須/任意", "必須・任意", "必須区分", "mandatory"),
    SheetField.TEXT: ("要件", "要件の内容", "技術要件", "内容", "要求事項", "requirement", "text"),
    SheetField.TEXT_EN: ("要件（英語）", "requirement (english)", "text_en"),
    SheetField.VERIFIED_BY: (
        "確認の方法",
        "確認方法",
        "検証方法",
        "証明方法",
        "how verified",
        "verified by",
        "verified_by",
    ),
    SheetField.VERIFIED_BY_EN: ("確認の方法（英語）", "verified by (english)", "verified_by_en"),
}
"""The first of each is what an export writes."""
FIELD_NAMES: Mapping[SheetField, Bilingual] = {
    SheetField.ID: Bilingual("番号", "identifier"),
    SheetField.CATEGORY: Bilingual("区分", "category"),
    SheetField.CATEGORY_EN: Bilingual("区分（英語）", "category in English"),
    SheetField.MANDATORY: Bilingual("必須", "mandatory"),
    SheetField.TEXT: Bilingual("要件", "text"),
    SheetField.TEXT_EN: Bilingual("要件（英語）", "text in English"),
    SheetField.VERIFIED_BY: Bilingual("確認の方法", "way of verifying"),
    SheetField.VERIFIED_BY_EN: Bilingual("確認の方法（英語）", "way of verifying in English"),
}
_YES = frozenset(("必須", "○", "◯", "〇", "●", "はい", "yes", "y", "true", "1", "mandatory", "required"))
_NO = frozenset(
    ("任意", "推奨", "加点", "-", "―", "×", "✕", "いいえ", "no", "n", "false", "0", "optional", "desirable")
)
YES, NO = "必須", "任意"
"""What an export writes."""


class ColumnsNotFound(HashiraError):
    """Details: ``missing``, ``found``: names of columns."""

    code = "CLD-102"
    what = Bilingual("要件の表が見つかりません", "No table of requirements was found")
    why = Bilingual(
        "次の列の見出しがありません：{missing}。見つかった見出し：{found}",
        "No column is headed as: {missing}. Headings found: {found}",
    )
    remedy = Bilingual(
        "見出しを直すか、どの見出しが何の列かを指定してください。書き出した表の見出しが手本になります",
        "Rename the headings or say which heading is which column; an exported sheet is a pattern",
    )
    status = 422


class ColumnAmbiguous(HashiraError):
    """Details: ``heading``."""

    code = "CLD-103"
    what = Bilingual("列を決められません", "A column cannot be told")
    why = Bilingual("見出し「{heading}」が二つの列にあります", "Two columns are headed {heading}")
    remedy = Bilingual("どちらかの見出しを変えてください", "Rename one of them")
    status = 422


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``spanned`` says that its value is that of a merged cell above or beside it."""

    text: str = ""
    formula: bool = False
    spanned: bool = False
    converted: bool = False
    """Whether the spreadsheet made a date or a number with a fraction of it: 1.10 cannot be told from 1.1."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet: its name and its rows from the first row on."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one row; ``row`` counts as the spreadsheet does, from one."""

    row: int
    column: Bilingual
    value: str
    words: Bilingual


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What a sheet gave. With one problem there is nothing to take in."""

    sheet: str
    requirements: tuple[Requirement, ...]
    problems: tuple[RowProblem, ...]
    formulas: int
    """Cells whose value is the last result of a formula."""


class SheetRefused(HashiraError):
    """Details: ``count``, ``first``; ``problems`` stays out of messages and has them all."""

    code = "CLD-104"
    what = Bilingual("表に直すところがあります", "The sheet has to be corrected")
    why = Bilingual("{count}か所。はじめは{first}", "{count} places; the first: {first}")
    remedy = Bilingual(
        "行ごとの指摘を見て表を直し、もう一度取り込んでください。まだ何も取り込んでいません",
        "Correct the rows that are listed and import it again. Nothing was taken in",
    )
    status = 422

    problems: tuple[RowProblem, ...] = ()


def read_grids(
    grids: Sequence[Grid], headings: Mapping[SheetField, str] | None = None
) -> tuple[Requirement, ...]:
    """The requirements of the first sheet that has the table.

    Raises ``ColumnsNotFound``, ``ColumnAmbiguous``, or ``SheetRefused`` with all problems of all rows.
    """
    reading = examine(grids, headings)
    if reading.problems:
        first = reading.problems[0]
        refused = SheetRefused(
            count=len(reading.problems),
            first=Bilingual("{row}行目の「{column}」：{words}", "row {row}, {column}: {words}").format(
                row=first.row, column=first.column, words=first.words
            ),
        )
        refused.problems = reading.problems
        raise refused
    return reading.requirements


def examine(grids: Sequence[Grid], headings: Mapping[SheetField, str] | None = None) -> SheetReading:
    """All that a spreadsheet gives, with its problems; raises ``ColumnsNotFound`` or ``ColumnAmbiguous``."""
    best: tuple[int, dict[SheetField, int], Grid, int] | None = None
    for grid in grids:
        for index, row in enumerate(grid.rows[:HEAD_WITHIN]):
            columns = _columns(row, headings or {})
            if all(field in columns for field in REQUIRED):
                return _examine_rows(grid, index, columns)
            if best is None or len(columns) > best[0]:
                best = (len(columns), columns, grid, index)
    known = best[1] if best else {}
    seen = [cell.text for cell in best[2].rows[best[3]] if cell.text][:20] if best else []
    missing = [field for field in REQUIRED if field not in known]
    raise ColumnsNotFound(
        missing=Bilingual(
            "、".join(FIELD_NAMES[f].ja for f in missing), ", ".join(FIELD_NAMES[f].en for f in missing)
        ),
        found=Bilingual("、".join(seen) or "なし", ", ".join(seen) or "none"),
    )


def _columns(row: Sequence[Cell], headings: Mapping[SheetField, str]) -> dict[SheetField, int]:
    places: dict[str, int] = {}
    doubled: set[str] = set()
    for place, cell in enumerate(row):
        key = folded(cell.text)
        if key and not cell.spanned:
            if key in places:
                doubled.add(key)
            places.setdefault(key, place)
    found: dict[SheetField, int] = {}
    for field, names in HEADINGS.items():
        wanted = [folded(headings[field])] if headings.get(field) else [folded(name) for name in names]
        for key in wanted:
            if key in doubled and len(found) > 1:
                raise ColumnAmbiguous(heading=key)
            if key in places and places[key] not in found.values():
                found[field] = places[key]
                break
    return found


def _examine_rows(grid: Grid, head: int, columns: Mapping[SheetField, int]) -> SheetReading:
    problems: list[RowProblem] = []
    requirements: list[Requirement] = []
    first_seen: dict[str, int] = {}
    formulas = 0
    for number, row in enumerate(grid.rows[head + 1 :], start=head + 2):
        cells = {f: row[place] if place < len(row) else Cell() for f, place in columns.items()}
        # A category that spans rows, and nothing else, makes no requirement.
        if not any(c.text for f, c in cells.items() if not c.spanned or f is SheetField.ID):
            continue
        formulas += sum(cell.formula for cell in cells.values())
        found = list(_row_problems(number, cells))
        if not found:
            one = _requirement(number, cells, found)
            if one is not None:
                key = one.id.casefold()
                if key in first_seen:
                    words = Bilingual(
                        f"{first_seen[key]}行目と同じ番号です",
                        f"The same identifier as in row {first_seen[key]}",
                    )
                    found.append(RowProblem(number, FIELD_NAMES[SheetField.ID], one.id, words))
                else:
                    first_seen[key] = number
                    requirements.append(one)
        problems += found
        if len(requirements) > MAX_ITEMS:
            raise CatalogueRefused(
                reason=Bilingual(
                    f"要件は{MAX_ITEMS}件までです", f"There are more than {MAX_ITEMS} requirements"
                )
            )
    if not requirements and not problems:
        words = Bilingual("見出しの下に要件がありません", "There is no requirement below the head")
        problems.append(RowProblem(head + 1, FIELD_NAMES[SheetField.ID], "", words))
    return SheetReading(grid.name, tuple(requirements), tuple(problems), formulas)


def _row_problems(number: int, cells: Mapping[SheetField, Cell]) -> list[RowProblem]:
    found: list[RowProblem] = []

    def blame(field: SheetField, words: Bilingual) -> None:
        found.append(RowProblem(number, FIELD_NAMES[field], cells[field].text[:SHOWN], words))

    for field, cell in cells.items():
        if cell.formula and not cell.text:
            blame(
                field,
                Bilingual(
                    "数式の結果がありません。値にして貼り付けてください",
                    "A formula without a result: paste it as a value",
                ),
            )
        elif cell.text.startswith("#") and cell.formula:
            blame(field, Bilingual("数式がエラーになっています", "The formula ends in an error"))
        elif cell.spanned and field not in (SheetField.CATEGORY, SheetField.CATEGORY_EN):
            blame(
                field,
                Bilingual(
                    "結合したセルです。行ごとに分けて書いてください",
                    "A merged cell: write each row by itself",
                ),
            )
    if cells[SheetField.ID].converted:
        blame(
            SheetField.ID,
            Bilingual(
                "表計算が数値や日付に変えた番号です。セルの書式を文字列にして書き直してください",
                "The spreadsheet made a number or a date of it: format the cell as text and write it again",
            ),
        )
    mark = folded(cells[SheetField.MANDATORY].text)
    if not found and mark not in _YES and mark not in _NO:
        blame(
            SheetField.MANDATORY,
            Bilingual("「必須」か「任意」を書いてください", "Write 必須 (mandatory) or 任意 (optional)"),
        )
    return found


def _requirement(
    number: int, cells: Mapping[SheetField, Cell], found: list[RowProblem]
) -> Requirement | None:
    def text(field: SheetField) -> str:
        return cells[field].text.strip() if field in cells else ""

    values: dict[str, Any] = {
        "id": unicodedata.normalize("NFKC", text(SheetField.ID)),
        "category": Bilingual(text(SheetField.CATEGORY), text(SheetField.CATEGORY_EN)),
        "mandatory": folded(cells[SheetField.MANDATORY].text) in _YES,
        "text": Bilingual(text(SheetField.TEXT), text(SheetField.TEXT_EN)),
        "verified_by": Bilingual(text(SheetField.VERIFIED_BY), text(SheetField.VERIFIED_BY_EN)),
    }
    wrong = list(faults(values["id"], values["category"], values["text"], values["verified_by"]))
    found += [
        RowProblem(number, FIELD_NAMES[SheetField(field)], values["id"][:SHOWN], words)
        for field, words in wrong
    ]
    return None if wrong else Requirement(**values)


def folded(text: str) -> str:
    """A heading or a mark as it is compared: width, case and blanks do not count.

    >>> folded("必須／ 任意") == folded("必須/任意")
    True
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def sheet_rows(requirements: Sequence[Requirement]) -> list[list[str]]:
    """The table that an export writes and an import reads back unchanged, its head first."""
    head = [HEADINGS[field][0] for field in SheetField]
    return [head] + [
        [
            one.id,
            one.category.ja,
            one.category.en,
            YES if one.mandatory else NO,
            one.text.ja,
            one.text.en,
            one.verified_by.ja,
            one.verified_by.en,
        ]
        for one in requirements
    ]
