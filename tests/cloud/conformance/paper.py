"""The cloud of paper as a subject: the suite itself is tried out on it."""

from __future__ import annotations

from typing import Any

from tests.cloud.conformance.subject import Act
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import PaperCloud, PaperEngine

from hashira.cloud.domain.engine import Engine, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder


class Paper:
    key, enforces = "paper", False
    spoiled: frozenset[str] = frozenset()

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

    def gets_in(self, order: EnvironmentOrder, facts: Facts) -> bool | None:
        return None

    def existing(self) -> str:
        self.cloud.existing["111111111111"] = {"name": "theirs", "trail": "theirs"}
        return "111111111111"

    def standing(self, account: str) -> dict[str, Any]:
        return self.cloud.existing[account] | {"accounts": len(self.cloud.accounts)}

    def close(self) -> None:
        """It has no connections."""
