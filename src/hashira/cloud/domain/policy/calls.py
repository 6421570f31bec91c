"""Recorded calls, from CloudTrail or written by hand: what is known of each, no more (記録された呼出し).

A record of CloudTrail has not every key that a policy may ask for, and its names of operations are not always
those of IAM. What is not in it stays unknown (*AWS CloudTrail User Guide*, "CloudTrail record contents",
"userIdentity element").
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hashira.cloud.domain.policy.refusals import UnreadableRequest
from hashira.cloud.domain.policy.request import ContextValue, Principal, PrincipalKind

_PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
"""Where the source of an event is not the prefix of its actions."""
_ACTIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:PutBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
    "lambda:Invoke": "lambda:InvokeFunction",
}
"""Operations that IAM knows by another action (*Service Authorization Reference*)."""
_VERSIONED = re.compile(r"\d{8}(v\d+)?$")
_REFUSALS = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, once or ``count`` times."""

    principal: str
    """An ARN, or the name of a service."""
    action: str
    resource: str
    """An ARN, ``*``, or nothing where it is not known."""
    resource_account: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    """What is known, by lower-case key; a key that is known to be absent holds ``()``."""
    count: int = 1
    refused: bool = False
    """Whether it was denied when it was made."""

    def known(self, key: str) -> ContextValue | None:
        """The value of a key, also of those that follow from the principal and the resource's account."""
        value = self.context.get(key)
        if value is not None:
            return value
        derive = _DERIVED.get(key)
        return None if derive is None else derive(self)


def read_call(record: object) -> Call:
    """From an event of CloudTrail, or from ``principal``, ``action``, ``resource``, ``account``, ``context``…

    Raises:
        UnreadableRequest: if it is neither.
    """
    if not isinstance(record, dict):
        raise UnreadableRequest(reason="JSON")
    return _of_trail(record) if "eventSource" in record else _by_hand(record)


@lru_cache(maxsize=65_536)
def principal_of(text: str) -> Principal:
    """The principal that an ARN names, read once."""
    return Principal.read(text)


def _by_hand(record: Mapping[str, Any]) -> Call:
    unknown = set(record) - {"principal", "action", "resource", "account", "context", "count", "refused"}
    if unknown:
        raise UnreadableRequest(reason=", ".join(sorted(unknown)))
    principal, action = record.get("principal"), record.get("action")
    if not isinstance(principal, str) or not isinstance(action, str) or ":" not in action:
        raise UnreadableRequest(reason="principal, action")
    context, count = record.get("context", {}), record.get("count", 1)
    if not isinstance(context, dict) or not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise UnreadableRequest(reason="context, count")
    known: dict[str, ContextValue] = {}
    for key, value in context.items():
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            known[key.lower()] = tuple(value)
        elif value is None:
            known[key.lower()] = ()
        elif isinstance(value, bool):
            known[key.lower()] = "true" if value else "false"
        elif isinstance(value, str | int | float):
            known[key.lower()] = str(value)
        else:
            raise UnreadableRequest(reason=f"context {key}")
    resource = record.get("resource", "")
    account = record.get("account", principal_of(principal).account)
    if not isinstance(resource, str) or not isinstance(account, str):
        raise UnreadableRequest(reason="resource, account")
    return Call(principal, action, resource, account, known, count, bool(record.get("refused", False)))


def _of_trail(event: Mapping[str, Any]) -> Call:
    who = event.get("userIdentity")
    source, name = event.get("eventSource"), event.get("eventName")
    if not (isinstance(who, dict) and isinstance(source, str) and isinstance(name, str)):
        raise UnreadableRequest(reason="userIdentity, eventSource, eventName")
    service = who.get("type") == "AWSService"
    principal = who.get("invokedBy") if service else who.get("arn")
    if not isinstance(principal, str):
        raise UnreadableRequest(reason=f"userIdentity {who.get('type')}")
    prefix = source.partition(".")[0]
    action = f"{_PREFIXES.get(prefix, prefix)}:{_VERSIONED.sub('', name)}"
    resources = [one for one in event.get("resources") or () if isinstance(one, dict) and one.get("ARN")]
    arn, owner = "", event.get("recipientAccountId") or who.get("accountId") or ""
    if resources:
        arn, owner = str(resources[0]["ARN"]), resources[0].get("accountId") or owner
    refused = event.get("errorCode") in _REFUSALS
    return Call(
        principal,
        _ACTIONS.get(action, action),
        arn,
        str(owner),
        _trail_context(event, who, service),
        1,
        refused,
    )


def _trail_context(
    event: Mapping[str, Any], who: Mapping[str, Any], service: bool
) -> dict[str, ContextValue]:
    user = who.get("userName") if who.get("type") == "IAMUser" else None
    told = (
        ("aws:requestedregion", event.get("awsRegion")),
        ("aws:useragent", event.get("userAgent")),
        ("aws:currenttime", event.get("eventTime")),
        ("aws:username", user),
        ("aws:sourceip", event.get("sourceIPAddress")),
        ("aws:sourcevpce", event.get("vpcEndpointId")),
    )
    known: dict[str, ContextValue] = {key: text for key, text in told if isinstance(text, str)}
    try:
        ipaddress.ip_address(str(known.get("aws:sourceip")))
    except ValueError:  # the name of a service that made the call
        known.pop("aws:sourceip", None)
    session = who.get("sessionContext")
    if isinstance(session, dict):
        issuer = session.get("sessionIssuer")
        if isinstance(issuer, dict) and isinstance(issuer.get("arn"), str):
            known["aws:principalarn"] = issuer["arn"]  # with its path, which the session's ARN has not
        attributes = session.get("attributes")
        if isinstance(attributes, dict) and attributes.get("mfaAuthenticated") in ("true", "false"):
            known["aws:multifactorauthpresent"] = attributes["mfaAuthenticated"]
    known["aws:viaawsservice"] = "true" if who.get("invokedBy") and not service else "false"
    return known


def _principal_arn(call: Call) -> ContextValue | None:
    principal = principal_of(call.principal)
    if principal.kind is PrincipalKind.ROLE_SESSION and principal.arn != principal.role:
        return None  # the ARN of a session lacks the path of its role
    return principal.arn if principal.account else ()


def _account(call: Call) -> ContextValue | None:
    return principal_of(call.principal).account or ()


def _is_service(call: Call) -> ContextValue | None:
    return "true" if principal_of(call.principal).kind is PrincipalKind.SERVICE else "false"


def _type(call: Call) -> ContextValue | None:
    return {
        PrincipalKind.USER: "User",
        PrincipalKind.ROOT: "Account",
        PrincipalKind.ROLE_SESSION: "AssumedRole",
        PrincipalKind.FEDERATED_USER: "FederatedUser",
        PrincipalKind.ANONYMOUS: "Anonymous",
    }.get(principal_of(call.principal).kind)


def _username(call: Call) -> ContextValue | None:
    principal = principal_of(call.principal)
    return principal.arn.rpartition("/")[2] if principal.kind is PrincipalKind.USER else ()


_DERIVED = {
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": _account,
    "aws:principalisawsservice": _is_service,
    "aws:principaltype": _type,
    "aws:resourceaccount": lambda call: call.resource_account or None,
    "aws:username": _username,
}
"""What follows from who calls and whose the resource is (*IAM User Guide*, "AWS global condition keys")."""
