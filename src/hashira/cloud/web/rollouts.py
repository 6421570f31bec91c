"""Versions of the baseline and their rollouts: how far, and who loses what (段階適用の画面)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.adapters.recorded_calls import Skipped, recorded_calls
from hashira.cloud.domain.baseline.versions import differences
from hashira.cloud.domain.baseline_terms import FIRST
from hashira.cloud.domain.policy.calls import Call
from hashira.cloud.domain.rollout import EntryState, RolloutRefused, RolloutState
from hashira.cloud.selectors import rollouts as selectors
from hashira.cloud.selectors.baseline_versions import VersionLine, baseline_versions, current_terms
from hashira.cloud.services import rollouts as services
from hashira.cloud.web.form_pages import attempt, form_page, now
from hashira.cloud.web.guardrail_forms import DecisionForm
from hashira.cloud.web.names import ROLLOUT_ACTS, ROLLOUT_HALTS
from hashira.cloud.web.rollout_forms import RolloutForm
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Event, Link
from hashira.ui.tables import Column, Order, Table

MOST_CALLS = 1_000_000
"""Of a file that is sent to the page; the command reads any number."""
VERSIONS = Bilingual("基準の版", "Versions of the baseline")
_STATE = RolloutState
_WAVE = pgettext_lazy("a rollout", "段階")
STATES = tuple((one.value, one.label) for one in RolloutState)
STATE_KINDS = {
    _STATE.PROPOSED: "wait",
    _STATE.RUNNING: "info",
    _STATE.HALTED: "error",
    _STATE.RETURNING: "info",
    _STATE.DONE: "success",
    _STATE.RETURNED: "neutral",
    _STATE.REFUSED: "neutral",
}
"""The kind of the status chip."""
_ENTRY_STATES = tuple((one.value, one.label) for one in EntryState)


@access.requires("cloud:OpenRollouts")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The versions with how many environments are under each, and all rollouts."""
    table = Table(
        columns=(
            Column("version", _("版"), heading=True, filterable=True, link=_address),
            Column("state", _("状態"), choices=STATES, filterable=True, value=lambda one: one.state.value),
            Column("wave", _WAVE, value=lambda one: f"{one.wave}／{len(one.waves)}"),
            Column("reason", _("変える理由"), filterable=True),
            Column("asked_at", _("提案した日時"), sortable=True),
            Column("ended_at", _("終わった日時"), sortable=True),
        ),
        rows=selectors.rollout_views(),
        request=request,
        caption=_("段階適用"),
        stacked=True,
        empty=_("段階適用はまだありません。どの環境も、はじめの版です"),
    )
    if table.wants_csv:
        return table.csv_response("rollouts.csv")
    versions = baseline_versions()
    context = {
        "table": table,
        "versions": [(one, _sets(one)) for one in versions],
        "may_propose": access.may(request.principal, "cloud:ProposeRollout", selectors.rollout_resource()),
    }
    return render(request, "cloud/rollouts.html", context)


@access.requires("cloud:OpenRollouts")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Proposes a version; nothing happens to any environment before two others have approved."""
    if not access.may(request.principal, "cloud:ProposeRollout", selectors.rollout_resource()):
        raise Http404
    form = RolloutForm(request.POST or None, request.FILES or None, current=current_terms())
    made: list[UUID] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: made.append(_proposed(request, form)))
    ):
        return HttpResponseRedirect(reverse("cloud:rollout", args=[made[0]]))
    return form_page(
        request,
        form,
        title=_("新しい版を提案する"),
        button=_("影響を試算して提案する"),
        back=reverse("cloud:rollouts"),
        parent=Link(VERSIONS, reverse("cloud:rollouts")),
        lead=_("提案すると、だれが何を失うかを試算します。別の二人が承認するまで、どの環境も変わりません。"),
    )


@access.requires("cloud:OpenRollouts")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, rollout_id: UUID) -> HttpResponse:
    """One rollout: who loses what, each wave, each environment, what was done, and what may be done now."""
    view = selectors.rollout_view(rollout_id)
    acts = _acts(request, view)
    form = DecisionForm(request.POST or None, initial={"act": acts[0][0] if acts else ""})
    form.fields["act"].choices = acts
    form.fields["words"].label, form.fields["words"].help_text = (
        _("理由"),
        _("承認のほかは、必ず書いてください"),
    )
    status = 200
    if request.method == "POST":
        if not acts:
            raise Http404
        if form.is_valid() and attempt(form, lambda: _carry_out(request, view, form)):
            return HttpResponseRedirect(reverse("cloud:rollout", args=[rollout_id]))
        status = 422
    table = _entries(request, view)
    if table.wants_csv:
        return table.csv_response("rollout.csv")
    names = selectors.rollout_names(view)
    total = sum(wave.total for wave in view.waves)
    context = {
        "view": view,
        "form": form if acts else None,
        "chip": (STATE_KINDS[view.state], view.state.label),
        "table": table,
        "facts": [
            (_("変える理由"), view.reason),
            (
                _("変わること"),
                tuple(Bilingual(one["ja"], one["en"]) for one in view.impact.get("differences", ())),
            ),
            (_("止めずに続ける失敗の件数"), view.tolerated),
            (_("段階の間に様子を見る時間（分）"), view.pause_minutes),
            (_("提案した人"), names.get(view.asked_by, view.asked_by)),
            (_("一人目の承認"), names.get(view.first_by, view.first_by) or "–"),
            (_("二人目の承認"), names.get(view.second_by, view.second_by) or "–"),
        ],
        "impact": view.impact,
        "calls": view.impact.get("calls", {}),
        "events": [_event(one, names) for one in reversed(view.acts)],
        "moving": view.state in {_STATE.RUNNING, _STATE.RETURNING},
        "total": total,
        "settled": sum(wave.settled for wave in view.waves),
    }
    return render(request, "cloud/rollout.html", context, status=status)


def _proposed(request: HttpRequest, form: RolloutForm) -> UUID:
    skipped = Skipped()
    return services.propose_rollout(
        actor=request.principal,
        terms=form.terms(),
        reason=form.cleaned_data["reason"],
        waves=form.waves(),
        tolerated=form.cleaned_data["tolerated"],
        pause_minutes=form.cleaned_data["pause_hours"] * 60,
        calls=_uploaded(form.cleaned_data["calls"], skipped),
        at=now(),
    )


def _uploaded(file: Any, skipped: Skipped) -> Iterator[Call]:
    """The calls of a file. Raises ``RolloutRefused`` for one in which there is none."""
    if file is None:
        return
    count = 0
    try:
        with gzip.open(file, "rb") if file.name.endswith(".gz") else nullcontext(file) as lines:
            for call in recorded_calls(lines, skipped):
                count += 1
                if count > MOST_CALLS:
                    raise _unreadable(f"> {MOST_CALLS:,}")
                yield call
    except (EOFError, OSError, zlib.error) as error:
        raise _unreadable(str(error)) from error
    if not count:
        raise _unreadable(skipped.first[0] if skipped.first else "")


def _unreadable(why: str) -> RolloutRefused:
    return RolloutRefused(
        field="calls",
        reason=Bilingual(f"記録を読めません。{why}", f"The records cannot be read. {why}"),
    )


def _entries(request: HttpRequest, view: selectors.RolloutView) -> Table:
    return Table(
        columns=(
            Column(
                "body_name",
                _("団体"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:environment", args=[one.environment_id]),
            ),
            Column("system_name", _("システム"), sortable=True, filterable=True),
            Column("stage", _("環境の区分")),
            Column("wave", _WAVE, sortable=True, filterable=True),
            Column(
                "state",
                _("状態"),
                choices=_ENTRY_STATES,
                sortable=True,
                filterable=True,
                value=lambda one: one.state.value,
            ),
            Column("version", _("いまの版")),
            Column("problem", _("失敗の理由"), value=lambda one: one.problem.why if one.problem else ""),
            Column("ended_at", _("終わった日時"), sortable=True),
        ),
        rows=selectors.EntryRows(view.id),
        request=request,
        caption=_("環境ごとの進み具合"),
        initial_order=Order(key="wave"),
        stacked=True,
        empty=_("まだどの環境にも適用していません"),
    )


def _acts(request: HttpRequest, view: selectors.RolloutView) -> list[tuple[str, object]]:
    who, resource = request.principal, view.resource
    steers = access.may(who, "cloud:SteerRollout", resource)
    found: list[tuple[str, object]] = []
    if view.state is _STATE.PROPOSED:
        if access.may(who, "cloud:ApproveRollout", resource):
            found += [("approve", _("承認する")), ("refuse", _("見送る"))]
        elif steers:
            found.append(("withdraw", _("提案を取り下げる")))
    if steers and view.state is _STATE.RUNNING:
        found.append(("halt", _("止める")))
    if steers and view.state is _STATE.HALTED:
        found.append(("resume", _("続ける（失敗した環境からやり直す）")))
    if steers and view.state in {_STATE.RUNNING, _STATE.HALTED, _STATE.DONE}:
        found.append(("return", _("すべての環境を前の版に戻す")))
    return found


def _carry_out(request: HttpRequest, view: selectors.RolloutView, form: DecisionForm) -> None:
    act, words = form.cleaned_data["act"], form.cleaned_data["words"]
    if act == "approve":
        services.approve_rollout(actor=request.principal, rollout_id=view.id, at=now())
        return
    acts = {
        "refuse": services.refuse_rollout,
        "withdraw": services.withdraw_rollout,
        "halt": services.halt_rollout,
        "resume": services.resume_rollout,
        "return": services.return_rollout,
    }
    acts[act](actor=request.principal, rollout_id=view.id, reason=words, at=now())


def _event(act: selectors.RolloutActLine, names: dict[str, str]) -> Event:
    told = [str(act.facts["reason"])] if act.facts.get("reason") else []
    if act.facts.get("why"):
        told.append(str(ROLLOUT_HALTS[act.facts["why"]]))
    if "environments" in act.facts:
        said = {"wave": act.facts["wave"], "count": act.facts["environments"]}
        told.append(str(_("第%(wave)s段階（環境%(count)s件）") % said))
    elif act.facts.get("wave"):
        told.append(str(_("第%(wave)s段階") % {"wave": act.facts["wave"]}))
    if act.actor in names:
        told.append(names[act.actor])
    return Event(act.at, ROLLOUT_ACTS.get(act.act, act.act), body=" ".join(told))


def _address(one: selectors.RolloutView) -> str:
    return reverse("cloud:rollout", args=[one.id])


def _sets(one: VersionLine) -> tuple[Bilingual, ...]:
    """What a version has otherwise than the one that came with the program."""
    return differences(FIRST, one.terms)
