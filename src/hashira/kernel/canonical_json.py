"""Canonical JSON: one value, one sequence of bytes, to sign and to hash (RFC 8785, JCS).

Sorted keys (by UTF-16 code units, §3.2.3), no white space, the shortest escapes (§3.2.2.2), numbers as
ECMAScript writes them (§3.2.2.3), UTF-8. Values are what JSON has and nothing else: ``dict`` with string
keys, ``list`` or ``tuple``, ``str``, ``int``, ``float``, ``bool``, ``None``; no subclasses, so that an enum
or a date never gets into a signature in a form that nobody chose.

Two paths give the same bytes. Where every key is ASCII (code point order is then UTF-16 order) and no
number is a float, ``orjson`` writes exactly this form and does it in native code. Everything else is
written here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import orjson

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | tuple[JSON, ...] | str | int | float | bool | None"

MAX_DEPTH = 100
"""How deep objects and arrays may lie in each other."""

MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 7493 §2.2, RFC 8785 §3.2.2.3)."""


class NotJSON(HashiraError):
    """Details: ``type``, the name of the type."""

    code = "KRN-030"
    what = Bilingual("JSONにできない値があります", "A value cannot be written as JSON")
    why = Bilingual(
        "型{type}は、JSONの値にもキーにもなりません", "The type {type} is neither a JSON value nor a key"
    )
    remedy = Bilingual(
        "日付や小数などは、先に文字列にしてください", "Turn dates, decimals and the like into strings first"
    )


class NotANumber(HashiraError):
    code = "KRN-031"
    what = Bilingual("JSONにできない数があります", "A number cannot be written as JSON")
    why = Bilingual("NaNと無限大は、JSONにありません", "JSON has no NaN and no infinity")
    remedy = Bilingual("値がないことはnullで表してください", "Write null where there is no value")


class IntegerTooLarge(HashiraError):
    code = "KRN-032"
    what = Bilingual("JSONの数として大きすぎる整数があります", "An integer is too large for a JSON number")
    why = Bilingual(
        "絶対値が9007199254740991を超える整数は、読む側で別の数になることがあります",
        "Readers may turn an integer beyond ±9007199254740991 into another number",
    )
    remedy = Bilingual("文字列にしてください", "Write it as a string")


class BrokenText(HashiraError):
    code = "KRN-033"
    what = Bilingual("JSONにできない文字列があります", "A string cannot be written as JSON")
    why = Bilingual(
        "対にならないサロゲートがあり、UTF-8で表せません",
        "It has a lone surrogate, which UTF-8 cannot express",
    )
    remedy = Bilingual(
        "文字が壊れた元のデータを直してください", "Repair the source in which the character was broken"
    )


class TooDeep(HashiraError):
    """Details: ``limit``."""

    code = "KRN-034"
    what = Bilingual("JSONの入れ子が深すぎます", "The JSON is nested too deeply")
    why = Bilingual(
        "入れ子は{limit}段までです。自分自身を含む値かもしれません",
        "The limit is {limit} levels. The value may contain itself",
    )
    remedy = Bilingual("構造を浅くしてください", "Flatten the structure")


def canonical_json(value: JSON) -> bytes:
    """The canonical form of a value.

    Raises ``NotJSON``, ``NotANumber``, ``IntegerTooLarge``, ``BrokenText`` or ``TooDeep``. To bring JSON
    that somebody else wrote into this form, read it with ``json.loads(text, parse_int=float)``: RFC 8785
    takes every number for a double, also one beyond 2**53 that an issuer wrote without a point.

    >>> canonical_json({"b": [1, 2.50, 1e21], "a": "é\\n"}).decode()
    '{"a":"é\\\\n","b":[1,2.5,1e+21]}'
    """
    if _orjson_agrees(value):
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # a lone surrogate: the path below says so in our words
            pass
    return "".join(_write(value, MAX_DEPTH)).encode()


def canonical_json_read(value: JSON) -> bytes:
    """As ``canonical_json``, for a value that ``orjson`` has just read and nobody has changed.

    Such a value has no foreign types, so one look at what ``orjson`` writes of it tells whether that is the
    canonical form: all of it is ASCII without an escape, hence every key, and no number has a point, an
    exponent or as many digits as a double loses. A text that only looks like such a number takes the longer
    way.

    >>> canonical_json_read(orjson.loads('{"b":1,"a":"x"}'))
    b'{"a":"x","b":1}'
    """
    written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    # A number stands behind one of three signs, unless it is all there is. The pattern begins with them, so
    # that the search runs from sign to sign.
    nested = written.startswith((b"{", b"["))
    if nested and written.isascii() and b"\\" not in written and not _NOT_SMALL.search(written):
        return written
    return canonical_json(value)


_NOT_SMALL = re.compile(rb"[:\[,]-?[0-9]+(?:[.eE]|(?<=[0-9]{15}))")


def canonical_number(number: float) -> str:
    """A finite double as ECMAScript writes it (ECMA-262 §6.1.6.1.20, Number::toString).

    >>> canonical_number(1e23), canonical_number(-0.0), canonical_number(1e-7), canonical_number(100.0)
    ('1e+23', '0', '1e-7', '100')
    """
    if not math.isfinite(number):
        raise NotANumber
    if number == 0:
        return "0"
    # Python and ECMAScript agree on the shortest digits that read back; they differ in where the point goes.
    sign, digits, point = _shortest(number)
    if len(digits) <= point <= 21:
        written = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        written = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        written = f"0.{'0' * -point}{digits}"
    else:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        written = f"{digits[0]}{fraction}e{point - 1:+d}"
    return sign + written


def _shortest(number: float) -> tuple[str, str, int]:
    """Sign, digits without zeros at either end, and the place: 0.digits times 10 to the place."""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    return "-" if number < 0 else "", digits.rstrip("0"), len(whole) - leading + int(exponent or 0)


def _orjson_agrees(value: object, depth: int = MAX_DEPTH) -> bool:
    """Whether ``orjson`` writes this value in canonical form. ``False`` also for what is to be refused."""
    # Depth first, so that a value that contains itself ends here however often it does so. Plain loops,
    # because this walk is most of what the fast path costs.
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if isinstance(value, int):
        return kind is int and -MAX_INTEGER <= value <= MAX_INTEGER
    if not depth:
        return False
    members: Iterable[object]
    if isinstance(value, dict) and kind is dict:
        for key in value:
            if type(key) is not str or not key.isascii():
                return False
        members = value.values()
    elif isinstance(value, (list, tuple)) and kind in (list, tuple):
        members = value
    else:
        return False
    for member in members:  # noqa: SIM110  # a loop is measurably faster than all()
        if type(member) is not str and not _orjson_agrees(member, depth - 1):
            return False
    return True


def _write(value: object, depth: int) -> Iterator[str]:
    kind = type(value)
    if value is None:
        yield "null"
    elif value is True or value is False:
        yield "true" if value else "false"
    elif isinstance(value, str) and kind is str:
        yield _string(value)
    elif isinstance(value, int) and kind is int:
        if abs(value) > MAX_INTEGER:
            raise IntegerTooLarge
        yield str(value)
    elif isinstance(value, float) and kind is float:
        yield canonical_number(value)
    elif isinstance(value, dict) and kind is dict:
        yield from _write_object(value, depth)
    elif isinstance(value, (list, tuple)) and kind in (list, tuple):
        yield from _write_array(value, depth)
    else:
        raise NotJSON(type=kind.__name__)


def _write_object(members: dict[object, object], depth: int) -> Iterator[str]:
    if not depth:
        raise TooDeep(limit=MAX_DEPTH)
    keyed: list[tuple[bytes, str, object]] = []
    for key, item in members.items():
        if not isinstance(key, str) or type(key) is not str:
            raise NotJSON(type=type(key).__name__)
        keyed.append((key.encode("utf-16-be", "surrogatepass"), _string(key), item))
    separator = "{"
    for _, key, item in sorted(keyed, key=lambda entry: entry[0]):
        yield f"{separator}{key}:"
        yield from _write(item, depth - 1)
        separator = ","
    yield "}" if keyed else "{}"


def _write_array(items: list[object] | tuple[object, ...], depth: int) -> Iterator[str]:
    if not depth:
        raise TooDeep(limit=MAX_DEPTH)
    yield "["
    for index, item in enumerate(items):
        if index:
            yield ","
        yield from _write(item, depth - 1)
    yield "]"


def _string(text: str) -> str:
    try:
        # For strings orjson writes what §3.2.2.2 asks for: the two-character escapes, \\u00xx in lower case
        # for the other controls, everything else as it is.
        return orjson.dumps(text).decode()
    except orjson.JSONEncodeError:
        raise BrokenText from None
