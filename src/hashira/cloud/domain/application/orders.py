"""What an approved application orders of an engine, one order an environment (申請から払出しの指図へ)."""

from __future__ import annotations

from hashira.cloud.domain.application.draft import Draft
from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.domain.environment_order import EnvironmentOrder, TenantClass


def environment_orders(
    draft: Draft, *, body_code: str, body_name: str, tenant: TenantClass, engine: str
) -> tuple[EnvironmentOrder, ...]:
    """The orders of a whole application, without exceptions, which hold for a time and are looked up on the
    day (``selectors.exceptions_in_force``); raises ``ApplicationRefused`` for one that is not whole."""
    system, provider, usage, information = draft.system, draft.provider, draft.usage, draft.information
    if system is None or provider is None or usage is None or information is None:
        raise refuse("content", "申請に足りないものがあります", "The application is not complete")
    return tuple(
        EnvironmentOrder(
            key=one.key,
            body_code=body_code,
            body_name=body_name,
            tenant_class=tenant,
            system_code=system.code,
            system_name=system.name,
            stage=one.stage,
            sharing=usage.sharing,
            isolation=usage.isolation,
            information_class=information.information_class,
            engine=engine,
            region=provider.region,
            address_ranges=one.address_ranges,
            roles=draft.roles,
            monthly_budget_yen=one.monthly_budget_yen,
            budget_code=one.budget_code,
        )
        for one in draft.environments
    )
