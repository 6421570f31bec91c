"""The code from the counter: staff give it out, whoever holds it receives a certificate (受取コード)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.adapters.qr_path import draw
from hashira.certificates.domain.linking import grouped, read_number
from hashira.certificates.selectors.issuing import CertificateView
from hashira.certificates.selectors.people import PersonView
from hashira.certificates.selectors.pickup import offered_doses, offered_for_pickup, pickup_codes_of
from hashira.certificates.services.person import view_person
from hashira.certificates.services.pickup import (
    ACTOR,
    SHOWN_FOR,
    issue_pickup_code,
    receive,
    view_received,
    withdraw_pickup_code,
)
from hashira.certificates.web.certificate_forms import described
from hashira.certificates.web.certificate_page import (
    card_response,
    certificate_context,
    paper_response,
    picture_response,
)
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.parts import Figure
from hashira.ui.wording import worded

_RECEIVED = "received_certificate"
"""Key of the session of the browser that used a code: ``{"id": …, "at": …}``."""
_NEW = "new"


class OfferForm(forms.Form):
    """For which certificate a code is given out; the request's own number, so that asking twice makes one."""

    certificate = django_forms.ChoiceField(label=_("渡す証明書"), widget=django_forms.RadioSelect)
    doses = django_forms.MultipleChoiceField(
        label=_("新しく作る証明書に載せる接種記録"),
        required=False,
        widget=django_forms.CheckboxSelectMultiple,
    )
    request_id = django_forms.UUIDField(widget=django_forms.HiddenInput)

    def __init__(self, person_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (str(one.id), f"{worded(one.title)}　{one.number}") for one in offered_for_pickup(person_id)
        ]
        self.fields["certificate"].choices = [
            (_NEW, _("国内用の証明書を新しく作る")),
            *offered,
        ]
        doses = offered_doses(person_id)
        self.fields["doses"].choices = [(str(dose.event_id), described(dose)) for dose in doses]
        self.fields["doses"].initial = [str(dose.event_id) for dose in doses]


class ReceiveForm(forms.Form):
    """What stands on the slip, and what only the holder knows."""

    number = django_forms.CharField(
        label=_("受取コード"),
        max_length=64,
        help_text=_("紙に書かれた12文字です。ハイフンは入れても入れなくてもかまいません"),
        widget=django_forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "data-width": "20",
                "spellcheck": "false",
            }
        ),
    )
    birth_date = forms.EraDateField(label=_("接種を受けた人の生年月日"))

    def clean_number(self) -> str:
        try:
            return read_number(self.cleaned_data["number"])
        except HashiraError as error:
            raise django_forms.ValidationError(
                _("受取コードを読み取れません。紙に書かれた12文字を確かめてください")
            ) from error


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The codes of a person; a new one is shown once, as a slip to print."""
    view = view_person(actor=request.principal, person_id=person_id)
    if request.method == "POST":
        form = OfferForm(person_id, request.POST)
        if form.is_valid():
            chosen = form.cleaned_data["certificate"]
            try:
                code, expires = issue_pickup_code(
                    actor=request.principal,
                    person_id=person_id,
                    certificate_id=None if chosen == _NEW else UUID(chosen),
                    request_id=form.cleaned_data["request_id"],
                    events=[UUID(event) for event in form.cleaned_data["doses"]],
                    at=datetime.now(UTC),
                )
            except HashiraError as error:
                if error.status >= 500:
                    raise
                blame(form, error)
            else:
                return _slip(request, view, code, expires)
    else:
        form = OfferForm(person_id, initial={"request_id": uuid4(), "certificate": _NEW})
    context = {"person": view, "form": form, "codes": pickup_codes_of(person_id, datetime.now(UTC))}
    return render(request, "certificates/pickup/person.html", context, status=status_of(request))


@access.requires("certificates:OpenRegister")
@never_cache
@require_POST
def withdraw(request: HttpRequest, person_id: UUID, code_id: UUID) -> HttpResponse:
    """Takes a code back."""
    withdraw_pickup_code(actor=request.principal, person_id=person_id, code_id=code_id, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:pickup", args=[person_id]))


@access.public("whoever holds a code from the counter has no account; code and date of birth are asked for")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Takes the code and the date of birth, and leads to the certificate."""
    form = ReceiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            received = receive(
                actor=ACTOR,
                number=form.cleaned_data["number"],
                birth_date=form.cleaned_data["birth_date"],
                source=request.META.get("REMOTE_ADDR", ""),
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            received = error
        if isinstance(received, UUID):
            request.session[_RECEIVED] = {"id": str(received), "at": datetime.now(UTC).isoformat()}
            return HttpResponseRedirect(reverse("certificates:received"))
        form.add_error(None, received.message(get_language() or "ja"))
    return render(request, "certificates/pickup/enter.html", {"form": form}, status=status_of(request))


@access.public("only the browser that used a code a moment ago sees its certificate")
@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """The certificate, for half an hour in the browser that used the code."""
    view = _received(request)
    if view is None:
        return HttpResponseRedirect(reverse("certificates:receive"))
    context = certificate_context(view) | {"minutes": SHOWN_FOR.seconds // 60}
    return render(request, "certificates/pickup/certificate.html", context)


@access.public("only the browser that used a code a moment ago gets its files")
@never_cache
@require_safe
def received_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The certificate as a file: ``card``, ``picture``, or a PDF in ``standard`` or ``large`` letters."""
    view = _received(request)
    if view is None:
        return HttpResponseRedirect(reverse("certificates:receive"))
    if kind == "card":
        return card_response(view)
    if kind == "picture":
        return picture_response(view)
    return paper_response(view, kind)


@access.public("ends what this browser sees of a certificate, and needs nothing")
@never_cache
@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """Forgets the certificate in this browser, such as on a borrowed telephone."""
    request.session.pop(_RECEIVED, None)
    return HttpResponseRedirect(reverse("certificates:receive"))


def _received(request: HttpRequest) -> CertificateView | None:
    kept = request.session.get(_RECEIVED)
    if not isinstance(kept, dict):
        return None
    age = datetime.now(UTC) - datetime.fromisoformat(kept["at"])
    if age >= SHOWN_FOR:
        del request.session[_RECEIVED]
        return None
    return view_received(actor=ACTOR, certificate_id=UUID(kept["id"]))


def _slip(request: HttpRequest, view: PersonView, code: str, expires: datetime) -> HttpResponse:
    """The code on paper, with the address as a code for cameras. The code itself is not in that address."""
    address = request.build_absolute_uri(reverse("certificates:receive"))
    path, size = draw(address, level="M")
    figure = Figure(path, size, alternative=_("受け取るページの二次元コード"), caption=address)
    context = {
        "person": view,
        "code": grouped(code),
        "expires": expires,
        "address": address,
        "figure": figure,
    }
    return render(request, "certificates/pickup/slip.html", context)
