"""Orders as the tests of vending give them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from hashira.cloud.domain.environment_order import (
    CloudRole,
    EnvironmentOrder,
    InformationClass,
    Isolation,
    RoleGrant,
    Sharing,
    Stage,
    TenantClass,
)

OFFICER = RoleGrant(
    CloudRole.RESPONSIBLE_OFFICER,
    "見本花子",
    "hanako@town.example.jp",
    "見本町",
    date(2026, 4, 1),
    date(2030, 3, 31),
)
LEAD = RoleGrant(
    CloudRole.TECHNICAL_LEAD,
    "見本太郎",
    "taro@vendor.example.jp",
    "見本システム株式会社",
    date(2026, 4, 1),
    date(2028, 3, 31),
)


def an_order(**changes: Any) -> EnvironmentOrder:
    """An order of a town of 8,000 people for its register of residents."""
    values: dict[str, Any] = {
        "key": str(uuid4()),
        "body_code": "204811",
        "body_name": "松川村",
        "tenant_class": TenantClass.LOCAL,
        "system_code": "jumin",
        "system_name": "住民基本台帳",
        "stage": Stage.PRODUCTION,
        "sharing": Sharing.SINGLE,
        "isolation": Isolation.ACCOUNT,
        "information_class": InformationClass.CONFIDENTIALITY_2,
        "engine": "paper",
        "region": "ap-northeast-1",
        "address_ranges": ("10.20.0.0/20",),
        "roles": (OFFICER, LEAD),
        "monthly_budget_yen": Decimal(120_000),
        "budget_code": "02-01-07",
    }
    return EnvironmentOrder(**(values | changes))
