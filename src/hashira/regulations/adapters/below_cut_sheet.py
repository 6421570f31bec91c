"""The sheet on which an officer judges rejected provisions: CSV, one paragraph a line (見逃しの調査票)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.regulations.domain.evaluation.below_cut import Stratum

COLUMNS = ("answer", "citation", "text", "stratum", "stratum_size", "law_id", "path")
YES = frozenset({"はい", "当たる", "yes", "y", "1", "○"})
NO = frozenset({"いいえ", "当たらない", "no", "n", "0", "×"})


class UnreadableSheet(HashiraError):
    """Details: ``sheet``, ``line``, ``reason``."""

    code = "REG-044"
    what = Bilingual("調査票として読めません", "This is not readable as a sheet of judgements")
    why = Bilingual("{sheet} の {line} 行目：{reason}", "{sheet}, line {line}: {reason}")
    remedy = Bilingual(
        "answer の列に「はい」か「いいえ」を入れてください。ほかの列は変えず、判定しない行は空のままにします",
        "Write yes or no in the column answer and change no other; leave lines that are not judged empty",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One drawn paragraph."""

    citation: str
    text: str
    stratum: str
    stratum_size: int
    law_id: str
    path: str


def write_sheet(path: Path, lines: Iterable[Line]) -> None:
    """Writes the sheet with a byte order mark, so that a spreadsheet opens it as UTF-8. Never over a file.

    Raises ``FileExistsError``: somebody may have written answers on it.
    """
    with path.open("x", encoding="utf-8-sig", newline="") as rows:
        table = csv.writer(rows)
        table.writerow(COLUMNS)
        table.writerows(
            ("", line.citation, line.text, line.stratum, line.stratum_size, line.law_id, line.path)
            for line in lines
        )


def read_sheet(path: Path) -> tuple[dict[str, Stratum], int]:
    """What was judged, by stratum, and how many lines were left empty. Raises ``UnreadableSheet``."""
    sizes: dict[str, int] = {}
    judged: dict[str, int] = {}
    positive: dict[str, int] = {}
    empty = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as rows:
            table = csv.DictReader(rows)
            if not set(COLUMNS) <= set(table.fieldnames or ()):
                raise UnreadableSheet(sheet=path.name, line=1, reason="列が足りません (columns are missing)")
            for row in table:
                name = row["stratum"]
                if not row["stratum_size"].isdigit() or not name:
                    raise UnreadableSheet(
                        sheet=path.name, line=table.line_num, reason="stratum が変わっています (changed)"
                    )
                sizes[name] = int(row["stratum_size"])
                answer = row["answer"].strip().lower()
                if not answer:
                    empty += 1
                    continue
                if answer not in YES | NO:
                    raise UnreadableSheet(sheet=path.name, line=table.line_num, reason=f"「{answer[:20]}」")
                judged[name] = judged.get(name, 0) + 1
                positive[name] = positive.get(name, 0) + (answer in YES)
    except UnicodeDecodeError:
        raise UnreadableSheet(sheet=path.name, line=1, reason="UTF-8") from None
    return {
        name: Stratum(size, judged.get(name, 0), positive.get(name, 0)) for name, size in sizes.items()
    }, empty
