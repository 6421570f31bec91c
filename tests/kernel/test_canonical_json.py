"""RFC 8785: its own examples, and any value against the ``rfc8785`` package."""

from __future__ import annotations

import enum
import json
import math
import struct
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel import canonical_json as c
from hashira.kernel.errors import HashiraError

# RFC 8785 Appendix B: the bits of a double and its canonical form.
APPENDIX_B = """\
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2"""


@pytest.mark.parametrize(("bits", "written"), [line.split() for line in APPENDIX_B.splitlines()])
def test_numbers_of_appendix_b(bits: str, written: str) -> None:
    number = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert c.canonical_number(number) == written
    assert c.canonical_json([number]) == f"[{written}]".encode()


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_what_appendix_b_calls_errors(bits: str) -> None:
    number = struct.unpack(">d", bytes.fromhex(bits))[0]
    with pytest.raises(c.NotANumber):
        c.canonical_json({"a": number})


def test_sorting_of_section_3_2_3() -> None:
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(c.canonical_json(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_the_example_of_section_3_2_2() -> None:
    source = (
        r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        r'"string": "\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}'
    )
    expected = (
        r'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        r'"string":"€$\u000f\nA' + r"'B\"\\\\\"/" + '"}'
    )
    assert c.canonical_json(json.loads(source)) == expected.encode()


def test_every_control_character_and_its_escape() -> None:
    short = {8: r"\b", 9: r"\t", 10: r"\n", 12: r"\f", 13: r"\r", 34: r"\"", 92: r"\\"}
    for code in range(0x100):
        written = short.get(code) or (f"\\u{code:04x}" if code < 0x20 else chr(code))
        assert c.canonical_json(chr(code)) == f'"{written}"'.encode()


numbers = st.integers(-c.MAX_INTEGER, c.MAX_INTEGER) | st.floats(allow_nan=False, allow_infinity=False)
keys = st.text(max_size=4) | st.text(st.sampled_from("a\ue000\uffff\U00010000\U0001f600é"), max_size=3)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)
plain_values = st.recursive(  # what the fast path takes
    st.none() | st.booleans() | st.integers(-c.MAX_INTEGER, c.MAX_INTEGER) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_any_value_as_the_reference_package_writes_it(value: Any) -> None:
    written = c.canonical_json(value)
    assert written == rfc8785.dumps(value)
    # JSON has one kind of number: 9007199254740992 is a double, not an integer that lost its precision.
    assert c.canonical_json(json.loads(written, parse_int=float)) == written


@given(plain_values)
def test_the_fast_path_as_the_reference_package_writes_it(value: Any) -> None:
    assert c._orjson_agrees(value)
    assert c.canonical_json(value) == rfc8785.dumps(value)
    assert "".join(c._write(value, c.MAX_DEPTH)).encode() == rfc8785.dumps(value)


@given(st.one_of(values, plain_values))
def test_what_orjson_has_read_is_written_the_same_or_refused_the_same(value: Any) -> None:
    try:
        read = orjson.loads(orjson.dumps(value))
    except (orjson.JSONEncodeError, TypeError):
        return  # not a text that orjson reads
    assert outcome(c.canonical_json_read, read) == outcome(c.canonical_json, read)


@pytest.mark.parametrize(
    "text",
    [
        '{"b":1,"a":"x"}', "[1.0]", "[-0.0]", "[1e3]", "[1e300]", "[12345678901234567]", "[9007199254740991]",
        '{"a":":1.5"}', '{"a":"é"}', '{"é":1}', '{"\\u00e9":1}', '["\\u0061"]', "[123456789012345]",
        '{"a":[1,2,3.5]}', "0.0", "-0.0", "1e3",
    ],
)  # fmt: skip
def test_the_shapes_between_which_the_short_way_decides(text: str) -> None:
    read = orjson.loads(text)
    assert outcome(c.canonical_json_read, read) == outcome(c.canonical_json, read)


def outcome(write: Any, value: Any) -> Any:
    """The octets, or the kind of refusal."""
    try:
        return write(value)
    except HashiraError as error:
        return type(error)


@given(st.integers(0, 2**64 - 1))
def test_any_double(bits: int) -> None:
    number = struct.unpack(">d", struct.pack(">Q", bits))[0]
    if math.isfinite(number):
        assert c.canonical_number(number) == rfc8785.dumps(number).decode()
        assert float(c.canonical_number(number)) == number


@pytest.mark.parametrize("number", [c.MAX_INTEGER, -c.MAX_INTEGER])
def test_the_largest_integers(number: int) -> None:
    assert c.canonical_json([number]) == f"[{number}]".encode()


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**64, 10**100])
@pytest.mark.parametrize("beside", [0, 0.5])  # by either path
def test_integers_that_readers_would_change(number: int, beside: float) -> None:
    with pytest.raises(c.IntegerTooLarge):
        c.canonical_json([beside, number])


@pytest.mark.parametrize("value", ["\ud800", "a\udfff", {"\ud800": 1}, {"é": "\udc00"}, [{"a": ["\ud83d"]}]])
def test_lone_surrogates(value: Any) -> None:
    with pytest.raises(c.BrokenText):
        c.canonical_json(value)


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 1


class Word(enum.StrEnum):
    HELLO = "hello"


class Members(dict[str, int]):
    """A dict that may behave otherwise."""


class Items(list[int]):
    """A list that may behave otherwise."""


class Fraction(float):
    """A float that may write itself otherwise."""


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (date(2026, 11, 23), "date"),
        (Decimal("1.5"), "Decimal"),
        (UUID(int=1), "UUID"),
        (b"a", "bytes"),
        ({1, 2}, "set"),
        (Colour.RED, "Colour"),
        (Size.LARGE, "Size"),
        (Word.HELLO, "Word"),
        (Members(a=1), "Members"),
        (Items([1]), "Items"),
        (Fraction(1.5), "Fraction"),
    ],
)
def test_what_is_no_json(value: Any, type_name: str) -> None:
    for wrapped in (value, [value], {"a": value}, {"é": [0.5, value]}):
        with pytest.raises(c.NotJSON) as refused:
            c.canonical_json(wrapped)
        assert refused.value.details == {"type": type_name}


@pytest.mark.parametrize("key", [1, None, True, Word.HELLO, b"a"])
def test_what_is_no_key(key: Any) -> None:
    with pytest.raises(c.NotJSON):
        c.canonical_json({key: 1})


@pytest.mark.parametrize("leaf", [1, 0.5])
@pytest.mark.parametrize("array", [True, False])
def test_depth_is_bounded_on_both_paths(leaf: float, array: bool) -> None:
    value: Any = leaf
    for _ in range(c.MAX_DEPTH):
        value = [value] if array else {"a": value}
    assert c.canonical_json(value) == rfc8785.dumps(value)
    with pytest.raises(c.TooDeep):
        c.canonical_json([value] if array else {"a": value})


def test_a_value_that_contains_itself() -> None:
    value: list[Any] = []
    value += [value, value]
    with pytest.raises(c.TooDeep):
        c.canonical_json(value)


@pytest.mark.parametrize(
    ("value", "written"), [({}, "{}"), ([], "[]"), ((), "[]"), ((1, 0.5), "[1,0.5]"), ({"é": {}}, '{"é":{}}')]
)
def test_empty_and_tuples(value: Any, written: str) -> None:
    assert c.canonical_json(value) == written.encode()
