"""A policy document as values that cannot be invalid (ポリシー文書).

Read strictly: an unknown element, an operator that does not exist or an element that this kind of policy
may not have is refused with its place, since a policy that is silently ignored guards nothing
(*IAM User Guide*, "Grammar of the IAM JSON policy language").
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hashira.cloud.domain.policy.condition import Clause
from hashira.cloud.domain.policy.pattern import Keys, Matcher, OpenKeys, Unresolved, arn, glob, variables_of
from hashira.cloud.domain.policy.refusals import UnreadablePolicy
from hashira.cloud.domain.policy.request import Request

MOST_CHARACTERS = 65_536
"""More than any kind of policy may have; what is longer is not parsed."""


RESOURCE = "resource"
"""Stands among unknown keys for a resource that a record does not tell."""


class PolicyKind(StrEnum):
    """Where a policy is attached (ポリシーの種類)."""

    IDENTITY = "identity"
    BOUNDARY = "permission-boundary"
    SESSION = "session"
    RESOURCE = "resource"
    SCP = "service-control"
    RCP = "resource-control"

    @property
    def names_principals(self) -> bool:
        """Whether its statements say for whom they are."""
        return self in (PolicyKind.RESOURCE, PolicyKind.RCP)


class Effect(StrEnum):
    """What a statement does (効果)."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Principals:
    """The principals of a statement: by type, or everybody."""

    everybody: bool
    by_type: Mapping[str, frozenset[str]]
    negated: bool
    """Whether it was written ``NotPrincipal``."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, ready to be asked (ステートメント)."""

    place: str
    """Its ``Sid``, or ``Statement[2]``."""
    effect: Effect
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    clauses: tuple[Clause, ...]
    principals: Principals | None
    matches_action: Callable[[str], bool]
    matches_resource: Callable[[str, Keys], bool | None]
    """``None`` where a variable without a value leaves it open."""
    resource_keys: frozenset[str]
    """The keys, in lower case, that the variables of the resources stand for."""

    def applies(self, request: Request) -> bool:
        """Whether action, resource and conditions hold; of principals nothing is asked here."""
        return (
            self.matches_action(request.action)
            and self.matches_resource(request.resource, request.keys) is True
            and (not self.clauses or all(clause.holds(request.keys) for clause in self.clauses))
        )

    def told(self, request: Request) -> bool | None:
        """Whether it applies to a request of which not every key is known; ``None`` if that cannot be told.

        A key that the request is known not to have is in its context without a value: ``()``.
        """
        if not self.matches_action(request.action):
            return False
        if request.resource:
            whole = self.resource_keys <= request.keys.keys()
            keys = request.keys if whole else OpenKeys(request.keys)
            resource = self.matches_resource(request.resource, keys)
            open_ = resource is None and not whole
        else:
            resource = not self.not_resources if "*" in self.resources else None
            open_ = resource is None
        if not resource and not open_:
            return False
        for clause in self.clauses:
            if clause.asks <= request.keys.keys():
                if not clause.holds(request.keys):
                    return False
            else:
                open_ = True
        return None if open_ else True

    def unknown(self, request: Request) -> frozenset[str]:
        """The keys that it asks for and that the request does not have; and ``resource`` without one."""
        missing = self.asks - request.keys.keys()
        return missing if request.resource or "*" in self.resources else missing | {RESOURCE}

    @property
    def signature(self) -> tuple[object, ...]:
        """What it says, apart from its name: two statements of one signature decide alike."""
        clauses = frozenset(
            (one.operator.lower(), one.key.lower(), frozenset(one.values), one.asks) for one in self.clauses
        )
        return (
            self.effect,
            frozenset(self.actions),
            self.not_actions,
            frozenset(self.resources),
            self.not_resources,
            self.resource_keys,  # in an older version a variable is only its characters
            clauses,
        )

    @property
    def asks(self) -> frozenset[str]:
        """All keys that it asks for, in lower case."""
        return self.resource_keys.union(*(clause.asks for clause in self.clauses))


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with its name and its statements."""

    name: str
    kind: PolicyKind
    version: str
    statements: tuple[Statement, ...]
    denials: tuple[Statement, ...] = field(init=False, repr=False, compare=False)
    allowances: tuple[Statement, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_effect = {
            effect: tuple(item for item in self.statements if item.effect is effect) for effect in Effect
        }
        object.__setattr__(self, "denials", by_effect[Effect.DENY])
        object.__setattr__(self, "allowances", by_effect[Effect.ALLOW])


_VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = frozenset(
    {
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
        "Principal",
        "NotPrincipal",
    }
)
_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_ACTION = re.compile(r"\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+")
FULL_ACCESS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
"""``FullAWSAccess``, which an organisation attaches everywhere when it enables SCPs."""


def parse_policy(text: str, kind: PolicyKind, *, name: str = "policy") -> Policy:
    """Reads a policy.

    Raises:
        UnreadablePolicy: with the place of the fault.

    >>> parse_policy(FULL_ACCESS, PolicyKind.SCP).statements[0].effect.value
    'Allow'
    """
    if len(text) > MOST_CHARACTERS:
        raise UnreadablePolicy(name=name, place="JSON", reason=f"{len(text):,} > {MOST_CHARACTERS:,}")
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise UnreadablePolicy(name=name, place="JSON", reason=str(error)) from error
    reader = _Reader(name, kind)
    return reader.policy(document)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once: of two ``Effect`` nobody could say which counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


class _Reader:
    """Reads one document and knows how to say where it fails."""

    def __init__(self, name: str, kind: PolicyKind) -> None:
        self.name = name
        self.kind = kind
        self.variables = True

    def refuse(self, place: str, reason: str) -> UnreadablePolicy:
        return UnreadablePolicy(name=self.name, place=place, reason=reason)

    def policy(self, document: object) -> Policy:
        if not isinstance(document, dict) or not set(document) <= {"Version", "Id", "Statement"}:
            raise self.refuse("JSON", "Version, Id, Statement")
        version = document.get("Version", "2008-10-17")
        if version not in _VERSIONS:
            raise self.refuse("Version", f"{version!r}; {' / '.join(_VERSIONS)}")
        self.variables = version == "2012-10-17"
        statements = document.get("Statement")
        if isinstance(statements, dict):
            statements = [statements]
        if not isinstance(statements, list) or not statements:
            raise self.refuse("Statement", "?")
        read = tuple(self.statement(number, item) for number, item in enumerate(statements))
        return Policy(self.name, self.kind, version, read)

    def statement(self, number: int, item: object) -> Statement:
        place = f"Statement[{number}]"
        if not isinstance(item, dict):
            raise self.refuse(place, "?")
        unknown = set(item) - _ELEMENTS
        if unknown:
            raise self.refuse(place, ", ".join(sorted(unknown)))
        if item.get("Effect") not in ("Allow", "Deny"):
            raise self.refuse(f"{place}.Effect", f"{item.get('Effect')!r}; Allow / Deny")
        sid = item.get("Sid", "")
        if not isinstance(sid, str):
            raise self.refuse(f"{place}.Sid", "?")
        effect = Effect(item["Effect"])
        actions, not_actions = self._one_of(item, "Action", "NotAction", place)
        for action in actions:
            if not _ACTION.fullmatch(action) or (action == "*" and self.kind is PolicyKind.RCP):
                raise self.refuse(f"{place}.Action", repr(action))
        trust = self.kind is PolicyKind.RESOURCE and "Resource" not in item and "NotResource" not in item
        resources, not_resources = (
            (("*",), False) if trust else self._one_of(item, "Resource", "NotResource", place)
        )
        try:
            matches_resource = _resource_matcher(resources, not_resources, self.variables)
        except ValueError as error:
            raise self.refuse(f"{place}.Resource", repr(str(error))) from error
        return Statement(
            sid or place,
            effect,
            actions,
            not_actions,
            resources,
            not_resources,
            self._tests(item.get("Condition", {}), f"{place}.Condition"),
            self._principals(item, effect, place),
            _action_matcher(actions, not_actions),
            matches_resource,
            frozenset(key for text in resources for key in variables_of(text) if self.variables),
        )

    def _one_of(
        self, item: Mapping[str, Any], name: str, opposite: str, place: str
    ) -> tuple[tuple[str, ...], bool]:
        if (name in item) == (opposite in item):
            raise self.refuse(place, f"{name} / {opposite}: 1")
        chosen = opposite if opposite in item else name
        return self._texts(item[chosen], f"{place}.{chosen}"), chosen == opposite

    def _texts(self, value: object, place: str) -> tuple[str, ...]:
        listed = value if isinstance(value, list) else [value]
        if not listed or not all(isinstance(text, str) and text for text in listed):
            raise self.refuse(place, repr(value)[:80])
        return tuple(listed)

    def _tests(self, condition: object, place: str) -> tuple[Clause, ...]:
        if not isinstance(condition, dict):
            raise self.refuse(place, "?")
        clauses = []
        for operator, lines in condition.items():
            if not isinstance(lines, dict) or not lines:
                raise self.refuse(f"{place}.{operator}", "?")
            for key, value in lines.items():
                listed = value if isinstance(value, list) else [value]
                texts = tuple(_text_of(item) for item in listed)
                try:
                    if any(text is None for text in texts):
                        raise ValueError(repr(value)[:80])
                    values = tuple(text for text in texts if text is not None)
                    clauses.append(Clause.read(operator, key, values, variables=self.variables))
                except ValueError as error:
                    raise self.refuse(f"{place}.{operator}.{key}", str(error)) from error
        return tuple(clauses)

    def _principals(self, item: Mapping[str, Any], effect: Effect, place: str) -> Principals | None:
        written = [name for name in ("Principal", "NotPrincipal") if name in item]
        if not self.kind.names_principals:
            if written:
                raise self.refuse(place, f"{written[0]}: {self.kind.value}")
            return None
        if len(written) != 1:
            raise self.refuse(place, "Principal / NotPrincipal: 1")
        value, negated = item[written[0]], written[0] == "NotPrincipal"
        if self.kind is PolicyKind.RCP and (negated or value != "*"):
            raise self.refuse(f"{place}.{written[0]}", 'Principal: "*"')
        if negated and effect is Effect.ALLOW:
            raise self.refuse(f"{place}.NotPrincipal", "Effect: Deny")
        if value == "*":
            return Principals(True, {}, negated)
        if not isinstance(value, dict) or not value or not set(value) <= set(_PRINCIPAL_TYPES):
            raise self.refuse(f"{place}.{written[0]}", " / ".join(_PRINCIPAL_TYPES))
        by_type = {
            kind: frozenset(self._texts(names, f"{place}.{written[0]}.{kind}"))
            for kind, names in value.items()
        }
        everybody = "*" in by_type.get("AWS", ())
        return Principals(everybody, by_type, negated)


def _text_of(value: object) -> str | None:
    """A value of a condition as text: JSON numbers and booleans are taken as IAM takes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) else None


def _action_matcher(actions: tuple[str, ...], negated: bool) -> Callable[[str], bool]:
    """Remembers its answers, since an organisation asks the same few thousand actions again and again."""
    matchers = tuple(glob(action, fold=True) for action in actions)
    known: dict[str, bool] = {}

    def matches(action: str) -> bool:
        answer = known.get(action)
        if answer is None:
            answer = known[action] = negated is not any(match(action, {}) for match in matchers)
        return answer

    return matches


def _resource_matcher(
    resources: tuple[str, ...], negated: bool, variables: bool
) -> Callable[[str, Keys], bool | None]:
    for resource in resources:
        if resource != "*" and resource.count(":") < 5:
            raise ValueError(resource)
    if "*" in resources:
        return lambda _resource, _keys: not negated
    matchers: tuple[Matcher, ...] = tuple(arn(resource, variables=variables) for resource in resources)

    def matches(resource: str, keys: Keys) -> bool | None:
        unresolved = False
        for match in matchers:
            try:
                if match(resource, keys):
                    return not negated
            except Unresolved:  # a variable without a value matches nothing and refutes nothing
                unresolved = True
        return None if unresolved else negated

    return matches
