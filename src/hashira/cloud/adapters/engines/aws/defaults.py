"""What holds in an account from the start: encryption, nothing public, passwords (既定の設定)."""

from __future__ import annotations

from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import AwsStep, account_of, line, missing
from hashira.cloud.domain.engine import Evidence, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

PASSWORDS: dict[str, Any] = {
    "MinimumPasswordLength": 14,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
    "PasswordReusePrevention": 24,
}
_ALL_CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


class EncryptedDisks(AwsStep):
    """Disks are encrypted unless somebody says otherwise, which the guardrails refuse."""

    name = "encryption"
    title = Bilingual("ディスクの暗号化を既定にする", "Encrypt disks by default")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        for region in self.cloud.regions:
            self.cloud.call(
                "ec2", "enable_ebs_encryption_by_default", account=account_of(facts), region=region
            )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        for region in self.cloud.regions:
            told = self.cloud.call(
                "ec2", "get_ebs_encryption_by_default", account=account_of(facts), region=region
            )
            if not told["EbsEncryptionByDefault"]:
                raise missing("encryption", f"{region}：切れています", f"{region}: it is off")
        return Evidence((line("既定の暗号化", "Encryption by default", ", ".join(self.cloud.regions)),))


class NothingPublic(AwsStep):
    """No bucket of the account can be made public."""

    name = "no-public-buckets"
    title = Bilingual("保管庫（S3）の公開を遮断する", "Block public access to all buckets")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        self.cloud.call(
            "s3control",
            "put_public_access_block",
            account=account,
            AccountId=account,
            PublicAccessBlockConfiguration=_ALL_CLOSED,
        )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account = account_of(facts)
        told = self.cloud.found(
            "s3control",
            "get_public_access_block",
            "NoSuchPublicAccessBlockConfiguration",
            account=account,
            AccountId=account,
        )
        if told is None or told["PublicAccessBlockConfiguration"] != _ALL_CLOSED:
            raise missing("no-public-buckets", "遮断されていません", "it is not blocked")
        return Evidence((line("公開の遮断", "Public access", "blocked"),))


class Passwords(AwsStep):
    """How passwords of users of the account have to be; nobody is meant to have one."""

    name = "password-policy"
    title = Bilingual("パスワードの決まりを置く", "Set the policy of passwords")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        has = self._policy(account)
        # What is stricter than the baseline stays, and so does what the baseline does not speak of.
        kept = {name: has[name] for name in _KEPT if has.get(name)}  # an age of 0 is none
        wanted = {
            name: has[name] if _enough(has.get(name), value) else value for name, value in PASSWORDS.items()
        }
        self.cloud.call("iam", "update_account_password_policy", account=account, **(kept | wanted))
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        has = self._policy(account_of(facts))
        weak = sorted(name for name, value in PASSWORDS.items() if not _enough(has.get(name), value))
        if weak:
            said = ", ".join(weak)
            raise missing(
                "password-policy", f"決まりが弱い：{said}", f"the policy is weaker: {said}", absent=not has
            )
        return Evidence((line("長さ", "Length", has["MinimumPasswordLength"]),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        if facts.get("account"):
            self.cloud.found(
                "iam",
                "delete_account_password_policy",
                "NoSuchEntity",
                "NoSuchEntityException",
                account=str(facts["account"]),
            )

    def _policy(self, account: str) -> dict[str, Any]:
        told = self.cloud.found(
            "iam", "get_account_password_policy", "NoSuchEntity", "NoSuchEntityException", account=account
        )
        return dict(told["PasswordPolicy"]) if told else {}


_KEPT = ("MaxPasswordAge", "HardExpiry")


def _enough(has: Any, asked: Any) -> bool:
    """Whether a value is as strict as the baseline's, or stricter.

    >>> _enough(20, 14), _enough(12, 14), _enough(True, True), _enough(None, True)
    (True, False, True, False)
    """
    return has is not None and has >= asked
