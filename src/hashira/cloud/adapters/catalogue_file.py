"""A catalogue in any of its files: spreadsheet, OSCAL, CSV (一覧のファイル)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import orjson

from hashira.cloud.adapters.catalogue_workbook import read_workbook, write_workbook
from hashira.cloud.domain.selection.catalogue import Catalogue, CatalogueKind
from hashira.cloud.domain.selection.catalogue_sheet import SheetField, read_grids, sheet_rows
from hashira.cloud.domain.selection.oscal import NotAnOscalCatalogue, from_oscal, to_oscal
from hashira.kernel.language import Bilingual

MAX_OSCAL = 20 * 1024 * 1024
"""NIST SP 800-53 has ten million bytes."""


class CatalogueFormat(StrEnum):
    """The kinds of files."""

    XLSX = "xlsx"
    OSCAL = "oscal"
    CSV = "csv"


MEDIA_TYPES = {
    CatalogueFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CatalogueFormat.OSCAL: "application/json",
    CatalogueFormat.CSV: "text/csv; charset=utf-8",
}
ENDINGS = {
    CatalogueFormat.XLSX: ".xlsx",
    CatalogueFormat.OSCAL: ".oscal.json",
    CatalogueFormat.CSV: ".csv",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_catalogue(
    content: bytes,
    *,
    kind: CatalogueKind | None,
    fiscal_year: int | None,
    title: Bilingual | None,
    headings: Mapping[SheetField, str] | None = None,
) -> Catalogue:
    """The catalogue in a file; its first byte tells a spreadsheet from JSON.

    A spreadsheet says nothing of its kind, year and title: they are needed then. Raises what the readers
    raise:
    ``WorkbookRefused``, ``ColumnsNotFound``, ``SheetRefused``, ``NotAnOscalCatalogue``, ``CatalogueRefused``.
    """
    if content.lstrip()[:1] == b"{":
        read = from_oscal(_json(content), kind=kind, fiscal_year=fiscal_year)
        return read if title is None else Catalogue(read.kind, read.fiscal_year, title, read.requirements)
    requirements = read_grids(read_workbook(content), headings)
    if kind is None or fiscal_year is None or title is None:
        raise ValueError("a spreadsheet needs its kind, fiscal year and title")
    return Catalogue(kind, fiscal_year, title, requirements)


def write_catalogue(catalogue: Catalogue, format: CatalogueFormat, *, version: int, at: datetime) -> bytes:
    """The catalogue as a file; ``at`` is when this version was last changed."""
    if format is CatalogueFormat.XLSX:
        return write_workbook(catalogue)
    if format is CatalogueFormat.OSCAL:
        document = to_oscal(catalogue, version=f"{catalogue.fiscal_year}.{version}", at=at)
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in sheet_rows(catalogue.requirements):
        # A text that a spreadsheet would run gets an apostrophe before it (OWASP, CSV injection).
        writer.writerow(["'" + text if text.startswith(_FORMULA) else text for text in row])
    return ("\ufeff" + out.getvalue()).encode()


def file_name(catalogue: Catalogue, format: CatalogueFormat, version: int) -> str:
    """What the file is called: ``iaas-paas-2026-1.xlsx``."""
    return f"{catalogue.kind.value}-{catalogue.fiscal_year}-{version}{ENDINGS[format]}"


def _json(content: bytes) -> object:
    if len(content) > MAX_OSCAL:
        raise NotAnOscalCatalogue(
            reason=Bilingual("20MBより大きいファイルです", "The file is larger than 20 MB")
        )
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotAnOscalCatalogue(reason=Bilingual("JSONではありません", "It is not JSON")) from error
