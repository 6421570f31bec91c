"""The decision: Cedar is asked, with the schema every time; only a clean Allow allows."""

from __future__ import annotations

from pathlib import Path

import cedarpy

from hashira.core.access.errors import AccessDenied, AccessFault
from hashira.core.access.principal import Principal, Resource
from hashira.core.witness import note_access


class Policy:
    """Policies and their schema, parsed and validated once; refused (``ValueError``) if they disagree."""

    def __init__(self, policies: str, schema: str) -> None:
        self._policies = cedarpy.PolicySet.from_str(policies)
        self._schema = cedarpy.Schema.from_str(schema)
        validation = cedarpy.validate_policies(policies, self._schema)
        if not validation.validation_passed:
            raise ValueError("; ".join(str(error) for error in validation.errors))

    @classmethod
    def read(cls, path: Path) -> Policy:
        """The policy file at ``path``, with the schema of the same name ending in ``.cedarschema``."""
        schema = path.with_suffix(".cedarschema")
        return cls(path.read_text(encoding="utf-8"), schema.read_text(encoding="utf-8"))

    def require(self, principal: Principal, action: str, resource: Resource) -> None:
        """Return only if it is allowed; else AccessDenied, or AccessFault if it could not be decided."""
        self._decide(principal, action, resource)
        note_access(action)

    def _decide(self, principal: Principal, action: str, resource: Resource) -> None:
        if principal.scope is not None and action not in principal.scope:
            raise AccessDenied(action=action)  # a token is good for less than its owner, never for more
        asker = {"type": principal.kind.value.capitalize(), "id": principal.id}
        asked = {"type": resource.type, "id": resource.id}
        facts: dict[str, object] = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in resource.attributes.items()
        }
        if resource.organisation is not None:
            facts["organisation"] = resource.organisation
        known = {
            "id": principal.id,
            "grants": [{"role": g.role, "organisation": g.organisation} for g in principal.grants],
            "roles": sorted({g.role for g in principal.grants}),
            "organisations": sorted({g.organisation for g in principal.grants}),
            "second_factor": principal.second_factor,
            "recent_authentication": principal.recent_authentication,
            "restricted": principal.restricted,
        }
        try:
            answer = cedarpy.is_authorized(
                {
                    "principal": asker,
                    "action": {"type": "Action", "id": action},
                    "resource": asked,
                    "context": {},
                },
                self._policies,
                [
                    {"uid": asker, "attrs": known, "parents": []},
                    {"uid": asked, "attrs": facts, "parents": []},
                ],
                schema=self._schema,
            )
        except Exception as problem:  # whatever goes wrong here must not look like an answer
            raise AccessFault(action=action) from problem
        if answer.diagnostics.errors:
            raise AccessFault(action=action)
        if answer.decision is not cedarpy.Decision.Allow:
            refused = AccessDenied(action=action)
            refused.resource = resource
            raise refused

    def may(self, principal: Principal, action: str, resource: Resource) -> bool:
        """Whether ``require`` would pass; for drawing menus, never as the check. A fault is raised."""
        try:
            self._decide(principal, action, resource)
        except AccessDenied:
            return False
        return True
