"""What the provisions that are kept name, as a graph: read anew for what changed (参照の読み取り).

A law is read when its current text is another than the one last read, and when a law that it calls by its
title has been taken in since. What is written follows from the texts alone; broken off, the rest is done next
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import transaction

from hashira.kernel.errors import HashiraError
from hashira.regulations.adapters.packed_text import PackedText
from hashira.regulations.adapters.referring import TextToRead, read_edges
from hashira.regulations.domain.reference import LawIndex
from hashira.regulations.domain.search.question import read_question
from hashira.regulations.store import models, reference_graph, search_index
from hashira.regulations.store.law_names import law_index

READER = "1"
"""Raised when references are read in another way: all laws are then read again."""
Progress = Callable[[int, int], None]
_BATCH = 64
_FEW = 200
_MENTIONS = 2000
_SHORTEST = 3
"""A title of two characters, such as 民法, stands in too many other words to be looked for."""


def read_references(*, processes: int = 1, progress: Progress = lambda done, total: None) -> int:
    """Brings the graph up to date; answers how many laws were read."""
    waiting = _waiting()
    if not waiting:
        return 0
    done = 0
    marks = dict(waiting)
    for key, edges in read_edges(_tasks(waiting), _indices(), len(waiting), processes):
        with transaction.atomic():
            reference_graph.replace_edges(key, edges)
            models.Law.objects.filter(pk=key).update(references_read=marks[key])
        done += 1
        progress(done, len(waiting))
    return done


def _waiting() -> list[tuple[int, str]]:
    """The laws to be read, each with the word that says what it was read from."""
    laws = models.Law.objects.exclude(current=None).order_by("rank", "law_id")
    told = laws.values_list("pk", "title", "references_read", "current__pk", "current__digest")
    marks: dict[int, str] = {}
    stale: list[int] = []
    new: list[str] = []
    for key, title, read, text, digest in told.iterator(chunk_size=5000):
        marks[key] = f"{READER} {text} {digest}"[:100]
        if read != marks[key]:
            stale.append(key)
            if not read and len(title) >= _SHORTEST:
                new.append(title)
    if len(stale) < _FEW:
        stale = list(dict.fromkeys([*stale, *_mentioning(new)]))
    return [(key, marks[key]) for key in stale if key in marks]


def _mentioning(titles: list[str]) -> Iterator[int]:
    """The laws in whose text one of these titles stands."""
    for title in titles:
        try:
            question = read_question('"' + title.replace('"', "") + '"')
        except HashiraError:
            continue
        for entry in search_index.find(question, stop=_MENTIONS):
            yield entry.law


def _indices() -> dict[str, LawIndex]:
    bodies = models.Law.objects.order_by().values_list("body", flat=True).distinct()
    return {body: law_index(body) for body in {"", *bodies}}


def _tasks(waiting: list[tuple[int, str]]) -> Iterator[TextToRead]:
    keys = [key for key, _ in waiting]
    for start in range(0, len(keys), _BATCH):
        laws = models.Law.objects.filter(pk__in=keys[start : start + _BATCH])
        found = {law.pk: law for law in laws.select_related("current__content")}
        for key in keys[start : start + _BATCH]:
            law = found[key]
            assert law.current is not None
            kept = law.current.content
            text = PackedText(
                law.current.source, bytes(kept.document), bytes(kept.companion), bytes(kept.units)
            )
            yield TextToRead(key, law.law_id, law.body, text)
