"""What is read back of an environment at Keystone, for the verifiers of the baseline (構成の読み戻し)."""

from __future__ import annotations

from hashira.cloud.adapters.engines.openstack.directory import Directory
from hashira.cloud.adapters.engines.openstack.steps import MACHINE_ROLE
from hashira.cloud.adapters.engines.openstack.tenancy import PREFIX, ROLES, Tenancy, read_tags
from hashira.cloud.domain.baseline.inventory import Inventory, Resource
from hashira.cloud.domain.environment_order import EnvironmentOrder


def read_inventory(directory: Directory, order: EnvironmentOrder) -> Inventory:
    """Project, assignments, limits and credentials. Users are not read: Keystone does not tell who has a
    password, so that nothing can be said about their second factor.
    """
    tenancy = Tenancy(order)
    domain = directory.find("domains", name=tenancy.domain)
    where = {"name": tenancy.project} | ({"domain_id": domain["id"]} if domain else {})
    project = directory.find("projects", **where)
    if project is None:
        return Inventory.of_kinds({kind: () for kind in ("project", "assignment", "limit", "credential")})
    tags = read_tags(project.get("tags"))
    owner = next((one for one in directory.list_of("domains") if one["id"] == project["domain_id"]), {})
    facts = {
        "tags": tags,
        "region": tags.get(f"{PREFIX}region"),
        "ordered_region": order.region,
        "domain": owner.get("name"),
        "ordered_domain": tenancy.domain,
    }
    ordered = {(tenancy.group(role), ROLES[role]) for role in tenancy.groups} | {
        (tenancy.machine, MACHINE_ROLE)
    }
    assignments, credentials = [], []
    for one in directory.assignments(project["id"]):
        who = str((one.get("group") or one.get("user") or {}).get("name", ""))
        role = str(one["role"]["name"])
        told = {"role": role, "ordered": (who, role) in ordered}
        assignments.append(Resource("assignment", f"{who}: {role}", told))
    machine = directory.find("users", name=tenancy.machine, domain_id=project["domain_id"])
    if machine is not None:
        credentials = [
            Resource("credential", str(one["id"]), {"expires_at": one.get("expires_at")})
            for one in directory.list_of(f"users/{machine['id']}/application_credentials")
        ]
    limits = [
        Resource("limit", str(one["id"]), {"resource": one["resource_name"], "limit": one["resource_limit"]})
        for one in directory.list_of("limits", project_id=project["id"])
    ]
    return Inventory.of_kinds(
        {
            "project": (Resource("project", str(project["id"]), facts),),
            "assignment": assignments,
            "limit": limits,
            "credential": credentials,
        }
    )
