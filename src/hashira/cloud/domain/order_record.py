"""An order as it is kept and sent: to JSON and back (指図の記録)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hashira.cloud.domain.baseline_terms import FIRST, BaselineTerms
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


def order_to_json(order: EnvironmentOrder) -> dict[str, Any]:
    """The order as JSON: enumerations by value, days in ISO 8601, money as text."""
    return {
        "key": order.key,
        "body_code": order.body_code,
        "body_name": order.body_name,
        "tenant_class": order.tenant_class.value,
        "system_code": order.system_code,
        "system_name": order.system_name,
        "stage": order.stage.value,
        "sharing": order.sharing.value,
        "isolation": order.isolation.value,
        "information_class": order.information_class.value,
        "engine": order.engine,
        "region": order.region,
        "address_ranges": list(order.address_ranges),
        "roles": [
            {
                "role": one.role.value,
                "name": one.name,
                "email": one.email,
                "organisation": one.organisation,
                "valid_from": one.valid_from.isoformat(),
                "valid_until": one.valid_until.isoformat(),
            }
            for one in order.roles
        ],
        "monthly_budget_yen": str(order.monthly_budget_yen),
        "budget_code": order.budget_code,
        "exceptions": list(order.exceptions),
        **({"adopts": order.adopts} if order.adopts else {}),
        "baseline": terms_to_json(order.baseline),
    }


def order_from_json(kept: Mapping[str, Any]) -> EnvironmentOrder:
    """The inverse of ``order_to_json``; ``ValueError`` or ``KeyError`` for what it never wrote."""
    return EnvironmentOrder(
        key=kept["key"],
        body_code=kept["body_code"],
        body_name=kept["body_name"],
        tenant_class=TenantClass(kept["tenant_class"]),
        system_code=kept["system_code"],
        system_name=kept["system_name"],
        stage=Stage(kept["stage"]),
        sharing=Sharing(kept["sharing"]),
        isolation=Isolation(kept["isolation"]),
        information_class=InformationClass(kept["information_class"]),
        engine=kept["engine"],
        region=kept["region"],
        address_ranges=tuple(kept["address_ranges"]),
        roles=tuple(
            RoleGrant(
                CloudRole(one["role"]),
                one["name"],
                one["email"],
                one["organisation"],
                date.fromisoformat(one["valid_from"]),
                date.fromisoformat(one["valid_until"]),
            )
            for one in kept["roles"]
        ),
        monthly_budget_yen=Decimal(kept["monthly_budget_yen"]),
        budget_code=kept["budget_code"],
        exceptions=tuple(kept["exceptions"]),
        adopts=kept.get("adopts", ""),
        baseline=terms_from_json(kept["baseline"]) if "baseline" in kept else FIRST,
    )


def terms_to_json(terms: BaselineTerms) -> dict[str, Any]:
    """A version of the baseline as JSON."""
    return {
        "version": terms.version,
        "regions": list(terms.regions),
        "adopted": list(terms.adopted),
        "dropped": list(terms.dropped),
        "limits": dict(terms.limits),
    }


def terms_from_json(kept: Mapping[str, Any]) -> BaselineTerms:
    """The inverse of ``terms_to_json``."""
    return BaselineTerms(
        kept["version"],
        tuple(kept["regions"]),
        tuple(kept["adopted"]),
        tuple(kept["dropped"]),
        tuple(sorted((str(name), int(most)) for name, most in kept["limits"].items())),
    )
