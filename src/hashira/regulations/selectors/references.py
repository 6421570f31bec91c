"""Which provisions name a provision, and which it names (参照の読み出し)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from hashira.regulations.adapters.packed_text import PackedText
from hashira.regulations.domain.law.citation import cite
from hashira.regulations.domain.law.law import Rank
from hashira.regulations.domain.reference import ReferenceKind
from hashira.regulations.domain.reference.law_index import plain_number
from hashira.regulations.domain.reference.place import place_of
from hashira.regulations.store import models


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One provision that names another."""

    law_id: str
    """Of the law at the other end."""
    title: str
    rank: Rank | None
    """``None`` for a law that is not kept."""
    path: str
    citation: str
    """Of the provision at the other end."""
    kind: str
    here: str
    """The citation of the place at this end, without the title of its law."""


KINDS = tuple(kind.value for kind in ReferenceKind if kind is not ReferenceKind.QUOTED)


class Naming:
    """The provisions that name a place of a law (引く条項), as the rows of a table.

    A place is a path: named are it, what stands in it, and what it stands in as a whole. The empty path is
    the whole law; then only provisions of other laws are meant.
    """

    def __init__(self, law_id: str, path: str = "") -> None:
        self.law = models.Law.objects.filter(law_id=law_id).first()
        rows = _naming(self.law)
        if path:
            rows = rows.filter(named_article=place_of(path)).filter(_about(path))
        elif self.law is not None:
            rows = rows.exclude(law=self.law)
        self.rows = rows

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._narrowed(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: object, start: int, stop: int | None
    ) -> Iterable[ReferenceRow]:
        """Those from ``start`` to ``stop``, by rank, law and place."""
        rows = self._narrowed(filters).order_by("law__rank", "law__law_id", "id")[start:stop]
        found = list(rows.select_related("law"))
        amendments = _Amendments()
        assert self.law is not None or not found
        return [
            ReferenceRow(
                law_id=row.law.law_id,
                title=row.law.title,
                rank=models.RANKS[row.law.rank],
                path=row.path,
                citation=_citation(row.law, row.path, amendments),
                kind=row.kind,
                here=_citation(self.law, row.named_path, amendments, title=""),
            )
            for row in found
        ]

    def _narrowed(self, filters: Mapping[str, str]) -> QuerySet[models.Reference]:
        rows = self.rows
        for name, text in filters.items():
            if name == "kind":
                rows = rows.filter(kind=text)
            elif name == "rank":
                rows = rows.filter(law__rank=models.RANKS.index(Rank.read(text)))
            elif name == "citation":
                rows = rows.filter(law__title__contains=text)
        return rows


def named_in(law_id: str, path: str) -> Sequence[ReferenceRow]:
    """What a place of a law names (引く先), in the order of the text."""
    law = models.Law.objects.filter(law_id=law_id).first()
    if law is None:
        return ()
    inside = Q(path=path) | Q(path__startswith=f"{path}-") if path else ~Q(named_law=law_id)
    rows = list(models.Reference.objects.filter(law=law).filter(inside).order_by("id"))
    names = {row.named_law for row in rows}
    laws = {law.law_id: law for law in models.Law.objects.filter(law_id__in=names)}
    amendments = _Amendments()
    return [
        ReferenceRow(
            law_id=row.named_law,
            title=laws[row.named_law].title if row.named_law in laws else row.named_law,
            rank=models.RANKS[laws[row.named_law].rank] if row.named_law in laws else None,
            path=row.named_path,
            citation=_citation(laws[row.named_law], row.named_path, amendments)
            if row.named_law in laws
            else cite(f"{row.named_law}　", row.named_path),
            kind=row.kind,
            here=_citation(law, row.path, amendments, title=""),
        )
        for row in rows
    ]


def laws_naming(law_id: str) -> Sequence[tuple[str, str, int]]:
    """The other laws whose provisions name a law's: id, title, how often; the most first."""
    law = models.Law.objects.filter(law_id=law_id).first()
    if law is None:
        return ()
    rows = _naming(law).exclude(law=law).order_by().values_list("law__law_id", "law__title")
    return list(rows.annotate(count=Count("pk")).order_by("-count", "law__rank", "law__law_id"))


def counts_of(law_id: str, places: Iterable[str]) -> Mapping[str, int]:
    """How many provisions name each of these articles (or what stands as one)."""
    law = models.Law.objects.filter(law_id=law_id).first()
    rows = _naming(law).filter(named_article__in=list(places)).order_by().values_list("named_article")
    return dict(rows.annotate(count=Count("pk")).values_list("named_article", "count"))


def _naming(law: models.Law | None) -> QuerySet[models.Reference]:
    if law is None:
        return models.Reference.objects.none()
    # A number stands for it where it was not yet kept when the other law was read.
    known_as = {law.law_id, plain_number(law.number)} - {""}
    return models.Reference.objects.filter(named_law__in=known_as)


def _about(path: str) -> Q:
    about = Q(named_path=path) | Q(named_path__startswith=f"{path}-")
    above = path.rpartition("-")[0]
    while above:
        about |= Q(named_path=above)
        above = above.rpartition("-")[0]
    return about


class _Amendments:
    """The amending laws of 附則, which a path tells only by their ids; read where they are needed."""

    def __init__(self) -> None:
        self.known: dict[int, Mapping[str, str]] = {}

    def of(self, law: models.Law, path: str) -> str:
        head, found, _ = path.partition("-Sp")
        if not found:
            return ""
        if law.pk not in self.known:
            self.known[law.pk] = _amendments(law)
        return self.known[law.pk].get(head, "")


def _amendments(law: models.Law) -> Mapping[str, str]:
    current: Any = law.current
    if current is None:
        return {}
    kept = current.content
    text = PackedText(current.source, bytes(kept.document), bytes(kept.companion), bytes(kept.units))
    return {unit.path.partition("-Sp")[0]: unit.amendment for unit in text.read_units() if unit.amendment}


def _citation(law: models.Law | None, path: str, amendments: _Amendments, *, title: str | None = None) -> str:
    assert law is not None
    rank = models.RANKS[law.rank]
    name = law.title if title is None else title
    return cite(name, path, rank.numerals, amendment=amendments.of(law, path), letters=rank.letters)
