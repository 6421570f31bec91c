"""Pages about the status of certificates: the holder's answer, and what staff see and revoke (失効の画面)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.certificate_status import BY_HAND, REASON_NAMES, Reason
from hashira.certificates.selectors.people import registers_of
from hashira.certificates.selectors.status import StatusLine, revocations, statuses_of
from hashira.certificates.services.person import view_person
from hashira.certificates.services.reissue import answer
from hashira.certificates.services.status import revoke_by_hand
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.tables import Column, Table
from hashira.ui.wording import worded

_STATES = (("valid", _("有効")), ("revoked", _("失効")), ("superseded", _("差替え")))


class RevocationForm(forms.Form):
    """Why a certificate is revoked by hand."""

    reason = django_forms.ChoiceField(label=_("失効の理由"))
    note = django_forms.CharField(label=_("経緯"), max_length=400, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", _("選んでください"))] + [
            (reason.value, worded(REASON_NAMES[reason])) for reason in BY_HAND
        ]


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_POST
def answer_notice(request: HttpRequest, reissue_id: UUID) -> HttpResponse:
    """Takes the holder's answer to whether a new certificate is wanted."""
    wanted = request.POST.get("wanted") == "yes"
    answer(actor=request.principal, reissue_id=reissue_id, wanted=wanted, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:own"))


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def of_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The certificates of a person with their status."""
    view = view_person(actor=request.principal, person_id=person_id)
    table = _table(request, statuses_of(person_id), caption=_("発行した証明書"), person_id=person_id)
    if table.wants_csv:
        return table.csv_response("証明書.csv")
    return render(request, "certificates/status/person.html", {"person": view, "table": table})


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, person_id: UUID, certificate_id: UUID) -> HttpResponse:
    """Revokes a certificate of the person, with the reason."""
    view = view_person(actor=request.principal, person_id=person_id)
    line = next((line for line in statuses_of(person_id) if line.id == certificate_id), None)
    if line is None:
        raise Http404
    form = RevocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            revoke_by_hand(
                actor=request.principal,
                certificate_id=certificate_id,
                reason=Reason(form.cleaned_data["reason"]),
                note=form.cleaned_data["note"],
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            return HttpResponseRedirect(reverse("certificates:person-certificates", args=[person_id]))
    context = {"form": form, "person": view, "line": line}
    return render(request, "certificates/status/revoke.html", context, status=status_of(request))


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What lost its validity in the municipalities of the staff, the latest first."""
    organisations = frozenset(register.id for register in registers_of(request.principal))
    table = _table(request, revocations(organisations), caption=_("失効した証明書"))
    if table.wants_csv:
        return table.csv_response("失効.csv")
    return render(request, "certificates/status/index.html", {"table": table})


def _table(
    request: HttpRequest, lines: tuple[StatusLine, ...], *, caption: object, person_id: UUID | None = None
) -> Table:
    def address(line: StatusLine) -> str:
        if person_id is not None and line.state == "valid":
            return reverse("certificates:revoke", args=[person_id, line.id])
        found = person_id or line.person_id
        return reverse("certificates:person-certificates", args=[found]) if found else ""

    reasons = tuple((reason.value, worded(REASON_NAMES[reason])) for reason in Reason)
    return Table(
        columns=(
            Column("number", _("証明書ID"), sortable=True, heading=True, link=address),
            Column("issued_at", _("発行日時"), sortable=True),
            Column("state", _("状態"), choices=_STATES, filterable=True),
            Column("reason", _("理由"), choices=(("", ""), *reasons), filterable=True),
            Column("changed_at", _("失効日時"), sortable=True),
        ),
        rows=lines,
        request=request,
        caption=caption,
    )
