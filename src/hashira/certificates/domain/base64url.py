"""Base64url without padding (RFC 4648 §5, RFC 7515 §2), strict on both sides."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from binascii import Error as BinasciiError
from binascii import a2b_base64

_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_PADDING = (b"", None, b"==", b"=")


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
    try:
        raw = text.encode("ascii")
        padding = _PADDING[len(raw) % 4]
        if padding is None or b"+" in raw or b"/" in raw or b"=" in raw:
            raise ValueError("not base64url")
        octets = a2b_base64(raw.translate(_TO_STANDARD) + padding, strict_mode=True)
    except (BinasciiError, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    if encode(octets) != text:
        raise ValueError("base64url with stray bits")
    return octets
