"""A representative links a child's records: by the child's card or by a code (お子さまの記録)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.certificates.selectors.linking import resident_named
from hashira.certificates.selectors.people import find_registers, register_named
from hashira.certificates.selectors.representation import formerly_represented, represented_by
from hashira.certificates.services.representation import (
    claim_by_card,
    claim_by_papers,
    withdraw_representation,
)
from hashira.certificates.web.linking import NumberForm
from hashira.core import access
from hashira.core.accounts.principals import beside
from hashira.kernel.errors import HashiraError

_NUMBER = "child_number"
"""Key of the session under which the child's number waits while the child's card is read."""


class CodeForm(NumberForm):
    """The code that a representative got."""

    number = django_forms.CharField(
        label=_("代理人用の番号"),
        max_length=64,
        help_text=_("窓口か郵送で、代理人が受け取った12文字の番号です"),
        widget=django_forms.TextInput(
            attrs={"autocomplete": "off", "data-width": "20", "spellcheck": "false"}
        ),
    )


class ChildNumberForm(NumberForm):
    """The number of the child."""

    number = django_forms.CharField(
        label=_("お子さまの接種券番号、または受け取った番号"),
        max_length=64,
        help_text=_("接種券の10桁の数字、またはお子さまの連携用に受け取った12文字の番号です"),
        widget=django_forms.TextInput(
            attrs={"autocomplete": "off", "data-width": "20", "spellcheck": "false"}
        ),
    )


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The children who are represented now and were before; and which municipality to link."""
    question = request.GET.get("q", "").strip()[:50]
    context = {
        "question": question,
        "found": find_registers(question),
        "represented": represented_by(request.principal.id),
        "former": formerly_represented(request.principal.id),
    }
    return render(request, "certificates/children/choose.html", context)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Takes the code of a representative, or the child's number and leads on to the child's card."""
    register = register_named(organisation_id)
    if register is None:
        raise Http404
    by_card = "card" in request.POST
    asked = request.method == "POST"
    code = CodeForm(request.POST if asked and not by_card else None, prefix="code")
    child = ChildNumberForm(request.POST if by_card else None, prefix="child")
    context: dict[str, Any] = {"register": register, "code": code, "child": child}
    if by_card and child.is_valid():
        request.session[_NUMBER] = {"at": str(organisation_id), "number": child.cleaned_data["number"]}
        onward = reverse("certificates:my-child-card", args=[organisation_id])
        return HttpResponseRedirect(f"{reverse('resident-child')}?{urlencode({'next': onward})}")
    if asked and not by_card and code.is_valid():
        try:
            claim = claim_by_papers(
                actor=request.principal,
                organisation_id=organisation_id,
                number=code.cleaned_data["number"],
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            code.add_error(None, error.message(get_language() or "ja"))
        else:
            if claim.person_id is not None:
                return _to_child(claim.person_id)
            context["failed"] = claim
    return render(request, "certificates/children/enter.html", context, status=422 if asked else 200)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Whom the child's card named, to be confirmed once more, and the link."""
    register, now = register_named(organisation_id), datetime.now(UTC)
    if register is None:
        raise Http404
    again = HttpResponseRedirect(reverse("certificates:my-child-enter", args=[organisation_id]))
    child_id, kept = beside(request, at=now), request.session.get(_NUMBER)
    if child_id is None or not isinstance(kept, dict) or kept.get("at") != str(organisation_id):
        return again
    context: dict[str, Any] = {"register": register, "child": resident_named(child_id)}
    if request.method != "POST":
        return render(request, "certificates/children/card.html", context)
    try:
        claim = claim_by_card(
            actor=request.principal,
            organisation_id=organisation_id,
            number=kept["number"],
            child_id=UUID(child_id),
            at=now,
        )
    except HashiraError as error:
        context["error"] = error.message(get_language() or "ja")
        return render(request, "certificates/children/card.html", context, status=422)
    if claim.person_id is None:
        context["failed"] = claim
        return render(request, "certificates/children/card.html", context, status=422)
    del request.session[_NUMBER]
    return _to_child(claim.person_id)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, representation_id: UUID) -> HttpResponse:
    """Ends a representation of one's own, after asking once more."""
    found = next((one for one in represented_by(request.principal.id) if one.id == representation_id), None)
    if found is None:
        raise Http404
    if request.method == "POST":
        withdraw_representation(
            actor=request.principal, representation_id=representation_id, at=datetime.now(UTC)
        )
        return HttpResponseRedirect(reverse("certificates:my-children"))
    return render(request, "certificates/children/withdraw.html", {"represented": found})


def _to_child(person_id: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('certificates:own')}?person={person_id}")
