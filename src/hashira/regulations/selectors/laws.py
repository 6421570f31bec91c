"""Laws as they are read: a list, and one law with its text as of a day (法令の読み出し)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Count, Q, QuerySet

from hashira.regulations.adapters.packed_text import PackedText
from hashira.regulations.domain.law import law as law_model
from hashira.regulations.domain.law.law import Rank
from hashira.regulations.domain.law.schema import UnitKind
from hashira.regulations.domain.law.tables import TableCell, table_cells
from hashira.regulations.domain.law.units import Unit
from hashira.regulations.domain.reference import LawIndex
from hashira.regulations.store import law_names, models


@dataclass(frozen=True, slots=True)
class LawRow:
    """A law in a list."""

    law_id: str
    title: str
    number: str
    rank: Rank
    ministry: str
    body: str
    promulgated_at: date | None
    enforced_at: date | None
    findings: int


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One text of a law."""

    revision_id: str
    enforced_at: date | None
    """The day; of a text that is not ``dated`` the day for which it was taken in."""
    current: bool
    dated: bool


@dataclass(frozen=True, slots=True)
class LawView:
    """One law with one of its texts."""

    law_id: str
    body: str
    title: str
    number: str
    rank: Rank
    ministry: str
    category: str
    promulgated_at: date | None
    revision: RevisionRow
    revisions: tuple[RevisionRow, ...]
    """Every text that is kept, the latest first."""
    units: Sequence[Unit]
    tables: Mapping[str, tuple[TableCell, ...]]
    """The cells of rows, by the path of the row."""


class LawRows:
    """The laws as the rows of a table: the database narrows, sorts and cuts."""

    _SORTED = {  # noqa: RUF012
        "title": ["title", "pk"],
        "rank": ["rank", "law_id"],
        "enforced_at": ["current__enforced_at", "pk"],
        "promulgated_at": ["promulgated_at", "pk"],
    }

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._narrowed(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: object, start: int, stop: int | None
    ) -> Iterable[LawRow]:
        """Those from ``start`` to ``stop``, by rank and number unless another order is asked for."""
        columns = self._SORTED.get(getattr(order, "key", ""), ["rank", "law_id"])
        if getattr(order, "falling", False):
            columns = [f"-{column}" for column in columns]
        return self.of(self._narrowed(filters).select_related("current").order_by(*columns)[start:stop])

    @staticmethod
    def of(laws: Iterable[models.Law]) -> Iterable[LawRow]:
        """These laws as rows."""
        rows = list(laws)
        counted = models.Finding.objects.filter(law__in=rows).order_by().values_list("law")
        findings = dict(counted.annotate(count=Count("pk")).values_list("law", "count"))
        return [
            LawRow(
                law_id=law.law_id,
                title=law.title,
                number=law.number,
                rank=models.RANKS[law.rank],
                ministry=law.ministry,
                body=law.body,
                promulgated_at=law.promulgated_at,
                enforced_at=law.current.enforced_at if law.current and law.current.dated else None,
                findings=findings.get(law.pk, 0),
            )
            for law in rows
        ]

    def _narrowed(self, filters: Mapping[str, str]) -> QuerySet[models.Law]:
        laws = models.Law.objects.exclude(current=None)
        for name, text in filters.items():
            if name == "title":
                laws = laws.filter(
                    Q(title__contains=text)
                    | Q(number__contains=text)
                    | Q(kana__contains=text)
                    | Q(abbreviations__contains=text)
                )
            elif name == "rank":
                laws = laws.filter(rank=models.RANKS.index(Rank.read(text)))
            elif name == "ministry":
                laws = laws.filter(ministry__contains=text)
        return laws


def law_row(law_id: str) -> LawRow | None:
    """One law as it stands in lists, or ``None``."""
    law = models.Law.objects.exclude(current=None).filter(law_id=law_id).first()
    return None if law is None else next(iter(LawRows.of([law])))


def laws_named(title: str) -> tuple[LawRow, ...]:
    """Laws whose title, abbreviation or id is just this; of a title, those that begin so where none is it."""
    exact = Q(title=title) | Q(law_id=title) | Q(number=title) | Q(abbreviations__contains=f"\n{title}\n")
    laws = list(models.Law.objects.exclude(current=None).filter(exact).order_by("rank", "law_id")[:20])
    whole = [law for law in laws if law.title == title or title in (law.law_id, law.number)]
    named = whole or laws
    rows = LawRows()
    return tuple(
        row
        for law in named
        for row in rows.slice({"title": law.title}, None, 0, None)
        if row.law_id == law.law_id
    )


def law_view(law_id: str, as_of: date | None = None) -> LawView | None:
    """A law with its current text, or with that in force on a day; ``None`` if there is no such law.

    On a day before its first text that is kept, the first.
    """
    law = models.Law.objects.select_related("current__content").filter(law_id=law_id).first()
    if law is None or law.current is None:
        return None
    shown = law.current
    if as_of is not None:
        texts = law.revisions.select_related("content")
        shown = (
            texts.filter(enforced_at__lte=as_of).order_by("-enforced_at", "-id").first()
            or texts.order_by("enforced_at", "id").first()
            or shown
        )
    text = _text_of(shown)
    units = text.read_units()
    tables = any(unit.kind is UnitKind.ROW for unit in units)
    known = law.revisions.order_by("-enforced_at", "-id").values_list(
        "pk", "revision_id", "enforced_at", "dated"
    )
    revisions = tuple(RevisionRow(name, day, key == law.current.pk, dated) for key, name, day, dated in known)
    return LawView(
        law_id=law.law_id,
        body=law.body,
        title=law.title,
        number=law.number,
        rank=models.RANKS[law.rank],
        ministry=law.ministry,
        category=law.category,
        promulgated_at=law.promulgated_at,
        revision=RevisionRow(shown.revision_id, shown.enforced_at, shown.pk == law.current.pk, shown.dated),
        revisions=revisions,
        units=units,
        tables=_cells(text) if tables else {},
    )


def current_laws() -> Iterator[law_model.Law]:
    """Every law with the tree of its current text, by rank and number."""
    rows = models.Law.objects.exclude(current=None).select_related("current__content")
    for row in rows.order_by("rank", "law_id").iterator(chunk_size=50):
        assert row.current is not None
        yield _text_of(row.current).read_law()


def _text_of(revision: models.Revision) -> PackedText:
    kept = revision.content
    return PackedText(revision.source, bytes(kept.document), bytes(kept.companion), bytes(kept.units))


@lru_cache(maxsize=8)
def _cells(text: PackedText) -> Mapping[str, tuple[TableCell, ...]]:
    """The cells of the tables; the last few laws stay, since their pages are turned one after the other."""
    law = text.read_law()
    return table_cells(law.tree, law.law_id)


def law_index(body: str = "") -> LawIndex:
    """Names and numbers of the laws of the state, and of a body's; made anew when one was added."""
    return law_names.law_index(body)


def counted() -> Mapping[str, int]:
    """How many laws of each rank are kept, by the rank's word."""
    rows = models.Law.objects.exclude(current=None).order_by().values_list("rank")
    return {models.RANKS[rank].value: count for rank, count in rows.annotate(count=Count("pk"))}


def last_scan() -> models.Scan | None:
    """The last scan, if there was one."""
    return models.Scan.objects.order_by("-at", "-id").first()
