"""Inventories of what exists already: lists, one account, what changed (棚卸しの読み出し)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from hashira.cloud.domain.adoption.inventory import Difference, StepReading, Surplus, changes
from hashira.cloud.domain.adoption.suggestion import Suggestion, suggestions
from hashira.cloud.domain.environment_state import OVER
from hashira.cloud.store.models import Environment, OrganisationSurvey, SurveyedAccount
from hashira.core.jobs.problem import JobProblem
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

State = OrganisationSurvey.State
AccountState = SurveyedAccount.State


class SurveyNotFound(HashiraError):
    """There is no such inventory, or no such account in it."""

    code = "CLD-604"
    what = Bilingual("棚卸しがありません", "There is no such inventory")
    why = Bilingual("その棚卸し、またはその中のアカウントがありません", "No inventory has it")
    remedy = Bilingual("棚卸しの一覧から選んでください", "Choose one from the list of inventories")
    status = 404


@dataclass(frozen=True, slots=True)
class StepCount:
    """How the accounts of an inventory stand to one step."""

    step: str
    title: Bilingual
    present: int
    open: int
    differs: int
    missing: int
    unreadable: int

    @property
    def asked(self) -> int:
        """Of how many accounts it is asked: some steps are asked of environments of ours alone."""
        return self.present + self.open + self.differs + self.missing + self.unreadable


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """An inventory in a list."""

    id: UUID
    engine: str
    state: str
    cloud: str
    asked_at: datetime
    asked_by: str
    ended_at: datetime | None
    accounts: int
    whole: int
    lacking: int
    unreadable: int
    unread: int
    job_id: UUID | None
    problem: JobProblem | None


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """Something of the organisation's own policies that stands against the baseline."""

    kind: str
    policy: str
    place: str
    accounts: int
    words: Bilingual
    remedy: Bilingual


@dataclass(frozen=True, slots=True)
class SizeLine:
    """A policy against the budget of characters."""

    name: str
    characters: int
    limit: int
    targets: int


@dataclass(frozen=True, slots=True)
class SurveyView:
    """One inventory: its sums, and what stands against adopting."""

    line: SurveyLine
    steps: tuple[StepCount, ...]
    conflicts: tuple[ConflictLine, ...]
    sizes: tuple[SizeLine, ...]

    @property
    def titles(self) -> dict[str, Bilingual]:
        """The titles of the steps by name."""
        return {one.step: one.title for one in self.steps}


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in an inventory."""

    account: str
    name: str
    email: str
    status: str
    path: str
    state: str
    lacks: tuple[str, ...]
    lacking: int
    unreadable: int
    more: int
    read_at: datetime | None
    environment: UUID | None
    """Ours, if it is one of ours already."""
    measured: Mapping[str, Any]
    """What it was compared with when it was read: the version of the baseline, and of an environment of ours
    which one and what it is spared from. See ``domain.adoption.measure``."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account of an inventory, whole."""

    line: AccountLine
    management: bool
    steps: tuple[StepReading, ...]
    surplus: tuple[Surplus, ...]
    tags: Mapping[str, str]
    problem: JobProblem | None
    suggestions: tuple[Suggestion, ...]


def survey_lines(engine: str = "") -> tuple[SurveyLine, ...]:
    """The inventories, the newest first."""
    rows = OrganisationSurvey.objects.defer("document", "conflicts", "sizes")
    return tuple(_line(row) for row in (rows.filter(engine=engine) if engine else rows))


def survey_view(survey_id: UUID) -> SurveyView:
    """One inventory. Raises ``SurveyNotFound``."""
    row = OrganisationSurvey.objects.defer("document").filter(pk=survey_id).first()
    if row is None:
        raise SurveyNotFound
    counted = (row.summary or {}).get("steps", {})
    return SurveyView(
        _line(row),
        tuple(
            StepCount(step, Bilingual(*one["title"]), **{key: one.get(key, 0) for key in _STANDS})
            for step, one in counted.items()
        ),
        tuple(
            ConflictLine(
                one["kind"],
                one["policy"],
                one["place"],
                one["accounts"],
                Bilingual(*one["words"]),
                Bilingual(*one["remedy"]),
            )
            for one in row.conflicts
        ),
        tuple(SizeLine(**one) for one in row.sizes),
    )


def survey_document(survey_id: UUID) -> Mapping[str, Any]:
    """Units, accounts and policies as the policy lab reads them. Raises ``SurveyNotFound``."""
    document = OrganisationSurvey.objects.filter(pk=survey_id).values_list("document", flat=True).first()
    if document is None:
        raise SurveyNotFound
    return dict(document)


def accounts_of_others(survey_id: UUID) -> tuple[str, ...]:
    """The accounts of an inventory that were no environments of ours: those that may be adopted."""
    rows = SurveyedAccount.objects.filter(survey_id=survey_id).exclude(measure__has_key="environment")
    return tuple(rows.values_list("account", flat=True))


def latest_survey(engine: str = "") -> UUID | None:
    """The newest inventory that is done."""
    rows = OrganisationSurvey.objects.filter(state=State.DONE)
    rows = rows.filter(engine=engine) if engine else rows
    return rows.values_list("pk", flat=True).first()


def survey_before(survey_id: UUID) -> UUID | None:
    """The inventory of the same organisation that was done before this one."""
    row = OrganisationSurvey.objects.filter(pk=survey_id).values("engine", "cloud", "asked_at").first()
    if row is None:
        raise SurveyNotFound
    return (
        OrganisationSurvey.objects.filter(
            engine=row["engine"], cloud=row["cloud"], state=State.DONE, asked_at__lt=row["asked_at"]
        )
        .values_list("pk", flat=True)
        .first()
    )


def surveyed_account(survey_id: UUID, account: str) -> AccountView:
    """One account of an inventory. Raises ``SurveyNotFound``."""
    row = (
        SurveyedAccount.objects.select_related("survey")
        .defer("survey__document", "survey__conflicts")
        .filter(survey_id=survey_id, account=account)
        .first()
    )
    if row is None:
        raise SurveyNotFound
    return AccountView(
        _account(row, _ours(row.survey.engine, [account])),
        row.account == row.survey.management,
        tuple(StepReading.from_json(one) for one in row.steps),
        tuple(Surplus.from_json(one) for one in row.surplus),
        row.tags,
        JobProblem.from_json(row.problem) if row.problem else None,
        suggestions(row.name, row.tags),
    )


def survey_changes(before: UUID, after: UUID) -> tuple[Difference, ...]:
    """What changed between two inventories, step by step. Raises ``SurveyNotFound``."""
    if OrganisationSurvey.objects.filter(pk__in=[before, after]).count() != 2:
        raise SurveyNotFound
    return changes(_stands(before), _stands(after))


class AccountRows:
    """The accounts of one inventory, for a table: sorted, filtered and sliced by the database."""

    def __init__(self, survey_id: UUID, engine: str) -> None:
        rows = SurveyedAccount.objects.filter(survey_id=survey_id)
        self._rows = rows.defer("tags", "steps", "surplus", "stands", "problem")
        self._engine = engine

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._filtered(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: Any, start: int, stop: int | None
    ) -> Iterator[AccountLine]:
        """The lines from ``start`` up to ``stop``, in an order with ``key`` and ``falling``."""
        rows = self._filtered(filters)
        if order is not None and order.key in _SORTED:
            rows = rows.order_by(f"{'-' if order.falling else ''}{order.key}", "account")
        found = list(rows[start:stop])
        ours = _ours(self._engine, [one.account for one in found] if len(found) <= _FEW else None)
        return (_account(row, ours) for row in found)

    def _filtered(self, filters: Mapping[str, str]) -> QuerySet[SurveyedAccount]:
        rows = self._rows
        for key, text in filters.items():
            if key == "state":
                rows = rows.filter(state=text)
            elif key == "lacks":
                rows = rows.filter(lacks__contains=f"|{text}|")
            elif key == "name":
                rows = rows.filter(
                    Q(name__icontains=text) | Q(account__startswith=text) | Q(email__icontains=text)
                )
            elif key == "path":
                rows = rows.filter(path__icontains=text)
            elif key == "environment":
                ours = Q(measure__has_key="environment")
                rows = rows.filter(ours if text == "ours" else ~ours)
        return rows


_FEW = 200
_STANDS = ("present", "open", "differs", "missing", "unreadable")
_SORTED = frozenset({"account", "name", "path", "state", "lacking", "unreadable", "more"})


def _ours(engine: str, accounts: list[str] | None) -> dict[str, UUID]:
    """The environments of ours by their accounts."""
    rows = Environment.objects.filter(engine=engine).exclude(account="")
    rows = rows.exclude(state__in=[one.value for one in OVER])
    if accounts is not None:
        rows = rows.filter(account__in=accounts)
    return dict(rows.values_list("account", "pk"))


def _stands(survey_id: UUID) -> dict[str, tuple[str, str]]:
    rows = SurveyedAccount.objects.filter(survey_id=survey_id).order_by()
    return {
        account: (name, stands) for account, name, stands in rows.values_list("account", "name", "stands")
    }


def _line(row: OrganisationSurvey) -> SurveyLine:
    counted = row.summary or {}
    return SurveyLine(
        row.pk,
        row.engine,
        row.state,
        row.cloud,
        row.asked_at,
        row.asked_by,
        row.ended_at,
        *(counted.get(key, 0) for key in ("accounts", "whole", "lacking", "unreadable", "unread")),
        row.job_id,
        JobProblem.from_json(row.problem) if row.problem else None,
    )


def _account(row: SurveyedAccount, ours: Mapping[str, UUID]) -> AccountLine:
    return AccountLine(
        row.account,
        row.name,
        row.email,
        row.status,
        row.path,
        row.state,
        tuple(one for one in row.lacks.split("|") if one),
        row.lacking,
        row.unreadable,
        row.more,
        row.read_at,
        ours.get(row.account),
        row.measure,
    )
