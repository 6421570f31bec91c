"""An organisation that was there before the product, made on an emulator by boto3 alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

FIRST_ROLE = "OrganizationAccountAccessRole"
DENIES_QUEUES = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Queues", "Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}],
}


@dataclass
class Existing:
    """What somebody else has made: an OU with an SCP of its own, and accounts in it and in the root."""

    endpoint: str

    def client(self, service: str, account: str = "", region: str = "ap-northeast-1") -> Any:
        keys = {"aws_access_key_id": "elsewhere", "aws_secret_access_key": "elsewhere"}
        if account:
            given = self.client("sts").assume_role(
                RoleArn=f"arn:aws:iam::{account}:role/{FIRST_ROLE}", RoleSessionName="elsewhere"
            )["Credentials"]
            keys = {
                "aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"],
            }
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            config=Config(retries={"total_max_attempts": 2}),
            **keys,
        )

    def make(self) -> None:
        """The organisation with its unit ``Workloads`` and the SCP on it."""
        organizations = self.client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        self.root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=self.root, PolicyType="SERVICE_CONTROL_POLICY")
        self.unit = self._unit(organizations)

    def _unit(self, organizations: Any) -> str:
        made = organizations.create_organizational_unit(ParentId=self.root, Name="Workloads")
        policy = organizations.create_policy(
            Name="keep-queues",
            Description="theirs",
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps(DENIES_QUEUES),
        )["Policy"]["PolicySummary"]["Id"]
        organizations.attach_policy(PolicyId=policy, TargetId=made["OrganizationalUnit"]["Id"])
        return str(made["OrganizationalUnit"]["Id"])

    def find_or_make(self) -> None:
        """The same where somebody has made an organisation before."""
        organizations = self.client("organizations")
        try:
            self.root = organizations.list_roots()["Roots"][0]["Id"]
        except (organizations.exceptions.AWSOrganizationsNotInUseException, IndexError):
            self.make()
            return
        units = organizations.list_organizational_units_for_parent(ParentId=self.root)
        known = [one["Id"] for one in units["OrganizationalUnits"] if one["Name"] == "Workloads"]
        self.unit = known[0] if known else self._unit(organizations)

    def account(self, name: str, **tags: str) -> str:
        """An account in ``Workloads``."""
        organizations = self.client("organizations")
        made = organizations.create_account(
            Email=f"{name}@elsewhere.example.jp",
            AccountName=name,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )["CreateAccountStatus"]["AccountId"]
        organizations.move_account(AccountId=made, SourceParentId=self.root, DestinationParentId=self.unit)
        return str(made)

    def lived_in(self, account: str) -> None:
        """Somebody has worked there: a trail, a recorder, a budget, a contact, a password policy."""
        s3 = self.client("s3", account)
        s3.create_bucket(
            Bucket=f"theirs-{account}", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
        )
        trail = self.client("cloudtrail", account)
        trail.create_trail(Name="theirs", S3BucketName=f"theirs-{account}")
        trail.start_logging(Name="theirs")
        config = self.client("config", account)
        config.put_configuration_recorder(
            ConfigurationRecorder={
                "name": "theirs",
                "roleARN": f"arn:aws:iam::{account}:role/aws-service-role/config.amazonaws.com/theirs",
                "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
            }
        )
        config.put_delivery_channel(DeliveryChannel={"name": "theirs", "s3BucketName": f"theirs-{account}"})
        config.start_configuration_recorder(ConfigurationRecorderName="theirs")
        config.put_config_rule(
            ConfigRule={
                "ConfigRuleName": "theirs",
                "Source": {"Owner": "AWS", "SourceIdentifier": "IAM_USER_MFA_ENABLED"},
            }
        )
        self.client("iam", account).update_account_password_policy(
            MinimumPasswordLength=20, MaxPasswordAge=90
        )
        self.client("account").put_alternate_contact(
            AccountId=account,
            AlternateContactType="SECURITY",
            EmailAddress="security@elsewhere.example.jp",
            Name="theirs",
            PhoneNumber="+81-3-1111-1111",
            Title="CISO",
        )
