"""Taking an inventory: the organisation first, then its accounts, several at once (棚卸しの実行).

An account that is an environment of ours is compared with its own order, any other with the baseline that is
current. One whose order was changed while it was being read is read once more.

A run that begins after a crash goes on with the accounts that were not read yet. An account that cannot be
read is one that could not be read, with the reason; the others are read all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.adoption import conflicts as rules
from hashira.cloud.domain.adoption.inventory import (
    AccountReading,
    FoundAccount,
    FoundOrganisation,
    Standing,
    stands_of,
)
from hashira.cloud.domain.adoption.measure import Measure
from hashira.cloud.domain.adoption.port import Surveyor, surveyor_of
from hashira.cloud.domain.engine import EngineError
from hashira.cloud.selectors.baseline_versions import current_terms
from hashira.cloud.selectors.survey_measures import measures, our_accounts
from hashira.cloud.services.environments import AREA
from hashira.cloud.services.step_taking import Pace, insist
from hashira.cloud.services.surveys import VENDING
from hashira.cloud.store.models import OrganisationSurvey, SurveyedAccount
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.jobs import JobCancelled, JobContext
from hashira.core.jobs.context import TRANSIENT
from hashira.core.jobs.execution import fault
from hashira.core.jobs.problem import JobProblem
from hashira.core.services import service
from hashira.kernel.errors import HashiraError

ACTION = "cloud:CarryOutSurvey"
_STATE, _ACCOUNT = OrganisationSurvey.State, SurveyedAccount.State
_AT_ONCE = 8
"""Accounts that are read at the same time; more would only be throttled."""
_TOGETHER = 32
"""Accounts whose readings are written together."""
_PATIENCE_SECONDS = 60.0
"""For one account; then it is one that could not be read, and the next is taken."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What reading one account came to."""

    account: str
    reading: AccountReading
    problem: JobProblem | None
    measure: Measure


def survey(context: JobContext, survey_id: UUID, pace: Pace) -> dict[str, Any]:
    """Takes the inventory, or goes on with it; gives its counts."""
    with context.transaction():
        engine = begin(actor=VENDING, survey_id=survey_id, job_id=context.job_id)
    if engine is None:
        return {"state": "over"}
    try:
        surveyor = surveyor_of(engine_of(engine))
        found = _organisation(context, survey_id, surveyor, pace)
        _accounts(context, survey_id, surveyor, found, pace)
    except TRANSIENT:
        raise
    except JobCancelled:
        with context.transaction():
            settle(actor=VENDING, survey_id=survey_id, state=_STATE.CANCELLED, problem=None)
        raise
    except HashiraError as error:
        with context.transaction():
            settle(actor=VENDING, survey_id=survey_id, state=_STATE.FAILED, problem=JobProblem.of(error))
        raise
    except Exception:
        with context.transaction():
            settle(actor=VENDING, survey_id=survey_id, state=_STATE.FAILED, problem=fault(context.job_id))
        raise
    with context.transaction():
        return settle(actor=VENDING, survey_id=survey_id, state=_STATE.DONE, problem=None)


@service(action=ACTION)
def begin(*, actor: Principal, survey_id: UUID, job_id: UUID) -> str | None:
    """The engine of an inventory that this job is to take; None if it is over or another job's."""
    access.require(actor, ACTION, AREA)
    row = OrganisationSurvey.objects.defer("document").filter(pk=survey_id).first()
    audit.record(
        actor=actor, action=ACTION, subjects=[Subject("survey", str(survey_id))], facts={"act": "begin"}
    )
    if row is None or row.job_id != job_id or row.state != _STATE.RUNNING:
        return None
    return str(row.engine)


@service(action=ACTION)
def settle(*, actor: Principal, survey_id: UUID, state: str, problem: JobProblem | None) -> dict[str, Any]:
    """Ends an inventory, with its sums; what was read stays. Gives the sums."""
    access.require(actor, ACTION, AREA)
    row = OrganisationSurvey.objects.select_for_update(no_key=True).defer("document").get(pk=survey_id)
    row.state, row.ended_at = state, datetime.now(UTC)
    row.problem = problem.to_json() if problem is not None else None
    row.summary = _summary(survey_id)
    row.save(update_fields=["state", "ended_at", "problem", "summary"])
    counts = {key: row.summary[key] for key in ("accounts", "whole", "lacking", "unreadable", "unread")}
    audit.record(
        actor=actor,
        action=ACTION,
        subjects=[Subject("survey", str(survey_id))],
        facts={"act": "settled", "state": str(state), **counts},
    )
    return counts


def _organisation(context: JobContext, survey_id: UUID, surveyor: Surveyor, pace: Pace) -> FoundOrganisation:
    """The organisation, as an earlier run has kept it or as it is now."""
    row = OrganisationSurvey.objects.get(pk=survey_id)
    if row.document is not None:
        return FoundOrganisation(
            row.cloud, row.management, tuple(_found(one) for one in row.accounts.all()), row.document
        )
    found = insist(surveyor.organisation, pace, context.raise_if_cancelled)
    baseline, ours = surveyor.baseline(current_terms()), our_accounts(row.engine, found.identity)
    row.cloud, row.management, row.document = found.identity, found.management, dict(found.document)
    row.conflicts = [
        {
            "kind": one.kind,
            "policy": one.policy,
            "place": one.place,
            "accounts": one.accounts,
            "words": [one.words.ja, one.words.en],
            "remedy": [one.remedy.ja, one.remedy.en],
        }
        for one in rules.conflicts(found.document, baseline, surveyor.operator(), ours)
    ]
    row.sizes = [
        {"name": one.name, "characters": one.characters, "limit": one.limit, "targets": one.targets}
        for one in rules.sizes(found.document, baseline)
    ]
    with context.transaction():
        row.save(update_fields=["cloud", "management", "document", "conflicts", "sizes"])
        SurveyedAccount.objects.bulk_create(
            [
                SurveyedAccount(
                    survey_id=survey_id,
                    account=one.id,
                    name=one.name[:200],
                    email=one.email[:254],
                    status=one.state[:32],
                    unit=one.unit,
                    path="/".join(("Root", *one.path))[:800],
                )
                for one in found.accounts
            ],
            batch_size=500,
            ignore_conflicts=True,
        )
    return found


def _accounts(
    context: JobContext, survey_id: UUID, surveyor: Surveyor, found: FoundOrganisation, pace: Pace
) -> None:
    read = set(
        SurveyedAccount.objects.filter(survey_id=survey_id)
        .exclude(state=_ACCOUNT.UNREAD)
        .values_list("account", flat=True)
    )
    left = [one for one in found.accounts if one.id not in read]
    done, total = len(read), len(found.accounts)
    context.progress(done, total)
    patience = replace(pace, patience=min(pace.patience, _PATIENCE_SECONDS))

    def look(pair: tuple[FoundAccount, Measure]) -> _Read:
        return _read(surveyor, *pair, found, patience)

    engine = OrganisationSurvey.objects.values_list("engine", flat=True).get(pk=survey_id)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="survey") as pool:
        for start in range(0, len(left), _TOGETHER):
            batch = left[start : start + _TOGETHER]
            ids = [one.id for one in batch]
            context.raise_if_cancelled()
            asked = measures(engine, found.identity, ids, datetime.now(UTC))
            results = {one.account: one for one in pool.map(look, [(one, asked[one.id]) for one in batch])}
            now = measures(engine, found.identity, ids, datetime.now(UTC))
            moved = [(one, now[one.id]) for one in batch if now[one.id] != asked[one.id]]
            results |= {one.account: one for one in pool.map(look, moved)}
            with context.transaction():
                _keep(survey_id, results.values())
            done += len(batch)
            context.progress(done, total)


def _read(
    surveyor: Surveyor, one: FoundAccount, measure: Measure, found: FoundOrganisation, pace: Pace
) -> _Read:
    """One account. What does not pass in time is its own misfortune and nobody else's."""
    try:
        reading = insist(lambda: surveyor.account(one, found, measure), pace, lambda: None)
    except EngineError as error:
        return _Read(one.id, AccountReading((), (), {}), JobProblem.of(error), measure)
    return _Read(one.id, reading, None, measure)


def _keep(survey_id: UUID, results: Iterable[_Read]) -> None:
    rows = {
        row.account: row
        for row in SurveyedAccount.objects.filter(
            survey_id=survey_id, account__in=[one.account for one in results]
        )
    }
    for one in results:
        row, reading = rows[one.account], one.reading
        row.steps = [step.to_json() for step in reading.steps]
        row.surplus = [more.to_json() for more in reading.surplus]
        row.tags, row.measure = dict(reading.tags), one.measure.to_json()
        row.stands, lacks = stands_of(reading), reading.lacks()
        row.lacks = f"|{'|'.join(lacks)}|" if lacks else ""
        row.lacking, row.more = len(lacks), len(reading.surplus)
        row.unreadable = reading.count(Standing.UNREADABLE)
        row.problem = one.problem.to_json() if one.problem is not None else None
        row.read_at = datetime.now(UTC)
        row.state = _ACCOUNT.WHOLE if reading.whole else _ACCOUNT.LACKING
        if one.problem is not None or row.unreadable:
            row.state = _ACCOUNT.UNREADABLE
    SurveyedAccount.objects.bulk_update(rows.values(), _COLUMNS)


_COLUMNS = [
    "steps",
    "surplus",
    "tags",
    "measure",
    "stands",
    "lacks",
    "lacking",
    "more",
    "unreadable",
    "problem",
    "read_at",
    "state",
]


def _summary(survey_id: UUID) -> dict[str, Any]:
    """How many accounts stand how, and to which step."""
    counts = dict.fromkeys((one.value for one in _ACCOUNT), 0)
    found: dict[str, dict[str, Any]] = {}
    titled: dict[tuple[str, ...], int] = {}
    rows = SurveyedAccount.objects.filter(survey_id=survey_id).order_by()
    for pk, state, stands in rows.values_list("pk", "state", "stands").iterator(chunk_size=1_000):
        counts[state] += 1
        for step, standing in _parts(stands):
            of_step = found.setdefault(step, {})
            of_step[standing] = of_step.get(standing, 0) + 1
        titled.setdefault(tuple(step for step, _standing in _parts(stands)), pk)
    # An environment of ours has steps that others have not: titles come from one account of each kind, the
    # one with the most steps first, whose order is the order in which they are taken.
    steps: dict[str, dict[str, Any]] = {}
    for _names, pk in sorted(titled.items(), key=lambda one: -len(one[0])):
        for one in SurveyedAccount.objects.values_list("steps", flat=True).get(pk=pk):
            steps.setdefault(one["step"], {"title": one["title"]} | found[one["step"]])
    return {"accounts": sum(counts.values()), "steps": steps} | counts


def _parts(stands: str) -> Iterator[tuple[str, str]]:
    for one in stands.split():
        step, _colon, standing = one.partition(":")
        yield step, standing


def _found(row: SurveyedAccount) -> FoundAccount:
    return FoundAccount(
        row.account, row.name, row.email, row.status, row.unit, tuple(row.path.split("/")[1:])
    )
