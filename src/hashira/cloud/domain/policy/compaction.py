"""The same policy in fewer statements: what says the same is said once (圧縮).

Each step keeps what the policy allows and denies: a statement of a list is the union of its actions and
resources, so that what another covers may go, and two that differ in one of both may become one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from hashira.cloud.domain.policy.document import Policy
from hashira.cloud.domain.policy.pattern import has_variables
from hashira.cloud.domain.policy.request import ContextValue, Principal, Request

_LISTS = ("Action", "NotAction", "Resource", "NotResource")
_ARN_PARTS = 6


def compact(document: dict[str, Any], *, keep_names: bool = True) -> dict[str, Any]:
    """A document that decides as the given one; without ``keep_names`` its ``Sid`` go too.

    The document must be one that :func:`parse_policy` has read.
    """
    given = document["Statement"]
    statements = [_tidied(dict(one)) for one in (given if isinstance(given, list) else [given])]
    if not keep_names:
        for one in statements:
            one.pop("Sid", None)
    while True:
        merged = _without_covered(_merged(statements))
        if len(merged) == len(statements):
            break
        statements = merged
    return document | {"Statement": [_shortened(one) for one in merged]}


def covers(wide: str, narrow: str) -> bool:
    """Whether a pattern with wildcards matches all that another matches. What cannot be told is no.

    >>> covers("s3:Get*", "s3:GetObject*"), covers("s3:Get?", "s3:Get*"), covers("*", "s3:?et*")
    (True, False, True)
    """
    # A wildcard of the narrow pattern has to fall under one of the wide pattern that is at least as wide.
    ends = {0}
    for character in wide:
        if character == "*":
            ends = set(range(min(ends), len(narrow) + 1)) if ends else ends
        else:
            ends = {
                at + 1
                for at in ends
                if at < len(narrow) and (narrow[at] != "*" if character == "?" else narrow[at] == character)
            }
    return len(narrow) in ends


def counterexample(one: Policy, other: Policy, *, seed: int, count: int) -> Request | None:
    """A request that two policies judge differently, sought among ``count`` made from their own words."""
    chance = random.Random(seed)  # noqa: S311  (no secret depends on it)
    words = _Words(one, other)
    for _ in range(count):
        request = words.request(chance)
        if _said(one, request) != _said(other, request):
            return request
    return None


def _said(policy: Policy, request: Request) -> tuple[bool, bool]:
    return (
        any(statement.applies(request) for statement in policy.denials),
        any(statement.applies(request) for statement in policy.allowances),
    )


class _Words:
    """The actions, resources and context values that two policies speak of, and their neighbours."""

    def __init__(self, *policies: Policy) -> None:
        statements = [one for policy in policies for one in policy.statements]
        self.actions = sorted({text for one in statements for text in one.actions} | {"sns:Publish"})
        self.resources = sorted({text for one in statements for text in one.resources} | {"arn:aws:s3:::x"})
        self.values: dict[str, set[str]] = {}
        for clause in (clause for one in statements for clause in one.clauses):
            self.values.setdefault(clause.key, {"x", "true", "false"}).update(clause.values)

    def request(self, chance: random.Random) -> Request:
        context: dict[str, ContextValue] = {}
        for key, values in sorted(self.values.items()):
            drawn = [_made(chance.choice(sorted(values)), chance) for _ in range(chance.randint(0, 2))]
            if drawn:
                context[key] = drawn[0] if len(drawn) == 1 else tuple(drawn)
        action = _made(chance.choice(self.actions), chance)
        if ":" not in action.strip(":"):
            action = f"s3:{action.strip(':') or 'GetObject'}"
        resource = _made(chance.choice(self.resources), chance)
        user = Principal.read("arn:aws:iam::111122223333:user/hanako")
        return Request(user, action, resource, "111122223333", context)


def _made(pattern: str, chance: random.Random) -> str:
    """A text near a pattern: its wildcards filled in, and now and then a character lost."""
    filled = "".join(
        chance.choice(("", "a", "Object", "-1")) if c == "*" else "a" if c == "?" else c for c in pattern
    )
    if filled and chance.random() < 0.2:
        at = chance.randrange(len(filled))
        filled = filled[:at] + filled[at + 1 :]
    return filled


def _tidied(statement: dict[str, Any]) -> dict[str, Any]:
    """Lists as lists, sorted, each text once, without what another of the list covers."""
    for name in _LISTS:
        if name in statement:
            given = statement[name]
            texts = sorted(set(given if isinstance(given, list) else [given]))
            statement[name] = _widest(texts, actions=name.endswith("Action"))
    condition = statement.get("Condition")
    if isinstance(condition, dict) and not condition:
        del statement["Condition"]
    elif isinstance(condition, dict):
        statement["Condition"] = {
            operator: {key: _sorted(value) for key, value in sorted(lines.items())}
            for operator, lines in sorted(condition.items())
        }
    return statement


def _sorted(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    unique = {json.dumps(one): one for one in value}
    return (
        [unique[text] for text in sorted(unique)] if len(unique) > 1 else next(iter(unique.values()), value)
    )


def _widest(texts: list[str], *, actions: bool) -> list[str]:
    kept: list[str] = []
    for text in sorted(texts, key=lambda one: (len(one.strip("*")), one)):
        if not any(_covers(wide, text, actions=actions) for wide in kept):
            kept = [one for one in kept if not _covers(text, one, actions=actions)]
            kept.append(text)
    return sorted(kept)


def _covers(wide: str, narrow: str, *, actions: bool) -> bool:
    if wide == narrow or wide == "*":
        return True
    if actions:
        return covers(wide.lower(), narrow.lower())
    if has_variables(wide) or has_variables(narrow) or narrow == "*":
        return False
    parts = wide.split(":", _ARN_PARTS - 1), narrow.split(":", _ARN_PARTS - 1)
    return len(parts[1]) == _ARN_PARTS and all(map(covers, *parts))


def _merged(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two statements become one where they differ in their actions alone, or in their resources alone."""
    found: list[dict[str, Any]] = []
    for statement in statements:
        for one in found:
            for name in ("Action", "Resource"):
                if name in statement and name in one and _rest(statement, name) == _rest(one, name):
                    both = sorted({*one[name], *statement[name]})
                    one[name] = _widest(both, actions=name == "Action")
                    break
            else:
                continue
            break
        else:
            found.append(dict(statement))
    return found


def _rest(statement: dict[str, Any], name: str) -> str:
    return json.dumps({k: v for k, v in statement.items() if k not in (name, "Sid")}, sort_keys=True)


def _without_covered(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = list(statements)
    for statement in statements:
        if any(other is not statement and _includes(other, statement) for other in kept):
            kept = [one for one in kept if one is not statement]
    return kept


def _includes(wide: dict[str, Any], narrow: dict[str, Any]) -> bool:
    """Whether a statement says all that another says."""
    same = ("Effect", "Principal", "NotPrincipal")
    if any(wide.get(name) != narrow.get(name) for name in same):
        return False
    if "Condition" in wide and wide["Condition"] != narrow.get("Condition"):
        return False
    return all(_list_includes(wide, narrow, name) for name in ("Action", "Resource"))


def _list_includes(wide: dict[str, Any], narrow: dict[str, Any], name: str) -> bool:
    if name in wide and name in narrow:
        actions = name == "Action"
        return all(any(_covers(one, text, actions=actions) for one in wide[name]) for text in narrow[name])
    if name in wide:
        return "*" in wide[name]
    return wide.get(f"Not{name}") == narrow.get(f"Not{name}")


def _shortened(statement: dict[str, Any]) -> dict[str, Any]:
    """A list of one as its text."""

    def short(value: Any) -> Any:
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    return dict(_pairs(statement, short))


def _pairs(statement: dict[str, Any], short: Any) -> Iterator[tuple[str, Any]]:
    for name, value in statement.items():
        if name in _LISTS:
            yield name, short(value)
        elif name == "Condition":
            yield name, {op: {key: short(v) for key, v in lines.items()} for op, lines in value.items()}
        else:
            yield name, value
