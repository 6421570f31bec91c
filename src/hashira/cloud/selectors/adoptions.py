"""Proposals to adopt accounts, as both people see them (取込みの提案の読み出し)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from hashira.cloud.domain.adoption.plan import AdoptionPlan, plan_from_json
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.store.models import AdoptionProposal
from hashira.core.access import Resource
from hashira.core.accounts.selectors import display_names
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

State = AdoptionProposal.State


class AdoptionNotFound(HashiraError):
    """There is no such proposal."""

    code = "CLD-607"
    what = Bilingual("取込みの提案がありません", "There is no such proposal")
    why = Bilingual("その番号の提案はありません", "No proposal has this number")
    remedy = Bilingual("取込みの一覧から選んでください", "Choose one from the list of adoptions")
    status = 404


@dataclass(frozen=True, slots=True)
class AdoptionLine:
    """A proposal in a list."""

    id: UUID
    engine: str
    account: str
    account_name: str
    organisation: str
    body_name: str
    system_name: str
    stage: str
    state: str
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_by: str
    environment: UUID | None
    environment_state: EnvironmentState | None

    @property
    def resource(self) -> Resource:
        """As access is asked for it."""
        return adoption_resource(self.organisation, self.id, proposed_by=self.proposed_by)


@dataclass(frozen=True, slots=True)
class AdoptionView:
    """A proposal, whole."""

    line: AdoptionLine
    order: EnvironmentOrder
    plan: AdoptionPlan
    words: str
    decision: str


def adoption_resource(
    organisation: str, adoption_id: UUID | str = "new", *, proposed_by: str = ""
) -> Resource:
    """A proposal as access is asked for it; ``organisation`` may be empty."""
    return Resource("Cloud::Adoption", str(adoption_id), organisation, {"proposed_by": proposed_by})


def adoption_lines() -> tuple[AdoptionLine, ...]:
    """All proposals, the newest first."""
    return tuple(line_of(row) for row in _rows().defer("plan"))


def adoptions_of(engine: str, account: str) -> tuple[AdoptionLine, ...]:
    """What was proposed about one account, the newest first."""
    return tuple(line_of(row) for row in _rows().defer("plan").filter(engine=engine, account=account))


def adoption_view(adoption_id: UUID) -> AdoptionView:
    """One proposal. Raises ``AdoptionNotFound``."""
    row = _rows().filter(pk=adoption_id).first()
    if row is None:
        raise AdoptionNotFound
    return AdoptionView(
        line_of(row), order_from_json(row.order), plan_from_json(row.plan), row.words, row.decision
    )


def adoption_of(environment_id: UUID) -> UUID | None:
    """The proposal by which an environment was adopted; None for one that was vended."""
    rows = AdoptionProposal.objects.filter(environment_id=environment_id)
    return rows.values_list("pk", flat=True).first()


def adoption_names(lines: Iterable[AdoptionLine]) -> dict[str, str]:
    """The names of those who proposed and decided."""
    return dict(display_names({who for one in lines for who in (one.proposed_by, one.decided_by) if who}))


def line_of(row: AdoptionProposal) -> AdoptionLine:
    """A row as it is listed."""
    environment = row.environment
    return AdoptionLine(
        row.pk,
        row.engine,
        row.account,
        row.account_name,
        str(row.organisation_id or ""),
        row.body_name,
        row.system_name,
        row.order["stage"],
        row.state,
        row.proposed_at,
        row.proposed_by,
        row.decided_at,
        row.decided_by,
        row.environment_id,
        EnvironmentState(environment.state) if environment is not None else None,
    )


def _rows() -> QuerySet[AdoptionProposal]:
    return AdoptionProposal.objects.select_related("environment")
