"""A resident makes a certificate of the own doses and shows it (住民の証明書)."""

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

from hashira.certificates.domain.mrz import Zone, read_zone
from hashira.certificates.domain.passport import Passport, accept_passport
from hashira.certificates.selectors.own_record import OwnDose, OwnRecord
from hashira.certificates.services.issuing import issue_card, issue_seal, view_certificate
from hashira.certificates.services.own_record import ask_to_issue, view_own_record
from hashira.certificates.services.renewal import renew
from hashira.certificates.web.certificate_page import (
    card_response,
    certificate_context,
    paper_response,
    picture_response,
)
from hashira.certificates.web.dose_table import dose_line
from hashira.certificates.web.kept import account_mark
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.parts import Answer

_MAX_ZONE = 200


class _Choice(forms.Form):
    """Which doses to show; the request's own number, so that sending it twice makes one certificate."""

    doses = django_forms.MultipleChoiceField(
        label=_("表示する接種記録"), widget=django_forms.CheckboxSelectMultiple
    )
    request_id = django_forms.UUIDField(widget=django_forms.HiddenInput)

    def __init__(self, offered: tuple[OwnDose, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["doses"].choices = [(str(dose.event_id), dose_line(dose)) for dose in offered]
        self.fields["doses"].initial = [str(dose.event_id) for dose in offered]

    @property
    def chosen(self) -> tuple[UUID, ...]:
        return tuple(UUID(event) for event in self.cleaned_data["doses"])


class CardForm(_Choice):
    """What a domestic certificate shows (国内用)."""

    hide_name = django_forms.BooleanField(label=_("氏名を表示しない"), required=False)
    hide_birth_date = django_forms.BooleanField(label=_("生年月日を表示しない"), required=False)
    field_order = ("doses", "hide_name", "hide_birth_date", "request_id")


class SealForm(_Choice):
    """What a certificate for travel shows (海外用)."""

    zone = django_forms.CharField(
        label=_("旅券の機械読取領域"),
        max_length=_MAX_ZONE,
        help_text=_("顔写真のページのいちばん下にある2行を、< も含めてそのまま入力してください"),
        widget=django_forms.Textarea(
            attrs={"rows": 2, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    field_order = ("zone", "doses", "request_id")

    def clean_zone(self) -> str:
        text: str = self.cleaned_data["zone"]
        try:
            read_zone(text)
        except HashiraError as error:
            raise django_forms.ValidationError(error.message(get_language() or "ja")) from error
        return text

    @property
    def parsed(self) -> Zone:
        return read_zone(self.cleaned_data["zone"])


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, person_id: UUID, kind: str) -> HttpResponse:
    """Asks what to show, shows the answers once more, issues: ``card`` (domestic) or ``seal`` (travel)."""
    record = view_own_record(actor=request.principal, person_id=person_id)
    if not record.is_own(request.principal.id):
        ask_to_issue(actor=request.principal, person_id=person_id)
    page = _NewPage(request, record, kind)
    if request.method != "POST":
        return page.ask(200)
    if not page.form.is_valid():
        return page.ask(422)
    if "change" in request.POST:
        return page.ask(200)
    try:
        return page.issue() if "confirmed" in request.POST else page.confirm()
    except HashiraError as error:
        if error.status >= 500:
            raise
        page.form.add_error(None, error.message(get_language() or "ja"))
        return page.ask(422)


class _NewPage:
    """One visit to the page on which a certificate is made."""

    def __init__(self, request: HttpRequest, record: OwnRecord, kind: str) -> None:
        self.request, self.record, self.kind = request, record, kind
        refusals = [
            (dose, dose.card_refusal if kind == "card" else dose.seal_refusal) for dose in record.doses
        ]
        self.offered = tuple(dose for dose, refusal in refusals if refusal is None)
        self.left_out = tuple((dose, refusal) for dose, refusal in refusals if refusal is not None)
        make = CardForm if kind == "card" else SealForm
        if request.method == "POST":
            self.form = make(self.offered, request.POST)
        else:
            self.form = make(self.offered, initial={"request_id": uuid4()})

    def ask(self, status: int) -> HttpResponse:
        return self._draw("certificates/own/new.html", status, left_out=self.left_out, any=bool(self.offered))

    def confirm(self) -> HttpResponse:
        """The answers once more, before anything is signed; what could not be issued is said here already."""
        passport = self._passport()
        hidden = [(name, value) for name, values in self.request.POST.lists() for value in values]
        kept = [(n, v) for n, v in hidden if n in self.form.fields]
        return self._draw(
            "certificates/own/check.html", 200, answers=self._answers(passport), kept=kept, change=True
        )

    def issue(self) -> HttpResponse:
        chosen, now = self.form.chosen, datetime.now(UTC)
        asked = self.form.cleaned_data
        if isinstance(self.form, CardForm):
            issued = issue_card(
                actor=self.request.principal,
                person_id=self.record.person_id,
                request_id=asked["request_id"],
                events=chosen,
                shows_name=not asked["hide_name"],
                shows_birth_date=not asked["hide_birth_date"],
                at=now,
            )
        else:
            issued = issue_seal(
                actor=self.request.principal,
                person_id=self.record.person_id,
                request_id=asked["request_id"],
                events=chosen,
                zone=self.form.parsed,
                at=now,
            )
        return HttpResponseRedirect(reverse("certificates:own-certificate", args=[issued]))

    def _passport(self) -> Passport | None:
        if not isinstance(self.form, SealForm):
            return None
        return accept_passport(
            self.form.parsed,
            birth_date=self.record.birth_date,
            names=self.record.names,
            on=today_in_japan(SystemClock()),
        )

    def _answers(self, passport: Passport | None) -> list[Answer]:
        asked = self.form.cleaned_data
        chosen = [dose for dose in self.offered if dose.event_id in self.form.chosen]
        hidden = _("表示しません")
        answers = [Answer(_("接種記録"), dose_line(dose)) for dose in chosen]
        if passport is None:
            name = hidden if asked["hide_name"] else self.record.name
            birth = hidden if asked["hide_birth_date"] else self.record.birth_date
            return [Answer(_("氏名"), name), Answer(_("生年月日"), birth), *answers]
        return [
            Answer(_("旅券のローマ字氏名"), passport.name),
            Answer(_("旅券番号"), passport.number),
            Answer(_("国籍"), passport.nationality),
            Answer(_("旅券の有効期間満了日"), passport.expires),
            Answer(_("生年月日"), self.record.birth_date),
            *answers,
        ]

    def _draw(self, template: str, status: int, **more: Any) -> HttpResponse:
        steps = (_("表示する内容"), _("確認"), _("証明書"))
        context = {"form": self.form, "record": self.record, "kind": self.kind, "steps": steps, **more}
        return render(self.request, template, context, status=status)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The certificate with its code, as it is held out at a door."""
    view = view_certificate(actor=request.principal, certificate_id=certificate_id)
    keeping = {"account": account_mark(request.principal.id)}
    return render(request, "certificates/own/certificate.html", certificate_context(view) | keeping)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def card_file(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The card as a file for a wallet."""
    return card_response(view_certificate(actor=request.principal, certificate_id=certificate_id))


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def picture(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The certificate as a picture."""
    return picture_response(view_certificate(actor=request.principal, certificate_id=certificate_id))


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def paper(request: HttpRequest, certificate_id: UUID, edition: str) -> HttpResponse:
    """The certificate as a PDF to print: ``standard`` or ``large`` letters."""
    return paper_response(view_certificate(actor=request.principal, certificate_id=certificate_id), edition)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_POST
def renewed(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The same certificate with the doses that came since, by one press."""
    made = renew(actor=request.principal, certificate_id=certificate_id, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:own-certificate", args=[made]))
