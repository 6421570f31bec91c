"""What is printed or taken away: the budget of a fiscal year, the copy for the decision (印刷と表)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.cloud.adapters.budget_workbook import write_budget
from hashira.cloud.domain.application.budget import BudgetSheet, budget_sheet, fiscal_year_of
from hashira.cloud.domain.application.chain import STATE_NAMES
from hashira.cloud.domain.application.draft import KIND_NAMES
from hashira.cloud.domain.application.names import STAGE_NAMES
from hashira.cloud.selectors.application_facts import findings_of
from hashira.cloud.selectors.applications import ApplicationView
from hashira.cloud.selectors.vending_terms import terms_of
from hashira.cloud.web.application_answers import answers_of
from hashira.cloud.web.applications import STEPS, opened, worded_findings
from hashira.cloud.web.form_pages import today
from hashira.core import access
from hashira.kernel import era
from hashira.ui.wording import current_language, shown

YEARS = 5
"""So many fiscal years from the start can be asked for."""


@access.requires("cloud:OpenApplications")
@never_cache
@require_safe
def budget(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The request for the budget (予算要求) of a fiscal year: to print, or as a spreadsheet."""
    view = opened(request, application_id)
    sheets = sheets_of(view)
    if request.GET.get("format") == "xlsx" and sheets:
        content = write_budget(
            view.draft, sheets, number=view.line.number, body=view.body.ja, system=view.line.system_name
        )
        answer = HttpResponse(
            content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
        name = f"{view.line.number}_{view.body.ja}_予算要求.xlsx"
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return answer
    years = [one.fiscal_year for one in sheets]
    asked = request.GET.get("year", "")
    chosen = next((one for one in sheets if str(one.fiscal_year) == asked), sheets[0] if sheets else None)
    context = {
        "view": view,
        "years": [
            (year, year_name(year), chosen is not None and year == chosen.fiscal_year) for year in years
        ],
        "sheet": chosen,
        "year_name": year_name(chosen.fiscal_year) if chosen else "",
        "rows": _rows(chosen) if chosen else [],
        "source": view.draft.payment.rate_source if view.draft.payment else "",
    }
    return render(request, "cloud/application_budget.html", context)


@access.requires("cloud:OpenApplications")
@never_cache
@require_safe
def copy(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The whole application on paper, with the places for the seals of a decision (決裁)."""
    view = opened(request, application_id)
    names = dict(STEPS)
    context = {
        "view": view,
        "state": STATE_NAMES[view.line.state],
        "kind": KIND_NAMES[view.line.kind],
        "sections": answers_of(view),
        "findings": worded_findings(findings_of(application_id, today()), None),
        "approvals": [
            (names[one.step], one.by, one.on_behalf_of, one.at) for one in view.acts if one.kind == "approved"
        ],
        "seals": (_("決裁"), _("課長"), _("係長"), pgettext_lazy("a seal", "担当")),
        "sheets": [(year_name(one.fiscal_year), one.requests[0], one.ceiling) for one in sheets_of(view)[:2]],
        "digest": view.digest,
    }
    return render(request, "cloud/application_copy.html", context)


def sheets_of(view: ApplicationView) -> tuple[BudgetSheet, ...]:
    """The fiscal years in which anything is paid."""
    payment = view.draft.payment
    if payment is None or not view.draft.environments:
        return ()
    terms = terms_of(UUID(view.draft.provider.service)) if view.draft.provider is not None else None
    baseline = terms.baseline_yen if terms is not None else Decimal(0)
    first = max(fiscal_year_of(payment.starts_on), fiscal_year_of(today()))
    found = [
        budget_sheet(view.draft, payment, year, baseline_yen=baseline) for year in range(first, first + YEARS)
    ]
    return tuple(one for one in found if any(line.months for line in one.lines))


def year_name(fiscal_year: int) -> str:
    """A fiscal year as people write it: 令和8年度, FY2026."""
    if current_language() == "en":
        return f"FY{fiscal_year}"
    named = era.EraDate.of(date(fiscal_year, 4, 1))
    return f"{named.era.name.ja}{named.year}年度"


def _rows(sheet: BudgetSheet) -> list[tuple[Any, ...]]:
    return [
        (
            STAGE_NAMES[line.stage],
            line.budget_code,
            line.expense_authority,
            line.months,
            f"{shown(line.forecast)} {line.currency.value}",
            line.amounts,
        )
        for line in sheet.lines
    ]
