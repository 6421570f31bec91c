"""The figures of all systems an installation runs: as a page, as JSON and CSV (数値の公開)."""

from __future__ import annotations

import importlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.kernel.canonical_json import JSON
from hashira.kernel.figure import Figure, NotCounted
from hashira.portal.exchange.selectors import ReceivedFigure, received_figures
from hashira.ui.tables import Column, Table


def counted() -> tuple[Figure | NotCounted, ...]:
    """What each system counts, or why it counts nothing yet."""
    found: list[Figure | NotCounted] = []
    for system in settings.HASHIRA_SYSTEMS:
        found += importlib.import_module(f"hashira.{system}.figures").figures()
    return tuple(found)


def counted_documents() -> tuple[list[JSON], list[JSON]]:
    """The own figures as JSON, and what is not counted yet."""
    found = counted()
    return (
        [as_document(one) for one in found if isinstance(one, Figure)],
        [_reason(one) for one in found if isinstance(one, NotCounted)],
    )


def document() -> dict[str, object]:
    """Everything that ``/figures`` shows: the own figures, what is not counted yet, and the received ones."""
    figures, not_counted = counted_documents()
    received = [
        as_document(one)
        | {"installation": one.installation, "kid": one.kid, "received_at": one.received_at.isoformat()}
        for one in received_figures()
    ]
    return {"figures": figures, "not_counted": not_counted, "received": received}


@access.public("figures are published; none of them tells of anybody")
@cache_control(public=True, max_age=60)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The figures as a table, or as JSON or CSV with ``?format=``."""
    if request.GET.get("format") == "json":
        return JsonResponse(document())
    found = counted()
    own = tuple(one for one in found if isinstance(one, Figure))
    received = received_figures()
    table = Table(
        columns=(
            Column("label", _("数値"), heading=True),
            Column("shown", _("値"), numeric=True, csv=lambda figure: figure.published),
            Column("unit", _("単位")),
            Column("as_of", _("数えた日時")),
            Column("how", _("数え方")),
        ),
        rows=own,
        request=request,
        caption=_("このサービスの数値"),
    )
    if table.wants_csv:
        return table.csv_response("figures.csv")
    elsewhere = Table(
        columns=(
            Column("installation", _("設置先"), heading=True),
            Column("label", _("数値")),
            Column("shown", _("値"), numeric=True, csv=lambda figure: figure.published),
            Column("unit", _("単位")),
            Column("as_of", _("数えた日時")),
            Column("received_at", _("受け取った日時")),
            Column("how", _("数え方")),
        ),
        rows=received,
        request=request,
        caption=_("ほかの設置先から受け取った数値"),
        name="received",
    )
    if elsewhere.wants_csv:
        return elsewhere.csv_response("received-figures.csv")
    context = {
        "table": table,
        "any": bool(own),
        "not_counted": [one for one in found if isinstance(one, NotCounted)],
        "received": elsewhere if received else None,
    }
    return render(request, "portal/figures.html", context)


def as_document(figure: Figure | ReceivedFigure) -> dict[str, JSON]:
    """A figure as JSON; a small count of people is ``null``."""
    return {
        "key": figure.key,
        "label": {"ja": figure.label.ja, "en": figure.label.en},
        "value": figure.published,
        "fewer_than": None if figure.published is not None else 10,
        "unit": {"ja": figure.unit.ja, "en": figure.unit.en},
        "as_of": figure.as_of.isoformat(),
        "how": {"ja": figure.how.ja, "en": figure.how.en},
    }


def _reason(one: NotCounted) -> dict[str, JSON]:
    return {
        "key": one.key,
        "label": {"ja": one.label.ja, "en": one.label.en},
        "reason": {"ja": one.reason.ja, "en": one.reason.en},
    }
