"""Which SCPs are attached where in an organisation, looked up once for all its accounts (SCPの配置)."""

from __future__ import annotations

from dataclasses import dataclass

from hashira.cloud.domain.adoption.inventory import FoundOrganisation


@dataclass(frozen=True)
class Layout:
    """What is attached to accounts, and on the way from their units up to the root."""

    of: FoundOrganisation
    own: dict[str, list[str]]
    ways: dict[str, list[tuple[str, list[str]]]]
    """By unit, the names of what is attached from it up to the root, with the unit's name."""

    @classmethod
    def made(cls, found: FoundOrganisation) -> Layout:
        """From the document of an organisation."""
        root = found.document["root"]
        ways = {root["id"]: [(root["name"], root["policies"])]}
        for unit in found.document["units"]:  # each after the one above it
            ways[unit["id"]] = [(unit["name"], unit["policies"]), *ways[unit["parent"]]]
        own = {one["id"]: one["policies"] for one in found.document["accounts"]}
        return cls(found, own, ways)
