"""What the public reads: services with verdicts, conditions and progress, and what else is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hashira.cloud.domain.selection.catalogue import CatalogueKind, readable
from hashira.cloud.domain.selection.ismap import IsmapRegistration
from hashira.cloud.domain.selection.judgement import Finding
from hashira.cloud.domain.selection.standing import (
    MonthCount,
    OpenCondition,
    ProgressJudgement,
    Standing,
    month_by_month,
)
from hashira.cloud.selectors.catalogues import RequirementLine, requirement_lines
from hashira.cloud.selectors.proposals import registration_of
from hashira.cloud.store.models import (
    ListedOffering,
    ProgressReport,
    SelectionDecision,
    StandingChange,
)
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class ServiceNotFound(HashiraError):
    """There is no decided service of that id."""

    code = "CLD-135"
    what = Bilingual("サービスがありません", "There is no such service")
    why = Bilingual(
        "そのサービスは、まだ決定されていないか、ありません", "It is not decided on, or does not exist"
    )
    remedy = Bilingual("サービスの一覧から選んでください", "Choose it from the list of services")
    status = 404


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A decided service in a list; ``id`` is that of its proposal."""

    id: UUID
    service: Bilingual
    providers: tuple[Bilingual, ...]
    kind: CatalogueKind
    fiscal_year: int
    round_title: Bilingual
    catalogue_id: UUID
    standing: Standing
    outcome: str
    until: date | None
    decided_on: date
    registration: IsmapRegistration | None
    conditions: int
    conditions_met: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    """What counts for one requirement, as published."""

    requirement: RequirementLine
    finding: Finding
    planned_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A month's progress; without ``judgement`` it waits for an assessor and is not public yet."""

    id: UUID
    month: date
    percent: int
    words: str
    judgement: ProgressJudgement | None
    judgement_reason: str


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """A condition with its reports."""

    id: UUID
    requirement: RequirementLine
    due_on: date
    met_on: date | None
    reports: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True)
class StandingLine:
    """How a service stood from a moment on."""

    standing: Standing
    at: datetime
    by_clock: bool


@dataclass(frozen=True, slots=True)
class ServiceView:
    """Everything public about a service."""

    line: ServiceLine
    description: Bilingual
    reasons: tuple[Reason, ...]
    findings: tuple[FindingLine, ...]
    counts: Mapping[str, Mapping[str, int]]
    conditions: tuple[ConditionLine, ...]
    months: tuple[MonthCount, ...]
    history: tuple[StandingLine, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One published reason."""

    code: str
    requirement: str
    words: Bilingual


@dataclass(frozen=True, slots=True)
class OfferingLine:
    """Something that is listed and is no service."""

    id: UUID
    kind: str
    name: Bilingual
    supplier: str
    description: Bilingual
    link: str
    listed_at: datetime
    ended_at: datetime | None


def service_lines() -> tuple[ServiceLine, ...]:
    """All decided services, the last decision first."""
    standings: dict[UUID, Standing] = {}
    for change in StandingChange.objects.order_by("pk"):
        standings[change.decision_id] = Standing(change.standing)
    return tuple(_line(row, standings[row.pk]) for row in _decided())


def service_view(proposal_id: UUID, day: date, *, reports_waiting: bool = False) -> ServiceView:
    """One service; raises ``ServiceNotFound``.

    ``reports_waiting`` shows reports that no assessor has judged yet too: for the provider and the assessors.
    """
    row = _decided().filter(proposal_id=proposal_id).first()
    if row is None:
        raise ServiceNotFound
    history = tuple(
        StandingLine(Standing(one.standing), one.at, one.by_clock) for one in row.standings.order_by("pk")
    )
    line = _line(row, history[-1].standing)
    requirements = {one.id: one for one in requirement_lines(row.proposal.round.catalogue_id)}
    conditions = tuple(
        ConditionLine(
            one.pk,
            requirements[one.item.identifier],
            one.due_on,
            one.met_on,
            tuple(_report(r) for r in one.reports.all() if r.judged_at is not None or reports_waiting),
        )
        for one in row.conditions.select_related("item").prefetch_related("reports")
    )
    open_ = [OpenCondition(one.requirement.id, one.due_on, one.met_on) for one in conditions]
    proposal = row.proposal
    return ServiceView(
        line,
        readable(Bilingual(proposal.description, proposal.description_en)),
        tuple(
            Reason(one["code"], one["requirement"], Bilingual(one["words"]["ja"], one["words"]["en"]))
            for one in row.reasons
        ),
        tuple(
            FindingLine(
                requirements[one["requirement"]],
                Finding(one["finding"]),
                date.fromisoformat(one["planned_on"]) if one["planned_on"] else None,
                one["reason"],
            )
            for one in row.findings
        ),
        row.counts,
        conditions,
        month_by_month(open_, decided_on=line.decided_on, day=_last_day(row, day)) if open_ else (),
        history,
    )


def service_standing(proposal_id: UUID) -> tuple[str, date | None]:
    """How a service stands now and until when; nothing for one that is not decided."""
    row = SelectionDecision.objects.filter(proposal_id=proposal_id, confirmed_at__isnull=False).first()
    last = StandingChange.objects.filter(decision=row).last() if row is not None else None
    if row is None or last is None:
        return "", None
    return last.standing, row.until if last.standing == Standing.CONDITIONAL else None


def offering_lines(*, ended: bool = False) -> tuple[OfferingLine, ...]:
    """What is listed now; with ``ended`` also what was."""
    rows = ListedOffering.objects.all() if ended else ListedOffering.objects.filter(ended_at=None)
    return tuple(
        OfferingLine(
            row.pk,
            row.kind,
            readable(Bilingual(row.name, row.name_en)),
            row.supplier,
            readable(Bilingual(row.description, row.description_en)),
            row.link,
            row.listed_at,
            row.ended_at,
        )
        for row in rows
    )


def _last_day(row: SelectionDecision, day: date) -> date:
    """The chart ends when the conditions did."""
    return min(day, row.until) if row.until is not None else day


def _decided():  # type: ignore[no-untyped-def]
    return (
        SelectionDecision.objects.filter(confirmed_at__isnull=False)
        .select_related("proposal__organisation", "proposal__round__catalogue")
        .prefetch_related("proposal__partners__organisation", "conditions")
    )


def _line(row: SelectionDecision, standing: Standing) -> ServiceLine:
    proposal, catalogue = row.proposal, row.proposal.round.catalogue
    bodies = [proposal.organisation, *(one.organisation for one in proposal.partners.all())]
    conditions = list(row.conditions.all())
    return ServiceLine(
        proposal.pk,
        readable(Bilingual(proposal.service, proposal.service_en)),
        tuple(Bilingual(one.name, one.name_en) for one in bodies),
        CatalogueKind(catalogue.kind),
        catalogue.fiscal_year,
        readable(Bilingual(proposal.round.title, proposal.round.title_en)),
        catalogue.pk,
        standing,
        row.outcome,
        row.until,
        today_in_japan(FixedClock(row.confirmed_at)),
        registration_of(proposal),
        len(conditions),
        sum(one.met_on is not None for one in conditions),
    )


def _report(row: ProgressReport) -> ReportLine:
    return ReportLine(
        row.pk,
        row.month,
        row.percent,
        row.words,
        ProgressJudgement(row.judgement) if row.judgement else None,
        row.judgement_reason,
    )
