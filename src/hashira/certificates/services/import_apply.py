"""Putting checked rows into the registry, and taking them out again: one transaction each (取込みの実行).

The staged rows move by ``INSERT … SELECT`` inside the database, in one transaction with the audit event and
the new state of the import. A process that is killed at any moment leaves either nothing or everything; no
reader ever has to know about half an import. See docs/reference/import.md for the figures behind this.

Between the preview and this moment a clerk may have changed the registry. The transaction first looks for
staged rows whose ground has moved (a person who is there by now, another revision, a dose recorded since) and
refuses, so that nothing decided on an old state is written.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from django.db.models import Q

from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.domain.import_state import BUSY, ImportState
from hashira.certificates.services.examination import examine_soon
from hashira.certificates.services.status import after_doses
from hashira.certificates.store import import_registry
from hashira.certificates.store.models.imports import DoseImport
from hashira.certificates.store.models.registry import DoseEvent
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

State = ImportState


class RegistryMoved(HashiraError):
    """Details: ``rows``."""

    code = "CERT-158"
    status = 409
    what = Bilingual("確認の後で台帳が変わりました", "The registry has changed since the preview")
    why = Bilingual(
        "{rows}行について、確認した時と台帳の内容が違います。何も取り込んでいません",
        "For {rows} rows the registry is not what it was at the preview. Nothing was imported",
    )
    remedy = Bilingual("もう一度確認してから、取り込んでください", "Run the preview again, then import")


@service(action="certificates:CarryOutImport")
def apply_rows(*, actor: Principal, import_id: uuid.UUID) -> dict[str, int]:
    """Write the staged rows of an import into the registry; again on an applied one it changes nothing.

    Returns how many people, revisions and doses were written. Raises ``RegistryMoved`` or ``AccessDenied``.
    """
    row = DoseImport.objects.select_for_update(no_key=True).get(pk=import_id)
    access.require(actor, "certificates:CarryOutImport", row.resource)
    written = dict(row.counts.get("written", {}))
    if row.state == State.APPLYING:
        import_registry.hold()
        moved = import_registry.moved(row)
        if moved:
            raise RegistryMoved(rows=f"{moved:,}")
        now = datetime.now(UTC)
        written = import_registry.write(row, at=now)
        # An import that replaces doses corrects them, whatever the certificates that showed them.
        shown = Q(doses__event__replaced_by__import_id=row.pk)
        after_doses(shown, reason=Reason.CORRECTED, actor=actor, at=now)
        examine_soon(row.organisation_id)
        row.state, row.applied_at = State.APPLIED, now
        row.counts = {**row.counts, "written": written}
        row.save()
    audit.record(
        actor=actor,
        action="certificates:CarryOutImport",
        subjects=[audit.Subject("import", str(row.pk)), audit.Subject("account", row.applied_by)],
        organisation=str(row.organisation_id),
        facts={"step": "apply", "good_rows_only": row.good_rows_only, **written},
        evidence=row.file_digest.encode(),
    )
    return written


@service(action="certificates:CarryOutImport")
def void_doses(*, actor: Principal, import_id: uuid.UUID) -> dict[str, int]:
    """Void the doses of an import by new events; those that somebody corrected or voided since stay.

    Returns how many were voided and how many were left. Raises ``AccessDenied``.
    """
    row = DoseImport.objects.select_for_update(no_key=True).get(pk=import_id)
    access.require(actor, "certificates:CarryOutImport", row.resource)
    undone = dict(row.counts.get("undone", {}))
    if row.state == State.UNDOING:
        now = datetime.now(UTC)
        import_registry.hold()
        undone = import_registry.void(row, at=now)
        shown = Q(doses__event__import_id=row.pk, doses__event__replaced_by__kind=DoseEvent.Kind.VOIDED)
        shown |= Q(  # the same dose of an entry that was merged
            doses__event__collapsed__merge__reversal=None,
            doses__event__collapsed__kept__import_id=row.pk,
            doses__event__collapsed__kept__replaced_by__kind=DoseEvent.Kind.VOIDED,
        )
        revoked = after_doses(shown, reason=Reason.WITHDRAWN, actor=actor, at=now, note=row.undo_reason)
        if revoked:
            undone["revoked"] = len(revoked)
        examine_soon(row.organisation_id)
        row.state, row.undone_at = State.UNDONE, now
        row.counts = {**row.counts, "undone": undone}
        row.save()
    audit.record(
        actor=actor,
        action="certificates:CarryOutImport",
        subjects=[audit.Subject("import", str(row.pk)), audit.Subject("account", row.undone_by)],
        organisation=str(row.organisation_id),
        facts={"step": "undo", **undone},
        evidence=row.file_digest.encode(),
    )
    return undone


@service(action="certificates:CarryOutImport")
def settle(*, actor: Principal, import_id: uuid.UUID, state: str, counts: dict[str, object]) -> None:
    """End a check or an attempt with a state and what was counted. Raises ``AccessDenied``."""
    row = DoseImport.objects.select_for_update(no_key=True).get(pk=import_id)
    access.require(actor, "certificates:CarryOutImport", row.resource)
    if row.state in BUSY:
        row.state = state
        row.counts = {**row.counts, **counts}
        row.save()
    audit.record(
        actor=actor,
        action="certificates:CarryOutImport",
        subjects=[audit.Subject("import", str(row.pk))],
        organisation=str(row.organisation_id),
        facts={"step": "settle", "state": row.state},
    )
