"""Staff see who represents a child, enter what papers showed, hold and end it (法定代理人の窓口)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hashira.certificates.domain.age import is_minor, last_day_as_minor
from hashira.certificates.domain.linking import grouped
from hashira.certificates.domain.representation import PAPER_NAMES, Paper, Representative
from hashira.certificates.selectors.people import PersonView
from hashira.certificates.selectors.representation import representations_of, waiting_codes
from hashira.certificates.services.person import view_person
from hashira.certificates.services.representation import (
    end_representation,
    hold_representation,
    issue_representation_code,
    take_back_code,
)
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.wording import worded


class PapersForm(forms.Form):
    """Whom the papers name, what they were, and how the code reaches the representative."""

    name = django_forms.CharField(
        label=_("代理人の氏名"), max_length=200, help_text=_("代理人の本人確認書類のとおりに入れてください")
    )
    birth_date = forms.EraDateField(label=_("代理人の生年月日"))
    paper = django_forms.ChoiceField(
        label=_("確認した書類"), help_text=_("種類だけを残します。写しは取らないでください")
    )
    ends_on = forms.EraDateField(
        label=_("代理の終わりの日"),
        required=False,
        help_text=_("空のままなら、本人が成年になる日の前日までです"),
    )
    way = django_forms.ChoiceField(
        label=_("番号の渡し方"),
        choices=(("counter", _("窓口で渡す（1日有効）")), ("post", _("郵送する（30日有効）"))),
        widget=django_forms.RadioSelect,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = [("", _("選んでください"))] + [
            (paper.value, worded(PAPER_NAMES[paper])) for paper in Paper
        ]


class ActForm(forms.Form):
    """What is done with a representation, and why."""

    act = django_forms.ChoiceField(
        label=_("すること"),
        choices=(
            ("end", _("代理を終了する")),
            ("hold", _("オンライン発行を止める")),
            ("release", _("オンライン発行の停止をやめる")),
        ),
        widget=django_forms.RadioSelect,
    )
    reason = django_forms.CharField(label=_("理由"), max_length=400, help_text=_("代理人には表示しません"))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The representatives of a person; a new one from papers gets a code, shown once as a slip."""
    view = view_person(actor=request.principal, person_id=person_id)
    form = PapersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            code, expires = issue_representation_code(
                actor=request.principal,
                person_id=person_id,
                representative=Representative(asked["name"], asked["birth_date"]),
                paper=Paper(asked["paper"]),
                ends_on=asked["ends_on"],
                by_post=asked["way"] == "post",
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            slip = {"person": view, "code": grouped(code), "expires": expires, "name": asked["name"]}
            return render(request, "certificates/representatives/slip.html", slip)
    return render(
        request, "certificates/representatives/person.html", _context(view, form), status=status_of(request)
    )


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, person_id: UUID, representation_id: UUID) -> HttpResponse:
    """Ends or holds one representation."""
    view = view_person(actor=request.principal, person_id=person_id)
    line = next((one for one in representations_of(person_id) if one.id == representation_id), None)
    if line is None:
        raise Http404
    form = ActForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted, reason, now = form.cleaned_data["act"], form.cleaned_data["reason"], datetime.now(UTC)
        try:
            if wanted == "end":
                end_representation(
                    actor=request.principal, representation_id=representation_id, reason=reason, at=now
                )
            else:
                hold_representation(
                    actor=request.principal,
                    representation_id=representation_id,
                    held=wanted == "hold",
                    reason=reason,
                    at=now,
                )
        except HashiraError as error:
            blame(form, error)
        else:
            return HttpResponseRedirect(reverse("certificates:representatives", args=[person_id]))
    context = {"form": form, "person": view, "line": line}
    return render(request, "certificates/representatives/act.html", context, status=status_of(request))


@access.requires("certificates:OpenRegister")
@never_cache
@require_POST
def take_back(request: HttpRequest, person_id: UUID, code_id: UUID) -> HttpResponse:
    """Takes back a code that was not used."""
    take_back_code(actor=request.principal, person_id=person_id, code_id=code_id, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:representatives", args=[person_id]))


def _context(view: PersonView, form: PapersForm) -> dict[str, object]:
    return {
        "form": form,
        "person": view,
        "minor": is_minor(view.birth_date, on=today_in_japan(SystemClock())),
        "latest": last_day_as_minor(view.birth_date),
        "representations": representations_of(view.id),
        "codes": waiting_codes(view.id, datetime.now(UTC)),
    }
