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
_Predicate = Callable[[str], bool]
_Pieces = list[tuple[str, bool]]
"""The pieces of a pattern: each a text, and whether it is literal (its ``*`` and ``?`` are no wildcards)."""

_VARIABLE = re.compile(r"\$\{([*?$]|[^}'\s,]+)(?:, '([^']*)')?\}")
_ARN_PARTS = 6
_SELECTIVE_FIRST = (2, 5, 4, 3, 1, 0)
"""The parts of an ARN in the order in which they are most likely to refuse: service, resource, account."""


class OpenKeys(dict[str, ContextValue]):
    """The keys of a record that does not have all: for what it lacks no default holds."""


class Unresolved(Exception):
    """A variable has no value in this request and no default."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def has_variables(pattern: str) -> bool:
    """Whether a pattern has to be resolved against each request.

    >>> has_variables("home/${aws:username}/*"), has_variables("home/*")
    (True, False)
    """
    return "${" in pattern


def _checked(pattern: str) -> str:
    """The pattern, if every ``${`` in it is a variable as the guide writes them.

    Raises:
        ValueError: if one is not.
    """
    if "${" in _VARIABLE.sub("", pattern):
        raise ValueError(pattern)
    return pattern


def variables_of(pattern: str) -> list[str]:
    """The keys, in lower case, on whose values a pattern depends.

    >>> variables_of("home/${aws:username}/${aws:PrincipalTag/team, 'all'}/${*}")
    ['aws:username', 'aws:principaltag/team']
    """
    names = (found.group(1) for found in _VARIABLE.finditer(pattern))
    return [name.lower() for name in names if name not in ("*", "?", "$")]


def resolved(pattern: str, keys: Keys) -> _Pieces:
    """The pieces of a pattern with the values of its variables.

    Raises:
        Unresolved: if a variable has no single value here and no default.
    """
    pieces: _Pieces = []
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
                if otherwise is None or (value is None and isinstance(keys, OpenKeys)):
                    raise Unresolved(name.lower())
                value = otherwise
            pieces.append((value, True))
        at = found.end()
    pieces.append((pattern[at:], False))
    return pieces


def glob(pattern: str, *, fold: bool = False, variables: bool = False) -> Matcher:
    """Matches a whole text with wildcards.

    Raises:
        ValueError: if a variable is not written as one.

    >>> glob("s3:Get*", fold=True)("S3:GETOBJECT", {})
    True
    """
    if fold:
        folded = _predicate([(pattern.lower(), False)])
        return lambda text, _keys: folded(text.lower())
    if variables and has_variables(pattern):
        _checked(pattern)
        return lambda text, keys: _predicate(resolved(pattern, keys))(text)
    holds = _predicate([(pattern, False)])
    return lambda text, _keys: holds(text)


def literal(pattern: str, *, fold: bool = False, variables: bool = False) -> Matcher:
    """Matches a text that is the same, whether or not its characters look like wildcards."""
    if variables and has_variables(pattern):
        _checked(pattern)

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

    Raises:
        ValueError: if it has a variable before its sixth part, or in one that is no ARN.

    >>> arn("arn:aws:s3:::town-*")("arn:aws:s3:::town-log/2026", {})
    True
    >>> arn("arn:aws:s3:*:town")("arn:aws:s3:::town", {})
    False
    """
    if pattern == "*":
        return lambda _text, _keys: True
    varied = variables and has_variables(pattern)
    parts = pattern.split(":", _ARN_PARTS - 1)
    if varied and (len(parts) < _ARN_PARTS or has_variables(":".join(parts[:-1]))):
        raise ValueError(pattern)
    if varied:
        _checked(parts[-1])
    if len(parts) < _ARN_PARTS:
        return lambda text, _keys: text == pattern
    fixed = range(_ARN_PARTS - 1) if varied else range(_ARN_PARTS)
    asked = tuple(
        (number, _predicate([(parts[number], False)]))
        for number in _SELECTIVE_FIRST
        if number in fixed and parts[number] != "*"
    )
    resource = parts[-1]

    def matches(text: str, keys: Keys) -> bool:
        given = text.split(":", _ARN_PARTS - 1)
        if len(given) < _ARN_PARTS:
            return False
        for number, holds in asked:
            if not holds(given[number]):
                return False
        # Asked last: what is of another service, region or account is not meant, whatever a variable holds.
        return not varied or _predicate(resolved(resource, keys))(given[-1])

    return matches


def _predicate(pieces: _Pieces) -> _Predicate:
    """The cheapest function that matches a whole text: its equal, its beginning, or an expression."""
    wild = ["*" in text or "?" in text for text, is_literal in pieces if not is_literal]
    if not any(wild):
        return "".join(text for text, _ in pieces).__eq__
    last, last_is_literal = pieces[-1]
    if not last_is_literal and last.endswith("*") and sum(wild) == 1 and last.find("*") == len(last) - 1:
        before = "".join(text for text, _ in pieces)[:-1]
        if "?" not in last:
            return lambda text: text.startswith(before)
    source = "".join(
        re.escape(text) if is_literal else "".join(_wild(character) for character in text)
        for text, is_literal in pieces
    )
    return _expression(source)


def _wild(character: str) -> str:
    if character == "*":
        return ".*"
    return "." if character == "?" else re.escape(character)


@lru_cache(maxsize=65_536)
def _expression(source: str) -> _Predicate:
    match = re.compile(source, re.DOTALL).fullmatch
    return lambda text: match(text) is not None
