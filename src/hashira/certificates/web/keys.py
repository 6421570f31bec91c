"""Signing keys and the acts on them that two administrators agree to (署名鍵の運用)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.certificates.domain import hcert, shc, vds_nc
from hashira.certificates.selectors.key_acts import ActLine, KeyLine, act_lines, key_lines, progress_of
from hashira.certificates.services import key_life
from hashira.certificates.store.models import KeyApproval
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.tables import Column, Table

_STATES = (
    ("in-use", _("使用中")),
    ("spare", _("公開済み・署名に使わない")),
    ("retired", _("引退")),
    ("compromised", _("危殆化")),
)
_ACTS = (
    ("rotate", _("切替え（後継の鍵で署名する）")),
    ("retire", _("引退（署名をやめ、確かめには使う）")),
    ("compromise", _("危殆化（すべての証明書を失効させる）")),
)
_DECISIONS = (
    ("waiting", _("承認待ち")),
    ("expired", _("期限切れ")),
    ("approved", _("承認")),
    ("rejected", _("却下")),
)
_FORMATS = (
    (shc.NAME, _("国内用（カード）")),
    (vds_nc.NAME, _("海外用（VDS-NC）")),
    (hcert.NAME, _("EU・WHO（文書署名者）")),
)


class ActForm(forms.Form):
    """What is to be done with the key, and why."""

    act = django_forms.ChoiceField(label=_("鍵の操作"), choices=_ACTS, widget=django_forms.RadioSelect)
    successor = django_forms.CharField(
        label=_("後継の鍵の名前"),
        max_length=63,
        required=False,
        help_text=_("切替えには必要です。鍵の保管場所にある名前を入れてください"),
    )
    reason = django_forms.CharField(
        label=_("理由"), max_length=400, help_text=_("承認する人が読み、監査記録に残ります")
    )


class DecisionForm(forms.Form):
    """No field: the button that was pressed says the decision."""


@access.requires("certificates:ViewKeys")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The keys with their state, and the requests with theirs."""
    table = Table(
        columns=(
            Column("label", _("鍵の名前"), sortable=True, heading=True, link=_to_request),
            Column("format", _("形式"), choices=_FORMATS, filterable=True),
            Column("state", _("状態"), choices=_STATES, filterable=True),
            Column("published_at", _("公開日時"), sortable=True),
            Column("ended_at", _("使用を終えた日時"), sortable=True),
            Column("kid", _("鍵の識別子（先頭）"), value=lambda line: line.kid[:12]),
        ),
        rows=key_lines(request.principal),
        request=request,
        caption=_("公開した署名鍵"),
        stacked=True,
    )
    if table.wants_csv:
        return table.csv_response("keys.csv")
    acts = Table(
        columns=(
            Column("requested_at", _("申請日時"), sortable=True, heading=True, link=_to_act),
            Column("label", _("鍵の名前")),
            Column("act", _("鍵の操作"), choices=_ACTS),
            Column("requested_by", _("申請した人")),
            Column("state", _("状態"), choices=_DECISIONS),
            Column("expires_at", _("承認の期限")),
        ),
        rows=act_lines(request.principal, datetime.now(UTC)),
        request=request,
        caption=_("鍵の操作の申請"),
        name="acts",
        stacked=True,
        downloadable=False,
        empty=_("申請はまだありません"),
    )
    return render(request, "certificates/keys/index.html", {"table": table, "acts": acts})


@access.requires("certificates:RequestKeyAct")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, kid: str) -> HttpResponse:
    """Asks for an act on the key; somebody else decides."""
    key = next((line for line in key_lines(request.principal) if line.kid == kid), None)
    if key is None:
        raise Http404
    form = ActForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = key_life.request_act(
                actor=request.principal,
                kid=kid,
                act=KeyApproval.Act(form.cleaned_data["act"]),
                successor=form.cleaned_data["successor"],
                reason=form.cleaned_data["reason"],
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            return HttpResponseRedirect(reverse("certificates:key-act", args=[made]))
    context = {"form": form, "key": key, "state": dict(_STATES)[key.state]}
    return render(request, "certificates/keys/ask.html", context, status=status_of(request))


@access.requires("certificates:ViewKeys")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """A request with its decision; a second administrator decides here, and its job shows how far it is."""
    now = datetime.now(UTC)
    line = next((one for one in act_lines(request.principal, now) if one.id == act_id), None)
    if line is None:
        raise Http404
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        decision = request.POST.get("decision")
        if decision not in ("approve", "reject"):
            form.add_error(None, _("承認か却下を選んでください"))
        else:
            try:
                key_life.decide(
                    actor=request.principal, approval_id=act_id, approved=decision == "approve", at=now
                )
            except HashiraError as error:
                blame(form, error)
            else:
                return HttpResponseRedirect(reverse("certificates:key-act", args=[act_id]))
    context = {
        "form": form,
        "line": line,
        "job": progress_of(request.principal, line),
        "facts": [
            (_("鍵の名前"), line.label),
            (_("鍵の識別子"), line.kid),
            (_("鍵の操作"), dict(_ACTS)[line.act]),
            (_("後継の鍵の名前"), line.successor),
            (_("理由"), line.reason),
            (_("申請した人"), line.requested_by),
            (_("申請日時"), line.requested_at),
            (_("承認の期限"), line.expires_at),
            (_("状態"), dict(_DECISIONS)[line.state]),
            (_("決めた人"), line.decided_by),
            (_("決めた日時"), line.decided_at),
        ],
    }
    return render(request, "certificates/keys/act.html", context, status=status_of(request))


def _to_request(line: KeyLine) -> str:
    return "" if line.state == "compromised" else reverse("certificates:key-ask", args=[line.kid])


def _to_act(line: ActLine) -> str:
    return reverse("certificates:key-act", args=[line.id])
