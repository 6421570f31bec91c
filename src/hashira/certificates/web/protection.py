"""Supervisors protect people, open them with a reason, and look at the alerts (支援措置の画面)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hashira.certificates.domain.protection import ALERT_NAMES, GROUND_NAMES, Ground, ProtectionPeriod
from hashira.certificates.selectors.people import PersonView, person_view
from hashira.certificates.selectors.protection import (
    Alert,
    alerts_at,
    ending_soon,
    protections_of,
    supervised,
)
from hashira.certificates.services.person import view_person
from hashira.certificates.services.protection import (
    PersonMasked,
    acknowledge_alerts,
    lift_protection,
    open_protected,
    protect_person,
)
from hashira.certificates.web.masking import ReasonForm, masked_page
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.tables import Column, Table
from hashira.ui.wording import worded

_STATES = (("open", _("未確認")), ("seen", _("確認済み")))
_REFUSED = (("True", _("止めた")), ("False", _("行われた")))


class ProtectionForm(forms.Form):
    """The decision on a measure of protection."""

    ground = django_forms.ChoiceField(label=_("事由"))
    starts_on = forms.EraDateField(label=_("始まりの日"))
    ends_on = forms.EraDateField(
        label=_("終わりの日"), help_text=_("この日まで有効です。1年以内の日を入れてください")
    )
    reason = django_forms.CharField(
        label=_("決定の理由"), max_length=400, help_text=_("決定通知の番号や、意見を聴いた相談機関など")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [("", _("選んでください"))] + [
            (ground.value, worded(GROUND_NAMES[ground])) for ground in Ground
        ]


@access.requires("certificates:ViewAlerts")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def protection(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The periods of protection of a person, and a new one. Of the person only the reference is shown."""
    view = _person(request, person_id)
    form = ProtectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            protect_person(
                actor=request.principal,
                person_id=person_id,
                ground=Ground(asked["ground"]),
                period=ProtectionPeriod.decided(
                    asked["starts_on"], asked["ends_on"], today=today_in_japan(SystemClock())
                ),
                reason=asked["reason"],
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            return _back(person_id, "protected")
    return _draw(request, view, status_of(request), form=form)


@access.requires("certificates:ViewAlerts")
@never_cache
@require_POST
def lift(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Lifts the protection before its time."""
    view = _person(request, person_id)
    form = ReasonForm(request.POST, prefix="lift")
    if not form.is_valid():
        return _draw(request, view, 422, lifting=form)
    lift_protection(
        actor=request.principal,
        person_id=person_id,
        reason=form.cleaned_data["reason"],
        at=datetime.now(UTC),
    )
    return _back(person_id, "lifted")


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_record(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Opens a protected person with a reason; for whoever may not, it says who may."""
    view = person_view(person_id)
    may = access.may(request.principal, "certificates:OpenProtected", view.resource)
    if not may or request.method != "POST":
        try:
            view_person(actor=request.principal, person_id=person_id)  # refuses, and tells it
        except PersonMasked:
            if not may:
                raise
            return masked_page(request, view, status=200)  # where one was led to, and may act
        return HttpResponseRedirect(reverse("certificates:person", args=[person_id]))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        open_protected(
            actor=request.principal,
            person_id=person_id,
            reason=form.cleaned_data["reason"],
            at=datetime.now(UTC),
        )
        return HttpResponseRedirect(reverse("certificates:person", args=[person_id]))
    return masked_page(request, view, form, status=status_of(request))


@access.requires("certificates:ViewAlerts")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alerts(request: HttpRequest) -> HttpResponse:
    """What was attempted about protected people; a supervisor says of each that it was looked at."""
    registers = supervised(request.principal)
    if request.method == "POST":
        wanted = [int(one) for one in request.POST.getlist("alert") if one.isdecimal() and len(one) < 19]
        for register in registers:
            acknowledge_alerts(
                actor=request.principal, organisation_id=register, alerts=wanted, at=datetime.now(UTC)
            )
        return HttpResponseRedirect(reverse("certificates:protection-alerts"))
    rows = alerts_at(registers)
    table = _table(request, rows)
    if table.wants_csv:
        return table.csv_response("支援措置の通知.csv")
    waiting = [row for row in rows if row.state == "open"][:100]
    context = {"table": table, "waiting": waiting, "ending": ending_soon(registers)}
    return render(request, "certificates/protection/alerts.html", context)


def _table(request: HttpRequest, rows: tuple[Alert, ...]) -> Table:
    def address(row: Alert) -> str:
        return reverse("certificates:person", args=[row.person_id])

    kinds = tuple((kind.value, worded(name)) for kind, name in ALERT_NAMES.items())
    return Table(
        columns=(
            Column("at", _("日時"), sortable=True, heading=True),
            Column("kind", _("内容"), choices=kinds, filterable=True),
            Column("who", _("だれが"), sortable=True, filterable=True),
            Column("reference", _("宛名番号"), sortable=True, filterable=True, link=address),
            Column("refused", _("結果"), choices=_REFUSED, filterable=True),
            Column("state", _("状態"), choices=_STATES, filterable=True),
            Column("acknowledged_by", _("確認した人")),
        ),
        rows=rows,
        request=request,
        caption=_("支援措置の対象者についての通知"),
    )


def _person(request: HttpRequest, person_id: UUID) -> PersonView:
    view = person_view(person_id)
    access.require(request.principal, "certificates:ProtectPerson", view.resource)
    return view


def _draw(
    request: HttpRequest,
    view: PersonView,
    status: int,
    *,
    form: ProtectionForm | None = None,
    lifting: ReasonForm | None = None,
) -> HttpResponse:
    periods = protections_of(view.id)
    context = {
        "person_id": view.id,
        "reference": view.reference,
        "periods": periods,
        "in_force": any(period.in_force for period in periods),
        "liftable": any(
            period.lifted_at is None and period.ends_on >= today_in_japan(SystemClock()) for period in periods
        ),
        "form": form or ProtectionForm(),
        "lifting": lifting or ReasonForm(prefix="lift"),
        "saved": request.GET.get("saved", ""),
    }
    return render(request, "certificates/protection/person.html", context, status=status)


def _back(person_id: UUID, saved: str) -> HttpResponseRedirect:
    address = reverse("certificates:person-protection", args=[person_id])
    return HttpResponseRedirect(f"{address}?saved={saved}")
