"""CBOR from strangers, read one way only (厳格なCBOR): no key twice, nothing behind it, bounded depth.

``cbor2`` reads whatever follows RFC 8949, and makes objects of tags: regular expressions, addresses, numbers
of any size, values that hold themselves. A certificate needs none of them, so that every tag is refused but
that of a written time, which stands for its text.
"""

from __future__ import annotations

import io
from typing import Any, Final, NoReturn

import cbor2

MAX_DEPTH = 32
_TAG_TIME = 0
_KNOWN_TO_LIBRARY = (1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000)
_INDEFINITE, _BREAK = 31, 0xFF
_INTEGERS, _BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = (0, 1), 2, 3, 4, 5, 6, 7


class NotCbor(ValueError):
    """The octets are not one CBOR item as this release reads it; the message says why."""


def _refuse(*_: object) -> NoReturn:
    raise NotCbor("a tag that no certificate needs")


def _text_of_time(value: object, *_: object) -> str:
    if not isinstance(value, str):
        raise NotCbor("a time that is no text")
    return value


_DECODERS: Final[Any] = dict.fromkeys(_KNOWN_TO_LIBRARY, _refuse) | {_TAG_TIME: _text_of_time}


def read(octets: bytes) -> Any:
    """The value; raises ``NotCbor``. The caller bounds the length.

    >>> read(bytes.fromhex("a201020103"))
    Traceback (most recent call last):
    ...
    hashira.certificates.domain.strict_cbor.NotCbor: not CBOR
    """
    stream = io.BytesIO(octets)
    try:
        value = cbor2.CBORDecoder(
            stream, max_depth=MAX_DEPTH, allow_duplicate_keys=False, semantic_decoders=_DECODERS
        ).decode()
    except NotCbor:
        raise
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        if isinstance(error.__cause__, NotCbor):
            raise error.__cause__ from error
        raise NotCbor("not CBOR") from error
    if stream.tell() != len(octets):
        raise NotCbor("something stands behind the item")
    return value


def head(octets: bytes, at: int) -> tuple[int, int | None, int]:
    """Major type, argument (``None``: of indefinite length) and the place behind it (RFC 8949 §3)."""
    if at >= len(octets):
        raise NotCbor("cut off")
    major, short = divmod(octets[at], 32)
    if short < 24:
        return major, short, at + 1
    if short == _INDEFINITE:
        return major, None, at + 1
    if short > 27:
        raise NotCbor("a length that RFC 8949 does not have")
    behind = at + 1 + (1 << short - 24)
    if behind > len(octets):
        raise NotCbor("cut off")
    return major, int.from_bytes(octets[at + 1 : behind], "big"), behind


def octets_at(octets: bytes, at: int) -> tuple[bytes, int]:
    """The byte string of definite length at a place, and the place behind it."""
    major, length, start = head(octets, at)
    if major != _BYTES or length is None or start + length > len(octets):
        raise NotCbor("no byte string where there must be one")
    return octets[start : start + length], start + length


def end_of_item(octets: bytes, at: int, depth: int = 0) -> int:
    """The place behind the item that begins at a place."""
    if depth > MAX_DEPTH:
        raise NotCbor("nested too deeply")
    major, argument, at = head(octets, at)
    if argument is None:
        if major not in (_BYTES, _TEXT, _LIST, _MAP):
            raise NotCbor("a break without a beginning")
        while at < len(octets) and octets[at] != _BREAK:
            at = end_of_item(octets, at, depth + 1)
        at += 1
    elif major in (_BYTES, _TEXT):
        at += argument
    elif major in (_LIST, _MAP):
        for _ in range(min(argument * (1 + (major == _MAP)), len(octets) + 1)):
            at = end_of_item(octets, at, depth + 1)
    elif major == _TAG:
        at = end_of_item(octets, at, depth + 1)
    if at > len(octets):
        raise NotCbor("cut off")
    return at
