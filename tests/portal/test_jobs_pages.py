"""The pages of the jobs: what is shown of them, to whom, and how one is cancelled."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hashira.core import jobs
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.jobs import JobState, kinds
from hashira.core.jobs.models import Job
from hashira.kernel.language import Bilingual

pytestmark = pytest.mark.django_db
TOWN = str(uuid.uuid4())


def staff(role: str) -> Principal:
    return Principal(PrincipalKind.STAFF, str(uuid.uuid4()), grants=(Grant(role, TOWN),), second_factor=True)


CLERK, COLLEAGUE, SUPERVISOR = (
    staff(r) for r in ("municipal_clerk", "municipal_clerk", "municipal_supervisor")
)


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Job:
    """A job of the clerk that is running: 300 of 1,200 done."""
    settings.HASHIRA_JOB_MODULES = ()
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.job(kind="trial.pages", title=Bilingual("試験の取込み", "Trial import"))(lambda _c, _p: None)
    view = jobs.request(actor=CLERK, kind="trial.pages", parameters={}, organisation=TOWN, total=1200)
    at = view.requested_at
    Job.objects.update(state="running", done=300, rate=50.0, progress_at=at, started_at=at)
    return Job.objects.get(pk=view.id)


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, client: Client, settings: Any) -> Any:
    """Makes the client's requests those of a principal."""

    def become(principal: Principal) -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda _request: principal)
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"  # without one nobody is asked for
        return client

    return become


def test_the_list_shows_the_own_jobs_and_leads_to_them(signed_in: Any, job: Job) -> None:
    page = signed_in(CLERK).get(reverse("jobs:index")).content.decode()
    assert "試験の取込み" in page
    assert reverse("jobs:job", args=[job.pk]) in page
    assert "ジョブはまだありません" in signed_in(COLLEAGUE).get(reverse("jobs:index")).content.decode()


def test_the_page_tells_count_rate_and_time_left_and_renews_itself(signed_in: Any, job: Job) -> None:
    url = reverse("jobs:job", args=[job.pk])
    answer = signed_in(CLERK).get(url)
    page = answer.content.decode()
    for words in ("1,200件中300件（25%）", "毎秒50件", "残り約18秒"):
        assert words in page
    assert f'hx-get="{url}"' in page
    assert re.search(rf'<a[^>]*href="{url}"[^>]*>最新の状態に更新する</a>', page), "the way without scripts"
    assert 'aria-live="polite"' in page
    assert "HX-Refresh" not in answer.headers
    assert answer.headers["Cache-Control"].startswith("max-age=0")


def test_the_page_is_english_for_english_readers(signed_in: Any, job: Job) -> None:
    client = signed_in(CLERK)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("jobs:job", args=[job.pk])).content.decode()
    assert "Trial import" in page
    main = page[page.index("<main") : page.index("</main>")]
    assert not re.search("[ぁ-んァ-ヶ一-龠]", main)


@pytest.mark.parametrize(("who", "status"), [(CLERK, 200), (SUPERVISOR, 200), (COLLEAGUE, 403)])
def test_a_job_is_seen_by_its_owner_and_the_supervisor(
    signed_in: Any, job: Job, who: Principal, status: int
) -> None:
    for name in ("jobs:job", "jobs:cancel"):
        assert signed_in(who).get(reverse(name, args=[job.pk])).status_code == status
    assert signed_in(who).post(reverse("jobs:cancel", args=[job.pk])).status_code == (
        302 if status == 200 else status
    )
    assert jobs.view(job.pk).state is (JobState.CANCELLING if status == 200 else JobState.RUNNING)


def test_a_job_that_is_not_there_is_a_page_that_is_not_there(signed_in: Any, job: Job) -> None:
    assert signed_in(CLERK).get(reverse("jobs:job", args=[uuid.uuid4()])).status_code == 404


def test_somebody_unknown_is_not_shown_a_job(signed_in: Any, job: Job) -> None:
    answer = signed_in(Principal.anonymous()).get(reverse("jobs:job", args=[job.pk]))
    assert answer.status_code in {302, 403}
    assert "試験の取込み" not in answer.content.decode()


def test_cancelling_asks_first_and_changes_nothing_by_asking(signed_in: Any, job: Job) -> None:
    client, url = signed_in(CLERK), reverse("jobs:cancel", args=[job.pk])
    assert url in client.get(reverse("jobs:job", args=[job.pk])).content.decode()
    assert "取り消しますか" in client.get(url).content.decode()
    assert jobs.view(job.pk).state is JobState.RUNNING
    page = client.post(url, follow=True).content.decode()
    assert "取消しを受け付けました" in page
    assert "今の処理の区切りで終わります" in page
    assert url not in page


def test_a_failed_job_says_why_and_what_to_do(signed_in: Any, job: Job) -> None:
    from hashira.core.jobs.errors import JobFault
    from hashira.core.jobs.problem import JobProblem

    problem = JobProblem.of(JobFault(reference="0123abcd")).to_json()
    Job.objects.update(state="failed", ended_at=job.requested_at, error=problem)
    answer = signed_in(CLERK).get(reverse("jobs:job", args=[job.pk]), headers={"HX-Request": "true"})
    page = answer.content.decode()
    for words in ("0123abcd", "CORE-023", "照会番号を伝えてください"):
        assert words in page
    assert answer.headers["HX-Refresh"] == "true"
    assert "hx-get" not in page[page.index("<main") : page.index("</main>")]
    assert reverse("jobs:cancel", args=[job.pk]) not in page
    ended = signed_in(CLERK).post(reverse("jobs:cancel", args=[job.pk]))
    assert ended.status_code == 409


def test_the_terminal_lists_shows_and_cancels(job: Job) -> None:
    from click.testing import CliRunner

    from hashira.portal.command import main

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["jobs", *arguments])

    listed = json.loads(run("list", "--json").output)
    assert [(one["id"], one["done"], one["total"]) for one in listed] == [(str(job.pk), 300, 1200)]
    assert json.loads(run("list", "--json", "--state", "done").output) == []
    assert "Trial import" in run("list").output
    shown = json.loads(run("show", str(job.pk), "--json").output)
    assert shown["state"] == "running"
    assert shown["seconds_left"] == pytest.approx(18.0)
    assert run("show", str(uuid.uuid4())).exit_code == 3
    assert run("list", "--state", "asleep").exit_code == 2
    assert run("cancel", str(job.pk), "--yes").exit_code == 0
    assert jobs.view(job.pk).state is JobState.CANCELLING
    Job.objects.update(state="done", ended_at=job.requested_at, done=1200)
    watched = run("watch", str(job.pk), "--json")
    assert watched.exit_code == 0
    assert json.loads(watched.stdout)["state"] == "done"
    assert "1200/1200" in watched.stderr
    assert run("cancel", str(job.pk), "--yes").exit_code == 3
    Job.objects.update(
        state="failed",
        error={"code": "X"} | {key: {"ja": "だめ", "en": "no"} for key in ("what", "why", "remedy")},
    )
    assert run("watch", str(job.pk)).exit_code == 1


def test_the_terminal_says_that_the_database_is_not_up_to_date(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner
    from django.db import OperationalError

    from hashira.core.jobs import selectors
    from hashira.portal.command import main

    def gone(*_arguments: object, **_keywords: object) -> None:
        raise OperationalError("no such table: jobs_job")

    monkeypatch.setattr(selectors, "newest", gone)
    answer = CliRunner().invoke(main, ["jobs", "list"])
    assert answer.exit_code == 3
    assert "CORE-026" in answer.stderr
