"""What an account has beside what is asked of it, of kinds that the baseline has too (基準より多いもの)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hashira.cloud.adapters.engines.aws.access import Access, name_of
from hashira.cloud.adapters.engines.aws.archive import TRAIL, bucket_of
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.detection import RULE_PREFIX
from hashira.cloud.adapters.engines.aws.guardrails import packs
from hashira.cloud.adapters.engines.aws.particulars import BUDGET
from hashira.cloud.adapters.engines.aws.retirement import SUSPENDED
from hashira.cloud.adapters.engines.aws.survey_layout import Layout
from hashira.cloud.adapters.engines.aws.survey_standings import Standings, assignments
from hashira.cloud.domain.adoption.inventory import FoundAccount, Surplus
from hashira.cloud.domain.adoption.measure import Measure
from hashira.cloud.domain.engine import EngineError
from hashira.cloud.domain.environment_order import CloudRole
from hashira.kernel.language import Bilingual

_FULL = "FullAWSAccess"


def surplus_of(standings: Standings, found: FoundAccount, layout: Layout, measure: Measure) -> list[Surplus]:
    """All of it. What cannot be looked into has been said by the steps. Raises only what passes."""
    more: list[Surplus] = []
    for listed in (_budgets, _assigned, _inside):
        try:
            more.extend(listed(standings, found.id))
        except EngineError as error:
            if error.passing:
                raise
    more.extend(_policies_of(found, layout, measure))
    return more


def _budgets(standings: Standings, account: str) -> Iterator[Surplus]:
    told = standings.cloud.call("budgets", "describe_budgets", account=account, AccountId=account)
    for one in told.get("Budgets", ()):
        if one["BudgetName"] != BUDGET:
            yield Surplus("budget", Bilingual("予算", "Budget"), one["BudgetName"])


def _assigned(standings: Standings, account: str) -> Iterator[Surplus]:
    """Assignments of permission sets that are none of ours."""
    cloud = standings.cloud
    step = Access(cloud)
    names, ours = standings.named_sets(step), {name_of(role) for role in CloudRole}
    provisioned = cloud.connection.pages(
        "sso-admin",
        "list_permission_sets_provisioned_to_account",
        "PermissionSets",
        InstanceArn=step.directory().instance,
        AccountId=account,
    )
    for arn in provisioned:
        name = names.get(arn, arn)
        count = 0 if name in ours else len(assignments(cloud, step, account, arn))
        if count:
            yield Surplus("assignment", Bilingual("割当て", "Assignments"), f"{name} × {count}")


def _inside(standings: Standings, account: str) -> Iterator[Surplus]:
    cloud: AwsCloud = standings.cloud
    trails = cloud.call("cloudtrail", "describe_trails", account=account)["trailList"]
    for one in trails:
        if one["Name"] != TRAIL:
            yield Surplus(
                "trail", Bilingual("証跡", "Trail"), f"{one['Name']} → {one.get('S3BucketName', '?')}"
            )
    for region in cloud.regions:
        where: dict[str, Any] = {"account": account, "region": region}
        for one in cloud.connection.pages("config", "describe_config_rules", "ConfigRules", **where):
            if not one["ConfigRuleName"].startswith(RULE_PREFIX):
                yield Surplus(
                    "config-rule", Bilingual("検査の規則", "Rule"), f"{region}: {one['ConfigRuleName']}"
                )
        channels = cloud.call("config", "describe_delivery_channels", **where)
        for one in channels["DeliveryChannels"]:
            if one["s3BucketName"] != bucket_of(account):
                yield Surplus(
                    "delivery",
                    Bilingual("構成の記録の届け先", "Delivery"),
                    f"{region}: {one['s3BucketName']}",
                )


def _policies_of(found: FoundAccount, layout: Layout, measure: Measure) -> Iterator[Surplus]:
    """SCPs that are in force for the account and are none of those that it is to be under."""
    asked = packs(measure.exceptions, measure.terms).keys()
    if measure.ours is not None and measure.ours.suspended:
        asked = {SUSPENDED: ""}.keys()
    for place, names in [(found.name, layout.own.get(found.id, [])), *layout.ways[found.unit]]:
        for name in names:
            if name != _FULL and name not in asked:
                yield Surplus("scp", Bilingual("SCP", "SCP"), f"{name} ({place})")
