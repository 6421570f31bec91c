"""Base45 (RFC 9285): octets in the 45 letters that a QR code stores in its alphanumeric mode."""

from __future__ import annotations

from functools import lru_cache

_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_TO_LETTERS = _LETTERS.ljust(256, b"?")
_VALUES = bytes(_LETTERS.find(octet) & 0xFF for octet in range(256))
_NO_LETTER = 0xFF
_LEFT_OUT = bytes((_NO_LETTER,))
_BASE, _SQUARE, _OCTET = 45, 45 * 45, 256
_LOWEST_LESS = (_BASE << 16) - (1 << 8)
"""What a middle value takes from the lowest, two octets above, less itself one octet above."""


class NotBase45(ValueError):
    """The text is not Base45; the message says why."""


def encode(octets: bytes) -> str:
    """
    >>> encode(b"ietf!")
    'QED8WEX0'
    """
    letters = _triples(octets[: len(octets) & ~1])
    if len(octets) % 2:
        high, low = divmod(octets[-1], _BASE)
        letters += bytes((_LETTERS[low], _LETTERS[high]))
    return letters.decode("ascii")


def _triples(octets: bytes) -> bytes:
    """Three letters for each two octets: all of them by a few operations on long numbers.

    Each pair has a lane of four octets in them, wide enough for every product below. To divide is to multiply
    and to shift: ``(n + 1) * 33140 >> 26`` is n // 2025 for every pair of octets, and ``n * 1457 >> 16`` is
    n // 45 for every rest. What a shift brings in from the next lane is masked away. The lowest value of a
    pair is written first; the octet of its lane that is left over is marked, and left out.
    """
    count = len(octets) // 2
    lane = bytearray(4 * count)
    lane[2::4] = octets[0::2]
    lane[3::4] = octets[1::2]
    pairs = int.from_bytes(lane, "big")
    reciprocals, mask, left_over = _constants(count)
    highest = (pairs * 33140 + reciprocals >> 26) & mask
    rest = pairs - _SQUARE * highest
    middle = (rest * 1457 >> 16) & mask
    lowest_first = (rest << 16) - _LOWEST_LESS * middle + highest | left_over
    return lowest_first.to_bytes(4 * count, "big").translate(_TO_LETTERS, _LEFT_OUT)


def _pairs(values: bytes) -> bytes:
    """Two octets for each three values: all of them by two additions of long numbers.

    Each triple is a lane of three octets in them; the most that it can stand for, 91,124, stays inside.
    """
    count = len(values) // 3
    lanes, mask = int.from_bytes(values, "big"), _in_each_lane(0xFF, count, octets=3)
    total = (lanes >> 16 & mask) + _BASE * (lanes >> 8 & mask) + _SQUARE * (lanes & mask)
    octets = bytearray(total.to_bytes(3 * count, "big"))
    if octets[0::3].strip(b"\0"):
        raise NotBase45("three letters stand for more than two octets")
    del octets[0::3]
    return bytes(octets)


@lru_cache(maxsize=64)
def _constants(count: int) -> tuple[int, int, int]:
    return _in_each_lane(33140, count), _in_each_lane(0x3F, count), _in_each_lane(_NO_LETTER << 24, count)


@lru_cache(maxsize=64)
def _in_each_lane(value: int, count: int, *, octets: int = 4) -> int:
    """A number with that value in each lane; kept, since certificates are often of one length."""
    return int.from_bytes(value.to_bytes(octets, "big") * count, "big")


def decode(text: str) -> bytes:
    """The octets; raises ``NotBase45`` for a foreign letter, a length that nothing has, a value too large.

    RFC 9285 §6 leaves no second spelling: a triple stands for at most 65,535, a pair for at most 255.

    >>> decode("QED8WEX0")
    b'ietf!'
    >>> decode("GGW")
    Traceback (most recent call last):
    ...
    hashira.certificates.domain.base45.NotBase45: three letters stand for more than two octets
    """
    try:
        raw = text.encode("ascii")
    except UnicodeEncodeError as error:
        raise NotBase45("a letter that is not of Base45") from error
    rest = len(raw) % 3
    if rest == 1:
        raise NotBase45("one letter is left over")
    values = raw.translate(_VALUES)
    if _NO_LETTER in values:
        raise NotBase45("a letter that is not of Base45")
    octets = _pairs(values[: len(raw) - rest])
    if rest:
        last = values[-2] + _BASE * values[-1]
        if last >= _OCTET:
            raise NotBase45("two letters stand for more than one octet")
        octets += bytes((last,))
    return octets
