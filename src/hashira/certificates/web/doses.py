"""Staff record, correct and withdraw doses (接種記録の追加・訂正・取消の画面)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hashira.certificates.domain.dose import MAX_NUMBER, MAX_PLACE, Dose
from hashira.certificates.domain.dose_history import DoseEvent
from hashira.certificates.domain.vaccine_product import PRODUCTS, product
from hashira.certificates.selectors.people import PersonView
from hashira.certificates.services.dose import (
    DoseNeedsConfirmation,
    correct_dose,
    record_dose,
    void_dose,
)
from hashira.certificates.services.person import view_person
from hashira.certificates.web.register import blame, status_of, to_person
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.wording import worded


class DoseForm(forms.Form):
    """A dose as it stands on the vaccination slip (予診票)."""

    vaccine = django_forms.ChoiceField(label=_("ワクチン"))
    given_on = forms.EraDateField(label=_("接種日"))
    number = django_forms.IntegerField(
        label=_("回数"),
        required=False,
        min_value=1,
        max_value=MAX_NUMBER,
        widget=django_forms.NumberInput(attrs={"data-width": "4"}),
    )
    lot = django_forms.CharField(
        label=_("ロット番号"),
        max_length=40,
        required=False,
        help_text=_("番号だけを入れてください。全角でも構いません"),
        widget=django_forms.TextInput(attrs={"data-width": "12", "autocomplete": "off"}),
    )
    place = django_forms.CharField(label=_("接種場所"), max_length=MAX_PLACE, required=False)
    country = django_forms.CharField(
        label=_("接種した国"),
        max_length=3,
        initial="JPN",
        help_text=_("3文字の国コード。日本は JPN です"),
        widget=django_forms.TextInput(attrs={"data-width": "4"}),
    )
    request_id = django_forms.UUIDField(widget=django_forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = today_in_japan(SystemClock())
        offered = [
            (code, worded(p.name))
            for code, p in PRODUCTS.items()
            if p.retired_on is None or today < p.retired_on or code == self.initial.get("vaccine")
        ]
        self.fields["vaccine"].choices = [("", _("選んでください")), *offered]

    def dose(self) -> Dose:
        """The dose; raises ``DoseNotRecordable``."""
        given = self.cleaned_data
        return Dose(
            product(given["vaccine"]),
            given["given_on"],
            lot=given["lot"],
            number=given["number"],
            place=given["place"],
            country=given["country"].upper(),
        )


class CorrectionForm(DoseForm):
    """A dose as it should have been recorded, with the reason."""

    reason = django_forms.CharField(label=_("訂正の理由"), max_length=400)


class VoidForm(forms.Form):
    """Why a dose is withdrawn."""

    reason = django_forms.CharField(
        label=_("取消の理由"), max_length=400, help_text=_("別人の記録、二重登録など")
    )


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Records a dose; what looks wrong is shown and has to be confirmed."""
    view = view_person(actor=request.principal, person_id=person_id)

    def save(form: Any, *, confirmed: bool) -> None:
        record_dose(
            actor=request.principal,
            person_id=person_id,
            request_id=form.cleaned_data["request_id"],
            dose=form.dose(),
            confirmed=confirmed,
            at=datetime.now(UTC),
        )

    form = DoseForm(request.POST or None, initial={"request_id": uuid4()})
    return _ask(request, view, form, save, {"title": _("接種を記録する"), "saved": "dose"})


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, person_id: UUID, event: UUID) -> HttpResponse:
    """Puts a dose right; the earlier record stays in the history."""
    view = view_person(actor=request.principal, person_id=person_id)
    if _was_sent(request, view):
        return to_person(person_id, "correction")
    wrong = _in_force(view, event)

    def save(form: Any, *, confirmed: bool) -> None:
        correct_dose(
            actor=request.principal,
            person_id=person_id,
            event=event,
            request_id=form.cleaned_data["request_id"],
            dose=form.dose(),
            reason=form.cleaned_data["reason"],
            confirmed=confirmed,
            at=datetime.now(UTC),
        )

    known = {
        "vaccine": wrong.dose.product.code,
        "given_on": wrong.dose.given_on,
        "number": wrong.dose.number,
        "lot": wrong.dose.lot,
        "place": wrong.dose.place,
        "country": wrong.dose.country,
        "request_id": uuid4(),
    }
    form = CorrectionForm(request.POST or None, initial=known)
    return _ask(request, view, form, save, {"title": _("接種記録を訂正する"), "saved": "correction"})


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def void(request: HttpRequest, person_id: UUID, event: UUID) -> HttpResponse:
    """Withdraws a dose that was never given; for supervisors."""
    view = view_person(actor=request.principal, person_id=person_id)
    access.require(request.principal, "certificates:VoidDose", view.resource)
    wrong = _in_force(view, event)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            void_dose(
                actor=request.principal,
                person_id=person_id,
                event=event,
                reason=form.cleaned_data["reason"],
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            return to_person(person_id, "void")
    context = {"form": form, "person": view, "event": wrong}
    return render(request, "certificates/register/void.html", context, status=status_of(request))


def _ask(
    request: HttpRequest, view: PersonView, form: DoseForm, save: Any, context: dict[str, Any]
) -> HttpResponse:
    """Draws the form until it is saved; asks to confirm what looks wrong.

    The button to confirm carries the warning it stands under: what was changed since is asked about anew.
    """
    warning: Bilingual | None = None
    if request.method == "POST" and form.is_valid():
        try:
            warning = _save_unless_doubtful(form, save)
            if warning is not None and request.POST.get("confirmed") == warning.ja:
                save(form, confirmed=True)
                warning = None
        except HashiraError as error:
            blame(form, error)
        else:
            if warning is None:
                return to_person(view.id, context["saved"])
    context = context | {"form": form, "person": view, "warning": warning}
    return render(request, "certificates/register/dose.html", context, status=status_of(request))


def _save_unless_doubtful(form: DoseForm, save: Any) -> Bilingual | None:
    """Saves, or says what has to be confirmed first."""
    try:
        save(form, confirmed=False)
    except DoseNeedsConfirmation as error:
        reason = error.details["reason"]
        assert isinstance(reason, Bilingual)
        return reason
    return None


def _was_sent(request: HttpRequest, view: PersonView) -> bool:
    """Whether this very form has been saved: a second click goes where the first one went."""
    return request.POST.get("request_id") in {str(event.id) for event in view.events}


def _in_force(view: PersonView, event: UUID) -> DoseEvent:
    found = next((dose for dose in view.doses if dose.id == event), None)
    if found is None:
        raise Http404
    return found
