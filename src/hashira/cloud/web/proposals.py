"""The provider's pages: a proposal answered item by item, and its progress afterwards (提案の画面)."""

from __future__ import annotations

from itertools import groupby
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.cloud.domain.selection.answer import Answer, Claim
from hashira.cloud.domain.selection.evidence import (
    evidence_file,
)
from hashira.cloud.domain.selection.standing import Standing
from hashira.cloud.selectors import proposals as selectors
from hashira.cloud.selectors.catalogues import rounds
from hashira.cloud.selectors.services import ServiceView, service_view
from hashira.cloud.services import proposal_parts, standing
from hashira.cloud.services import proposals as services
from hashira.cloud.web.form_pages import ConfirmForm, attempt, bilingual, form_page, now, today
from hashira.cloud.web.names import CLAIMS
from hashira.cloud.web.proposal_forms import (
    AnswerForm,
    EvidenceForm,
    PartnerForm,
    ReportForm,
    ServiceForm,
    StartForm,
)
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Link, Task, TaskState
from hashira.ui.tables import Column, Table

_STATES = tuple((key, words) for key, words in selectors.STATE_NAMES.items())
PROPOSALS = Bilingual("提案", "Proposals")


@access.requires("cloud:OpenProposals")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The proposals of the own bodies."""
    table = Table(
        columns=(
            Column(
                "service",
                _("サービス"),
                heading=True,
                sortable=True,
                link=lambda one: reverse("cloud:proposal", args=[one.id]),
            ),
            Column("provider", _("代表の事業者")),
            Column("round", _("公募"), value=lambda one: one.round.title),
            Column("state", _("状態"), choices=_STATES, filterable=True),
            Column("answered", _("回答した要件"), value=_answered),
            Column("closes_on", _("締切日"), value=lambda one: one.round.closes_on, sortable=True),
        ),
        rows=selectors.own_proposals(request.principal, today()),
        request=request,
        caption=_("自社の提案"),
        stacked=True,
        downloadable=False,
    )
    open_rounds = [one for one in rounds(today()) if one.state == "open"]
    context = {"table": table, "any": table.source.count({}), "open": open_rounds}
    return render(request, "cloud/proposals.html", context)


@access.requires("cloud:OpenProposals")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begins a proposal."""
    form = StartForm(request.POST or None)
    form.fields["round"].choices = [
        (str(one.id), f"{one.title}（{one.catalogue.title}）")
        for one in rounds(today())
        if one.state == "open"
    ]
    form.fields["organisation"].choices = selectors.own_bodies(request.principal)
    made: list[UUID] = []
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: made.append(
                services.start_proposal(
                    actor=request.principal,
                    round_id=UUID(asked["round"]),
                    organisation_id=UUID(asked["organisation"]),
                    service_name=bilingual(form, "service"),
                    at=now(),
                )
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:proposal", args=[made[0]]))
    return form_page(
        request,
        form,
        title=_("提案を始める"),
        button=_("提案を始める"),
        back=reverse("cloud:proposals"),
        parent=Link(PROPOSALS, reverse("cloud:proposals")),
    )


@access.requires("cloud:OpenProposals")
@never_cache
@require_safe
def show(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """The proposal as a list of tasks; it can be left and gone on with at any time."""
    view = _opened(request, proposal_id)
    lines = selectors.answer_lines(proposal_id)
    groups = []
    for name, group in groupby(lines, key=lambda line: line.requirement.category):
        groups.append((name, [_task(proposal_id, line) for line in group]))
    service_done = bool(view.description.ja) and (
        view.registration is not None or view.round.ismap.value == "not-required"
    )
    tasks = [
        Task(
            _("サービスとISMAPの登録"),
            TaskState.DONE if service_done else TaskState.NOT_STARTED,
            reverse("cloud:proposal-service", args=[proposal_id]) if view.editable else "",
        ),
        Task(
            _("共同提案者"),
            TaskState.DOING if any(one.agreed_at is None for one in view.partners) else TaskState.DONE,
            reverse("cloud:proposal-partners", args=[proposal_id]),
            hint=_("ないときは、そのままで構いません"),
        ),
    ]
    decided = _decided(view)
    context = {
        "view": view,
        "tasks": tasks,
        "groups": groups,
        "state": view.state_words,
        "total": len(lines),
        "missing": len(selectors.gaps_of(proposal_id, today())) if view.state in ("draft", "returned") else 0,
        "decided": decided,
        "reportable": decided is not None and decided.line.standing is Standing.CONDITIONAL,
    }
    return render(request, "cloud/proposal.html", context)


@access.requires("cloud:OpenProposals")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """What the service is."""
    view = _opened(request, proposal_id)
    known = view.registration
    initial = {
        "service": view.service.ja,
        "service_en": view.service.en if view.service.en != view.service.ja else "",
        "description": view.description.ja,
        "description_en": view.description.en if view.description.en != view.description.ja else "",
        "ismap_list": known.list.value if known else "",
        "ismap_number": known.number if known else "",
        "ismap_registered_on": known.registered_on if known else None,
        "ismap_expires_on": known.expires_on if known else None,
    }
    form = ServiceForm(request.POST or None, initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: services.describe_proposal(
                actor=request.principal,
                proposal_id=proposal_id,
                service_name=bilingual(form, "service"),
                description=bilingual(form, "description"),
                registration=form.registration(),
                at=now(),
            ),
        )
    ):
        return HttpResponseRedirect(reverse("cloud:proposal", args=[proposal_id]))
    return form_page(
        request, form, title=_("サービスとISMAPの登録"), button=_("保存する"), **_around(proposal_id, view)
    )


@access.requires("cloud:OpenProposals")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, proposal_id: UUID, key: int) -> HttpResponse:
    """The answer to one requirement with its evidence; saving leads to the next."""
    view = _opened(request, proposal_id)
    line = selectors.answer_line(proposal_id, key)
    adding = request.method == "POST" and "title" in request.POST
    form = AnswerForm(
        request.POST if request.method == "POST" and not adding else None, initial=_initial(line)
    )
    evidence = EvidenceForm(
        request.POST if adding else None, request.FILES if adding else None, auto_id="id_evidence_%s"
    )
    if form.is_bound and form.is_valid():
        if attempt(
            form,
            lambda: services.answer_requirement(
                actor=request.principal, proposal_id=proposal_id, key=key, answer=form.answer(), at=now()
            ),
        ):
            return HttpResponseRedirect(_after(proposal_id, key, stay="stay" in request.POST))
    elif (
        adding
        and evidence.is_valid()
        and attempt(evidence, lambda: _add(request, proposal_id, key, evidence))
    ):
        return HttpResponseRedirect(reverse("cloud:proposal-item", args=[proposal_id, key]) + "#evidence")
    context = {
        "view": view,
        "line": line,
        "form": form if line.editable else None,
        "refused": () if line.editable else (*form.non_field_errors(), *evidence.non_field_errors()),
        "evidence_form": evidence if line.editable else None,
        "facts": [
            (_("区分"), line.requirement.category),
            (
                _("必須・任意"),
                pgettext_lazy("a requirement", "必須") if line.requirement.mandatory else _("任意"),
            ),
            (_("確認の方法"), line.requirement.verified_by),
        ],
        "answer_facts": answer_facts(line.answer),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "cloud/proposal_item.html", context, status=status)


def _add(request: HttpRequest, proposal_id: UUID, key: int, form: EvidenceForm) -> None:
    asked = form.cleaned_data
    uploaded = asked["file"]
    proposal_parts.add_evidence(
        actor=request.principal,
        proposal_id=proposal_id,
        key=key,
        title=asked["title"],
        text=asked["text"],
        link=asked["link"].strip(),
        file=evidence_file(uploaded.name, uploaded.read()) if uploaded else None,
        at=now(),
    )


@access.requires("cloud:OpenProposals")
@never_cache
@require_POST
def evidence_remove(request: HttpRequest, proposal_id: UUID, evidence_id: UUID) -> HttpResponse:
    """Takes a piece of evidence away."""
    key = _key_of(proposal_id, evidence_id)
    proposal_parts.remove_evidence(actor=request.principal, proposal_id=proposal_id, evidence_id=evidence_id)
    return HttpResponseRedirect(reverse("cloud:proposal-item", args=[proposal_id, key]) + "#evidence")


def _key_of(proposal_id: UUID, evidence_id: UUID) -> int:
    for line in selectors.answer_lines(proposal_id):
        if any(one.id == evidence_id for one in line.evidence):
            return line.requirement.key
    raise Http404


@access.requires("cloud:OpenProposals")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def partners(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Who proposes together: asked by the lead, agreed to by the partner."""
    view = _opened(request, proposal_id)
    posted = request.method == "POST"
    form = PartnerForm(request.POST if posted and "organisation" in request.POST else None)
    form.fields["organisation"].choices = selectors.possible_partners(view)
    confirm = ConfirmForm(request.POST if posted else None)
    done = False
    if posted and "agree" in request.POST and confirm.is_valid():
        done = attempt(
            confirm,
            lambda: proposal_parts.agree_to_proposal(
                actor=request.principal, proposal_id=proposal_id, at=now()
            ),
        )
    elif posted and "drop" in request.POST and confirm.is_valid():
        try:
            dropped = UUID(request.POST["drop"])
        except ValueError:
            raise Http404 from None
        done = attempt(
            confirm,
            lambda: proposal_parts.drop_partner(
                actor=request.principal, proposal_id=proposal_id, partner_id=dropped
            ),
        )
    elif form.is_bound and form.is_valid():
        asked = form.cleaned_data
        done = attempt(
            form,
            lambda: proposal_parts.ask_partner(
                actor=request.principal,
                proposal_id=proposal_id,
                organisation_id=UUID(asked["organisation"]),
                role=asked["role"],
                at=now(),
            ),
        )
    if done:
        return HttpResponseRedirect(reverse("cloud:proposal-partners", args=[proposal_id]))
    mine = {g.organisation for g in request.principal.grants if g.role == selectors.PROVIDER}
    context = {
        "view": view,
        "form": form,
        "confirm": confirm,
        "lead": str(view.organisation_id) in mine and view.editable,
        "partners": [
            (one, str(one.organisation_id) in mine and one.agreed_at is None) for one in view.partners
        ],
    }
    return render(request, "cloud/proposal_partners.html", context, status=422 if posted else 200)


@access.requires("cloud:OpenProposals")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """What is missing, and handing in when nothing is; or withdrawing."""
    view = _opened(request, proposal_id)
    withdrawing = "withdraw" in request.GET
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():

        def act() -> None:
            if withdrawing:
                services.withdraw_proposal(actor=request.principal, proposal_id=proposal_id, at=now())
            else:
                services.submit_proposal(actor=request.principal, proposal_id=proposal_id, at=now())

        if attempt(form, act):
            return HttpResponseRedirect(reverse("cloud:proposal", args=[proposal_id]))
    if withdrawing:
        return form_page(
            request,
            form,
            title=_("提案を取り下げる"),
            button=_("取り下げる"),
            lead=_("取り下げた提案は元に戻せません。新しい提案は、受付の期間に始められます。"),
            danger=True,
            **_around(proposal_id, view),
        )
    lines = {line.requirement.id: line.requirement.key for line in selectors.answer_lines(proposal_id)}
    gaps = [
        (
            gap,
            reverse("cloud:proposal-item", args=[proposal_id, lines[gap.requirement]])
            if gap.requirement
            else "",
        )
        for gap in selectors.gaps_of(proposal_id, today())
    ]
    context = {"view": view, "form": form, "gaps": gaps, "submittable": view.state in ("draft", "returned")}
    return render(request, "cloud/proposal_submit.html", context, status=422 if form.is_bound else 200)


@access.requires("cloud:OpenProposals")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, proposal_id: UUID, condition_id: UUID) -> HttpResponse:
    """Reports a month of a condition."""
    view = _opened(request, proposal_id)
    decided = _decided(view)
    condition = next((one for one in decided.conditions if one.id == condition_id), None) if decided else None
    if condition is None:
        raise Http404
    form = ReportForm(request.POST or None, initial={"month": f"{today():%Y-%m}"})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: standing.report_progress(
                actor=request.principal,
                condition_id=condition_id,
                month=asked["month"],
                percent=asked["percent"],
                words=asked["words"],
                at=now(),
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:proposal", args=[proposal_id]))
    return form_page(
        request,
        form,
        title=_("進捗を報告する"),
        button=_("報告する"),
        facts=[(_("要件"), condition.requirement.text), (_("期日"), condition.due_on)],
        **_around(proposal_id, view),
    )


@access.requires("cloud:OpenProposals")
@never_cache
@require_safe
def evidence(request: HttpRequest, proposal_id: UUID, evidence_id: UUID) -> HttpResponse:
    """A file of one's own, to look at again."""
    _opened(request, proposal_id)
    return file_response(proposal_id, evidence_id)


def file_response(proposal_id: UUID, evidence_id: UUID) -> HttpResponse:
    """A file of a proposal; always to be saved, never shown by the browser."""
    row, content = selectors.evidence_content(evidence_id)
    if row.proposal_id != proposal_id:
        raise Http404
    response = HttpResponse(content, content_type=row.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.file_name)}"
    return response


def _opened(request: HttpRequest, proposal_id: UUID) -> selectors.ProposalView:
    row = selectors.find_proposal(proposal_id)
    access.require(request.principal, "cloud:ViewProposal", selectors.resource_of(row, request.principal))
    return selectors.proposal_view(proposal_id, today())


def _decided(view: selectors.ProposalView) -> ServiceView | None:
    return service_view(view.id, today(), reports_waiting=True) if view.state == "decided" else None


def _around(proposal_id: UUID, view: selectors.ProposalView) -> dict[str, object]:
    back = reverse("cloud:proposal", args=[proposal_id])
    return {"back": back, "parent": Link(view.service, back)}


def _task(proposal_id: UUID, line: selectors.AnswerLine) -> Task:
    if line.returned_reason:
        state = TaskState.WRONG
    elif line.answer.claim is None:
        state = TaskState.DOING if line.answer.explanation or line.evidence else TaskState.NOT_STARTED
    else:
        state = TaskState.DONE if line.evidence or line.answer.claim is not Claim.MET else TaskState.DOING
    kind = pgettext_lazy("a requirement", "必須") if line.requirement.mandatory else _("任意")
    label = Bilingual(
        f"{line.requirement.id}　{line.requirement.text.ja}",
        f"{line.requirement.id}  {line.requirement.text.en}",
    )
    return Task(
        label, state, reverse("cloud:proposal-item", args=[proposal_id, line.requirement.key]), hint=kind
    )


def _initial(line: selectors.AnswerLine) -> dict[str, object]:
    answer = line.answer
    return {
        "claim": answer.claim.value if answer.claim else "",
        "explanation": answer.explanation,
        "planned_on": answer.planned_on,
        "third_party_product": answer.third_party.product,
        "third_party_supplier": answer.third_party.supplier,
    }


def answer_facts(answer: Answer) -> list[tuple[object, object]]:
    """What a provider says, for whoever only reads it."""
    return [
        (_("回答"), dict(CLAIMS)[answer.claim.value] if answer.claim else None),
        (_("説明"), answer.explanation),
        (_("満たす期日"), answer.planned_on),
        (_("他社の製品の名前"), answer.third_party.product),
        (_("他社の製品の事業者"), answer.third_party.supplier),
    ]


def _after(proposal_id: UUID, key: int, *, stay: bool) -> str:
    """The next requirement that can be answered, or the list after the last one."""
    here = reverse("cloud:proposal-item", args=[proposal_id, key])
    if stay:
        return here
    following = selectors.following(proposal_id, key)
    if following is not None:
        return reverse("cloud:proposal-item", args=[proposal_id, following])
    return reverse("cloud:proposal", args=[proposal_id])


def _answered(one: selectors.ProposalView) -> str:
    return f"{one.answered} / {one.round.catalogue.requirements}"
