"""A comparison as staff see it: rows side by side, and what a bulk correction would do (比較の閲覧)."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Count, QuerySet

from hashira.certificates.domain.comparison import FIELD_NAMES, KIND_NAMES, Kind
from hashira.certificates.domain.import_catalogue import products
from hashira.certificates.domain.protection import MASKED
from hashira.certificates.selectors.imports import harmless
from hashira.certificates.selectors.protection import masked_for
from hashira.certificates.store.models import ComparedRow, DoseImport, IssuedCertificate, State
from hashira.core import access
from hashira.core.access import Principal
from hashira.kernel.language import Bilingual

_AT_ONCE = 500
"""Rows of one question for who is protected."""
_SEXES = {
    "": Bilingual("不明", "unknown"),
    "male": Bilingual("男", "male"),
    "female": Bilingual("女", "female"),
    "other": Bilingual("その他", "other"),
}
_DOSE_FIELDS = ("vaccine", "given_on", "number", "lot", "place")
OUTCOMES: Mapping[str, Bilingual] = {
    "": Bilingual("―", "-"),
    "done": Bilingual("訂正済み", "corrected"),
    "moved": Bilingual("台帳が変わっていたため未実施", "left out: the register had changed"),
    "undone": Bilingual("訂正を取り消し済み", "taken back"),
    "left": Bilingual("その後の変更があるため残した", "left: changed since"),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One field of both sides."""

    label: Bilingual
    here: object
    there: object
    differs: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A compared row with its values side by side."""

    id: int
    line: int
    kind: str
    kind_words: Bilingual
    person_id: uuid.UUID | None
    reference: str
    name: str
    values: tuple[Value, ...]
    chosen: bool
    outcome: Bilingual


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many rows of a kind there are, and how many of them are chosen."""

    kind: str
    words: Bilingual
    rows: int
    chosen: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What correcting the chosen rows would do."""

    rows: int
    people: int
    kinds: tuple[KindCount, ...]
    certificates: int
    """Valid certificates that show one of the doses: they would be revoked and their holders told."""


class ComparedRows:
    """The rows of a comparison, cut and filtered by the database. Raises ``AccessDenied``."""

    def __init__(self, actor: Principal, import_id: uuid.UUID, *, kind: str = "", field: str = "") -> None:
        row = _allowed(actor, import_id)
        self._actor = actor
        rows = ComparedRow.objects.filter(dose_import=row)
        if kind == "chosen":
            rows = rows.filter(chosen=True)
        elif kind:
            rows = rows.filter(kind=kind)
        if field in FIELD_NAMES:
            rows = rows.filter(fields__icontains=f'"{field}"')
        self._rows: QuerySet[ComparedRow] = rows.order_by("pk")

    def count(self) -> int:
        """How many there are."""
        return self._rows.count()

    def page(self, start: int, stop: int | None) -> Iterator[Row]:
        """The rows from ``start`` on, in the order of the file; of protected people only the reference."""
        names = dict(products())
        rows = self._rows[start:stop].iterator(chunk_size=_AT_ONCE)
        while portion := list(islice(rows, _AT_ONCE)):
            hidden = masked_for(self._actor, {row.person_id for row in portion if row.person_id is not None})
            for row in portion:
                yield _masked(row) if row.person_id in hidden else _row(row, names)

    def csv_lines(self, language: str) -> Iterator[str]:
        """All of them as CSV in UTF-8 with a byte order mark: a line for each field that both sides have."""
        writer = csv.writer(_Echo())
        heads = (
            Bilingual("行", "Line"),
            Bilingual("種類", "Kind"),
            Bilingual("宛名番号", "Person number"),
            Bilingual("氏名", "Name"),
            Bilingual("項目", "Field"),
            Bilingual("台帳", "Register"),
            Bilingual("ファイル", "File"),
            Bilingual("違い", "Differs"),
            Bilingual("結果", "Outcome"),
        )
        yield "\ufeff" + writer.writerow([head.in_language(language) for head in heads])
        for row in self.page(0, None):
            for value in row.values:
                texts = [
                    _plain(one, language)
                    for one in (
                        row.kind_words, row.reference, row.name, value.label, value.here, value.there,
                        "1" if value.differs else "", row.outcome,
                    )
                ]  # fmt: skip
                yield writer.writerow([row.line or "", *(harmless(text) for text in texts)])


def kind_counts(import_id: uuid.UUID) -> tuple[KindCount, ...]:
    """Every kind with its rows, also those of which there are none."""
    rows = ComparedRow.objects.filter(dose_import_id=import_id).order_by().values_list("kind", "chosen")
    found = {(kind, chosen): n for kind, chosen, n in rows.annotate(n=Count("pk"))}
    return tuple(
        KindCount(
            kind.value,
            words,
            found.get((kind, True), 0) + found.get((kind, False), 0),
            found.get((kind, True), 0),
        )
        for kind, words in KIND_NAMES.items()
    )


def preview_of(actor: Principal, import_id: uuid.UUID) -> Preview:
    """What correcting the chosen rows would do, before anything is done. Raises ``AccessDenied``."""
    row = _allowed(actor, import_id)
    chosen = ComparedRow.objects.filter(dose_import=row, chosen=True)
    touched = chosen.filter(kind__in=[Kind.DIFFERS, Kind.NOT_THERE]).values("event")
    certificates = IssuedCertificate.objects.filter(doses__event_id__in=touched, status__state=State.VALID)
    return Preview(
        rows=chosen.count(),
        people=chosen.order_by().values("person_id").distinct().count(),
        kinds=tuple(one for one in kind_counts(import_id) if one.chosen),
        certificates=certificates.distinct().count(),
    )


def _row(row: ComparedRow, names: Mapping[str, Bilingual]) -> Row:
    if row.kind == Kind.IDENTITY:
        fields: Iterable[str] = ("name", "kana", "sex", "coupon_number")
    else:
        fields = _DOSE_FIELDS
    return Row(
        id=row.pk,
        line=row.line,
        kind=row.kind,
        kind_words=KIND_NAMES[Kind(row.kind)],
        person_id=row.person_id if row.kind != Kind.NEW_PERSON or row.outcome else None,
        reference=row.reference,
        name=row.name,
        values=tuple(
            Value(
                FIELD_NAMES[field],
                _shown(field, row.here, names),
                _shown(field, row.there, names),
                field in row.fields,
            )
            for field in fields
        ),
        chosen=row.chosen,
        outcome=OUTCOMES[row.outcome],
    )


def _masked(row: ComparedRow) -> Row:
    """A row of somebody who is protected (支援措置): which fields differ, and none of their values."""
    return Row(
        id=row.pk,
        line=row.line,
        kind=row.kind,
        kind_words=KIND_NAMES[Kind(row.kind)],
        person_id=row.person_id,
        reference=row.reference,
        name=MASKED.ja,
        values=tuple(Value(FIELD_NAMES[field], MASKED, MASKED, True) for field in row.fields),
        chosen=row.chosen,
        outcome=OUTCOMES[row.outcome],
    )


def _shown(field: str, side: Mapping[str, Any], names: Mapping[str, Bilingual]) -> object:
    """A value as people read it; ``None`` where the side has nothing."""
    if not side:
        return None
    value = side[field]
    if field == "vaccine":
        return names.get(value, value)
    if field == "given_on":
        return date.fromisoformat(value)
    if field == "sex":
        return _SEXES.get(value, value)
    return value or None


def _plain(value: object, language: str) -> str:
    if isinstance(value, Bilingual):
        return value.in_language(language)
    return "" if value is None else str(value)  # a date as 2021-06-01


def _allowed(actor: Principal, import_id: uuid.UUID) -> DoseImport:
    row = DoseImport.objects.get(pk=import_id, purpose=DoseImport.Purpose.COMPARE)
    access.require(actor, "certificates:ViewImports", row.resource)
    return row


class _Echo:
    """A file that hands back what is written to it, so that lines stream."""

    def write(self, line: str) -> str:
        return line
