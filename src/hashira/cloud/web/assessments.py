"""The pages of those who assess and decide: judged alone, compared, confirmed (評価と決定の画面)."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.cloud.domain.selection.judgement import MAX_REASON, Finding, Judgement
from hashira.cloud.selectors import assessments as selectors
from hashira.cloud.selectors.proposals import (
    STATE_NAMES,
    AnswerLine,
    ProposalView,
    answer_line,
    answer_lines,
    find_proposal,
    proposal_view,
    proposals_handed_in,
    resource_of,
)
from hashira.cloud.selectors.services import service_view
from hashira.cloud.services import assessment
from hashira.cloud.web.form_pages import ConfirmForm, attempt, form_page, now, today
from hashira.cloud.web.names import CLAIMS, FINDINGS, OBLIGATIONS, STANDINGS
from hashira.cloud.web.proposals import answer_facts, file_response
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table

ASSESSMENT = Bilingual("評価と決定", "Assessment and decision")
_STATES = tuple((key, words) for key, words in STATE_NAMES.items())


class JudgementForm(forms.Form):
    """What is found of one requirement."""

    finding = django_forms.ChoiceField(label=_("評価"), choices=FINDINGS, widget=django_forms.RadioSelect)
    planned_on = forms.EraDateField(
        label=_("満たす期日"), required=False, help_text=_("「期日までの予定」のときだけ")
    )
    evidence = django_forms.CharField(
        label=_("計画の根拠"),
        max_length=MAX_REASON,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 2}),
        help_text=_("「期日までの予定」のときだけ。どの資料のどこか"),
    )
    reason = django_forms.CharField(
        label=pgettext_lazy("of a judgement", "理由"),
        max_length=MAX_REASON,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("「満たさない」「適用を除外」では必ず書きます。決定の後に公開されます"),
    )

    def judgement(self) -> Judgement:
        """The value, not checked yet."""
        asked = self.cleaned_data
        return Judgement(
            Finding(asked["finding"]), asked["reason"].strip(), asked["planned_on"], asked["evidence"].strip()
        )


class ReturnForm(forms.Form):
    """Which requirements go back, and why."""

    items = django_forms.MultipleChoiceField(
        label=_("差し戻す要件"), widget=django_forms.CheckboxSelectMultiple
    )
    reason = django_forms.CharField(
        label=_("差し戻す理由"),
        max_length=MAX_REASON,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("事業者が読みます"),
    )


@access.requires("cloud:OpenAssessment")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every proposal that was handed in."""
    table = Table(
        columns=(
            Column(
                "service",
                _("サービス"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:assess", args=[one.id]),
            ),
            Column("provider", _("事業者"), filterable=True),
            Column("round", _("公募"), value=lambda one: one.round.title, filterable=True),
            Column("state", _("状態"), choices=_STATES, filterable=True),
            Column("submitted_at", _("提出日時"), sortable=True),
        ),
        rows=proposals_handed_in(today()),
        request=request,
        caption=_("提出された提案"),
        stacked=True,
        downloadable=False,
        empty=_("提出された提案はまだありません"),
    )
    return render(request, "cloud/assessments.html", {"table": table})


@access.requires("cloud:OpenAssessment")
@never_cache
@require_safe
def show(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """A proposal under assessment: who assesses, what is done, what comes next."""
    view = opened(request, proposal_id)
    assessors = selectors.assessors_of(proposal_id)
    me = request.principal.id
    mine = next((one for one in assessors if one.assessor == me), None)
    finished = selectors.both_finished(proposal_id)
    lines = selectors.own_lines(proposal_id, me) if mine else _unjudged(proposal_id)
    table = Table(
        columns=(
            Column(
                "id",
                _("番号"),
                heading=True,
                filterable=True,
                value=lambda one: one.answer.requirement.id,
                link=lambda one: reverse("cloud:assess-item", args=[proposal_id, one.answer.requirement.key]),
            ),
            Column("category", _("区分"), filterable=True, value=lambda one: one.answer.requirement.category),
            Column(
                "mandatory",
                _("必須・任意"),
                choices=OBLIGATIONS,
                filterable=True,
                value=lambda one: one.answer.requirement.mandatory,
            ),
            Column("text", _("要件"), value=lambda one: one.answer.requirement.text),
            Column("claim", _("事業者の回答"), choices=CLAIMS, filterable=True, value=_claim),
            Column("finding", _("自分の評価"), choices=FINDINGS, filterable=True, value=_finding),
        ),
        rows=lines,
        request=request,
        caption=_("要件と自分の評価"),
        page_size=100,
        stacked=True,
        downloadable=False,
    )
    decided = service_view(proposal_id, today(), reports_waiting=True) if view.state == "decided" else None
    resource = resource_of(find_proposal(proposal_id), request.principal)
    context = {
        "view": view,
        "facts": _facts(view),
        "assessors": [
            (one, _("評価を終えました") if one.finished_at else _("評価しています")) for one in assessors
        ],
        "mine": mine,
        "left": sum(one.judgement is None for one in lines) if mine else len(lines),
        "may_assess": access.may(request.principal, "cloud:AssessProposal", resource),
        "places_free": len(assessors) < len(selectors.PLACES),
        "finished": finished,
        "table": table,
        "unjudged": [one.answer.requirement for one in lines if one.judgement is None][:200]
        if mine and mine.finished_at is None
        else [],
        "reports": [
            (condition, report)
            for condition in (decided.conditions if decided else ())
            for report in condition.reports
            if report.judgement is None
        ],
        "standing": dict(STANDINGS)[decided.line.standing.value] if decided else "",
    }
    return render(request, "cloud/assess.html", context)


@access.requires("cloud:OpenAssessment")
@never_cache
@require_POST
def act(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Taking an assessment up, finding several requirements met, finishing."""
    form = ConfirmForm(request.POST)
    form.is_valid()
    view = opened(request, proposal_id)
    wish = request.POST.get("act", "")

    def done() -> None:
        if wish == "begin":
            assessment.begin_assessment(actor=request.principal, proposal_id=proposal_id, at=now())
        elif wish == "finish":
            assessment.finish_assessment(actor=request.principal, proposal_id=proposal_id, at=now())
        elif wish == "met":
            keys = [int(key) for key in request.POST.getlist("met") if key.isdecimal()]
            assessment.judge_met(actor=request.principal, proposal_id=proposal_id, keys=keys, at=now())
        else:
            raise Http404

    if attempt(form, done):
        return HttpResponseRedirect(reverse("cloud:assess", args=[proposal_id]))
    return form_page(
        request,
        form,
        title=_("評価の操作ができませんでした"),
        button=_("もう一度行う"),
        lead=_("評価の画面に戻って、いまの状態を確かめてください。"),
        **around(view),
    )


@access.requires("cloud:OpenAssessment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, proposal_id: UUID, key: int) -> HttpResponse:
    """One answer with its evidence, and one's own judgement; saving leads to the next without one."""
    view = opened(request, proposal_id)
    line = answer_line(proposal_id, key)
    assessors = selectors.assessors_of(proposal_id)
    mine = next((one for one in assessors if one.assessor == request.principal.id), None)
    judging = mine is not None and mine.finished_at is None and view.state in ("submitted", "returned")
    own = {one.answer.requirement.key: one for one in selectors.own_lines(proposal_id, request.principal.id)}
    known = own[key].judgement if key in own else None
    form = JudgementForm(request.POST or None, initial=_initial(known)) if judging else None
    if request.method == "POST" and form is None:
        raise Http404
    if (
        form is not None
        and request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: assessment.judge_requirement(
                actor=request.principal,
                proposal_id=proposal_id,
                key=key,
                judgement=form.judgement(),
                at=now(),
            ),
        )
    ):
        return HttpResponseRedirect(_after(request, proposal_id, key))
    context = {
        "view": view,
        "line": line,
        "form": form,
        "facts": _item_facts(line),
        "answer_facts": answer_facts(line.answer),
        "known": dict(FINDINGS)[known.finding.value] if known else "",
    }
    return render(request, "cloud/assess_item.html", context, status=422 if request.method == "POST" else 200)


@access.requires("cloud:OpenAssessment")
@never_cache
@require_safe
def evidence(request: HttpRequest, proposal_id: UUID, evidence_id: UUID) -> HttpResponse:
    """A file of a proposal, for those who assess it."""
    opened(request, proposal_id)
    return file_response(proposal_id, evidence_id)


@access.requires("cloud:OpenAssessment")
@never_cache
@require_safe
def differences(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Both judgements side by side, those that differ first."""
    view = opened(request, proposal_id)
    words = dict(FINDINGS)
    compared = selectors.compared_lines(proposal_id)
    context = {
        "view": view,
        "finished": selectors.both_finished(proposal_id),
        "undecided": view.state == "submitted" and selectors.decision_view(proposal_id) is None,
        "differing": [
            {
                "requirement": one.answer.requirement,
                "sides": [
                    (_("1人目"), words[one.compared.first.finding.value], one.compared.first),
                    (_("2人目"), words[one.compared.second.finding.value], one.compared.second),
                ],
                "settlement": one.compared.settlement,
                "settled_words": words[one.compared.settlement.finding.value]
                if one.compared.settlement
                else "",
            }
            for one in compared
            if one.compared.differs and one.compared.first and one.compared.second
        ],
        "agreed": sum(not one.compared.differs for one in compared),
    }
    return render(request, "cloud/differences.html", context)


@access.requires("cloud:OpenAssessment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, proposal_id: UUID, key: int) -> HttpResponse:
    """Resolves one difference."""
    view = opened(request, proposal_id)
    found = next(
        (one for one in selectors.compared_lines(proposal_id) if one.answer.requirement.key == key), None
    )
    if found is None or not found.compared.differs:
        raise Http404
    form = JudgementForm(request.POST or None, initial=_initial(found.compared.settlement))
    back = reverse("cloud:differences", args=[proposal_id])
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: assessment.settle_difference(
                actor=request.principal,
                proposal_id=proposal_id,
                key=key,
                judgement=form.judgement(),
                at=now(),
            ),
        )
    ):
        return HttpResponseRedirect(back)
    words = dict(FINDINGS)
    sides = [(_("1人目の評価"), found.compared.first), (_("2人目の評価"), found.compared.second)]
    return form_page(
        request,
        form,
        title=_("差を解消する"),
        button=_("この評価にする"),
        back=back,
        parent=Link(view.service, back),
        lead=found.answer.requirement.text,
        facts=[
            (label, (words[one.finding.value], one.reason, one.planned_on) if one else None)
            for label, one in sides
        ],
    )


@access.requires("cloud:OpenAssessment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Returns answers to the provider."""
    view = opened(request, proposal_id)
    form = ReturnForm(request.POST or None, initial={"items": request.GET.getlist("item")})
    form.fields["items"].choices = [
        (
            str(one.requirement.key),
            Bilingual(
                f"{one.requirement.id}　{one.requirement.text.ja}",
                f"{one.requirement.id}  {one.requirement.text.en}",
            ).in_language(request.LANGUAGE_CODE),
        )
        for one in answer_lines(proposal_id)
    ]
    if request.method == "POST" and form.is_valid():
        keys = [int(key) for key in form.cleaned_data["items"]]
        if attempt(
            form,
            lambda: assessment.return_requirements(
                actor=request.principal,
                proposal_id=proposal_id,
                keys=keys,
                reason=form.cleaned_data["reason"],
                at=now(),
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:assess", args=[proposal_id]))
    return form_page(
        request,
        form,
        title=_("要件を差し戻す"),
        button=_("差し戻す"),
        lead=_(
            "選んだ要件の回答だけを、事業者が直せるようになります。直した要件は、二人とも評価し直します。"
        ),
        **around(view),
    )


def opened(request: HttpRequest, proposal_id: UUID) -> ProposalView:
    """The proposal, for whoever assesses it; what was not handed in is not there for them."""
    row = find_proposal(proposal_id)
    access.require(request.principal, "cloud:ViewAssessment", resource_of(row, request.principal))
    if row.state in ("draft", "withdrawn"):
        raise Http404
    return proposal_view(proposal_id, today())


def around(view: ProposalView) -> dict[str, object]:
    back = reverse("cloud:assess", args=[view.id])
    return {"back": back, "parent": Link(view.service, back)}


def _unjudged(proposal_id: UUID) -> tuple[selectors.JudgedLine, ...]:
    return tuple(selectors.JudgedLine(line, None) for line in answer_lines(proposal_id))


def _facts(view: ProposalView) -> list[tuple[object, object]]:
    registration = view.registration
    return [
        (_("事業者"), view.provider),
        (_("共同提案者"), tuple(one.name for one in view.partners) or None),
        (_("公募"), view.round.title),
        (_("状態"), view.state_words),
        (_("提出日時"), view.submitted_at),
        (_("条件の期限"), view.round.latest_condition_on),
        (_("ISMAPの登録番号"), registration.number if registration else None),
        (_("ISMAPの有効期限"), registration.expires_on if registration else None),
    ]


def _item_facts(line: AnswerLine) -> list[tuple[object, object]]:
    return [
        (_("区分"), line.requirement.category),
        (
            _("必須・任意"),
            pgettext_lazy("a requirement", "必須") if line.requirement.mandatory else _("任意"),
        ),
        (_("確認の方法"), line.requirement.verified_by),
    ]


def _claim(one: selectors.JudgedLine) -> str:
    claim = one.answer.answer.claim
    return claim.value if claim else ""


def _finding(one: selectors.JudgedLine) -> str:
    return one.judgement.finding.value if one.judgement else ""


def _initial(known: Judgement | None) -> dict[str, object]:
    if known is None:
        return {}
    return {
        "finding": known.finding.value,
        "planned_on": known.planned_on,
        "evidence": known.evidence,
        "reason": known.reason,
    }


def _after(request: HttpRequest, proposal_id: UUID, key: int) -> str:
    lines = selectors.own_lines(proposal_id, request.principal.id)
    keys = [one.answer.requirement.key for one in lines]
    start = keys.index(key) + 1
    for one in (*lines[start:], *lines[:start]):
        if one.judgement is None:
            return reverse("cloud:assess-item", args=[proposal_id, one.answer.requirement.key])
    return reverse("cloud:assess", args=[proposal_id])
