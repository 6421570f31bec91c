"""The findings of the last scan, as they are read (洗い出しの結果の読み出し)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from hashira.regulations.domain.detection import Finding
from hashira.regulations.domain.detection.finding import Reason
from hashira.regulations.domain.law.law import Rank
from hashira.regulations.store import models

_FIELDS = [name for name in Finding.__slots__ if name not in {"law_id", "law_title", "law_num", "reasons"}]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in a list."""

    key: int
    citation: str
    law_id: str
    law_title: str
    rank: Rank
    path: str
    category: str
    type: str
    phase: str
    ministry: str
    score: float
    excerpt: str
    enforced_at: object


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding whole."""

    finding: Finding
    rank: Rank
    found_at: datetime
    same_place: tuple[FindingRow, ...]
    """Other categories found in the same unit."""
    family: tuple[FindingRow, ...]
    """Others of the same wording, at most :data:`FAMILY_SHOWN`."""
    family_size: int
    before: int | None
    """The key of the finding of the same category that is the next surer; ``None`` at the surest."""
    after: int | None


FAMILY_SHOWN = 20
_NARROWED = {"category": "category", "phase": "phase", "type": "type"}
_SORTED = {
    "score": ["score", "-id"],
    "citation": ["entry", "category"],
    "ministry": ["ministry", "-score", "id"],
    "category": ["category", "-score", "id"],
}


class FindingRows:
    """The findings as the rows of a table: the database narrows, sorts and cuts."""

    def __init__(self, *, law_id: str = "", family_id: str = "", minimum: float = 0.0) -> None:
        rows = models.Finding.objects.all()
        if law_id:
            rows = rows.filter(law__law_id=law_id)
        if family_id:
            rows = rows.filter(family_id=family_id)
        if minimum:
            rows = rows.filter(score__gte=minimum)
        self.rows = rows

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._narrowed(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: object, start: int, stop: int | None
    ) -> Iterable[FindingRow]:
        """Those from ``start`` to ``stop``, best first unless another order is asked for.

        Which they are is asked of the indexes alone; only they are then read whole, with their laws. The rows
        before a late page would otherwise be read for nothing, each with its reasons.
        """
        key = getattr(order, "key", "score")
        columns = _SORTED.get(key, _SORTED["score"])
        falling = getattr(order, "falling", True)
        ordered = [_turned(column) for column in columns] if falling else columns
        rows = self._narrowed(filters).order_by(*ordered)
        if stop is None:  # all of them
            return map(_row, rows[start:].select_related("law").defer("reasons", "fingerprint"))
        keys = list(rows.values_list("pk", flat=True)[start:stop])
        whole = models.Finding.objects.select_related("law").defer("reasons", "fingerprint").in_bulk(keys)
        return [_row(whole[key]) for key in keys if key in whole]

    def _narrowed(self, filters: Mapping[str, str]) -> QuerySet[models.Finding]:
        rows = self.rows
        for name, text in filters.items():
            if name in _NARROWED:
                rows = rows.filter(**{_NARROWED[name]: text})
            elif name == "rank":
                rows = rows.filter(law__rank=models.RANKS.index(Rank.read(text)))
            elif name == "citation":
                rows = rows.filter(citation__contains=text)
            elif name == "ministry":
                rows = rows.filter(ministry__contains=text)
            elif name == "excerpt":
                rows = rows.filter(excerpt__contains=text)
        return rows


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def finding_view(key: int) -> FindingView | None:
    """One finding, or ``None``."""
    row = models.Finding.objects.select_related("law").filter(pk=key).first()
    if row is None:
        return None
    others = models.Finding.objects.select_related("law").defer("reasons").exclude(pk=row.pk)
    family = others.filter(family_id=row.family_id, category=row.category).exclude(law=row.law, path=row.path)
    return FindingView(
        finding=_finding(row),
        rank=models.RANKS[row.law.rank],
        found_at=row.found_at,
        same_place=tuple(map(_row, others.filter(law=row.law, path=row.path))),
        family=tuple(map(_row, family.order_by("entry")[:FAMILY_SHOWN])),
        family_size=family.count(),
        before=_beside(row, surer=True),
        after=_beside(row, surer=False),
    )


def _beside(row: models.Finding, *, surer: bool) -> int | None:
    """The key of the next finding of its category in the order of the list, to one side or the other."""
    own = models.Finding.objects.filter(category=row.category).order_by().values_list("pk", flat=True)
    if surer:
        equal, others = own.filter(score=row.score, pk__lt=row.pk), own.filter(score__gt=row.score)
        return equal.order_by("-pk").first() or others.order_by("score", "-pk").first()
    equal, others = own.filter(score=row.score, pk__gt=row.pk), own.filter(score__lt=row.score)
    return equal.order_by("pk").first() or others.order_by("-score", "pk").first()


def findings_in(law_id: str) -> Mapping[str, Sequence[FindingRow]]:
    """The findings of a law by the path of their unit, the surest first."""
    found: dict[str, list[FindingRow]] = {}
    rows = models.Finding.objects.filter(law__law_id=law_id).select_related("law").defer("reasons")
    for row in rows.order_by("-score"):
        found.setdefault(row.path, []).append(_row(row))
    return found


def counts_by(column: str, minimum: float = 0.0) -> Mapping[str, int]:
    """How many findings of at least this score have each value of ``category``, ``phase`` or ``type``."""
    rows = (
        models.Finding.objects.filter(score__gte=minimum)
        .order_by()
        .values_list(column)
        .annotate(count=Count("pk"))
    )
    return dict(rows.values_list(column, "count"))


def kept_findings(
    minimum: float = 0.0, *, categories: Collection[str] = (), most: int | None = None
) -> list[Finding]:
    """The findings of the last scan, best first: all, or of these categories, or the first ``most``."""
    rows = models.Finding.objects.filter(score__gte=minimum).order_by("-score", "id")
    if categories:
        rows = rows.filter(category__in=categories)
    # Values rather than rows as objects: there are 90,000 of the law of Japan, each read once and let go.
    names = ("law__law_id", "law__title", "law__number", "reasons", *_FIELDS)
    return [
        Finding(law_id, title, number, reasons=_reasons(reasons), **dict(zip(_FIELDS, rest, strict=True)))
        for law_id, title, number, reasons, *rest in rows.values_list(*names)[:most].iterator(chunk_size=5000)
    ]


def _finding(row: models.Finding) -> Finding:
    return Finding(
        law_id=row.law.law_id,
        law_title=row.law.title,
        law_num=row.law.number,
        reasons=_reasons(row.reasons),
        **{name: getattr(row, name) for name in _FIELDS},
    )


def _reasons(kept: Iterable[tuple[str, str, float]]) -> tuple[Reason, ...]:
    return tuple(Reason(rule, words, weight) for rule, words, weight in kept)


def _row(row: models.Finding) -> FindingRow:
    return FindingRow(
        key=row.pk,
        citation=row.citation,
        law_id=row.law.law_id,
        law_title=row.law.title,
        rank=models.RANKS[row.law.rank],
        path=row.path,
        category=row.category,
        type=row.type,
        phase=row.phase,
        ministry=row.ministry,
        score=row.score,
        excerpt=row.excerpt,
        enforced_at=row.enforced_at,
    )
