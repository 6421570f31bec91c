"""Whom a batch of certificates is for: a list of references, pasted or from a CSV file (一括印刷の対象)."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_PEOPLE: Final = 100_000
PART: Final = 500
"""People in one PDF."""
_HEADINGS = frozenset({"宛名番号", "reference", "ref"})
_MAX_REFERENCE = 32


class ListUnreadable(HashiraError):
    """Details: ``reason``."""

    code = "CERT-197"
    what = Bilingual("対象者の一覧を読めません", "The list of people cannot be read")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "宛名番号を1行に一つずつ並べるか、宛名番号の列があるCSVを選んでください",
        "Give one reference a line, or a CSV file that has a column of references",
    )
    status = 422


@dataclass(frozen=True, slots=True)
class PrintFilter:
    """Whom a batch is for, by their record: everybody who was given a vaccine in a time."""

    vaccine: str = ""
    """Code of a product, or empty for any."""
    given_from: date | None = None
    given_until: date | None = None
    without_certificate: bool = True
    """Only those who have no valid certificate."""


def read_references(text: str) -> tuple[str, ...]:
    """The references of a list, each once, in its order; raises ``ListUnreadable``.

    A first line with a heading 宛名番号 says which column it is; otherwise it is the first one. Full-width
    digits are read as narrow ones.

    >>> read_references("氏名,宛名番号\\n髙橋,００１\\n髙橋,2\\n")
    ('001', '2')
    >>> read_references("1\\n2\\n1")
    ('1', '2')
    """
    text = text.removeprefix("\ufeff")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if not rows:
        raise ListUnreadable(reason=Bilingual("一覧が空です", "The list is empty"))
    headings = [_clean(cell) for cell in rows[0]]
    column = next((place for place, name in enumerate(headings) if name.lower() in _HEADINGS), None)
    if column is not None:
        rows = rows[1:]
    elif len(rows[0]) > 1:
        raise ListUnreadable(
            reason=Bilingual(
                "列が複数あるのに「宛名番号」の見出しがありません",
                "There are several columns, and none is headed 宛名番号",
            )
        )
    found: dict[str, None] = {}
    for number, row in enumerate(rows, start=1):
        reference = _clean(row[column or 0]) if len(row) > (column or 0) else ""
        if not 1 <= len(reference) <= _MAX_REFERENCE:
            raise ListUnreadable(
                reason=Bilingual(
                    f"{number}人目の宛名番号が空か、長すぎます",
                    f"The reference of person {number} is empty or too long",
                )
            )
        found[reference] = None
    if len(found) > MAX_PEOPLE:
        raise ListUnreadable(
            reason=Bilingual(f"一度に{MAX_PEOPLE:,}人までです", f"At most {MAX_PEOPLE:,} people at once")
        )
    if not found:
        raise ListUnreadable(reason=Bilingual("一覧が空です", "The list is empty"))
    return tuple(found)


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip()
