"""What an account says of itself: tags, contacts, budget (タグ・連絡先・予算)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import AwsStep, account_of, line, missing
from hashira.cloud.adapters.engines.aws.organisation import tags_of
from hashira.cloud.domain.engine import Evidence, Facts
from hashira.cloud.domain.environment_order import CloudRole, EnvironmentOrder, RoleGrant
from hashira.kernel.language import Bilingual

BUDGET = "hashira-monthly"
_THRESHOLDS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
_CONTACTS = {
    "BILLING": CloudRole.RESPONSIBLE_OFFICER,
    "OPERATIONS": CloudRole.TECHNICAL_LEAD,
    "SECURITY": CloudRole.TECHNICAL_LEAD,
}


KINDS = tuple(_CONTACTS)
"""The kinds of alternate contacts."""


class Tags(AwsStep):
    """Whose the account is and what for."""

    name = "tags"
    title = Bilingual("タグを付ける", "Tag the account")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        self.cloud.call(
            "organizations",
            "tag_resource",
            ResourceId=account_of(facts),
            Tags=[{"Key": key, "Value": value} for key, value in tags_of(order).items()],
        )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        listed = self.cloud.found(
            "organizations",
            "list_tags_for_resource",
            "TargetNotFoundException",
            "InvalidInputException",
            ResourceId=account_of(facts),
        )
        has = {one["Key"]: one["Value"] for one in (listed or {"Tags": []})["Tags"]}
        wrong = sorted(key for key, value in tags_of(order).items() if has.get(key) != value)
        if wrong:
            said = ", ".join(wrong)
            raise missing("tags", f"タグが違います：{said}", f"these tags differ: {said}")
        return Evidence(tuple(line(key, key, value) for key, value in sorted(has.items())))


class Contacts(AwsStep):
    """Whom AWS tells of bills, operations and security."""

    name = "contacts"
    title = Bilingual("連絡先を登録する", "Register the contacts")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        for kind, person in contacts_of(order).items():
            self.cloud.call("account", "put_alternate_contact", AccountId=account, **self._said(kind, person))
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account, lines = account_of(facts), []
        for kind, person in contacts_of(order).items():
            found = self.cloud.found(
                "account",
                "get_alternate_contact",
                "ResourceNotFoundException",
                AccountId=account,
                AlternateContactType=kind,
            )
            said = self._said(kind, person)
            has = (found or {"AlternateContact": {}})["AlternateContact"]
            if any(has.get(name) != said[name] for name in ("EmailAddress", "Name")):
                raise missing("contacts", f"{kind} の連絡先が違います", f"the contact {kind} differs")
            lines.append(line(kind, kind, person.email))
        return Evidence(tuple(lines))

    def _said(self, kind: str, person: RoleGrant) -> dict[str, str]:
        return {
            "AlternateContactType": kind,
            "EmailAddress": person.email,
            "Name": person.name[:64],
            "PhoneNumber": self.cloud.phone,
            "Title": person.organisation[:50],
        }


class Budget(AwsStep):
    """The budget of a month, in dollars, with a word to the officers before it is spent."""

    name = "budget"
    title = Bilingual("予算を設ける", "Set the budget")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account, amount = account_of(facts), self._dollars(order)
        has = self._found(account)
        if has is not None and _amount(has) != amount:
            # Replaced and not updated: the notifications belong to it.
            self.cloud.call("budgets", "delete_budget", account=account, AccountId=account, BudgetName=BUDGET)
            has = None
        if has is None:
            self.cloud.found(
                "budgets",
                "create_budget",
                "DuplicateRecordException",
                account=account,
                AccountId=account,
                Budget={
                    "BudgetName": BUDGET,
                    "BudgetLimit": {"Amount": str(amount), "Unit": "USD"},
                    "TimeUnit": "MONTHLY",
                    "BudgetType": "COST",
                },
                NotificationsWithSubscribers=[
                    {
                        "Notification": {
                            "NotificationType": kind,
                            "ComparisonOperator": "GREATER_THAN",
                            "Threshold": percent,
                            "ThresholdType": "PERCENTAGE",
                        },
                        "Subscribers": [
                            {"SubscriptionType": "EMAIL", "Address": address}
                            for address in sorted({one.email for one in contacts_of(order).values()})
                        ],
                    }
                    for kind, percent in _THRESHOLDS
                ],
            )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account = account_of(facts)
        has = self._found(account)
        if has is None:
            raise missing("budget", "予算がありません", "there is no budget", absent=True)
        if _amount(has) != self._dollars(order):
            raise missing("budget", f"{_amount(has)} ドルになっています", f"it is {_amount(has)} dollars")
        told = self.cloud.call(
            "budgets",
            "describe_notifications_for_budget",
            account=account,
            AccountId=account,
            BudgetName=BUDGET,
        )["Notifications"]
        if len(told) < len(_THRESHOLDS):
            raise missing("budget", "通知が足りません", "notifications are missing")
        yen = f"{order.monthly_budget_yen:,.0f}"
        return Evidence(
            (
                line("予算", "Budget", f"{BUDGET}  USD {_amount(has)}"),
                line("円", "Yen", f"{yen}（{self.cloud.yen_a_dollar}円／ドル）"),
            )
        )

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        if facts.get("account"):
            account = str(facts["account"])
            self.cloud.found(
                "budgets",
                "delete_budget",
                "NotFoundException",
                account=account,
                AccountId=account,
                BudgetName=BUDGET,
            )

    def _found(self, account: str) -> dict[str, Any] | None:
        found = self.cloud.found(
            "budgets",
            "describe_budget",
            "NotFoundException",
            account=account,
            AccountId=account,
            BudgetName=BUDGET,
        )
        return None if found is None else dict(found["Budget"])

    def _dollars(self, order: EnvironmentOrder) -> Decimal:
        return (order.monthly_budget_yen / self.cloud.yen_a_dollar).quantize(Decimal("0.01"), ROUND_HALF_UP)


class BudgetAnew(Budget):
    """The budget when it is other people who are told: they belong to it, so it is made anew."""

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        self.compensate(order, facts)
        return super().apply(order, facts)


def contacts_of(order: EnvironmentOrder) -> dict[str, RoleGrant]:
    """Who is told of what; the officer for whatever nobody else is named for."""
    of_role = {one.role: one for one in reversed(order.roles)}
    officer = of_role.get(CloudRole.RESPONSIBLE_OFFICER) or next(iter(order.roles), None)
    if officer is None:
        return {}
    return {kind: of_role.get(role, officer) for kind, role in _CONTACTS.items()}


def _amount(budget: dict[str, Any]) -> Decimal:
    return Decimal(budget["BudgetLimit"]["Amount"]).quantize(Decimal("0.01"))
