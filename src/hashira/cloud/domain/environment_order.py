"""What is ordered of a cloud engine: one environment of one system of one body (環境の払出しの指図).

It is what an approved application (利用申請) comes down to and all that an engine learns: whoever vends
need not know how it was applied for, and whoever applies need not know which provider it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hashira.cloud.domain.baseline_terms import FIRST, BaselineTerms


class Stage(StrEnum):
    """What an environment is for (環境の区分). Production and verification are always apart."""

    PRODUCTION = "production"
    """本番"""
    VERIFICATION = "verification"
    """検証"""
    DEVELOPMENT = "development"
    """開発: only for systems that are built and rolled out by CI/CD."""
    OPERATION = "operation"
    """運用管理: what a 運用管理補助者 works from, over several environments."""


class TenantClass(StrEnum):
    """Whose systems lie together under the same guardrails (利用者の区分); with the stage it names the OU."""

    NATIONAL = "national"
    """府省庁"""
    LOCAL = "local"
    """地方公共団体"""
    QUASI_PUBLIC = "quasi-public"
    """準公共"""


class Sharing(StrEnum):
    """Who holds the environment (利用方式)."""

    SINGLE = "single"
    """単独利用方式: the body itself."""
    JOINT = "joint"
    """共同利用方式: a vendor, for several bodies."""


class Isolation(StrEnum):
    """By what the bodies of a joint environment are kept apart (分離の方式)."""

    ACCOUNT = "account"
    NETWORK = "network"
    APPLICATION = "application"


class InformationClass(StrEnum):
    """The confidentiality of what is kept there (機密性, 政府統一基準)."""

    CONFIDENTIALITY_1 = "1"
    CONFIDENTIALITY_2 = "2"
    CONFIDENTIALITY_3 = "3"


class CloudRole(StrEnum):
    """What somebody may do in an environment (役割)."""

    RESPONSIBLE_OFFICER = "responsible-officer"
    """責任者"""
    TECHNICAL_LEAD = "technical-lead"
    """技術担当者"""
    OPERATION_ASSISTANT = "operation-assistant"
    """ガバメントクラウド運用管理補助者"""
    NETWORK_ASSISTANT = "network-assistant"
    """ネットワーク構築運用補助者"""
    ASP = "asp"
    """アプリケーション提供事業者"""


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """Somebody with a role for a period, both days included (役割と期間)."""

    role: CloudRole
    name: str
    email: str
    organisation: str
    """The body or firm, as it writes its name."""
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class EnvironmentOrder:
    """One environment to be vended. Its ``key`` is also the idempotency token towards the provider."""

    key: str
    """Of the environment, a UUID: one order, one environment, however often it is carried out."""
    body_code: str
    """全国地方公共団体コード with its check digit, or a ministry's code."""
    body_name: str
    tenant_class: TenantClass
    system_code: str
    """One of the 標準化対象事務 (``jumin``, ``koseki`` …) or a code of the body's own."""
    system_name: str
    stage: Stage
    sharing: Sharing
    isolation: Isolation
    information_class: InformationClass
    engine: str
    """The key of the engine: ``aws``, ``openstack``, ``lxd``, …"""
    region: str
    address_ranges: tuple[str, ...]
    """CIDR blocks, none of which overlaps another environment's."""
    roles: tuple[RoleGrant, ...]
    monthly_budget_yen: Decimal
    budget_code: str
    """The item of the budget that it is paid from (予算科目)."""
    exceptions: tuple[str, ...] = ()
    """Ids of approved exceptions to guardrails."""
    adopts: str = ""
    """The account that exists already and is adopted (取込み), by its number; empty: one is made."""
    baseline: BaselineTerms = FIRST
    """The version of the baseline that it is under."""
