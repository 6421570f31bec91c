"""What clerks and supervisors do with imports: hand in a file, say what its columns mean, apply, undo.

Each verb is one transaction; the long work behind it is a durable job (``certificates.jobs``).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from hashira.certificates.adapters.csv_store import KeptFile, kept_files
from hashira.certificates.domain.import_encoding import Encoding
from hashira.certificates.domain.import_mapping import ImportMapping, read_headers
from hashira.certificates.domain.import_record import Delimiter, delimiter_of, records
from hashira.certificates.domain.import_state import BUSY, STATE_NAMES, ImportState
from hashira.certificates.store.models.imports import DoseImport, ImportMappingVersion, ImportSource
from hashira.core import access, audit, jobs
from hashira.core.access import Principal, PrincipalKind, Resource
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

State = ImportState
CHECK_JOB = "certificates.import_check"
APPLY_JOB = "certificates.import_apply"
UNDO_JOB = "certificates.import_undo"
CLEAN_JOB = "certificates.import_clean"


class WrongState(HashiraError):
    """Details: ``state``, a ``Bilingual``."""

    code = "CERT-136"
    status = 409
    what = Bilingual("今はこの操作をできません", "This cannot be done now")
    why = Bilingual("この取込みは「{state}」の状態です", "The import is in the state “{state}”")
    remedy = Bilingual(
        "取込みのページを開き直して、いまの状態を確かめてください", "Open the page of the import again"
    )


class ErrorsInFile(HashiraError):
    """Details: ``rows``."""

    code = "CERT-138"
    status = 409
    what = Bilingual("エラーの行があるため、取り込みません", "Nothing is imported, since rows have errors")
    why = Bilingual("{rows}行にエラーがあります", "{rows} rows have errors")
    remedy = Bilingual(
        "元のデータを直して取り込み直すか、「正しい行だけを取り込む」を選んでください",
        "Repair the source and import again, or choose to import the good rows only",
    )


def keep_file(
    *, actor: Principal, organisation_id: uuid.UUID, chunks: Iterable[bytes]
) -> tuple[uuid.UUID, KeptFile]:
    """Write a file to the data directory, before and outside any transaction; then ``register_file``.

    Raises ``AccessDenied`` before a byte is written, and what ``CsvStore.keep`` raises.
    """
    access.require(
        actor, "certificates:PrepareImport", Resource("Certificates::Import", "", str(organisation_id))
    )
    name = uuid.uuid4()
    return name, kept_files().keep(name, chunks)


@service(action="certificates:PrepareImport")
def register_file(
    *,
    actor: Principal,
    organisation_id: uuid.UUID,
    import_id: uuid.UUID,
    kept: KeptFile,
    file_name: str,
    source_name: str,
    in_name_of: str = "",
    purpose: DoseImport.Purpose = DoseImport.Purpose.IMPORT,
) -> uuid.UUID:
    """Begin an import with a file that was kept; the source is made if it is new. Raises ``AccessDenied``.

    With another ``purpose`` the file is compared with the register (``services.comparing``).

    ``in_name_of`` is the account for which the terminal acts; see ``services.terminal_import``.
    """
    resource = Resource("Certificates::Import", str(import_id), str(organisation_id))
    access.require(actor, "certificates:PrepareImport", resource)
    now = datetime.now(UTC)
    source, _made = ImportSource.objects.get_or_create(
        organisation_id=organisation_id, name=source_name.strip(), defaults={"created_at": now}
    )
    guess = kept.tally.guess
    first = next(
        records(kept_files().lines(import_id), encoding=guess, delimiter=Delimiter.COMMA),
        None,
    )
    header = ",".join(first.fields) if first else ""
    DoseImport.objects.create(
        id=import_id,
        organisation_id=organisation_id,
        source=source,
        purpose=purpose,
        file_name=file_name[:255],
        file_size=kept.size,
        file_digest=kept.digest,
        lines=kept.lines,
        encoding=guess.value,
        encoding_guess=guess.value,
        encoding_evidence={
            "byte_order_mark": kept.tally.byte_order_mark,
            "utf_8_errors": kept.tally.utf_8_errors,
            "cp932_errors": kept.tally.cp932_errors,
        },
        delimiter=delimiter_of(header).value,
        uploaded_at=now,
        uploaded_by=_doer(actor, in_name_of),
    )
    audit.record(
        actor=actor,
        action="certificates:PrepareImport",
        subjects=[audit.Subject("import", str(import_id))],
        organisation=str(organisation_id),
        facts={"bytes": kept.size, "lines": kept.lines, "encoding": guess.value},
        evidence=kept.digest.encode(),
    )
    return import_id


@service(action="certificates:PrepareImport")
def choose_reading(
    *, actor: Principal, import_id: uuid.UUID, encoding: Encoding, delimiter: Delimiter
) -> None:
    """Overrule how the file is read. Raises ``AccessDenied`` or ``WrongState``."""
    row = _open(import_id, State.UPLOADED, State.CHECKED)
    access.require(actor, "certificates:PrepareImport", row.resource)
    row.encoding, row.delimiter = encoding.value, delimiter.value
    row.state = State.UPLOADED
    row.save(update_fields=["encoding", "delimiter", "state"])
    _tell(actor, "certificates:PrepareImport", row, {"encoding": encoding.value})


@service(action="certificates:PrepareImport")
def check_import(*, actor: Principal, import_id: uuid.UUID, mapping: ImportMapping) -> None:
    """Keep the mapping (a new version if it differs) and request the preview.

    Raises ``AccessDenied``, ``WrongState``, ``FileGone``, ``HeaderUnreadable`` or ``MappingContradictory``.
    """
    row = _open(import_id, State.UPLOADED, State.CHECKING, State.CHECKED)  # a run under way is superseded
    access.require(actor, "certificates:PrepareImport", row.resource)
    mapping.positions(headers_of(row))
    row.mapping = _version_of(row.source, mapping, actor)
    row.state, row.check_number, row.counts = State.CHECKING, row.check_number + 1, {}
    row.save()
    _request(actor, CHECK_JOB, row, total=row.lines)
    _tell(actor, "certificates:PrepareImport", row, {"mapping_version": row.mapping.version})


@service(action="certificates:ImportDoses")
def apply_import(
    *, actor: Principal, import_id: uuid.UUID, good_rows_only: bool = False, in_name_of: str = ""
) -> None:
    """Request that the checked rows go into the registry, all at once.

    ``in_name_of`` as in ``register_file``.

    Raises ``AccessDenied``, ``WrongState``, or ``ErrorsInFile`` unless the good rows alone were asked for.
    """
    row = _open(import_id, State.CHECKED, State.APPLYING)  # asked for again where the job has failed
    if row.purpose != DoseImport.Purpose.IMPORT:
        raise WrongState(state=STATE_NAMES[State(row.state)])
    access.require(actor, "certificates:ImportDoses", row.resource)
    wrong = int(row.counts.get("rows_with_errors", 0))
    if wrong and not good_rows_only:
        raise ErrorsInFile(rows=f"{wrong:,}")
    row.state, row.good_rows_only, row.applied_by = State.APPLYING, good_rows_only, _doer(actor, in_name_of)
    row.save()
    _request(actor, APPLY_JOB, row, total=None)
    _tell(actor, "certificates:ImportDoses", row, {"good_rows_only": good_rows_only})


@service(action="certificates:PrepareImport")
def cancel_import(*, actor: Principal, import_id: uuid.UUID) -> None:
    """Give an import up before it is applied; the file and all that was read of it go at once.

    Raises ``AccessDenied`` or ``WrongState``.
    """
    row = _open(import_id, State.UPLOADED, State.CHECKING, State.CHECKED)
    access.require(actor, "certificates:PrepareImport", row.resource)
    row.state = State.CANCELLED
    _drop_file(row)
    _request(actor, CLEAN_JOB, row, total=None)
    _tell(actor, "certificates:PrepareImport", row, {"cancelled": True})


@service(action="certificates:UndoImport")
def undo_import(*, actor: Principal, import_id: uuid.UUID, reason: str) -> None:
    """Request that every dose of an import is voided, with a reason.

    Raises ``AccessDenied``, ``WrongState``, or ``ValueError`` without a reason, which the form asks for.
    """
    row = _open(import_id, State.APPLIED, State.UNDOING)
    access.require(actor, "certificates:UndoImport", row.resource)
    if row.purpose != DoseImport.Purpose.IMPORT:
        raise WrongState(state=STATE_NAMES[State(row.state)])
    if not reason.strip():
        raise ValueError("undoing an import needs its reason")
    row.state, row.undone_by, row.undo_reason = State.UNDOING, actor.id, reason.strip()[:400]
    row.save()
    _request(actor, UNDO_JOB, row, total=None)
    _tell(actor, "certificates:UndoImport", row, {})


@service(action="certificates:CarryOutImport")
def remove_old_file(*, actor: Principal, import_id: uuid.UUID, now: datetime) -> bool:
    """Delete the file of an import whose time is over; says whether it did. Its rows are the job's to forget.

    An import that waits is cancelled by it. Raises ``AccessDenied``.
    """
    row = DoseImport.objects.select_for_update(no_key=True).get(pk=import_id)
    access.require(actor, "certificates:CarryOutImport", row.resource)
    over = row.file_kept and row.uploaded_at <= now - timedelta(days=settings.HASHIRA_IMPORT_RETENTION_DAYS)
    busy = row.state in BUSY
    if over and not busy:
        if row.state in {State.UPLOADED, State.CHECKED}:
            row.state = State.CANCELLED
        _drop_file(row)
    _tell(actor, "certificates:CarryOutImport", row, {"removed": over and not busy})
    return over and not busy


def imports_over(now: datetime) -> tuple[DoseImport, ...]:
    """The imports whose file has been kept for as long as it may."""
    oldest = now - timedelta(days=settings.HASHIRA_IMPORT_RETENTION_DAYS)
    rows = DoseImport.objects.filter(file_kept=True, uploaded_at__lte=oldest)
    return tuple(rows.exclude(state__in=[state.value for state in BUSY]))


def remove_strays(now: datetime) -> None:
    """Delete files that no import keeps; one that arrived in the last day may still be registered."""
    old_enough = (now - timedelta(days=1)).timestamp()
    held = kept_files()
    for name in held.names(before=old_enough):
        if not DoseImport.objects.filter(pk=name, file_kept=True).exists():
            held.remove(name)


def _drop_file(row: DoseImport) -> None:
    """The file goes when this is committed; if the machine stops in between, with the next clean-up."""
    row.file_kept, row.file_name = False, ""
    row.save()
    transaction.on_commit(lambda: kept_files().remove(row.pk))


def headers_of(row: DoseImport) -> tuple[str, ...]:
    """The names of the columns of a file. Raises ``FileGone`` or ``HeaderUnreadable``."""
    first = next(
        records(
            kept_files().lines(row.pk),
            encoding=Encoding(row.encoding),
            delimiter=Delimiter(row.delimiter),
        ),
        None,
    )
    return read_headers(first.fields if first else ())


def _doer(actor: Principal, in_name_of: str) -> str:
    """Who stands behind the import: the one who acts, or the account in whose name the terminal does."""
    if in_name_of and actor.kind is not PrincipalKind.SYSTEM:
        raise ValueError("only the terminal acts in somebody's name")
    return in_name_of or actor.id


def _open(import_id: uuid.UUID, *states: str) -> DoseImport:
    row = (
        DoseImport.objects.select_for_update(of=("self",), no_key=True)
        .select_related("source")
        .get(pk=import_id)
    )
    if row.state not in states:
        raise WrongState(state=STATE_NAMES[State(row.state)])
    return row


def _version_of(source: ImportSource, mapping: ImportMapping, actor: Principal) -> ImportMappingVersion:
    last = source.mappings.order_by("-version").first()
    if last is not None and last.mapping == mapping.to_json():
        return last
    highest = source.mappings.aggregate(highest=Max("version"))["highest"] or 0
    return ImportMappingVersion.objects.create(
        source=source,
        version=highest + 1,
        mapping=mapping.to_json(),
        created_at=datetime.now(UTC),
        created_by=actor.id,
    )


def _request(actor: Principal, kind: str, row: DoseImport, *, total: int | None) -> None:
    parameters = {"import": str(row.pk), "check": row.check_number}
    view = jobs.request(
        actor=actor, kind=kind, parameters=parameters, organisation=str(row.organisation_id), total=total
    )
    row.job_id = view.id
    row.save(update_fields=["job_id"])


def _tell(actor: Principal, action: str, row: DoseImport, facts: dict[str, str | int | bool | None]) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[audit.Subject("import", str(row.pk))],
        organisation=str(row.organisation_id),
        facts={"state": row.state, **facts},
    )
