"""JSON from strangers, read one way only: no member twice, no depth that nobody needs (厳格なJSON).

Two readers that take different ones of two equal members show different certificates under one signature
(RFC 8259 §4 leaves open which counts).
"""

from __future__ import annotations

import json
from typing import Any

import orjson


def read(octets: bytes) -> Any:
    """The value; ``ValueError`` where it is no JSON, has a member twice, or is nested beyond 250.

    The caller bounds the length.

    >>> read(b'{"iss":"a","iss":"b"}')
    Traceback (most recent call last):
    ...
    ValueError: a member is there twice
    """
    value = orjson.loads(octets)
    try:
        # Written back equal, no member can have been there twice: issuers minify, so this is the usual way
        # and costs a microsecond. Otherwise the slower reader looks at each object.
        if orjson.dumps(value) != octets:
            json.loads(octets, object_pairs_hook=_without_duplicates)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise ValueError("nested too deeply") from error
    return value


def _without_duplicates(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise ValueError("a member is there twice")
