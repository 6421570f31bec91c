"""Base64url without padding (RFC 4648 §5, RFC 7515 §2), strict on both sides."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from msgspec import MsgspecError
from msgspec.json import Decoder

# What the other alphabet spells otherwise, and what is no letter to a string of JSON, becomes a letter that
# no base64 has, and is refused with it.
_TO_STANDARD = bytes.maketrans(b'-_+/="\\', b"+/!!!!!")
_read = Decoder(bytes).decode
"""The octets of a string of JSON in base64: ``binascii`` takes twice as long when it is strict."""
_PADDING = (b"", None, b"==", b"=")
_LAST = (None, None, frozenset("AQgw"), frozenset("AEIMQUYcgkosw048"))
"""Letters that may end a text with that remainder of four: those whose unused bits are zero."""


def encode(octets: bytes) -> str:
    """
    >>> encode(b"\\xff\\xfe")
    '__4'
    """
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The octets; ``ValueError`` for a foreign letter, padding, or bits that stand for nothing.

    The last rule leaves each octet string exactly one spelling, so that two texts with the same
    octets are the same text.
    """
    remainder = len(text) % 4
    padding, last = _PADDING[remainder], _LAST[remainder]
    if padding is None or (last is not None and text[-1] not in last):
        raise ValueError("not base64url, or with stray bits")
    try:
        return _read(b'"%b%b"' % (text.encode("ascii").translate(_TO_STANDARD), padding))
    except (MsgspecError, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
