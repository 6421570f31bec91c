"""Base64url without padding (RFC 4648 §5, RFC 7515 §2), strict on both sides."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from binascii import Error as BinasciiError
from binascii import a2b_base64

# What the other alphabet spells otherwise becomes a letter that no base64 has, and is refused with it.
_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
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
        raw = text.encode("ascii").translate(_TO_STANDARD)
        return a2b_base64(raw + padding, strict_mode=True)
    except (BinasciiError, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
