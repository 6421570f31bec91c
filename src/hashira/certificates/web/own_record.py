"""A resident's own page: the doses of every linked municipality, and the certificates made (本人の記録)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.selectors.account_people import AccountPerson, people_of
from hashira.certificates.selectors.issuing import certificates_of
from hashira.certificates.selectors.own_record import OwnRecord
from hashira.certificates.selectors.reissues import notices_of
from hashira.certificates.selectors.renewal import renewals_of
from hashira.certificates.services.own_record import view_own_record
from hashira.certificates.web.dose_table import dose_table
from hashira.core import access
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table

_STATES = (
    ("valid", _("有効")),
    ("outdated", _("接種記録が変わりました")),
    ("revoked", _("失効")),
    ("superseded", _("差し替えました")),
)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """One person of the account at a time: what is on record, what can be made of it, and what was made."""
    people = people_of(request.principal.id)
    person = _chosen(people, request.GET.get("person", ""))
    shown = [_entry(request, person, number) for number in range(len(person.records))] if person else []
    for entry in shown:
        if entry["doses"].wants_csv:
            return entry["doses"].csv_response(f"{entry['record'].municipality.ja}.csv")
    tabs = [Link(one.label, f"?person={one.key}", current=one == person) for one in people]
    context = {"records": shown, "person": person, "tabs": tabs if len(tabs) > 1 else []}
    return render(request, "certificates/own/records.html", context)


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """The certificates of every person of the account in one list: whose, of what kind, in which state."""
    rows = [
        {
            "whose": person.label,
            "title": line.title,
            "number": line.number,
            "issued_at": line.issued_at,
            "state": "outdated" if line.state == "valid" and line.outdated else line.state,
            "id": line.id,
        }
        for person in people_of(request.principal.id)
        for known in person.records
        for line in _certificates(request, _view(request, known.person_id))
    ]

    def address(row: dict[str, Any]) -> str:
        return reverse("certificates:own-certificate", args=[row["id"]])

    table = Table(
        columns=(
            Column("whose", _("だれの"), sortable=True, filterable=True),
            Column("title", _("種類")),
            Column("number", _("証明書ID"), sortable=True, heading=True, link=address),
            Column("issued_at", _("発行日時"), sortable=True),
            Column("state", _("状態"), choices=_STATES, filterable=True),
        ),
        rows=tuple(rows),
        request=request,
        caption=_("作った証明書"),
    )
    if table.wants_csv:
        return table.csv_response("証明書.csv")
    return render(request, "certificates/own/certificates.html", {"table": table, "any": bool(rows)})


def _chosen(people: tuple[AccountPerson, ...], wanted: str) -> AccountPerson | None:
    named = next((one for one in people if wanted in {str(r.person_id) for r in one.records}), None)
    return named or next(iter(people), None)


def _view(request: HttpRequest, person_id: Any) -> OwnRecord:
    return view_own_record(actor=request.principal, person_id=person_id)


def _certificates(request: HttpRequest, record: OwnRecord) -> Any:
    in_force = frozenset(dose.event_id for dose in record.doses)
    return certificates_of(record.person_id, in_force, made_by=_made_by(request, record))


def _made_by(request: HttpRequest, record: OwnRecord) -> str | None:
    """A representative sees what was made through the own account; another's may name a passport."""
    return None if record.is_own(request.principal.id) else request.principal.id


def _entry(request: HttpRequest, person: AccountPerson, number: int) -> dict[str, Any]:
    known = person.records[number]
    record = _view(request, known.person_id)
    made_by = _made_by(request, record)
    return {
        "record": record,
        "own": person.own,
        "since": known.since,
        "ends_on": known.ends_on,
        "doses": dose_table(
            request, record.doses, name=f"doses-{number}", caption=_("接種記録"), places=person.own
        ),
        **{
            f"can_{kind}": any(dose.refusals[kind] is None for dose in record.doses)
            for kind in CertificateKind
        },
        "notices": notices_of(record.person_id, made_by=made_by),
        "renewals": renewals_of(record, made_by=made_by),
        "certificates": _certificates(request, record),
    }
