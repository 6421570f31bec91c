"""What the words of an application are called (申請の用語)."""

from __future__ import annotations

from hashira.cloud.domain.environment_order import (
    CloudRole,
    InformationClass,
    Isolation,
    Sharing,
    Stage,
    TenantClass,
)
from hashira.kernel.language import Bilingual

STAGE_NAMES = {
    Stage.PRODUCTION: Bilingual("本番", "Production"),
    Stage.VERIFICATION: Bilingual("検証", "Verification"),
    Stage.DEVELOPMENT: Bilingual("開発", "Development"),
    Stage.OPERATION: Bilingual("運用管理", "Operation"),
}
SHARING_NAMES = {
    Sharing.SINGLE: Bilingual("単独利用", "By one body"),
    Sharing.JOINT: Bilingual("共同利用", "Shared by several bodies"),
}
ISOLATION_NAMES = {
    Isolation.ACCOUNT: Bilingual("アカウントで分ける", "By account"),
    Isolation.NETWORK: Bilingual("ネットワークで分ける", "By network"),
    Isolation.APPLICATION: Bilingual("アプリケーションで分ける", "By application"),
}
ROLE_NAMES = {
    CloudRole.RESPONSIBLE_OFFICER: Bilingual("責任者", "Responsible officer"),
    CloudRole.TECHNICAL_LEAD: Bilingual("技術担当者", "Technical lead"),
    CloudRole.OPERATION_ASSISTANT: Bilingual("運用管理補助者", "Operation assistant"),
    CloudRole.NETWORK_ASSISTANT: Bilingual("ネットワーク構築運用補助者", "Network assistant"),
    CloudRole.ASP: Bilingual("アプリケーション提供事業者（ASP）", "Application provider (ASP)"),
}
INFORMATION_NAMES = {
    InformationClass.CONFIDENTIALITY_1: Bilingual(
        "機密性1（公開してよい情報だけ）", "1: public information only"
    ),
    InformationClass.CONFIDENTIALITY_2: Bilingual(
        "機密性2（外に出ると業務や権利に支障がある情報）", "2: disclosure would do harm"
    ),
    InformationClass.CONFIDENTIALITY_3: Bilingual("機密性3（秘密文書に当たる情報）", "3: secret documents"),
}
TENANT_NAMES = {
    TenantClass.NATIONAL: Bilingual("府省庁", "Ministry or agency"),
    TenantClass.LOCAL: Bilingual("地方公共団体", "Local government"),
    TenantClass.QUASI_PUBLIC: Bilingual("準公共", "Quasi-public"),
}
