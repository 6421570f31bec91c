"""Seals over the events, and the check that nothing was changed, taken out or put in (封印と検証).

A seal holds the Merkle root (RFC 9162 §2.1) of a run of events and the hash of the seal before it, so that
the last hash, the head, stands for the whole history. What was sealed cannot be changed unnoticed by anybody
who does not also replace every later seal; whoever keeps a head outside of the database notices that as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from hashira.core.audit.merkle import root
from hashira.core.audit.models import AuditEvent, AuditMention, AuditSeal
from hashira.kernel.canonical_json import canonical_json
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

GENESIS = "0" * 64
"""What the first seal has for the hash of the one before."""
BATCH = 10_000
"""Events under one seal at most."""
_LOCK = 0x6861736869726132
_BEFORE_ALL = -(2**63)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole audit found."""

    ok: bool
    events: int
    seals: int
    unsealed: int
    head: str
    problem: Bilingual | None = None


def seal() -> int:
    """Seals what is not sealed yet; returns how many events that were. One at a time does this."""
    sealed = 0
    while True:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            count = _seal_batch()
        if not count:
            return sealed
        sealed += count


def _seal_batch() -> int:
    before = AuditSeal.objects.order_by("-number").first()
    after = before.last if before else _BEFORE_ALL
    batch = list(AuditEvent.objects.filter(sequence__gt=after).order_by("sequence")[:BATCH])
    if not batch:
        return 0
    made = AuditSeal(
        number=before.number + 1 if before else 1,
        first=batch[0].sequence,
        last=batch[-1].sequence,
        count=len(batch),
        root=root(map(leaf, batch)).hex(),
        previous=before.hash if before else GENESIS,
        moment=datetime.now(UTC),
    )
    made.hash = seal_hash(made)
    made.save(force_insert=True)
    return len(batch)


def leaf(event: AuditEvent) -> bytes:
    """The octets of an event under a seal: canonical JSON (RFC 8785) of its columns."""
    return canonical_json(
        {
            "sequence": event.sequence,
            "moment": _moment(event.moment),
            "actor_kind": event.actor_kind,
            "actor": event.actor,
            "action": event.action,
            "organisation": event.organisation,
            "subjects": event.subjects,
            "facts": event.facts,
            "digest": event.digest,
        }
    )


def seal_hash(made: AuditSeal) -> str:
    """SHA-256 over the canonical JSON of a seal's other columns, in hexadecimal."""
    columns = {
        "number": made.number,
        "first": made.first,
        "last": made.last,
        "count": made.count,
        "root": made.root,
        "previous": made.previous,
        "moment": _moment(made.moment),
    }
    return hashlib.sha256(canonical_json(columns)).hexdigest()


def head() -> str:
    """The hash of the last seal: keep it somewhere else, and compare."""
    last = AuditSeal.objects.order_by("-number").first()
    return last.hash if last else GENESIS


def verify(*, expected_head: str | None = None) -> Verification:
    """Checks every seal and every event under it, in memory that does not grow with them.

    With ``expected_head``, a head that was kept elsewhere, that seal must be there too: without it nobody can
    see that the last seals were taken away together with their events, or the whole history written anew.
    The index by subject is compared with the events. Events after the last seal are counted and not judged.
    """
    events = seals = 0
    previous, after = GENESIS, _BEFORE_ALL
    seen_head = expected_head in (None, GENESIS)
    for number, made in enumerate(AuditSeal.objects.order_by("number").iterator(chunk_size=100), start=1):
        problem = _problem(made, number=number, previous=previous, after=after)
        if problem is not None:
            return Verification(False, events, seals, 0, previous, problem)
        previous, after = made.hash, made.last
        events += made.count
        seals = number
        seen_head = seen_head or made.hash == expected_head
    unsealed = AuditEvent.objects.filter(sequence__gt=after).count()
    problem = None
    if not seen_head:
        problem = Bilingual(
            "控えておいた先頭の封印がありません。記録が取り除かれたか、書き直されています",
            "The head that was kept is not among the seals: history was cut off or written anew",
        )
    return Verification(problem is None, events + unsealed, seals, unsealed, previous, problem)


def _problem(made: AuditSeal, *, number: int, previous: str, after: int) -> Bilingual | None:
    where = Bilingual(f"封印{made.number}", f"Seal {made.number}")
    if made.number != number or made.previous != previous:
        return _said(where, "前の封印とつながっていません", "does not follow the seal before it")
    try:
        unchanged = made.hash == seal_hash(made)
    except (AttributeError, TypeError, ValueError, HashiraError):
        unchanged = False
    if not unchanged:
        return _said(where, "封印が書き換えられています", "was changed")
    outside = AuditEvent.objects.filter(sequence__gt=after, sequence__lt=made.first)
    if outside.exists():
        return _said(where, "封印の間に記録が差し込まれています", "has events put in before it")
    counted = _Counter(made)
    events = f"{made.first}–{made.last}"
    try:
        fits = root(counted).hex() == made.root and counted.count == made.count
        # The index is no part of the leaves: what it must hold follows from the events, which are sealed.
        mentions = AuditMention.objects.filter(event_id__gt=after, event_id__lte=made.last).count()
        indexed = counted.misindexed is None and mentions == counted.mentions
    except (AttributeError, TypeError, ValueError, HashiraError):
        # SQLite lets anything stand in any column: what cannot even be read was not written by ``record``.
        return _said(
            where,
            f"記録{events}に、読めないものがあります",
            f"has an event among {events} that cannot be read",
        )
    if not fits:
        return _said(
            where,
            f"記録{events}のどれかが書き換えられたか、取り除かれたか、差し込まれています",
            f"does not fit its events {events}: one was changed, taken out or put in",
        )
    if not indexed:
        which = events if counted.misindexed is None else str(counted.misindexed)
        return _said(
            where,
            f"記録{which}を対象から探す索引（audit_auditmention）が、記録の対象と合いません",
            f"covers event {which}, whose entries in the index by subject (audit_auditmention) are not its "
            "subjects",
        )
    return None


class _Counter:
    """The leaves under a seal, counted as they pass; the index by subject is compared on the way."""

    def __init__(self, made: AuditSeal) -> None:
        self._made = made
        self.count = 0
        self.mentions = 0
        """How many entries the index must have for these events."""
        self.misindexed: int | None = None
        """The first event whose entries are not its subjects."""

    def __iter__(self) -> Iterator[bytes]:
        run = AuditEvent.objects.filter(sequence__gte=self._made.first, sequence__lte=self._made.last)
        for event in run.order_by("sequence").prefetch_related("mentions").iterator(chunk_size=2000):
            self.count += 1
            about = json.loads(event.subjects)
            self.mentions += len(about)
            if self.misindexed is None and sorted(about) != sorted(m.pseudonym for m in event.mentions.all()):
                self.misindexed = event.sequence
            yield leaf(event)


def _said(where: Bilingual, ja: str, en: str) -> Bilingual:
    return Bilingual(f"{where.ja}：{ja}", f"{where.en} {en}")


def _moment(moment: datetime) -> str:
    """A moment as the leaf has it: UTC, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
