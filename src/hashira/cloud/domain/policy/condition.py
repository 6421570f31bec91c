"""The condition operators of IAM, each a self-describing value (条件演算子).

An operator is asked of one value of the request at a time; how several values, a missing key, ``…IfExists``
and the set operators ``ForAllValues:`` and ``ForAnyValue:`` combine is told in one place, :class:`Clause`
(*IAM User Guide*, "IAM JSON policy elements: Condition operators", "Set operators for multivalued context
keys").
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache

from hashira.cloud.domain.policy.pattern import Keys, Matcher, Unresolved, arn, glob, literal, variables_of

Make = Callable[[str, bool], Matcher]
"""From the value in the policy, and whether variables count, to a matcher of the value in the request.
Raises ``ValueError`` for a value that the operator cannot take."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: how a value of the policy is compared with one of the request."""

    name: str
    make: Make
    negated: bool = False
    """Whether it holds where nothing matches."""
    example: tuple[str, str] = ("", "")
    """A value of a policy and one of a request for which the operator holds."""
    counterexample: tuple[str, str] = ("", "")


class Set(StrEnum):
    """How the values of a multivalued key are taken together (集合演算子)."""

    NONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


def _ordered(convert: Callable[[str], Decimal | datetime], holds: Callable[[int], bool]) -> Make:
    def make(wanted: str, _variables: bool) -> Matcher:
        limit = convert(wanted)

        def matches(text: str, _keys: Keys) -> bool:
            try:
                value = convert(text)
            except ValueError:
                return False
            return holds((value > limit) - (value < limit))  # type: ignore[operator]  # of one kind

        return matches

    return make


@lru_cache(maxsize=16_384)
def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite():
        raise ValueError(text)
    return number


@lru_cache(maxsize=16_384)
def _moment(text: str) -> datetime:
    """A date, a time of ISO 8601, or seconds since 1970; without an offset it is UTC."""
    try:
        seconds = int(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(text) from error


def _truth(wanted: str, _variables: bool) -> Matcher:
    lowered = wanted.lower()
    if lowered not in ("true", "false"):
        raise ValueError(wanted)
    return lambda text, _keys: text.lower() == lowered


def _octets(wanted: str, _variables: bool) -> Matcher:
    def decoded(text: str) -> bytes | None:
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None

    octets = decoded(wanted)
    if octets is None:
        raise ValueError(wanted)
    return lambda text, _keys: decoded(text) == octets


@lru_cache(maxsize=16_384)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(wanted: str, _variables: bool) -> Matcher:
    network = ipaddress.ip_network(wanted, strict=False)
    first, last, version = int(network.network_address), int(network.broadcast_address), network.version

    def matches(text: str, _keys: Keys) -> bool:
        address = _address(text)
        return address is not None and address.version == version and first <= int(address) <= last

    return matches


def _arn(wanted: str, variables: bool) -> Matcher:
    return arn(wanted, variables=variables)


def _text(*, wild: bool, fold: bool = False) -> Make:
    make = glob if wild else literal
    return lambda wanted, variables: make(wanted, fold=fold, variables=variables)


_NUMBERS = {
    "NumericEquals": (lambda order: order == 0, ("10", "10.0"), ("10", "11")),
    "NumericLessThan": (lambda order: order < 0, ("10", "9.5"), ("10", "10")),
    "NumericLessThanEquals": (lambda order: order <= 0, ("10", "10"), ("10", "10.1")),
    "NumericGreaterThan": (lambda order: order > 0, ("10", "11"), ("10", "10")),
    "NumericGreaterThanEquals": (lambda order: order >= 0, ("10", "10"), ("10", "9")),
}
_DAY, _NEXT = "2026-04-01T00:00:00Z", "2026-04-02T00:00:00Z"
_DATES = {
    "DateEquals": (lambda order: order == 0, (_DAY, "2026-04-01T09:00:00+09:00"), (_DAY, _NEXT)),
    "DateLessThan": (lambda order: order < 0, (_NEXT, _DAY), (_DAY, _DAY)),
    "DateLessThanEquals": (lambda order: order <= 0, (_DAY, _DAY), (_DAY, _NEXT)),
    "DateGreaterThan": (lambda order: order > 0, (_DAY, _NEXT), (_DAY, _DAY)),
    "DateGreaterThanEquals": (lambda order: order >= 0, (_DAY, "1775001600"), (_NEXT, _DAY)),
}
_PAIRS = (
    ("StringEquals", _text(wild=False), "StringNotEquals", ("tokyo", "tokyo"), ("tokyo", "Tokyo")),
    (
        "StringEqualsIgnoreCase",
        _text(wild=False, fold=True),
        "StringNotEqualsIgnoreCase",
        ("tokyo", "TOKYO"),
        ("tokyo", "osaka"),
    ),
    ("StringLike", _text(wild=True), "StringNotLike", ("ap-*", "ap-northeast-1"), ("ap-*", "us-east-1")),
    ("IpAddress", _network, "NotIpAddress", ("10.0.0.0/8", "10.1.2.3"), ("10.0.0.0/8", "11.0.0.1")),
    (
        "ArnEquals",
        _arn,
        "ArnNotEquals",
        ("arn:aws:iam::*:role/ops", "arn:aws:iam::111122223333:role/ops"),
        ("arn:aws:iam::*:role/ops", "arn:aws:iam::111122223333:role/dev"),
    ),
    (
        "ArnLike",
        _arn,
        "ArnNotLike",
        ("arn:aws:iam::*:role/o?s", "arn:aws:iam::111122223333:role/ops"),
        ("arn:aws:iam::*:role/o?s", "arn:aws:iam::111122223333:user/ops"),
    ),
)


def _operators() -> dict[str, Operator]:
    listed = [
        Operator(name, _ordered(convert, holds), False, example, counterexample)
        for convert, table in ((_number, _NUMBERS), (_moment, _DATES))
        for name, (holds, example, counterexample) in table.items()
    ]
    for convert, kind, pair in ((_number, "Numeric", _NUMBERS), (_moment, "Date", _DATES)):
        _, example, counterexample = pair[f"{kind}Equals"]
        equal = _ordered(convert, lambda order: order == 0)
        listed.append(Operator(f"{kind}NotEquals", equal, True, counterexample, example))
    for name, make, opposite, example, counterexample in _PAIRS:
        listed.append(Operator(name, make, False, example, counterexample))
        listed.append(Operator(opposite, make, True, counterexample, example))
    listed.append(Operator("Bool", _truth, False, ("true", "True"), ("true", "false")))
    listed.append(Operator("BinaryEquals", _octets, False, ("aGk=", "aGk="), ("aGk=", "aG8=")))
    return {operator.name.lower(): operator for operator in listed}


OPERATORS: Mapping[str, Operator] = _operators()
"""Every operator but ``Null``, by its name in lower case."""
_WITHOUT_VARIABLES = ("numeric", "date", "bool", "binary", "ip", "notip")


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of a ``Condition``: an operator, a key, and the values in the policy."""

    operator: str
    """As written, with its set operator and ``IfExists``."""
    key: str
    values: tuple[str, ...]
    asks: frozenset[str]
    """The keys, in lower case, that it depends on: its own, and those that its variables stand for."""
    holds: Callable[[Keys], bool]

    @classmethod
    def read(cls, written: str, key: str, values: tuple[str, ...], *, variables: bool) -> Clause:
        """From the words of the policy.

        Raises:
            ValueError: if there is no such operator, or a value is not one for it.
        """
        before, colon, after = written.partition(":")
        chosen, name = (before, after) if colon else ("", written)
        sets = {item.value.lower(): item for item in Set if item.value}
        if chosen and chosen.lower() not in sets:
            raise ValueError(f"{chosen}?")
        together = sets.get(chosen.lower(), Set.NONE)
        if_exists = name.lower().endswith("ifexists")
        name = name[: -len("IfExists")] if if_exists else name
        lowered = key.lower()
        if name.lower() == "null":
            if chosen or if_exists:
                raise ValueError(f"{written}?")
            return cls(written, key, values, frozenset({lowered}), _absent(lowered, values))
        operator = OPERATORS.get(name.lower())
        if operator is None:
            raise ValueError(f"{written}?")
        with_variables = variables and not name.lower().startswith(_WITHOUT_VARIABLES)
        matchers = tuple(operator.make(value, with_variables) for value in values)
        asks = {lowered}
        if with_variables:
            asks.update(name for value in values for name in variables_of(value))
        held = _held(lowered, matchers, operator.negated, together, if_exists)
        return cls(written, key, values, frozenset(asks), held)


def _absent(key: str, values: tuple[str, ...]) -> Callable[[Keys], bool]:
    wanted = frozenset(value.lower() for value in values)
    if not wanted <= {"true", "false"}:
        raise ValueError(f"Null {sorted(wanted)}?")
    return lambda keys: ("false" if keys.get(key) not in (None, ()) else "true") in wanted


def _held(
    key: str, matchers: tuple[Matcher, ...], negated: bool, together: Set, if_exists: bool
) -> Callable[[Keys], bool]:
    def of_one(value: str, keys: Keys) -> bool:
        """Whether one value passes. A variable without a value matches nothing and refutes nothing."""
        unresolved = False
        for matches in matchers:
            try:
                if matches(value, keys):
                    return not negated
            except Unresolved:
                unresolved = True
        return negated and not unresolved

    def one(keys: Keys) -> bool:
        value = keys.get(key)
        if value is None or value == ():
            return if_exists or negated
        # Several values need a set operator: without one nothing holds, not even what is negated.
        return isinstance(value, str) and of_one(value, keys)

    def each(keys: Keys) -> bool:
        return all(of_one(value, keys) for value in _values(keys.get(key)))

    def some(keys: Keys) -> bool:
        # IfExists is asked of each value, so that without any it does not help.
        return any(of_one(value, keys) for value in _values(keys.get(key)))

    return {Set.NONE: one, Set.ALL: each, Set.ANY: some}[together]


def _values(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else value
