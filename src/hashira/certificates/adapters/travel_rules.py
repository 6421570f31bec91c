"""The rules of destinations that an operator has put down (渡航先の判定ルール).

One file, ``travel-rules.json`` in the folder of the data: a list of rules in CertLogic, each with the
destination for which it holds, its days, and where it was published.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from hashira.certificates.domain.destination_rule import DestinationRule, RuleUnreadable, read_rule_set

FILE = "travel-rules.json"


def read_rules(folder: Path) -> dict[str, Any]:
    """The document, after it has been read whole; without a file, one with no rules."""
    path = folder / FILE
    if not path.is_file():
        return {"dated": None, "rules": []}
    document = _document(path)
    read_rule_set(document)
    return document


def read_rule_file(path: Path) -> tuple[DestinationRule, ...]:
    """The rules of a file that somebody names; raises ``RuleUnreadable``."""
    return read_rule_set(_document(path))


def _document(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise RuleUnreadable(file=path.name) from error
    return document
