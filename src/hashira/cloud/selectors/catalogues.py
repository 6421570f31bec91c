"""Catalogues and rounds as they are read (要件の一覧と公募の回)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from hashira.cloud.domain.selection.catalogue import (
    KIND_NAMES,
    Catalogue,
    CatalogueKind,
    Requirement,
    readable,
)
from hashira.cloud.domain.selection.ismap import IsmapRule
from hashira.cloud.domain.selection.verdict import Rules
from hashira.cloud.store.models import RequirementCatalogue, RequirementItem, SelectionRound
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_STATE = RequirementCatalogue.State


class CatalogueNotFound(HashiraError):
    """There is no such catalogue, or none that the public may read."""

    code = "CLD-120"
    what = Bilingual("要件の一覧がありません", "There is no such catalogue")
    why = Bilingual(
        "その種類・年度・版の公開された一覧は見つかりません",
        "None of that kind, year and version is published",
    )
    remedy = Bilingual("公開された一覧から選んでください", "Choose from the published ones")
    status = 404


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """A version of a catalogue in a list."""

    id: UUID
    kind: CatalogueKind
    fiscal_year: int
    version: int
    title: Bilingual
    state: str
    requirements: int
    mandatory: int
    changed_at: datetime
    published_at: datetime | None
    source: str
    digest: str

    @property
    def kind_name(self) -> Bilingual:
        return KIND_NAMES[self.kind]


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """One requirement in a list, with the key of its row."""

    key: int
    id: str
    category: Bilingual
    mandatory: bool
    text: Bilingual
    verified_by: Bilingual


@dataclass(frozen=True, slots=True)
class RoundView:
    """A call with its rules; ``state`` is that of the day: ``soon``, ``open`` or ``closed``."""

    id: UUID
    catalogue: CatalogueLine
    title: Bilingual
    opens_on: date
    closes_on: date
    latest_condition_on: date
    ismap: IsmapRule
    proposals: int
    state: str

    @property
    def rules(self) -> Rules:
        return Rules(self.latest_condition_on, self.ismap)


def requirement_of(row: RequirementItem) -> Requirement:
    """A row as the value of the domain."""
    return Requirement(
        row.identifier,
        Bilingual(row.category, row.category_en),
        row.mandatory,
        Bilingual(row.text, row.text_en),
        Bilingual(row.verified_by, row.verified_by_en),
    )


def load_catalogue(row: RequirementCatalogue) -> Catalogue:
    """A version with its requirements as the value of the domain."""
    return Catalogue(
        CatalogueKind(row.kind),
        row.fiscal_year,
        Bilingual(row.title, row.title_en),
        tuple(requirement_of(item) for item in row.items.all()),
    )


def catalogue_lines(*, drafts: bool = False) -> tuple[CatalogueLine, ...]:
    """The published versions, newest first; with ``drafts`` those that are being written too."""
    return tuple(_line(row) for row in _counted() if drafts or row.state == _STATE.PUBLISHED)


def catalogue_line(catalogue_id: UUID, *, drafts: bool = False) -> CatalogueLine:
    """One version; raises ``CatalogueNotFound``."""
    row = _counted().filter(pk=catalogue_id).first()
    if row is None or (row.state != _STATE.PUBLISHED and not drafts):
        raise CatalogueNotFound
    return _line(row)


def catalogue_value(catalogue_id: UUID) -> Catalogue:
    """One version as the value of the domain; raises ``CatalogueNotFound``."""
    row = RequirementCatalogue.objects.prefetch_related("items").filter(pk=catalogue_id).first()
    if row is None:
        raise CatalogueNotFound
    return load_catalogue(row)


def requirement_lines(catalogue_id: UUID) -> tuple[RequirementLine, ...]:
    """The requirements in their order."""
    return tuple(requirement_line(row) for row in RequirementItem.objects.filter(catalogue_id=catalogue_id))


def requirement_line(row: RequirementItem) -> RequirementLine:
    """A row in a list; what has no English yet shows its Japanese."""
    one = requirement_of(row)
    return RequirementLine(
        row.pk, one.id, readable(one.category), one.mandatory, readable(one.text), readable(one.verified_by)
    )


def find_published(kind: CatalogueKind, fiscal_year: int, version: int | None = None) -> CatalogueLine:
    """A published version, the newest unless one is named; raises ``CatalogueNotFound``."""
    rows = _counted().filter(kind=kind.value, fiscal_year=fiscal_year, state=_STATE.PUBLISHED)
    if version is not None:
        rows = rows.filter(version=version)
    row = rows.first()
    if row is None:
        raise CatalogueNotFound
    return _line(row)


def earlier_than(line: CatalogueLine) -> CatalogueLine | None:
    """The published version of the same kind before this one, with which it is compared first."""
    before = Q(fiscal_year__lt=line.fiscal_year) | Q(fiscal_year=line.fiscal_year, version__lt=line.version)
    row = _counted().filter(before, kind=line.kind.value, state=_STATE.PUBLISHED).first()
    return None if row is None else _line(row)


def rounds(today: date) -> tuple[RoundView, ...]:
    """All calls, the one that ends last first."""
    rows = SelectionRound.objects.annotate(
        handed_in=Count("proposals", filter=~Q(proposals__state__in=["draft", "withdrawn"]))
    )
    lines = {line.id: line for line in catalogue_lines()}
    return tuple(_round(row, lines[row.catalogue_id], row.handed_in, today) for row in rows)


def round_view(round_id: UUID, today: date) -> RoundView:
    """One call; raises ``SelectionRound.DoesNotExist``."""
    row = SelectionRound.objects.get(pk=round_id)
    handed_in = row.proposals.exclude(state__in=["draft", "withdrawn"]).count()
    return _round(row, catalogue_line(row.catalogue_id), handed_in, today)


def rules_of(row: SelectionRound) -> Rules:
    """The rules that were laid down with a call."""
    return Rules(row.latest_condition_on, IsmapRule(row.ismap))


def _round(row: SelectionRound, line: CatalogueLine, handed_in: int, today: date) -> RoundView:
    state = "soon" if today < row.opens_on else "open" if today <= row.closes_on else "closed"
    return RoundView(
        row.pk,
        line,
        readable(Bilingual(row.title, row.title_en)),
        row.opens_on,
        row.closes_on,
        row.latest_condition_on,
        IsmapRule(row.ismap),
        handed_in,
        state,
    )


def _counted():  # type: ignore[no-untyped-def]
    return RequirementCatalogue.objects.annotate(
        requirements=Count("items"), mandatory=Count("items", filter=Q(items__mandatory=True))
    )


def _line(row: RequirementCatalogue) -> CatalogueLine:
    return CatalogueLine(
        row.pk,
        CatalogueKind(row.kind),
        row.fiscal_year,
        row.version,
        readable(Bilingual(row.title, row.title_en)),
        row.state,
        row.requirements,
        row.mandatory,
        row.changed_at,
        row.published_at,
        row.source,
        row.digest,
    )
