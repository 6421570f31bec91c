"""Reading the audit: what was done about somebody, by somebody, in an organisation (監査記録の閲覧)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from hashira.core.audit.models import AuditEvent, AuditSeal, AuditSubject
from hashira.core.audit.recording import ACTING_TOKEN, Subject
from hashira.core.audit.sealing import leaf

MAX_PAGE = 500


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is shown; the actor is known by name only to whom the pseudonym is not erased."""

    sequence: int
    moment: datetime
    actor_kind: str
    actor: str
    """The id of an account or resident, the name of a part of the system; empty if nobody or erased."""
    action: str
    organisation: str
    facts: dict[str, Any]

    @property
    def token(self) -> str:
        """The public identifier of the token the actor came with; empty for who was there in person."""
        return str(self.facts.get(ACTING_TOKEN, ""))


def events(
    *,
    subject: Subject | None = None,
    actor: Subject | None = None,
    action: str = "",
    organisation: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> tuple[Event, ...]:
    """The newest events first that fit all that is given; ``before`` is the sequence to go on below.

    ``action`` is the beginning of one (``certificates:``). A subject or actor nobody knows has no events.
    """
    rows = AuditEvent.objects.all()
    for named, column in ((subject, "mentions__pseudonym"), (actor, "actor")):
        if named is not None:
            pseudonym = _pseudonym(named)
            if pseudonym is None:
                return ()
            rows = rows.filter(**{column: pseudonym})
    limits = {
        "action__startswith": action,
        "organisation": organisation,
        "moment__gte": since,
        "moment__lt": until,
        "sequence__lt": before,
    }
    rows = rows.filter(**{name: value for name, value in limits.items() if value not in (None, "")})
    page = list(rows.order_by("-sequence")[: min(limit, MAX_PAGE)])
    behind = dict(
        AuditSubject.objects.filter(pseudonym__in={row.actor for row in page}).values_list(
            "pseudonym", "subject_id"
        )
    )
    return tuple(
        Event(
            sequence=row.sequence,
            moment=row.moment,
            actor_kind=row.actor_kind,
            actor=row.actor if row.actor_kind == "system" else behind.get(row.actor, ""),
            action=row.action,
            organisation=row.organisation,
            facts=orjson.loads(row.facts),
        )
        for row in page
    )


def export() -> Iterator[bytes]:
    """The audit as JSON Lines: each event as its leaf, each seal after its last event, then what is unsealed.

    A line is ``{"event": …}`` or ``{"seal": …}``; see docs/reference/audit.md for how to check it elsewhere.
    """
    seals = AuditSeal.objects.order_by("number").iterator(chunk_size=100)
    due = next(seals, None)
    for event in AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000):
        while due is not None and event.sequence > due.last:
            yield _line(due)
            due = next(seals, None)
        yield b'{"event":' + leaf(event) + b"}\n"
    while due is not None:
        yield _line(due)
        due = next(seals, None)


def _line(made: AuditSeal) -> bytes:
    moment = made.moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    columns = {name: getattr(made, name) for name in ("number", "first", "last", "count", "root", "previous")}
    return orjson.dumps({"seal": columns | {"moment": moment, "hash": made.hash}}) + b"\n"


def _pseudonym(subject: Subject) -> str | None:
    row = AuditSubject.objects.filter(kind=subject.kind, subject_id=subject.id).first()
    return row.pseudonym if row else None
