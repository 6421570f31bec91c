"""Asking another municipality to be let look up people and issue for it, answering, looking (委任の画面)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.certificate_kind import TITLES, CertificateKind
from hashira.certificates.domain.delegation import COVERED_NAMES, GROUND_NAMES, ISSUABLE, Covered, Ground
from hashira.certificates.selectors.delegation import (
    DelegationView,
    candidates,
    delegations_in_force,
    delegations_of,
    other_municipalities,
)
from hashira.certificates.selectors.people import Municipality, registers_of
from hashira.certificates.services.delegation import (
    answer_agreement,
    answer_delegation,
    ask_delegation,
    end_delegation,
    open_delegation,
    view_delegated,
)
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import shown_date, worded

GROUNDS = tuple((ground.value, name) for ground, name in GROUND_NAMES.items())
PEOPLE = 5
"""How many people the form has room for; a request may be followed by another."""
STATES = (
    ("asked", _("回答待ち")),
    ("coming", _("開始前")),
    ("granted", _("許可")),
    ("over", _("期限切れ")),
    ("refused", _("不許可")),
    ("withdrawn", _("取下げ・取消し")),
)


KINDS = tuple((kind.value, TITLES[kind]) for kind in ISSUABLE)
"""What a delegation may let the other side issue."""


def kinds_field(*, required: bool) -> django_forms.MultipleChoiceField:
    """The kinds of certificates that are to be issued for the other side."""
    return django_forms.MultipleChoiceField(
        label=_("代わって発行する証明書"),
        required=required,
        choices=[(value, worded(name)) for value, name in KINDS],
        widget=django_forms.CheckboxSelectMultiple,
        help_text=_("発行した証明書は、記録のある市区町村の名前と番号で出ます")
        if required
        else _("選ばなければ、見るだけの委任です。発行した証明書は、記録のある市区町村の名前と番号で出ます"),
    )


def chosen_kinds(form: forms.Form) -> tuple[CertificateKind, ...]:
    """What was ticked."""
    return tuple(CertificateKind(value) for value in form.cleaned_data["kinds"])


class RequestForm(forms.Form):
    """Whom to ask about whom, for how long, and why."""

    owner = django_forms.ChoiceField(label=_("記録のある市区町村"))
    reason = django_forms.CharField(
        label=_("申出の理由"), max_length=400, help_text=_("例: 転入者の定期接種の接種歴を確かめるため")
    )
    until = forms.EraDateField(label=_("期限"), help_text=_("この日まで見られます。1年以内"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._registers: tuple[Municipality, ...] = kwargs.pop("registers")
        super().__init__(*args, **kwargs)
        others = other_municipalities([register.id for register in self._registers])
        self.fields["owner"].choices = [("", _("選んでください")), *((k, worded(v)) for k, v in others)]
        self.fields["kinds"] = kinds_field(required=False)
        for number in range(1, PEOPLE + 1):
            self.fields[f"name_{number}"] = django_forms.CharField(
                label=_("氏名（%(n)s人目）") % {"n": number}, max_length=200, required=number == 1
            )
            self.fields[f"born_{number}"] = forms.EraDateField(
                label=_("生年月日（%(n)s人目）") % {"n": number}, required=number == 1
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in range(2, PEOPLE + 1):
            name, born = cleaned.get(f"name_{number}"), cleaned.get(f"born_{number}")
            if bool(name) != bool(born) and f"born_{number}" not in self.errors:
                self.add_error(
                    f"born_{number}" if name else f"name_{number}", _("氏名と生年月日の両方を入れてください")
                )
        return cleaned

    def people(self) -> list[tuple[str, Any]]:
        """Those who were named."""
        given = self.cleaned_data
        return [
            (given[f"name_{n}"], given[f"born_{n}"]) for n in range(1, PEOPLE + 1) if given.get(f"name_{n}")
        ]


class AnswerForm(forms.Form):
    """Whose record is opened, and what the other side is told."""

    answer = django_forms.CharField(label=_("回答の理由"), max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        view: DelegationView = kwargs.pop("view")
        super().__init__(*args, **kwargs)
        offered = candidates(view)
        reason = self.fields.pop("answer")
        for one in view.people:
            self.fields[f"person_{one.id}"] = django_forms.ChoiceField(
                label=f"{one.name}（{shown_date(one.birth_date)}）",
                required=False,
                widget=django_forms.RadioSelect,
                choices=[
                    *(
                        (str(found.id), f"{found.name}（{found.reference}）" + _moved(found.moved_out_on))
                        for found in offered[one.id]
                    ),
                    ("", _("見せない")),
                ],
            )
        self.fields["answer"] = reason
        self._view = view

    def granted(self) -> dict[int, UUID]:
        """The people who were chosen, by the number of the name."""
        chosen = {one.id: self.cleaned_data[f"person_{one.id}"] for one in self._view.people}
        return {number: UUID(person) for number, person in chosen.items() if person}


class AgreementAnswerForm(forms.Form):
    """Whether the own records are opened to the counter of the other body."""

    decision = django_forms.ChoiceField(
        label=_("回答"),
        choices=(("grant", _("許可する")), ("refuse", _("許可しない"))),
        widget=django_forms.RadioSelect,
    )
    answer = django_forms.CharField(label=_("回答の理由"), max_length=400)


def _moved(day: Any) -> str:
    return str(_("　転出日 %(day)s") % {"day": shown_date(day)}) if day else ""


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What the own municipality asked for and was asked for."""
    registers = {register.id for register in registers_of(request.principal)}
    today = today_in_japan(SystemClock())
    table = Table(
        columns=(
            Column(
                "asked_at",
                _("申出日時"),
                sortable=True,
                heading=True,
                link=lambda row: reverse("certificates:delegation", args=[row.id]),
            ),
            Column(
                "direction",
                _("向き"),
                filterable=True,
                choices=(("out", _("申し出た")), ("in", _("申し出を受けた"))),
                value=lambda row: "out" if row.requester_id in registers else "in",
            ),
            Column("ground", _("もとになること"), choices=GROUNDS, filterable=True),
            Column("requester", _("申し出た市区町村")),
            Column("owner", _("記録のある市区町村")),
            Column("covers", _("対象の人"), value=concerned),
            Column("kinds", _("発行できるもの"), value=issuable),
            Column("until", _("期限"), sortable=True),
            Column(
                "state",
                _("状態"),
                choices=STATES,
                filterable=True,
                value=lambda row: row.shown_state(today),
            ),
        ),
        rows=delegations_of(registers),
        request=request,
        caption=_("照会と発行の委任"),
        initial_order=Order(key="asked_at", falling=True),
        stacked=True,
        empty=_("照会と発行の委任はまだありません"),
    )
    if table.wants_csv:
        return table.csv_response("委任.csv")
    context = {"table": table, "issuing": delegations_in_force(registers, today)}
    return render(request, "certificates/delegations/index.html", context)


def concerned(view: DelegationView) -> object:
    """Whom it concerns, with their number where it names them."""
    name = COVERED_NAMES[view.covers]
    if view.covers is Covered.NAMED:
        return Bilingual(f"{name.ja}（{view.count}人）", f"{name.en} ({view.count})")
    return name


def issuable(view: DelegationView) -> object:
    """What may be issued under it."""
    names = [name for value, name in KINDS if value in view.kinds]
    if not names:
        return Bilingual("見るだけ", "Look-up only")
    return Bilingual("、".join(one.ja for one in names), ", ".join(one.en for one in names))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Asks for a delegation."""
    registers = registers_of(request.principal)
    form = RequestForm(request.POST or None, registers=registers)
    if request.method == "POST" and registers and form.is_valid():
        try:
            made = ask_delegation(
                actor=request.principal,
                requester_id=registers[0].id,
                owner_id=UUID(form.cleaned_data["owner"]),
                people=form.people(),
                reason=form.cleaned_data["reason"],
                until=form.cleaned_data["until"],
                kinds=chosen_kinds(form),
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            return HttpResponseRedirect(reverse("certificates:delegation", args=[made]))
    context = {"form": form, "register": registers[0] if registers else None}
    return render(request, "certificates/delegations/new.html", context, status=status_of(request))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """A delegation: its answer for the one side, the people it opens for the other."""
    view = open_delegation(actor=request.principal, delegation_id=delegation_id)
    may_decide = access.may(request.principal, "certificates:DecideDelegation", view.resource)
    asked = view.state == "asked"
    agreed = view.ground is Ground.AGREEMENT
    form: AnswerForm | AgreementAnswerForm | None = None
    if asked and may_decide:
        form = (
            AgreementAnswerForm(request.POST or None)
            if agreed
            else AnswerForm(request.POST or None, view=view)
        )
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            _answer(request, delegation_id, form)
        except HashiraError as error:
            if isinstance(error, access.AccessDenied):
                raise
            blame(form, error)
        else:
            return HttpResponseRedirect(reverse("certificates:delegation", args=[delegation_id]))
    today = today_in_japan(SystemClock())
    registers = {register.id for register in registers_of(request.principal)}
    state = view.shown_state(today)
    context = {
        "view": view,
        "form": form,
        "state": state,
        "mine": view.requester_id in registers,
        "open": view.open_on(today),
        "agreed": agreed,
        "own_request": asked and view.asked_by == request.principal.id,
        "may_end": state in {"asked", "coming", "granted"},
        "facts": [
            (_("もとになること"), GROUND_NAMES[view.ground]),
            *([(_("協定"), view.agreement)] if agreed else []),
            (_("申し出た市区町村"), view.requester),
            (_("記録のある市区町村"), view.owner),
            (_("対象の人"), concerned(view)),
            (_("発行できるもの"), issuable(view)),
            (_("申出の理由"), view.reason),
            *([(_("開始日"), view.starts_on)] if view.starts_on else []),
            (_("期限"), view.until),
            (_("状態"), dict(STATES)[state]),
            (_("申出日時"), view.asked_at),
            *([(_("回答日時"), view.decided_at), (_("回答の理由"), view.answer)] if view.decided_at else []),
            *([(_("終了日時"), view.ended_at)] if view.ended_at else []),
        ],
    }
    return render(request, "certificates/delegations/show.html", context, status=status_of(request))


def _answer(request: HttpRequest, delegation_id: UUID, form: AnswerForm | AgreementAnswerForm) -> None:
    """The answer that was given, for the kind of the request."""
    asked: dict[str, Any] = {
        "actor": request.principal,
        "delegation_id": delegation_id,
        "answer": form.cleaned_data["answer"],
        "at": datetime.now(UTC),
    }
    if isinstance(form, AnswerForm):
        answer_delegation(granted=form.granted(), **asked)
    else:
        answer_agreement(granted=form.cleaned_data["decision"] == "grant", **asked)


@access.requires("certificates:OpenRegister")
@never_cache
@require_POST
def end(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """Takes a delegation back, from either side."""
    end_delegation(actor=request.principal, delegation_id=delegation_id, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:delegation", args=[delegation_id]))


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def person(request: HttpRequest, delegation_id: UUID, person_id: UUID) -> HttpResponse:
    """The record that a delegation opens."""
    record = view_delegated(
        actor=request.principal, delegation_id=delegation_id, person_id=person_id, at=datetime.now(UTC)
    )
    view = open_delegation(actor=request.principal, delegation_id=delegation_id)
    table = Table(
        columns=(
            Column("given_on", _("接種日"), sortable=True, heading=True, value=lambda d: d.dose.given_on),
            Column("product", _("ワクチン"), value=lambda d: d.dose.product.name),
            Column("number", _("回数"), numeric=True, value=lambda d: d.dose.number),
            Column("lot", _("ロット番号"), value=lambda d: d.dose.lot),
        ),
        rows=record.doses,
        request=request,
        caption=_("いま有効な接種記録"),
        stacked=True,
        downloadable=False,
        empty=_("接種記録がありません"),
    )
    facts = [
        (_("氏名"), record.name),
        (_("氏名（カナ）"), record.kana),
        (_("生年月日"), record.birth_date),
        (_("記録のある市区町村"), view.owner),
        (_("期限"), view.until),
    ]
    context = {"view": view, "record": record, "facts": facts, "table": table}
    return render(request, "certificates/delegations/person.html", context)
