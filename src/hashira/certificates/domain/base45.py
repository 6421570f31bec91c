"""Base45 (RFC 9285): octets in the 45 letters that a QR code stores in its alphanumeric mode."""

from __future__ import annotations

import sys
from array import array
from functools import cache

_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = bytes(_LETTERS.find(octet) & 0xFF for octet in range(256))
_BASE, _SQUARE, _OCTET = 45, 45 * 45, 256


class NotBase45(ValueError):
    """The text is not Base45; the message says why."""


def encode(octets: bytes) -> str:
    """
    >>> encode(b"ietf!")
    'QED8WEX0'
    """
    pairs = array("H", octets[: len(octets) & ~1])
    if sys.byteorder == "little":
        pairs.byteswap()
    text = b"".join(map(_triples().__getitem__, pairs))
    if len(octets) % 2:
        high, low = divmod(octets[-1], _BASE)
        text += bytes((_LETTERS[low], _LETTERS[high]))
    return text.decode("ascii")


@cache
def _triples() -> list[bytes]:
    """Three letters for each pair of octets; made at the first use, since it takes some milliseconds."""
    pairs = [bytes((low, high)) for high in _LETTERS for low in _LETTERS]
    return [pairs[value % _SQUARE] + _LETTERS[(e := value // _SQUARE) : e + 1] for value in range(1 << 16)]


def _pairs(values: bytes) -> bytes:
    """Two octets for each three values: all of them by one addition of long numbers.

    Each triple has a lane of four octets in them; the most that it can stand for, 91,124, stays inside.
    """
    lanes = []
    for place in range(3):
        lane = bytearray(len(values) // 3 * 4)
        lane[3::4] = values[place::3]
        lanes.append(int.from_bytes(lane, "big"))
    total = lanes[0] + _BASE * lanes[1] + _SQUARE * lanes[2]
    sums = total.to_bytes(len(values) // 3 * 4, "big")
    if any(sums[1::4]):
        raise NotBase45("three letters stand for more than two octets")
    octets = bytearray(len(values) // 3 * 2)
    octets[0::2], octets[1::2] = sums[2::4], sums[3::4]
    return bytes(octets)


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
    if raw.translate(None, _LETTERS):
        raise NotBase45("a letter that is not of Base45")
    values = raw.translate(_VALUES)
    octets = _pairs(values[: len(raw) - rest])
    if rest:
        last = values[-2] + _BASE * values[-1]
        if last >= _OCTET:
            raise NotBase45("two letters stand for more than one octet")
        octets += bytes((last,))
    return octets
