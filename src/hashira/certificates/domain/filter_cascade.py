"""An exact answer to "is it revoked?" over a known set, from a few bits a revocation (フィルターカスケード).

A cascade of Bloom filters as in CRLite (Larisch et al., IEEE S&P 2017, §III): the first holds what is
revoked; the second what is valid and yet was found in the first; the third what is revoked and yet was found
in the second; and so on until nothing is found wrongly. Over the set it was built from it never errs. Of
anything outside that set it says nothing of use: whoever asks has to know that it was in the set.

Everything a reader needs is SHA-256 and 32-bit integer arithmetic, so that a browser reads it without any
library; docs/reference/trust-bundle.md writes it down step by step.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 1
WORDS = 4
_MAX_LEVELS = 64
_MAX_BITS = 1 << 31
_MASK = 0xFFFFFFFF
_STEP_A, _STEP_B = 0x9E3779B9, 0x85EBCA6B
_MIX_A, _MIX_B = 0x85EBCA6B, 0xC2B2AE35
_LEVEL_HEAD = 5


class CascadeUnreadable(ValueError):
    """The octets are no cascade of this form."""


class CascadeImpossible(ValueError):
    """The same certificate is among the revoked and the valid."""


def fingerprint(kid: str, identifier: str) -> bytes:
    """The 16 octets by which a cascade and a list know a certificate."""
    return hashlib.sha256(f"{kid}\n{identifier}".encode()).digest()[: 4 * WORDS]


@dataclass(frozen=True, slots=True)
class Level:
    """One Bloom filter: ``size`` bits, bit *i* in octet *i* // 8 with the weight 2^(*i* mod 8)."""

    size: int
    hashes: int
    bits: bytes


@dataclass(frozen=True, slots=True)
class FilterCascade:
    """The levels, in order; without any, all are valid."""

    levels: tuple[Level, ...]

    def revoked(self, mark: bytes) -> bool:
        """Whether that certificate is revoked; right for those it was built from, and for no other."""
        words = [int.from_bytes(mark[i : i + 4], "big") for i in range(0, 4 * WORDS, 4)]
        for number, level in enumerate(self.levels):
            if not all(level.bits[p >> 3] >> (p & 7) & 1 for p in _positions(words, number, level)):
                return number % 2 == 1
        return len(self.levels) % 2 == 1

    def encode(self) -> bytes:
        """As it stands in a bundle: version, number of levels, then each: bits, hashes, octets."""
        levels = (level.size.to_bytes(4, "big") + bytes([level.hashes]) + level.bits for level in self.levels)
        return bytes([FORMAT, len(self.levels)]) + b"".join(levels)

    @classmethod
    def decode(cls, octets: bytes) -> FilterCascade:
        """From its octets; raises ``CascadeUnreadable``."""
        if len(octets) < 2 or octets[0] != FORMAT or octets[1] > _MAX_LEVELS:
            raise CascadeUnreadable("no cascade, or of another version")
        levels, position = [], 2
        for _ in range(octets[1]):
            head = octets[position : position + _LEVEL_HEAD]
            if len(head) < _LEVEL_HEAD:
                raise CascadeUnreadable("cut off")
            size, hashes = int.from_bytes(head[:4], "big"), head[4]
            position += _LEVEL_HEAD
            bits = octets[position : position + (size + 7) // 8]
            if not 0 < size <= _MAX_BITS or not hashes or len(bits) != (size + 7) // 8:
                raise CascadeUnreadable("a level is not whole")
            levels.append(Level(size, hashes, bits))
            position += len(bits)
        if position != len(octets):
            raise CascadeUnreadable("more than its levels")
        return cls(tuple(levels))


def _mix(x: int) -> int:
    """The finalizer of MurmurHash3 (32 bits): each bit of the input moves half of those of the output."""
    x ^= x >> 16
    x = x * _MIX_A & _MASK
    x ^= x >> 13
    x = x * _MIX_B & _MASK
    return x ^ x >> 16


def _positions(words: Sequence[int], number: int, level: Level) -> Iterable[int]:
    a = _mix((words[0] + number * _STEP_A & _MASK) ^ words[2])
    b = _mix((words[1] + number * _STEP_B & _MASK) ^ words[3]) | 1
    return (((a + i * b) & _MASK) % level.size for i in range(level.hashes))


def build(revoked: Sequence[bytes], valid: Iterable[Sequence[bytes]]) -> FilterCascade:
    """The cascade of those fingerprints; ``valid`` comes in portions and is gone through once.

    Raises ``CascadeImpossible``.
    """
    portions = list(valid)
    count = sum(map(len, portions))
    return build_of_words(_words(revoked), (_words(portion) for portion in portions), count)


def build_of_words(
    revoked: NDArray[np.uint32], valid: Iterable[NDArray[np.uint32]], count: int
) -> FilterCascade:
    """As ``build``, of arrays of shape (n, 4) in the machine's order; ``count`` is how many valid there are.

    The sizes follow CRLite §III-C: the first level lets through r·√½ of the valid, each later one half.
    """
    import numpy as np

    if not len(revoked):
        return FilterCascade(())
    rate = min(0.5, len(revoked) * math.sqrt(0.5) / count) if count else 0.5
    levels = [_level(revoked, 0, rate)]
    found = [portion[_contained(portion, 0, levels[0])] for portion in valid]
    inside, outside = (np.concatenate(found) if found else revoked[:0]), revoked
    while len(inside):
        if len(levels) == _MAX_LEVELS:
            raise CascadeImpossible("the same certificate is revoked and valid")
        number = len(levels)
        level = _level(inside, number, 0.5)
        levels.append(level)
        inside, outside = outside[_contained(outside, number, level)], inside
    return FilterCascade(tuple(levels))


def contained(cascade: FilterCascade, words: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """``revoked`` for many at once, an array of shape (n, 4)."""
    import numpy as np

    answer = np.full(len(words), len(cascade.levels) % 2 == 1)
    open_ = np.arange(len(words))
    for number, level in enumerate(cascade.levels):
        hit = _contained(words[open_], number, level)
        answer[open_[~hit]] = number % 2 == 1
        open_ = open_[hit]
    return answer


def _words(marks: Sequence[bytes]) -> NDArray[np.uint32]:
    import numpy as np

    return np.frombuffer(b"".join(marks), dtype=">u4").astype(np.uint32).reshape(-1, WORDS)


def _level(words: NDArray[np.uint32], number: int, rate: float) -> Level:
    import numpy as np

    hashes = max(1, round(-math.log2(rate)))
    # m = -k·n / ln(1 - p^(1/k)): the size at which k hashes give the rate p
    size = max(8, math.ceil(-hashes * len(words) / math.log(1 - rate ** (1 / hashes))))
    if size > _MAX_BITS:
        raise CascadeImpossible("more certificates than one cascade takes")
    bits = np.zeros((size + 7) // 8 * 8, dtype=np.bool_)
    for positions in _all_positions(words, number, size, hashes):
        bits[positions] = True
    return Level(size, hashes, np.packbits(bits, bitorder="little").tobytes())


def _contained(words: NDArray[np.uint32], number: int, level: Level) -> NDArray[np.bool_]:
    import numpy as np

    bits = np.frombuffer(level.bits, dtype=np.uint8)
    answer = np.zeros(len(words), dtype=np.bool_)
    a, b = _bases(words, number)
    open_ = np.arange(len(words))
    for i in range(level.hashes):
        position = (a[open_] + np.uint32(i) * b[open_]) % np.uint32(level.size)
        open_ = open_[(bits[position >> 3] >> (position & 7).astype(np.uint8) & 1).astype(np.bool_)]
    answer[open_] = True
    return answer


def _all_positions(words: NDArray[np.uint32], number: int, size: int, hashes: int) -> Iterable[Any]:
    import numpy as np

    a, b = _bases(words, number)
    return ((a + np.uint32(i) * b) % np.uint32(size) for i in range(hashes))


def _bases(words: NDArray[np.uint32], number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    import numpy as np

    first = words[:, 0] + np.uint32(number * _STEP_A & _MASK)
    second = words[:, 1] + np.uint32(number * _STEP_B & _MASK)
    return _mix_all(first ^ words[:, 2]), _mix_all(second ^ words[:, 3]) | np.uint32(1)


def _mix_all(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    import numpy as np

    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(_MIX_A)
    x = x ^ (x >> np.uint32(13))
    x = x * np.uint32(_MIX_B)
    return x ^ (x >> np.uint32(16))
