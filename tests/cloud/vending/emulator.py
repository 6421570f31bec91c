"""moto as a server of its own process, and what boto3 alone sees on it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

REGIONS = ("ap-northeast-1", "ap-northeast-3")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def emulator() -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)],
        env={**os.environ, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < until, "the emulator did not start"
                assert process.poll() is None, "the emulator ended"
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


class Outside:
    """AWS as somebody sees it who knows boto3 and nothing of the product."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self.own = {"aws_access_key_id": "outside", "aws_secret_access_key": "outside"}
        self._clients: dict[Any, Any] = {}

    def client(self, service: str, region: str = REGIONS[0], account: str = "") -> Any:
        key = (service, region, account)
        if key not in self._clients:
            keys = self.own
            if account:
                given = self.client("sts").assume_role(
                    RoleArn=f"arn:aws:iam::{account}:role/hashira/vending", RoleSessionName="outside"
                )["Credentials"]
                keys = {
                    "aws_access_key_id": given["AccessKeyId"],
                    "aws_secret_access_key": given["SecretAccessKey"],
                    "aws_session_token": given["SessionToken"],
                }
            self._clients[key] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self._endpoint,
                config=Config(retries={"total_max_attempts": 2}),
                **keys,
            )
        return self._clients[key]

    def accounts(self) -> list[dict[str, Any]]:
        pages = self.client("organizations").get_paginator("list_accounts").paginate()
        return [one for page in pages for one in page["Accounts"]]

    def whole(self, account: str) -> dict[str, Any]:
        """Everything that an environment is to have, as the provider lists it; duplicates show as such."""
        organizations = self.client("organizations")
        unit = organizations.list_parents(ChildId=account)["Parents"][0]["Id"]
        above = organizations.list_parents(ChildId=unit)["Parents"][0]["Id"]
        found: dict[str, Any] = {
            "unit": [
                organizations.describe_organizational_unit(OrganizationalUnitId=one)["OrganizationalUnit"][
                    "Name"
                ]
                for one in (above, unit)
            ],
            "policies": [
                one["Name"]
                for one in organizations.list_policies_for_target(
                    TargetId=unit, Filter="SERVICE_CONTROL_POLICY"
                )["Policies"]
            ],
            "tags": {
                one["Key"]: one["Value"]
                for one in organizations.list_tags_for_resource(ResourceId=account)["Tags"]
            },
            "contacts": [
                self.client("account").get_alternate_contact(AccountId=account, AlternateContactType=kind)[
                    "AlternateContact"
                ]["EmailAddress"]
                for kind in ("BILLING", "OPERATIONS", "SECURITY")
            ],
            "buckets": [one["Name"] for one in self.client("s3", account=account).list_buckets()["Buckets"]],
            "trails": [
                self.client("cloudtrail", account=account).get_trail_status(Name=one["TrailARN"])["IsLogging"]
                for one in self.client("cloudtrail", account=account).describe_trails()["trailList"]
            ],
            "passwords": self.client("iam", account=account).get_account_password_policy()["PasswordPolicy"][
                "MinimumPasswordLength"
            ],
            "budgets": [
                one["BudgetLimit"]["Amount"]
                for one in self.client("budgets", account=account).describe_budgets(AccountId=account)[
                    "Budgets"
                ]
            ],
            "assignments": self._assignments(account),
        }
        bucket = self.client("s3", account=account).get_object_lock_configuration(
            Bucket=f"{account}-log-archive"
        )
        found["lock"] = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"]
        for region in REGIONS:
            config = self.client("config", region, account)
            states = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
            found[region] = {
                "recorders": [one["recording"] for one in states],
                "rules": len(config.describe_config_rules()["ConfigRules"]),
                "detectors": len(self.client("guardduty", region, account).list_detectors()["DetectorIds"]),
                "hub": bool(self.client("securityhub", region, account).describe_hub()["HubArn"]),
                "encryption": self.client("ec2", region, account).get_ebs_encryption_by_default()[
                    "EbsEncryptionByDefault"
                ],
            }
        return found

    def attached(self, target: str) -> dict[str, str]:
        """The SCPs on a unit or an account: names and ids."""
        listed = self.client("organizations").list_policies_for_target(
            TargetId=target, Filter="SERVICE_CONTROL_POLICY"
        )["Policies"]
        return {one["Name"]: one["Id"] for one in listed}

    def texts(self, account: str) -> list[dict[str, Any]]:
        """The SCPs on the unit in which an account lies, read."""
        organizations = self.client("organizations")
        unit = organizations.list_parents(ChildId=account)["Parents"][0]["Id"]
        return [
            json.loads(organizations.describe_policy(PolicyId=id_)["Policy"]["Content"])
            for id_ in self.attached(unit).values()
        ]

    def _assignments(self, account: str) -> list[str]:
        """The permission set of each assignment, by name."""
        centre = self.client("sso-admin")
        instance = centre.list_instances()["Instances"][0]["InstanceArn"]
        found = []
        for arn in centre.list_permission_sets(InstanceArn=instance)["PermissionSets"]:
            name = centre.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)[
                "PermissionSet"
            ]["Name"]
            listed = centre.list_account_assignments(
                InstanceArn=instance, AccountId=account, PermissionSetArn=arn
            )["AccountAssignments"]
            found.extend([name] * len(listed))
        return sorted(found)
