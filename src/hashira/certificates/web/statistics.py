"""The figures of a municipality: charts, the same as tables, CSV (統計の画面)."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.certificates.selectors.people import registers_of
from hashira.certificates.selectors.statistics import Tally, csv_lines, tallies, work_ages, years_of
from hashira.core import access
from hashira.ui import charts
from hashira.ui.tables import Column, Table

_MONTHS = 24
"""Months that a chart has room for; the file has them all."""


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Doses, certificates and what waits, counted now."""
    registers = registers_of(request.principal)
    organisations = [register.id for register in registers]
    years = years_of(organisations)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked[:4]) in years else None
    tables = tallies(organisations, year=year)
    wanted = request.GET.get("format", "")
    if wanted in {"csv", "public"}:
        lines = csv_lines(tables, get_language() or "ja", public=wanted == "public")
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = "統計（公表用）.csv" if wanted == "public" else "統計.csv"
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return response
    work = Table(
        columns=(
            Column("kind", _("種類"), heading=True, value=lambda row: row[0]),
            Column("count", _("件数"), numeric=True, value=lambda row: row[1]),
            Column("oldest", _("いちばん古いものの日数"), numeric=True, value=lambda row: row[2]),
        ),
        rows=work_ages(organisations),
        request=request,
        caption=_("要対応の件数と待ち日数"),
        name="work",
        downloadable=False,
    )
    context = {
        "registers": registers,
        "charts": [_chart(table) for table in tables if not table.empty],
        "years": years,
        "year": year,
        "work": work,
        "any": any(not table.empty for table in tables),
    }
    return render(request, "certificates/statistics/index.html", context)


def _chart(table: Tally) -> charts.Chart:
    by_time = table.code in {"month", "certificates"}
    last = _MONTHS if by_time else len(table.labels)
    labels = table.labels[-last:]
    if by_time and len(labels) > 1:
        series = [
            charts.Series(words, counts[-last:])
            for words, counts in zip(table.series, table.counts, strict=True)
        ][: charts.MOST_SERIES]
        return charts.line(title=table.title, labels=labels, series=series, label_heading=table.heading)
    if len(table.series) > 1:
        series = [charts.Series(w, c[-last:]) for w, c in zip(table.series, table.counts, strict=True)]
        return charts.stacked(
            title=table.title, labels=labels, series=series[: charts.MOST_SERIES], label_heading=table.heading
        )
    return charts.bar(
        title=table.title, labels=labels, values=table.counts[0][-last:], label_heading=table.heading
    )
