"""The figures of all systems an installation runs: as a page, as JSON and CSV (数値の公開)."""

from __future__ import annotations

import importlib
import importlib.util

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.kernel.figure import Figure
from hashira.ui.tables import Column, Table


def all_figures() -> tuple[Figure, ...]:
    """Those of each system that counts any; a system without a release has no such module."""
    found: list[Figure] = []
    for system in settings.HASHIRA_SYSTEMS:
        name = f"hashira.{system}.figures"
        if importlib.util.find_spec(name) is not None:
            found += importlib.import_module(name).figures()
    return tuple(found)


@access.public("figures are published; none of them tells of anybody")
@cache_control(public=True, max_age=60)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The figures as a table, or as JSON or CSV with ``?format=``."""
    counted = all_figures()
    if request.GET.get("format") == "json":
        return JsonResponse({"figures": [as_document(figure) for figure in counted]})
    table = Table(
        columns=(
            Column("label", _("数値"), heading=True),
            Column("shown", _("値"), numeric=True, csv=lambda figure: figure.published),
            Column("unit", _("単位")),
            Column("as_of", _("数えた日時")),
            Column("how", _("数え方")),
        ),
        rows=counted,
        request=request,
        caption=_("このサービスの数値"),
    )
    if table.wants_csv:
        return table.csv_response("figures.csv")
    return render(request, "portal/figures.html", {"table": table, "any": bool(counted)})


def as_document(figure: Figure) -> dict[str, object]:
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
