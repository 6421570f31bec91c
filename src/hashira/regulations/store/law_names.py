"""The names by which laws are called in the texts of others (法令の名前)."""

from __future__ import annotations

from functools import lru_cache

from hashira.regulations.domain.law.law import LawFacts
from hashira.regulations.domain.reference import LawIndex
from hashira.regulations.store import models


def law_index(body: str = "") -> LawIndex:
    """Names and numbers of the laws of the state, and of a body's; made anew when one was added."""
    newest = models.Revision.objects.order_by("-pk").values_list("pk", "digest").first()
    return _law_index(body, newest)


@lru_cache(maxsize=8)
def _law_index(body: str, newest: tuple[int, str] | None) -> LawIndex:
    rows = models.Law.objects.exclude(current=None).filter(body__in={"", body}).order_by("rank", "law_id")
    told = rows.values_list("law_id", "title", "number", "abbreviations")
    return LawIndex.of(
        LawFacts(law_id, title, number, abbreviations=tuple(short.split()))
        for law_id, title, number, short in told.iterator(chunk_size=5000)
    )
