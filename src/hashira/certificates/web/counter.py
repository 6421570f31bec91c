"""Serving people at the counter: search, check who it is, issue and print, undo, next (窓口モードの画面)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from uuid import UUID

from csp.decorators import csp_replace, csp_update
from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.adapters.paper import typefaces
from hashira.certificates.adapters.paper.printer import pdf
from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.counter import DOCUMENT_NAMES, Document, read_question
from hashira.certificates.domain.delegation import ISSUABLE
from hashira.certificates.domain.mrz import read_zone
from hashira.certificates.domain.paper import Edition
from hashira.certificates.domain.passport import PassportNotUsable
from hashira.certificates.selectors.delegation import (
    delegated_record,
    delegation_view,
    delegations_in_force,
)
from hashira.certificates.selectors.own_record import OwnDose, own_record
from hashira.certificates.selectors.people import Municipality, PersonView, Question, registers_of
from hashira.certificates.selectors.status import StatusLine, statuses_of
from hashira.certificates.services import counter
from hashira.certificates.services.issuing import newest_that_fit
from hashira.certificates.services.person import search_people, view_person
from hashira.certificates.store.models import CounterVisit
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.wording import shown_date, shown_in_both_calendars, worded

_ACTION = "certificates:ServeAtCounter"
_MAX_ZONE = 200
_TRAVEL = "travel"
"""What the button for travel says: the document is the passport."""
_EDITIONS = (
    (Edition.STANDARD.value, _("ふつうの文字")),
    (Edition.LARGE.value, _("大きな文字（18ポイント以上）")),
)
View = Callable[..., HttpResponse]


class SearchForm(forms.Form):
    """One box for whatever the person says or shows."""

    text = django_forms.CharField(
        label=_("氏名、フリガナ、生年月日、番号"),
        max_length=200,
        help_text=_("昭55.2.29 や 1980-02-29、接種券番号、宛名番号、証明書IDでも探せます"),
        widget=django_forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )


class ServingForm(forms.Form):
    """What goes on the sheet; which document was shown is said by the button."""

    doses = django_forms.MultipleChoiceField(
        label=_("載せる接種記録"), widget=django_forms.CheckboxSelectMultiple, required=False
    )
    edition = django_forms.ChoiceField(
        label=_("文字の大きさ"), choices=_EDITIONS, widget=django_forms.RadioSelect, initial="standard"
    )
    by_representative = django_forms.BooleanField(
        label=_("代理人が来ている（委任を確かめた）"), required=False
    )
    zone = django_forms.CharField(
        label=_("旅券の機械読取領域"),
        max_length=_MAX_ZONE,
        required=False,
        help_text=_("海外用のときだけ。顔写真のページの下の2行を、読取機で読むか入力してください"),
        widget=django_forms.Textarea(
            attrs={"rows": 2, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    name_compared = django_forms.BooleanField(
        label=_("旅券のローマ字が台帳の読みと違うが、本人の旅券であることを確かめた"), required=False
    )

    def __init__(
        self, offered: tuple[OwnDose, ...], chosen: frozenset[UUID], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["doses"].choices = [(str(dose.event_id), _described(dose)) for dose in offered]
        self.fields["doses"].initial = [str(d.event_id) for d in offered if d.event_id in chosen]


def _described(dose: OwnDose) -> str:
    number = _("%(number)s回目") % {"number": dose.number} if dose.number else ""
    parts = (shown_date(dose.given_on), worded(dose.product), number, dose.lot)
    return "　".join(str(part) for part in parts if part)


def _while_open(view: View) -> View:
    """A visit that is over shows a page with nobody on it, whatever was asked."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except counter.VisitOver:
            return render(request, "certificates/counter/over.html", status=409)

    return guarded


@access.requires(_ACTION)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The box, and whom it found; who is the only one is served at once, unless that is a protected person.

    The question comes by POST, so that no name stands in an address, a history or a log.
    """
    registers = registers_of(request.principal)
    register = _chosen(request, registers)
    form = SearchForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "registers": registers, "register": register}
    context["issuing"] = delegations_in_force([one.id for one in registers], today_in_japan(SystemClock()))
    if request.method != "POST" or register is None or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "certificates/counter/start.html", context, status=status)
    asked = read_question(form.cleaned_data["text"])
    question = Question(**{name: getattr(asked, name) for name in Question.__dataclass_fields__})
    found = search_people(actor=request.principal, organisation_id=register.id, question=question)
    if len(found) == 1 and not found[0].masked:
        return _begin(request, found[0].id)
    context |= {"found": found, "asked": True}
    return render(request, "certificates/counter/start.html", context)


@access.requires(_ACTION)
@never_cache
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Takes one of those found."""
    try:
        person_id = UUID(request.POST.get("person", ""))
    except ValueError:
        raise Http404 from None
    return _begin(request, person_id)


@access.requires(_ACTION)
@never_cache
@csp_update({"frame-src": ["'self'"]})
@_while_open
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The person with what is on record; then, once served, the sheet to print and the way to undo it."""
    row = counter.look_at_visit(actor=request.principal, visit_id=visit_id, at=datetime.now(UTC))
    if row.served_at is not None and request.method != "POST":
        return _served(request, row)
    page = _ServingPage(request, row)
    if request.method != "POST":
        return page.ask(200)
    return page.serve()


@access.requires(_ACTION)
@never_cache
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
@_while_open
@require_safe
def paper(request: HttpRequest, visit_id: UUID, edition: str) -> HttpResponse:
    """The sheets of a visit as a PDF."""
    if edition not in set(Edition):
        raise Http404
    chosen = Edition(edition)
    sheets = counter.sheets_to_print(
        actor=request.principal, visit_id=visit_id, edition=chosen, at=datetime.now(UTC)
    )
    return HttpResponse(
        pdf(sheets, edition=chosen),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{sheets[0].number}-{edition}.pdf"'},
    )


@access.requires(_ACTION)
@never_cache
@_while_open
@require_POST
def undo(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """It was somebody else: what was issued is revoked."""
    counter.undo_visit(actor=request.principal, visit_id=visit_id, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:counter-visit", args=[visit_id]))


@access.requires(_ACTION)
@never_cache
@require_POST
def finish(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The next visitor: nothing of the last one can be shown any more."""
    counter.end_visit(actor=request.principal, visit_id=visit_id, at=datetime.now(UTC))
    row = CounterVisit.objects.get(pk=visit_id)
    again = reverse("certificates:counter")
    if row.delegation_id is not None and delegation_view(row.delegation_id).open_on(
        today_in_japan(SystemClock())
    ):
        again = reverse("certificates:delegated-counter", args=[row.delegation_id])
    return HttpResponseRedirect(again, headers={"Clear-Site-Data": '"cache"'})


class _ServingPage:
    """The page of a person who has not been served yet."""

    def __init__(self, request: HttpRequest, row: CounterVisit) -> None:
        self.request, self.row = request, row
        self.delegation = delegation_view(row.delegation_id) if row.delegation_id else None
        self.record = own_record(row.person_id)
        self.kinds = frozenset(ISSUABLE if self.delegation is None else self.delegation.kinds)
        card, seal = CertificateKind.CARD in self.kinds, CertificateKind.SEAL in self.kinds
        self.offered = tuple(
            d
            for d in self.record.doses
            if (card and d.card_refusal is None) or (seal and d.seal_refusal is None)
        )
        self.left_out = tuple((d, d.card_refusal) for d in self.record.doses if d.card_refusal is not None)
        fit = frozenset(newest_that_fit(self.record, at=datetime.now(UTC)))
        self.fit, self.for_card = len(fit), sum(d.card_refusal is None for d in self.record.doses)
        chosen = fit | {d.event_id for d in self.offered if d.card_refusal is not None}
        self.form = ServingForm(self.offered, chosen, request.POST if request.method == "POST" else None)
        self.compare = False
        issued = counter.issued_under(row.delegation_id) if row.delegation_id else None
        self.valid = tuple(
            line
            for line in statuses_of(row.person_id)
            if line.state == "valid" and (issued is None or line.id in issued)
        )

    def serve(self) -> HttpResponse:
        document = self.request.POST.get("document", "")
        if document != _TRAVEL and document not in set(Document):
            self.form.add_error(None, _("確かめた本人確認書類のボタンを押してください"))
        if document == _TRAVEL and self.form.is_valid():
            try:
                self.zone = read_zone(self.form.cleaned_data["zone"])
            except HashiraError as error:
                self.form.add_error("zone", error.message(get_language() or "ja"))
        if not self.form.is_valid():
            return self.ask(422)
        try:
            self._carry_out(document)
        except PassportNotUsable as error:
            self.compare = True
            self.form.add_error("zone", error.message(get_language() or "ja"))
            return self.ask(422)
        except counter.VisitOver:
            raise
        except HashiraError as error:
            if error.status >= 500:
                raise
            self.form.add_error(None, error.message(get_language() or "ja"))
            return self.ask(422)
        return HttpResponseRedirect(reverse("certificates:counter-visit", args=[self.row.pk]))

    def _carry_out(self, document: str) -> None:
        asked, now = self.form.cleaned_data, datetime.now(UTC)
        common: dict[str, Any] = {
            "actor": self.request.principal,
            "visit_id": self.row.pk,
            "by_representative": asked["by_representative"],
            "edition": Edition(asked["edition"]),
            "at": now,
        }
        again = self.request.POST.get("again", "")
        chosen = {UUID(event) for event in asked["doses"]}
        if again:
            line = next((one for one in self.valid if str(one.id) == again), None)
            if line is None:
                raise Http404
            shown = Document.PASSPORT if document == _TRAVEL else Document(document)
            counter.reprint(certificate_id=line.id, document=shown, **common)
        elif document == _TRAVEL:
            events = [d.event_id for d in self.offered if d.event_id in chosen and d.seal_refusal is None]
            counter.issue_for_travel(
                zone=self.zone, name_compared=asked["name_compared"], events=events, **common
            )
        else:
            events = [d.event_id for d in self.offered if d.event_id in chosen and d.card_refusal is None]
            counter.issue_domestic(document=Document(document), events=events, **common)

    def ask(self, status: int) -> HttpResponse:
        context = {
            "form": self.form,
            "visit": self.row,
            "delegation": self.delegation,
            "may_card": CertificateKind.CARD in self.kinds,
            "may_seal": CertificateKind.SEAL in self.kinds,
            **self._whose(),
            "offered": self.offered,
            "left_out": self.left_out,
            "documents": [(d.value, worded(name)) for d, name in DOCUMENT_NAMES.items()],
            "valid": [_line(line) for line in self.valid],
            "compare": self.compare,
            "too_many": {"fit": self.fit, "of": self.for_card} if self.fit < self.for_card else None,
        }
        return render(self.request, "certificates/counter/visit.html", context, status=status)

    def _whose(self) -> dict[str, object]:
        """Who it is: of another body's register no more than its delegation shows."""
        if self.delegation is not None:
            record = delegated_record(self.row.person_id)
            return {
                "full_name": record.name,
                "municipality": self.delegation.owner,
                "values": [
                    (_("氏名"), record.name),
                    (_("氏名（カナ）"), record.kana),
                    (_("生年月日"), shown_in_both_calendars(record.birth_date)),
                ],
                "warnings": _missing(record.name),
            }
        person = view_person(actor=self.request.principal, person_id=self.row.person_id)
        return {
            "full_name": person.name,
            "municipality": person.municipality,
            "person": person,
            "values": _identity(person),
            "warnings": _warnings(person, self.record.name),
        }


def _served(request: HttpRequest, row: CounterVisit) -> HttpResponse:
    edition = Edition.LARGE if row.large_print else Edition.STANDARD
    record = own_record(row.person_id)
    context = {
        "visit": row,
        "person_name": record.name,
        "facts": [
            *((_("証明書ID"), c.number) for c in (row.seal, row.card) if c is not None),
            (_("確かめた書類"), worded(DOCUMENT_NAMES[Document(row.document)])),
        ],
        "missing": typefaces.code_points(typefaces.drawable(record.name).missing),
        "paper": reverse("certificates:counter-paper", args=[row.pk, edition.value]),
        "other": reverse(
            "certificates:counter-paper",
            args=[row.pk, (Edition.STANDARD if row.large_print else Edition.LARGE).value],
        ),
    }
    return render(request, "certificates/counter/served.html", context)


def _begin(request: HttpRequest, person_id: UUID) -> HttpResponse:
    opened = counter.open_visit(actor=request.principal, person_id=person_id, at=datetime.now(UTC))
    return HttpResponseRedirect(reverse("certificates:counter-visit", args=[opened]))


def _chosen(request: HttpRequest, registers: tuple[Municipality, ...]) -> Municipality | None:
    wanted = request.POST.get("register") or request.GET.get("register", "")
    return next((r for r in registers if str(r.id) == wanted), registers[0] if registers else None)


def _identity(person: PersonView) -> list[tuple[object, object]]:
    """What the clerk compares with the document and the face."""
    return [
        (_("氏名"), person.name),
        (_("氏名（カナ）"), person.kana),
        (_("ローマ字氏名"), person.roman),
        (_("生年月日"), shown_in_both_calendars(person.birth_date)),
        (_("住所"), person.address),
        (_("宛名番号"), person.reference),
    ]


def _warnings(person: PersonView, name: str) -> list[object]:
    """What the clerk should know before issuing; nothing of it blocks."""
    found: list[object] = []
    if person.died_on is not None:
        found.append(_("台帳では亡くなっています。別の人ではないか確かめてください"))
    if person.moved_out_on is not None:
        found.append(_("転出しています。ここでの接種の証明書は、ここで発行します"))
    return found + _missing(name)


def _missing(name: str) -> list[object]:
    """What no typeface draws; it does not block."""
    missing = typefaces.code_points(typefaces.drawable(name).missing)
    if not missing:
        return []
    return [
        _(
            "氏名に印刷できない文字（%(missing)s）があります。紙では〓になりますが、証明書の中身は登録どおりで、発行できます"
        )
        % {"missing": missing}
    ]


def _line(line: StatusLine) -> tuple[str, str]:
    return str(line.id), f"{worded(line.title)}　{shown_date(line.issued_at.date())}　{line.number}"
