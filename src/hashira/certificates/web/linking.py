"""A resident links the own record of a municipality, or asks its staff to find it (連携の画面)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.linking import NumberUnreadable, read_number
from hashira.certificates.selectors.linking import ended_by_staff, links_of, own_requests
from hashira.certificates.selectors.people import Municipality, find_registers, register_named
from hashira.certificates.services.linking import claim_link, end_own_link, request_link, withdraw_request
from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.ui import forms


class NumberForm(forms.Form):
    """The number on the paper."""

    number = django_forms.CharField(
        label=_("接種券番号、または受け取った番号"),
        max_length=64,
        help_text=_("接種券の10桁の数字、または窓口か郵送で受け取った12文字の番号です"),
        widget=django_forms.TextInput(
            attrs={"autocomplete": "off", "data-width": "20", "spellcheck": "false"}
        ),
    )

    def clean_number(self) -> str:
        try:
            return read_number(self.cleaned_data["number"])
        except HashiraError as error:
            raise django_forms.ValidationError(error.message(get_language() or "ja")) from error


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which municipality: those of this installation by name; and what is linked or asked already."""
    question = request.GET.get("q", "").strip()[:50]
    context = {
        "question": question,
        "found": find_registers(question),
        "links": links_of(request.principal.id),
        "ended": ended_by_staff(request.principal.id),
        "requests": own_requests(request.principal.id),
    }
    return render(request, "certificates/linking/choose.html", context)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Takes the number and links, or says that it did not and what can be done."""
    register = _register(organisation_id)
    asked = request.method == "POST"
    form = NumberForm(request.POST) if asked else NumberForm()
    context: dict[str, object] = {"form": form, "register": register}
    if asked and form.is_valid():
        number = form.cleaned_data["number"]
        try:
            claim = claim_link(
                actor=request.principal, organisation_id=organisation_id, number=number, at=datetime.now(UTC)
            )
        except HashiraError as error:
            form.add_error(None, error.message(get_language() or "ja"))
        else:
            if claim.person_id is not None:
                return HttpResponseRedirect(reverse("certificates:own"))
            context["failed"] = claim
            context["number"] = number
    status = 422 if asked else 200
    return render(request, "certificates/linking/enter.html", context, status=status)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_POST
def ask(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Asks the staff of the municipality."""
    _register(organisation_id)
    number = ""
    with suppress(NumberUnreadable):  # asking works without a number too
        number = read_number(request.POST.get("number", ""))
    request_link(
        actor=request.principal, organisation_id=organisation_id, number=number, at=datetime.now(UTC)
    )
    return HttpResponseRedirect(reverse("certificates:my-link"))


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_POST
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Takes a request back."""
    withdraw_request(actor=request.principal, request_id=request_id, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:my-link"))


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ends a link of one's own, after asking once more."""
    link = next((link for link in links_of(request.principal.id) if link.person_id == person_id), None)
    if link is None:
        raise Http404
    if request.method == "POST":
        end_own_link(actor=request.principal, person_id=person_id, at=datetime.now(UTC))
        return HttpResponseRedirect(reverse("certificates:own"))
    return render(request, "certificates/linking/end.html", {"link": link})


def _register(organisation_id: UUID) -> Municipality:
    register = register_named(organisation_id)
    if register is None:
        raise Http404
    return register
