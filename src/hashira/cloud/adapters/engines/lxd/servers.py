"""Instances of a project, as servers that a town may start, stop and tag (委任操作のサーバー).

The daemon has no narrow role: whoever opens its socket is its administrator. What holds a delegated act
within its bounds is the project, in which alone it looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from hashira.cloud.adapters.engines.lxd.session import JSON, NAME, Lxd
from hashira.cloud.domain.engine import Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.servers import RESERVED, Server, ServerGone, ServerState, TagRules

_TAG = "user.tag."
_STATES = {
    "Running": ServerState.RUNNING,
    "Stopped": ServerState.STOPPED,
    "Starting": ServerState.PENDING,
    "Stopping": ServerState.STOPPING,
}
_KEPT = ("architecture", "config", "description", "devices", "ephemeral", "profiles", "stateful")
"""What a whole instance has to say when it is put."""
RULES = TagRules(most=50, longest_key=128, longest_value=256, symbols="+-=._:/@", reserved=(RESERVED,))


@dataclass(frozen=True)
class LxdServers:
    """The instances of one daemon, each within the project of its environment."""

    lxd: Lxd
    region: str = "local"
    tag_rules: TagRules = RULES

    def listed(self, order: EnvironmentOrder, facts: Facts) -> tuple[Server, ...]:
        found = (self._server(one) for one in self.lxd.listed("/instances", project=order.key))
        return tuple(sorted(found, key=lambda one: one.name))

    def one(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> Server:
        return self._server(self._there(order, identifier))

    def start(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> None:
        if self.one(order, facts, identifier, region).state is not ServerState.RUNNING:
            self._turn(order, identifier, {"action": "start", "timeout": 15})

    def stop(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> None:
        if self.one(order, facts, identifier, region).state is not ServerState.STOPPED:
            self._turn(order, identifier, {"action": "stop", "timeout": 15, "force": False})

    def tag(
        self,
        order: EnvironmentOrder,
        facts: Facts,
        identifier: str,
        region: str,
        wanted: Mapping[str, str],
        dropped: frozenset[str],
    ) -> None:
        known = self._there(order, identifier)
        config = {
            key: value for key, value in known["config"].items() if key.removeprefix(_TAG) not in dropped
        }
        config |= {f"{_TAG}{key}": value for key, value in wanted.items()}
        body = {key: known[key] for key in _KEPT if key in known} | {"config": config}
        self.lxd.ask("PUT", f"/instances/{quote(identifier, safe='')}", body, project=order.key)

    def _there(self, order: EnvironmentOrder, identifier: str) -> JSON:
        found = self.lxd.found(f"/instances/{quote(identifier, safe='')}", project=order.key)
        if found is None:
            raise ServerGone(engine=NAME, server=identifier)
        return found

    def _turn(self, order: EnvironmentOrder, identifier: str, body: JSON) -> None:
        self.lxd.ask("PUT", f"/instances/{quote(identifier, safe='')}/state", body, project=order.key)

    def _server(self, instance: dict[str, Any]) -> Server:
        config = instance.get("expanded_config") or instance["config"]
        size = [config[key] for key in ("limits.cpu", "limits.memory") if config.get(key)]
        state = _STATES.get(str(instance.get("status", "")), ServerState.UNKNOWN)
        return Server(
            identifier=str(instance["name"]),
            name=str(instance["name"]),
            state=state,
            kind=" ".join([str(instance.get("type", "")), *size]),
            region=self.region,
            since=_since(instance) if state is ServerState.RUNNING else None,
            tags={
                key.removeprefix(_TAG): str(value)
                for key, value in instance["config"].items()
                if key.startswith(_TAG)
            },
        )


def _since(instance: dict[str, Any]) -> datetime | None:
    """When it was started; LXD says the year 1970 for never."""
    try:
        when = datetime.fromisoformat(str(instance.get("last_used_at", "")).replace("Z", "+00:00"))
    except ValueError:
        return None
    return when if when.year > 1970 else None
