"""One page of all that waits for a municipality (要対応一覧)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hashira.certificates.domain.work import BY_ITSELF, WORK_NAMES, WorkKind
from hashira.certificates.selectors.people import registers_of
from hashira.certificates.selectors.work import WorkItem, WorkSource, organisation_of
from hashira.certificates.services.work import Act, DecidedElsewhere, WorkTaken, mark_work
from hashira.core import access
from hashira.core.accounts.selectors import display_names
from hashira.ui.tables import Column, Order, Table

_WHOSE = (("mine", _("自分")), ("nobody", _("未定")), ("others", _("ほかの人")))


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first."""
    me, now = request.principal.id, datetime.now(UTC)
    registers = tuple(register.id for register in registers_of(request.principal))
    source = WorkSource(registers, me=me)
    names: dict[str, str] = {}

    def whose(row: WorkItem) -> str:
        return "" if not row.account else names.get(row.account, row.account)

    table = Table(
        columns=(
            Column(
                "words",
                _("種類"),
                sortable=True,
                filterable=True,
                choices=tuple((kind.value, name) for kind, name in WORK_NAMES.items()),
            ),
            Column("title", _("対象"), sortable=True, filterable=True, heading=True, link=address),
            Column("reason", _("理由")),
            Column("since", _("発生日時"), sortable=True),
            Column("days", _("待っている日数"), numeric=True, value=lambda row: (now - row.since).days),
            Column("account", _("担当"), filterable=True, choices=_WHOSE, value=whose),
            Column(
                "done_at",
                _("状態"),
                filterable=True,
                choices=(("open", _("未対応")), ("done", _("済み"))),
                value=lambda row: "done" if row.done_at else "open",
            ),
        ),
        rows=source,
        request=request,
        caption=_("要対応一覧"),
        initial_order=Order(key="since"),
        empty=_("対応を待つものはありません"),
    )
    if table.wants_csv:
        return table.csv_response("要対応.csv")
    view = table.view()
    shown = list(source.slice(table.filters, table.order, view.page.start, view.page.stop))
    names |= display_names({row.account for row in shown} - {""})
    context: dict[str, Any] = {
        "view": view,
        "rows": [
            {
                "item": row,
                "address": address(row),
                "days": (now - row.since).days,
                "whose": whose(row),
                "mine": row.account == me,
                "markable": WorkKind(row.kind) not in BY_ITSELF,
            }
            for row in shown
        ],
        "here": request.get_full_path(),
        "may_take": bool(registers),
    }
    return render(request, "certificates/work/index.html", context)


@access.requires("certificates:OpenRegister")
@never_cache
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Takes, releases, marks as done with, or takes that back; leads back to the list."""
    kind, _colon, key = request.POST.get("item", "").partition(":")
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("certificates:work")
    try:
        act, what, wanted = Act(request.POST.get("act", "")), WorkKind(kind), UUID(key)
    except ValueError:
        return HttpResponseRedirect(back)
    registers = [register.id for register in registers_of(request.principal)]
    organisation = organisation_of(what, wanted, registers)
    if organisation is None:  # decided meanwhile
        messages.info(request, _("もう一覧にありません"))
        return HttpResponseRedirect(back)
    try:
        mark_work(
            actor=request.principal,
            organisation_id=organisation,
            kind=what,
            key=wanted,
            act=act,
            at=datetime.now(UTC),
        )
    except (WorkTaken, DecidedElsewhere) as error:
        messages.error(request, error.message(get_language() or "ja"))
    return HttpResponseRedirect(back)


def address(row: WorkItem) -> str:
    """The page where it is decided."""
    match WorkKind(row.kind):
        case WorkKind.LINK | WorkKind.NAME:
            return reverse("certificates:link-request", args=[row.key])
        case WorkKind.DUPLICATE:
            return reverse("certificates:compare", args=[row.target, row.other])
        case WorkKind.IMPORT:
            return reverse("certificates:import", args=[row.key])
        case WorkKind.DELEGATION:
            return reverse("certificates:delegation", args=[row.key])
        case WorkKind.REISSUE:
            return reverse("certificates:person-certificates", args=[row.target])
        case WorkKind.DOUBT:
            return reverse("certificates:person", args=[row.target])
