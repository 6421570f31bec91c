"""What is asked of each step, in words, for comparing what exists with it (基準の言葉)."""

from __future__ import annotations

from hashira.cloud.adapters.engines.aws.adoption import carried
from hashira.cloud.adapters.engines.aws.archive import TRAIL
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.defaults import PASSWORDS
from hashira.cloud.adapters.engines.aws.detection import RULES
from hashira.cloud.adapters.engines.aws.guardrails import packs
from hashira.cloud.adapters.engines.aws.organisation import path_of, tags_of
from hashira.cloud.adapters.engines.aws.particulars import BUDGET, contacts_of
from hashira.cloud.adapters.engines.aws.retirement import UNIT
from hashira.cloud.adapters.engines.aws.servers import SERVER_ROLE
from hashira.cloud.adapters.engines.aws.terms import OPERATOR_ROLE
from hashira.cloud.domain.adoption.measure import OurEnvironment
from hashira.cloud.domain.baseline.catalogue import spared
from hashira.cloud.domain.door import DOOR_STEP
from hashira.kernel.language import Bilingual


def expectations(cloud: AwsCloud) -> dict[str, Bilingual]:
    """What the baseline asks of an account, whoever's it is, by the name of the step."""
    where = ", ".join(cloud.regions)
    length = PASSWORDS["MinimumPasswordLength"]
    return {
        "operator-role": Bilingual(f"ロール {OPERATOR_ROLE}", f"the role {OPERATOR_ROLE}"),
        "server-role": Bilingual(
            f"委任操作だけができるロール {SERVER_ROLE}", f"the role {SERVER_ROLE} for delegated acts alone"
        ),
        "log-archive": Bilingual(
            f"{cloud.log_days}日消せない保管庫（{cloud.lock_mode}）",
            f"an archive locked for {cloud.log_days} days ({cloud.lock_mode})",
        ),
        "trail": Bilingual(
            f"保管庫へ書く全リージョンの証跡「{TRAIL}」", f"a trail “{TRAIL}” of all regions into the archive"
        ),
        "recorder": Bilingual(
            f"構成の記録と保管庫への届け（{where}）", f"a recorder into the archive ({where})"
        ),
        "rules": Bilingual(f"検査の規則{len(RULES)}本（{where}）", f"{len(RULES)} rules ({where})"),
        "threat-detection": Bilingual(f"動いている検知（{where}）", f"a running detector ({where})"),
        "security-hub": Bilingual(f"検査の集約（{where}）", f"a hub of findings ({where})"),
        "encryption": Bilingual(f"既定の暗号化（{where}）", f"encryption by default ({where})"),
        "no-public-buckets": Bilingual("アカウント全体の公開の遮断", "public access blocked for the account"),
        "password-policy": Bilingual(
            f"{length}文字以上、4種の文字、{PASSWORDS['PasswordReusePrevention']}世代",
            f"{length} characters or more of four kinds, {PASSWORDS['PasswordReusePrevention']} generations",
        ),
        "guardrails": Bilingual("基準のSCPの掛かったOU", "a unit with the SCPs of the baseline"),
        "tags": Bilingual("団体・システム・段階などのタグ", "tags of body, system, stage …"),
        "contacts": Bilingual(
            "請求・運用・セキュリティの代替連絡先", "contacts for billing, operations, security"
        ),
        "budget": Bilingual(f"予算「{BUDGET}」と三つの通知", f"a budget “{BUDGET}” with three notifications"),
        "access": Bilingual("申し出た人だけの割当て", "assignments of the people named, and of no others"),
    }


def expectations_of_ours(cloud: AwsCloud, ours: OurEnvironment) -> dict[str, Bilingual]:
    """What the order of an environment asks, where it is more than the baseline asks of every account."""
    order = ours.order
    path = "/".join(("Root", *path_of(order)))
    count, version = len(packs(order.exceptions, order.baseline)), order.baseline.version
    without = ", ".join(sorted(spared(order.exceptions)))
    today = cloud.today()
    people = ", ".join(
        f"{one.role} {one.email}" for one in order.roles if one.valid_from <= today <= one.valid_until
    )
    tags = ", ".join(f"{key}={value}" for key, value in tags_of(order).items())
    contacts = ", ".join(f"{kind} {one.email}" for kind, one in contacts_of(order).items())
    former = ", ".join(one["name"] for one in carried(ours.facts))
    return {
        "organisation": Bilingual(
            "すべての機能とSCPが有効な組織", "an organisation with all features and SCPs"
        ),
        "unit": Bilingual(path, path),
        "account-request": Bilingual("この環境の申込み", "the request of this environment"),
        "account": Bilingual("この環境のアカウント", "the account of this environment"),
        "placement": Bilingual(path, path),
        "guardrails": Bilingual(
            f"基準の版 {version} のSCP{count}本" + (f"（例外：{without}）" if without else ""),
            f"{count} SCPs of version {version} of the baseline" + (f", except {without}" if without else ""),
        ),
        "tags": Bilingual(tags, tags),
        "contacts": Bilingual(contacts, contacts),
        "budget": Bilingual(
            f"予算「{BUDGET}」{order.monthly_budget_yen:,.0f}円",
            f"a budget “{BUDGET}” of {order.monthly_budget_yen:,.0f} yen",
        ),
        "access": Bilingual(people, people),
        "former-settings": Bilingual("取込みの前の設定の控え", "what was kept before the adoption"),
        "former-guardrails": Bilingual(
            f"引き継いだSCP：{former or '0'}", f"SCPs carried over: {former or '0'}"
        ),
        "suspension-unit": Bilingual(f"休止用のOU「{UNIT}」", f"the unit “{UNIT}”"),
        "suspension-access": Bilingual("だれの割当てもない", "nobody is assigned"),
        "suspension-placement": Bilingual(f"休止用のOU「{UNIT}」の中", f"within the unit “{UNIT}”"),
        DOOR_STEP: Bilingual(
            f"いま認められた立入りの扉だけ（{len(ours.passable)}件まで）",
            f"doors of accesses that are allowed now, and no others (up to {len(ours.passable)})",
        ),
    }
