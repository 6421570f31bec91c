"""The rules of destinations that an operator has put down (渡航先の判定ルール).

One file, ``travel-rules.json`` in the folder of the data: a list of rules in CertLogic, each with the
destination for which it holds, its days, and where it was published.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from hashira.certificates.domain.destination_rule import RuleUnreadable, read_rule_set

FILE = "travel-rules.json"


def read_rules(folder: Path) -> dict[str, Any]:
    """The document, after it has been read whole; without a file, one with no rules."""
    path = folder / FILE
    if not path.is_file():
        return {"dated": None, "rules": []}
    try:
        document: dict[str, Any] = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise RuleUnreadable(file=FILE) from error
    read_rule_set(document)
    return document
