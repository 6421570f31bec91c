"""Which column means what, and which value: kept per source and versioned (列の対応づけ).

A mapping names columns by their header, since systems move columns between releases more often than they
rename them. It is a value: a change makes a new version, and each import keeps the one it was read by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hashira.certificates.domain.import_field import ALWAYS, NAMES, ImportField, propose
from hashira.certificates.domain.import_value import DateStyle, Sex, value_key
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST_COLUMNS = 200
MOST_VALUES = 2_000
_NAME_PARTS = (ImportField.FAMILY_NAME, ImportField.GIVEN_NAME)


class HeaderUnreadable(HashiraError):
    """Details: ``most``."""

    code = "CERT-139"
    what = Bilingual("見出しの行が読めません", "The header row cannot be read")
    why = Bilingual(
        "1行目に列の名前がないか、{most}列より多いか、引用符が壊れています",
        "The first line has no column names, more than {most} columns, or broken quotation marks",
    )
    remedy = Bilingual(
        "1行目に列の名前を入れたCSVにしてください。文字コードの選択も確かめてください",
        "Make the first line the names of the columns, and check the chosen encoding",
    )


class MappingIncomplete(HashiraError):
    """Details: ``fields``, a ``Bilingual`` list of names."""

    code = "CERT-134"
    what = Bilingual("必要な列が決まっていません", "Columns that are needed have not been chosen")
    why = Bilingual("決まっていない項目: {fields}", "Not chosen: {fields}")
    remedy = Bilingual(
        "列の対応づけで、その項目に当たる列を選んでください。列がなければ、元のシステムの出力項目に加えてください",
        "Choose their columns; if the file has none, add them to what the source writes",
    )


class MappingContradictory(HashiraError):
    """Details: ``column``."""

    code = "CERT-135"
    what = Bilingual("列の対応づけが成り立ちません", "The columns do not fit")
    why = Bilingual(
        "列「{column}」はファイルにないか、二つの項目に使われています",
        "The column “{column}” is not in the file, or is used twice",
    )
    remedy = Bilingual("列を選び直してください", "Choose the column again")


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """Columns by field, tables of values, and the way of writing dates.

    ``vaccines`` maps what the source writes (as of ``value_key``) to codes of products, ``sexes`` likewise.
    ``only_vaccine`` is the product of every row, for a source that has no such column. Raises
    ``MappingIncomplete`` or ``MappingContradictory``.
    """

    columns: Mapping[ImportField, str]
    vaccines: Mapping[str, str] = field(default_factory=dict)
    sexes: Mapping[str, Sex] = field(default_factory=dict)
    dates: DateStyle = DateStyle.WRITTEN
    only_vaccine: str = ""

    def __post_init__(self) -> None:
        needed = [f for f in ALWAYS if f not in self.columns]
        if self.only_vaccine and ImportField.VACCINE in needed:
            needed.remove(ImportField.VACCINE)
        if ImportField.NAME not in self.columns and ImportField.FAMILY_NAME not in self.columns:
            needed.append(ImportField.NAME)
        if needed:
            raise MappingIncomplete(fields=_listed(needed))
        used = Counter(self.columns.values())
        for column, times in used.items():
            if times > 1:
                raise MappingContradictory(column=column)
        if ImportField.NAME in self.columns and any(part in self.columns for part in _NAME_PARTS):
            raise MappingContradictory(column=self.columns[ImportField.NAME])

    def positions(self, headers: Sequence[str]) -> dict[ImportField, int]:
        """Where each field stands in a file with these headers. Raises ``MappingContradictory``."""
        places = {header: position for position, header in enumerate(headers)}
        for column in self.columns.values():
            if column not in places:
                raise MappingContradictory(column=column)
        return {name: places[column] for name, column in self.columns.items()}

    def to_json(self) -> dict[str, object]:
        """The mapping as it is stored."""
        return {
            "columns": {name.value: column for name, column in self.columns.items()},
            "vaccines": dict(self.vaccines),
            "sexes": {key: sex.value for key, sex in self.sexes.items()},
            "dates": self.dates.value,
            "only_vaccine": self.only_vaccine,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> ImportMapping:
        """What ``to_json`` wrote."""
        return cls(
            columns={ImportField(k): v for k, v in _texts(stored, "columns").items()},
            vaccines=_texts(stored, "vaccines"),
            sexes={k: Sex(v) for k, v in _texts(stored, "sexes").items()},
            dates=DateStyle(str(stored["dates"])),
            only_vaccine=str(stored["only_vaccine"]),
        )


def read_headers(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns; one that is there twice or empty is told apart by its place.

    Raises ``HeaderUnreadable``.

    >>> read_headers(("宛名番号 ", "氏名", "氏名", ""))
    ('宛名番号', '氏名', '氏名 (3)', '(4)')
    """
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = cell.strip(" \u3000\ufeff")[:100]
        names.append(name if name and name not in names else f"{name} ({place})".strip())
    if not any(cell.strip() for cell in cells) or len(cells) > MOST_COLUMNS or len(set(names)) != len(names):
        raise HeaderUnreadable(most=MOST_COLUMNS)
    return tuple(names)


def proposed_columns(
    headers: Sequence[str], known: Mapping[ImportField, str] | None
) -> dict[int, ImportField]:
    """What the page shows first: the columns of the last version that the file has, else a guess."""
    places = {header: position for position, header in enumerate(headers)}
    kept = {places[column]: name for name, column in (known or {}).items() if column in places}
    if kept:
        return kept
    guessed = propose(tuple(headers))
    if ImportField.NAME in guessed.values():
        guessed = {place: name for place, name in guessed.items() if name not in _NAME_PARTS}
    return guessed


def table_of(pairs: Mapping[str, str]) -> dict[str, str]:
    """A table of values with its keys as they are compared; empty answers are left out."""
    return {value_key(value): meaning for value, meaning in pairs.items() if meaning}


def _texts(stored: Mapping[str, object], name: str) -> dict[str, str]:
    found = stored[name]
    if not isinstance(found, Mapping):
        raise TypeError(f"{name} of a stored mapping is no object")
    return {str(key): str(value) for key, value in found.items()}


def _listed(fields: Sequence[ImportField]) -> Bilingual:
    return Bilingual("、".join(NAMES[f].ja for f in fields), ", ".join(NAMES[f].en for f in fields))
