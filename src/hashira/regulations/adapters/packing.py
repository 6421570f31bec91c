"""Units and surveys as bytes, small and quick to read again (保存の形).

MessagePack, compressed, read back against the types; nothing in it can run. Bytes of another version of the
types are refused, and what they held is then made anew from the document, which is kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import msgspec

from hashira.regulations.domain.detection import Survey
from hashira.regulations.domain.law.units import Unit

_LEVEL = 5
_ENCODER = msgspec.msgpack.Encoder()
_UNITS = msgspec.msgpack.Decoder(list[Unit])
_UNIT = msgspec.msgpack.Decoder(Unit)
_EACH = msgspec.msgpack.Decoder(list[msgspec.Raw])
_SURVEY = msgspec.msgpack.Decoder(Survey)


class AnotherShape(ValueError):
    """The bytes are of other types than today's: make them anew from the document."""


def packed(content: bytes) -> bytes:
    """Compressed; nothing stays nothing."""
    return zlib.compress(content, _LEVEL) if content else b""


def unpacked(content: bytes) -> bytes:
    """The content again."""
    return zlib.decompress(content) if content else b""


def pack_units(units: Sequence[Unit]) -> bytes:
    """The units of a text."""
    return packed(_ENCODER.encode(list(units)))


def unpack_units(content: bytes) -> list[Unit]:
    """The units again. Raises ``AnotherShape``."""
    try:
        return _UNITS.decode(unpacked(content))
    except msgspec.DecodeError as error:
        raise AnotherShape from error


def unpack_some_units(content: bytes, places: Iterable[int]) -> dict[int, Unit]:
    """The units at these places, the others left as they are. Raises ``AnotherShape``."""
    try:
        each = _EACH.decode(unpacked(content))
        return {place: _UNIT.decode(each[place]) for place in places}
    except (msgspec.DecodeError, IndexError) as error:
        raise AnotherShape from error


def pack_survey(survey: Survey) -> bytes:
    """What one law holds, before other laws were looked at."""
    return packed(_ENCODER.encode(survey))


def unpack_survey(content: bytes) -> Survey:
    """The survey again. Raises ``AnotherShape``."""
    try:
        return _SURVEY.decode(unpacked(content))
    except msgspec.DecodeError as error:
        raise AnotherShape from error
