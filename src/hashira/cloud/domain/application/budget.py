"""What an application costs in a fiscal year, in yen with tax, by exchange rate (予算要求の計算)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from hashira.cloud.domain.application.draft import Draft
from hashira.cloud.domain.application.parts import Currency, EnvironmentPart, PaymentPart
from hashira.cloud.domain.environment_order import Stage
from hashira.kernel.language import Bilingual

TAX = Decimal("0.10")
"""Consumption tax with the local part (消費税法 第29条, 地方税法 第72条の83)."""
_MONTHS, _APRIL = 12, 4
_THOUSAND = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One exchange rate to reckon with."""

    key: str
    name: Bilingual
    yen_per_dollar: Decimal


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One environment in a fiscal year; ``amounts`` in yen with tax, by scenario."""

    key: str
    stage: Stage
    budget_code: str
    expense_authority: str
    months: int
    forecast: Decimal
    currency: Currency
    amounts: tuple[Decimal, ...]
    ceiling: Decimal
    """The monthly budget times the months."""


@dataclass(frozen=True, slots=True)
class BudgetSheet:
    """A fiscal year of an application."""

    fiscal_year: int
    scenarios: tuple[Scenario, ...]
    lines: tuple[BudgetLine, ...]
    baseline: tuple[Decimal, ...]
    """What the guardrails themselves cost, by scenario (it is in yen, so the same in each)."""
    totals: tuple[Decimal, ...]
    requests: tuple[Decimal, ...]
    """The totals up to the next thousand yen."""
    ceiling: Decimal

    @property
    def enough(self) -> tuple[bool, ...]:
        """Whether the budget asked for holds in each scenario."""
        return tuple(total <= self.ceiling for total in self.totals)


def fiscal_year_of(day: date) -> int:
    """The fiscal year (会計年度, 1 April to 31 March).

    >>> fiscal_year_of(date(2027, 3, 31)), fiscal_year_of(date(2027, 4, 1))
    (2026, 2027)
    """
    return day.year if day.month >= _APRIL else day.year - 1


def months_in(fiscal_year: int, starts_on: date, ends_on: date | None = None) -> int:
    """How many months of the fiscal year are paid; a month that is begun counts whole.

    >>> [months_in(year, date(2026, 10, 15)) for year in (2025, 2026, 2027)]
    [0, 6, 12]
    """
    first = fiscal_year * _MONTHS + _APRIL
    start = max(first, starts_on.year * _MONTHS + starts_on.month)
    last = first + _MONTHS - 1
    if ends_on is not None:
        last = min(last, ends_on.year * _MONTHS + ends_on.month)
    return max(0, last - start + 1)


def scenarios(base: Decimal) -> tuple[Scenario, ...]:
    """The rate that was entered, a tenth stronger, a tenth and a fifth weaker.

    >>> [str(one.yen_per_dollar) for one in scenarios(Decimal(150))]
    ['150.00', '135.00', '165.00', '180.00']
    """
    cent = Decimal("0.01")
    return tuple(
        Scenario(key, name, (base * factor).quantize(cent, ROUND_CEILING))
        for key, name, factor in (
            ("base", Bilingual("前提のレート", "As entered"), Decimal(1)),
            ("stronger", Bilingual("10%の円高", "Yen 10% stronger"), Decimal("0.9")),
            ("weaker", Bilingual("10%の円安", "Yen 10% weaker"), Decimal("1.1")),
            ("much-weaker", Bilingual("20%の円安", "Yen 20% weaker"), Decimal("1.2")),
        )
    )


def yearly_yen(environment: EnvironmentPart, months: int, scenario: Scenario) -> Decimal:
    """The forecast of some months in whole yen with tax, never rounded down."""
    rate = scenario.yen_per_dollar if environment.currency is Currency.USD else Decimal(1)
    return (environment.forecast * rate * months * (1 + TAX)).quantize(Decimal(1), ROUND_CEILING)


def budget_sheet(
    draft: Draft, payment: PaymentPart, fiscal_year: int, *, baseline_yen: Decimal = Decimal(0)
) -> BudgetSheet:
    """One fiscal year. ``baseline_yen``: the guardrails of one environment, a month, with tax."""
    ends_on = draft.ending.ends_on if draft.ending is not None else None
    months = months_in(fiscal_year, payment.starts_on, ends_on)
    chosen = scenarios(payment.yen_per_dollar)
    lines = tuple(
        BudgetLine(
            one.key,
            one.stage,
            one.budget_code,
            one.expense_authority,
            months,
            one.forecast,
            one.currency,
            tuple(yearly_yen(one, months, scenario) for scenario in chosen),
            one.monthly_budget_yen * months,
        )
        for one in draft.environments
    )
    baseline = (baseline_yen * months * len(lines)).quantize(Decimal(1), ROUND_CEILING)
    totals = tuple(
        sum((line.amounts[number] for line in lines), Decimal(0)) + baseline for number in range(len(chosen))
    )
    return BudgetSheet(
        fiscal_year,
        chosen,
        lines,
        (baseline,) * len(chosen),
        totals,
        tuple((total / _THOUSAND).to_integral_value(ROUND_CEILING) * _THOUSAND for total in totals),
        sum((line.ceiling for line in lines), Decimal(0)),
    )
