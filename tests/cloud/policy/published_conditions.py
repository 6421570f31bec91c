"""What AWS tells of conditions: missing keys, several values, sets, variables; and of what is negated.

Each line is a condition on an ``Allow`` of everything, a context, and whether AWS says that it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_OPERATORS = "IAM reference_policies_elements_condition_operators"
_SETS = "IAM reference_policies_condition-single-vs-multi-valued-context-keys"
_TABLE = "IAM reference_policies_condition_examples-multi-valued-context-keys"
_LOGIC = "IAM reference_policies_condition-logic-multiple-context-keys-or-values"
_VARIABLES = "IAM reference_policies_variables"
Context = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One condition in one context."""

    id: str
    condition: dict[str, Any]
    context: Context
    holds: bool


_KEYED = {"ForAllValues:StringNotLike": {"aws:TagKeys": "key1*"}}
_KEYED_TWICE = {"ForAllValues:StringNotLike": {"aws:TagKeys": ["key1*", "key2*"]}}
_ANY_KEYED = {"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "cost"]}}
_ASKED = {"ForAllValues:StringLike": {"dynamodb:requestedAttributes": ["PostDateTime", "Message", "Tags"]}}
_FORBIDDEN = {"ForAnyValue:StringLike": {"dynamodb:requestedAttributes": ["ID", "PostDateTime"]}}
_TYPES = {"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}
_TWO = {"StringEquals": {"aws:PrincipalTag/a": ["1", "2"], "aws:PrincipalTag/b": "3"}}
_NEITHER = {"StringNotEquals": {"aws:PrincipalTag/a": ["1", "2"]}}
_SESSION = {"Null": {"aws:TokenIssueTime": "true"}}

LINES = (
    Line(f"{_OPERATORS}/missing-key", {"StringEquals": {"aws:UserAgent": "x"}}, {}, False),
    Line(f"{_OPERATORS}/missing-key/like", {"StringLike": {"aws:UserAgent": "*"}}, {}, False),
    Line(f"{_OPERATORS}/missing-key/negated", {"StringNotLike": {"aws:UserAgent": "x*"}}, {}, True),
    Line(
        f"{_OPERATORS}/missing-key/arn-negated", {"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::a"}}, {}, True
    ),
    Line(f"{_OPERATORS}/missing-key/numeric", {"NumericLessThan": {"s3:max-keys": "10"}}, {}, False),
    Line(f"{_OPERATORS}/missing-key/numeric-negated", {"NumericNotEquals": {"s3:max-keys": "10"}}, {}, True),
    Line(f"{_OPERATORS}/missing-key/bool", {"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {}, False),
    Line(f"{_OPERATORS}/missing-key/not-ip", {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {}, True),
    Line(
        f"{_OPERATORS}/numeric/example-holds",
        {"NumericLessThanEquals": {"s3:max-keys": "10"}},
        {"s3:max-keys": "10"},
        True,
    ),
    Line(
        f"{_OPERATORS}/numeric/example-does-not",
        {"NumericLessThanEquals": {"s3:max-keys": "10"}},
        {"s3:max-keys": "11"},
        False,
    ),
    Line(
        f"{_OPERATORS}/date/example",
        {"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}},
        {"aws:TokenIssueTime": "2020-01-01T00:00:02Z"},
        True,
    ),
    Line(
        f"{_OPERATORS}/bool/example",
        {"Bool": {"aws:SecureTransport": "false"}},
        {"aws:SecureTransport": "false"},
        True,
    ),
    Line(f"{_OPERATORS}/binary/example", {"BinaryEquals": {"key": "QmluYXJ5"}}, {"key": "QmluYXJ5"}, True),
    Line(
        f"{_OPERATORS}/ip/range",
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"aws:SourceIp": "203.0.113.200"},
        True,
    ),
    Line(
        f"{_OPERATORS}/ip/without-prefix-is-one-address",
        {"IpAddress": {"aws:SourceIp": "203.0.113.5"}},
        {"aws:SourceIp": "203.0.113.6"},
        False,
    ),
    Line(
        f"{_OPERATORS}/ip/version-6",
        {"IpAddress": {"aws:SourceIp": "2001:db8:1234:5678::/64"}},
        {"aws:SourceIp": "2001:db8:1234:5678::9"},
        True,
    ),
    Line(
        f"{_OPERATORS}/arn/each-part-apart",
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:topic"}},
        {"aws:SourceArn": "arn:aws:sns:ap-northeast-1:111122223333:topic"},
        False,
    ),
    Line(
        f"{_OPERATORS}/arn/equals-is-like",
        {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:111122223333:top*"}},
        {"aws:SourceArn": "arn:aws:sns:ap-northeast-1:111122223333:topic"},
        True,
    ),
    Line(f"{_OPERATORS}/if-exists/missing", _TYPES, {}, True),
    Line(f"{_OPERATORS}/if-exists/matches", _TYPES, {"ec2:InstanceType": "t2.micro"}, True),
    Line(f"{_OPERATORS}/if-exists/does-not-match", _TYPES, {"ec2:InstanceType": "x1.large"}, False),
    Line(f"{_OPERATORS}/null/user", _SESSION, {}, True),
    Line(f"{_OPERATORS}/null/session", _SESSION, {"aws:TokenIssueTime": "2026-04-01T00:00:00Z"}, False),
    Line(
        f"{_OPERATORS}/null/false-asks-for-a-key",
        {"Null": {"aws:TagKeys": "false"}},
        {"aws:TagKeys": ["a"]},
        True,
    ),
    Line(
        f"{_OPERATORS}/null/empty-is-no-key", {"Null": {"aws:TagKeys": "false"}}, {"aws:TagKeys": []}, False
    ),
    Line(
        f"{_OPERATORS}/wildcard-needs-like",
        {"StringEquals": {"aws:UserAgent": "c*"}},
        {"aws:UserAgent": "cli"},
        False,
    ),
    Line(
        f"{_OPERATORS}/case/equals",
        {"StringEquals": {"aws:UserAgent": "cli"}},
        {"aws:UserAgent": "CLI"},
        False,
    ),
    Line(
        f"{_OPERATORS}/case/ignored",
        {"StringEqualsIgnoreCase": {"aws:UserAgent": "cli"}},
        {"aws:UserAgent": "CLI"},
        True,
    ),
    Line(
        f"{_OPERATORS}/case/of-keys",
        {"StringEquals": {"AWS:UserAgent": "cli"}},
        {"aws:useragent": "cli"},
        True,
    ),
    Line(f"{_LOGIC}/values-are-or", _TWO, {"aws:PrincipalTag/a": "2", "aws:PrincipalTag/b": "3"}, True),
    Line(f"{_LOGIC}/keys-are-and", _TWO, {"aws:PrincipalTag/a": "2", "aws:PrincipalTag/b": "4"}, False),
    Line(f"{_LOGIC}/negated-values-are-nor", _NEITHER, {"aws:PrincipalTag/a": "2"}, False),
    Line(f"{_LOGIC}/negated-values-are-nor/neither", _NEITHER, {"aws:PrincipalTag/a": "4"}, True),
    Line(
        f"{_LOGIC}/operators-are-and",
        {"StringEquals": {"aws:PrincipalTag/a": "1"}, "Bool": {"aws:SecureTransport": "true"}},
        {"aws:PrincipalTag/a": "1", "aws:SecureTransport": "false"},
        False,
    ),
    Line(f"{_TABLE}/1/one-with-prefix", _KEYED, {"aws:TagKeys": ["key1:legal"]}, False),
    Line(f"{_TABLE}/1/two-with-prefix", _KEYED, {"aws:TagKeys": ["key1:hr", "key1:personnel"]}, False),
    Line(f"{_TABLE}/1/another", _KEYED, {"aws:TagKeys": ["key2:audit"]}, True),
    Line(f"{_TABLE}/1/no-key", _KEYED, {}, True),
    Line(f"{_TABLE}/2/first", _KEYED_TWICE, {"aws:TagKeys": ["key1:legal"]}, False),
    Line(f"{_TABLE}/2/second", _KEYED_TWICE, {"aws:TagKeys": ["key2:audit"]}, False),
    Line(f"{_TABLE}/2/third", _KEYED_TWICE, {"aws:TagKeys": ["key3:x"]}, True),
    Line(f"{_TABLE}/any/one-of-several", _ANY_KEYED, {"aws:TagKeys": ["environment", "other"]}, True),
    Line(f"{_TABLE}/any/none", _ANY_KEYED, {"aws:TagKeys": ["other"]}, False),
    Line(f"{_TABLE}/any/no-key", _ANY_KEYED, {}, False),
    Line(
        f"{_SETS}/all/every-value-listed",
        _ASKED,
        {"dynamodb:requestedAttributes": ["PostDateTime", "Message"]},
        True,
    ),
    Line(
        f"{_SETS}/all/one-not-listed",
        _ASKED,
        {"dynamodb:requestedAttributes": ["PostDateTime", "UserName"]},
        False,
    ),
    Line(f"{_SETS}/all/empty", _ASKED, {"dynamodb:requestedAttributes": []}, True),
    Line(
        f"{_SETS}/any/one-listed",
        _FORBIDDEN,
        {"dynamodb:requestedAttributes": ["UserName", "Message", "PostDateTime"]},
        True,
    ),
    Line(f"{_SETS}/any/none-listed", _FORBIDDEN, {"dynamodb:requestedAttributes": ["UserName"]}, False),
    Line(f"{_SETS}/any/empty", _FORBIDDEN, {"dynamodb:requestedAttributes": []}, False),
    Line(
        f"{_SETS}/all-with-null-asks-for-the-key",
        _ASKED | {"Null": {"dynamodb:requestedAttributes": "false"}},
        {},
        False,
    ),
    Line(
        f"{_VARIABLES}/value",
        {"StringLike": {"s3:prefix": "${aws:username}/*"}},
        {"s3:prefix": "hanako/a", "aws:username": "hanako"},
        True,
    ),
    Line(
        f"{_VARIABLES}/no-value",
        {"StringLike": {"s3:prefix": "${aws:username}/*"}},
        {"s3:prefix": "hanako/a"},
        False,
    ),
    Line(
        f"{_VARIABLES}/default",
        {"StringEquals": {"s3:prefix": "${aws:userid, 'all'}"}},
        {"s3:prefix": "all"},
        True,
    ),
    Line(
        f"{_VARIABLES}/default-not-needed",
        {"StringEquals": {"s3:prefix": "${aws:userid, 'all'}"}},
        {"s3:prefix": "all", "aws:userid": "AIDA"},
        False,
    ),
    Line(f"{_VARIABLES}/special/asterisk", {"StringLike": {"s3:prefix": "a${*}"}}, {"s3:prefix": "a*"}, True),
    Line(
        f"{_VARIABLES}/special/asterisk-is-no-wildcard",
        {"StringLike": {"s3:prefix": "a${*}"}},
        {"s3:prefix": "ab"},
        False,
    ),
    Line(
        f"{_VARIABLES}/special/question-mark",
        {"StringLike": {"s3:prefix": "a${?}"}},
        {"s3:prefix": "a?"},
        True,
    ),
    Line(f"{_VARIABLES}/special/dollar", {"StringLike": {"s3:prefix": "a${$}"}}, {"s3:prefix": "a$"}, True),
    Line(
        f"{_VARIABLES}/not-of-several-values",
        {"StringEquals": {"s3:prefix": "${aws:TagKeys}"}},
        {"s3:prefix": "a", "aws:TagKeys": ["a"]},
        False,
    ),
)
