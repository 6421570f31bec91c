"""A resident makes a certificate of the own doses and shows it (住民の証明書)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.passport import Passport, accept_passport
from hashira.certificates.domain.vds_nc_message import seal_name
from hashira.certificates.selectors.own_record import OwnRecord
from hashira.certificates.services.issuing import issue_card, issue_seal, view_certificate
from hashira.certificates.services.issuing_hcert import RomanNameMissing, issue_eu, issue_icvp
from hashira.certificates.services.own_record import ask_to_issue, view_own_record
from hashira.certificates.services.renewal import renew
from hashira.certificates.web.certificate_forms import FORMS, CardForm, EuForm, SealForm, described
from hashira.certificates.web.certificate_page import (
    card_response,
    certificate_context,
    paper_response,
    picture_response,
)
from hashira.certificates.web.kept import account_mark
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.ui.parts import Answer

_PAGES = {
    CertificateKind.CARD: (_("国内用の証明書を作る"), ""),
    CertificateKind.SEAL: (
        _("海外用の証明書を作る"),
        _("海外で使う証明書には、旅券の氏名・旅券番号・生年月日が入ります。"),
    ),
    CertificateKind.EU: (
        _("EUの証明書を作る"),
        _("EUデジタルCOVID証明書は、1枚で1回の接種を証明し、発行から1年で期限が切れます。"),
    ),
    CertificateKind.ICVP: (
        _("国際予防接種証明書（ICVP）を作る"),
        _("黄熱などの国際予防接種証明書を、WHOの電子の様式で作ります。1枚で1回の接種を証明します。"),
    ),
}
"""The heading of each kind's page, and what is said before anybody asks for it."""


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, person_id: UUID, kind: str) -> HttpResponse:
    """Asks what to show, shows the answers once more, issues: a kind of ``CertificateKind``."""
    if kind not in set(CertificateKind):
        raise Http404
    record = view_own_record(actor=request.principal, person_id=person_id)
    if not record.is_own(request.principal.id):
        ask_to_issue(actor=request.principal, person_id=person_id)
    page = _NewPage(request, record, CertificateKind(kind))
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

    def __init__(self, request: HttpRequest, record: OwnRecord, kind: CertificateKind) -> None:
        self.request, self.record, self.kind = request, record, kind
        refusals = [(dose, dose.refusals[kind]) for dose in record.doses]
        self.offered = tuple(dose for dose, refusal in refusals if refusal is None)
        self.left_out = tuple((dose, refusal) for dose, refusal in refusals if refusal is not None)
        make = FORMS[kind]
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
        common: dict[str, Any] = {
            "actor": self.request.principal,
            "person_id": self.record.person_id,
            "request_id": self.form.cleaned_data["request_id"],
            "at": datetime.now(UTC),
        }
        asked, chosen = self.form.cleaned_data, self.form.chosen
        if isinstance(self.form, CardForm):
            shows = {"shows_name": not asked["hide_name"], "shows_birth_date": not asked["hide_birth_date"]}
            issued = issue_card(events=chosen, **shows, **common)
        elif isinstance(self.form, SealForm):
            assert self.form.parsed is not None  # the field is required
            issued = issue_seal(events=chosen, zone=self.form.parsed, grouped=asked["grouped"], **common)
        elif isinstance(self.form, EuForm):
            issued = issue_eu(event=chosen[0], zone=self.form.parsed, **common)
        else:
            assert self.form.parsed is not None  # likewise
            issued = issue_icvp(event=chosen[0], zone=self.form.parsed, **common)
        return HttpResponseRedirect(reverse("certificates:own-certificate", args=[issued]))

    def _passport(self) -> Passport | None:
        zone = None if isinstance(self.form, CardForm) else self.form.parsed
        if zone is None:
            if isinstance(self.form, EuForm) and self.record.names.roman is None:
                raise RomanNameMissing
            return None
        return accept_passport(
            zone,
            birth_date=self.record.birth_date,
            names=self.record.names,
            on=today_in_japan(SystemClock()),
        )

    def _answers(self, passport: Passport | None) -> list[Answer]:
        asked = self.form.cleaned_data
        chosen = [dose for dose in self.offered if dose.event_id in self.form.chosen]
        doses = [Answer(_("接種記録"), described(dose)) for dose in chosen]
        birth = Answer(_("生年月日"), self.record.birth_date)
        if isinstance(self.form, CardForm):
            hidden = _("表示しません")
            name = hidden if asked["hide_name"] else self.record.name
            return [
                Answer(_("氏名"), name),
                Answer(_("生年月日"), hidden) if asked["hide_birth_date"] else birth,
                *doses,
            ]
        if isinstance(self.form, EuForm):
            roman = self.record.names.roman
            spelt = passport.name if passport else seal_name(roman) if roman else ""
            return [
                Answer(_("氏名"), self.record.name),
                Answer(_("ローマ字氏名"), spelt),
                birth,
                *doses,
            ]
        assert passport is not None  # the zone is required
        return [
            Answer(_("旅券のローマ字氏名"), passport.name),
            Answer(_("旅券番号"), passport.number),
            Answer(_("国籍"), passport.nationality),
            Answer(_("旅券の有効期間満了日"), passport.expires),
            birth,
            *doses,
            *([Answer(_("並べ方"), _("同じ製品の接種をまとめる"))] if asked.get("grouped") else []),
        ]

    def _draw(self, template: str, status: int, **more: Any) -> HttpResponse:
        steps = (_("表示する内容"), _("確認"), _("証明書"))
        heading, lead = _PAGES[self.kind]
        context = {"form": self.form, "record": self.record, "heading": heading, "lead": lead, "steps": steps}
        context |= more
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
