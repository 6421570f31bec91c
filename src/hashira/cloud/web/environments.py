"""The pages of environments: a list, one with its evidence, and what is done with it (環境の画面)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.cloud.adapters.sandbox import known_endpoint
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.selectors import environments as selectors
from hashira.cloud.selectors.adoptions import adoption_of
from hashira.cloud.selectors.environment_documents import is_sandbox
from hashira.cloud.selectors.environment_queue import queue_place
from hashira.cloud.selectors.servers import environment_for_servers
from hashira.cloud.services import environments as services
from hashira.cloud.services.emergency_doors import ask_to_close_strays
from hashira.cloud.store.models import EnvironmentStep
from hashira.cloud.web.amendments import STEP_STATUS, amendment_context, running_steps
from hashira.cloud.web.form_pages import attempt, done, form_page, now, today
from hashira.cloud.web.names import ACTS, ENGINES, STAGES
from hashira.core import access, jobs
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Event, Link
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import worded

_STATE = EnvironmentState
ENVIRONMENTS = Bilingual("環境", "Environments")
_STATES = tuple((one.value, one.label) for one in EnvironmentState)
_STATUS = {
    _STATE.REQUESTED: "wait",
    _STATE.VENDING: "info",
    _STATE.READY: "success",
    _STATE.PARKED: "error",
    _STATE.DEVIATING: "warning",
    _STATE.AMENDING: "info",
    _STATE.STALLED: "error",
    _STATE.LOST: "error",
    _STATE.WITHDRAWN: "neutral",
    _STATE.SUSPENDING: "info",
    _STATE.SUSPENDED: "neutral",
    _STATE.RESUMING: "info",
    _STATE.CLOSING: "info",
    _STATE.CLOSED: "neutral",
}
_PROGRESS = {_STATE.REQUESTED: "queued"}
_AGAIN = {
    _STATE.PARKED: _("もう一度行う"),
    _STATE.STALLED: _("変更をもう一度行う"),
    _STATE.DEVIATING: _("足りないものを作り直す"),
    _STATE.LOST: _("もう一度払い出す"),
}
_PART = EnvironmentStep.Part
_PARTS = {
    _PART.VEND.value: _("払出し"),
    _PART.GUARD.value: _("ガードレール"),
    _PART.SUSPENSION.value: _("休止"),
    _PART.CLOSING.value: _("廃止"),
}


class SuspendForm(forms.Form):
    """Why, and whether its use ends with it."""

    reason = django_forms.CharField(
        label=_("理由"), max_length=400, widget=django_forms.Textarea(attrs={"rows": 3})
    )
    closes_on = forms.EraDateField(
        label=_("廃止する日"),
        required=False,
        help_text=_("書くと、その日にアカウントを閉じます。空なら休止だけで、いつでも再開できます"),
    )


class GiveUpForm(forms.Form):
    """Why it is given up."""

    reason = django_forms.CharField(
        label=_("理由"), max_length=400, widget=django_forms.Textarea(attrs={"rows": 3})
    )


@access.requires("cloud:ViewEnvironment")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The environments of the own bodies, or of all."""
    rows = selectors.EnvironmentRows(selectors.seen_by(request.principal))
    table = Table(
        columns=(
            Column("body_name", _("団体"), heading=True, sortable=True, filterable=True, link=_address),
            Column("system_name", _("システム"), sortable=True, filterable=True),
            Column("stage", _("環境の区分"), choices=STAGES, sortable=True, filterable=True),
            Column("engine", _("クラウド"), choices=ENGINES, sortable=True, filterable=True),
            Column("state", _("状態"), choices=_STATES, sortable=True, filterable=True),
            Column("account", _("アカウント"), sortable=True, filterable=True),
            Column("requested_at", _("指図した日時"), sortable=True),
            Column("verified_at", _("最後に読み戻した日時"), sortable=True),
        ),
        rows=rows,
        request=request,
        caption=_("環境の一覧"),
        initial_order=Order(key="requested_at", falling=True),
        stacked=True,
        empty=_("条件に合う環境はありません"),
    )
    if table.wants_csv:
        return table.csv_response("environments")
    counts = rows.counts()
    troubled = sum(counts.get(one, 0) for one in _AGAIN)
    context = {
        "table": table,
        "any": bool(counts),
        "troubled": troubled,
        "lost": counts.get(_STATE.LOST, 0),
        "sandbox": is_sandbox("aws"),
    }
    return render(request, "cloud/environments.html", context)


@access.requires("cloud:ViewEnvironment")
@never_cache
@require_safe
def show(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """One environment: each step with its evidence, what it holds, what was done with it."""
    view = _opened(request, environment_id, "cloud:ViewEnvironment")
    line, may = view.line, _may(request, view)
    sandbox = is_sandbox(line.engine)
    context = {
        "view": view,
        "line": line,
        "title": f"{line.body_name} {line.system_name}",
        "status": _STATUS[line.state],
        "stage": dict(STAGES)[line.stage.value],
        "facts": _facts(view),
        "steps": [(one, STEP_STATUS[one.state], _PARTS[one.part]) for one in view.steps],
        "events": [_event(one) for one in reversed(view.acts)],
        "sandbox": sandbox,
        "endpoint": known_endpoint() if sandbox else "",
        "again": _AGAIN.get(line.state) if may("cloud:RetryEnvironment") else None,
        "may_give_up": line.state is _STATE.PARKED
        and not view.order.adopts
        and may("cloud:GiveUpEnvironment"),
        "adoption": adoption_of(environment_id) if view.order.adopts else None,
        "may_release": bool(view.order.adopts)
        and line.state in {_STATE.READY, _STATE.DEVIATING, _STATE.PARKED}
        and may("cloud:ReleaseEnvironment"),
        "may_suspend": line.state in {_STATE.READY, _STATE.DEVIATING} and may("cloud:RetireEnvironment"),
        "may_resume": line.state is _STATE.SUSPENDED and may("cloud:RetireEnvironment"),
        "may_verify": line.state in {_STATE.READY, _STATE.DEVIATING, _STATE.SUSPENDED}
        and may("cloud:VerifyEnvironment"),
        "may_see_servers": line.state in {_STATE.READY, _STATE.DEVIATING, _STATE.SUSPENDED}
        and access.may(request.principal, "cloud:ViewServers", environment_for_servers(line.id)[1]),
        "may_close_doors": line.state is _STATE.DEVIATING and may("cloud:CloseStrayDoors"),
        **_progress(view),
        **amendment_context(line),
        "may_give_change_up": line.state is _STATE.STALLED and may("cloud:RetryEnvironment"),
    }
    return render(request, "cloud/environment.html", context)


@access.requires("cloud:RetryEnvironment")
@require_POST
def again(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Tries again what stopped."""
    return _done(
        request,
        environment_id,
        lambda: services.vend_again(actor=request.principal, environment_id=environment_id, at=now()),
        _("もう一度始めました"),
    )


@access.requires("cloud:RetryEnvironment")
@require_POST
def again_all(request: HttpRequest) -> HttpResponse:
    """Vends anew whatever was lost with its cloud."""
    count = services.vend_all_lost_again(actor=request.principal, at=now())
    said = Bilingual(f"{count}件を、もう一度払い出します", f"{count} are vended again")
    messages.success(request, worded(said))
    return HttpResponseRedirect(reverse("cloud:environments"))


@access.requires("cloud:VerifyEnvironment")
@require_POST
def verify(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Reads it back now."""
    return _done(
        request,
        environment_id,
        lambda: services.read_back(actor=request.principal, environment_id=environment_id),
        _("読み戻しを始めました。少し待って、画面を開き直してください"),
    )


@access.requires("cloud:CloseStrayDoors")
@require_POST
def close_doors(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Closes the doors of emergencies that no record allows."""
    return _done(
        request,
        environment_id,
        lambda: ask_to_close_strays(actor=request.principal, environment_id=environment_id),
        _("記録のない扉を閉じています。少し待って、読み戻してください"),
    )


@access.requires("cloud:RetireEnvironment")
@require_POST
def resume(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Lets everybody in again."""
    return _done(
        request,
        environment_id,
        lambda: services.resume(actor=request.principal, environment_id=environment_id, at=now()),
        _("再開を始めました"),
    )


@access.requires("cloud:RetireEnvironment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Asks why, and whether its use ends; then lets nobody in any more."""
    view = _opened(request, environment_id, "cloud:RetireEnvironment")
    earliest = today() + timedelta(days=settings.HASHIRA_CLOUD_RETENTION_DAYS)
    form = SuspendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: services.suspend(
                actor=request.principal,
                environment_id=environment_id,
                reason=asked["reason"],
                closes_on=asked["closes_on"],
                at=now(),
            ),
        ):
            return _to(environment_id)
    return _form(
        request,
        form,
        view,
        _("環境を休止する"),
        _("休止する"),
        Bilingual(
            f"だれもサインインできなくなります。データはそのまま残ります。廃止できるのは {earliest} からです",
            f"Nobody can sign in any more. The data stays. It can be closed from {earliest} on",
        ),
    )


@access.requires("cloud:GiveUpEnvironment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Asks why, then takes away what was made."""
    view = _opened(request, environment_id, "cloud:GiveUpEnvironment")
    form = GiveUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(
            form,
            lambda: services.give_up(
                actor=request.principal, environment_id=environment_id, reason=reason, at=now()
            ),
        ):
            return _to(environment_id)
    return _form(
        request,
        form,
        view,
        _("払い出しを取りやめる"),
        _("払い出しを取りやめる"),
        Bilingual(
            "作りかけたものを、作ったのと逆の順に片付けます。アカウントは閉じます",
            "What was made is taken away in the reverse order; the account is closed",
        ),
    )


def _address(line: selectors.EnvironmentLine) -> str:
    return reverse("cloud:environment", args=[line.id])


def _opened(request: HttpRequest, environment_id: UUID, action: str) -> selectors.EnvironmentView:
    """The environment, if the reader may do that with it; else as if there were none."""
    view = selectors.environment(environment_id)
    if not access.may(request.principal, action, view.line.resource):
        raise selectors.EnvironmentNotFound
    return view


def _may(request: HttpRequest, view: selectors.EnvironmentView) -> Callable[[str], bool]:
    return lambda action: access.may(request.principal, action, view.line.resource)


def _done(
    request: HttpRequest, environment_id: UUID, act: Callable[[], object], said: object
) -> HttpResponse:
    _opened(request, environment_id, "cloud:ViewEnvironment")
    return done(request, reverse("cloud:environment", args=[environment_id]), act, said)


def _to(environment_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("cloud:environment", args=[environment_id]))


def _form(
    request: HttpRequest,
    form: django_forms.Form,
    view: selectors.EnvironmentView,
    title: Any,
    button: Any,
    lead: Bilingual,
) -> HttpResponse:
    line = view.line
    return form_page(
        request,
        form,
        title=title,
        button=button,
        back=reverse("cloud:environment", args=[line.id]),
        parent=Link(ENVIRONMENTS, reverse("cloud:environments")),
        lead=lead,
        facts=[
            (_("団体"), line.body_name),
            (_("システム"), line.system_name),
            (_("アカウント"), line.account),
        ],
        danger=True,
    )


def _progress(view: selectors.EnvironmentView) -> dict[str, Any]:
    """How far the job on it is, or where it stands in the queue."""
    if not view.line.state.at_work or view.job_id is None:
        return {}
    try:
        job = jobs.view(view.job_id)
    except jobs.JobNotFound:
        return {}
    steps = view.steps if view.line.state is not _STATE.AMENDING else running_steps(view.line.id)
    waiting = next((one.problem for one in steps if one.problem is not None), None)
    return {
        "job": job,
        "progress_state": _PROGRESS.get(view.line.state, "running"),
        "waiting": waiting,
        "queue": queue_place(view.line.id),
    }


def _facts(view: selectors.EnvironmentView) -> list[tuple[object, object]]:
    line, order = view.line, view.order
    return [
        (_("クラウド"), dict(ENGINES).get(line.engine, line.engine)),
        (_("アカウント"), line.account or "–"),
        (_("リージョン"), line.region),
        (_("アドレスの範囲"), "、".join(order.address_ranges) or "–"),
        (_("月の予算（円）"), order.monthly_budget_yen),
        (_("基準の版"), order.baseline.version),
        (_("ガードレールの例外"), "、".join(order.exceptions) or "–"),
        (_("指図した日時"), line.requested_at),
        (_("払い出した日時"), line.vended_at or "–"),
        (_("最後に読み戻した日時"), line.verified_at or "–"),
        *([(_("休止した日時"), view.suspended_at)] if view.suspended_at else []),
        *([(_("廃止する日"), line.closes_on)] if line.closes_on else []),
        *([(_("廃止した日時"), view.closed_at)] if view.closed_at else []),
    ]


def _event(act: selectors.ActLine) -> Event:
    told = [str(act.facts[key]) for key in ("reason", "missing", "code") if act.facts.get(key)]
    return Event(act.at, ACTS.get(act.act, act.act), body=" ".join(told))
