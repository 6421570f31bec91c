"""Acting for another municipality: the agreement, its counter, what was done (代替執行の画面)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.delegation import COVERED_NAMES, DEED_NAMES, Covered, Ground
from hashira.certificates.selectors.delegated_acts import MOST_ACTS, acts_of
from hashira.certificates.selectors.delegation import (
    DelegationView,
    may_be_shown_elsewhere,
    other_municipalities,
)
from hashira.certificates.selectors.people import Municipality, registers_of
from hashira.certificates.services.counter import open_delegated_visit
from hashira.certificates.services.delegated_search import search_delegated
from hashira.certificates.services.delegation import ask_agreement, open_delegation
from hashira.certificates.web.delegations import chosen_kinds, kinds_field
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import worded

_COVERS = (Covered.MOVED_OUT, Covered.EVERYONE)
_DEEDS = tuple((deed.value, name) for deed, name in DEED_NAMES.items())
_STATES = (("valid", _("有効")), ("revoked", _("失効")), ("superseded", _("差し替えました")))


class AgreementForm(forms.Form):
    """What two bodies agreed: whose records, which certificates, from when to when."""

    owner = django_forms.ChoiceField(label=_("記録のある市区町村"))
    agreement = django_forms.CharField(
        label=_("協定の名前と日付"),
        max_length=200,
        help_text=_("例: 予防接種証明書の交付事務の代替執行に関する協定（令和8年4月1日）"),
    )
    covers = django_forms.ChoiceField(label=_("対象の人"), widget=django_forms.RadioSelect)
    starts_on = forms.EraDateField(label=_("開始日"))
    until = forms.EraDateField(label=_("期限"), help_text=_("この日まで発行できます。5年以内"))
    reason = django_forms.CharField(label=_("申出の理由"), max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        registers: tuple[Municipality, ...] = kwargs.pop("registers")
        super().__init__(*args, **kwargs)
        others = other_municipalities([register.id for register in registers])
        self.fields["owner"].choices = [("", _("選んでください")), *((k, worded(v)) for k, v in others)]
        self.fields["covers"].choices = [(one.value, worded(COVERED_NAMES[one])) for one in _COVERS]
        self.fields["kinds"] = kinds_field(required=True)
        self.order_fields(["owner", "agreement", "covers", "kinds"])


class SearchForm(forms.Form):
    """Who stands at the counter: both are asked for, so that nobody leafs through another register."""

    name = django_forms.CharField(
        label=_("氏名（漢字またはカナ）"),
        max_length=200,
        help_text=_("全部を入れてください。はじめの部分だけでは探せません"),
        widget=django_forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    birth_date = forms.EraDateField(label=_("生年月日"))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Asks the other side to enter an agreement."""
    registers = registers_of(request.principal)
    form = AgreementForm(request.POST or None, registers=registers)
    if request.method == "POST" and registers and form.is_valid():
        given = form.cleaned_data
        try:
            made = ask_agreement(
                actor=request.principal,
                requester_id=registers[0].id,
                owner_id=UUID(given["owner"]),
                agreement=given["agreement"],
                covers=Covered(given["covers"]),
                kinds=chosen_kinds(form),
                reason=given["reason"],
                starts_on=given["starts_on"],
                until=given["until"],
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            return HttpResponseRedirect(reverse("certificates:delegation", args=[made]))
    context = {"form": form, "register": registers[0] if registers else None}
    return render(request, "certificates/delegations/agreement.html", context, status=status_of(request))


@access.requires("certificates:ServeAtCounter")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """Whom to serve in the other body's place: those who were named, or whom the agreement lets one find."""
    view = _issuing(request, delegation_id)
    context: dict[str, object] = {"view": view}
    if view.ground is Ground.MOVE:
        context["people"] = [one for one in view.people if one.person and may_be_shown_elsewhere(one.person)]
        return render(request, "certificates/delegations/counter.html", context, status=status_of(request))
    form = SearchForm(request.POST if request.method == "POST" else None)
    context["form"] = form
    if request.method != "POST" or not form.is_valid():
        return render(request, "certificates/delegations/counter.html", context, status=status_of(request))
    context["asked"] = True
    context["found"] = search_delegated(
        actor=request.principal,
        delegation_id=delegation_id,
        name=form.cleaned_data["name"],
        birth_date=form.cleaned_data["birth_date"],
        at=datetime.now(UTC),
    )
    return render(request, "certificates/delegations/counter.html", context)


@access.requires("certificates:ServeAtCounter")
@never_cache
@require_POST
def begin(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """Takes one of them; the page of the visit is the one of the own counter."""
    try:
        person_id = UUID(request.POST.get("person", ""))
    except ValueError:
        raise Http404 from None
    opened = open_delegated_visit(
        actor=request.principal, delegation_id=delegation_id, person_id=person_id, at=datetime.now(UTC)
    )
    return HttpResponseRedirect(reverse("certificates:counter-visit", args=[opened]))


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def acts(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """All that was done under a delegation, for both sides."""
    view = open_delegation(actor=request.principal, delegation_id=delegation_id)
    owner = view.owner_id in {register.id for register in registers_of(request.principal)}
    lines = acts_of(view, for_owner=owner)
    table = Table(
        columns=(
            Column("at", _("日時"), sortable=True, heading=True),
            Column("deed", _("したこと"), choices=_DEEDS, filterable=True),
            Column(
                "person",
                _("だれの記録"),
                link=(
                    lambda row: (
                        reverse("certificates:person", args=[row.person_id]) if row.person_id else None
                    )
                )
                if owner
                else None,
            ),
            *((Column("reference", _("宛名番号")),) if owner else ()),
            Column("number", _("証明書ID"), sortable=True),
            Column("state", _("証明書の状態"), choices=_STATES, filterable=True),
            Column("by", _("担当した職員"), filterable=True),
        ),
        rows=lines,
        request=request,
        caption=_("委任で行われたこと"),
        initial_order=Order(key="at", falling=True),
        stacked=True,
        empty=_("まだ何も行われていません"),
    )
    if table.wants_csv:
        return table.csv_response("委任で行われたこと.csv")
    context = {
        "view": view,
        "table": table,
        "owner": owner,
        "cut": MOST_ACTS if len(lines) == MOST_ACTS else 0,
    }
    return render(request, "certificates/delegations/acts.html", context)


def _issuing(request: HttpRequest, delegation_id: UUID) -> DelegationView:
    """The delegation, if it lets the own staff issue today; its page says why it does not."""
    view = open_delegation(actor=request.principal, delegation_id=delegation_id)
    registers = {register.id for register in registers_of(request.principal)}
    if (
        view.requester_id not in registers
        or not view.kinds
        or not view.open_on(today_in_japan(SystemClock()))
    ):
        raise Http404
    return view
