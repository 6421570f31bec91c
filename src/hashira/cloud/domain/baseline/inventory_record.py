"""An inventory as JSON, from whatever reads environments, to a value (構成の記録).

``{"bucket": [{"id": "town-data", "public": false}], "trail": []}``: a kind that is named with an empty list
was read and has none; a kind that is not named was not read.
"""

from __future__ import annotations

from typing import Any

from hashira.cloud.domain.baseline.inventory import Inventory, Resource
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST_RESOURCES = 1_000_000


class UnreadableInventory(HashiraError):
    """Details: ``place``, ``reason``."""

    code = "CLD-401"
    what = Bilingual("構成として読めません", "This cannot be read as an inventory")
    why = Bilingual("{place}：{reason}", "{place}: {reason}")
    remedy = Bilingual(
        "示した場所を直してください。書き方は docs/reference/guardrails.md にあります",
        "Mend the place that is named; docs/reference/guardrails.md tells how it is written",
    )


def inventory_from_json(document: object) -> Inventory:
    """Raises ``UnreadableInventory`` with the place. Kinds that no guardrail asks for are kept as well."""
    if not isinstance(document, dict):
        raise UnreadableInventory(place="JSON", reason=Bilingual("オブジェクトではない", "not an object"))
    kinds: dict[str, tuple[Resource, ...]] = {}
    count = 0
    for kind, listed in document.items():
        if not isinstance(listed, list):
            raise UnreadableInventory(place=kind, reason=Bilingual("一覧ではない", "not a list"))
        count += len(listed)
        if count > MOST_RESOURCES:
            raise UnreadableInventory(
                place=kind, reason=Bilingual(f"{MOST_RESOURCES:,}件まで", f"{MOST_RESOURCES:,} at most")
            )
        kinds[kind] = tuple(_resource(kind, number, one) for number, one in enumerate(listed))
    return Inventory(kinds)


def _resource(kind: str, number: int, given: Any) -> Resource:
    place = f"{kind}[{number}]"
    if not isinstance(given, dict) or not isinstance(given.get("id"), str) or not given["id"]:
        raise UnreadableInventory(
            place=place, reason=Bilingual("「id」のあるオブジェクトではない", "no object with an “id”")
        )
    return Resource(kind, given["id"], {name: value for name, value in given.items() if name != "id"})
