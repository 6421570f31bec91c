"""The pages of the jobs: a list, one job with its progress, and the question before it is cancelled."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.core import access, jobs
from hashira.core.access import Principal
from hashira.core.jobs import JobState, JobView
from hashira.ui.tables import Column, Order, Table

_STATUS = {
    JobState.REQUESTED: "wait",
    JobState.QUEUED: "wait",
    JobState.RUNNING: "info",
    JobState.CANCELLING: "wait",
    JobState.CANCELLED: "neutral",
    JobState.FAILED: "error",
    JobState.DONE: "success",
}
# What the part of the page that draws progress calls these states.
_PROGRESS = {JobState.DONE: "succeeded", JobState.CANCELLING: "running"}


def _actor(request: HttpRequest) -> Principal:
    return request.principal


@access.requires("jobs:ViewJob")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The newest jobs of the reader, and of the bodies the reader answers for."""
    found = jobs.listed(_actor(request))
    table = Table(
        columns=[
            Column("requested_at", _("受付日時"), sortable=True, heading=True, link=_address),
            Column("title", _("処理の内容")),
            Column("state", _("状態"), filterable=True, choices=[(s.value, s.label) for s in JobState]),
            Column("done", _("済んだ件数"), numeric=True),
            Column("total", _("全体の件数"), numeric=True),
        ],
        rows=found,
        request=request,
        caption=_("ジョブの一覧"),
        initial_order=Order(key="requested_at", falling=True),
        stacked=True,
        downloadable=False,
    )
    return render(request, "portal/jobs/index.html", {"table": table, "any": bool(found)})


@access.requires("jobs:ViewJob")
@never_cache
@require_safe
def show(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """One job. The part with the progress renews itself; once the job is over, the whole page does."""
    job = _asked_for(request, job_id, "jobs:ViewJob")
    may_cancel = not job.state.over and access.may(_actor(request), "jobs:CancelJob", job.resource)
    response = render(
        request,
        "portal/jobs/job.html",
        {
            "job": job,
            "status": _STATUS[job.state],
            "progress_state": _PROGRESS.get(job.state, job.state.value),
            "tenths": job.done * 10 // job.total * 10 if job.total else None,
            "facts": _facts(job),
            "may_cancel": may_cancel and job.state is not JobState.CANCELLING,
        },
    )
    if job.state.over and request.headers.get("HX-Request") == "true":
        response["HX-Refresh"] = "true"
    return response


@access.requires("jobs:CancelJob")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Asks whether the job is really to end, and has it end."""
    job = _asked_for(request, job_id, "jobs:CancelJob")
    if request.method == "POST":
        jobs.cancel(actor=_actor(request), job_id=job.id)
        messages.success(request, _("取消しを受け付けました"))
        return HttpResponseRedirect(_address(job))
    if job.state.over:
        return HttpResponseRedirect(_address(job))
    return render(request, "portal/jobs/cancel.html", {"job": job})


def _asked_for(request: HttpRequest, job_id: uuid.UUID, action: str) -> JobView:
    job = jobs.view(job_id)
    access.require(_actor(request), action, job.resource)
    return job


def _address(job: JobView) -> str:
    return reverse("jobs:job", args=[job.id])


def _facts(job: JobView) -> Sequence[tuple[object, object]]:
    moments = [
        (_("受付"), job.requested_at),
        (_("開始"), job.started_at),
        (_("終了"), job.ended_at),
    ]
    return [*((label, moment) for label, moment in moments if moment), (_("番号"), str(job.id))]
