"""Asking for an inventory of what exists already, and ending one (棚卸しの指図).

The job only reads; see ``services.surveying``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.adoption.port import surveyor_of
from hashira.cloud.selectors.surveys import SurveyNotFound
from hashira.cloud.services.environments import AREA
from hashira.cloud.store.models import OrganisationSurvey
from hashira.core import access, audit, jobs
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.jobs.models import Job
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

ACTION = "cloud:TakeSurvey"
VENDING = Principal.system("vending")
"""In whose name the job runs."""
_STATE = OrganisationSurvey.State


class SurveyRunning(HashiraError):
    """An inventory of the same cloud is being taken."""

    code = "CLD-605"
    what = Bilingual("棚卸しを始められません", "The inventory cannot begin")
    why = Bilingual("このクラウドの棚卸しが、いま進んでいます", "One of this cloud is being taken now")
    remedy = Bilingual("終わるのを待つか、中止してからにしてください", "Wait for its end, or cancel it first")
    status = 409


@service(action=ACTION)
def take_survey(*, actor: Principal, engine: str, at: datetime) -> UUID:
    """Asks for an inventory of an engine's organisation; its id.

    Raises ``EngineUnknown``, ``NothingToSurvey``, ``SurveyRunning``.
    """
    access.require(actor, ACTION, AREA)
    surveyor_of(engine_of(engine))
    for row in OrganisationSurvey.objects.select_for_update(no_key=True).filter(
        engine=engine, state=_STATE.RUNNING
    ):
        if not _left_behind(row):
            raise SurveyRunning
        row.state, row.ended_at = _STATE.FAILED, at
        row.save(update_fields=["state", "ended_at"])
    row = OrganisationSurvey.objects.create(engine=engine, asked_at=at, asked_by=actor.id)
    _go(row)
    _tell(actor, row, {"act": "asked", "engine": engine})
    return row.pk


@service(action=ACTION)
def continue_survey(*, actor: Principal, survey_id: UUID, at: datetime) -> None:
    """Goes on with an inventory that was cancelled or failed: what was read is not read again.

    Raises ``SurveyNotFound``, ``SurveyRunning``.
    """
    row = _locked(actor, survey_id)
    others = OrganisationSurvey.objects.filter(engine=row.engine, state=_STATE.RUNNING).exclude(pk=row.pk)
    if row.state == _STATE.DONE or others.exists() or (row.state == _STATE.RUNNING and not _left_behind(row)):
        raise SurveyRunning
    row.state, row.problem, row.ended_at = _STATE.RUNNING, None, None
    row.save(update_fields=["state", "problem", "ended_at"])
    _go(row)
    _tell(actor, row, {"act": "continued"})


@service(action=ACTION)
def cancel_survey(*, actor: Principal, survey_id: UUID) -> None:
    """Ends an inventory; what was read by then stays, and it can be gone on with."""
    row = _locked(actor, survey_id)
    if row.state == _STATE.RUNNING and row.job_id is not None:
        try:
            after = jobs.cancel(actor=VENDING, job_id=row.job_id)
        except (jobs.JobOver, jobs.JobNotFound):
            after = None
        if after is None or after.state.over:  # it had not begun, or nobody carries it out any more
            row.state, row.ended_at = _STATE.CANCELLED, datetime.now(UTC)
            row.save(update_fields=["state", "ended_at"])
    _tell(actor, row, {"act": "cancelled"})


def _locked(actor: Principal, survey_id: UUID) -> OrganisationSurvey:
    access.require(actor, ACTION, AREA)
    row = (
        OrganisationSurvey.objects.select_for_update(no_key=True)
        .defer("document")
        .filter(pk=survey_id)
        .first()
    )
    if row is None:
        raise SurveyNotFound
    return row


def _left_behind(row: OrganisationSurvey) -> bool:
    """Whether its job is over and the inventory does not know."""
    job = Job.objects.filter(pk=row.job_id).first() if row.job_id else None
    return job is None or jobs.JobState(job.state).over


def _go(row: OrganisationSurvey) -> None:
    job = jobs.request(actor=VENDING, kind="cloud.survey", parameters={"survey": str(row.pk)})
    row.job_id = job.id
    row.save(update_fields=["job_id"])


def _tell(actor: Principal, row: OrganisationSurvey, facts: dict[str, str | int | bool | None]) -> None:
    audit.record(actor=actor, action=ACTION, subjects=[Subject("survey", str(row.pk))], facts=facts)
