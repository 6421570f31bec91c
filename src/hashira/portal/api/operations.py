"""Operations of no single system: the figures and the jobs (数値とジョブのAPI)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from hashira.core import access, jobs
from hashira.core.api.door import Door, Open
from hashira.core.api.operation import Page, Shape, about, failures, page_of
from hashira.core.api.scope import Scope, declare
from hashira.core.jobs import JobState, JobView
from hashira.kernel.language import Bilingual
from hashira.portal.figures import document

figures_router = Router(tags=["figures"])
jobs_router = Router(tags=["jobs"])
declare(Scope("jobs.read", Bilingual("ジョブの状態", "Jobs"), frozenset({"jobs:ViewJob"})))
declare(
    Scope(
        "jobs.cancel",
        Bilingual("ジョブの取消し", "Cancel jobs"),
        frozenset({"jobs:ViewJob", "jobs:CancelJob"}),
    )
)


class FiguresOut(Schema):
    """Own figures, what is not counted yet, and figures received from other installations."""

    figures: list[dict[str, Any]]
    not_counted: list[dict[str, Any]]
    received: list[dict[str, Any]]


class JobOut(Schema):
    """A job as it stands."""

    id: UUID
    kind: str
    title: dict[str, str]
    state: JobState
    done: int
    total: int | None
    rate: float | None
    seconds_left: float | None
    error: dict[str, Any] | None
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class JobsQuery(Shape):
    """A part of the list."""

    state: JobState | None = None
    offset: int = Field(default=0, ge=0, le=10_000)
    limit: int = Field(default=50, ge=1, le=200)


@figures_router.get(
    "/figures",
    auth=Open("figures are published; none of them tells of anybody"),
    response=FiguresOut,
    **about(
        "listFigures",
        Bilingual("数値", "Figures"),
        Bilingual("10未満の人数は null です", "A count of people below ten is null"),
    ),
)
def figures(request: HttpRequest) -> dict[str, Any]:
    return document()


@jobs_router.get(
    "/jobs",
    auth=Door("jobs:ViewJob"),
    response={200: Page[JobOut], **failures(400, 401, 403, 422)},
    **about(
        "listJobs",
        Bilingual("ジョブの一覧", "Jobs"),
        Bilingual("新しいものから200件まで", "The newest first, up to 200"),
    ),
)
def listed(request: HttpRequest, asked: Query[JobsQuery]) -> dict[str, Any]:
    found = [_shown(view) for view in jobs.listed(request.auth) if asked.state in {None, view.state}]
    return page_of(found, offset=asked.offset, limit=asked.limit)


@jobs_router.get(
    "/jobs/{uuid:job_id}",
    auth=Door("jobs:ViewJob"),
    response={200: JobOut, **failures(401, 403, 404)},
    **about(
        "viewJob",
        Bilingual("ジョブを見る", "A job"),
        Bilingual("進み具合と残り時間", "Its progress and the time left"),
    ),
)
def one(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    view = jobs.view(job_id)
    access.require(request.auth, "jobs:ViewJob", view.resource)
    return _shown(view)


@jobs_router.post(
    "/jobs/{uuid:job_id}/cancel",
    auth=Door("jobs:CancelJob"),
    response={200: JobOut, **failures(401, 403, 404, 409)},
    **about(
        "cancelJob",
        Bilingual("ジョブを取り消す", "Cancel a job"),
        Bilingual("次の区切りで止まります", "It ends before its next step"),
    ),
)
def cancel(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    return _shown(jobs.cancel(actor=request.auth, job_id=job_id))


def _shown(view: JobView) -> dict[str, Any]:
    names = ("id", "kind", "state", "done", "total", "rate", "seconds_left")
    moments = ("requested_at", "started_at", "ended_at")
    return {name: getattr(view, name) for name in (*names, *moments)} | {
        "title": {"ja": view.title.ja, "en": view.title.en},
        "error": view.error.to_json() if view.error else None,
    }
