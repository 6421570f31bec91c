"""Inventories of what exists already: taken, followed, read, compared (棚卸しの画面)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hashira.cloud.adapters.engines.registry import engine_keys, engine_of
from hashira.cloud.domain.adoption.conflicts import organisation_file
from hashira.cloud.domain.adoption.inventory import Standing
from hashira.cloud.domain.adoption.port import Surveyed
from hashira.cloud.domain.engine import EngineUnknown
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.selectors import surveys as selectors
from hashira.cloud.selectors.adoptions import adoptions_of
from hashira.cloud.selectors.environment_documents import is_sandbox
from hashira.cloud.services import surveys as services
from hashira.cloud.web.form_pages import now
from hashira.cloud.web.names import ENGINES
from hashira.core import access, jobs
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui.tables import Column, Table
from hashira.ui.wording import current_language, worded

_SURVEY, _ACCOUNT = selectors.State, selectors.AccountState
SURVEY_STATES = (
    (_SURVEY.RUNNING.value, _("読取り中")),
    (_SURVEY.DONE.value, pgettext_lazy("an inventory", "完了")),
    (_SURVEY.CANCELLED.value, pgettext_lazy("an inventory", "中止")),
    (_SURVEY.FAILED.value, pgettext_lazy("an inventory", "失敗")),
)
_SURVEY_STATUS = {
    _SURVEY.RUNNING.value: "info",
    _SURVEY.DONE.value: "success",
    _SURVEY.CANCELLED.value: "neutral",
    _SURVEY.FAILED.value: "error",
}
ACCOUNT_STATES = (
    (_ACCOUNT.WHOLE.value, _("基準のとおり")),
    (_ACCOUNT.LACKING.value, _("足りないものがある")),
    (_ACCOUNT.UNREADABLE.value, _("読めないものがある")),
    (_ACCOUNT.UNREAD.value, _("まだ読んでいない")),
)
ACCOUNT_STATUS = {
    _ACCOUNT.WHOLE.value: "success",
    _ACCOUNT.LACKING.value: "warning",
    _ACCOUNT.UNREADABLE.value: "error",
    _ACCOUNT.UNREAD.value: "wait",
}
STANDINGS = tuple((one.value, one.label) for one in Standing)
_STANDING_STATUS = {
    Standing.PRESENT: "success",
    Standing.OPEN: "info",
    Standing.DIFFERS: "warning",
    Standing.MISSING: "warning",
    Standing.UNREADABLE: "error",
}
CONFLICTS = {
    "crowded": _("SCPの本数"),
    "narrows": _("許可の一覧で絞るSCP"),
    "blocks": _("運営者の作業を妨げるSCP"),
    "unreadable": _("読めないポリシー"),
}
_NAMED = 2
_NEAR = 0.9
"""Of its budget of characters, from which on a policy is marked."""


@access.requires("cloud:OpenSurveys")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All inventories, and the door to the next one."""
    table = Table(
        columns=(
            Column(
                "asked_at",
                _("始めた日時"),
                heading=True,
                sortable=True,
                link=lambda one: reverse("cloud:survey", args=[one.id]),
            ),
            Column("engine", _("クラウド"), choices=ENGINES, filterable=True),
            Column("state", _("状態"), choices=SURVEY_STATES, filterable=True),
            Column("accounts", _("アカウント"), numeric=True),
            Column("whole", _("基準のとおり"), numeric=True),
            Column("lacking", _("足りないものがある"), numeric=True),
            Column("unreadable", _("読めないものがある"), numeric=True),
            Column("ended_at", _("終わった日時")),
        ),
        rows=selectors.survey_lines(),
        request=request,
        caption=_("棚卸しの一覧"),
        stacked=True,
        empty=_("棚卸しはまだありません"),
    )
    if table.wants_csv:
        return table.csv_response("surveys.csv")
    engines = [key for key in engine_keys() if _can_be_surveyed(key)]
    context = {
        "table": table,
        "engines": [(key, dict(ENGINES).get(key, key)) for key in engines],
        "sandbox": any(is_sandbox(key) for key in engines),
    }
    return render(request, "cloud/surveys.html", context)


@access.requires("cloud:TakeSurvey")
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Asks for an inventory."""
    try:
        survey_id = services.take_survey(
            actor=request.principal, engine=request.POST.get("engine", ""), at=now()
        )
    except access.AccessDenied:
        raise
    except HashiraError as error:
        messages.error(request, error.message(current_language()))
        return HttpResponseRedirect(reverse("cloud:surveys"))
    return HttpResponseRedirect(reverse("cloud:survey", args=[survey_id]))


@access.requires("cloud:TakeSurvey")
@require_POST
def cancel(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Ends it; what was read stays."""
    services.cancel_survey(actor=request.principal, survey_id=survey_id)
    messages.success(request, worded(_("中止しています。読んだものは残ります")))
    return HttpResponseRedirect(reverse("cloud:survey", args=[survey_id]))


@access.requires("cloud:TakeSurvey")
@require_POST
def go_on(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Goes on where it stopped."""
    try:
        services.continue_survey(actor=request.principal, survey_id=survey_id, at=now())
    except access.AccessDenied:
        raise
    except HashiraError as error:
        messages.error(request, error.message(current_language()))
    return HttpResponseRedirect(reverse("cloud:survey", args=[survey_id]))


@access.requires("cloud:OpenSurveys")
@never_cache
@require_safe
def show(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """One inventory: its sums, what stands against adopting, and every account."""
    view = selectors.survey_view(survey_id)
    line, titles = view.line, view.titles
    table = Table(
        columns=(
            Column(
                "name",
                _("アカウント"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:surveyed-account", args=[survey_id, one.account]),
            ),
            Column("account", _("番号"), sortable=True),
            Column("path", _("置き場所"), sortable=True, filterable=True),
            Column("state", _("状態"), choices=ACCOUNT_STATES, sortable=True, filterable=True),
            Column(
                "lacks",
                _("足りないもの"),
                choices=tuple((step, title) for step, title in titles.items()),
                filterable=True,
                value=lambda one: _listed(one.lacks, titles),
                csv=lambda one: " ".join(one.lacks),
            ),
            Column("unreadable", _("読めない手順"), numeric=True, sortable=True),
            Column("more", _("基準より多いもの"), numeric=True, sortable=True),
            Column(
                "environment",
                _("比べた相手"),
                choices=(("ours", _("環境の指図")), ("others", _("いまの基準"))),
                filterable=True,
                value=lambda one: "ours" if "environment" in one.measured else "others",
            ),
            Column("version", _("基準の版"), value=lambda one: _measured_by(one.measured)),
        ),
        rows=selectors.AccountRows(survey_id, line.engine),
        request=request,
        caption=_("アカウントの一覧"),
        stacked=True,
        empty=_("条件に合うアカウントはありません"),
    )
    if table.wants_csv:
        return table.csv_response("accounts.csv")
    context = {
        "view": view,
        "line": line,
        "table": table,
        "state": (_SURVEY_STATUS[line.state], dict(SURVEY_STATES)[line.state]),
        "facts": [
            (_("クラウド"), dict(ENGINES).get(line.engine, line.engine)),
            (_("組織"), line.cloud or "–"),
            (_("始めた日時"), line.asked_at),
            (_("終わった日時"), line.ended_at or "–"),
            *([(_("アカウント"), line.accounts)] if line.accounts else []),
            *([(_("基準のとおり"), line.whole)] if line.accounts else []),
            *([(_("足りないものがある"), line.lacking)] if line.accounts else []),
            *([(_("読めないものがある"), line.unreadable)] if line.accounts else []),
            *([(_("まだ読んでいない"), line.unread)] if line.unread else []),
        ],
        "conflicts": [(CONFLICTS[one.kind], one) for one in view.conflicts],
        "sizes": [(one, one.characters > one.limit * _NEAR) for one in view.sizes],
        "before": selectors.survey_before(survey_id) if line.state == _SURVEY.DONE else None,
        "running": line.state == _SURVEY.RUNNING,
        "unfinished": line.state in (_SURVEY.CANCELLED, _SURVEY.FAILED),
        "may_take": access.may(request.principal, "cloud:TakeSurvey", services.AREA),
        "sandbox": is_sandbox(line.engine),
        "job": _job(line),
    }
    return render(request, "cloud/survey.html", context)


@access.requires("cloud:OpenSurveys")
@never_cache
@require_safe
def account(request: HttpRequest, survey_id: UUID, account: str) -> HttpResponse:
    """One account: step by step what is asked and what was found, what is more, whose it may be."""
    view = selectors.surveyed_account(survey_id, account)
    engine = selectors.survey_view(survey_id).line
    context = {
        "survey": engine,
        "view": view,
        "line": view.line,
        "state": (ACCOUNT_STATUS[view.line.state], dict(ACCOUNT_STATES)[view.line.state]),
        "steps": [(one, _STANDING_STATUS[one.standing]) for one in view.steps],
        "facts": [
            (_("番号"), view.line.account),
            (_("メールアドレス"), view.line.email),
            (_("クラウドでの状態"), view.line.status),
            (_("置き場所"), view.line.path),
            (
                _("比べた相手"),
                _("環境の指図") if "environment" in view.line.measured else _("いまの基準"),
            ),
            (_("基準の版"), _measured_by(view.line.measured)),
            *_state_of_ours(view.line.measured),
            (_("読んだ日時"), view.line.read_at or "–"),
            (_("タグ"), "、".join(f"{key}={value}" for key, value in view.tags.items()) or "–"),
        ],
        "ours": "environment" in view.line.measured,
        "proposals": adoptions_of(engine.engine, account),
        "may_propose": not view.management
        and view.line.environment is None
        and view.line.state != _ACCOUNT.UNREAD
        and access.may(request.principal, "cloud:ProposeAdoption", services.AREA),
    }
    return render(request, "cloud/surveyed_account.html", context)


@access.requires("cloud:OpenSurveys")
@never_cache
@require_safe
def compared(request: HttpRequest, before: UUID, after: UUID) -> HttpResponse:
    """What changed between two inventories."""
    earlier, later = selectors.survey_view(before), selectors.survey_view(after)
    titles = earlier.titles | later.titles
    choices = tuple(titles.items())
    table = Table(
        columns=(
            Column(
                "name",
                _("アカウント"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: (
                    reverse("cloud:surveyed-account", args=[after, one.account]) if one.after else None
                ),
            ),
            Column("account", _("番号"), filterable=True),
            Column(
                "step",
                _("手順"),
                choices=(*choices, ("account", _("アカウントそのもの"))),
                filterable=True,
                value=lambda one: one.step or "account",
            ),
            Column(
                "before", _("前"), choices=STANDINGS, filterable=True, value=lambda one: one.before or "–"
            ),
            Column("after", _("後"), choices=STANDINGS, filterable=True, value=lambda one: one.after or "–"),
        ),
        rows=selectors.survey_changes(before, after),
        request=request,
        caption=_("変わったこと"),
        stacked=True,
        empty=_("変わったことはありません"),
    )
    if table.wants_csv:
        return table.csv_response("survey-changes.csv")
    context = {"table": table, "before": earlier.line, "after": later.line}
    return render(request, "cloud/survey_changes.html", context)


@access.requires("cloud:OpenSurveys")
@never_cache
@require_safe
def file(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """The organisation as the policy lab reads it."""
    answer = HttpResponse(
        organisation_file(selectors.survey_document(survey_id)), content_type="application/json"
    )
    answer["Content-Disposition"] = f'attachment; filename="organisation-{survey_id}.json"'
    return answer


def _measured_by(measured: Mapping[str, Any]) -> str:
    """The version of the baseline, with what the environment is spared from."""
    without = ", ".join(measured.get("without", ()))
    version = measured.get("version", "–")
    return (
        worded(_("%(version)s（例外：%(without)s）"))
        % {
            "version": version,
            "without": without,
        }
        if without
        else version
    )


def _state_of_ours(measured: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """How the environment stood when it was read: one that is being changed may lack what it will get."""
    if "state" not in measured:
        return []
    return [(_("環境の状態（読んだとき）"), EnvironmentState(measured["state"]).label)]


def _listed(steps: tuple[str, ...], titles: dict[str, Bilingual]) -> str:
    """The first steps by their titles, and how many more: a list with all of them would hide the accounts."""
    language = current_language()
    known = [titles[one].in_language(language) if one in titles else one for one in steps[:_NAMED]]
    left = len(steps) - len(known)
    if not known:
        return "–"
    if language == "ja":
        return "、".join(known) + (f"、ほか{left}件" if left else "")
    return ", ".join(known) + (f" and {left} more" if left else "")


def _can_be_surveyed(key: str) -> bool:
    try:
        return isinstance(engine_of(key), Surveyed)
    except EngineUnknown:
        return False


def _job(line: selectors.SurveyLine) -> Any:
    if line.state != _SURVEY.RUNNING or line.job_id is None:
        return None
    try:
        return jobs.view(line.job_id)
    except jobs.JobNotFound:
        return None
