"""A resident's own page: the doses of every linked municipality, and the certificates made (本人の記録)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.selectors.issuing import certificates_of
from hashira.certificates.selectors.linking import links_of
from hashira.certificates.selectors.reissues import notices_of
from hashira.certificates.services.own_record import view_own_record
from hashira.certificates.web.dose_table import dose_table
from hashira.core import access


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """What each linked municipality has on record, what can be made of it, and what was made."""
    records = [
        view_own_record(actor=request.principal, person_id=link.person_id)
        for link in links_of(request.principal.id)
    ]
    shown: list[dict[str, Any]] = [
        {
            "record": record,
            "doses": dose_table(request, record.doses, name=f"doses-{number}", caption=_("接種記録")),
            **{
                f"can_{kind}": any(dose.refusals[kind] is None for dose in record.doses)
                for kind in CertificateKind
            },
            "notices": notices_of(record.person_id),
            "certificates": certificates_of(
                record.person_id, frozenset(dose.event_id for dose in record.doses)
            ),
        }
        for number, record in enumerate(records)
    ]
    for entry in shown:
        if entry["doses"].wants_csv:
            return entry["doses"].csv_response(f"{entry['record'].municipality.ja}.csv")
    return render(request, "certificates/own/records.html", {"records": shown})
