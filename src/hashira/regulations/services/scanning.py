"""What is kept is scanned: only what changed is looked at anew, then all of it is put together (洗い出し).

The survey of a text stays with it and names the rules that made it. A scan surveys the current texts that
have none by today's rules, puts the surveys of those together that a change can reach (a provision lifts
others, so one changed law may change findings elsewhere; see :mod:`~hashira.regulations.services.circle`),
and writes the rows that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

import msgspec
from django.db import transaction

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.regulations.adapters.packed_text import PackedText
from hashira.regulations.adapters.surveying import SurveyedText, TextToSurvey, survey_texts
from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.detection import JAPAN, Finding, findings
from hashira.regulations.domain.detection.model import document_of
from hashira.regulations.domain.detection.survey import FLOOR, ministries_of
from hashira.regulations.domain.law.law import LawFacts
from hashira.regulations.domain.law.number import Revision as RevisionFacts
from hashira.regulations.domain.search.bigram import pairs
from hashira.regulations.services.circle import Circle, KeptLaw, kept_laws, reach, surveys_of
from hashira.regulations.store import models, search_index

Progress = Callable[[int, int], None]
"""Told how many laws were surveyed, and of how many."""
_BATCH = 64
_ROWS = 2000
_FEW = 200
"""Of more changed laws everything is put together, which then takes no longer."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan came to."""

    laws: int
    surveyed: int
    findings: int
    added: int
    changed: int
    removed: int


def rules_in_use() -> str:
    """Which rules and model survey today: a text surveyed by others is surveyed again."""
    model = msgspec.json.encode(document_of(surveyor_of().model))
    return f"{JAPAN.id} {JAPAN.version} {blake2b(model, digest_size=8).hexdigest()} {FLOOR}"


def prepare(*, today: date, processes: int = 1, progress: Progress = lambda done, total: None) -> int:
    """Brings the current texts and their surveys up to date; answers how many were surveyed.

    What it writes is only what follows from the texts, in batches; broken off, the rest is done next time.
    """
    _promote(today)
    rules = rules_in_use()
    waiting = list(
        models.Revision.objects.filter(pk__in=_current())
        .exclude(surveyed_by=rules)
        .order_by("law__rank", "law__law_id")
        .values_list("pk", flat=True)
    )
    done = 0
    for batch in _surveyed(waiting, processes):
        with transaction.atomic():
            for text in batch:
                models.RevisionContent.objects.filter(pk=text.key).update(survey=text.survey)
            keys = [text.key for text in batch]
            models.Revision.objects.filter(pk__in=keys).update(surveyed_by=rules)
        done += len(batch)
        progress(done, len(waiting))
    return len(waiting)


@service(action="regulations:ScanLaws")
def scan_laws(
    *, actor: Principal, surveyed: int, at: datetime, ministries: Mapping[str, str] | None = None
) -> Scanned:
    """Puts the surveys together and keeps the findings that differ, after :func:`prepare`.

    ``ministries`` gives the ministry for a law's number where the number does not tell (所管). Where nothing
    that goes in has changed since the last scan, nothing is done. Raises ``AccessDenied``.
    """
    access.require(actor, "regulations:ScanLaws", Resource("Regulations::Laws", "", ""))
    laws = kept_laws()
    in_charge = ministries_of((law.facts for law in laws), ministries or {})
    told = {law.key: law.inputs(in_charge[law.facts.law_id]) for law in laws}
    differing = {law.key for law in laws if law.put_together != told[law.key]}
    added = changed = removed = 0
    if differing:
        circle = reach(laws, differing) if len(differing) <= _FEW else Circle.of_all(laws, differing)
        surveys = [survey for _key, survey in surveys_of(circle.needed)]
        only = {law.facts.law_id for law in laws if law.key in circle.reached}
        found = findings(surveys, only=only, in_charge=in_charge)
        added, changed, removed = _write(found, circle.reached, at)
        _keep_inputs(laws, told, in_charge, circle.reached)
    facts = Scanned(len(laws), surveyed, models.Finding.objects.count(), added, changed, removed)
    counts = {name: getattr(facts, name) for name in Scanned.__slots__}
    models.Scan.objects.create(at=at, rules=rules_in_use(), inputs=_digest(told.values()), **counts)
    audit.record(actor=actor, action="regulations:ScanLaws", facts=counts)
    return facts


def _digest(told: Iterable[str]) -> str:
    return blake2b("".join(told).encode(), digest_size=16).hexdigest()


def _current() -> Any:
    return models.Law.objects.exclude(current=None).values("current")


def _promote(today: date) -> None:
    """Texts that have come into force since they were kept become current."""
    later = (
        models.Revision.objects.filter(enforced_at__lte=today)
        .exclude(pk__in=_current())
        .select_related("law", "law__current", "content")
        .order_by("law_id", "enforced_at", "id")
    )
    for revision in later.iterator(chunk_size=100):
        law = revision.law
        if law.current is not None and _stays(law.current, revision, today):
            continue
        with transaction.atomic():
            law.current = revision
            law.save(update_fields=["current"])
            units = _text(revision).read_units()
            search_index.replace_law(
                law.rank, law.pk, [(n, u.text, pairs(u.text)) for n, u in enumerate(units) if u.text.strip()]
            )


def _stays(now: models.Revision, later: models.Revision, today: date) -> bool:
    """Whether the current text is in force and newer than the other, which is in force too."""
    if now.enforced_at is None or now.enforced_at > today:
        return False
    assert later.enforced_at is not None
    return (now.enforced_at, now.pk) >= (later.enforced_at, later.pk)


def _surveyed(waiting: list[int], processes: int) -> Iterator[list[SurveyedText]]:
    batch: list[SurveyedText] = []
    for answer in survey_texts(_tasks(waiting), len(waiting), processes):
        batch.append(answer)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _tasks(keys: list[int]) -> Iterator[TextToSurvey]:
    for start in range(0, len(keys), _BATCH):
        rows = models.Revision.objects.filter(pk__in=keys[start : start + _BATCH])
        for revision in rows.select_related("law", "content"):
            yield TextToSurvey(revision.pk, facts_of(revision), _text(revision))


def _text(revision: models.Revision) -> PackedText:
    kept = revision.content
    return PackedText(revision.source, bytes(kept.document), bytes(kept.companion), bytes(kept.units))


def facts_of(revision: models.Revision) -> LawFacts:
    """The facts of a law as a scan needs them."""
    law = revision.law
    return LawFacts(
        law_id=law.law_id,
        title=law.title,
        number=law.number,
        rank=models.RANKS[law.rank],
        kana=law.kana,
        abbreviations=tuple(law.abbreviations.split()),
        category=law.category,
        revision=replace(RevisionFacts.read(revision.revision_id), law_id=law.law_id),
        promulgated_at=law.promulgated_at,
        source=revision.source,
    )


_FINGERPRINT = msgspec.msgpack.Encoder()
_COPIED = (
    "path", "citation", "part", "article", "paragraph", "item", "subitem", "revision_id", "enforced_at",
    "family_id", "ministry", "category", "type", "phase", "score", "excerpt",
)  # fmt: skip
_MADE = ("reasons", "fingerprint", "entry")


def _write(found: list[Finding], reached: Collection[int], at: datetime) -> tuple[int, int, int]:
    """How many rows of the laws reached were added, changed, removed."""
    whole = len(reached) > _FEW
    kept = models.Law.objects.all() if whole else models.Law.objects.filter(pk__in=reached)
    told = kept.values_list("law_id", "pk", "rank", "current__dated")
    laws = {law_id: (key, rank, dated) for law_id, key, rank, dated in told}
    known = {
        (law, path, category): (key, fingerprint)
        for key, law, path, category, fingerprint in (
            models.Finding.objects.all() if whole else models.Finding.objects.filter(law__in=reached)
        )
        .values_list("pk", "law_id", "path", "category", "fingerprint")
        .iterator(chunk_size=20_000)
        if law in reached
    }
    new: list[models.Finding] = []
    differing: list[models.Finding] = []
    for finding in found:
        law, rank, dated = laws[finding.law_id]
        if not dated:  # the document does not say since when it is in force
            finding = replace(finding, enforced_at=None)  # noqa: PLW2901 (the same finding, told rightly)
        fingerprint = blake2b(_FINGERPRINT.encode((rank, finding)), digest_size=16).hexdigest()
        key, held = known.pop((law, finding.path, finding.category), (None, ""))
        if held == fingerprint:
            continue
        row = models.Finding(law_id=law, fingerprint=fingerprint, found_at=at, entry=0)
        for name in _COPIED:
            setattr(row, name, getattr(finding, name))
        row.reasons = [[reason.rule, reason.words, reason.weight] for reason in finding.reasons]
        (new if key is None else differing).append(row)
    _place([*new, *differing])
    models.Finding.objects.bulk_create(new, batch_size=_ROWS)
    models.Finding.objects.bulk_create(
        differing,
        batch_size=_ROWS,
        update_conflicts=True,
        unique_fields=["law", "path", "category"],
        update_fields=[*(name for name in _COPIED if name not in ("path", "category")), *_MADE],
    )
    gone = [key for key, _ in known.values()]
    for start in range(0, len(gone), _ROWS):
        models.Finding.objects.filter(pk__in=gone[start : start + _ROWS]).delete()
    return len(new), len(differing), len(gone)


def _place(rows: list[models.Finding]) -> None:
    """Which entry of the index each finding is."""
    by_law: dict[int, list[models.Finding]] = {}
    for row in rows:
        by_law.setdefault(row.law_id, []).append(row)
    keys = list(by_law)
    for start in range(0, len(keys), _BATCH):
        laws = models.Law.objects.filter(pk__in=keys[start : start + _BATCH])
        for law in laws.select_related("current__content"):
            assert law.current is not None
            places = {unit.path: place for place, unit in enumerate(_text(law.current).read_units())}
            for row in by_law[law.pk]:
                row.entry = search_index.entry_number(law.rank, law.pk, places[row.path])


def _keep_inputs(
    laws: Sequence[KeptLaw], told: Mapping[int, str], in_charge: Mapping[str, str], reached: Collection[int]
) -> None:
    """Says of the laws reached what their findings are of, and who is in charge of them (所管)."""
    rows = []
    for law in laws:
        if law.key in reached:
            ministry = in_charge[law.facts.law_id] or law.ministry
            rows.append(models.Law(pk=law.key, put_together=told[law.key], ministry=ministry))
    models.Law.objects.bulk_update(rows, ["put_together", "ministry"], batch_size=400)
