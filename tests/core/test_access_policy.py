"""The policy of the product: every forbid holds, and goes on holding with any fact missing."""

from __future__ import annotations

import json
from typing import Any

import cedarpy
import pytest
from django.conf import settings

TEXT = settings.HASHIRA_POLICY.read_text(encoding="utf-8")
SCHEMA = cedarpy.Schema.from_str(
    settings.HASHIRA_POLICY.with_suffix(".cedarschema").read_text(encoding="utf-8")
)
POLICIES: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(TEXT))["staticPolicies"]
FORBIDS = {p["annotations"]["id"] for p in POLICIES.values() if p["effect"] == "forbid"}

Attributes = dict[str, Any]
CLERK: Attributes = {
    "id": "1",
    "grants": [{"role": "municipal_clerk", "organisation": "a"}],
    "roles": ["municipal_clerk"],
    "organisations": ["a"],
    "second_factor": True,
    "recent_authentication": True,
    "restricted": False,
}
DELEGATED: Attributes = {
    "organisation": "b",
    "requester": "a",
    "in_force": True,
    "covered": True,
    "issuing": True,
    "shown_elsewhere": True,
}
AGREED: Attributes = {"organisation": "b", "requester": "a", "in_force": True, "searchable": True}
SEARCH = ("certificates:SearchDelegated", "Certificates::DelegatedRegister")
SUPERVISOR: Attributes = CLERK | {
    "grants": [{"role": "municipal_supervisor", "organisation": "a"}],
    "roles": ["municipal_supervisor"],
}
LOOK_UP = ("certificates:ViewDelegated", "Certificates::DelegatedRecord")
OPERATOR: Attributes = CLERK | {
    "grants": [
        {"role": "cloud_operator", "organisation": "a"},
        {"role": "cloud_assessor", "organisation": "a"},
    ],
    "roles": ["cloud_assessor", "cloud_operator"],
}
APPLICANT: Attributes = CLERK | {
    "grants": [{"role": "cloud_applicant", "organisation": "a"}],
    "roles": ["cloud_applicant"],
}
# For each forbid a request that it alone keeps from being allowed:
# type and attributes of the principal, the action, type and attributes of the resource.
FORBIDDEN: dict[str, tuple[str, Attributes, str, str, Attributes]] = {
    "staff-by-two-factors": (
        "Staff",
        CLERK | {"second_factor": False},
        "portal:ViewOwnAccount",
        "Portal::Area",
        {},
    ),
    "protected-person": (
        "Staff",
        CLERK,
        "certificates:ViewPerson",
        "Certificates::Person",
        {"organisation": "a", "protected": True, "opened_by": ["2"]},
    ),
    "withheld-from-a-representative": (
        "Resident",
        CLERK | {"grants": [], "roles": []},
        "certificates:IssueOwnCertificate",
        "Certificates::Record",
        {"organisation": "a", "residents": [], "representatives": ["1"], "withheld_from": ["1"]},
    ),
    "nothing-lasting-on-the-word-of-one-body": (
        "Staff",
        CLERK | {"restricted": True},
        "accounts:CreateToken",
        "Portal::Account",
        {"owner": "1"},
    ),
    "no-look-up-beyond-the-delegation": ("Staff", CLERK, *LOOK_UP, DELEGATED | {"in_force": False}),
    "no-look-up-of-the-protected": ("Staff", CLERK, *LOOK_UP, DELEGATED | {"shown_elsewhere": False}),
    "no-issue-that-was-not-delegated": (
        "Staff",
        CLERK,
        "certificates:ServeAtCounter",
        "Certificates::DelegatedRecord",
        DELEGATED | {"issuing": False},
    ),
    "no-search-beyond-the-agreement": ("Staff", CLERK, *SEARCH, AGREED | {"in_force": False}),
    "nobody-grants-what-they-asked-for": (
        "Staff",
        SUPERVISOR,
        "certificates:DecideDelegation",
        "Certificates::Delegation",
        {"organisation": "a", "requester": "b", "asked_by": "1"},
    ),
    "nobody-judges-the-own-body": (
        "Staff",
        OPERATOR | {"organisations": ["a", "vendor"]},
        "cloud:AssessProposal",
        "Cloud::Proposal",
        {"organisation": "vendor", "members": ["vendor", "partner"], "proposed_by": ""},
    ),
    "nobody-confirms-the-own-word": (
        "Staff",
        OPERATOR | {"id": "2"},
        "cloud:ConfirmVerdict",
        "Cloud::Proposal",
        {"organisation": "vendor", "members": ["vendor"], "proposed_by": "2"},
    ),
    "nobody-decides-on-the-own-application": (
        "Staff",
        OPERATOR,
        "cloud:DecideApplication",
        "Cloud::Application",
        {
            "organisation": "vendor",
            "drafter": "",
            "role": "cloud_operator",
            "handed_in": True,
            "writers": ["1"],
            "deputies": [],
        },
    ),
    "nobody-spares-the-own-body": (
        "Staff",
        OPERATOR,
        "cloud:GrantException",
        "Cloud::GuardrailException",
        {"organisation": "a", "asked_by": "2", "examined_by": "3"},
    ),
    "nobody-grants-what-they-examined": (
        "Staff",
        OPERATOR,
        "cloud:GrantException",
        "Cloud::GuardrailException",
        {"organisation": "vendor", "asked_by": "2", "examined_by": "1"},
    ),
    "no-act-with-a-protected-server": (
        "Staff",
        APPLICANT,
        "cloud:OperateServer",
        "Cloud::Server",
        {"organisation": "a", "vendor": "vendor", "protected": True},
    ),
    "two-others-approve-a-rollout": (
        "Staff",
        OPERATOR,
        "cloud:ApproveRollout",
        "Cloud::Rollout",
        {"asked_by": "2", "first_by": "1"},
    ),
    "nobody-lets-themselves-in": (
        "Staff",
        OPERATOR,
        "cloud:OpenEmergency",
        "Cloud::EmergencyAccess",
        {"asked_by": "1"},
    ),
    "nobody-approves-the-own-adoption": (
        "Staff",
        OPERATOR,
        "cloud:DecideAdoption",
        "Cloud::Adoption",
        {"organisation": "town", "proposed_by": "1"},
    ),
}
# What has to be otherwise in the resource, where the forbid does not speak of the principal alone.
RIGHT: dict[str, Attributes] = {
    "no-look-up-beyond-the-delegation": DELEGATED,
    "no-look-up-of-the-protected": DELEGATED,
    "no-issue-that-was-not-delegated": DELEGATED,
    "no-search-beyond-the-agreement": AGREED,
    "nobody-grants-what-they-asked-for": {"asked_by": "2"},
    "protected-person": {"opened_by": ["2", "1"]},
    "withheld-from-a-representative": {"withheld_from": ["2"]},
    "nobody-decides-on-the-own-application": {"writers": ["2"]},
    "nobody-spares-the-own-body": {"organisation": "vendor"},
    "nobody-grants-what-they-examined": {"examined_by": "3"},
    "no-act-with-a-protected-server": {"protected": False},
    "two-others-approve-a-rollout": {"asked_by": "2", "first_by": "3"},
    "nobody-lets-themselves-in": {"asked_by": "2"},
    "nobody-approves-the-own-adoption": {"proposed_by": "2"},
}
RIGHT_ASKER: dict[str, Attributes] = {
    "nobody-grants-what-they-asked-for": SUPERVISOR,
    "nobody-judges-the-own-body": OPERATOR,
    "nobody-confirms-the-own-word": OPERATOR,
    "nobody-decides-on-the-own-application": OPERATOR,
    "nobody-spares-the-own-body": OPERATOR,
    "nobody-grants-what-they-examined": OPERATOR,
    "no-act-with-a-protected-server": APPLICANT,
    "two-others-approve-a-rollout": OPERATOR | {"second_factor": True},
    "nobody-lets-themselves-in": OPERATOR,
    "nobody-approves-the-own-adoption": OPERATOR,
}
"""Whose facts are right; of the others those of the clerk."""


def decide(
    policies: str, kind: str, principal: Attributes, action: str, of: str, resource: Attributes
) -> cedarpy.Decision:
    asker, asked = {"type": kind, "id": principal.get("id", "1")}, {"type": of, "id": "x"}
    try:
        return cedarpy.is_authorized(
            {
                "principal": asker,
                "action": {"type": "Action", "id": action},
                "resource": asked,
                "context": {},
            },
            cedarpy.PolicySet.from_str(policies),
            [
                {"uid": asker, "attrs": principal, "parents": []},
                {"uid": asked, "attrs": resource, "parents": []},
            ],
            schema=SCHEMA,
        ).decision
    except ValueError:  # the schema refuses the request: access.require makes an AccessFault of it
        return cedarpy.Decision.NoDecision


def without(policy_id: str) -> str:
    kept = {name: policy for name, policy in POLICIES.items() if policy["annotations"]["id"] != policy_id}
    return str(
        cedarpy.policies_from_json_str(
            json.dumps({"staticPolicies": kept, "templates": {}, "templateLinks": []})
        )
    )


def test_every_policy_has_an_id_of_its_own() -> None:
    ids = [policy.get("annotations", {}).get("id") for policy in POLICIES.values()]
    assert None not in ids
    assert len(set(ids)) == len(ids) > 3


def test_every_forbid_is_tried_below() -> None:
    assert set(FORBIDDEN) == FORBIDS


@pytest.mark.parametrize("policy_id", sorted(FORBIDDEN))
def test_it_is_this_forbid_that_denies(policy_id: str) -> None:
    request = FORBIDDEN[policy_id]
    assert decide(TEXT, *request) is cedarpy.Decision.Deny
    assert decide(without(policy_id), *request) is cedarpy.Decision.Allow


@pytest.mark.parametrize("policy_id", sorted(FORBIDDEN))
def test_a_missing_fact_opens_no_forbid(policy_id: str) -> None:
    kind, principal, action, of, resource = FORBIDDEN[policy_id]
    lacking = [({k: v for k, v in principal.items() if k != name}, resource) for name in principal] + [
        (principal, {k: v for k, v in resource.items() if k != name}) for name in resource
    ]
    for known, asked in lacking:
        assert decide(TEXT, kind, known, action, of, asked) is not cedarpy.Decision.Allow


@pytest.mark.parametrize("policy_id", sorted(FORBIDDEN))
def test_the_request_would_pass_if_the_facts_were_right(policy_id: str) -> None:
    """So that the tests above cannot pass because nothing is ever allowed."""
    kind, principal, action, of, resource = FORBIDDEN[policy_id]
    right = resource | RIGHT.get(policy_id, {})
    asker = principal | RIGHT_ASKER.get(policy_id, CLERK)
    assert decide(TEXT, kind, asker, action, of, right) is cedarpy.Decision.Allow
