"""The QR text of a SMART Health Card: ``shc:/`` and two digits a letter.

Source: SMART Health Cards 1.4.0, "Creating a QR code".
"""

from __future__ import annotations

import re
from binascii import a2b_hex

PREFIX = "shc:/"
MAX_JWS = 1195
"""Letters of a JWS that fit one code of version 22 at level L."""
MAX_CHUNKS = 32
_MAX_TEXT = 2 * MAX_JWS * MAX_CHUNKS
_SMALLEST = 45  # the specification counts letters from "-"
_LETTERS = b"-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
# Two decimal digits are one octet of packed decimal, whose hexadecimal spelling is the digits:
# one table look-up and one conversion replace a loop over the letters.
_PACKED = [((letter - _SMALLEST) // 10 << 4) | (letter - _SMALLEST) % 10 for letter in _LETTERS]
_TO_PACKED = bytes.maketrans(_LETTERS, bytes(_PACKED))
_FROM_PACKED = bytes(_LETTERS[_PACKED.index(octet)] if octet in _PACKED else 0 for octet in range(256))
_HEAD = re.compile(r"shc:/(?:([0-9]{1,2})/([0-9]{1,2})/)?", re.IGNORECASE)


class NotQRText(ValueError):
    """The text is not what a SMART Health Card writes into a QR code; the message says why."""


def write(jws: str) -> str:
    """The text of one QR code. Byte mode for ``shc:/`` and numeric mode after it is the drawer's part.

    >>> write("eyJ")
    'shc:/567629'
    """
    return PREFIX + jws.encode("ascii").translate(_TO_PACKED).hex()


def sniff(text: str) -> bool:
    return text.lstrip()[: len(PREFIX)].lower() == PREFIX


def read(text: str) -> str:
    """The JWS of one or several codes, scanned in any order, a line or a blank between them.

    Chunks (``shc:/2/3/…``) are deprecated since 1.3.0 and are read, never written.
    """
    if len(text) > _MAX_TEXT:
        raise NotQRText("the text is longer than any set of codes")
    if text.startswith(PREFIX):
        # One code and nothing round it, the usual way: every pair of digits is a letter of the table.
        try:
            letters = a2b_hex(text[len(PREFIX) :]).translate(_FROM_PACKED)
        except ValueError:
            letters = b""
        if letters and 0 not in letters:
            return letters.decode("ascii")
    chunks: dict[int, str] = {}
    total = 0
    for part in text.split():
        match = _HEAD.match(part)
        if match is None:
            raise NotQRText("a code must be shc:/ and digits")
        index, count, digits = int(match[1] or 1), int(match[2] or 1), part[match.end() :]
        if not 1 <= index <= count <= MAX_CHUNKS:
            raise NotQRText("the number of the chunk is out of range")
        if total not in (0, count) or chunks.get(index, digits) != digits:
            raise NotQRText("the codes belong to different cards")
        total, chunks[index] = count, digits
    missing = [str(i) for i in range(1, total + 1) if i not in chunks]
    if missing or not chunks:
        raise NotQRText(f"codes missing: {', '.join(missing) or 'all'}")
    return "".join(_letters(chunks[i]) for i in range(1, total + 1))


def _letters(digits: str) -> str:
    try:
        letters = bytes.fromhex(digits).translate(_FROM_PACKED)
    except ValueError as error:
        raise NotQRText("a code must be shc:/ and an even number of digits") from error
    # Hexadecimal letters end here too: no pair with one of them is in the table.
    if 0 in letters or not letters:
        raise NotQRText("a pair of digits that stands for no letter")
    return letters.decode("ascii")
