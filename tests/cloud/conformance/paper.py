"""The cloud of paper as a subject: the suite itself is tried out on it."""

from __future__ import annotations

from typing import Any

from tests.cloud.conformance.subject import Act
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud, PaperEngine

from hashira.cloud.domain.engine import Engine, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.servers import Server, ServerState


class Paper:
    key, enforces, boots = "paper", False, True
    spoiled: frozenset[str] = frozenset()
    spares = "data-location"

    def __init__(self) -> None:
        self.cloud = PaperCloud()

    def engine(self) -> Engine:
        return PaperEngine(self.cloud)

    def order(self, **changes: Any) -> EnvironmentOrder:
        return an_order(**changes)

    def look(self, order: EnvironmentOrder, facts: Facts) -> list[str]:
        things = self.cloud.things.get(order.key, {})
        return [] if "closed" in things else sorted(f"{name}={value}" for name, value in things.items())

    def spoil(self, order: EnvironmentOrder, facts: Facts) -> str:
        del self.cloud.things[order.key]["trail"]
        return "trail"

    def acts(self, order: EnvironmentOrder, facts: Facts) -> list[Act]:
        return []

    def new_server(self, order: EnvironmentOrder, facts: Facts, name: str) -> str | None:
        made = Server(name, name, ServerState.RUNNING, "small", "ap-northeast-1", None, {"Name": name})
        self.cloud.servers.setdefault(order.key, {})[name] = made
        return name

    def server_now(
        self, order: EnvironmentOrder, facts: Facts, identifier: str
    ) -> tuple[str, dict[str, str]]:
        found = self.cloud.servers[order.key][identifier]
        coming = self.cloud.steps_to.get(identifier)
        return (coming[-1] if coming else found.state).value, dict(found.tags)

    def roles_like(self, order: EnvironmentOrder, facts: Facts, door: str) -> list[str]:
        return [key for key in self.cloud.doors.get(order.key, {}) if key == door]

    def gets_in(self, order: EnvironmentOrder, facts: Facts) -> bool | None:
        return None

    def existing(self) -> str:
        self.cloud.existing["111111111111"] = {"name": "theirs", "trail": "theirs"}
        return "111111111111"

    def standing(self, account: str) -> dict[str, Any]:
        return self.cloud.existing[account] | {"accounts": len(self.cloud.accounts)}

    def people(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        words = self.cloud.things[order.key]["access"].split()[1:]
        return {word.partition("=")[2] for word in words}

    def spared(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        words = self.cloud.things[order.key]["guardrails"].split()[2:]
        return {word.partition("/")[0] for word in words}

    def close(self) -> None:
        """It has no connections."""
