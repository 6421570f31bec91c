"""The body of a job: its steps, what is remembered of them, how it ends."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from tests.core.jobs.conftest import Declare

from hashira.core import jobs
from hashira.core.access import Principal
from hashira.core.jobs import JSON, JobCancelled, JobContext, JobState, execution
from hashira.core.jobs.errors import Superseded
from hashira.core.jobs.models import Job
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

pytestmark = pytest.mark.django_db
ACTOR = Principal.system("trial")


class LineBroken(HashiraError):
    code = "TST-020"
    what = Bilingual("{name}の行が壊れています", "A line of {name} is broken")
    why = Bilingual("{line}行目です", "It is line {line}")
    remedy = Bilingual("直してください", "Mend it")


class Signal(Exception):
    def __init__(self, secret: str) -> None:
        super().__init__(secret)


class Remembering:
    """Remembers steps in JSON, as DBOS does; ``die_after`` that many steps the process is gone."""

    def __init__(self, kept: dict[int, tuple[str, str]], die_after: int | None = None) -> None:
        self._kept = kept
        self._die_after = die_after
        self._number = 0

    def run(self, name: str, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self._number += 1
        if self._number not in self._kept:
            if self._die_after is not None and self._number > self._die_after:
                raise KeyboardInterrupt
            self._kept[self._number] = (name, json.dumps(step()))
        known, outcome = self._kept[self._number]
        assert known == name, "the body went another way after the crash"
        return dict(json.loads(outcome))


def run(job_id: uuid.UUID, steps: Remembering) -> execution.Ending | None:
    taken = execution.take_up(job_id, executor="trial")
    if taken is None:
        return None
    ending = execution.run_body(taken, steps)
    execution.write_ending(taken, ending)
    return ending


def asked(kind: str, **parameters: JSON) -> uuid.UUID:
    return jobs.request(actor=ACTOR, kind=kind, parameters=parameters).id


def test_a_job_runs_to_its_end(declare: Declare) -> None:
    def body(context: JobContext, parameters: dict[str, Any]) -> JSON:
        first = context.step("first", lambda: (1, 2))
        context.progress(1, 2)
        second = context.step("second", lambda: sum(first) + parameters["more"])
        context.progress(2, 2)
        return {"sum": second, "first": first}

    view = jobs.carry_out(asked(declare(body), more=4))
    assert view.state is JobState.DONE
    assert view.result == {"sum": 7, "first": [1, 2]}
    assert (view.done, view.total) == (2, 2)
    assert view.started_at is not None
    assert view.ended_at is not None
    assert view.started_at <= view.ended_at


def test_after_a_crash_it_goes_on_where_it_stood(declare: Declare) -> None:
    ran: list[str] = []

    def body(context: JobContext, parameters: object) -> JSON:
        for number in range(6):
            context.step(f"step {number}", ran.append, f"{number}")
            context.progress(number + 1, 6)
        return len(ran)

    job, kept = asked(declare(body)), {}
    for die_after in (2, 3, 5):
        with pytest.raises(KeyboardInterrupt):
            run(job, Remembering(kept, die_after))
        assert jobs.view(job).state is JobState.RUNNING
    assert run(job, Remembering(kept)) is not None
    assert ran == [str(number) for number in range(6)]
    assert jobs.view(job).done == 6
    assert Job.objects.get().token == 4
    assert run(job, Remembering(kept)) is None


@pytest.mark.parametrize("error", [LineBroken(name=Bilingual("甲", "A"), line=3), Signal("山田")])
def test_a_remembered_error_has_the_type_it_had(declare: Declare, error: Exception) -> None:
    caught: list[Exception] = []

    def fails() -> None:
        raise error

    def body(context: JobContext, parameters: object) -> JSON:
        try:
            context.step("fails", fails)
        except type(error) as again:
            caught.append(again)
        context.step("then", lambda: None)
        return "handled"

    job, kept = asked(declare(body)), {}
    with pytest.raises(KeyboardInterrupt):
        run(job, Remembering(kept, 1))
    run(job, Remembering(kept))
    assert jobs.view(job).result == "handled"
    assert [type(e) for e in caught] == [type(error)] * 2
    assert "山田" not in json.dumps(kept, ensure_ascii=False)
    if isinstance(error, HashiraError):
        assert [e.problem("en")["title"] for e in caught if isinstance(e, HashiraError)] == [
            "A line of A is broken"
        ] * 2


def test_a_failure_that_was_foreseen_keeps_its_words(declare: Declare) -> None:
    def body(context: JobContext, parameters: object) -> JSON:
        raise LineBroken(name="甲", line=3)

    view = jobs.carry_out(asked(declare(body)))
    assert view.state is JobState.FAILED
    assert view.error is not None
    assert (view.error.code, view.error.why.ja, view.error.why.en) == ("TST-020", "3行目です", "It is line 3")


def test_a_failure_that_was_not_shows_a_reference_and_the_log_has_the_cause(
    declare: Declare, caplog: pytest.LogCaptureFixture
) -> None:
    def body(context: JobContext, parameters: object) -> JSON:
        raise ValueError("山田太郎 is not a number")

    with caplog.at_level(logging.ERROR):
        view = jobs.carry_out(asked(declare(body)))
    assert view.error is not None
    assert view.error.code == "CORE-023"
    reference = view.error.why.en.rpartition("reference ")[2].strip(")")
    assert len(reference) == 8
    assert reference in caplog.text
    assert "not a number" in caplog.text
    assert "山田" not in json.dumps(Job.objects.get().error, ensure_ascii=False)


@pytest.mark.parametrize("bad", [object(), {1, 2}, b"bytes"])
def test_a_result_that_is_not_json_fails_the_job(declare: Declare, bad: object) -> None:
    def body(context: JobContext, parameters: object) -> JSON:
        return context.step("bad", lambda: bad)

    assert jobs.carry_out(asked(declare(body))).state is JobState.FAILED


def test_a_cancelled_job_cleans_up_and_goes_the_same_way_after_a_crash(declare: Declare) -> None:
    ran: list[str] = []

    def body(context: JobContext, parameters: object) -> JSON:
        try:
            for number in range(10):
                context.step(f"step {number}", ran.append, f"step {number}")
                if number == 1:
                    Job.objects.filter(state="running").update(state="cancelling")
        except JobCancelled:
            context.step("clean", ran.append, "clean")
            raise

    job, kept = asked(declare(body)), {}
    with pytest.raises(KeyboardInterrupt):
        run(job, Remembering(kept, 3))
    run(job, Remembering(kept))
    assert ran == ["step 0", "step 1", "clean"]
    assert jobs.view(job).state is JobState.CANCELLED


def test_a_long_step_may_ask_whether_it_is_to_end(declare: Declare) -> None:
    def body(context: JobContext, parameters: object) -> JSON:
        def long() -> None:
            for number in range(100):
                if number == 7:
                    Job.objects.update(state="cancelling")
                context.raise_if_cancelled()
            raise AssertionError("went on")

        context.raise_if_cancelled()
        context.step("long", long)

    assert jobs.carry_out(asked(declare(body))).state is JobState.CANCELLED


def test_a_run_that_was_superseded_neither_steps_nor_commits_nor_ends(declare: Declare) -> None:
    touched: list[int] = []

    def body(context: JobContext, parameters: object) -> JSON:
        Job.objects.update(token=99)
        context.progress(5, 5)
        with pytest.raises(Superseded):
            context.step("late", touched.append, 1)
        with pytest.raises(Superseded), context.transaction():
            touched.append(2)

    taken = execution.take_up(asked(declare(body)), executor="trial")
    assert taken is not None
    ending = execution.run_body(taken, Remembering({}))
    with pytest.raises(Superseded):
        execution.write_ending(taken, ending)
    assert touched == []
    assert Job.objects.get().state == "running"
    assert Job.objects.get().done == 0


def test_superseded_is_not_caught_by_a_body_that_catches_everything(declare: Declare) -> None:
    def body(context: JobContext, parameters: object) -> JSON:
        Job.objects.update(token=99)
        try:
            context.step("late", lambda: None)
        except Exception:
            pytest.fail("caught")

    with pytest.raises(Superseded):
        jobs.carry_out(asked(declare(body)))


def test_a_database_that_is_away_is_for_the_worker_to_try_again(declare: Declare) -> None:
    """It is not remembered as the outcome of the step."""
    tries: list[int] = []

    def away() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("the server closed the connection")
        return len(tries)

    class Retrying:
        def run(self, name: str, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
            while True:
                try:
                    return step()
                except OperationalError:
                    assert len(tries) < 9

    def body(context: JobContext, parameters: object) -> JSON:
        return context.step("away", away)

    taken = execution.take_up(asked(declare(body)), executor="trial")
    assert taken is not None
    assert execution.run_body(taken, Retrying()).result == 3


def test_a_step_holds_no_other_step(declare: Declare) -> None:
    def body(context: JobContext, parameters: object) -> JSON:
        return context.step("outer", lambda: context.step("inner", lambda: None))

    assert jobs.carry_out(asked(declare(body))).state is JobState.FAILED


def test_a_job_that_takes_down_its_worker_each_time_is_given_up(declare: Declare) -> None:
    ran: list[int] = []

    def body(context: JobContext, parameters: object) -> JSON:
        ran.append(1)

    job = asked(declare(body))
    Job.objects.update(token=execution.MOST_RUNS)
    view = jobs.carry_out(job)
    assert view.state is JobState.FAILED
    assert view.error is not None
    assert view.error.code == "CORE-025"
    assert not ran
