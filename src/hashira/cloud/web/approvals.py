"""The pages of those who decide: what waits, one application, the decision (承認の画面)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.application.business_days import business_days_between
from hashira.cloud.domain.application.chain import STATE_NAMES, ApplicationState
from hashira.cloud.domain.application.draft import KIND_NAMES
from hashira.cloud.domain.application.names import STAGE_NAMES
from hashira.cloud.domain.application.preflight import blocks
from hashira.cloud.selectors import applications as selectors
from hashira.cloud.selectors.application_facts import findings_of
from hashira.cloud.selectors.deputies import deputy_roles
from hashira.cloud.selectors.environments import environments_of_application
from hashira.cloud.services import approvals as services
from hashira.cloud.web.application_answers import answers_of
from hashira.cloud.web.applications import KINDS, STATES, STEPS, history, opened, worded_findings
from hashira.cloud.web.form_pages import attempt, now, today
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Order, Table

APPROVALS = Bilingual("利用申請の承認", "Approval of applications")
_DECIDERS = {"cloud_operator", "cloud_assessor"}


class DecisionForm(forms.Form):
    """What is decided, with words where somebody has to read them."""

    digest = django_forms.CharField(max_length=64, widget=django_forms.HiddenInput, required=False)
    decision = django_forms.ChoiceField(
        label=_("決めること"),
        widget=django_forms.RadioSelect,
        choices=[
            ("approve", _("この段階を承認する")),
            ("return", _("差し戻す（直してもらう）")),
            ("refuse", _("却下する（この申請を終わらせる）")),
        ],
    )
    words = django_forms.CharField(
        label=_("申請者への言葉"),
        max_length=2000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 4}),
        help_text=_("差戻しと却下には必ず書いてください。申請者が読みます"),
    )


@access.requires("cloud:OpenApprovals")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What waits for one's own decision, or everything that was handed in."""
    day = today()
    roles = {g.role for g in request.principal.grants} & _DECIDERS
    if not roles and not any(role in _DECIDERS for role, _body in deputy_roles(request.principal.id, day)):
        raise selectors.ApplicationNotFound
    everything = request.GET.get("all") == "yes" and bool(roles)
    rows = (
        selectors.handed_in_applications()
        if everything
        else selectors.waiting_applications(request.principal, day)
    )
    table = Table(
        columns=(
            Column(
                "number",
                _("番号"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:approval", args=[one.id]),
            ),
            Column("body_name", _("団体"), sortable=True, filterable=True),
            Column(
                "system_name",
                _("システム"),
                sortable=True,
                filterable=True,
                value=lambda one: one.system,
            ),
            Column("kind", _("申請の種類"), choices=KINDS, filterable=True),
            Column("state", _("状態"), choices=STATES, filterable=everything),
            Column("step", _("段階"), choices=STEPS, filterable=True),
            Column("environments", _("環境"), numeric=True, sortable=True),
            Column("submitted_at", _("提出日時"), sortable=True),
            Column("expected_on", _("見込みの日"), sortable=True),
            Column("left", _("残りの開庁日"), numeric=True, value=lambda one: _left(one, day)),
        ),
        rows=rows,
        request=request,
        caption=_("提出されたすべての申請") if everything else _("決定を待つ申請"),
        stacked=True,
        initial_order=Order(key="expected_on"),
        empty=_("条件に合う申請はありません"),
    )
    if table.wants_csv:
        return table.csv_response("approvals.csv")
    here = reverse("cloud:approvals")
    context = {
        "table": table,
        "any": bool(table.filters) or table.source.count({}) > 0,
        "tabs": [
            Link(_("決定を待つ申請"), here, current=not everything),
            Link(_("すべて"), f"{here}?all=yes", current=everything),
        ]
        if roles
        else [],
        "may_manage": "cloud_operator" in roles,
    }
    return render(request, "cloud/approvals.html", context)


def _left(one: selectors.ApplicationLine, day: Any) -> object:
    if one.state is not ApplicationState.SUBMITTED or one.expected_on is None:
        return None
    return business_days_between(day, one.expected_on)


@access.requires("cloud:OpenApprovals")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """One application with its pre-flight; approved, returned or refused."""
    view = opened(request, application_id)
    form = DecisionForm(request.POST or None, initial={"digest": view.digest})
    done: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            attempt(form, lambda: done.append(_decide(request, application_id, form)))
        except access.AccessDenied as denied:
            form.add_error(None, denied.message(request.LANGUAGE_CODE))
        if done:
            return HttpResponseRedirect(reverse("cloud:approval", args=[application_id]))
    findings = findings_of(application_id, today())
    may = access.may(request.principal, "cloud:DecideApplication", view.resource)
    spoken = {one.by for one in view.words} | {one.on_behalf_of for one in view.words}
    context = {
        "view": view,
        "state": STATE_NAMES[view.line.state],
        "kind": KIND_NAMES[view.line.kind],
        "form": form if may and request.principal.id not in spoken else None,
        "spoken": request.principal.id in spoken,
        "findings": worded_findings(findings, None),
        "blocked": bool(blocks(findings)) and view.line.state is ApplicationState.SUBMITTED,
        "sections": answers_of(view),
        "history": history(view),
        "environments": [
            (STAGE_NAMES[one.stage], one) for one in environments_of_application(application_id)
        ],
        "facts": [
            (_("承認の経路"), view.chain.title),
            (
                _("段階"),
                tuple(step.title for step in view.chain.steps),
            ),
            (_("いまの段階"), view.step.title if view.step else None),
            (_("提出日時"), view.line.submitted_at),
            (_("見込みの日"), view.line.expected_on),
            (_("内容の指紋（SHA-256）"), view.digest),
        ],
    }
    return render(request, "cloud/approval.html", context, status=422 if request.method == "POST" else 200)


def _decide(request: HttpRequest, application_id: UUID, form: DecisionForm) -> str:
    said = form.cleaned_data
    if said["decision"] == "approve":
        services.approve_application(
            actor=request.principal,
            application_id=application_id,
            digest=said["digest"],
            words=said["words"],
            at=now(),
        )
    else:
        act = services.return_application if said["decision"] == "return" else services.refuse_application
        act(actor=request.principal, application_id=application_id, words=said["words"], at=now())
    return str(said["decision"])
