"""The first guardrails of the baseline, modelled on what is published of such baselines (ガードレール一覧).

Each is whole in itself: it can be attached alone, and together they are what an organisation starts with.
``ROLES`` are the roles by which the operator itself works in an account; they are spared where it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hashira.cloud.domain.baseline_terms import HOME_REGIONS
from hashira.cloud.domain.guardrail import ACCOUNT, Example, Guardrail, GuardrailClass
from hashira.kernel.language import Bilingual

ROLES = "arn:aws:iam::*:role/hashira/*"
LOG_ARCHIVE = "arn:aws:s3:::*-log-archive"
_OPERATOR = f"arn:aws:iam::{ACCOUNT}:role/hashira/vending"
_ABROAD = (
    "account:*",
    "aws-portal:*",
    "billing:*",
    "budgets:*",
    "ce:*",
    "cur:*",
    "cloudfront:*",
    "globalaccelerator:*",
    "health:*",
    "iam:*",
    "organizations:*",
    "pricing:*",
    "route53:*",
    "s3:ListAllMyBuckets",
    "shield:*",
    "sts:*",
    "support:*",
    "trustedadvisor:*",
    "waf:*",
    "wafv2:*",
)
"""Services whose calls go to a region that nobody chooses."""


def _deny(
    name: str,
    *actions: str,
    resource: str | tuple[str, ...] = "*",
    condition: Mapping[str, Mapping[str, Any]] | None = None,
    spares_operator: bool = True,
) -> dict[str, Any]:
    tests: dict[str, Any] = {operator: dict(lines) for operator, lines in (condition or {}).items()}
    if spares_operator:
        tests.setdefault("ArnNotLike", {})["aws:PrincipalArn"] = ROLES
    statement: dict[str, Any] = {
        "Sid": name,
        "Effect": "Deny",
        "Action": list(actions),
        "Resource": list(resource) if isinstance(resource, tuple) else resource,
    }
    return statement | ({"Condition": tests} if tests else {})


def _not(statement: dict[str, Any], *services: str) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key != "Action"} | {"NotAction": list(services)}


def located(regions: tuple[str, ...]) -> dict[str, Any]:
    """The statement of ``data-location`` that leaves these regions open."""
    here = {"StringNotEquals": {"aws:RequestedRegion": list(regions)}}
    return _not(_deny("DataLocation", condition=here), *_ABROAD)


GUARDRAILS = (
    Guardrail(
        "data-location",
        Bilingual(
            "データと処理を東京と大阪のリージョンに置く。業務データが国外に出ることを防ぐ",
            "Data and processing stay in the regions of Tokyo and Osaka, so that none leaves the country",
        ),
        GuardrailClass.SCP,
        (located(HOME_REGIONS),),
        Example("ec2:RunInstances", context={"aws:RequestedRegion": "ap-northeast-3"}),
        Example("ec2:RunInstances", context={"aws:RequestedRegion": "us-east-1"}),
        "IAM User Guide, global condition keys, aws:RequestedRegion; Organizations User Guide, SCP examples",
        Bilingual(
            "許可したリージョンからの複製の設定までは見ません。複製先は検知で確かめます",
            "A replication set up at home is not seen; where it goes is for detection",
        ),
    ),
    Guardrail(
        "stay-in-organisation",
        Bilingual(
            "アカウントが組織から離れることを禁じる。離れるとすべてのSCPが効かなくなる",
            "No account leaves the organisation, where no SCP would hold it any longer",
        ),
        GuardrailClass.SCP,
        (_deny("StayInOrganisation", "organizations:LeaveOrganization", spares_operator=False),),
        Example("organizations:DescribeOrganization"),
        Example("organizations:LeaveOrganization"),
        "Organizations User Guide, SCP examples; Service Authorization Reference, AWS Organizations",
    ),
    Guardrail(
        "keep-trail",
        Bilingual(
            "操作の記録（CloudTrail）を止めない、消さない、減らさない",
            "The record of all calls (CloudTrail) is not stopped, deleted or thinned out",
        ),
        GuardrailClass.AUTOMATIC,
        (
            _deny(
                "KeepTrail",
                "cloudtrail:DeleteTrail",
                "cloudtrail:PutEventSelectors",
                "cloudtrail:StopLogging",
                "cloudtrail:UpdateTrail",
            ),
        ),
        Example("cloudtrail:StopLogging", principal=_OPERATOR),
        Example("cloudtrail:StopLogging"),
        "Service Authorization Reference, AWS CloudTrail",
    ),
    Guardrail(
        "keep-config",
        Bilingual(
            "構成の記録（Config）と規則を止めない、消さない",
            "The record of configuration (Config) and its rules are not stopped or deleted",
        ),
        GuardrailClass.AUTOMATIC,
        (
            _deny(
                "KeepConfig",
                "config:DeleteConfigRule",
                "config:DeleteConfigurationRecorder",
                "config:DeleteDeliveryChannel",
                "config:PutConfigurationRecorder",
                "config:StopConfigurationRecorder",
            ),
        ),
        Example("config:DescribeConfigurationRecorders"),
        Example("config:StopConfigurationRecorder"),
        "Service Authorization Reference, AWS Config",
    ),
    Guardrail(
        "keep-threat-detection",
        Bilingual(
            "脅威の検知（GuardDuty）を止めない、切り離さない",
            "The detection of threats (GuardDuty) is not stopped or cut off",
        ),
        GuardrailClass.AUTOMATIC,
        (
            _deny(
                "KeepThreatDetection",
                "guardduty:DeleteDetector",
                "guardduty:DisassociateFromAdministratorAccount",
                "guardduty:DisassociateFromMasterAccount",
                "guardduty:StopMonitoringMembers",
                "guardduty:UpdateDetector",
            ),
        ),
        Example("guardduty:ListFindings"),
        Example("guardduty:DeleteDetector"),
        "Service Authorization Reference, Amazon GuardDuty",
    ),
    Guardrail(
        "keep-security-hub",
        Bilingual(
            "検査の集約（Security Hub）を止めない、基準を外さない",
            "The collection of checks (Security Hub) is not stopped, and no standard is taken out of it",
        ),
        GuardrailClass.AUTOMATIC,
        (
            _deny(
                "KeepSecurityHub",
                "securityhub:BatchDisableStandards",
                "securityhub:DisableSecurityHub",
                "securityhub:DisassociateFromAdministratorAccount",
                "securityhub:DisassociateFromMasterAccount",
            ),
        ),
        Example("securityhub:GetFindings"),
        Example("securityhub:DisableSecurityHub"),
        "Service Authorization Reference, AWS Security Hub",
    ),
    Guardrail(
        "no-root",
        Bilingual(
            "ルートユーザーで作業しない。職員は一人ひとりのGCASアカウントで入る",
            "Nobody works as the root user: staff sign in as themselves",
        ),
        GuardrailClass.SCP,
        (
            _deny(
                "NoRoot",
                "*",
                condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
                spares_operator=False,
            ),
        ),
        Example("s3:ListAllMyBuckets"),
        Example("s3:ListAllMyBuckets", principal=f"arn:aws:iam::{ACCOUNT}:root"),
        "Organizations User Guide, SCP examples; IAM User Guide, aws:PrincipalArn",
        Bilingual(
            "SCPは管理アカウントのルートには効きません",
            "An SCP does not restrict the root of the management account",
        ),
    ),
    Guardrail(
        "encrypted-volumes",
        Bilingual(
            "ディスクを暗号化する。暗号化していないボリュームを作らせず、既定の暗号化を切らせない",
            "Disks are encrypted: no volume without encryption, and the default stays on",
        ),
        GuardrailClass.MANDATORY,
        (
            _deny(
                "EncryptedVolumes",
                "ec2:CreateVolume",
                "ec2:RunInstances",
                resource="arn:aws:ec2:*:*:volume/*",
                condition={"Bool": {"ec2:Encrypted": "false"}},
                spares_operator=False,
            ),
            _deny("EncryptionByDefault", "ec2:DisableEbsEncryptionByDefault"),
        ),
        Example(
            "ec2:CreateVolume",
            f"arn:aws:ec2:ap-northeast-1:{ACCOUNT}:volume/vol-1",
            {"ec2:Encrypted": "true"},
        ),
        Example(
            "ec2:CreateVolume",
            f"arn:aws:ec2:ap-northeast-1:{ACCOUNT}:volume/vol-1",
            {"ec2:Encrypted": "false"},
        ),
        "Service Authorization Reference, Amazon EC2, ec2:Encrypted",
        Bilingual(
            "すでにある暗号化されていないディスクは検知で見つけます",
            "A disk that already is without encryption is for detection",
        ),
    ),
    Guardrail(
        "no-public-buckets",
        Bilingual(
            "保管庫（S3）を公開しない。公開の遮断を外させない",
            "No bucket is public: the block of public access is not taken off",
        ),
        GuardrailClass.AUTOMATIC,
        (
            _deny(
                "NoPublicBuckets",
                "s3:PutAccountPublicAccessBlock",
                "s3:PutBucketPublicAccessBlock",
            ),
        ),
        Example("s3:GetBucketPublicAccessBlock", "arn:aws:s3:::town-data"),
        Example("s3:PutBucketPublicAccessBlock", "arn:aws:s3:::town-data"),
        "Service Authorization Reference, Amazon S3; S3 User Guide, Blocking public access",
        Bilingual(
            "遮断がはじめから入っていることは、SCPでは守れません。払い出しのときに入れて、検知で確かめます",
            "That the block is there at all is no matter of an SCP: vending sets it, detection checks it",
        ),
    ),
    Guardrail(
        "locked-log-archive",
        Bilingual(
            "記録の保管庫の鍵を外さない。記録を消さない、期限を縮めない",
            "The lock of the log archive stays on: no record is deleted, no period shortened",
        ),
        GuardrailClass.SCP,
        (
            _deny(
                "LockedLogArchive",
                "s3:BypassGovernanceRetention",
                "s3:DeleteBucket",
                "s3:DeleteBucketPolicy",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:PutBucketObjectLockConfiguration",
                "s3:PutBucketPolicy",
                "s3:PutBucketVersioning",
                "s3:PutLifecycleConfiguration",
                "s3:PutObjectLegalHold",
                "s3:PutObjectRetention",
                resource=(LOG_ARCHIVE, f"{LOG_ARCHIVE}/*"),
            ),
        ),
        Example("s3:GetObject", "arn:aws:s3:::town-log-archive/2026/01.json"),
        Example("s3:DeleteObjectVersion", "arn:aws:s3:::town-log-archive/2026/01.json"),
        "S3 User Guide, Locking objects; Service Authorization Reference, Amazon S3",
    ),
    Guardrail(
        "keep-keys",
        Bilingual(
            "暗号鍵を消さない。鍵が消えると、データは二度と読めない",
            "Keys are not deleted: without its key no data can ever be read again",
        ),
        GuardrailClass.SCP,
        (_deny("KeepKeys", "kms:DeleteImportedKeyMaterial", "kms:ScheduleKeyDeletion"),),
        Example("kms:CreateKey"),
        Example("kms:ScheduleKeyDeletion", f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/1"),
        "Service Authorization Reference, AWS Key Management Service",
    ),
    Guardrail(
        "keep-baseline-roles",
        Bilingual(
            "運営者のロールを変えない。変えられると、ほかのガードレールの例外を誰でも使える",
            "The operator's roles stay as they are: whoever changes them would be spared by every guardrail",
        ),
        GuardrailClass.SCP,
        (
            _deny(
                "KeepBaselineRoles",
                "iam:AttachRolePolicy",
                "iam:CreateRole",
                "iam:DeleteRole",
                "iam:DeleteRolePermissionsBoundary",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
                resource=ROLES,
            ),
        ),
        Example("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/town/app"),
        Example("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/hashira/vending"),
        "Service Authorization Reference, AWS Identity and Access Management",
    ),
    Guardrail(
        "metadata-with-token",
        Bilingual(
            "サーバーの資格情報を盗まれにくくする。古い方式（IMDSv1）でサーバーを作らせない",
            "Credentials of servers are hard to steal: no server is made with the old way to them (IMDSv1)",
        ),
        GuardrailClass.MANDATORY,
        (
            _deny(
                "MetadataWithToken",
                "ec2:RunInstances",
                resource="arn:aws:ec2:*:*:instance/*",
                condition={"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}},
                spares_operator=False,
            ),
            _deny(
                "MetadataStays",
                "ec2:ModifyInstanceMetadataOptions",
                condition={"StringNotEquals": {"ec2:Attribute/HttpTokens": "required"}},
            ),
        ),
        Example(
            "ec2:RunInstances",
            f"arn:aws:ec2:ap-northeast-1:{ACCOUNT}:instance/*",
            {"ec2:MetadataHttpTokens": "required"},
        ),
        Example(
            "ec2:RunInstances",
            f"arn:aws:ec2:ap-northeast-1:{ACCOUNT}:instance/*",
            {"ec2:MetadataHttpTokens": "optional"},
        ),
        "EC2 User Guide, Instance metadata service; Service Authorization Reference, Amazon EC2",
    ),
    Guardrail(
        "no-access-keys",
        Bilingual(
            "長く使える鍵を作らない。人はシングルサインオン、機械はロールで入る",
            "No keys that stay valid: people sign in once for all, machines have roles",
        ),
        GuardrailClass.SAMPLE,
        (_deny("NoAccessKeys", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateUser"),),
        Example("iam:DeleteAccessKey", f"arn:aws:iam::{ACCOUNT}:user/old"),
        Example("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/old"),
        "IAM User Guide, Security best practices; Service Authorization Reference, IAM",
    ),
)
"""All guardrails, in the order in which they are shown."""


def guardrail(id_: str) -> Guardrail | None:
    """The guardrail with an id."""
    return next((one for one in GUARDRAILS if one.id == id_), None)
