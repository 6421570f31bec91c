"""Catalogues as spreadsheets: Office Open XML read with bounds, written so that it reads back (Excel)."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from hashira.cloud.domain.selection.catalogue import KIND_NAMES, Catalogue
from hashira.cloud.domain.selection.catalogue_sheet import Cell, Grid, sheet_rows
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_FILE = 5 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_MEMBERS = 500
MAX_ROWS, MAX_COLUMNS, MAX_SHEETS = 5_000, 60, 20
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDTHS = (10, 18, 18, 8, 70, 60, 24, 24)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class WorkbookRefused(HashiraError):
    """Details: ``reason``."""

    code = "CLD-112"
    what = Bilingual("このファイルは表として読めません", "The file cannot be read as a spreadsheet")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "5MBまでの .xlsx で保存し直してください。パスワードは外してください",
        "Save it as .xlsx of up to 5 MB, without a password",
    )
    status = 422


def read_workbook(content: bytes) -> tuple[Grid, ...]:
    """The sheets of a workbook, cell by cell. Raises ``WorkbookRefused``.

    A cell with a formula gives the result that the spreadsheet kept with it; a merged cell gives its value to
    every cell that it covers, marked as such. Sizes are looked at before anything is unpacked.
    """
    from openpyxl import load_workbook  # here, since it takes as long to load as a fifth of all pages

    _check_archive(content)
    try:
        values = load_workbook(io.BytesIO(content), data_only=True)
        formulas = load_workbook(io.BytesIO(content))
    except Exception as error:  # openpyxl raises whatever its parser met in a broken file
        raise WorkbookRefused(
            reason=Bilingual("中身が壊れているか、.xlsx ではありません", "It is broken or no .xlsx file")
        ) from error
    return tuple(
        _grid(values[name], formulas[name])
        for name in formulas.sheetnames[:MAX_SHEETS]
        if _is_sheet(formulas[name])
    )


def write_workbook(catalogue: Catalogue) -> bytes:
    """The catalogue as a workbook; every cell is text, so that nothing in it runs as a formula."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = f"{catalogue.fiscal_year}年度"
    for number, row in enumerate(sheet_rows(catalogue.requirements), start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
            cell.data_type = "s"
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for place, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    workbook.properties.title = catalogue.title.ja
    workbook.properties.subject = KIND_NAMES[catalogue.kind].ja
    workbook.properties.creator = "Hashira"
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def read_file(path: Path) -> bytes:
    """The content of a file that is not too large; raises ``WorkbookRefused``."""
    if path.stat().st_size > MAX_FILE:
        raise WorkbookRefused(reason=Bilingual("5MBより大きいファイルです", "The file is larger than 5 MB"))
    return path.read_bytes()


def _check_archive(content: bytes) -> None:
    if len(content) > MAX_FILE:
        raise WorkbookRefused(reason=Bilingual("5MBより大きいファイルです", "The file is larger than 5 MB"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(one.file_size for one in members) > MAX_UNPACKED:
                raise WorkbookRefused(
                    reason=Bilingual(
                        "展開すると大きくなりすぎます", "It becomes too large when it is unpacked"
                    )
                )
            for one in members:
                with archive.open(one) as stream:
                    # An entity could grow without end, and no spreadsheet needs one.
                    if _DOCTYPE.search(stream.read(4096)):
                        raise WorkbookRefused(
                            reason=Bilingual(
                                "表には要らない宣言があります", "It has a declaration that no sheet needs"
                            )
                        )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise WorkbookRefused(
            reason=Bilingual(
                ".xlsx ではないか、パスワードが付いています", "It is no .xlsx file or has a password"
            )
        ) from error


def _is_sheet(sheet: Any) -> bool:
    return hasattr(sheet, "merged_cells")  # a chart sheet has no cells


def _grid(values: Any, formulas: Any) -> Grid:
    if formulas.max_row > MAX_ROWS or formulas.max_column > MAX_COLUMNS:
        raise WorkbookRefused(
            reason=Bilingual(
                f"シート「{formulas.title}」が大きすぎます（{MAX_ROWS:,}行、{MAX_COLUMNS}列まで。"
                "書式だけの行と列も数えます）",
                f"The sheet {formulas.title} is too large (up to {MAX_ROWS:,} rows, {MAX_COLUMNS} columns, "
                "those with a format alone included)",
            )
        )
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    for merged in formulas.merged_cells.ranges:
        for row in range(merged.min_row, min(merged.max_row, formulas.max_row) + 1):
            for column in range(merged.min_col, min(merged.max_col, formulas.max_column) + 1):
                if (row, column) != (merged.min_row, merged.min_col):
                    anchors[row, column] = merged.min_row, merged.min_col
    rows = []
    for row in range(1, formulas.max_row + 1):
        cells = []
        for column in range(1, formulas.max_column + 1):
            place = anchors.get((row, column), (row, column))
            value = values.cell(*place).value
            cells.append(
                Cell(
                    _text(value),
                    formula=formulas.cell(*place).data_type == "f",
                    spanned=(row, column) in anchors,
                    converted=(isinstance(value, float) and not value.is_integer())
                    or isinstance(value, date | datetime | time),
                )
            )
        rows.append(tuple(cells))
    return Grid(formulas.title, tuple(rows))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _CONTROL.sub("", str(value).replace("\r\n", "\n").replace("_x000D_", "")).strip()
