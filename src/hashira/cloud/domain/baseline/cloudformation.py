"""Guardrails as a template of CloudFormation, for teams that deploy them themselves (ひな形の書き出し).

The template holds the detective rules of each guardrail and the resources that it has beside them. It counts
on a recorder of AWS Config, which vending has set: without one no rule of Config can be made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hashira.cloud.domain.baseline.entry import BaselineGuardrail, ConfigRule

MOST_RESOURCES = 500
"""Resources in one template ("AWS CloudFormation quotas")."""
LONGEST_TEMPLATE = 1_000_000
"""Bytes of a template that is read from S3 (the same page)."""


def template(guardrails: Iterable[BaselineGuardrail], *, version: str) -> dict[str, Any]:
    """One template of these guardrails; a rule that several have is in it once.

    ``version`` is that of the baseline; it stands in the description, so that a deployed stack tells it.
    """
    resources: dict[str, Any] = {}
    needs_email = False
    for one in guardrails:
        needs_email = needs_email or "WarningEmail" in str(one.template)
        for name, resource in one.template.items():
            resources[name] = _about(one, dict(resource))
        for rule in one.at("aws").rules:
            resources.setdefault(_logical(rule.name), _about(one, _rule(one, rule)))
    document: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Hashira guardrails, version {version}",
    }
    if needs_email:
        document["Parameters"] = {
            "WarningEmail": {
                "Type": "String",
                "Description": "Who is told of grave acts",
                "AllowedPattern": "[^@\\s]+@[^@\\s]+",
                "ConstraintDescription": "An email address",
            }
        }
    return document | {"Resources": resources}


def _rule(one: BaselineGuardrail, rule: ConfigRule) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "ConfigRuleName": rule.name,
        "Description": one.title.en[:256],
        "Source": {"Owner": "AWS", "SourceIdentifier": rule.identifier},
    }
    if rule.parameters:
        properties["InputParameters"] = dict(rule.parameters)
    return {"Type": "AWS::Config::ConfigRule", "Properties": properties}


def _about(one: BaselineGuardrail, resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, saying which guardrail it is of."""
    return resource | {"Metadata": {"Guardrail": one.id}}


def _logical(name: str) -> str:
    """A logical name: letters and digits alone."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name))
