"""AWS through boto3, real or emulated: which it is, the settings say (AWS)."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings

from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.engine import AwsEngine
from hashira.cloud.adapters.sandbox import SANDBOX, sandbox_endpoint
from hashira.kernel.clock import SystemClock, today_in_japan

if TYPE_CHECKING:
    from hashira.cloud.adapters.engines.aws.connection import AwsConnection


def engine() -> AwsEngine:
    """As the settings ``HASHIRA_CLOUD_AWS_*`` have it."""
    chosen = settings.HASHIRA_CLOUD_AWS
    sandbox = chosen["ENDPOINT"] == SANDBOX
    regions = tuple(part.strip() for part in chosen["REGIONS"].split(",") if part.strip())

    @functools.cache
    def connect() -> AwsConnection:
        from botocore.credentials import Credentials

        from hashira.cloud.adapters.engines.aws.connection import AwsConnection

        return AwsConnection(
            endpoint=sandbox_endpoint if sandbox else lambda: chosen["ENDPOINT"],
            region=regions[0],
            credentials=Credentials(SANDBOX, SANDBOX) if sandbox else None,
            timeout=float(chosen["TIMEOUT_SECONDS"]),
        )

    cloud = AwsCloud(
        connect=connect,
        regions=regions,
        email=chosen["EMAIL"],
        phone=chosen["PHONE"],
        first_role=chosen["FIRST_ROLE"],
        log_days=int(chosen["LOG_DAYS"]),
        lock_mode=chosen["LOCK_MODE"],
        yen_a_dollar=Decimal(chosen["YEN_A_DOLLAR"]),
        account_quota=int(chosen["ACCOUNT_QUOTA"]),
        baseline_usd=Decimal(chosen["BASELINE_USD"]) if chosen["BASELINE_USD"] else None,
        today=lambda: today_in_japan(SystemClock()),
    )
    return AwsEngine(cloud, sandbox=sandbox, concurrency=int(chosen["CONCURRENCY"]))
