"""The sections of an application, each a value that is right in itself (申請の項目).

What is wrong is refused where it is entered; what is missing is told by :mod:`draft` at the end, so that
somebody may stop anywhere and go on later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hashira.cloud.domain.application.refusal import bounded, refuse
from hashira.cloud.domain.application.systems import STANDARD_SYSTEMS
from hashira.cloud.domain.environment_order import (
    CloudRole,
    InformationClass,
    Isolation,
    RoleGrant,
    Sharing,
    Stage,
)
from hashira.cloud.domain.guardrails import GUARDRAILS
from hashira.kernel.language import Bilingual

MAX_LINE, MAX_TEXT, MAX_BODIES = 100, 4_000, 200
MOST_ENVIRONMENTS, MOST_ROLES, MOST_EXCEPTIONS = 20, 50, 14
MOST_YEN = Decimal(1_000_000_000)
LONGEST_ROLE_DAYS, LONGEST_EXCEPTION_DAYS = 3 * 366, 366
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[^@\s]{2,}\Z")
_PHONE = re.compile(r"\+?[0-9][0-9()\-]{5,18}[0-9]\Z")


class Currency(StrEnum):
    """In what a provider charges."""

    JPY = "JPY"
    USD = "USD"


class Payment(StrEnum):
    """Who pays the provider, and by which way (支払区分).

    Source: 情報通信技術を活用した行政の推進等に関する法律 第24条 (fees of bodies that are not the State are
    paid to the Agency, kept and handed over).
    """

    CUSTODY = "custody"
    """利用料の保管・引渡し: a local government or another body."""
    LUMP_SUM = "lump-sum"
    """デジタル庁一括計上予算"""
    OWN_BUDGET = "own-budget"
    """府省庁の予算"""


PAYMENT_NAMES = {
    Payment.CUSTODY: Bilingual(
        "国に納め、国が保管して事業者に渡す（地方公共団体など）",
        "Paid to the State, which keeps it and hands it to the provider",
    ),
    Payment.LUMP_SUM: Bilingual("デジタル庁の一括計上予算", "The lump-sum budget of the Digital Agency"),
    Payment.OWN_BUDGET: Bilingual("府省庁の予算", "The budget of the ministry"),
}


class DataEnd(StrEnum):
    """What becomes of the data when an environment ends."""

    MOVED = "moved"
    RETURNED = "returned"
    DELETED = "deleted"


DATA_END_NAMES = {
    DataEnd.MOVED: Bilingual("別の環境に移した（移す）", "Moved to another environment"),
    DataEnd.RETURNED: Bilingual("手元に取り出した（取り出す）", "Taken back"),
    DataEnd.DELETED: Bilingual("保存の必要がなく、消してよい", "May be deleted: no duty to keep it"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """Who is asked about the application."""

    department: str
    name: str
    email: str
    phone: str

    @classmethod
    def of(cls, *, department: str, name: str, email: str, phone: str) -> Contact:
        """Parsed; raises ``ApplicationRefused``."""
        number = phone.strip().replace("−", "-").replace("‐", "-").replace(" ", "")
        if not _PHONE.match(number):
            raise refuse("phone", "電話番号は 03-0000-0000 のように入れてください", "Enter a phone number")
        return cls(
            bounded("department", department, MAX_LINE, Bilingual("部署", "The department")),
            bounded("name", name, MAX_LINE, Bilingual("担当者の名前", "The name")),
            read_email(email),
            number,
        )


@dataclass(frozen=True, slots=True)
class SystemPart:
    """Which system, what for, and whether it is rolled out by CI/CD."""

    code: str
    name: str
    purpose: str
    cicd: bool

    @property
    def standard(self) -> bool:
        """Whether it is one of the twenty."""
        return self.code in STANDARD_SYSTEMS


@dataclass(frozen=True, slots=True)
class ProviderPart:
    """Which selected service, where, and why this one."""

    service: str
    """Id of the service in the public list."""
    service_name: str
    region: str
    reasons: str


@dataclass(frozen=True, slots=True)
class UsagePart:
    """Alone or with others, and by what the bodies are kept apart."""

    sharing: Sharing
    isolation: Isolation
    bodies: tuple[str, ...] = ()
    """Codes of the other bodies."""


@dataclass(frozen=True, slots=True)
class EnvironmentPart:
    """One environment with its money. ``key`` stays its own through every change."""

    key: str
    stage: Stage
    address_ranges: tuple[str, ...]
    monthly_budget_yen: Decimal
    """With tax."""
    forecast: Decimal
    """A month, without tax, in ``currency``."""
    currency: Currency
    budget_code: str
    expense_authority: str
    """Who may enter into the expense (支出負担行為担当官, 支出負担行為者)."""
    pipeline: str = ""
    """By what a development environment is rolled out."""


@dataclass(frozen=True, slots=True)
class InformationPart:
    """What is kept there."""

    information_class: InformationClass
    personal: bool
    description: str


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """From when, who pays, and which exchange rate the forecast rests on."""

    starts_on: date
    payment: Payment
    yen_per_dollar: Decimal
    rate_source: str


@dataclass(frozen=True, slots=True)
class ExceptionPart:
    """A guardrail that is asked to be left off for a while."""

    guardrail: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class EndingPart:
    """When the use ends, why, and what becomes of the data."""

    ends_on: date
    reason: str
    data: DataEnd


def read_email(text: str, field: str = "email") -> str:
    """A mail address; raises ``ApplicationRefused``."""
    found = text.strip()
    if not _EMAIL.match(found):
        raise refuse(field, "メールアドレスは name@example.jp のように入れてください", "Enter a mail address")
    return found


def read_role(
    *,
    role: CloudRole,
    name: str,
    email: str,
    organisation: str,
    valid_from: date,
    valid_until: date,
    today: date,
) -> RoleGrant:
    """A role with its period; raises ``ApplicationRefused`` for one that is over or runs backwards."""
    if valid_until < valid_from:
        raise refuse("valid_until", "終わりの日が始まりの日より前です", "It ends before it begins")
    if valid_until < today:
        raise refuse("valid_until", "役割の期間がもう終わっています", "The period of the role is over")
    if (valid_until - valid_from).days > LONGEST_ROLE_DAYS:
        raise refuse("valid_until", "役割の期間は3年までです", "A role lasts up to three years")
    return RoleGrant(
        role,
        bounded("name", name, MAX_LINE, Bilingual("名前", "The name")),
        read_email(email).lower(),
        bounded("organisation", organisation, MAX_LINE, Bilingual("所属", "The body or firm")),
        valid_from,
        valid_until,
    )


def read_environment(
    *,
    key: str,
    stage: Stage,
    address_ranges: tuple[str, ...],
    monthly_budget_yen: Decimal,
    forecast: Decimal,
    currency: Currency,
    budget_code: str,
    expense_authority: str,
    pipeline: str,
    cicd: bool,
) -> EnvironmentPart:
    """An environment; raises ``ApplicationRefused``. ``cicd`` is what the section on the system says."""
    for field, amount, words in (
        ("monthly_budget_yen", monthly_budget_yen, Bilingual("月の予算", "The monthly budget")),
        ("forecast", forecast, Bilingual("月の見込み額", "The monthly forecast")),
    ):
        if not amount.is_finite() or not 0 < amount <= MOST_YEN:
            raise refuse(field, f"{words.ja}は0より大きい額です", f"{words.en} is more than nothing")
    if monthly_budget_yen != monthly_budget_yen.to_integral_value():
        raise refuse("monthly_budget_yen", "予算は円の単位で入れてください", "The budget is in whole yen")
    tool = pipeline.strip()
    if stage is Stage.DEVELOPMENT and not (cicd and tool):
        raise refuse(
            "pipeline" if cicd else "stage",
            "開発環境は、CI/CD で作って配る仕組みのあるシステムだけが使えます。使う道具を書いてください"
            if cicd
            else "開発環境は、「システム」で CI/CD を使うと答えたときだけ使えます",
            "Name the tool of CI/CD: only such systems have a development environment"
            if cicd
            else "A development environment is for systems with CI/CD: say so in the section on the system",
        )
    return EnvironmentPart(
        key,
        stage,
        address_ranges,
        monthly_budget_yen,
        forecast,
        currency,
        bounded("budget_code", budget_code, MAX_LINE, Bilingual("予算科目", "The budget item")),
        bounded(
            "expense_authority",
            expense_authority,
            MAX_LINE,
            Bilingual("支出負担行為担当官など", "The expense authority"),
        ),
        bounded("pipeline", tool, MAX_LINE, Bilingual("CI/CD の道具", "The tool of CI/CD"), needed=False),
    )


def read_exception(*, guardrail: str, reason: str, until: date, today: date) -> ExceptionPart:
    """An exception that is asked for; raises ``ApplicationRefused``."""
    if guardrail not in {one.id for one in GUARDRAILS}:
        raise refuse("guardrail", "ガードレールを選んでください", "Choose the guardrail")
    if until <= today:
        raise refuse("until", "期限はあすより後の日です", "The exception ends in the future")
    if (until - today).days > LONGEST_EXCEPTION_DAYS:
        raise refuse("until", "例外は1年までです", "An exception lasts up to a year")
    return ExceptionPart(
        guardrail, bounded("reason", reason, MAX_TEXT, Bilingual("理由", "The reason")), until
    )
