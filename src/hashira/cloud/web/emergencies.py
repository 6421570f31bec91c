"""Emergency access: who asks, who lets in, until when, what was found afterwards (緊急の立入りの画面)."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.baseline.emergency import LONGEST_HOURS, EmergencyState
from hashira.cloud.domain.door import DoorState
from hashira.cloud.selectors import emergencies as selectors
from hashira.cloud.selectors.emergency_doors import door_of, overdue_doors
from hashira.cloud.selectors.environments import environment_name, environments_called
from hashira.cloud.services import emergencies as services
from hashira.cloud.web.form_pages import attempt, form_page, now
from hashira.cloud.web.guardrail_forms import DecisionForm
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table

STATES = tuple((one.value, one.label) for one in EmergencyState)
STATE_KINDS = {
    EmergencyState.ASKED: "wait",
    EmergencyState.VOID: "neutral",
    EmergencyState.REFUSED: "error",
    EmergencyState.OPEN: "warning",
    EmergencyState.TO_REVIEW: "wait",
    EmergencyState.REVIEWED: "success",
}
"""The kind of the status chip."""
_SHOWN, _LONGEST = 100, 100
"""Environments to choose from at once, of those that were looked for; characters of what is looked for."""
DOOR_KINDS = {
    DoorState.NONE: "neutral",
    DoorState.OPENING: "info",
    DoorState.OPEN: "warning",
    DoorState.CLOSING: "error",
    DoorState.CLOSED: "success",
}


class EmergencyForm(forms.Form):
    """Where somebody has to get in, why, and for how long."""

    target = django_forms.CharField(label=_("どこに入るか"), max_length=200)
    environment = django_forms.ChoiceField(label=_("環境"), required=False)
    reason = django_forms.CharField(
        label=_("緊急の理由"), max_length=2000, widget=django_forms.Textarea(attrs={"rows": 4})
    )
    hours = django_forms.IntegerField(
        label=_("時間"),
        min_value=1,
        max_value=LONGEST_HOURS,
        help_text=_("1〜8時間。時間が来ると自動で終わります"),
    )


@access.requires("cloud:OpenEmergencies")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All accesses, with those that are open and those that wait to be reviewed."""
    views = selectors.emergency_views(now())
    names = selectors.emergency_names(views)
    table = Table(
        columns=(
            Column(
                "target",
                _("どこに入るか"),
                heading=True,
                filterable=True,
                link=lambda one: reverse("cloud:emergency", args=[one.id]),
            ),
            Column("state", _("状態"), choices=STATES, filterable=True, value=lambda one: one.state.value),
            Column("asked_by", _("入る人"), value=lambda one: names.get(one.asked_by, one.asked_by)),
            Column("asked_at", _("申込みの日時"), sortable=True),
            Column("ends_at", _("終わりの日時"), sortable=True),
            Column("late", _("事後確認の遅れ"), filterable=True, value=lambda one: one.late),
        ),
        rows=views,
        request=request,
        caption=_("緊急の立入り"),
        stacked=True,
        empty=_("緊急の立入りはありません"),
    )
    if table.wants_csv:
        return table.csv_response("emergencies.csv")
    context = {
        "table": table,
        "late": [one for one in views if one.late],
        "overdue": overdue_doors(now()),
        "may_ask": access.may(request.principal, "cloud:AskEmergency", selectors.emergency_resource()),
    }
    return render(request, "cloud/emergencies.html", context)


@access.requires("cloud:OpenEmergencies")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Asks to get in."""
    if not access.may(request.principal, "cloud:AskEmergency", selectors.emergency_resource()):
        raise Http404
    chosen = _environment(request.POST.get("environment") or request.GET.get("environment", ""))
    find = request.GET.get("find", "")[:_LONGEST]
    listed, count = environments_called(find, _SHOWN)
    initial = {"hours": 1, "environment": str(chosen[0][0]) if chosen else ""}
    form = EmergencyForm(request.POST or None, initial=initial)
    form.fields["environment"].choices = [
        ("", _("環境によらない（共通の仕組み）")),
        *(
            (str(key), name.in_language(request.LANGUAGE_CODE))
            for key, name in dict([*chosen, *listed]).items()
        ),
    ]
    made: list[UUID] = []
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: made.append(
                services.ask_emergency(
                    actor=request.principal,
                    environment_id=UUID(asked["environment"]) if asked["environment"] else None,
                    target=asked["target"],
                    reason=asked["reason"],
                    hours=asked["hours"],
                    at=now(),
                )
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:emergency", args=[made[0]]))
    return form_page(
        request,
        form,
        title=_("緊急の立入りを申し込む"),
        button=_("申し込む"),
        back=reverse("cloud:emergencies"),
        parent=Link(_("緊急の立入り"), reverse("cloud:emergencies")),
        lead=_(
            "別の運用者が1時間以内に認めると、あなた一人のための扉が開き、時間が来ると閉じます。後で別の人が、したことを確かめます。"
        ),
        danger=True,
        template="cloud/emergency_new.html",
        find=find,
        found=count,
        shown=_SHOWN,
    )


def _environment(key: str) -> list[tuple[UUID, Bilingual]]:
    """The environment that was chosen, if there is one of that number."""
    try:
        name = environment_name(UUID(key))
    except ValueError:
        return []
    return [(UUID(key), name)] if name is not None else []


@access.requires("cloud:OpenEmergencies")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """One access with its course, and what may be done with it now."""
    view = selectors.emergency_view(emergency_id, now())
    acts = _acts(request, view)
    form = DecisionForm(request.POST or None, initial={"act": acts[0][0] if acts else ""})
    form.fields["act"].choices = acts
    form.fields["words"].label, form.fields["words"].help_text = _("事後確認の内容"), ""
    if view.state is not EmergencyState.TO_REVIEW:
        del form.fields["words"]
    status = 200
    if request.method == "POST":
        if not acts:
            raise Http404
        if form.is_valid() and attempt(form, lambda: _carry_out(request, view, form)):
            return HttpResponseRedirect(reverse("cloud:emergency", args=[emergency_id]))
        status = 422
    names = selectors.emergency_names([view])
    door = door_of(view.id, now())
    context = {
        "view": view,
        "form": form if acts else None,
        "chip": (STATE_KINDS[view.state], view.state.label),
        "door": door,
        "door_kind": DOOR_KINDS[door.state] if door is not None else "",
        "opened": view.opened_at is not None,
        "facts": [
            (
                _("環境"),
                str(view.environment_id) if view.environment_id else _("環境によらない（共通の仕組み）"),
            ),
            (_("緊急の理由"), view.reason),
            (_("時間"), view.hours),
            (_("入る人"), names.get(view.asked_by, view.asked_by)),
            (_("終わりの日時"), view.ends_at),
            (_("事後確認の内容"), view.review),
        ],
        "history": [
            (at, words, names.get(who, who), "")
            for at, words, who in (
                (view.asked_at, _("申込み"), view.asked_by),
                (view.refused_at, _("却下"), view.refused_by),
                (view.opened_at, _("立入りを認めた"), view.opened_by),
                (view.ends_at if view.ended_early_by else None, _("早く終えた"), view.ended_early_by),
                (view.reviewed_at, _("事後確認"), view.reviewed_by),
            )
            if at is not None
        ],
    }
    return render(request, "cloud/emergency.html", context, status=status)


def _acts(request: HttpRequest, view: selectors.EmergencyView) -> list[tuple[str, object]]:
    who = request.principal
    found: list[tuple[str, object]] = []
    if view.state is EmergencyState.ASKED and access.may(who, "cloud:OpenEmergency", view.resource):
        found += [("open", _("立入りを認める")), ("refuse", _("却下する"))]
    if view.state is EmergencyState.OPEN and access.may(who, "cloud:AskEmergency", view.resource):
        found.append(("end", _("いま終える")))
    if view.state is EmergencyState.TO_REVIEW and access.may(who, "cloud:ReviewEmergency", view.resource):
        found.append(("review", _("事後確認を記す")))
    return found


def _carry_out(request: HttpRequest, view: selectors.EmergencyView, form: DecisionForm) -> None:
    act, actor, at = form.cleaned_data["act"], request.principal, now()
    if act == "open":
        services.open_emergency(actor=actor, emergency_id=view.id, at=at)
    elif act == "refuse":
        services.refuse_emergency(actor=actor, emergency_id=view.id, at=at)
    elif act == "end":
        services.end_emergency(actor=actor, emergency_id=view.id, at=at)
    else:
        words = form.cleaned_data["words"]
        services.review_emergency(actor=actor, emergency_id=view.id, review=words, at=at)
