"""Only a clean Allow allows; a missing fact never opens anything."""

from __future__ import annotations

import pytest

from hashira.core.access.decision import Policy
from hashira.core.access.errors import AccessDenied, AccessFault
from hashira.core.access.principal import Grant, Principal, PrincipalKind, Resource

SCHEMA = """
entity Staff = { id: String, grants: Set<{role: String, organisation: String}>, roles: Set<String>,
                 organisations: Set<String>, second_factor: Bool,
                 recent_authentication: Bool, restricted: Bool };
entity Person = { organisation: String, protected: Bool };
action "view" appliesTo { principal: Staff, resource: Person };
"""
POLICIES = """
permit (principal, action == Action::"view", resource)
when { principal.grants.contains({role: "clerk", organisation: resource.organisation}) };
forbid (principal, action, resource) unless { principal.second_factor };
forbid (principal, action, resource) when { resource.protected };
"""
POLICY = Policy(POLICIES, SCHEMA)
CLERK = Principal(PrincipalKind.STAFF, "1", grants=(Grant("clerk", "a"),), second_factor=True)


def test_the_right_clerk_is_allowed() -> None:
    person = Resource("Person", "p", "a", {"protected": False})
    POLICY.require(CLERK, "view", person)
    assert POLICY.may(CLERK, "view", person)


@pytest.mark.parametrize(
    ("principal", "organisation", "protected"),
    [
        (CLERK, "b", False),
        (CLERK, "a", True),
        (Principal(PrincipalKind.STAFF, "1", grants=(Grant("clerk", "a"),)), "a", False),
        (Principal(PrincipalKind.STAFF, "1", second_factor=True), "a", False),
    ],
)
def test_anything_else_is_denied(principal: Principal, organisation: str, protected: bool) -> None:
    person = Resource("Person", "p", organisation, {"protected": protected})
    with pytest.raises(AccessDenied):
        POLICY.require(principal, "view", person)
    assert not POLICY.may(principal, "view", person)


@pytest.mark.parametrize(
    ("principal", "action", "resource"),
    [
        (CLERK, "view", Resource("Person", "p", "a")),
        (CLERK, "view", Resource("Person", "p", None, {"protected": False})),
        (CLERK, "view", Resource("Person", "p", "a", {"protected": "no"})),
        (CLERK, "erase", Resource("Person", "p", "a", {"protected": False})),
        (Principal.anonymous(), "view", Resource("Person", "p", "a", {"protected": False})),
    ],
)
def test_what_the_schema_does_not_know_is_a_fault(
    principal: Principal, action: str, resource: Resource
) -> None:
    with pytest.raises(AccessFault):
        POLICY.require(principal, action, resource)


def test_policies_that_contradict_their_schema_are_not_taken() -> None:
    with pytest.raises(ValueError, match="misspelt"):
        Policy("permit (principal, action, resource) when { resource.misspelt };", SCHEMA)
