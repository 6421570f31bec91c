"""Wildcards, ARNs and policy variables, made into functions once and asked many times (パターン).

``*`` is any run of characters and ``?`` any one. In an ARN they stay within one of its six parts. In a
policy of version 2012-10-17 ``${key}`` stands for the value of a context key of the request and
``${key, 'else'}`` for another where there is none; ``${*}``, ``${?}`` and ``${$}`` are these characters
themselves (*IAM User Guide*, "IAM policy elements: Variables and tags").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from hashira.cloud.domain.policy.request import ContextValue

Keys = Mapping[str, ContextValue]
Matcher = Callable[[str, Keys], bool]
"""Whether a text matches, given the context by lower-case key."""

_VARIABLE = re.compile(r"\$\{\s*([*?$]|[^}'\s,]+)\s*(?:,\s*'([^']*)')?\s*\}")
_ARN_PARTS = 6


class Unresolved(Exception):
    """A variable has no value in this request and no default."""


def has_variables(pattern: str) -> bool:
    """Whether a pattern has to be resolved against each request.

    >>> has_variables("home/${aws:username}/*"), has_variables("home/*")
    (True, False)
    """
    return "${" in pattern


def resolved(pattern: str, keys: Keys) -> list[tuple[str, bool]]:
    """The pieces of a pattern: each a text, and whether it is literal (its ``*`` and ``?`` are no wildcards).

    Raises:
        Unresolved: if a variable has no single value here and no default.
    """
    pieces: list[tuple[str, bool]] = []
    at = 0
    for found in _VARIABLE.finditer(pattern):
        if found.start() > at:
            pieces.append((pattern[at : found.start()], False))
        name, otherwise = found.groups()
        if name in ("*", "?", "$"):
            pieces.append((name, True))
        else:
            value = keys.get(name.lower())
            if isinstance(value, tuple) or value is None:
                if otherwise is None:
                    raise Unresolved(name)
                value = otherwise
            pieces.append((value, True))
        at = found.end()
    pieces.append((pattern[at:], False))
    return pieces


def glob(pattern: str, *, fold: bool = False, variables: bool = False) -> Matcher:
    """Matches a whole text with wildcards.

    >>> glob("s3:Get*", fold=True)("S3:GETOBJECT", {})
    True
    """
    if variables and has_variables(pattern):
        return lambda text, keys: _regex_of(_glob_source(resolved(pattern, keys)), fold)(text) is not None
    match = _regex_of(_glob_source([(pattern, False)]), fold)
    return lambda text, _keys: match(text) is not None


def literal(pattern: str, *, fold: bool = False, variables: bool = False) -> Matcher:
    """Matches a text that is the same, whether or not its characters look like wildcards."""
    if variables and has_variables(pattern):

        def same(text: str, keys: Keys) -> bool:
            wanted = "".join(piece for piece, _literal in resolved(pattern, keys))
            return text.lower() == wanted.lower() if fold else text == wanted

        return same
    if fold:
        lowered = pattern.lower()
        return lambda text, _keys: text.lower() == lowered
    return lambda text, _keys: text == pattern


def arn(pattern: str, *, variables: bool = False) -> Matcher:
    """Matches an ARN part by part; ``*`` alone matches anything.

    >>> arn("arn:aws:s3:::town-*")("arn:aws:s3:::town-log/2026", {})
    True
    >>> arn("arn:aws:s3:*:town")("arn:aws:s3:::town", {})
    False
    """
    if pattern == "*":
        return lambda _text, _keys: True
    if variables and has_variables(pattern):
        return lambda text, keys: _regex_of(_arn_source(resolved(pattern, keys)), False)(text) is not None
    match = _regex_of(_arn_source([(pattern, False)]), False)
    return lambda text, _keys: match(text) is not None


@lru_cache(maxsize=65_536)
def _regex_of(source: str, fold: bool) -> Callable[[str], re.Match[str] | None]:
    return re.compile(source, re.DOTALL | (re.IGNORECASE if fold else 0)).fullmatch


def _glob_source(pieces: list[tuple[str, bool]]) -> str:
    return "".join(
        re.escape(text) if is_literal else "".join(_wild(c, ".") for c in text) for text, is_literal in pieces
    )


def _wild(character: str, any_one: str) -> str:
    if character == "*":
        return any_one + "*"
    return any_one if character == "?" else re.escape(character)


def _arn_source(pieces: list[tuple[str, bool]]) -> str:
    """The parts before the fifth colon hold no colon; the rest may."""
    colons, source = 0, []
    for text, is_literal in pieces:
        for character in text:
            if character == ":":
                colons += 1
            any_one = "." if colons >= _ARN_PARTS - 1 else "[^:]"
            source.append(re.escape(character) if is_literal else _wild(character, any_one))
    return "".join(source)
