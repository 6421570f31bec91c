"""Applications by post: enter them, see which are open, take one back (郵送申請の画面)."""

from __future__ import annotations

import unicodedata
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

from hashira.certificates.selectors.people import Municipality, registers_of
from hashira.certificates.selectors.postal import (
    ApplicationView,
    application_view,
    applications_of,
    open_references,
)
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.services.postal import (
    enter_application,
    reopen_applications,
    withdraw_application,
)
from hashira.certificates.services.protection import require_person
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.tables import Column, Order, Table

_ACTION = "certificates:EnterApplication"
STATES = (
    ("open", _("受付中")),
    ("taken", _("一括印刷に入った（未発行）")),
    ("printed", _("発行した")),
    ("withdrawn", _("取下げ")),
)


class ApplicationForm(forms.Form):
    """Who applied, and when the letter came."""

    reference = django_forms.CharField(
        label=_("宛名番号"), max_length=32, widget=django_forms.TextInput(attrs={"autocomplete": "off"})
    )
    received_on = forms.EraDateField(label=_("受付日"), help_text=_("申請書が届いた日"))

    def clean_reference(self) -> str:
        """As the register has it: full-width digits are read as narrow ones."""
        return unicodedata.normalize("NFKC", str(self.cleaned_data["reference"])).strip()


def _address(line: ApplicationView) -> str:
    return reverse("certificates:application", args=[line.id])


@access.requires(_ACTION)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The applications, those that are open first, and the form for the next letter."""
    registers = registers_of(request.principal)
    register = _chosen(request, registers)
    initial = {"received_on": request.GET.get("received") or today_in_japan(SystemClock())}
    form = ApplicationForm(request.POST or None, initial=initial)
    if request.method == "POST" and register is not None and form.is_valid():
        try:
            made = enter_application(
                actor=request.principal,
                organisation_id=register.id,
                reference=form.cleaned_data["reference"],
                received_on=form.cleaned_data["received_on"],
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            return HttpResponseRedirect(f"{reverse('certificates:applications')}?entered={made}")
    rows = applications_of(request.principal, [one.id for one in registers])
    table = Table(
        columns=(
            Column("reference", _("宛名番号"), sortable=True, heading=True, link=_address),
            Column("name", _("氏名"), sortable=True),
            Column("received_on", _("受付日"), sortable=True),
            Column("entered_at", _("入力日時"), sortable=True),
            Column("state", _("状態"), choices=STATES, filterable=True),
        ),
        rows=rows,
        request=request,
        caption=_("郵送申請の一覧"),
        initial_order=Order(key="entered_at", falling=True),
        stacked=True,
        empty=_("郵送申請はまだありません"),
    )
    if table.wants_csv:
        return table.csv_response("郵送申請.csv")
    context = {
        "table": table,
        "form": form,
        "registers": registers,
        "register": register,
        "waiting": len(open_references(register.id)) if register else 0,
        "entered": next((row for row in rows if str(row.id) == request.GET.get("entered")), None),
    }
    return render(request, "certificates/postal/index.html", context, status=status_of(request))


@access.requires(_ACTION)
@never_cache
@require_safe
def show(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """One application, with the way to take it back."""
    view = application_view(request.principal, application_id)
    require_person(request.principal, _ACTION, person_resource(view.person_id, view.organisation_id))
    context = {
        "view": view,
        "facts": [
            (_("宛名番号"), view.reference),
            (_("氏名"), view.name),
            (_("受付日"), view.received_on),
            (_("入力日時"), view.entered_at),
            (_("入力した職員"), view.entered_by),
            (_("状態"), dict(STATES)[view.state]),
        ],
    }
    return render(request, "certificates/postal/show.html", context)


@access.requires(_ACTION)
@never_cache
@require_POST
def withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Takes an application back that was entered by mistake."""
    withdraw_application(actor=request.principal, application_id=application_id, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:application", args=[application_id]))


@access.requires("certificates:PrintBatch")
@never_cache
@require_POST
def reopen(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Gives back the applications for which a batch has made nothing."""
    reopen_applications(actor=request.principal, batch_id=batch_id)
    return HttpResponseRedirect(reverse("certificates:applications"))


def _chosen(request: HttpRequest, registers: tuple[Municipality, ...]) -> Municipality | None:
    wanted: Any = request.POST.get("register") or request.GET.get("register", "")
    return next((r for r in registers if str(r.id) == wanted), registers[0] if registers else None)
