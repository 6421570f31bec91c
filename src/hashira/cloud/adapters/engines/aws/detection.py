"""What watches an account: Config with its rules, GuardDuty, Security Hub, in each region (検知)."""

from __future__ import annotations

from typing import Any

from hashira.cloud.adapters.engines.aws.archive import bucket_of
from hashira.cloud.adapters.engines.aws.cloud import AwsStep, account_of, line, missing
from hashira.cloud.domain.engine import Evidence, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

RECORDER = "default"
RULE_PREFIX = "hashira-"
RULES: dict[str, str] = {
    "cloudtrail-enabled": "CLOUD_TRAIL_ENABLED",
    "ebs-encryption-by-default": "EC2_EBS_ENCRYPTION_BY_DEFAULT",
    "encrypted-volumes": "ENCRYPTED_VOLUMES",
    "iam-password-policy": "IAM_PASSWORD_POLICY",
    "iam-user-mfa": "IAM_USER_MFA_ENABLED",
    "imdsv2": "EC2_IMDSV2_CHECK",
    "incoming-ssh": "INCOMING_SSH_DISABLED",
    "incoming-traffic": "RESTRICTED_INCOMING_TRAFFIC",
    "rds-encrypted": "RDS_STORAGE_ENCRYPTED",
    "rds-not-public": "RDS_INSTANCE_PUBLIC_ACCESS_CHECK",
    "rds-snapshots-not-public": "RDS_SNAPSHOTS_PUBLIC_PROHIBITED",
    "root-mfa": "ROOT_ACCOUNT_MFA_ENABLED",
    "s3-no-public-read": "S3_BUCKET_PUBLIC_READ_PROHIBITED",
    "s3-no-public-write": "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
    "default-security-group": "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
}
"""Rules that AWS keeps, by our name (AWS Config Developer Guide, *List of AWS Config Managed Rules*)."""
_SERVICE = "config.amazonaws.com"


class Recorder(AwsStep):
    """Records how everything is set up, and delivers it to the log archive."""

    name = "recorder"
    title = Bilingual("構成の記録（Config）を始める", "Start the record of configuration (Config)")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        role = self._role(account)
        for region in self.cloud.regions:
            where: dict[str, Any] = {"account": account, "region": region}
            recorder, channel = self._names(account, region)
            self.cloud.call(
                "config",
                "put_configuration_recorder",
                **where,
                ConfigurationRecorder={
                    "name": recorder,
                    "roleARN": role,
                    "recordingGroup": {
                        "allSupported": True,
                        "includeGlobalResourceTypes": region == self.cloud.regions[0],
                    },
                },
            )
            self.cloud.call(
                "config",
                "put_delivery_channel",
                **where,
                DeliveryChannel={"name": channel, "s3BucketName": bucket_of(account)},
            )
            self.cloud.call(
                "config", "start_configuration_recorder", **where, ConfigurationRecorderName=recorder
            )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account, lines = account_of(facts), []
        for region in self.cloud.regions:
            where: dict[str, Any] = {"account": account, "region": region}
            channels = self.cloud.call("config", "describe_delivery_channels", **where)["DeliveryChannels"]
            if not any(one["s3BucketName"] == bucket_of(account) for one in channels):
                raise missing(
                    "recorder",
                    f"{region}：届け先がありません",
                    f"{region}: it is not delivered",
                    absent=not channels,
                )
            states = self.cloud.call("config", "describe_configuration_recorder_status", **where)
            if not any(one["recording"] for one in states["ConfigurationRecordersStatus"]):
                raise missing("recorder", f"{region}：記録していません", f"{region}: it does not record")
            lines.append(line(region, region, f"{RECORDER}: recording"))
        return Evidence(tuple(lines))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        for region in self.cloud.regions if facts.get("account") else ():
            where: dict[str, Any] = {"account": str(facts["account"]), "region": region}
            gone = ("NoSuchConfigurationRecorderException", "NoSuchDeliveryChannelException")
            self.cloud.found(
                "config", "stop_configuration_recorder", *gone, **where, ConfigurationRecorderName=RECORDER
            )
            self.cloud.found(
                "config", "delete_delivery_channel", *gone, **where, DeliveryChannelName=RECORDER
            )
            self.cloud.found(
                "config", "delete_configuration_recorder", *gone, **where, ConfigurationRecorderName=RECORDER
            )

    def _names(self, account: str, region: str) -> tuple[str, str]:
        """Of the recorder and the channel: an account may have one of each a region, whatever their names."""
        where: dict[str, Any] = {"account": account, "region": region}
        recorders = self.cloud.call("config", "describe_configuration_recorders", **where)
        channels = self.cloud.call("config", "describe_delivery_channels", **where)
        return (
            next((one["name"] for one in recorders["ConfigurationRecorders"]), RECORDER),
            next((one["name"] for one in channels["DeliveryChannels"]), RECORDER),
        )

    def _role(self, account: str) -> str:
        """The role that the service has for itself; which name it bears is for AWS to say."""
        prefix = f"/aws-service-role/{_SERVICE}/"
        roles = self.cloud.call("iam", "list_roles", account=account, PathPrefix=prefix)["Roles"]
        if not roles:
            made = self.cloud.found(
                "iam",
                "create_service_linked_role",
                "InvalidInput",
                "EntityAlreadyExists",
                account=account,
                AWSServiceName=_SERVICE,
            )
            roles = [made["Role"]] if made else []
        if not roles:
            raise missing("recorder", "Config のロールがありません", "the role of Config is missing")
        return str(roles[0]["Arn"])


class Rules(AwsStep):
    """The rules by which Config judges what it records."""

    name = "rules"
    title = Bilingual("検査の規則（Config ルール）を置く", "Put the rules of Config in place")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        for region in self.cloud.regions:
            has = self._rules(account, region)
            for name, source in RULES.items():
                if has.get(RULE_PREFIX + name) != source:
                    self.cloud.call(
                        "config",
                        "put_config_rule",
                        account=account,
                        region=region,
                        ConfigRule={
                            "ConfigRuleName": RULE_PREFIX + name,
                            "Source": {"Owner": "AWS", "SourceIdentifier": source},
                        },
                    )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account, lines = account_of(facts), []
        for region in self.cloud.regions:
            has = self._rules(account, region)
            lost = sorted(name for name, source in RULES.items() if has.get(RULE_PREFIX + name) != source)
            if lost:
                said = ", ".join(lost)
                raise missing(
                    "rules",
                    f"{region}：{said} がありません",
                    f"{region}: {said} missing",
                    absent=len(lost) == len(RULES),
                )
            lines.append(line(region, region, len(RULES)))
        return Evidence(tuple(lines))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        for region in self.cloud.regions if facts.get("account") else ():
            account = str(facts["account"])
            for name in self._rules(account, region):
                self.cloud.found(
                    "config",
                    "delete_config_rule",
                    "NoSuchConfigRuleException",
                    account=account,
                    region=region,
                    ConfigRuleName=name,
                )

    def _rules(self, account: str, region: str) -> dict[str, str]:
        listed = self.cloud.connection.pages(
            "config", "describe_config_rules", "ConfigRules", account=account, region=region
        )
        return {
            one["ConfigRuleName"]: one["Source"]["SourceIdentifier"]
            for one in listed
            if one["ConfigRuleName"].startswith(RULE_PREFIX) and one.get("ConfigRuleState") != "DELETING"
        }


class Threats(AwsStep):
    """A detector of threats in each region; an account may have one a region."""

    name = "threat-detection"
    title = Bilingual("脅威の検知（GuardDuty）を始める", "Start the detection of threats (GuardDuty)")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        for region in self.cloud.regions:
            where: dict[str, Any] = {"account": account, "region": region}
            detectors = self._detectors(account, region)
            if not detectors:
                self.cloud.call(
                    "guardduty",
                    "create_detector",
                    **where,
                    Enable=True,
                    FindingPublishingFrequency="FIFTEEN_MINUTES",
                    ClientToken=f"{order.key}-{region}"[:64],
                )
            elif not self._enabled(account, region, detectors[0]):
                self.cloud.call("guardduty", "update_detector", **where, DetectorId=detectors[0], Enable=True)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account, lines = account_of(facts), []
        for region in self.cloud.regions:
            detectors = self._detectors(account, region)
            if not detectors:
                raise missing(
                    "threat-detection", f"{region}：検知がありません", f"{region}: no detector", absent=True
                )
            if not self._enabled(account, region, detectors[0]):
                raise missing("threat-detection", f"{region}：止まっています", f"{region}: it is stopped")
            lines.append(line(region, region, detectors[0]))
        return Evidence(tuple(lines))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        for region in self.cloud.regions if facts.get("account") else ():
            account = str(facts["account"])
            for detector in self._detectors(account, region):
                self.cloud.found(
                    "guardduty",
                    "delete_detector",
                    "BadRequestException",
                    account=account,
                    region=region,
                    DetectorId=detector,
                )

    def _detectors(self, account: str, region: str) -> list[str]:
        return list(
            self.cloud.call("guardduty", "list_detectors", account=account, region=region)["DetectorIds"]
        )

    def _enabled(self, account: str, region: str, detector: str) -> bool:
        told = self.cloud.call(
            "guardduty", "get_detector", account=account, region=region, DetectorId=detector
        )
        return bool(told["Status"] == "ENABLED")


class Hub(AwsStep):
    """Where all findings come together."""

    name = "security-hub"
    title = Bilingual("検査の集約（Security Hub）を始める", "Start the collection of findings (Security Hub)")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        for region in self.cloud.regions:
            self.cloud.found(
                "securityhub",
                "enable_security_hub",
                "ResourceConflictException",
                account=account_of(facts),
                region=region,
                EnableDefaultStandards=True,
            )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        lines = []
        for region in self.cloud.regions:
            hub = self.cloud.found(
                "securityhub",
                "describe_hub",
                "InvalidAccessException",
                "ResourceNotFoundException",
                account=account_of(facts),
                region=region,
            )
            if hub is None:
                raise missing(
                    "security-hub", f"{region}：集約がありません", f"{region}: there is no hub", absent=True
                )
            lines.append(line(region, region, hub["HubArn"]))
        return Evidence(tuple(lines))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        for region in self.cloud.regions if facts.get("account") else ():
            self.cloud.found(
                "securityhub",
                "disable_security_hub",
                "InvalidAccessException",
                "ResourceNotFoundException",
                account=str(facts["account"]),
                region=region,
            )
