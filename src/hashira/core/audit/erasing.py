"""Forgetting a person without breaking the chain (本人に関する情報の消去)."""

from __future__ import annotations

from django.db import transaction

from hashira.core.access.principal import Principal
from hashira.core.audit.errors import SubjectUnknown
from hashira.core.audit.models import AuditSubject
from hashira.core.audit.recording import Subject, record


def erase(*, actor: Principal, subject: Subject, organisation: str | None = None) -> None:
    """Deletes who stands behind the pseudonym and the salt of the digests; tells so in an event of its own.

    The events stay and their seals still verify, but nobody can tell any more about whom they are, nor check
    a guess against a digest. In the caller's transaction, beside the deletion of the data itself; called by
    itself it is one of its own, so that nobody is forgotten without an event. Raises ``SubjectUnknown``.
    """
    with transaction.atomic():
        deleted, _ = AuditSubject.objects.filter(kind=subject.kind, subject_id=subject.id).delete()
        if not deleted:
            raise SubjectUnknown(kind=subject.kind)
        record(actor=actor, action="audit:Erase", organisation=organisation, facts={"kind": subject.kind})
