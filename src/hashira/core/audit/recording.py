"""Writing an audit event, inside the transaction of what it tells about (監査記録の作成)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Q

from hashira.core.access.principal import Principal, PrincipalKind
from hashira.core.audit.models import AuditEvent, AuditMention, AuditSubject
from hashira.core.witness import note_audit
from hashira.kernel.canonical_json import canonical_json

Fact = str | int | bool | None
MAX_FACT = 400
MAX_FACTS = 32
_AT_ONCE = 500
ACTING_TOKEN = "token"  # noqa: S105 (the name of a fact)
"""The fact that says through which token of the API somebody acted: its public identifier."""
_LOCK = 0x6861736869726131
"""Key of the lock under which events get their numbers on PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what an event is about: ``Subject("person", id)``. The id stays out of the event."""

    kind: str
    id: str


def record(
    *,
    actor: Principal,
    action: str,
    subjects: Sequence[Subject] = (),
    organisation: str | None = None,
    facts: Mapping[str, Fact] | None = None,
    evidence: bytes | None = None,
) -> None:
    """Writes one event; in the caller's transaction, so that there is none without what it tells about.

    ``facts`` hold counts, codes, formats; never a name, a date of birth or a free text of a person. Of
    ``evidence`` only a digest is kept, salted for the first subject (else for the actor), so that whoever
    has the content can prove it and whoever guesses cannot. Of an actor who came with a token of the API
    its public identifier is told beside the account, as the fact ``token``; no caller sets that one. Raises
    ``ValueError`` outside a transaction or for facts that are too many, too long or of another type.
    """
    if not connection.in_atomic_block:
        raise ValueError("an audit event belongs into the transaction of what it tells about")
    # A member of a text enumeration is told as its plain text.
    told = {name: str(fact) if isinstance(fact, str) else fact for name, fact in (facts or {}).items()}
    _check(told)
    if actor.token:
        told[ACTING_TOKEN] = actor.token
    doer = _subject_of(actor)
    if evidence is not None and not subjects and doer is None:
        raise ValueError("evidence needs a subject whose salt guards it")
    _take_turn()
    known = _known([*subjects, *([doer] if doer else [])])
    about = [known[subject].pseudonym for subject in dict.fromkeys(subjects)]
    salted = subjects[0] if subjects else doer
    event = AuditEvent.objects.create(
        moment=datetime.now(UTC),
        actor_kind=actor.kind.value,
        actor=known[doer].pseudonym if doer else actor.id,
        action=action,
        organisation=organisation or "",
        subjects=canonical_json(about).decode("ascii"),
        facts=canonical_json(told).decode("utf-8"),
        digest=_digest(known[salted].salt if salted else "", evidence),
    )
    AuditMention.objects.bulk_create(AuditMention(event=event, pseudonym=name) for name in about)
    note_audit()


def evidence_digest(subject: Subject, evidence: bytes) -> str | None:
    """What the digest of this evidence about the subject would be; ``None`` once the subject is erased."""
    row = AuditSubject.objects.filter(kind=subject.kind, subject_id=subject.id).first()
    return _digest(row.salt, evidence) if row else None


def _check(facts: Mapping[str, object]) -> None:
    if len(facts) > MAX_FACTS:
        raise ValueError("too many facts")
    if ACTING_TOKEN in facts:
        raise ValueError("the fact token is told of the actor, not by the caller")
    for name, value in facts.items():
        if value is not None and not isinstance(value, str | int):
            raise ValueError(f"the fact {name} is neither text nor number nor truth")
        if isinstance(value, str) and len(value) > MAX_FACT:
            raise ValueError(f"the fact {name} is too long")


def _take_turn() -> None:
    """Lets events be committed in the order of their numbers, so that no number is filled in later.

    SQLite has one writer anyway. On PostgreSQL two transactions could take numbers in one order and commit
    in the other, and a seal made in between would miss one; the lock is held until the commit. So an event
    is told last, and what is still to be checked at the commit is checked before: a foreign key that waited
    for a row then would wait for somebody who waits for this turn.
    """
    if connection.vendor == "postgresql":
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _subject_of(actor: Principal) -> Subject | None:
    """People act under a pseudonym; a part of the system under its name, and nobody as nobody."""
    if actor.kind in {PrincipalKind.STAFF, PrincipalKind.RESIDENT}:
        return Subject("account" if actor.kind is PrincipalKind.STAFF else "resident", actor.id)
    return None


def _known(subjects: Sequence[Subject]) -> dict[Subject, AuditSubject]:
    """The row of each subject, made where it is missing. The turn is ours, so nobody makes it twice."""
    wanted = list(dict.fromkeys(subjects))
    found: dict[Subject, AuditSubject] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        asked = Q()
        for kind in dict.fromkeys(subject.kind for subject in some):
            asked |= Q(kind=kind, subject_id__in=[subject.id for subject in some if subject.kind == kind])
        found |= {Subject(row.kind, row.subject_id): row for row in AuditSubject.objects.filter(asked)}
    missing = [subject for subject in wanted if subject not in found]
    if not missing:
        return found
    made = AuditSubject.objects.bulk_create(
        AuditSubject(
            kind=subject.kind,
            subject_id=subject.id,
            pseudonym=secrets.token_hex(16),
            salt=secrets.token_hex(32),
        )
        for subject in missing
    )
    return found | {Subject(row.kind, row.subject_id): row for row in made}


def _digest(salt: str, evidence: bytes | None) -> str:
    return "" if evidence is None else hmac.digest(bytes.fromhex(salt), evidence, "sha256").hex()
