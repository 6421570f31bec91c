"""Guardrails that whoever builds in an environment deploys by the given template "
"(必須適用：サーバーと入口)."""

from __future__ import annotations

from hashira.cloud.domain.baseline.cost import rule_cost
from hashira.cloud.domain.baseline.elsewhere import aws, keystone, keystone_has_none, lxd_cannot, lxd_has_none
from hashira.cloud.domain.baseline.entry import NEVER, BaselineGuardrail, ConfigRule, Hold, exceptional
from hashira.cloud.domain.baseline.inventory import (
    Facts,
    Resource,
    Verifier,
    every,
    is_set,
    within,
)
from hashira.cloud.domain.guardrails import guardrail
from hashira.kernel.language import Bilingual

from hashira.cloud.domain.guardrail import GuardrailClass  # isort: skip

_MANDATORY = GuardrailClass.MANDATORY
_ENCRYPTED, _TOKEN = guardrail("encrypted-volumes"), guardrail("metadata-with-token")
assert _ENCRYPTED is not None and _TOKEN is not None  # noqa: PT018  (they are in the list)
ADMINISTRATION_PORTS = frozenset({22, 3389})
"""What nobody opens to the world: SSH and RDP."""
PASSWORD_LENGTH = 14


def _closed(facts: Facts) -> bool:
    ports = facts.get("open_to_world")
    return isinstance(ports, (list, tuple)) and not ADMINISTRATION_PORTS & set(ports)


MANDATORY = (
    BaselineGuardrail(
        "encrypted-volumes",
        Bilingual("ディスクの暗号化", "Encrypted disks"),
        _ENCRYPTED.intent,
        _MANDATORY,
        (
            aws(
                Hold.PREVENTS,
                Hold.DETECTS,
                ja="暗号化しない作成をSCPで断り、すでにあるものをConfigの規則で探す",
                en="An SCP refuses what is not encrypted; what already is there is found by rules",
                rules=(ConfigRule("ENCRYPTED_VOLUMES"), ConfigRule("EC2_EBS_ENCRYPTION_BY_DEFAULT")),
                verifier=Verifier(
                    (
                        every(
                            "volume", is_set("encrypted"), Bilingual("暗号化されていない", "not encrypted")
                        ),
                        every(
                            "account",
                            is_set("encrypts_volumes_by_default"),
                            Bilingual("既定の暗号化が切れている", "encryption by default is off"),
                        ),
                    ),
                    passing=(
                        Resource("volume", "vol-1", {"encrypted": True}),
                        Resource("account", "111122223333", {"encrypts_volumes_by_default": True}),
                    ),
                    failing=(
                        Resource("volume", "vol-1", {"encrypted": False}),
                        Resource("account", "111122223333", {"encrypts_volumes_by_default": True}),
                    ),
                ),
            ),
            keystone_has_none("ディスク", "disks"),
            lxd_cannot(
                "ディスクの暗号化（保管先の土台で行う）",
                "encryption of disks: it is a matter of the pool below",
            ),
        ),
        exceptional(
            30, "暗号化した写しへ移す日程を添える", "With the days on which it is moved to an encrypted copy"
        ),
        "AWS Config, encrypted-volumes, ec2-ebs-encryption-by-default",
        rule_cost(2),
        _ENCRYPTED,
    ),
    BaselineGuardrail(
        "metadata-with-token",
        Bilingual("サーバーの資格情報の保護", "Credentials of servers"),
        _TOKEN.intent,
        _MANDATORY,
        (
            aws(
                Hold.PREVENTS,
                Hold.DETECTS,
                ja="古い方式のサーバーの作成をSCPで断り、すでにあるものをConfigの規則で探す",
                en="An SCP refuses servers with the old way; those that already are there are found by a "
                "rule",
                rules=(ConfigRule("EC2_IMDSV2_CHECK"),),
                verifier=Verifier(
                    (
                        every(
                            "instance",
                            lambda facts: facts.get("http_tokens") == "required",
                            Bilingual("古い方式（IMDSv1）が使える", "the old way (IMDSv1) is open"),
                        ),
                    ),
                    passing=(Resource("instance", "i-1", {"http_tokens": "required"}),),
                    failing=(Resource("instance", "i-1", {"http_tokens": "optional"}),),
                ),
            ),
            keystone_has_none("サーバー", "servers"),
            lxd_has_none("資格情報を配るメタデータサービス", "metadata service that hands out credentials"),
        ),
        exceptional(
            90,
            "新しい方式に対応する版への更新の日程を添える",
            "With the day of the update to a release that knows the new way",
        ),
        "AWS Config, ec2-imdsv2-check",
        rule_cost(1),
        _TOKEN,
    ),
    BaselineGuardrail(
        "second-factor",
        Bilingual("多要素認証", "Second factor"),
        Bilingual(
            "画面に入る人はみな、パスワードのほかにもう一つの確認を使う",
            "Everybody who signs in to the console proves who they are by a second factor as well",
        ),
        _MANDATORY,
        (
            aws(
                Hold.DETECTS,
                ja="多要素認証のない利用者とルートをConfigの規則で探す",
                en="Users without it, and a root user without it, are found by rules",
                rules=(
                    ConfigRule("IAM_USER_MFA_ENABLED"),
                    ConfigRule("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"),
                    ConfigRule("ROOT_ACCOUNT_MFA_ENABLED"),
                ),
                verifier=Verifier(
                    (
                        every(
                            "user",
                            lambda facts: facts.get("console") is False or facts.get("mfa") is True,
                            Bilingual("多要素認証がない", "it has no second factor"),
                        ),
                    ),
                    passing=(
                        Resource("user", "hanako", {"console": True, "mfa": True}),
                        Resource("user", "robot", {"console": False, "mfa": False}),
                    ),
                    failing=(Resource("user", "hanako", {"console": True, "mfa": False}),),
                ),
            ),
            keystone(
                Hold.DETECTS,
                ja="利用者の multi_factor_auth_enabled を読み戻す。設定は利用者ごとで、"
                "全員に強制する規則はKeystoneにない",
                en="multi_factor_auth_enabled of users is read back; it is set user by user, and nothing "
                "forces it on all",
                verifier=Verifier(
                    (
                        every(
                            "user",
                            lambda facts: facts.get("local_password") is False or facts.get("mfa") is True,
                            Bilingual("多要素認証がない", "it has no second factor"),
                        ),
                    ),
                    passing=(Resource("user", "hanako", {"local_password": True, "mfa": True}),),
                    failing=(Resource("user", "hanako", {"local_password": True, "mfa": False}),),
                ),
            ),
            lxd_has_none(
                "パスワードによるサインイン（証明書だけ）",
                "sign-in by password: there are certificates alone",
            ),
        ),
        NEVER,
        "AWS Config, iam-user-mfa-enabled; Keystone, user options, multi_factor_auth_enabled",
        rule_cost(3),
    ),
    BaselineGuardrail(
        "password-policy",
        Bilingual("パスワードの決まり", "Rules for passwords"),
        Bilingual(
            f"パスワードは{PASSWORD_LENGTH}文字以上で、使い回さない",
            f"Passwords have at least {PASSWORD_LENGTH} characters and are not used again",
        ),
        _MANDATORY,
        (
            aws(
                Hold.DETECTS,
                ja="アカウントの決まりをConfigの規則で確かめる",
                en="The policy of the account is checked by a rule",
                rules=(
                    ConfigRule(
                        "IAM_PASSWORD_POLICY",
                        {"MinimumPasswordLength": str(PASSWORD_LENGTH), "PasswordReusePrevention": "24"},
                    ),
                ),
                verifier=Verifier(
                    (
                        every(
                            "account",
                            within("password_length", PASSWORD_LENGTH),
                            Bilingual("決まりがないか、短すぎる", "there is none, or it is too short"),
                        ),
                    ),
                    passing=(Resource("account", "111122223333", {"password_length": PASSWORD_LENGTH}),),
                    failing=(Resource("account", "111122223333", {"password_length": None}),),
                ),
            ),
            keystone(
                Hold.CANNOT,
                ja="パスワードの決まりはサーバーの設定（security_compliance）だけにあり、"
                "APIからは確かめられない",
                en="It is a matter of the server's settings (security_compliance), that no API tells of",
            ),
            lxd_has_none("パスワード", "passwords"),
        ),
        NEVER,
        "AWS Config, iam-password-policy",
        rule_cost(1),
    ),
    BaselineGuardrail(
        "closed-ports",
        Bilingual("管理の入口を閉じる", "Closed ports"),
        Bilingual(
            "サーバーを管理する入口（SSH、リモートデスクトップ）を世界に開かない",
            "Doors for the administration of servers (SSH, remote desktop) are not open to the world",
        ),
        _MANDATORY,
        (
            aws(
                Hold.DETECTS,
                ja="世界に開いた規則をConfigの規則で探す",
                en="Rules that are open to the world are found",
                rules=(
                    ConfigRule("INCOMING_SSH_DISABLED"),
                    ConfigRule("RESTRICTED_INCOMING_TRAFFIC", {"blockedPort1": "22", "blockedPort2": "3389"}),
                ),
                verifier=Verifier(
                    (
                        every(
                            "security-group",
                            _closed,
                            Bilingual("管理の入口が世界に開いている", "it opens administration to the world"),
                        ),
                    ),
                    passing=(Resource("security-group", "sg-1", {"open_to_world": [443]}),),
                    failing=(Resource("security-group", "sg-1", {"open_to_world": [22, 443]}),),
                ),
            ),
            keystone_has_none("通信", "network traffic"),
            lxd_cannot(
                "通信の入口（ネットワークACLはプロジェクトの中で変えられる）",
                "ports: an ACL can be changed from within",
            ),
        ),
        exceptional(
            14, "送信元を限り、終わりの日に閉じる", "From named sources alone, and closed on the last day"
        ),
        "AWS Config, restricted-ssh, restricted-common-ports",
        rule_cost(2),
    ),
    BaselineGuardrail(
        "default-group-closed",
        Bilingual("既定の通信許可を空にする", "Default security group is empty"),
        Bilingual(
            "はじめからある通信の許可（既定のセキュリティグループ）を使わない。うっかり通る道をなくす",
            "The security group that is there by default allows nothing, so that nothing passes by oversight",
        ),
        _MANDATORY,
        (
            aws(
                Hold.DETECTS,
                ja="規則の残る既定のグループをConfigの規則で探す",
                en="Default groups that still have rules are found",
                rules=(ConfigRule("VPC_DEFAULT_SECURITY_GROUP_CLOSED"),),
                verifier=Verifier(
                    (
                        every(
                            "security-group",
                            lambda facts: facts.get("default") is False or facts.get("rules") == 0,
                            Bilingual("既定のグループに規則がある", "the default group has rules"),
                        ),
                    ),
                    passing=(
                        Resource("security-group", "default", {"default": True, "rules": 0}),
                        Resource("security-group", "web", {"default": False, "rules": 2}),
                    ),
                    failing=(Resource("security-group", "default", {"default": True, "rules": 2}),),
                ),
            ),
            keystone_has_none("通信", "network traffic"),
            lxd_has_none("既定のセキュリティグループ", "default security group"),
        ),
        exceptional(
            30, "使っているサーバーを移す日程を添える", "With the days on which its servers are moved"
        ),
        "AWS Config, vpc-default-security-group-closed",
        rule_cost(1),
    ),
)
