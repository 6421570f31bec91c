"""The verdict of a service, and the months after a conditional one (判定と経過の画面)."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hashira.cloud.domain.selection.judgement import MAX_REASON
from hashira.cloud.domain.selection.standing import ProgressJudgement
from hashira.cloud.domain.selection.verdict import NotAllJudged
from hashira.cloud.selectors import assessments as selectors
from hashira.cloud.selectors.proposals import (
    find_proposal,
    resource_of,
)
from hashira.cloud.selectors.services import service_view
from hashira.cloud.services import decisions, standing
from hashira.cloud.web.assessments import around, opened
from hashira.cloud.web.form_pages import ConfirmForm, attempt, form_page, now, today
from hashira.cloud.web.names import PROGRESS, STANDINGS
from hashira.core import access
from hashira.ui import forms


class ProgressForm(forms.Form):
    """What is found of a month's report."""

    judgement = django_forms.ChoiceField(label=_("評価"), choices=PROGRESS, widget=django_forms.RadioSelect)
    reason = django_forms.CharField(
        label=pgettext_lazy("of a judgement", "理由"),
        max_length=MAX_REASON,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("公開されます"),
    )


@access.requires("cloud:OpenAssessment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verdict(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """The verdict as it is computed; put forward by one, confirmed and published by another."""
    view = opened(request, proposal_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        wish = request.POST.get("act", "")

        def act_on() -> None:
            if wish == "propose":
                decisions.propose_verdict(actor=request.principal, proposal_id=proposal_id, at=now())
            elif wish == "confirm":
                decisions.confirm_verdict(actor=request.principal, proposal_id=proposal_id, at=now())
            elif wish == "take-back":
                decisions.take_back_verdict(actor=request.principal, proposal_id=proposal_id)
            else:
                raise Http404

        if attempt(form, act_on):
            confirmed = wish == "confirm"
            target = "cloud:service" if confirmed else "cloud:verdict"
            return HttpResponseRedirect(reverse(target, args=[proposal_id]))
    computed, problem = None, ""
    try:
        computed = selectors.computed_verdict(proposal_id, today())
    except NotAllJudged as error:
        problem = error.message(request.LANGUAGE_CODE)
    decision = selectors.decision_view(proposal_id)
    resource = resource_of(find_proposal(proposal_id), request.principal)
    context = {
        "view": view,
        "form": form,
        "computed": computed.verdict if computed else None,
        "outcome": dict(STANDINGS)[computed.verdict.outcome.value] if computed else "",
        "problem": problem,
        "decision": decision,
        "own": decision is not None and decision.proposed_by == request.principal.id,
        "may_decide": access.may(request.principal, "cloud:ProposeVerdict", resource),
        "may_confirm": access.may(request.principal, "cloud:ConfirmVerdict", resource),
    }
    return render(request, "cloud/verdict.html", context, status=422 if form.is_bound else 200)


@access.requires("cloud:OpenAssessment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, proposal_id: UUID, report_id: UUID) -> HttpResponse:
    """Judges a month's report of a condition."""
    view = opened(request, proposal_id)
    decided = service_view(proposal_id, today(), reports_waiting=True)
    found = next(
        ((c, report) for c in decided.conditions for report in c.reports if report.id == report_id), None
    )
    if found is None:
        raise Http404
    condition, report = found
    form = ProgressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: standing.judge_progress(
                actor=request.principal,
                report_id=report_id,
                judgement=ProgressJudgement(asked["judgement"]),
                reason=asked["reason"],
                at=now(),
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:assess", args=[proposal_id]))
    return form_page(
        request,
        form,
        title=_("進捗を評価する"),
        button=_("評価して公開する"),
        facts=[
            (_("要件"), condition.requirement.text),
            (_("期日"), condition.due_on),
            (_("月"), f"{report.month:%Y-%m}"),
            (_("進み具合（％）"), report.percent),
            (_("事業者の報告"), report.words),
        ],
        **around(view),
    )
