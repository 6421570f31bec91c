"""Sheets into a PDF with typst: PDF/A-2a (ISO 19005-2), PDF/UA-1 (ISO 14289-1), vector codes (PDFの作成)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from hashira.certificates.adapters.paper import typefaces
from hashira.certificates.adapters.qr_path import draw_lines
from hashira.certificates.domain.paper import (
    WINDOWS,
    Cover,
    Edition,
    Envelope,
    PaperCode,
    PaperDose,
    PaperSheet,
    check_density,
)
from hashira.kernel.clock import JST
from hashira.kernel.era import EraDate
from hashira.kernel.language import Bilingual

if TYPE_CHECKING:
    import typst

_FOLDER = Path(__file__).parent
_TEMPLATE = _FOLDER / "certificate.typ"
_PICTURE = _FOLDER / "picture.typ"
_PIXELS_A_MM = 10
_PICTURE_SIDE = 1000
"""Pixels of the code in a picture at most: each module has whole pixels, so that none is grey."""
_WIDE = 0.55
"""mm at level L; one level up makes a code larger by up to a fifth, which leaves 0.44."""
_STANDARDS = ["a-2a", "ua-1"]
_LETTERS_OF_A_NAME = 20
"""As many are sure to fit one line."""
_MANY, _REMEMBERED = 50, 11
"""typst keeps the layouts of its last ten documents for the next one. For one of many sheets they are
hundreds of megabytes that no other document uses; so many empty ones, a millisecond each, let them go."""
_ONE_AT_A_TIME = threading.Lock()
"""A compiler holds one world; the threads of a process share it, since loading typefaces takes longer than
drawing many pages."""


def paper_code(
    text: str,
    *,
    title: Bilingual,
    alternative: Bilingual,
    side: float | Callable[[int], float],
    octets_a_dose: int = 0,
) -> PaperCode:
    """A code drawn for paper: level L, or M for a short text, whose modules stay wide all the same.

    ``side`` in mm, or what gives it for a number of modules.
    """
    size = side if callable(side) else lambda modules: side
    path, modules = draw_lines(text, level="L")
    if size(modules) / modules >= _WIDE:
        path, modules = draw_lines(text, level="M")
    return PaperCode(
        title, alternative, path, modules, size(modules), octets=len(text), octets_a_dose=octets_a_dose
    )


def pdf(sheets: Sequence[PaperSheet], *, edition: Edition = Edition.STANDARD) -> bytes:
    """One document with all sheets, each beginning on a page of its own.

    Raises ``CodeTooDense`` or ``TypefaceMissing``; bad input leaves nothing half made.
    """
    for sheet in sheets:
        check_density(sheet.codes, doses=len(sheet.doses))
    told = orjson.dumps(
        [_told(sheet) for sheet in sheets], default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME
    ).decode()
    with _ONE_AT_A_TIME:
        made = _compiled(told, edition)
        for _ in range(_REMEMBERED if len(sheets) > _MANY else 0):
            _compiled("[]", edition)
    return made


def _compiled(sheets: str, edition: Edition) -> bytes:
    made = _compiler().compile(
        format="pdf",
        sys_inputs={"sheets": sheets, "edition": edition.value},
        pdf_standards=_STANDARDS,
    )
    assert isinstance(made, bytes)
    return made


def png(sheet: PaperSheet) -> bytes:
    """The sheet as one picture of 1,080 pixels' width, for a telephone; raises ``TypefaceMissing``."""
    codes = tuple(
        replace(code, side=code.modules * (_PICTURE_SIDE // code.modules) / _PIXELS_A_MM)
        for code in sheet.codes
    )
    told = orjson.dumps(
        _told(replace(sheet, codes=codes)), default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME
    ).decode()
    with _ONE_AT_A_TIME:
        made = _compiler(_PICTURE).compile(format="png", ppi=_PIXELS_A_MM * 25.4, sys_inputs={"sheet": told})
    assert isinstance(made, bytes)
    return made


@cache
def _compiler(template: Path = _TEMPLATE) -> typst.Compiler:
    import typst

    names, text = typefaces.files()
    return typst.Compiler(
        str(template),
        root=str(_FOLDER),
        font_paths=typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(names.parent), str(text.parent)],
        ),
    )


def _told(sheet: PaperSheet) -> dict[str, Any]:
    """The sheet as the template reads it; characters that cannot be drawn are replaced and told."""
    name = typefaces.drawable(sheet.name) if sheet.name is not None else None
    return {
        "number": sheet.number,
        "issued_on": sheet.issued_at.astimezone(JST).date(),
        "municipality": sheet.municipality,
        "name": name.text if name else None,
        "missing": typefaces.code_points(name.missing) if name else "",
        "common": typefaces.code_points(name.common) if name else "",
        "birth_date": sheet.birth_date,
        "travel": sheet.travel,
        "doses": sheet.doses,
        "codes": [_drawn(code) for code in sheet.codes],
        "official": sheet.official,
        "cover": _letter(sheet.cover) if sheet.cover is not None else None,
        "notes": sheet.notes,
        "short": _short(sheet),
    }


def _short(sheet: PaperSheet) -> bool:
    """Whether the sheet is sure to need one page only, in letters of the standard edition.

    150 mm are left for its code and the doses, or 122 with the particulars of a traveller, and 14 to spare.
    """
    if sheet.notes or len(sheet.name or "") > _LETTERS_OF_A_NAME:
        return False
    room = 150 - max((code.side for code in sheet.codes), default=0) - (28 if sheet.travel else 0)
    return sum(map(_height, sheet.doses)) < room


def _height(dose: PaperDose) -> float:
    """mm that the row of a dose takes at most."""
    disease = _lines(36, japanese=dose.disease.ja) + _lines(36, english=dose.disease.en)
    product = _lines(52, japanese=dose.product.ja) + _lines(52, english=dose.product.en)
    maker = _lines(52, japanese=dose.maker.ja, english=dose.maker.en)
    return 3 + 4.3 * max(disease, product + maker, _lines(19, english=dose.lot))


def _lines(width: float, *, japanese: str = "", english: str = "") -> int:
    """Lines of a text in a column, at most: a fifth of it may stay empty where a long word does not break."""
    return 1 + int((3.4 * len(japanese) + 1.8 * len(english)) / (0.8 * width))


def _drawn(code: PaperCode) -> dict[str, Any]:
    box = f"0 -.5 {code.modules} {code.modules}"
    path = f'<path d="{code.path}" stroke="#000"/>'
    return {
        "title": code.title,
        "alternative": code.alternative,
        "side": code.side,
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{path}</svg>',
    }


def _letter(cover: Cover) -> dict[str, Any]:
    return {
        "name": typefaces.drawable(cover.name).text,
        "address": typefaces.drawable(cover.address).text,
        "window": WINDOWS[cover.envelope],
        "folded": cover.envelope is Envelope.LONG_3,
    }


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return {"iso": value.isoformat(), "era": str(EraDate.of(value))}
    raise TypeError(type(value).__name__)
