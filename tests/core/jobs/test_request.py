"""Asking for jobs and for their end: who may, what is told, and what the state becomes."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from hashira.core import jobs
from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.audit.models import AuditEvent
from hashira.core.jobs import JobNotFound, JobOver, JobState, UnknownJobKind, services
from hashira.core.jobs.models import Job
from hashira.core.services import service

pytestmark = pytest.mark.django_db
TOWN, OTHER_TOWN = str(uuid.uuid4()), str(uuid.uuid4())


def staff(role: str, organisation: str = TOWN) -> Principal:
    return Principal(
        PrincipalKind.STAFF, str(uuid.uuid4()), grants=(Grant(role, organisation),), second_factor=True
    )


CLERK, SUPERVISOR = staff("municipal_clerk"), staff("municipal_supervisor")


def asked(kind: str, actor: Principal = CLERK, organisation: str | None = TOWN) -> jobs.JobView:
    return jobs.request(actor=actor, kind=kind, parameters={"a": 1}, organisation=organisation, total=5)


def test_a_job_is_there_as_it_was_asked_for_and_told(nothing: str) -> None:
    view = jobs.view(asked(nothing).id)
    assert (view.state, view.done, view.total) == (JobState.REQUESTED, 0, 5)
    assert (view.owner, view.organisation, view.title.en) == (CLERK.id, TOWN, "Trial")
    assert view.rate is view.seconds_left is view.error is view.result is None
    assert Job.objects.get().parameters == {"a": 1}
    assert AuditEvent.objects.filter(action="jobs:RequestJob").count() == 1


def test_what_is_rolled_back_was_never_asked_for(nothing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[uuid.UUID] = []
    monkeypatch.setattr(services, "hand_over", handed.append)
    with transaction.atomic():
        asked(nothing)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not handed


@pytest.mark.django_db(transaction=True)
def test_it_is_handed_over_with_the_commit_and_not_before(
    nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[uuid.UUID] = []
    monkeypatch.setattr(services, "hand_over", handed.append)
    with transaction.atomic():
        view = asked(nothing)
        assert not handed
    assert handed == [view.id]


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_cannot_be_reached_fails_no_request(
    nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hashira.core.jobs import queue

    def broken() -> str:
        raise OSError("gone")

    monkeypatch.setattr(queue, "system_file", broken)
    assert jobs.view(asked(nothing).id).state is JobState.REQUESTED


def test_a_kind_that_nobody_declares_is_refused() -> None:
    with pytest.raises(UnknownJobKind):
        asked("trial.unknown")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_about_to_make_its_tables_is_not_an_error(
    nothing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from hashira.core.jobs import queue

    if connection.vendor == "sqlite":
        made = tmp_path / "jobs.sqlite3"
        made.touch()
        monkeypatch.setattr(queue, "system_file", lambda: made)
    assert jobs.view(asked(nothing).id).state is JobState.REQUESTED
    assert not caplog.records


@pytest.mark.parametrize(
    ("actor", "organisation"),
    [
        (Principal.anonymous(), None),
        (CLERK, OTHER_TOWN),
        (staff("auditor"), TOWN),
        (Principal(PrincipalKind.STAFF, "1", grants=(Grant("municipal_clerk", TOWN),)), TOWN),
        (Principal(PrincipalKind.RESIDENT, "1", second_factor=True), TOWN),
    ],
    ids=["anonymous", "other-town", "auditor", "password-only", "resident-for-a-town"],
)
def test_who_may_not_ask_leaves_nothing(nothing: str, actor: Principal, organisation: str | None) -> None:
    with pytest.raises(AccessDenied):
        asked(nothing, actor, organisation)
    assert not Job.objects.exists()


def test_the_list_holds_the_own_jobs_and_those_of_the_own_body_for_who_answers_for_it(nothing: str) -> None:
    mine = asked(nothing).id
    colleague = staff("municipal_clerk")
    theirs = asked(nothing, colleague).id
    elsewhere = asked(nothing, staff("municipal_clerk", OTHER_TOWN), OTHER_TOWN).id
    assert {view.id for view in jobs.listed(CLERK)} == {mine}
    assert {view.id for view in jobs.listed(SUPERVISOR)} == {mine, theirs}
    assert elsewhere not in {view.id for view in jobs.listed(SUPERVISOR)}
    assert jobs.listed(Principal.anonymous()) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("requested", JobState.CANCELLED),
        ("queued", JobState.CANCELLED),
        ("running", JobState.CANCELLING),
        ("cancelling", JobState.CANCELLING),
    ],
)
def test_cancelling_ends_what_waits_and_warns_what_runs(nothing: str, before: str, after: JobState) -> None:
    job = asked(nothing).id
    Job.objects.update(state=before)
    view = jobs.cancel(actor=SUPERVISOR, job_id=job)
    assert view.state is after
    assert (view.ended_at is not None) is after.over
    assert AuditEvent.objects.filter(action="jobs:CancelJob").count() == 1


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_what_is_over_cannot_be_cancelled(nothing: str, state: str) -> None:
    job = asked(nothing).id
    values: dict[str, Any] = {"state": state, "ended_at": "2026-01-01T00:00:00Z", "error": {}}
    Job.objects.update(**values)
    with pytest.raises(JobOver):
        jobs.cancel(actor=CLERK, job_id=job)


def test_a_colleague_cancels_nothing(nothing: str) -> None:
    job = asked(nothing).id
    with pytest.raises(AccessDenied):
        jobs.cancel(actor=staff("municipal_clerk"), job_id=job)
    assert jobs.view(job).state is JobState.REQUESTED


@pytest.mark.parametrize("job_id", [uuid.uuid4(), "not-a-number"])
def test_a_job_that_is_not_there(job_id: object) -> None:
    with pytest.raises(JobNotFound):
        jobs.view(job_id)


def test_a_service_that_asks_for_a_job_must_still_tell_of_itself(nothing: str) -> None:
    from hashira.core import access
    from hashira.core.services import SERVICES, ServiceBroken

    @service(action="jobs:CancelJob")
    def silent(*, actor: Principal) -> None:
        job = asked(nothing, actor)
        access.require(actor, "jobs:CancelJob", job.resource)

    del SERVICES[f"{silent.__module__}.{silent.__qualname__}"]
    with pytest.raises(ServiceBroken, match="no audit"):
        silent(actor=CLERK)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "values", [{"state": "done"}, {"state": "asleep"}, {"state": "failed", "ended_at": "2026-01-01T00:00Z"}]
)
def test_the_database_refuses_a_job_that_contradicts_itself(nothing: str, values: dict[str, str]) -> None:
    asked(nothing)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(**values)
