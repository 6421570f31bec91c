"""Questions about imports: the list, one import, samples of its columns, its preview and its report."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from hashira.certificates.adapters.csv_store import kept_files
from hashira.certificates.domain import import_catalogue
from hashira.certificates.domain.import_encoding import Encoding, legible
from hashira.certificates.domain.import_field import NAMES, ImportField
from hashira.certificates.domain.import_mapping import ImportMapping, read_headers
from hashira.certificates.domain.import_problem import Explanation, Severity, explain
from hashira.certificates.domain.import_record import Delimiter, records
from hashira.certificates.domain.import_state import STATE_NAMES, ImportState
from hashira.certificates.domain.import_value import USUAL_SEXES, value_key
from hashira.certificates.store.models.imports import DoseImport, ImportRemark, ImportSource, StagedRow
from hashira.core import access
from hashira.core.access import Principal, Resource
from hashira.kernel.language import Bilingual

SAMPLES = 3
SAMPLED_ROWS = 20_000
MOST_VALUES = 100
PREVIEWED = 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in the list."""

    id: uuid.UUID
    uploaded_at: datetime
    source: str
    file_name: str
    state: str
    state_words: Bilingual
    rows: int
    errors: int


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import as its pages show it."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    purpose: str
    source_id: uuid.UUID
    source: str
    file_name: str
    file_size: int
    file_digest: str
    file_kept: bool
    lines: int
    encoding: Encoding
    encoding_guess: Encoding
    evidence: Mapping[str, Any]
    delimiter: Delimiter
    state: str
    state_words: Bilingual
    uploaded_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    undo_reason: str
    reason: str
    good_rows_only: bool
    counts: Mapping[str, int]
    problem: Bilingual | None
    written: Mapping[str, int]
    undone: Mapping[str, int]
    mapping: ImportMapping | None
    mapping_version: int | None
    job_id: uuid.UUID | None
    same_file: tuple[datetime, ...]
    """When this very file was imported before."""


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """A column of the file with the first values in it."""

    place: int
    header: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileSample:
    """The columns of a file, and the values in the columns whose values need a meaning."""

    columns: tuple[ColumnSample, ...]
    values: Mapping[int, tuple[str, ...]]
    """By place of the column: the different values among the first rows, at most ``MOST_VALUES``."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it will be stored."""

    line: int
    person_number: str
    name: str
    kana: str
    birth_date: date
    vaccine: str
    dose_number: int | None
    dose_date: date
    lot: str
    place: str
    outcome: Bilingual


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One remark of the report."""

    line: int
    severity: str
    code: str
    column: str
    value: str
    who: str
    explanation: Explanation


PERSON_WORDS = {
    "new": Bilingual("新しい人", "new person"),
    "known": Bilingual("登録済みの人", "known person"),
    "changed": Bilingual("基本情報を更新", "person updated"),
}
DOSE_WORDS = {
    "new": Bilingual("新しい接種", "new dose"),
    "same": Bilingual("登録済みの接種（取り込まない）", "dose is there already (left out)"),
}
SEVERITY_WORDS = {
    Severity.ERROR.value: Bilingual("エラー", "error"),
    Severity.WARNING.value: Bilingual("注意", "warning"),
}


def imports_of(actor: Principal, purpose: str = DoseImport.Purpose.IMPORT) -> tuple[ImportLine, ...]:
    """The imports (or comparisons) of the organisations for which the actor may see them, newest first."""
    organisations = [
        grant.organisation
        for grant in actor.grants
        if access.may(
            actor, "certificates:ViewImports", Resource("Certificates::Import", "", grant.organisation)
        )
    ]
    rows = DoseImport.objects.select_related("source").filter(
        organisation_id__in=set(organisations), purpose=purpose
    )[:500]
    return tuple(
        ImportLine(
            row.pk,
            row.uploaded_at,
            row.source.name,
            row.file_name,
            row.state,
            STATE_NAMES[ImportState(row.state)],
            int(row.counts.get("rows", 0)) or max(0, row.lines - 1),
            int(row.counts.get("rows_with_errors", 0)),
        )
        for row in rows
    )


def sources_of(organisation_id: str) -> tuple[str, ...]:
    """The names of the sources that an organisation has imported from."""
    return tuple(ImportSource.objects.filter(organisation_id=organisation_id).values_list("name", flat=True))


def import_view(actor: Principal, import_id: uuid.UUID) -> ImportView:
    """One import. Raises ``AccessDenied``, or ``DoseImport.DoesNotExist``."""
    row = _allowed(actor, import_id)
    counts = {k: v for k, v in row.counts.items() if isinstance(v, int)}
    problem = row.counts.get("problem")
    known = row.mapping or row.source.mappings.order_by("-version").first()
    again = DoseImport.objects.filter(
        organisation_id=row.organisation_id, file_digest=row.file_digest, applied_at__isnull=False
    ).exclude(pk=row.pk)
    return ImportView(
        id=row.pk,
        organisation_id=row.organisation_id,
        purpose=row.purpose,
        source_id=row.source_id,
        source=row.source.name,
        file_name=row.file_name,
        file_size=row.file_size,
        file_digest=row.file_digest,
        file_kept=row.file_kept,
        lines=row.lines,
        encoding=Encoding(row.encoding),
        encoding_guess=Encoding(row.encoding_guess),
        evidence=row.encoding_evidence,
        delimiter=Delimiter(row.delimiter),
        state=row.state,
        state_words=STATE_NAMES[ImportState(row.state)],
        uploaded_at=row.uploaded_at,
        applied_at=row.applied_at,
        undone_at=row.undone_at,
        undo_reason=row.undo_reason,
        reason=row.reason,
        good_rows_only=row.good_rows_only,
        counts=counts,
        problem=Bilingual(problem["ja"], problem["en"]) if problem else None,
        written=row.counts.get("written", {}),
        undone=row.counts.get("undone", {}),
        mapping=ImportMapping.from_json(known.mapping) if known else None,
        mapping_version=known.version if known else None,
        job_id=row.job_id,
        same_file=tuple(again.values_list("applied_at", flat=True)[:5]),
    )


def file_sample(actor: Principal, import_id: uuid.UUID) -> FileSample:
    """Columns and values from the first rows of the file, as the chosen encoding reads them.

    Raises ``AccessDenied``, ``FileGone`` or ``HeaderUnreadable``.
    """
    row = _allowed(actor, import_id)
    source = records(
        kept_files().lines(row.pk),
        encoding=Encoding(row.encoding),
        delimiter=Delimiter(row.delimiter),
    )
    first = next(source, None)
    headers = read_headers(first.fields if first else ())
    samples: list[list[str]] = [[] for _header in headers]
    values: list[dict[str, None] | None] = [{} for _header in headers]
    for record in islice(source, SAMPLED_ROWS):
        for place, cell in enumerate(record.fields[: len(headers)]):
            text = legible(cell.strip())[:60]
            if text and len(samples[place]) < SAMPLES and text not in samples[place]:
                samples[place].append(text)
            found = values[place]
            if found is not None and text:
                found.setdefault(text)
                if len(found) > MOST_VALUES:  # no list of kinds, but names or dates
                    values[place] = None
    return FileSample(
        tuple(ColumnSample(n, h, tuple(samples[n])) for n, h in enumerate(headers)),
        {place: tuple(found) for place, found in enumerate(values) if found},
    )


def products() -> tuple[tuple[str, Bilingual], ...]:
    """The products of the catalogue: code and name."""
    return import_catalogue.products()


def unknown_vaccines(sample: FileSample, place: int) -> tuple[str, ...]:
    """The values of a column that the catalogue does not know."""
    catalogue = import_catalogue.catalogue()
    return tuple(v for v in sample.values.get(place, ()) if value_key(v) not in catalogue)


def unknown_sexes(sample: FileSample, place: int) -> tuple[str, ...]:
    """The values of a column that are no usual way of writing the sex."""
    return tuple(v for v in sample.values.get(place, ()) if value_key(v) not in USUAL_SEXES)


def vaccine_values_in_report(actor: Principal, import_id: uuid.UUID) -> tuple[str, ...]:
    """The vaccines that the last preview could not place, beyond the rows that are sampled."""
    row = _allowed(actor, import_id)
    found = ImportRemark.objects.filter(dose_import=row, code="CERT-147").values_list("value", flat=True)
    return tuple(found.distinct().order_by("value")[:MOST_VALUES])


def preview(actor: Principal, import_id: uuid.UUID) -> tuple[PreviewRow, ...]:
    """The first rows as they will be stored. Raises ``AccessDenied``."""
    row = _allowed(actor, import_id)
    staged = StagedRow.objects.filter(dose_import=row).order_by("line")[:PREVIEWED]
    names = dict(import_catalogue.products())
    return tuple(
        PreviewRow(
            line=s.line,
            person_number=s.reference,
            name=s.name,
            kana=s.kana,
            birth_date=s.birth_date,
            vaccine=names[s.vaccine].ja if s.vaccine in names else s.vaccine,
            dose_number=s.dose_number,
            dose_date=s.given_on,
            lot=s.lot,
            place=s.place,
            outcome=Bilingual(
                f"{PERSON_WORDS[s.person_outcome].ja}・{DOSE_WORDS[s.dose_outcome].ja}",
                f"{PERSON_WORDS[s.person_outcome].en}, {DOSE_WORDS[s.dose_outcome].en}",
            ),
        )
        for s in staged
    )


class Report:
    """The remarks of an import as a source of rows for a table, and as CSV lines. Raises ``AccessDenied``."""

    def __init__(self, actor: Principal, import_id: uuid.UUID) -> None:
        row = _allowed(actor, import_id)
        self._remarks = ImportRemark.objects.filter(dose_import=row)
        mapping = ImportMapping.from_json(row.mapping.mapping) if row.mapping else None
        self._columns: Mapping[str, str] = (
            {name.value: column for name, column in mapping.columns.items()} if mapping else {}
        )

    def count(self, filters: Mapping[str, str]) -> int:
        """How many remarks pass."""
        return self._filtered(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: object, start: int, stop: int | None
    ) -> Iterable[ReportLine]:
        """The remarks in the order of the file."""
        rows = self._filtered(filters).order_by("line", "pk")[start:stop]
        return (self._line(remark) for remark in rows.iterator(chunk_size=2_000))

    def csv_lines(self, language: str) -> Iterator[str]:
        """The whole report line by line, in UTF-8 with a byte order mark; nothing in it runs as a formula."""
        writer = csv.writer(_Echo())
        heads = (
            Bilingual("行", "Line"),
            Bilingual("重大さ", "Severity"),
            Bilingual("番号", "Code"),
            Bilingual("列", "Column"),
            Bilingual("値", "Value"),
            Bilingual("行の人", "Person of the row"),
            Bilingual("起きたこと", "What happened"),
            Bilingual("理由", "Why"),
            Bilingual("すること", "What to do"),
        )
        yield "\ufeff" + writer.writerow([head.in_language(language) for head in heads])
        for line in self.slice({}, None, 0, None):
            texts = (
                SEVERITY_WORDS[line.severity].in_language(language),
                line.code,
                line.column,
                line.value,
                line.who,
                line.explanation.what.in_language(language),
                line.explanation.why.in_language(language),
                line.explanation.remedy.in_language(language),
            )
            yield writer.writerow([line.line, *(harmless(text) for text in texts)])

    def _filtered(self, filters: Mapping[str, str]) -> QuerySet[ImportRemark]:
        rows = self._remarks
        for key in ("severity", "code"):
            if filters.get(key):
                rows = rows.filter(**{key: filters[key]})
        if filters.get("who"):
            rows = rows.filter(who__contains=filters["who"])
        return rows

    def _line(self, remark: ImportRemark) -> ReportLine:
        column = self._columns.get(remark.about, "")
        if not column and remark.about:
            column = NAMES[ImportField(remark.about)].ja
        return ReportLine(
            remark.line,
            remark.severity,
            remark.code,
            column,
            remark.value,
            remark.who,
            explain(remark.code, remark.details),
        )


def harmless(text: str) -> str:
    """A text that no spreadsheet runs as a formula (OWASP, CSV injection).

    >>> harmless("=1+1"), harmless("山田")
    ("'=1+1", '山田')
    """
    return "'" + text if text.startswith(_FORMULA) else text


class _Echo:
    """A file that hands back what is written to it, so that lines stream."""

    def write(self, line: str) -> str:
        return line


def _allowed(actor: Principal, import_id: uuid.UUID) -> DoseImport:
    row = DoseImport.objects.select_related("source", "mapping").get(pk=import_id)
    access.require(actor, "certificates:ViewImports", row.resource)
    return row
