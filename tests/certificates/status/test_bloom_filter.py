"""The EU's Bloom filter against the facts that its authors publish with it.

``dgc-bloomfilter``, ``filter-test.json`` and ``BloomFilterUnitTest``: words, places of bits, sizes.
"""

from __future__ import annotations

import random
import struct

import pytest

from hashira.certificates.domain.bloom_filter import BloomFilter, FilterUnreadable

RATE = 1e-4
PUBLISHED = [
    (1, ["1"], [2102098068, 1202697683, 439752268]),
    (2, ["1", "2"], [2129861756, 1680563432]),
    (3, ["1", "3"], [72564506, 917192896]),
    (4, ["1", "3", "4"], [373367068, -1457290747, -1504305326, 379210944]),
]
"""For how many it was made, what was put in, and the words."""


def words(filter_: BloomFilter) -> list[int]:
    return list(struct.unpack(f">{len(filter_.bits) // 4}i", filter_.bits))


@pytest.mark.parametrize(("capacity", "written", "published"), PUBLISHED)
def test_the_published_filters(capacity: int, written: list[str], published: list[int]) -> None:
    made = BloomFilter.of([text.encode() for text in written], rate=RATE, capacity=capacity)
    assert words(made) == published
    assert [number for number in "1234" if number.encode() in made] == written


def test_the_published_place_of_a_bit() -> None:
    """``runBasicBloom``: of one function over 32 bits, the element sets bit 26."""
    element = bytes([0, 5, 33, 44])
    known = BloomFilter(1, 0.5, 1, 1, struct.pack(">I", 1 << 31 >> 26))
    assert element in known
    assert bytes([0, 5, 88, 44]) not in known


def test_the_published_size() -> None:
    """``testProbabilistcRate3``: 10,000 elements at 0.00001 make 239,680 bits and 17 functions."""
    elements = [number.to_bytes(4, "big") for number in range(10_000)]
    made = BloomFilter.of(elements, rate=1e-5)
    assert (len(made.bits) * 8, made.functions) == (239_680, 17)
    assert all(element in made for element in elements[::97])
    strangers = sum(number.to_bytes(5, "big") in made for number in range(20_000))
    assert strangers <= 2


def test_the_octets_come_back_and_nothing_else_does() -> None:
    made = BloomFilter.of([b"a", b"b"], rate=1e-9)
    octets = made.encode()
    assert octets[:4] == bytes([0, 1, made.functions, 0])
    assert BloomFilter.decode(octets) == made
    for wrong in (
        octets[:-1],
        octets + b"\0",
        b"\0\2" + octets[2:],
        octets[:10],
        octets[:3] + b"\1" + octets[4:],
    ):
        with pytest.raises(FilterUnreadable):
            BloomFilter.decode(wrong)
    with pytest.raises(ValueError, match="elements"):
        BloomFilter.of([], rate=RATE)


def test_nothing_that_was_put_in_is_missing() -> None:
    chance = random.Random(20261130)
    elements = [chance.randbytes(16) for _ in range(500)]
    made = BloomFilter.decode(BloomFilter.of(elements, rate=1e-6).encode())
    assert all(element in made for element in elements)
