"""What the worker deletes by the clock, and what it never does."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.certificates.people import clerk, given, municipality, registered, resident

from hashira.certificates.services.linking import (
    claim_link,
    issue_link_code,
    refuse_request,
    request_link,
)
from hashira.certificates.store.models import DoseEvent, LinkAttempt, LinkCode, LinkRequest, Person
from hashira.core.audit.models import AuditEvent
from hashira.core.audit.sealing import seal, verify
from hashira.core.jobs.models import Job
from hashira.portal.upkeep import keep_pruning, prune

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def ended(days: int, state: str = "done") -> uuid.UUID:
    at = NOW - timedelta(days=days)
    over = state == "done"
    row = Job.objects.create(
        kind="x", owner="o", owner_kind="staff", state=state, requested_at=at, ended_at=at if over else None
    )
    return row.pk


@pytest.mark.django_db
def test_what_only_a_procedure_needed_goes_and_what_the_law_keeps_stays() -> None:
    city = municipality()
    person = registered(city)
    given(city, person)
    long_ago = NOW - timedelta(days=2000)
    for at in (long_ago, NOW - timedelta(days=40), NOW - timedelta(days=1)):
        who = resident()
        claim_link(actor=who, organisation_id=city.pk, number="0000000009", at=at)
        asked = request_link(actor=who, organisation_id=city.pk, number="", at=at)
        if at != NOW - timedelta(days=40):
            refuse_request(actor=clerk(city), request_id=asked, reason="別の人", at=at)
        issue_link_code(actor=clerk(city), person_id=person, by_post=False, at=at)
    old, young, working = ended(100), ended(80), ended(100, "running")
    before = AuditEvent.objects.count()
    prune()
    assert set(Job.objects.values_list("pk", flat=True)) == {young, working}
    assert old not in Job.objects.values_list("pk", flat=True)
    assert LinkAttempt.objects.count() == 1
    assert LinkCode.objects.count() == 1
    left = set(LinkRequest.objects.values_list("state", flat=True))
    assert (LinkRequest.objects.count(), left) == (2, {"open", "refused"})
    assert (Person.objects.count(), DoseEvent.objects.count()) == (1, 1)
    told = AuditEvent.objects.order_by("-sequence")
    assert AuditEvent.objects.count() == before + 2
    assert {event.action for event in told[:2]} == {"jobs:PruneJobs", "certificates:PruneLinking"}
    prune()  # nothing is over any more, so nothing is told
    assert AuditEvent.objects.count() == before + 2
    seal()
    assert verify().ok


@pytest.mark.django_db
def test_the_time_of_keeping_is_a_setting(settings: Any) -> None:
    settings.HASHIRA_JOB_RETENTION_DAYS = 10
    ended(11)
    kept = ended(9)
    prune()
    assert list(Job.objects.values_list("pk", flat=True)) == [kept]


@pytest.mark.django_db
def test_no_setting_takes_away_the_tries_that_are_still_counted(settings: Any) -> None:
    settings.HASHIRA_LINK_ATTEMPT_RETENTION_DAYS = settings.HASHIRA_LINK_REQUEST_RETENTION_DAYS = 0
    city, who = municipality(), resident()
    claim_link(actor=who, organisation_id=city.pk, number="0000000009", at=NOW - timedelta(hours=20))
    asked = request_link(actor=who, organisation_id=city.pk, number="", at=NOW - timedelta(hours=20))
    refuse_request(actor=clerk(city), request_id=asked, reason="別の人", at=NOW - timedelta(hours=19))
    prune()
    assert (LinkAttempt.objects.count(), LinkRequest.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_it_by_the_clock() -> None:
    ended(100)
    stopping, gone = threading.Event(), threading.Event()
    keep_pruning(stopping, seconds=0.05, first=0.01)
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while Job.objects.exists() and datetime.now(UTC) < deadline:
        gone.wait(0.05)
    stopping.set()
    assert not Job.objects.exists()
