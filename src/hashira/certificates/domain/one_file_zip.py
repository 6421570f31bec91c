"""A ZIP archive of one file, read one way only (一つのファイルのZIP).

An archive says everything twice, before the file and in a directory behind it, and programs differ in which
they believe, in what may stand before, between and behind, and in how they look for the directory.
Certificates need none of that: here the archive is the file, its directory of one entry, and the end, without
gaps. The verifier's app (``one_file_zip.js``) reads the same archives, octet for octet.

Source: APPNOTE.TXT 6.3.10, §4.3.7, §4.3.12, §4.3.16 and §4.4.4 (PKWARE).
"""

from __future__ import annotations

import struct
import zlib

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_STORED, _DEFLATED = 0, 8
_LATEST = 63
"""The version of the format, ten times, that this reads."""
_STREAMED = 0b1000
"""Sizes and check sum stand behind the file, in 12 octets or in 16, and before it are zeros."""
_FLAGS = 0b1000_0000_0110 | _STREAMED
"""How hard it was compressed, sizes behind the file, a name in UTF-8; any other changes how to read."""


def read(octets: bytes, *, name: str, most: int) -> bytes:
    """The file of that name, of at most so many octets; raises ``ValueError`` for any other archive."""
    try:
        directory = len(octets) - _END.size - _directory_size(octets)
        entry = _ENTRY.unpack_from(octets, directory)
        local = _LOCAL.unpack_from(octets)
    except struct.error as error:
        raise ValueError("it is cut off") from error
    mark, _made_by, needs, flags, method, _time, _date, crc, packed, size, *lengths = entry
    named, extra, comment, disk, _inside, _outside, offset = lengths
    written = name.encode("ascii")
    begin = directory + _ENTRY.size
    if mark != b"PK\1\2" or disk or offset or len(octets) != begin + named + extra + comment + _END.size:
        raise ValueError("its directory is not one entry")
    if octets[begin : begin + named] != written:
        raise ValueError("it holds a file of another name")
    if needs & 0xFF > _LATEST or flags & ~_FLAGS or method not in (_STORED, _DEFLATED):
        raise ValueError("it is packed in a way that is not read")
    start = _LOCAL.size + local[9] + local[10]
    told = (0, 0, 0) if flags & _STREAMED and not any(local[6:9]) else (crc, packed, size)
    if local[0] != b"PK\3\4" or local[2:4] != (flags, method) or local[6:9] != told:
        raise ValueError("what stands before the file differs from its directory")
    if directory - start - packed not in ((12, 16) if flags & _STREAMED else (0,)):
        raise ValueError("there is something between the file and its directory")
    if octets[_LOCAL.size : _LOCAL.size + local[9]] != written:
        raise ValueError("it holds a file of another name")
    if size > most:
        raise ValueError("it is too large")
    unpacked = _inflated(octets[start : start + packed], size) if method else octets[start : start + packed]
    if len(unpacked) != size or zlib.crc32(unpacked) != crc:
        raise ValueError("the file is not what its directory says")
    return unpacked


def _directory_size(octets: bytes) -> int:
    """Octets of the directory, as the end of the archive says."""
    if len(octets) < _END.size:
        raise ValueError("it is cut off")
    mark, disk, first, here, entries, size, offset, comment = _END.unpack_from(
        octets, len(octets) - _END.size
    )
    if mark != b"PK\5\6" or (disk, first, here, entries, comment) != (0, 0, 1, 1, 0):
        raise ValueError("it does not end as an archive of one file")
    if not _LOCAL.size <= offset == len(octets) - _END.size - size:
        raise ValueError("its directory is elsewhere")
    return int(size)


def _inflated(octets: bytes, size: int) -> bytes:
    """The one stream that the octets are; at most an octet more than it should have is ever made."""
    stream = zlib.decompressobj(-15)
    try:
        unpacked = stream.decompress(octets, size + 1)
    except zlib.error as error:
        raise ValueError("the file does not unpack") from error
    if not stream.eof or stream.unused_data:
        raise ValueError("the file does not unpack")
    return unpacked
