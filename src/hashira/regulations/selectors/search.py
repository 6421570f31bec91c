"""Looking through the text of every law that is kept (全文検索)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import re2

from hashira.regulations.adapters.packed_text import PackedText
from hashira.regulations.adapters.packing import AnotherShape, unpack_some_units
from hashira.regulations.domain.law.law import Rank, citation_of
from hashira.regulations.domain.law.units import Unit
from hashira.regulations.domain.search.excerpt import Stretch, excerpt, marked
from hashira.regulations.domain.search.question import PatternNotUsable, Question, read_question
from hashira.regulations.store import models, search_index
from hashira.regulations.store.search_index import Entry, Narrowing

PAGE = 20
_LONGEST_PATTERN = 500
_PATTERN_MEMORY = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """In which laws is looked. What is empty narrows nothing."""

    law_id: str = ""
    body: str | None = None
    rank: Rank | None = None
    ministry: str = ""
    category: str = ""
    """Only provisions in which the last scan found this category."""
    since: date | None = None
    """Only texts in force since this day or later."""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One unit that answers."""

    law_id: str
    title: str
    number: str
    path: str
    citation: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of hits."""

    total: int | None
    """How many there are; ``None`` for a pattern, which is looked for only as far as needed."""
    hits: tuple[Hit, ...]
    after: int | None = None
    """Where a pattern goes on; ``None`` at the end."""


def look_for(text: str, scope: Scope = Scope(), *, start: int = 0, size: int = PAGE) -> Answer:
    """The units that hold the words, in the order of rank, law and place. Raises ``NothingToLookFor``."""
    question = read_question(text)
    narrowing = _narrowing(scope)
    if narrowing is None:
        return Answer(0, ())
    total = search_index.count(question, narrowing)
    found = search_index.find(question, narrowing, start=start, stop=start + size) if total > start else []
    return Answer(total, _hits(found, question))


def look_for_pattern(
    pattern: str,
    scope: Scope = Scope(),
    *,
    after: int = -1,
    size: int = PAGE,
    seconds: float = 5.0,
) -> Answer:
    """The units that a regular expression fits, until there are enough or the time is over.

    RE2 answers in a time that grows with the text, whatever the expression. Raises ``PatternNotUsable``.
    """
    narrowing = _narrowing(scope)
    if narrowing is None:
        return Answer(None, ())
    told = re2.Options()
    told.max_mem = _PATTERN_MEMORY
    told.log_errors = False
    try:
        compiled = re2.compile(pattern[:_LONGEST_PATTERN], told)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        words = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise PatternNotUsable(reason=words) from None
    found: list[tuple[Entry, list[tuple[int, int]]]] = []
    ends = time.monotonic() + seconds
    last = after
    for entry in search_index.walk(narrowing, after=after):
        last = entry.number
        spans = [m.span() for m in compiled.finditer(entry.text) if m.end() > m.start()]
        if spans:
            found.append((entry, spans))
        if len(found) == size or time.monotonic() > ends:
            return Answer(None, _shown([(e, marked(e.text, s)) for e, s in found]), last)
    return Answer(None, _shown([(e, marked(e.text, s)) for e, s in found]))


def _hits(found: Sequence[Entry], question: Question) -> tuple[Hit, ...]:
    return _shown([(entry, excerpt(entry.text, question.spellings)) for entry in found])


def _shown(found: Sequence[tuple[Entry, tuple[Stretch, ...]]]) -> tuple[Hit, ...]:
    places: dict[int, list[int]] = {}
    for entry, _ in found:
        places.setdefault(entry.law, []).append(entry.place)
    laws = (
        models.Law.objects.filter(pk__in=places)
        .select_related("current__content")
        .defer(*(f"current__content__{large}" for large in ("document", "companion", "survey")))
    )
    texts = {law.pk: (law, _units(law, places[law.pk])) for law in laws}
    hits = []
    for entry, stretches in found:
        law, units = texts[entry.law]
        unit = units[entry.place]
        citation = citation_of(law.title, models.RANKS[law.rank], unit)
        hits.append(Hit(law.law_id, law.title, law.number, unit.path, citation, stretches))
    return tuple(hits)


def _units(law: models.Law, places: Sequence[int]) -> Mapping[int, Unit]:
    """The units of a law at these places: a page of hits shows some of each of many laws."""
    assert law.current is not None
    kept = law.current.content
    try:
        return unpack_some_units(bytes(kept.units), places)
    except AnotherShape:
        text = PackedText(law.current.source, bytes(kept.document), bytes(kept.companion), bytes(kept.units))
        return dict(enumerate(text.read_units()))


def _narrowing(scope: Scope) -> Narrowing | None:
    """The scope as a condition over the entries; ``None`` where no law is in it."""
    conditions: list[str] = []
    values: list[Any] = []
    if scope.law_id:
        law = models.Law.objects.filter(law_id=scope.law_id).first()
        if law is None:
            return None
        narrowing = search_index.law_range(law.rank, law.pk)
        conditions.append(narrowing.condition)
        values += narrowing.values
    of_laws, told = _of_laws(scope)
    if of_laws:
        conditions.append(f"{search_index.LAW_OF_ENTRY} IN ({of_laws})")
        values += told
    if scope.category:
        conditions.append("entry IN (SELECT entry FROM regulations_finding WHERE category = %s)")
        values.append(scope.category)
    return Narrowing(" AND ".join(conditions), values) if conditions else search_index.EVERYTHING


def _of_laws(scope: Scope) -> tuple[str, list[Any]]:
    laws = models.Law.objects.order_by()
    if scope.rank is not None:
        laws = laws.filter(rank=models.RANKS.index(scope.rank))
    if scope.body is not None:
        laws = laws.filter(body=scope.body)
    if scope.ministry:
        laws = laws.filter(ministry__contains=scope.ministry)
    if scope.since:
        laws = laws.filter(current__enforced_at__gte=scope.since)
    if scope.until:
        laws = laws.filter(current__enforced_at__lte=scope.until)
    if not laws.query.where:
        return "", []
    sql, values = laws.values("pk").query.sql_with_params()
    return sql, list(values)
