"""A resident's page of who looked at the own record and what was done with it (だれが見たか)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.certificates.services.own_record import view_own_log
from hashira.core import access
from hashira.ui.tables import Column, Order, Table


@access.requires("certificates:OpenOwnPages")
@never_cache
@require_safe
def log(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The log of one record of the account."""
    table = Table(
        columns=(
            Column("at", _("日時"), sortable=True, heading=True),
            Column("who", _("だれが"), filterable=True),
            Column("what", _("したこと"), filterable=True),
            Column("number", _("証明書ID"), sortable=True),
        ),
        rows=view_own_log(actor=request.principal, person_id=person_id),
        request=request,
        caption=_("記録を見た人、したこと"),
        initial_order=Order(key="at", falling=True),
        stacked=True,
        empty=_("まだ何もありません"),
    )
    if table.wants_csv:
        return table.csv_response("記録を見た人.csv")
    return render(request, "certificates/own/log.html", {"table": table})
