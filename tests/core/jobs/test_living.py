"""Who lives, who leads, and what a round does for jobs that nobody looks after."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F
from sqlalchemy import make_url

from hashira.core import jobs
from hashira.core.access import Principal
from hashira.core.jobs import JobState, living, queue, relief, services
from hashira.core.jobs.models import Job, Leadership, Worker


def in_another_process(act: Callable[[], Any]) -> Any:
    """As another process would: with a connection of its own."""
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(act())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=60)
    return answers[0]


def leads(executor: str) -> bool:
    with relief._leading(executor) as leading:
        return leading


@pytest.mark.django_db
def test_a_worker_lives_while_it_beats_and_is_silent_after_its_lease() -> None:
    quick, slow = living.enrol(lease_seconds=5), living.enrol(lease_seconds=60)
    assert quick != slow
    assert living.attendance() == living.Attendance(frozenset({quick, slow}), frozenset())
    Worker.objects.update(beat_at=F("beat_at") - timedelta(seconds=30))
    assert living.attendance() == living.Attendance(frozenset({slow}), frozenset({quick}))
    assert living.beat(quick)
    assert living.attendance().silent == frozenset()
    living.strike_off(frozenset({quick}))
    assert not living.beat(quick)
    assert living.beat(slow)


@pytest.mark.django_db(transaction=True)
def test_one_leads_at_a_time_and_another_follows() -> None:
    with relief._leading("a") as first:
        assert first
        assert not in_another_process(lambda: leads("b"))
    assert leads("a")
    relief.resign("a")
    assert in_another_process(lambda: leads("b"))


@pytest.mark.django_db(transaction=True)
def test_a_leader_that_died_is_followed_by_another() -> None:
    if connection.vendor == "sqlite":
        assert leads("a")
        assert not leads("b")
        Leadership.objects.update(until=F("until") - timedelta(seconds=relief.LEADER_SECONDS + 1))
        assert leads("b")
        assert not leads("a")
        return
    dead = connection.copy()
    with dead.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [relief._LOCK])
    assert not leads("b")
    dead.close()
    until = time.monotonic() + 30  # the server frees the lock when it has seen the end of the connection
    while not leads("b"):
        assert time.monotonic() < until, "the lock of a closed connection was never freed"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_only_jobs_that_were_left_behind_are_enqueued(nothing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[uuid.UUID] = []
    monkeypatch.setattr(services, "hand_over", lambda _job: None)
    monkeypatch.setattr(queue, "hand_over", handed.append)
    left, fresh, begun = (
        jobs.request(actor=Principal.system("trial"), kind=nothing, parameters={}).id for _ in range(3)
    )
    Job.objects.filter(pk__in=[left, begun]).update(requested_at=F("requested_at") - timedelta(minutes=1))
    Job.objects.filter(pk=begun).update(state=JobState.RUNNING.value)
    assert relief.enqueue_orphans() == 1
    assert handed == [left]
    assert fresh not in handed


@pytest.mark.django_db
def test_a_job_that_began_is_not_said_to_wait(nothing: str) -> None:
    view = jobs.request(actor=Principal.system("trial"), kind=nothing, parameters={})
    Job.objects.update(state="running")
    queue.note_queued([view.id])
    assert jobs.view(view.id).state is JobState.RUNNING


def test_the_queue_is_beside_the_database() -> None:
    url = queue.system_database()
    if connection.vendor == "sqlite":
        assert url.startswith("sqlite:////")
        assert url.endswith("-jobs.sqlite3")
    else:
        read = make_url(url)
        assert read.get_backend_name() == "postgresql"
        assert read.database == connection.settings_dict["NAME"]


@pytest.mark.parametrize(
    ("host", "port", "there"),
    [("db.test", "5433", ("db.test", 5433, {})), ("/run/pg", "", (None, None, {"host": "/run/pg"}))],
)
def test_signs_in_a_password_stay_what_they_are(host: str, port: str, there: tuple[Any, ...]) -> None:
    chosen = {"USER": "ä:@", "PASSWORD": "p/@:%", "HOST": host, "PORT": port, "NAME": "n"}
    read = make_url(queue.postgresql_address(chosen))
    assert (read.username, read.password, read.database) == ("ä:@", "p/@:%", "n")
    assert (read.host, read.port, dict(read.query)) == there
