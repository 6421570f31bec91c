"""Whether a request is allowed, by all policies that have a word in it, and why (ポリシーの評価論理).

An explicit denial anywhere ends it. Then every level of the organisation must allow it to the resource
(RCP) and to the principal (SCP); then the resource's own policy and those of the identity decide, within
one account either of them, across accounts both (*IAM User Guide*, "Policy evaluation logic",
"Cross-account policy evaluation logic"; *AWS Organizations User Guide*, "SCP evaluation").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hashira.cloud.domain.policy.document import Effect, Policy, PolicyKind, Principals, Statement
from hashira.cloud.domain.policy.request import Principal, PrincipalKind, Request

RCP_SERVICES = frozenset(
    {"s3", "sts", "kms", "sqs", "secretsmanager", "cognito-idp", "logs", "dynamodb", "ecr", "aoss"}
)
"""The services whose resources an RCP restricts (*AWS Organizations User Guide*, "List of AWS services that
support RCPs", as of 2025; the list grows)."""


class Outcome(StrEnum):
    """The answer to a request (判定)."""

    ALLOWED = "allowed"
    EXPLICITLY_DENIED = "explicitly-denied"
    IMPLICITLY_DENIED = "implicitly-denied"


@dataclass(frozen=True, slots=True)
class Reason:
    """What decided: a statement of a policy, or a layer in which nothing allows."""

    kind: PolicyKind
    policy: str
    """The name of the policy; empty where none of the layer allows."""
    statement: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome with its reasons: denying statements, the layer that does not allow, or what allows."""

    outcome: Outcome
    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """Whether the request goes through. For a person show the reasons too."""
        return self.outcome is Outcome.ALLOWED


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All policies that apply. ``None`` is a layer that does not exist, an empty one allows nothing."""

    scps: tuple[tuple[Policy, ...], ...] = ()
    """SCPs by level: the root, each OU on the way, the account of the principal."""
    rcps: tuple[tuple[Policy, ...], ...] = ()
    """RCPs by level for the account of the resource, without ``RCPFullAWSAccess``, which is always there."""
    identity: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    resource: Policy | None = None


class _Grant(StrEnum):
    """How a statement of a resource policy names the principal."""

    NONE = "none"
    ACCOUNT = "account"
    """It names the account, which leaves it to the identity's policies."""
    SESSION_OF = "session-of"
    """It names the role or the user of a session: boundary and session policy still limit it."""
    ITSELF = "itself"


class Assume(StrEnum):
    """What is taken for a condition that asks for a key which a recorded request does not have (仮定)."""

    WORST = "worst"
    """The denial applies, the allowance does not."""
    BEST = "best"


def evaluate(request: Request, policies: PolicySet, *, assume: Assume | None = None) -> Decision:
    """Judges one request. Without ``assume``, a key that is not in the context is not in the request."""
    bounded = policies.boundary is not None
    stopped = _stopped(request, _in_force(request, policies), policies.scps, assume, bounded)
    return stopped or _granted(request, policies, assume)


def restrict(request: Request, policies: PolicySet, *, assume: Assume | None = None) -> Decision | None:
    """What the organisation alone, its SCPs and RCPs, has against a request; ``None`` is nothing.

    What it lets through is not yet allowed: the policies of the identity and the resource decide.
    """
    return _stopped(request, _of_organisation(request, policies), policies.scps, assume, False)


def _stopped(
    request: Request,
    policies: Iterable[Policy],
    scps: tuple[tuple[Policy, ...], ...],
    assume: Assume | None,
    bounded: bool,
) -> Decision | None:
    """An explicit denial by any of the policies, or a level of SCPs that does not allow it."""
    denied = tuple(_denials(request, policies, assume, bounded))
    if denied:
        return Decision(Outcome.EXPLICITLY_DENIED, denied)
    if under_scps(request.principal):
        for level in scps:
            if not _allows(level, request, assume):
                return _nothing_allows(PolicyKind.SCP)
    return None


def unknown_keys(request: Request, policies: PolicySet) -> frozenset[str]:
    """The keys, in lower case, that statements about a request ask for and that its record does not have."""
    found: set[str] = set()
    for policy in _in_force(request, policies):
        for statement in policy.statements:
            if statement.told(request) is None:
                found |= statement.unknown(request)
    return frozenset(found)


def under_scps(principal: Principal) -> bool:
    """SCPs restrict users, roles and root of an account; no service, no service-linked role, no stranger."""
    return not principal.service_linked and principal.kind not in (
        PrincipalKind.ANONYMOUS,
        PrincipalKind.SERVICE,
    )


def _denials(
    request: Request, policies: Iterable[Policy], assume: Assume | None, bounded: bool
) -> Iterator[Reason]:
    for policy in policies:
        for statement in policy.denials:
            if _applies(statement, request, assume) and (
                statement.principals is None or _is_denied(statement.principals, request.principal, bounded)
            ):
                yield Reason(policy.kind, policy.name, statement.place)


def _applies(statement: Statement, request: Request, assume: Assume | None) -> bool:
    if assume is None:
        return statement.applies(request)
    told = statement.told(request)
    if told is None:
        return (statement.effect is Effect.DENY) is (assume is Assume.WORST)
    return told


def _of_organisation(request: Request, policies: PolicySet) -> Iterator[Policy]:
    if under_scps(request.principal):
        for level in policies.scps:
            yield from level
    if policies.rcps and not request.principal.service_linked and request.service in RCP_SERVICES:
        for level in policies.rcps:
            yield from level


def _in_force(request: Request, policies: PolicySet) -> Iterator[Policy]:
    """Every policy that can deny the request."""
    yield from _of_organisation(request, policies)
    yield from policies.identity
    yield from policies.boundary or ()
    yield from policies.session or ()
    if policies.resource is not None:
        yield policies.resource


def _allows(layer: Iterable[Policy], request: Request, assume: Assume | None) -> Reason | None:
    for policy in layer:
        for statement in policy.allowances:
            if _applies(statement, request, assume):
                return Reason(policy.kind, policy.name, statement.place)
    return None


def _nothing_allows(kind: PolicyKind) -> Decision:
    return Decision(Outcome.IMPLICITLY_DENIED, (Reason(kind, "", ""),))


def _granted(request: Request, policies: PolicySet, assume: Assume | None) -> Decision:
    principal = request.principal
    grant, by_resource = _resource_grant(request, policies.resource, assume)
    by_identity = _allows(policies.identity, request, assume)
    if principal.kind is PrincipalKind.ROOT and principal.account == request.resource_account:
        by_identity = by_identity or Reason(PolicyKind.IDENTITY, "", "root")
    within = principal.account == request.resource_account
    limited_by = _limits(request, policies, assume)
    if principal.kind in (PrincipalKind.ANONYMOUS, PrincipalKind.SERVICE):
        if by_resource is not None and grant is _Grant.ITSELF:
            return Decision(Outcome.ALLOWED, (by_resource,))
        return _nothing_allows(PolicyKind.RESOURCE)
    if within and by_resource is not None and _suffices(grant, principal, limited_by):
        return Decision(Outcome.ALLOWED, (by_resource,))
    if limited_by is not None:
        return _nothing_allows(limited_by)
    if by_identity is None:
        return _nothing_allows(PolicyKind.IDENTITY)
    if within and not _asks_the_resource(request):
        return Decision(Outcome.ALLOWED, (by_identity,))
    if by_resource is None:
        return _nothing_allows(PolicyKind.RESOURCE)
    return Decision(Outcome.ALLOWED, (by_identity, by_resource))


def _limits(request: Request, policies: PolicySet, assume: Assume | None) -> PolicyKind | None:
    """The layer that bounds the identity and does not allow this."""
    if policies.boundary is not None and _allows(policies.boundary, request, assume) is None:
        return PolicyKind.BOUNDARY
    if policies.session is not None and _allows(policies.session, request, assume) is None:
        return PolicyKind.SESSION
    return None


def _suffices(grant: _Grant, principal: Principal, limited_by: PolicyKind | None) -> bool:
    """Whether a resource policy alone lets a principal of its own account in."""
    if grant is _Grant.ITSELF:
        return True
    return grant is _Grant.SESSION_OF and limited_by is None


def _asks_the_resource(request: Request) -> bool:
    """Keys and roles have a policy of their own without which nobody is let in, not even by their account."""
    if request.service == "kms":
        return request.resource != "*"  # making and listing keys is asked of no key
    return request.action.lower().startswith("sts:assumerole")


def _resource_grant(
    request: Request, policy: Policy | None, assume: Assume | None
) -> tuple[_Grant, Reason | None]:
    """The strongest way in which a resource policy allows the request."""
    best, reason = _Grant.NONE, None
    if policy is None:
        return best, reason
    order = list(_Grant)
    for statement in policy.allowances:
        if _applies(statement, request, assume):
            grant = _names(statement, request.principal)
            if order.index(grant) > order.index(best):
                best, reason = grant, Reason(policy.kind, policy.name, statement.place)
    return best, reason


def _names(statement: Statement, principal: Principal) -> _Grant:
    principals = statement.principals
    if principals is None:
        return _Grant.NONE
    if principals.everybody:
        return _Grant.ITSELF
    if principal.kind is PrincipalKind.SERVICE:
        return _Grant.ITSELF if principal.arn in principals.by_type.get("Service", ()) else _Grant.NONE
    named = principals.by_type.get("AWS", frozenset())
    if principal.arn in named:
        return _Grant.SESSION_OF if principal.arn == principal.role else _Grant.ITSELF
    if (principal.role and principal.role in named) or (principal.user and principal.user in named):
        return _Grant.SESSION_OF
    if principal.account and (principal.account in named or _root_of(principal) in named):
        return _Grant.ACCOUNT
    return _Grant.NONE


def _root_of(principal: Principal) -> str:
    partition = principal.arn.split(":", 2)[1]
    return f"arn:{partition}:iam::{principal.account}:root"


def _is_denied(principals: Principals, principal: Principal, bounded: bool) -> bool:
    """Whether a denial names the principal, or with ``NotPrincipal`` does not exempt it.

    A denial of the account denies everybody in it. An exemption has to name the account, the role and the
    session: what is left out stays denied; and nobody who has a boundary is ever exempt (*IAM User Guide*,
    "AWS JSON policy elements: NotPrincipal", "Key points").
    """
    if principals.everybody:
        return not principals.negated
    if principal.kind is PrincipalKind.SERVICE:
        named = principal.arn in principals.by_type.get("Service", ())
        return named is not principals.negated
    if principal.kind is PrincipalKind.ANONYMOUS:
        return principals.negated
    listed = principals.by_type.get("AWS", frozenset())
    account = principal.account in listed or _root_of(principal) in listed
    role = bool(principal.role) and principal.role in listed
    itself = principal.arn in listed
    if not principals.negated:
        return account or role or itself
    return bounded or not (account and itself and (role or not principal.role))
