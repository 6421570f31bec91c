"""What the baseline asks of each step, in words, for comparing what exists with it (基準の言葉)."""

from __future__ import annotations

from hashira.cloud.adapters.engines.aws.archive import TRAIL
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.defaults import PASSWORDS
from hashira.cloud.adapters.engines.aws.detection import RULES
from hashira.cloud.adapters.engines.aws.particulars import BUDGET
from hashira.cloud.adapters.engines.aws.terms import OPERATOR_ROLE
from hashira.kernel.language import Bilingual


def expectations(cloud: AwsCloud) -> dict[str, Bilingual]:
    """By the name of the step."""
    where = ", ".join(cloud.regions)
    length = PASSWORDS["MinimumPasswordLength"]
    return {
        "operator-role": Bilingual(f"ロール {OPERATOR_ROLE}", f"the role {OPERATOR_ROLE}"),
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
