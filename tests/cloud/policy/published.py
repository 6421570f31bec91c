"""The cases in which AWS tells the outcome itself: by page, place and case, restated with names of our own.

``IAM`` is the *IAM User Guide*, ``ORG`` the *AWS Organizations User Guide*; behind it the page's file name,
the heading or figure, and the case. No text is theirs; the outcome is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.cloud.policy.generated import ACCOUNT, OTHER, OTHERS_ROOT, ROLE, ROOT, SESSION, USER

from hashira.cloud.domain.policy import Outcome

ALLOWED, DENIED, NOT_ALLOWED = Outcome.ALLOWED, Outcome.EXPLICITLY_DENIED, Outcome.IMPLICITLY_DENIED
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/visitor"
Policies = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """One case: who asks for what, which policies there are, and what AWS says comes of it."""

    id: str
    outcome: Outcome
    identity: Policies = ()
    scps: tuple[Policies, ...] = ()
    rcps: tuple[Policies, ...] = ()
    boundary: Policies | None = None
    session: Policies | None = None
    resource: dict[str, Any] | None = None
    principal: str = USER
    user: str = ""
    """Who federated the principal."""
    action: str = "s3:GetObject"
    target: str = "arn:aws:s3:::town-log/2026/01.json"
    owner: str = ACCOUNT
    context: tuple[tuple[str, str | tuple[str, ...]], ...] = ()


def allow(action: str | list[str] = "*", resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str] = "*", resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement."""
    return allow(action, resource, **more) | {"Effect": "Deny"}


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    """A policy of statements."""
    return {"Version": version, "Statement": list(statements)}


def to(principal: str | dict[str, str], *actions: str) -> dict[str, Any]:
    """A resource policy that lets a principal in."""
    named = {"AWS": principal} if isinstance(principal, str) and principal != "*" else principal
    return policy(allow(list(actions) or "s3:*", Principal=named))


FULL, S3_ONLY, EC2_ONLY = policy(allow()), policy(allow("s3:*")), policy(allow("ec2:*"))
NO_S3 = policy(deny("s3:*"))
LOGIC = "IAM reference_policies_evaluation-logic_policy-eval-denyallow"
_LAYERS = [
    Published(f"{LOGIC}/default/nothing-allows", NOT_ALLOWED),
    Published(f"{LOGIC}/default/root-user-has-full-access", ALLOWED, principal=ROOT),
    Published(f"{LOGIC}/deny-evaluation/identity-over-identity", DENIED, (FULL, NO_S3)),
    Published(f"{LOGIC}/deny-evaluation/scp", DENIED, (FULL,), ((FULL, NO_S3),)),
    Published(f"{LOGIC}/deny-evaluation/boundary", DENIED, (FULL,), boundary=(FULL, NO_S3)),
    Published(f"{LOGIC}/deny-evaluation/session", DENIED, (FULL,), session=(FULL, NO_S3), principal=SESSION),
    Published(
        f"{LOGIC}/deny-evaluation/resource", DENIED, (FULL,), resource=policy(deny("s3:*", Principal="*"))
    ),
    Published(
        f"{LOGIC}/deny-evaluation/rcp", DENIED, (FULL,), rcps=((policy(deny("s3:*", Principal="*")),),)
    ),
    Published(f"{LOGIC}/scp/no-allow", NOT_ALLOWED, (FULL,), ((EC2_ONLY,),)),
    Published(f"{LOGIC}/scp/none-attached-anywhere", ALLOWED, (FULL,)),
    Published(f"{LOGIC}/scp/root-user-is-restricted", DENIED, scps=((FULL, NO_S3),), principal=ROOT),
    Published(f"{LOGIC}/resource/instead-of-identity", ALLOWED, resource=to(USER)),
    Published(f"{LOGIC}/identity/instead-of-resource", ALLOWED, (S3_ONLY,), resource=to(ROLE)),
    Published(f"{LOGIC}/resource/scp-bounds-it", NOT_ALLOWED, scps=((EC2_ONLY,),), resource=to(USER)),
    Published(f"{LOGIC}/boundary/no-allow", NOT_ALLOWED, (FULL,), boundary=(EC2_ONLY,)),
    Published(f"{LOGIC}/session/no-allow", NOT_ALLOWED, (FULL,), session=(EC2_ONLY,), principal=SESSION),
]
PRINCIPALS = f"{LOGIC}/resource-based-policies-and-implicit-denies"
_WITHOUT = Published("", ALLOWED, boundary=(EC2_ONLY,), session=(EC2_ONLY,))
_PRINCIPALS = [
    replace(_WITHOUT, id=f"{PRINCIPALS}/user-named", resource=to(USER), session=None),
    replace(_WITHOUT, id=f"{PRINCIPALS}/session-named", resource=to(SESSION), principal=SESSION),
    replace(_WITHOUT, id=f"{PRINCIPALS}/federated-named", resource=to(FEDERATED), principal=FEDERATED),
    replace(
        _WITHOUT,
        id=f"{PRINCIPALS}/role-named/boundary-limits",
        outcome=NOT_ALLOWED,
        resource=to(ROLE),
        principal=SESSION,
        session=None,
    ),
    replace(
        _WITHOUT,
        id=f"{PRINCIPALS}/role-named/session-limits",
        outcome=NOT_ALLOWED,
        resource=to(ROLE),
        principal=SESSION,
        boundary=None,
    ),
    Published(
        f"{PRINCIPALS}/role-named/identity-does-not-limit", ALLOWED, resource=to(ROLE), principal=SESSION
    ),
    replace(
        _WITHOUT,
        id=f"{PRINCIPALS}/federating-user-named/session-limits",
        outcome=NOT_ALLOWED,
        resource=to(USER),
        principal=FEDERATED,
        user=USER,
        boundary=None,
    ),
    Published(
        f"{PRINCIPALS}/federating-user-named/nothing-limits",
        ALLOWED,
        resource=to(USER),
        principal=FEDERATED,
        user=USER,
    ),
    Published(f"{PRINCIPALS}/account-named/identity-decides", NOT_ALLOWED, resource=to(ROOT)),
    Published(
        f"{LOGIC}/key-policy/must-allow-itself",
        NOT_ALLOWED,
        (FULL,),
        action="kms:Decrypt",
        target=f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/1",
    ),
    Published(
        f"{LOGIC}/trust-policy/must-allow-itself",
        NOT_ALLOWED,
        (FULL,),
        action="sts:AssumeRole",
        target=ROLE,
    ),
    Published(
        f"{LOGIC}/trust-policy/names-the-user",
        ALLOWED,
        action="sts:AssumeRole",
        target=ROLE,
        resource=policy({"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sts:AssumeRole"}),
    ),
]
BASICS = "IAM reference_policies_evaluation-logic_policy-eval-basics/example"
_OWN_BUCKET = policy(
    allow(["s3:ListAllMyBuckets", "s3:GetBucketLocation"], "arn:aws:s3:::*"),
    allow("s3:*", "arn:aws:s3:::hanako-*"),
    deny("s3:*", "arn:aws:s3:::*log*"),
)
CROSS = "IAM reference_policies_evaluation-logic-cross-account/example"
_PRODUCTION = policy(
    allow("s3:*Object*", "arn:aws:s3:::production/*"),
    deny("s3:*", ["arn:aws:s3:::*log*", "arn:aws:s3:::*log*/*"]),
)
_LETS_IN = policy(
    allow(["s3:GetObject*", "s3:PutObject*"], "arn:aws:s3:::production/*", Principal={"AWS": USER})
)
_EXAMPLES = [
    Published(
        f"{BASICS}/save-to-own-bucket",
        ALLOWED,
        (_OWN_BUCKET,),
        action="s3:PutObject",
        target="arn:aws:s3:::hanako-a/1",
    ),
    Published(
        f"{BASICS}/save-to-logs-of-own-bucket",
        DENIED,
        (_OWN_BUCKET,),
        action="s3:PutObject",
        target="arn:aws:s3:::hanako-logs/1",
        resource=policy(allow("s3:*", Principal={"AWS": USER})),
    ),
    Published(
        f"{CROSS}/save-to-production",
        ALLOWED,
        (_PRODUCTION,),
        resource=_LETS_IN,
        action="s3:PutObject",
        target="arn:aws:s3:::production/1",
        owner=OTHER,
    ),
    Published(
        f"{CROSS}/save-to-production-logs",
        DENIED,
        (_PRODUCTION,),
        resource=_LETS_IN,
        action="s3:PutObject",
        target="arn:aws:s3:::production/logs/1",
        owner=OTHER,
    ),
    Published(f"{CROSS}/only-the-identity-allows", NOT_ALLOWED, (FULL,), owner=OTHER),
    Published(f"{CROSS}/only-the-resource-allows", NOT_ALLOWED, resource=to(USER), owner=OTHER),
    Published(f"{CROSS}/account-named-and-identity-allows", ALLOWED, (FULL,), resource=to(ROOT), owner=OTHER),
    Published(f"{CROSS}/another-account-named", NOT_ALLOWED, (FULL,), resource=to(OTHERS_ROOT), owner=OTHER),
]
BOUNDARIES = "IAM access_policies_boundaries"
_THREE = policy(allow(["s3:*", "cloudwatch:*", "ec2:*"]))
_CREATES = policy(allow("iam:CreateUser"))
_BOUNDARIES = [
    Published(
        f"{BOUNDARIES}/example/identity-beyond-boundary",
        NOT_ALLOWED,
        (_CREATES,),
        boundary=(_THREE,),
        action="iam:CreateUser",
        target=f"arn:aws:iam::{ACCOUNT}:user/taro",
    ),
    Published(f"{BOUNDARIES}/example/boundary-alone-allows-nothing", NOT_ALLOWED, boundary=(_THREE,)),
    Published(f"{BOUNDARIES}/example/both", ALLOWED, (S3_ONLY,), boundary=(_THREE,)),
    Published(f"{BOUNDARIES}/scp-boundary-and-identity", ALLOWED, (S3_ONLY,), ((FULL,),), boundary=(_THREE,)),
    Published(
        f"{BOUNDARIES}/scp-does-not-allow", NOT_ALLOWED, (S3_ONLY,), ((EC2_ONLY,),), boundary=(_THREE,)
    ),
]
SCP = "ORG orgs_manage_policies_scps_evaluation"
_SCPS = [
    Published(f"{SCP}/how_scps_allow/figure-1", ALLOWED, (FULL,), ((FULL,), (FULL,), (FULL,))),
    Published(
        f"{SCP}/how_scps_allow/figure-2/none-at-the-ou", NOT_ALLOWED, (FULL,), ((FULL,), (EC2_ONLY,), (FULL,))
    ),
    Published(
        f"{SCP}/how_scps_allow/none-at-the-root", NOT_ALLOWED, (FULL,), ((EC2_ONLY,), (FULL,), (FULL,))
    ),
    Published(
        f"{SCP}/how_scps_allow/none-at-the-account", NOT_ALLOWED, (FULL,), ((FULL,), (FULL,), (EC2_ONLY,))
    ),
    Published(
        f"{SCP}/how_scps_allow/full-access-removed-and-not-replaced",
        NOT_ALLOWED,
        (FULL,),
        ((FULL,), (), (FULL,)),
    ),
    Published(f"{SCP}/how_scps_deny/figure-3/at-the-ou", DENIED, (FULL,), ((FULL,), (FULL, NO_S3), (FULL,))),
    Published(f"{SCP}/how_scps_deny/at-the-root", DENIED, (FULL,), ((FULL, NO_S3), (FULL,), (FULL,))),
    Published(
        f"{SCP}/how_scps_deny/over-an-allow-below", DENIED, (FULL,), ((FULL, NO_S3), (FULL,), (S3_ONLY, FULL))
    ),
    Published(f"{SCP}/strategy_using_scps/allow-list", ALLOWED, (FULL,), ((FULL,), (S3_ONLY,), (FULL,))),
    Published("ORG orgs_manage_policies_scps/effects/grants-nothing", NOT_ALLOWED, scps=((FULL,),)),
    Published(
        "ORG orgs_manage_policies_scps/not-restricted/service-linked-role",
        ALLOWED,
        (FULL,),
        ((FULL, NO_S3),),
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForConfig/config",
    ),
]
RCP = "ORG orgs_manage_policies_rcps"
_STRANGERS = policy(
    deny(
        "s3:*",
        Principal="*",
        Condition={
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-town"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    )
)
_RCPS = [
    Published(f"{RCP}_evaluation/full-access-stays", ALLOWED, (FULL,), rcps=((), (), ())),
    Published(
        f"{RCP}_evaluation/any-level-denies",
        DENIED,
        (FULL,),
        rcps=((), (policy(deny("s3:*", Principal="*")),), ()),
    ),
    Published(
        f"{RCP}/effects/service-that-takes-none",
        ALLOWED,
        (FULL,),
        rcps=((policy(deny("s3:*", Principal="*")),),),
        action="ec2:DescribeInstances",
        target="*",
    ),
    Published(
        f"{RCP}_examples/only-the-organisation/stranger",
        DENIED,
        rcps=((_STRANGERS,),),
        resource=to("*"),
        owner=OTHER,
        context=(("aws:PrincipalOrgID", "o-other"), ("aws:PrincipalIsAWSService", "false")),
    ),
    Published(
        f"{RCP}_examples/only-the-organisation/member",
        ALLOWED,
        (FULL,),
        rcps=((_STRANGERS,),),
        context=(("aws:PrincipalOrgID", "o-town"), ("aws:PrincipalIsAWSService", "false")),
    ),
    Published(
        f"{RCP}_examples/only-the-organisation/aws-service",
        ALLOWED,
        rcps=((_STRANGERS,),),
        resource=to({"Service": "cloudtrail.amazonaws.com"}),
        principal="cloudtrail.amazonaws.com",
        context=(("aws:PrincipalIsAWSService", "true"),),
    ),
]
CASES: tuple[Published, ...] = (
    *_LAYERS,
    *_PRINCIPALS,
    *_EXAMPLES,
    *_BOUNDARIES,
    *_SCPS,
    *_RCPS,
)
