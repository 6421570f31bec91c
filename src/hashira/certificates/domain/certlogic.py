"""CertLogic: rules about certificates as data (判定ルールの式).

The subset of JsonLogic that the business rules of the EU Digital COVID Certificate are written in, with its
times. Source: ``ehn-dcc-development/eu-dcc-business-rules``, ``certlogic/specification``, version 1.2.4.
The same cases (tests/certificates/certlogic_cases.json) are put to this module and its twin in the browser.

Values: what JSON has, and aware datetimes. Anything the specification does not define raises
``RuleBroken``: a rule that cannot be evaluated must not pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

_MAX_DEPTH = 64
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
_COMPARISONS = {"<", ">", "<=", ">="}
_COUNTS = {
    "if": (3, 3),
    "and": (2, _MAX_DEPTH),
    "!": (1, 1),
    "===": (2, 2),
    "in": (2, 2),
    "+": (2, 2),
    **dict.fromkeys((*_COMPARISONS, "after", "before", "not-after", "not-before"), (2, 3)),
    "plusTime": (3, 3),
    "reduce": (3, 3),
    "extractFromUVCI": (2, 2),
}
"""Every operation, with the fewest and the most operands that it takes."""
_TIME_COMPARISONS = {"after": ">", "before": "<", "not-after": "<=", "not-before": ">="}


class RuleBroken(ValueError):
    """The expression is none, or what it is about is not of the types that it needs."""


def evaluate(expression: object, about: object, *, depth: int = 0) -> Any:
    """The value of an expression over ``about``; raises ``RuleBroken``.

    >>> evaluate({"after": [{"plusTime": ["2021-06-01", 14, "day"]}, {"var": "now"}]}, {"now": "2021-06-10"})
    True
    """
    if depth > _MAX_DEPTH:
        raise RuleBroken("nested too deeply")
    if isinstance(expression, str | bool | int):
        return expression
    if isinstance(expression, list):
        return [evaluate(item, about, depth=depth + 1) for item in expression]
    if not isinstance(expression, dict) or len(expression) != 1:
        raise RuleBroken("an expression is a value or an object of one operation")
    ((operator, given),) = expression.items()
    if operator == "var":
        return _variable(given, about)
    if not isinstance(given, list) or not given:
        raise RuleBroken(f"{operator} needs a list of operands")
    return _operation(operator, given, about, depth + 1)


def _variable(path: object, about: object) -> Any:
    if not isinstance(path, str):
        raise RuleBroken("var needs a path")
    value = about
    for part in path.split(".") if path else ():
        if value is None:
            return None
        if isinstance(value, list):
            value = value[int(part)] if part.isascii() and part.isdigit() and int(part) < len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def _operation(operator: str, given: list[Any], about: object, depth: int) -> Any:
    fewest, most = _COUNTS.get(operator, (0, 0))
    if not fewest <= len(given) <= most:
        raise RuleBroken(f"no operation {operator} of {len(given)}")

    def of(index: int) -> Any:
        return evaluate(given[index], about, depth=depth)

    if operator == "if":
        return of(1) if truthy(of(0)) else of(2)
    if operator == "and":
        value: Any = None
        for index in range(len(given)):
            value = of(index)
            if not truthy(value):
                break
        return value
    if operator == "plusTime":
        return _plus(_moment(of(0)), given[1], given[2])
    if operator == "reduce":
        return _reduce(of(0), given[1], of(2), about, depth)
    if operator == "extractFromUVCI":
        return _fragment(of(0), given[1])
    return _of_values(operator, [of(index) for index in range(len(given))])


def _of_values(operator: str, values: list[Any]) -> Any:
    """Operations that need all their operands, whatever the first ones are."""
    if operator in _TIME_COMPARISONS:
        return _ordered(_TIME_COMPARISONS[operator], [_moment(value) for value in values])
    if operator in _COMPARISONS:
        return _ordered(operator, [_integer(value) for value in values])
    if operator == "!":
        return not truthy(values[0])
    if operator == "+":
        return sum(_integer(value) for value in values)
    if operator == "===":
        return _same(values[0], values[1])
    one, among = values
    if not isinstance(among, list):
        raise RuleBroken("in needs a list")
    return any(_same(one, other) for other in among)


def truthy(value: object) -> bool:
    """What counts as true: nothing, false, 0, an empty text and an empty list do not."""
    return value is not None and value is not False and value not in (0, "", [], {})


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    return bool(one == other)


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RuleBroken("an integer was needed")
    return value


def _ordered(operator: str, values: list[Any]) -> bool:
    pairs = list(pairwise(values))
    if operator == "<":
        return all(a < b for a, b in pairs)
    if operator == ">":
        return all(a > b for a, b in pairs)
    if operator == "<=":
        return all(a <= b for a, b in pairs)
    return all(a >= b for a, b in pairs)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise RuleBroken("a time was needed")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise RuleBroken("a time was needed") from error
    if moment.tzinfo is None and not _DATE.match(value):
        raise RuleBroken("a time needs its zone")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _plus(moment: datetime, amount: object, unit: object) -> datetime:
    number = _integer(amount)
    try:
        if unit in _UNITS:
            return moment + number * _UNITS[str(unit)]
        if unit == "month":
            return _rolled(moment, 12 * moment.year + moment.month - 1 + number)
        if unit == "year":
            return _rolled(moment, 12 * (moment.year + number) + moment.month - 1)
    except (ValueError, OverflowError) as error:
        raise RuleBroken("a time beyond the calendar") from error
    raise RuleBroken("no unit of time")


def _rolled(moment: datetime, months: int) -> datetime:
    """As ECMAScript counts: 31 January and a month is 3 March, or 2 March in a leap year."""
    first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
    return first + timedelta(days=moment.day - 1)


def _reduce(items: object, step: object, start: Any, about: object, depth: int) -> Any:
    if items is None:
        return start
    if not isinstance(items, list):
        raise RuleBroken("reduce needs a list")
    for item in items:
        inside = {"accumulator": start, "current": item, "data": about}
        start = evaluate(step, inside, depth=depth)
    return start


def _fragment(uvci: object, index: object) -> str | None:
    """A part of a UVCI between ``/``, ``#`` and ``:``, its prefix left off."""
    if uvci is None:
        return None
    if not isinstance(uvci, str) or not isinstance(index, int):
        raise RuleBroken("extractFromUVCI needs a text and a number")
    parts = re.split(r"[/#:]", uvci.removeprefix("URN:UVCI:"))
    return parts[index] if 0 <= index < len(parts) else None
