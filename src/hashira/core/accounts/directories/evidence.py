"""What a directory's word on a second factor is worth (二要素認証の証拠).

Source: OpenID Connect Core 1.0 §2 (``acr``, ``amr``); RFC 8176 (values of ``amr``; ``mfa``: several factors).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"(?:amr|acr):[\x21-\x7e]{1,200}")


def is_readable(words: str) -> bool:
    """Whether a text is a list of ``amr:…`` and ``acr:…`` with spaces between; empty is one.

    >>> [is_readable(text) for text in ("", "amr:mfa acr:https://refeds.org/profile/mfa", "mfa", "amr:")]
    [True, True, False, False]
    """
    return all(_WORD.fullmatch(word) for word in words.split())


def proves_second_factor(claims: Mapping[str, Any], words: str) -> bool:
    """Whether a verified ID token holds one of the words that prove two factors at this directory.

    >>> proves_second_factor({"amr": ["pwd", "mfa"]}, "amr:mfa")
    True
    >>> [proves_second_factor(claims, "amr:mfa") for claims in ({"amr": "mfa"}, {"acr": "mfa"}, {})]
    [False, False, False]
    >>> proves_second_factor({"acr": "gold"}, "amr:mfa acr:gold"), proves_second_factor({"amr": ["mfa"]}, "")
    (True, False)
    """
    amr, acr = claims.get("amr"), claims.get("acr")
    said = {f"amr:{word}" for word in amr if isinstance(word, str)} if isinstance(amr, list) else set()
    if isinstance(acr, str):
        said.add(f"acr:{acr}")
    return not said.isdisjoint(words.split())
