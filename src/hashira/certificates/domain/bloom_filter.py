"""The Bloom filter in which the EU distributes revocations, in its own octets (失効のBloomフィルター).

What a filter does not hold is not revoked. "Perhaps" is no answer: one in ``1 / rate`` certificates that
nobody revoked is found in it as well, so whoever gets it looks into an exact list.

Source: ``dgc-bloomfilter``, format 1 (Java ``DataOutput``, big-endian): version (short), number of hash
functions (byte), which hash function (byte; 0 is SHA-256), rate (float), elements it was made for and those
it has (int each), number of words (int), words (int each). Bit 0 is the highest of the first word. The
``i``-th bit of an element is SHA-256 of the element and the octet ``i``, as a number with its sign, modulo
the bits.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass

_VERSION, _SHA_256 = 1, 0
_HEAD = struct.Struct(">hBBfiii")
_WORD = 32
_MOST_WORDS = 16 * 1024 * 1024
_MOST_FUNCTIONS = 127


class FilterUnreadable(ValueError):
    """The octets are no filter of format 1."""


@dataclass(frozen=True, slots=True)
class BloomFilter:
    """A filter. ``rate`` is the share of strangers that it takes for its own, in single precision."""

    functions: int
    rate: float
    capacity: int
    count: int
    bits: bytes

    @classmethod
    def of(cls, elements: Iterable[bytes], *, rate: float, capacity: int = 0) -> BloomFilter:
        """The filter of these elements, with room for ``capacity`` of them if that is more.

        ``ValueError`` where that is none, or the rate is no share.

        >>> made = BloomFilter.of([b"1"], rate=1e-4)
        >>> made.functions, len(made.bits), b"1" in made
        (67, 12, True)
        """
        known = list(elements)
        room = max(capacity, len(known))
        if not room or not 0 < rate < 1:
            raise ValueError("a filter has elements, and a rate between 0 and 1")
        single = struct.unpack(">f", struct.pack(">f", rate))[0]
        least = math.ceil(room * math.log(single) / math.log(1 / 2 ** math.log(2)))
        octets = least // 8 + 1
        words = octets // 4 + octets % 4
        size = words * _WORD
        functions = max(1, math.floor(size / room * math.log(2) + 0.5))
        if functions > _MOST_FUNCTIONS:
            raise ValueError("the rate is too low for so few elements")
        bits = bytearray(words * 4)
        for element in known:
            for place in _places(element, functions, size):
                bits[place >> 3] |= 0x80 >> (place & 7)
        return cls(functions, single, room, len(known), bytes(bits))

    def __contains__(self, element: bytes) -> bool:
        """Whether it is perhaps one of the elements; ``False`` is certain."""
        size = len(self.bits) * 8
        return all(
            self.bits[place >> 3] & (0x80 >> (place & 7)) for place in _places(element, self.functions, size)
        )

    def encode(self) -> bytes:
        """The octets of format 1."""
        words = len(self.bits) // 4
        head = _HEAD.pack(_VERSION, self.functions, _SHA_256, self.rate, self.capacity, self.count, words)
        return head + self.bits

    @classmethod
    def decode(cls, octets: bytes) -> BloomFilter:
        """The filter; raises ``FilterUnreadable``."""
        if len(octets) < _HEAD.size:
            raise FilterUnreadable("it is cut off")
        version, functions, used, rate, capacity, count, words = _HEAD.unpack_from(octets)
        if version != _VERSION or used != _SHA_256 or not 1 <= functions <= _MOST_FUNCTIONS:
            raise FilterUnreadable("a format or hash function that is not read")
        if not 0 < words <= _MOST_WORDS or len(octets) != _HEAD.size + 4 * words:
            raise FilterUnreadable("its length is not what it says")
        return cls(functions, rate, capacity, count, octets[_HEAD.size :])


def _places(element: bytes, functions: int, size: int) -> Iterable[int]:
    for number in range(functions):
        digest = hashlib.sha256(element + bytes((number,))).digest()
        yield int.from_bytes(digest, "big", signed=True) % size
