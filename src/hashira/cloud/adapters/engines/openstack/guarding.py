"""The steps that put the guardrails of the baseline in force at Keystone, and prove it (ガードレール)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from hashira.cloud.adapters.engines.openstack.session import JSON, NAME
from hashira.cloud.adapters.engines.openstack.steps import KeystoneStep, line, not_there
from hashira.cloud.adapters.engines.openstack.tenancy import PREFIX
from hashira.cloud.domain.baseline.catalogue import limits_in_force
from hashira.cloud.domain.engine import EngineRefused, Evidence, EvidenceLine, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

_CONFLICT, _FORBIDDEN = 409, 403
_UNLIMITED = -1
PROBE = "hashira-probe"
"""The domain, the project and the user by which it is tried out whether the policy is in force."""


def limits_of(order: EnvironmentOrder) -> dict[str, int]:
    """The limit of each resource; where an exception spares, none, which has to be said, since not to say it
    would leave the default, that allows nothing."""
    in_force = limits_in_force("openstack", order.exceptions, order.baseline)
    return {resource: in_force.get(resource, _UNLIMITED) for resource in limits_in_force("openstack")}


@dataclass(frozen=True)
class LimitStep(KeystoneStep):
    """Limits of the project; nothing is allowed that no limit of the project allows."""

    name = "limits"
    title = Bilingual("利用量の上限を置く", "Sets quotas")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        wanted = limits_of(order)
        project, service = self.there(order), self._service()
        registered = {one["resource_name"] for one in self._registered(service, order.region)}
        for resource in sorted(wanted.keys() - registered):
            limit = {
                "service_id": service,
                "region_id": order.region,
                "resource_name": resource,
                "default_limit": 0,
            }
            self.keystone.ask(
                "POST", "/v3/registered_limits", {"registered_limits": [limit]}, may=(_CONFLICT,)
            )
        known = {one["resource_name"]: one for one in self._limits(project["id"])}
        for resource, most in wanted.items():
            if resource not in known:
                limit = {
                    "service_id": service,
                    "region_id": order.region,
                    "project_id": project["id"],
                    "resource_name": resource,
                    "resource_limit": most,
                }
                self.keystone.ask("POST", "/v3/limits", {"limits": [limit]}, may=(_CONFLICT,))
            elif known[resource]["resource_limit"] != most:
                change = {"limit": {"resource_limit": most}}
                self.keystone.ask("PATCH", f"/v3/limits/{known[resource]['id']}", change)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        known = {
            one["resource_name"]: one["resource_limit"]
            for one in self._limits(self.there(order)["id"])
            if one.get("region_id") == order.region
        }
        for resource, most in limits_of(order).items():
            if known.get(resource) != most:
                found = known.get(resource, "–")
                raise not_there("limits", f"{resource} の上限：{found}", f"limit of {resource}: {found}")
        return Evidence(tuple(line("上限", "Limit", f"{k} = {v}") for k, v in sorted(known.items())))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        project = self.project(order)
        for one in self._limits(project["id"]) if project else []:
            self.directory.remove(f"/v3/limits/{one['id']}")

    def _service(self) -> str:
        """The service that counts, or Keystone itself where nothing else is registered."""
        for kind in ("compute", "identity"):
            known = self.directory.find("services", type=kind)
            if known is not None:
                return str(known["id"])
        raise EngineRefused(engine=NAME, operation="GET /v3/services", answer="compute, identity?")

    def _limits(self, project: str) -> list[JSON]:
        return self.directory.list_of("limits", project_id=project)

    def _registered(self, service: str, region: str) -> list[JSON]:
        return self.directory.list_of("registered_limits", service_id=service, region_id=region)


@dataclass(frozen=True)
class PolicyStep(KeystoneStep):
    """That the policy file of the baseline is in force, tried out.

    No API tells of the policy. Therefore a probe, the manager of a domain of its own, tries what the baseline
    takes from such managers and Keystone by itself would let them do. It has power over nothing else.
    """

    name = "policy"
    title = Bilingual("ポリシーが効いていることを試す", "Tries out that the policy is in force")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        self._probe()
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        domain, project, token = self._probe()
        manager = self.directory.role("manager")
        user = self.user(PROBE, domain)
        tried: tuple[tuple[str, str, str, JSON | None], ...] = (
            (
                "identity:create_project",
                "POST",
                "/v3/projects",
                {"project": {"name": f"{PROBE}-{order.key}", "domain_id": domain}},
            ),
            (
                "identity:update_project",
                "PATCH",
                f"/v3/projects/{project}",
                {"project": {"description": "probe"}},
            ),
            (
                "identity:update_project_tags",
                "PUT",
                f"/v3/projects/{project}/tags",
                {"tags": [f"{PREFIX}probe"]},
            ),
            (
                "domain_managed_target_role",
                "PUT",
                f"/v3/projects/{project}/users/{user['id'] if user else ''}/roles/{manager}",
                None,
            ),
        )
        lines: list[EvidenceLine] = []
        for target, method, path, body in tried:
            answer = self.keystone.ask(
                method, path, body, token=token, may=(200, 201, 204, _CONFLICT, _FORBIDDEN)
            )
            if answer.status != _FORBIDDEN:
                if target == "identity:create_project" and answer.status == 201:
                    self.directory.remove(f"/v3/projects/{answer.body['project']['id']}")
                raise not_there(
                    "policy",
                    f"{target} が断られません。policy.yaml を置いてください",
                    f"{target} is not refused: put policy.yaml in place",
                )
            lines.append(line("断られたこと", "Refused", target))
        return Evidence(tuple(lines))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """Nothing of the environment was made; the probe is of all environments together."""

    def _probe(self) -> tuple[str, str, str]:
        """Domain, project and token of the probe, all made if they are not there."""
        domain = self.directory.ensure("domains", "domain", {"name": PROBE, "enabled": True})["id"]
        wanted = {"name": PROBE, "domain_id": domain, "enabled": True}
        project = self.directory.ensure("projects", "project", wanted)["id"]
        secret = self._secret()
        user = self.directory.ensure("users", "user", wanted | {"password": secret})["id"]
        role = self.directory.role("manager")
        self.keystone.ask("PUT", f"/v3/domains/{domain}/users/{user}/roles/{role}")
        token = self._sign_in(user, domain, secret)
        if not token:
            self.keystone.ask("PATCH", f"/v3/users/{user}", {"user": {"password": secret}})
            token = self._sign_in(user, domain, secret)
        return domain, project, token

    def _sign_in(self, user: str, domain: str, secret: str) -> str:
        identity = {"methods": ["password"], "password": {"user": {"id": user, "password": secret}}}
        return self.keystone.sign_in(identity, {"domain": {"id": domain}}, may=(401,)).token

    def _secret(self) -> str:
        return hmac.new(self.key, PROBE.encode(), sha256).hexdigest()
