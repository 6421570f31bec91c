"""The pages on which it is said when a server runs (稼働の予定の画面)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hashira.cloud.selectors import servers as selectors
from hashira.cloud.services import server_schedules as schedules
from hashira.cloud.web import server_forms
from hashira.cloud.web.form_pages import attempt, now
from hashira.cloud.web.server_pages import acted, opened, server_form, to_server
from hashira.core import access
from hashira.ui.wording import worded


@access.requires("cloud:OperateServer")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest, server_id: UUID) -> HttpResponse:
    """On which days it runs, from when until when."""
    view = opened(request, server_id, "cloud:OperateServer")
    hours = view.line.hours
    initial = (
        {
            "days": [str(one) for one in sorted(hours.days)],
            "begins": hours.begins,
            "ends": hours.ends,
            "off_on_holidays": hours.off_on_holidays,
        }
        if hours is not None
        else None
    )
    form = server_forms.ScheduleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: schedules.set_schedule(
                actor=request.principal,
                server_id=server_id,
                days=frozenset(int(one) for one in asked["days"]),
                begins=asked["begins"],
                ends=asked["ends"],
                off_on_holidays=asked["off_on_holidays"],
                at=now(),
            ),
        ):
            messages.success(request, worded(_("予定を決めました")))
            return to_server(server_id)
    return server_form(
        request,
        form,
        view,
        _("稼働の予定を決める"),
        _("予定を決める"),
        _("この時間だけ動かし、ほかは停止します。いまの状態は変えず、次の時刻から動作します。"),
    )


@access.requires("cloud:OperateServer")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave_on(request: HttpRequest, server_id: UUID) -> HttpResponse:
    """Until when it is left on, past its schedule."""
    view = opened(request, server_id, "cloud:OperateServer")
    form = server_forms.LeaveOnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        until = form.moment()
        if attempt(
            form,
            lambda: schedules.leave_on(actor=request.principal, server_id=server_id, until=until, at=now()),
        ):
            messages.success(request, worded(_("その時まで動かしたままにします")))
            return to_server(server_id)
    return server_form(
        request,
        form,
        view,
        _("動かしたままにする"),
        _("動かしたままにする"),
        _("その時までは、予定の停止を行いません。過ぎたら、予定に従って停止します。"),
    )


_STEPS: dict[str, tuple[Callable[..., None], Any]] = {
    "pause": (schedules.pause_schedule, _("予定を一時止めました")),
    "resume": (schedules.resume_schedule, _("予定を再開しました")),
    "lift": (schedules.lift_schedule, _("予定を解除しました。「解除した予定を戻す」で戻せます")),
    "restore": (schedules.restore_schedule, _("予定を戻しました")),
    "leave-off": (
        lambda **asked: schedules.leave_on(until=None, **asked),
        _("予定どおりに戻しました"),
    ),
}


@access.requires("cloud:OperateServer")
@require_POST
def schedule_step(request: HttpRequest, server_id: UUID, step: str) -> HttpResponse:
    """Pauses, resumes, lifts or puts back the schedule, or ends that it is left on."""
    if step not in _STEPS:
        raise selectors.ServerNotFound
    act, said = _STEPS[step]
    return acted(
        request, server_id, lambda: act(actor=request.principal, server_id=server_id, at=now()), said
    )
