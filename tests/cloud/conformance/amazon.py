"""AWS as moto emulates it, as a subject. It evaluates no SCP: it is no proof that anything is prevented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import boto3
from botocore.credentials import Credentials
from tests.cloud.adoption.existing import Existing
from tests.cloud.conformance.subject import Act
from tests.cloud.vending.orders import an_order

from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.connection import AwsConnection
from hashira.cloud.adapters.engines.aws.engine import AwsEngine
from hashira.cloud.domain.engine import Engine, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder

REGION = "ap-northeast-1"


@contextmanager
def served() -> Iterator[str]:
    """The address of a moto of its own, in this process on loopback."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


class Amazon:
    key, enforces, boots = "aws", False, True
    spoiled: frozenset[str] = frozenset({"keep-trail"})
    spares = "data-location"

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.own = boto3.Session("test", "test", region_name=REGION)

    def engine(self) -> Engine:
        connection = AwsConnection(
            endpoint=lambda: self.endpoint,
            region=REGION,
            credentials=Credentials("test", "test"),
            timeout=60.0,
        )
        cloud = AwsCloud(
            connect=lambda: connection,
            regions=(REGION,),
            email="aws+{key}@test.example.jp",
            phone="+81-3-0000-0000",
            first_role="OrganizationAccountAccessRole",
            log_days=1095,
            lock_mode="COMPLIANCE",
            yen_a_dollar=Decimal(150),
            account_quota=0,
            baseline_usd=None,
            today=lambda: date(2026, 11, 30),
        )
        return AwsEngine(cloud, sandbox=True, concurrency=5)

    def order(self, **changes: Any) -> EnvironmentOrder:
        return an_order(**({"engine": self.key, "region": REGION} | changes))

    def client(self, service: str, account: str = "") -> Any:
        """By boto3 alone, in the management account or in one below it."""
        session = self.own
        if account:
            role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
            sts = session.client("sts", endpoint_url=self.endpoint)
            given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            session = boto3.Session(
                given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=REGION
            )
        return session.client(service, endpoint_url=self.endpoint)

    def look(self, order: EnvironmentOrder, facts: Facts) -> list[str]:
        """Accounts of the order that are open, and what is in them: a closed one is AWS's to delete."""
        organizations = self.client("organizations")
        try:
            pages = list(organizations.get_paginator("list_accounts").paginate())
        except organizations.exceptions.AWSOrganizationsNotInUseException:
            return []
        mail = f"aws+{order.key.replace('-', '')}@test.example.jp"
        accounts = [one for page in pages for one in page["Accounts"]]
        found = []
        for one in accounts:
            if one["Email"] != mail or one["Status"] != "ACTIVE":
                continue
            inside = one["Id"]
            found.append(f"account {inside}")
            trails = self.client("cloudtrail", inside).describe_trails()["trailList"]
            found += [f"trail {trail['Name']}" for trail in trails]
            config = self.client("config", inside)
            found += [
                f"recorder {recorder['name']}"
                for recorder in config.describe_configuration_recorders()["ConfigurationRecorders"]
            ]
            found += [
                f"rule {rule['ConfigRuleName']}" for rule in config.describe_config_rules()["ConfigRules"]
            ]
            found += [f"bucket {b['Name']}" for b in self.client("s3", inside).list_buckets()["Buckets"]]
            detectors = self.client("guardduty", inside).list_detectors()["DetectorIds"]
            found += [f"detector {detector}" for detector in detectors]
        return sorted(found)

    def spoil(self, order: EnvironmentOrder, facts: Facts) -> str:
        cloudtrail = self.client("cloudtrail", facts["account"])
        for trail in cloudtrail.describe_trails()["trailList"]:
            cloudtrail.stop_logging(Name=trail["TrailARN"])
        return "trail"

    def existing(self) -> str:
        theirs = Existing(self.endpoint)
        theirs.find_or_make()
        account = theirs.account(f"theirs-{uuid4().hex[:8]}")
        theirs.lived_in(account)
        return account

    def standing(self, account: str) -> dict[str, Any]:
        organizations, contacts = self.client("organizations"), {}
        for kind in ("BILLING", "OPERATIONS", "SECURITY"):
            try:
                told = self.client("account").get_alternate_contact(
                    AccountId=account, AlternateContactType=kind
                )
                contacts[kind] = told["AlternateContact"]["EmailAddress"]
            except self.client("account").exceptions.ResourceNotFoundException:
                continue
        scps = organizations.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")
        config = self.client("config", account)
        budgets = self.client("budgets", account).describe_budgets(AccountId=account).get("Budgets", [])
        trails = self.client("cloudtrail", account).describe_trails()["trailList"]
        pages = organizations.get_paginator("list_accounts").paginate()
        return {
            "status": organizations.describe_account(AccountId=account)["Account"]["Status"],
            "parent": organizations.list_parents(ChildId=account)["Parents"][0]["Id"],
            "tags": organizations.list_tags_for_resource(ResourceId=account)["Tags"],
            "scps": sorted(one["Name"] for one in scps["Policies"]),
            "contacts": contacts,
            "delivery": config.describe_delivery_channels()["DeliveryChannels"],
            "budgets": [one["BudgetName"] for one in budgets],
            "their trail": [one["Name"] for one in trails if one["Name"] == "theirs"],
            "accounts": sum(len(page["Accounts"]) for page in pages),
        }

    def people(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        centre, users = self.client("sso-admin"), self.client("identitystore")
        instance = centre.list_instances()["Instances"][0]
        arn, store = instance["InstanceArn"], instance["IdentityStoreId"]
        found = set()
        for permissions in centre.list_permission_sets(InstanceArn=arn)["PermissionSets"]:
            for one in centre.list_account_assignments(
                InstanceArn=arn, AccountId=facts["account"], PermissionSetArn=permissions
            )["AccountAssignments"]:
                user = users.describe_user(IdentityStoreId=store, UserId=one["PrincipalId"])
                found.add(user["UserName"])
        return found

    def spared(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        return set() if "aws:RequestedRegion" in json.dumps(self.texts(facts)) else {self.spares}

    def texts(self, facts: Facts) -> list[Any]:
        """The SCPs on the unit in which the account lies."""
        organizations = self.client("organizations")
        parent = organizations.list_parents(ChildId=facts["account"])["Parents"][0]["Id"]
        policies = organizations.list_policies_for_target(TargetId=parent, Filter="SERVICE_CONTROL_POLICY")
        return [
            json.loads(organizations.describe_policy(PolicyId=one["Id"])["Policy"]["Content"])
            for one in policies["Policies"]
        ]

    def close(self) -> None:
        """boto3 closes its own."""

    def new_server(self, order: EnvironmentOrder, facts: Facts, name: str) -> str | None:
        tags = [{"Key": "Name", "Value": name}]
        made = self.client("ec2", facts["account"]).run_instances(
            ImageId="ami-12345678",
            MinCount=1,
            MaxCount=1,
            InstanceType="t3.medium",
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )
        return str(made["Instances"][0]["InstanceId"])

    def server_now(
        self, order: EnvironmentOrder, facts: Facts, identifier: str
    ) -> tuple[str, dict[str, str]]:
        ec2 = self.client("ec2", facts["account"])
        found = ec2.describe_instances(InstanceIds=[identifier])["Reservations"][0]["Instances"][0]
        return found["State"]["Name"], {one["Key"]: one["Value"] for one in found.get("Tags", ())}

    def roles_like(self, order: EnvironmentOrder, facts: Facts, door: str) -> list[str]:
        roles = self.client("iam", facts["account"]).list_roles(PathPrefix="/hashira/")["Roles"]
        return [one["Arn"] for one in roles if one["RoleName"].endswith(door.replace("-", ""))]

    def gets_in(self, order: EnvironmentOrder, facts: Facts) -> bool | None:
        return None  # moto opens every account to whoever asks

    def acts(self, order: EnvironmentOrder, facts: Facts) -> list[Act]:
        """A call in another region, which the SCP of data-location denies: its text is on the unit."""
        assert "aws:RequestedRegion" in json.dumps(self.texts(facts))

        def abroad() -> bool:
            role = f"arn:aws:iam::{facts['account']}:role/OrganizationAccountAccessRole"
            sts = self.own.client("sts", endpoint_url=self.endpoint)
            given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            session = boto3.Session(
                given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name="us-east-1"
            )
            sqs = session.client("sqs", endpoint_url=self.endpoint)
            made = sqs.create_queue(QueueName="abroad")["QueueUrl"]
            sqs.delete_queue(QueueUrl=made)
            return False

        return [Act("a call abroad", "data-location", abroad, lambda: True)]
