"""Finding and making the things of Keystone by name, so that making one twice makes one (領域・人・役割)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from hashira.cloud.adapters.engines.openstack.session import JSON, NAME, Keystone
from hashira.cloud.domain.engine import EngineBusy, EngineRefused

_CONFLICT, _MISSING = 409, 404


class Directory:
    """Domains, projects, groups, users and roles of one Keystone."""

    def __init__(self, keystone: Keystone) -> None:
        self.keystone = keystone
        self._roles: dict[str, str] = {}

    def find(self, kind: str, **conditions: str) -> JSON | None:
        """The one ``kind`` (``projects`` …) that meets the conditions exactly, or none."""
        found = self.list_of(kind, **conditions)
        return found[0] if found else None

    def list_of(self, kind: str, **conditions: str) -> list[JSON]:
        """All of a kind that meet the conditions; names are compared again, since Keystone ignores case."""
        query = f"?{urlencode(conditions)}" if conditions else ""
        listed = _list(self.keystone.ask("GET", f"/v3/{kind}{query}").body, kind.rpartition("/")[2])
        return [one for one in listed if "name" not in conditions or one.get("name") == conditions["name"]]

    def ensure(self, kind: str, one: str, wanted: JSON) -> JSON:
        """The thing of that name in that domain, made if it is not there."""
        where = {name: wanted[name] for name in ("name", "domain_id") if name in wanted}
        known = self.find(kind, **where)
        if known is not None:
            return known
        answer = self.keystone.ask("POST", f"/v3/{kind}", {one: wanted}, may=(_CONFLICT,))
        if answer.status != _CONFLICT:
            return _object(answer.body, one)
        known = self.find(kind, **where)
        if known is None:  # of that name but for the case of letters
            raise EngineRefused(engine=NAME, operation=f"POST /v3/{kind}", answer=str(wanted["name"]))
        return known

    def remove(self, path: str) -> None:
        """Takes something away, if it is there."""
        self.keystone.ask("DELETE", path, may=(_MISSING,))

    def role(self, name: str) -> str:
        """The id of a role. Raises ``EngineRefused`` where this Keystone has none of that name."""
        if name not in self._roles:
            known = self.find("roles", name=name)
            if known is None:
                raise EngineRefused(engine=NAME, operation="GET /v3/roles", answer=f"{name}?")
            self._roles[name] = str(known["id"])
        return self._roles[name]

    def assignments(self, project: str) -> list[JSON]:
        """Who has which role on a project, with names."""
        query = urlencode({"scope.project.id": project, "include_names": "true"})
        return _list(self.keystone.ask("GET", f"/v3/role_assignments?{query}").body, "role_assignments")


def _object(body: JSON, name: str) -> JSON:
    found: Any = body.get(name)
    if not isinstance(found, dict) or not found.get("id"):
        raise EngineRefused(engine=NAME, operation=name, answer="?")
    return found


def _list(body: JSON, name: str) -> list[JSON]:
    """The list of an answer. An answer without one says nothing, least of all that there is none."""
    found: Any = body.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise EngineBusy(engine=NAME, operation=f"GET {name}", answer="?")
    return found
