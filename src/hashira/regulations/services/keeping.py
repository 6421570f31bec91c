"""Laws are kept: each revision once, the newest in force in the index of the search (取り込み).

Reading is long and can be broken off at any point: every batch is a transaction of its own, and what is kept
is passed over the next time, so that going on is starting again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.kernel.clock import JST
from hashira.regulations.adapters.packing import packed
from hashira.regulations.adapters.reading import Reading
from hashira.regulations.domain.law.law import LawFacts
from hashira.regulations.domain.law.number import Revision as RevisionFacts
from hashira.regulations.domain.ministry import ministry_of
from hashira.regulations.store import search_index
from hashira.regulations.store.models import RANKS, Law, Revision, RevisionContent


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a batch: counts of documents."""

    new_laws: int = 0
    new_revisions: int = 0
    changed: int = 0
    """Revisions that were kept and whose document is another now."""
    same: int = 0

    def __add__(self, other: Kept) -> Kept:
        return Kept(
            *(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True))
        )


@service(action="regulations:KeepLaws")
def keep_laws(
    *, actor: Principal, readings: Sequence[Reading], at: datetime, as_of: date, body: str = ""
) -> Kept:
    """Keeps what was read, in one transaction. Raises ``AccessDenied``.

    ``as_of`` is the day the source shows: a document that does not tell since when it is in force is in force
    since then, and what comes into force later is kept but not yet current. ``body`` is the code of the
    municipality whose ordinances they are.
    """
    access.require(actor, "regulations:KeepLaws", Resource("Regulations::Laws", body, body))
    kept = Kept()
    for reading in readings:
        kept += _keep(_placed(reading.facts, body, as_of), reading, at, as_of, body)
    audit.record(
        actor=actor,
        action="regulations:KeepLaws",
        facts={"body": body, "as_of": as_of.isoformat(), **dataclasses.asdict(kept)},
    )
    return kept


def known_documents(body: str = "") -> frozenset[str]:
    """The digests of every document of a body that is kept."""
    return frozenset(Revision.objects.filter(law__body=body).values_list("digest", flat=True))


def _placed(facts: LawFacts, body: str, as_of: date) -> LawFacts:
    law_id = f"{body}/{facts.law_id}" if body else facts.law_id
    told = facts.revision
    revision = RevisionFacts(law_id, told.enforced_at or as_of, told.amended_by)
    return dataclasses.replace(facts, law_id=law_id, revision=revision)


def _keep(facts: LawFacts, reading: Reading, at: datetime, as_of: date, body: str) -> Kept:
    law, new_law = Law.objects.get_or_create(
        law_id=facts.law_id, defaults={**_columns(facts), "body": body, "ministry": ministry_of(facts.number)}
    )
    revision = Revision.objects.filter(law=law, revision_id=facts.revision.revision_id).first()
    if revision is None and not new_law and facts.revision.amended_by == "":
        # A source that does not name the amending law tells the same revision by its day alone.
        revision = Revision.objects.filter(law=law, enforced_at=facts.revision.enforced_at).first()
    document, companion = packed(reading.document.content), packed(reading.document.companion)
    if revision is not None and _holds(revision, document, companion):
        return Kept(same=1)
    new_revision = revision is None
    if revision is None:
        revision = Revision(law=law, revision_id=facts.revision.revision_id)
    revision.enforced_at = facts.revision.enforced_at
    revision.dated = reading.facts.revision.enforced_at is not None
    revision.digest = reading.digest
    revision.source = reading.document.name[-500:]
    revision.units = reading.count
    revision.read_at = at
    revision.surveyed_by = ""
    revision.save()
    RevisionContent.objects.update_or_create(
        revision=revision,
        defaults={
            "document": document,
            "companion": companion,
            "units": reading.units,
            "survey": None,
        },
    )
    newest = _newest(law, at.astimezone(JST).date())
    if newest == revision:
        _make_current(law, revision, facts, reading.entries)
    return Kept(
        new_laws=int(new_law), new_revisions=int(new_revision and not new_law), changed=int(not new_revision)
    )


def _holds(revision: Revision, document: bytes, companion: bytes) -> bool:
    kept = revision.content
    return bytes(kept.document) == document and bytes(kept.companion) == companion


def _newest(law: Law, today: date) -> Revision | None:
    """The revision in force today, or, if none is yet, the first that will be."""
    return (
        law.revisions.filter(enforced_at__lte=today).order_by("-enforced_at", "-id").first()
        or law.revisions.order_by("enforced_at", "-id").first()
    )


def _make_current(
    law: Law, revision: Revision, facts: LawFacts, entries: Iterable[tuple[int, str, str]]
) -> None:
    if law.rank != RANKS.index(facts.rank):  # its entries stand under the old rank
        search_index.remove_law(law.rank, law.pk)
    for name, value in _columns(facts).items():
        setattr(law, name, value)
    law.current = revision
    law.save()
    search_index.replace_law(law.rank, law.pk, entries)


def _columns(facts: LawFacts) -> dict[str, object]:
    return {
        "title": facts.title[:2000],
        "number": facts.number[:200],
        "rank": RANKS.index(facts.rank),
        "kana": facts.kana[:2000],
        "abbreviations": "".join(f"\n{name}" for name in facts.abbreviations) + "\n",
        "category": facts.category[:200],
        "promulgated_at": facts.promulgated_at,
    }
