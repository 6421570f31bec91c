"""Adopting accounts: proposed with a plan, read and decided on by another, released (取込みの画面)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.application.names import ROLE_NAMES
from hashira.cloud.selectors import adoptions as selectors
from hashira.cloud.selectors.environments import environment
from hashira.cloud.selectors.surveys import AccountView, survey_view, surveyed_account
from hashira.cloud.services import adoptions as services
from hashira.cloud.web.adoption_forms import AdoptionDecisionForm, AdoptionForm
from hashira.cloud.web.form_pages import ReasonForm, attempt, form_page, now
from hashira.cloud.web.names import ENGINES, STAGES
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table

_STATE = selectors.State
STATES = tuple(services.STATE_NAMES.items())
_STATUS = {
    _STATE.PROPOSED.value: "wait",
    _STATE.APPROVED.value: "success",
    _STATE.REFUSED.value: "error",
    _STATE.WITHDRAWN.value: "neutral",
}
ADOPTIONS = Bilingual("取込み", "Adoptions")
_FIELDS = {
    "body_code": _("団体"),
    "system_code": _("システム"),
    "stage": _("環境の区分"),
    "officer_email": _("責任者のメールアドレス"),
}


@access.requires("cloud:OpenSurveys")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All proposals, with what waits for a second person."""
    lines = selectors.adoption_lines()
    names = selectors.adoption_names(lines)
    table = Table(
        columns=(
            Column(
                "account_name",
                _("アカウント"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:adoption", args=[one.id]),
            ),
            Column("account", _("番号"), filterable=True),
            Column("body_name", _("団体"), sortable=True, filterable=True),
            Column("system_name", _("システム"), filterable=True),
            Column("stage", _("環境の区分"), choices=STAGES, filterable=True),
            Column("state", _("状態"), choices=STATES, filterable=True),
            Column("proposed_at", _("提案した日時"), sortable=True),
            Column(
                "proposed_by", _("提案した人"), value=lambda one: names.get(one.proposed_by, one.proposed_by)
            ),
        ),
        rows=lines,
        request=request,
        caption=_("アカウントの取込みの一覧"),
        stacked=True,
        empty=_("取込みの提案はありません"),
    )
    if table.wants_csv:
        return table.csv_response("adoptions.csv")
    waiting = sum(one.state == _STATE.PROPOSED for one in lines)
    return render(request, "cloud/adoptions.html", {"table": table, "waiting": waiting, "any": bool(lines)})


@access.requires("cloud:ProposeAdoption")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, survey_id: UUID, account: str) -> HttpResponse:
    """Asks whose the account is; then rehearses the adoption, and keeps the plan as a proposal."""
    view = surveyed_account(survey_id, account)
    if view.management or view.line.environment is not None:
        raise Http404
    engine = survey_view(survey_id).line.engine
    initial = {one.field: one.value for one in view.suggestions} if request.GET.get("suggested") else {}
    form = AdoptionForm(request.POST or None, initial=initial)
    form.fields["region"].choices = [(one, one) for one in _regions()]
    made: list[UUID] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: made.append(
                services.propose_adoption(
                    actor=request.principal,
                    survey_id=survey_id,
                    order=form.order(engine, account),
                    words=form.cleaned_data["words"],
                    at=now(),
                )
            ),
        )
    ):
        return HttpResponseRedirect(reverse("cloud:adoption", args=[made[0]]))
    return form_page(
        request,
        form,
        title=_("アカウントの取込みを提案する"),
        button=_("計画を作って提案する"),
        back=reverse("cloud:surveyed-account", args=[survey_id, account]),
        parent=Link(view.line.name, reverse("cloud:surveyed-account", args=[survey_id, account])),
        lead=_(
            "いまは何も変えません。行うことをすべて調べて計画にし、別の人の承認を待ちます。"
            "候補は名前とタグから読んだもので、確かめるのはあなたです。"
        ),
        facts=_facts_of(view),
    )


@access.requires("cloud:OpenSurveys")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, adoption_id: UUID) -> HttpResponse:
    """One proposal: what it is about, every act that would be sent, and what may be done with it."""
    view = selectors.adoption_view(adoption_id)
    acts = _acts(request, view)
    form = AdoptionDecisionForm(request.POST or None, initial={"act": acts[0][0] if acts else ""})
    form.fields["act"].choices = acts
    status = 200
    if request.method == "POST":
        if not acts:
            raise Http404
        if form.is_valid() and attempt(form, lambda: _carry_out(request, view, form)):
            return HttpResponseRedirect(reverse("cloud:adoption", args=[adoption_id]))
        status = 422
    names = selectors.adoption_names([view.line])
    line = view.line
    context = {
        "view": view,
        "line": line,
        "form": form if acts else None,
        "own": line.state == _STATE.PROPOSED and line.proposed_by == request.principal.id,
        "state": (_STATUS[line.state], services.STATE_NAMES[line.state]),
        "facts": [*_order_facts(view), *_history(view, names)],
        "parts": view.plan.parts,
        "acts": len(view.plan.acts),
        "released": line.environment_state is not None and line.environment_state.over,
    }
    return render(request, "cloud/adoption.html", context, status=status)


@access.requires("cloud:ReleaseEnvironment")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, environment_id: UUID) -> HttpResponse:
    """Asks why, then gives the account back as it was."""
    view = environment(environment_id)
    if not view.order.adopts or not access.may(
        request.principal, "cloud:ReleaseEnvironment", view.line.resource
    ):
        raise Http404
    form = ReasonForm(request.POST or None, label=_("理由"))
    address = reverse("cloud:environment", args=[environment_id])
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(
            form,
            lambda: services.release_environment(
                actor=request.principal, environment_id=environment_id, reason=reason, at=now()
            ),
        ):
            return HttpResponseRedirect(address)
    return form_page(
        request,
        form,
        title=_("アカウントの取込みを取り消す"),
        button=_("アカウントの取込みを取り消す"),
        back=address,
        parent=Link(view.line.body_name, address),
        lead=_(
            "アカウントを元のOUに戻し、割当て、タグ、予算、連絡先を元に戻します。閉じることはありません。"
            "ロール、保管庫、証跡、記録と検知の設定は残ります。"
        ),
        facts=[
            (_("団体"), view.line.body_name),
            (_("システム"), view.line.system_name),
            (_("アカウント"), view.line.account or view.order.adopts),
            (_("戻る先"), view.facts.get("former", {}).get("unit", "–")),
        ],
        danger=True,
    )


def _regions() -> list[str]:
    return [one.strip() for one in settings.HASHIRA_CLOUD_AWS["REGIONS"].split(",") if one.strip()]


def _facts_of(view: AccountView) -> list[tuple[object, object]]:
    found: list[tuple[object, object]] = [
        (_("アカウント"), f"{view.line.name}（{view.line.account}）"),
        (_("置き場所"), view.line.path),
    ]
    for one in view.suggestions:
        words = Bilingual(f"{one.words.ja}（{one.source.ja}から）", f"{one.words.en} (from {one.source.en})")
        label = _FIELDS[one.field]
        found.append((_("候補：%(field)s") % {"field": label}, words))
    return found


def _acts(request: HttpRequest, view: selectors.AdoptionView) -> list[tuple[str, object]]:
    """What this person may do with it now."""
    who, line = request.principal, view.line
    if line.state != _STATE.PROPOSED:
        return []
    found: list[tuple[str, object]] = []
    if access.may(who, "cloud:DecideAdoption", line.resource):
        found += [("approve", _("計画のとおりに行うことを承認する")), ("refuse", _("却下する"))]
    if access.may(who, "cloud:WithdrawAdoption", line.resource):
        found.append(("withdraw", _("提案を取り下げる")))
    return found


def _carry_out(request: HttpRequest, view: selectors.AdoptionView, form: AdoptionDecisionForm) -> None:
    act, words, actor = form.cleaned_data["act"], form.cleaned_data["words"], request.principal
    if act == "approve":
        services.approve_adoption(actor=actor, adoption_id=view.line.id, at=now())
    elif act == "refuse":
        services.refuse_adoption(actor=actor, adoption_id=view.line.id, reason=words, at=now())
    else:
        services.withdraw_adoption(actor=actor, adoption_id=view.line.id, reason=words, at=now())


def _order_facts(view: selectors.AdoptionView) -> list[tuple[object, object]]:
    order = view.order
    return [
        (_("アカウント"), f"{view.line.account_name}（{view.line.account}）"),
        (_("クラウド"), dict(ENGINES).get(order.engine, order.engine)),
        (_("団体"), f"{order.body_name}（{order.body_code}）"),
        (_("システム"), order.system_name),
        (_("環境の区分"), dict(STAGES)[order.stage.value]),
        (_("アドレスの範囲"), "、".join(order.address_ranges) or "–"),
        (_("月の予算（円）"), order.monthly_budget_yen),
        *((ROLE_NAMES[one.role], f"{one.name}（{one.organisation}） {one.email}") for one in order.roles),
        *([(_("承認する人への説明"), view.words)] if view.words else []),
    ]


def _history(view: selectors.AdoptionView, names: dict[str, str]) -> list[tuple[object, Any]]:
    line = view.line
    found: list[tuple[object, Any]] = [
        (_("提案した人"), names.get(line.proposed_by, line.proposed_by)),
        (_("提案した日時"), line.proposed_at),
    ]
    if line.decided_at:
        found += [
            (_("決めた人"), names.get(line.decided_by, line.decided_by)),
            (_("決めた日時"), line.decided_at),
        ]
    if view.decision:
        found.append((_("理由"), view.decision))
    return found
