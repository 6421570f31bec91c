"""The log archive and the trail that writes into it (記録の保管庫と証跡)."""

from __future__ import annotations

import json
from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import AwsStep, account_of, line, missing
from hashira.cloud.domain.engine import Evidence, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.policy.size import written
from hashira.kernel.language import Bilingual

TRAIL = "hashira"
_ALL_CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_NO_BUCKET = ("NoSuchBucket", "404")


def bucket_of(account: str) -> str:
    """The name of the log archive; the guardrails know it by its end."""
    return f"{account}-log-archive"


class LogArchive(AwsStep):
    """A bucket in which nothing can be deleted or overwritten before its time."""

    name = "log-archive"
    title = Bilingual("記録の保管庫を作る（消せない設定）", "Make the log archive, with object lock")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        bucket = bucket_of(account)
        self.cloud.found(
            "s3",
            "create_bucket",
            "BucketAlreadyOwnedByYou",
            account=account,
            Bucket=bucket,
            ObjectLockEnabledForBucket=True,
            CreateBucketConfiguration={"LocationConstraint": self.cloud.regions[0]},
        )
        for operation, arguments in (
            ("put_public_access_block", {"PublicAccessBlockConfiguration": _ALL_CLOSED}),
            (
                "put_bucket_encryption",
                {
                    "ServerSideEncryptionConfiguration": {
                        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
                    }
                },
            ),
            (
                "put_object_lock_configuration",
                {
                    "ObjectLockConfiguration": {
                        "ObjectLockEnabled": "Enabled",
                        "Rule": {
                            "DefaultRetention": {"Mode": self.cloud.lock_mode, "Days": self.cloud.log_days}
                        },
                    }
                },
            ),
            ("put_bucket_policy", {"Policy": written(_policy(account))}),
        ):
            self.cloud.call("s3", operation, account=account, Bucket=bucket, **arguments)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account = account_of(facts)
        bucket = bucket_of(account)
        versioning = self._read("get_bucket_versioning", account)
        if versioning is None:
            raise missing("log-archive", "保管庫がありません", "there is no archive", absent=True)
        lock = self._read("get_object_lock_configuration", account, "ObjectLockConfigurationNotFoundError")
        rule = (lock or {}).get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
        if rule.get("Mode") != self.cloud.lock_mode or rule.get("Days") != self.cloud.log_days:
            raise missing("log-archive", "消せない設定がありません", "the object lock is not as it should be")
        if versioning.get("Status") != "Enabled":
            raise missing("log-archive", "版が残りません", "versioning is off")
        if not self._read("get_bucket_encryption", account, "ServerSideEncryptionConfigurationNotFoundError"):
            raise missing("log-archive", "暗号化されません", "encryption is off")
        closed = self._read("get_public_access_block", account, "NoSuchPublicAccessBlockConfiguration") or {}
        if closed.get("PublicAccessBlockConfiguration") != _ALL_CLOSED:
            raise missing("log-archive", "公開の遮断がありません", "public access is not blocked")
        policy = self._read("get_bucket_policy", account, "NoSuchBucketPolicy")
        if policy is None or json.loads(policy["Policy"]) != _policy(account):
            raise missing("log-archive", "書込みの許可が違います", "its policy is not ours")
        return Evidence(
            (
                line("保管庫", "Bucket", f"s3://{bucket}"),
                line("消せない日数", "Days kept", f"{rule['Days']} ({rule['Mode']})"),
            )
        )

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """Deletes it if nothing was written yet; what was written stays until its time is over."""
        if facts.get("account"):
            account = str(facts["account"])
            self.cloud.found(
                "s3",
                "delete_bucket",
                "BucketNotEmpty",
                *_NO_BUCKET,
                account=account,
                Bucket=bucket_of(account),
            )

    def _read(self, operation: str, account: str, *quiet: str) -> dict[str, Any] | None:
        return self.cloud.found(
            "s3", operation, *quiet, *_NO_BUCKET, account=account, Bucket=bucket_of(account)
        )


class Trail(AwsStep):
    """The record of all calls, in all regions, with its files signed."""

    name = "trail"
    title = Bilingual("操作の記録（CloudTrail）を始める", "Start the record of all calls (CloudTrail)")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        if self._trail(account) is None:
            self.cloud.found(
                "cloudtrail",
                "create_trail",
                "TrailAlreadyExistsException",
                account=account,
                Name=TRAIL,
                S3BucketName=bucket_of(account),
                IsMultiRegionTrail=True,
                EnableLogFileValidation=True,
                IncludeGlobalServiceEvents=True,
            )
        self.cloud.call("cloudtrail", "start_logging", account=account, Name=TRAIL)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account = account_of(facts)
        trail = self._trail(account)
        if trail is None:
            raise missing("trail", "証跡がありません", "there is no trail", absent=True)
        if not (trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"]):
            raise missing("trail", "全リージョンか署名の設定が切れています", "regions or validation are off")
        if trail["S3BucketName"] != bucket_of(account):
            raise missing("trail", "別の保管庫に書いています", "it writes into another bucket")
        status = self.cloud.call("cloudtrail", "get_trail_status", account=account, Name=TRAIL)
        if not status["IsLogging"]:
            raise missing("trail", "止まっています", "it is stopped")
        return Evidence((line("証跡", "Trail", trail["TrailARN"]), line("記録", "Logging", "on")))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        if facts.get("account"):
            self.cloud.found(
                "cloudtrail",
                "delete_trail",
                "TrailNotFoundException",
                account=str(facts["account"]),
                Name=TRAIL,
            )

    def _trail(self, account: str) -> dict[str, Any] | None:
        found = self.cloud.found(
            "cloudtrail", "get_trail", "TrailNotFoundException", account=account, Name=TRAIL
        )
        return None if found is None else dict(found["Trail"])


def _policy(account: str) -> dict[str, Any]:
    """Only the services that record may write (AWS CloudTrail User Guide and AWS Config Developer Guide,
    *Permissions for the Amazon S3 bucket*)."""
    bucket = f"arn:aws:s3:::{bucket_of(account)}"
    services = ["cloudtrail.amazonaws.com", "config.amazonaws.com"]
    own = {"StringEquals": {"aws:SourceAccount": account}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Look",
                "Effect": "Allow",
                "Principal": {"Service": services},
                "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
                "Resource": bucket,
                "Condition": own,
            },
            {
                "Sid": "Write",
                "Effect": "Allow",
                "Principal": {"Service": services},
                "Action": "s3:PutObject",
                "Resource": f"{bucket}/AWSLogs/{account}/*",
                "Condition": {
                    "StringEquals": {
                        "aws:SourceAccount": account,
                        "s3:x-amz-acl": "bucket-owner-full-control",
                    }
                },
            },
            {
                "Sid": "OnlyEncrypted",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket, f"{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }
