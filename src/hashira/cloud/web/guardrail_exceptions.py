"""Exceptions to guardrails: a body asks and follows, operators examine, grant, refuse, end (例外の画面)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.baseline.sparing import ExceptionState
from hashira.cloud.selectors import guardrail_exceptions as selectors
from hashira.cloud.selectors.environments import environment_names
from hashira.cloud.services import guardrail_exceptions as services
from hashira.cloud.web.form_pages import attempt, form_page, now, today
from hashira.cloud.web.guardrail_forms import DecisionForm, ExceptionForm
from hashira.core import access
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table

STATES = tuple((one.value, one.label) for one in ExceptionState)
STATE_KINDS = {
    ExceptionState.ASKED: "wait",
    ExceptionState.EXAMINED: "wait",
    ExceptionState.COMING: "info",
    ExceptionState.IN_FORCE: "warning",
    ExceptionState.EXPIRED: "neutral",
    ExceptionState.ENDED: "neutral",
    ExceptionState.REFUSED: "error",
}
"""The kind of the status chip: what is in force leaves a gap."""


_SOON_SHOWN = 20
"""Of those that end soon; the list has them all, by their last day."""


def _list_link() -> Link:
    return Link(_("ガードレールの例外"), reverse("cloud:exceptions"))


@access.requires("cloud:OpenExceptions")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The exceptions of one's own bodies; for operators all of them, with what waits for them."""
    day = today()
    rows = selectors.ExceptionRows(request.principal, day)
    table = Table(
        columns=(
            Column(
                "guardrail",
                _("ガードレール"),
                heading=True,
                filterable=True,
                value=lambda one: one.guardrail.title,
                link=lambda one: reverse("cloud:exception", args=[one.id]),
            ),
            Column("body", _("団体"), filterable=True, sortable=True),
            Column("system", _("システム"), filterable=True),
            Column("state", _("状態"), choices=STATES, filterable=True, value=lambda one: one.state.value),
            Column("begins_on", _("始まりの日"), sortable=True),
            Column("ends_on", _("終わりの日"), sortable=True),
            Column("days_left", _("残りの日数"), numeric=True, sortable=True),
        ),
        rows=rows,
        request=request,
        caption=_("ガードレールの例外"),
        stacked=True,
        empty=_("例外はありません"),
    )
    if table.wants_csv:
        return table.csv_response("guardrail-exceptions.csv")
    soon, more = rows.ending_soon(_SOON_SHOWN)
    context = {
        "table": table,
        "soon": soon,
        "more": more,
        "waiting": rows.waiting(),
        "may_ask": bool(selectors.own_bodies(request.principal)),
    }
    return render(request, "cloud/exceptions.html", context)


@access.requires("cloud:OpenExceptions")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Asks for an exception of one's own body."""
    bodies = selectors.own_bodies(request.principal)
    if not bodies:
        raise Http404
    initial = {
        "organisation": str(bodies[0][0]),
        "guardrail": request.GET.get("guardrail", ""),
        "begins_on": today(),
    }
    form = ExceptionForm(request.POST or None, initial=initial)
    form.fields["organisation"].choices = [
        (str(key), name.in_language(request.LANGUAGE_CODE)) for key, name in bodies
    ]
    form.fields["environment"].choices = [
        ("", _("この団体のすべての環境")),
        *(
            (str(key), name.in_language(request.LANGUAGE_CODE))
            for key, name in environment_names([body for body, _name in bodies])
        ),
    ]
    made: list[UUID] = []
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: made.append(
                services.ask_exception(
                    actor=request.principal,
                    guardrail_id=asked["guardrail"],
                    organisation_id=UUID(asked["organisation"]),
                    environment_id=UUID(asked["environment"]) if asked["environment"] else None,
                    system=asked["system"],
                    reason=asked["reason"],
                    substitute=asked["substitute"],
                    begins_on=asked["begins_on"],
                    ends_on=asked["ends_on"],
                    at=now(),
                )
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:exception", args=[made[0]]))
    return form_page(
        request,
        form,
        title=_("ガードレールの例外を申請する"),
        button=_("申請する"),
        back=reverse("cloud:exceptions"),
        parent=_list_link(),
        lead=_("運用者の一人が審査し、別の一人が認めます。認められた例外は、終わりの日に自動で終わります。"),
    )


@access.requires("cloud:OpenExceptions")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """One exception with all that was said about it, and what may be done with it now."""
    view = selectors.exception_view(request.principal, exception_id, today())
    acts = _acts(request, view)
    form = DecisionForm(request.POST or None, initial={"act": acts[0][0] if acts else ""})
    form.fields["act"].choices = acts
    status = 200
    if request.method == "POST":
        if not acts:
            raise Http404
        if form.is_valid() and attempt(form, lambda: _carry_out(request, view, form)):
            return HttpResponseRedirect(reverse("cloud:exception", args=[exception_id]))
        status = 422
    names = selectors.names_of([view])
    context = {
        "view": view,
        "form": form if acts else None,
        "chip": (STATE_KINDS[view.state], view.state.label),
        "guardrail_url": reverse("cloud:guardrail", args=[view.guardrail.id]),
        "facts": [
            (_("団体"), view.body),
            (_("システム"), view.system),
            (_("環境"), str(view.environment_id) if view.environment_id else _("この団体のすべての環境")),
            (_("始まりの日"), view.begins_on),
            (_("終わりの日"), view.ends_on),
            (_("例外が要る理由"), view.reason),
            (_("代わりに行うこと"), view.substitute),
            (_("例外の条件"), view.guardrail.exception.condition),
        ],
        "history": _history(view, names),
    }
    return render(request, "cloud/exception.html", context, status=status)


def _acts(request: HttpRequest, view: selectors.ExceptionView) -> list[tuple[str, object]]:
    """What this person may do with it now."""
    who, state = request.principal, view.state
    found: list[tuple[str, object]] = []
    examines = access.may(who, "cloud:ExamineException", view.resource)
    if state is ExceptionState.ASKED and examines:
        found.append(("examine", _("認めてよいという意見を付けて、次の人へ回す")))
    if state is ExceptionState.EXAMINED and access.may(who, "cloud:GrantException", view.resource):
        found.append(("grant", _("認める")))
    if state in (ExceptionState.ASKED, ExceptionState.EXAMINED) and examines:
        found.append(("refuse", _("却下する")))
    open_ = (ExceptionState.ASKED, ExceptionState.EXAMINED, ExceptionState.COMING, ExceptionState.IN_FORCE)
    if state in open_ and access.may(who, "cloud:EndException", view.resource):
        found.append(("end", _("取り下げる、または期限の前に終える")))
    return found


def _carry_out(request: HttpRequest, view: selectors.ExceptionView, form: DecisionForm) -> None:
    act, words, actor = form.cleaned_data["act"], form.cleaned_data["words"], request.principal
    if act == "examine":
        services.examine_exception(actor=actor, exception_id=view.id, opinion=words, at=now())
    elif act == "grant":
        services.grant_exception(actor=actor, exception_id=view.id, at=now())
    elif act == "refuse":
        services.refuse_exception(actor=actor, exception_id=view.id, reason=words, at=now())
    else:
        services.end_exception(actor=actor, exception_id=view.id, reason=words, at=now())


def _history(view: selectors.ExceptionView, names: dict[str, str]) -> list[tuple[object, object, str, str]]:
    """When, what, by whom, with which words."""
    lines: list[tuple[object, object, str, str]] = [
        (view.asked_at, _("申請"), names.get(view.asked_by, view.asked_by), "")
    ]
    if view.examined_at:
        lines.append((view.examined_at, _("審査"), names.get(view.examined_by, ""), view.opinion))
    if view.granted_at:
        lines.append((view.granted_at, _("承認"), names.get(view.granted_by, ""), ""))
    if view.closed_at:
        word = _("却下") if view.state is ExceptionState.REFUSED else _("終了")
        lines.append((view.closed_at, word, names.get(view.closed_by, ""), view.end_reason))
    return lines
