"""The applicant's pages: the list, the tasks, checking, confirming, the progress (利用申請の画面)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.application.chain import CHAINS, EDITABLE, OPEN, STATE_NAMES, ApplicationState
from hashira.cloud.domain.application.draft import (
    KIND_NAMES,
    SECTION_NAMES,
    SECTIONS_OF,
    ApplicationKind,
    Section,
    gaps,
)
from hashira.cloud.domain.application.names import STAGE_NAMES
from hashira.cloud.domain.application.preflight import LEVEL_NAMES, Finding, Level, blocks
from hashira.cloud.selectors import applications as selectors
from hashira.cloud.selectors.application_facts import findings_of
from hashira.cloud.selectors.applications import ApplicationView
from hashira.cloud.selectors.environments import environments_of_application
from hashira.cloud.services import applications as services
from hashira.cloud.web.application_answers import answers_of, section_url
from hashira.cloud.web.application_forms import StartForm
from hashira.cloud.web.form_pages import ConfirmForm, ReasonForm, attempt, form_page, now, today
from hashira.core import access
from hashira.core.accounts.models import Organisation
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Event, Link, Task, TaskState
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import worded

APPLICATIONS = Bilingual("利用申請", "Applications for use")
STATES = tuple((one.value, words) for one, words in STATE_NAMES.items())
KINDS = tuple((one.value, words) for one, words in KIND_NAMES.items())
STEPS = tuple({step.key: step.title for chain in CHAINS.values() for step in chain.steps}.items())
ACTS = {
    "begun": _("作成を始めました"),
    "asked": _("団体の確認を頼みました"),
    "sent-back": _("確認した人が、作成者に戻しました"),
    "submitted": _("団体が確認して提出しました"),
    "approved": _("承認しました"),
    "returned": _("差し戻しました"),
    "refused": _("却下しました"),
    "withdrawn": _("取り下げました"),
    "ordered": _("環境の払出しを指図しました"),
}
LEVELS = {Level.BLOCKS: "error", Level.WARNS: "warning", Level.INFORMS: "info"}


def list_link() -> Link:
    """The way back to the list."""
    return Link(APPLICATIONS, reverse("cloud:applications"))


@access.requires("cloud:OpenApplications")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The applications of the own bodies, and those that the own firm writes."""
    table = Table(
        columns=(
            Column(
                "number",
                _("番号"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:application", args=[one.id]),
            ),
            Column("kind", _("申請の種類"), choices=KINDS, filterable=True),
            Column("body_name", _("団体"), sortable=True, filterable=True),
            Column(
                "system_name",
                _("システム"),
                sortable=True,
                filterable=True,
                value=lambda one: one.system,
            ),
            Column("state", _("状態"), choices=STATES, filterable=True),
            Column("expected_on", _("見込みの日"), value=_expected, sortable=True),
            Column("saved_at", _("最後の保存"), sortable=True),
        ),
        rows=selectors.own_applications(request.principal, today()),
        request=request,
        caption=APPLICATIONS,
        stacked=True,
        initial_order=Order(key="saved_at", falling=True),
    )
    if table.wants_csv:
        return table.csv_response("applications.csv")
    roles = {g.role for g in request.principal.grants}
    context = {
        "table": table,
        "any": bool(table.filters) or table.source.count({}) > 0,
        "may_start": selectors.APPLICANT in roles,
    }
    return render(request, "cloud/applications.html", context)


def _expected(one: selectors.ApplicationLine) -> object:
    return one.expected_on if one.state is ApplicationState.SUBMITTED else None


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begins an application: for the own body, or as a vendor for another."""
    bodies = selectors.own_bodies(request.principal)
    own = next((one for one in bodies if one.kind != Organisation.Kind.VENDOR), None)
    vendor = next((one for one in bodies if one.kind == Organisation.Kind.VENDOR), None)
    form = StartForm(request.POST or None, initial={"body_code": own.code if own and own.code else ""})
    made: list[UUID] = []
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["body_code"]
        codes = {one.code for one in bodies}
        drafter = vendor.pk if vendor is not None and code.strip() not in codes else None
        if attempt(
            form,
            lambda: made.append(
                services.start_application(
                    actor=request.principal, body_code=code, drafter_id=drafter, at=now()
                )
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:application", args=[made[0]]))
    lead = (
        _("団体のコードを入れて始めます。書いたものは、団体の人が確認してから提出されます。")
        if own is None
        else _("団体を確かめて始めます。どの項目からでも書けて、そのつど保存されます。")
    )
    return form_page(
        request,
        form,
        title=_("利用申請を始める"),
        button=_("申請を始める"),
        back=reverse("cloud:applications"),
        parent=list_link(),
        lead=lead,
    )


@access.requires("cloud:OpenApplications")
@never_cache
@require_safe
def show(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The application: its tasks while it is written, afterwards how far it is and when to expect it."""
    view = opened(request, application_id)
    editable = view.line.state in EDITABLE and access.may(
        request.principal, "cloud:EditApplication", view.resource
    )
    own = access.may(request.principal, "cloud:EditApplication", view.resource)
    context = {
        "view": view,
        "state": STATE_NAMES[view.line.state],
        "kind": KIND_NAMES[view.line.kind],
        "editable": editable,
        "tasks": _tasks(view) if editable else [],
        "steps": _steps(view),
        "facts": _facts(view),
        "history": history(view),
        "environments": [
            (STAGE_NAMES[one.stage], one) for one in environments_of_application(application_id)
        ],
        "may_withdraw": own and view.line.state in OPEN,
        "may_change": own and view.latest,
        "may_confirm": view.line.state is ApplicationState.CONFIRMING
        and access.may(request.principal, "cloud:ConfirmApplication", view.resource),
        "leftovers": _leftovers(view),
    }
    return render(request, "cloud/application.html", context)


def _tasks(view: ApplicationView) -> list[Task]:
    missing: dict[Section, list[object]] = {}
    for gap in gaps(view.draft, view.line.kind, view.tenant):
        missing.setdefault(gap.section, []).append(gap.words)
    found = []
    for section in SECTIONS_OF[view.line.kind]:
        filled, lacks = view.draft.filled(section), missing.get(section, [])
        state = TaskState.DONE if filled and not lacks else TaskState.NOT_STARTED
        if filled and lacks:
            state = TaskState.DOING
        hint: Any = ""
        if section is Section.EXCEPTIONS and not filled:
            hint = _("ないときは、そのままで構いません")
        elif filled and lacks:
            hint = lacks[0]
        found.append(Task(SECTION_NAMES[section], state, section_url(view.line.id, section), hint))
    return found


def _steps(view: ApplicationView) -> list[tuple[Any, str, Any]]:
    """The steps of the chain with the state of each, for whoever waits."""
    if view.line.state not in (ApplicationState.SUBMITTED, ApplicationState.APPROVED):
        return []
    left = {step.key for step in view.remaining} if view.line.state is ApplicationState.SUBMITTED else set()
    current = view.step
    found: list[tuple[Any, str, Any]] = []
    for step in view.chain.steps:
        if step.key not in left:
            found.append((step.title, "success", _("済み")))
        elif current is not None and step.key == current.key:
            found.append((step.title, "info", _("審査しています")))
        else:
            found.append((step.title, "neutral", _("これから")))
    return found


def _facts(view: ApplicationView) -> list[tuple[Any, Any]]:
    line = view.line
    facts: list[tuple[Any, Any]] = [
        (_("番号"), line.number),
        (_("申請の種類"), KIND_NAMES[line.kind]),
        (_("団体"), view.body),
        (_("システム"), line.system),
        (_("承認の経路"), view.chain.title),
    ]
    if view.drafter is not None:
        facts.append((_("代わりに書いた事業者"), view.drafter))
    if line.state is ApplicationState.SUBMITTED:
        facts += [
            (_("提出日時"), line.submitted_at),
            (_("いまの段階"), view.step.title if view.step else ""),
            (_("この段階での順番"), _("%(place)s番目") % {"place": view.place}),
            (_("すべて終わる見込みの日"), line.expected_on),
        ]
    elif line.decided_at is not None:
        facts.append((_("決まった日時"), line.decided_at))
    return facts


def _leftovers(view: ApplicationView) -> list[Any]:
    """What an approved change or end leaves to the operator, said plainly."""
    if view.line.state is not ApplicationState.APPROVED or view.base is None:
        return []
    if view.line.kind is ApplicationKind.END:
        return [_("終了の日に、環境は自動で休止します。そのあと、決められた期間が過ぎると廃止されます")]
    known = {one.key: one for one in view.base.environments}
    kept = {one.key: one for one in view.draft.environments}
    found: list[Any] = []
    if any(key in known and known[key] != one for key, one in kept.items()) or (
        view.draft.roles != view.base.roles
    ):
        found.append(_("いまある環境の変更は、自動でクラウドに届きます。進み具合は、環境の画面で見られます"))
    if known.keys() - kept.keys():
        found.append(_("なくなる環境は、利用中なら休止し、決められた期間のあとで廃止されます"))
    return found


def history(view: ApplicationView) -> list[Event]:
    """What was done and said, the newest first."""
    names = dict(STEPS)
    found = []
    for one in reversed(view.acts):
        title = worded(ACTS[one.kind])
        if one.step:
            title = worded(_("%(act)s（%(step)s）")) % {"act": title, "step": worded(names[one.step])}
        by = one.by
        if one.on_behalf_of:
            by = worded(_("%(deputy)s（%(absent)sの代理）")) % {"deputy": one.by, "absent": one.on_behalf_of}
        found.append(Event(one.at, title, by=by, body=one.words))
    return found


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Everything once more, with the pre-flight: asked to be confirmed by one, confirmed by another."""
    view = opened(request, application_id)
    principal, state = request.principal, view.line.state
    own = access.may(principal, "cloud:EditApplication", view.resource)
    confirms = access.may(principal, "cloud:ConfirmApplication", view.resource)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    back = ReasonForm(request.POST if "back" in request.POST else None, label=_("直してほしいこと"))
    here = reverse("cloud:application", args=[application_id])
    if request.method == "POST":
        done = False
        if "ask" in request.POST and form.is_valid():
            done = attempt(
                form,
                lambda: services.ask_confirmation(actor=principal, application_id=application_id, at=now()),
            )
        elif "submit" in request.POST and form.is_valid():
            done = attempt(
                form,
                lambda: services.submit_application(actor=principal, application_id=application_id, at=now()),
            )
        elif "back" in request.POST and back.is_valid():
            done = attempt(
                back,
                lambda: services.send_back(
                    actor=principal,
                    application_id=application_id,
                    words=back.cleaned_data["reason"],
                    at=now(),
                ),
            )
        if done:
            return HttpResponseRedirect(here)
    findings = findings_of(application_id, today())
    context = {
        "view": view,
        "form": form,
        "back_form": back,
        "findings": worded_findings(findings, view if own and state in EDITABLE else None),
        "blocked": any(one.code not in ("quota", "no-terms") for one in blocks(findings)),
        "sections": answers_of(view, editable=own and state in EDITABLE),
        "may_ask": own and state in EDITABLE,
        "may_confirm": confirms and state is ApplicationState.CONFIRMING,
        "wrote_last": view.saved_by == principal.id,
    }
    return render(
        request, "cloud/application_check.html", context, status=422 if request.method == "POST" else 200
    )


def worded_findings(
    findings: tuple[Finding, ...], view: ApplicationView | None
) -> list[tuple[str, Any, Any, str]]:
    """Kind of the chip, its words, what was found, and where it can be put right."""
    return [
        (
            LEVELS[one.level],
            LEVEL_NAMES[one.level],
            one.words,
            section_url(view.line.id, one.section)
            if view is not None and one.section in SECTIONS_OF[view.line.kind]
            else "",
        )
        for one in findings
    ]


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Takes it back for good."""
    view = opened(request, application_id)
    access.require(request.principal, "cloud:WithdrawApplication", view.resource)
    form = ReasonForm(request.POST if request.method == "POST" else None, label=_("取り下げる理由"))
    back = reverse("cloud:application", args=[application_id])
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: services.withdraw_application(
                actor=request.principal,
                application_id=application_id,
                words=form.cleaned_data["reason"],
                at=now(),
            ),
        )
    ):
        return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=_("申請を取り下げる"),
        button=_("取り下げる"),
        back=back,
        parent=Link(view.line.number, back),
        lead=_("取り下げた申請は元に戻せません。確保したアドレス範囲は、ほかの団体が使えるようになります。"),
        danger=True,
    )


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, application_id: UUID, kind: str) -> HttpResponse:
    """Begins a change or the end of what is in use."""
    if kind not in ("change", "end"):
        raise Http404
    view = opened(request, application_id)
    access.require(request.principal, "cloud:StartApplication", view.resource)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    made: list[UUID] = []
    back = reverse("cloud:application", args=[application_id])
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: made.append(
                services.start_change(
                    actor=request.principal,
                    application_id=application_id,
                    kind=ApplicationKind(kind),
                    at=now(),
                )
            ),
        )
    ):
        return HttpResponseRedirect(reverse("cloud:application", args=[made[0]]))
    ends = kind == "end"
    return form_page(
        request,
        form,
        title=_("利用終了を申請する") if ends else _("変更を申請する"),
        button=pgettext_lazy("an application", "申請を始める"),
        back=back,
        parent=Link(view.line.number, back),
        lead=_("終了の日、理由、データの扱いを書きます。承認されるまで、環境はそのままです。")
        if ends
        else _("いまの内容から始めて、変わるところだけを直します。承認されるまで、環境はそのままです。"),
        facts=[(_("団体"), view.body), (_("システム"), view.line.system)],
    )


def opened(request: HttpRequest, application_id: UUID) -> ApplicationView:
    """The application for whoever may see it; for others it does not exist."""
    view = selectors.application_view(application_id, today())
    if not access.may(request.principal, "cloud:ViewApplication", view.resource):
        raise selectors.ApplicationNotFound
    return view
