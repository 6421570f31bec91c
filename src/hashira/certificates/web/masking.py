"""The page that stands in the place of a protected person (支援措置の対象者の表示).

By itself, since the page of a person shows it and the pages of protection do.
"""

from __future__ import annotations

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from hashira.certificates.selectors.people import PersonView
from hashira.core import access
from hashira.ui import forms


class ReasonForm(forms.Form):
    """Why somebody does what is kept and told."""

    reason = django_forms.CharField(label=_("理由"), max_length=400)


def masked_page(
    request: HttpRequest, view: PersonView, form: ReasonForm | None = None, *, status: int = 403
) -> HttpResponse:
    """What stands in the place of a protected person: the reference, and the way to open it."""
    may = access.may(request.principal, "certificates:OpenProtected", view.resource)
    context = {"reference": view.reference, "person_id": view.id, "may": may, "form": form or ReasonForm()}
    return render(request, "certificates/protection/masked.html", context, status=status)
