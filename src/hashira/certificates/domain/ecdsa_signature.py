"""ECDSA signatures as certificates carry them, R‖S, in the form that libraries check (署名の形式).

Sources: RFC 7518 §3.4 and RFC 9053 §2.1 (R‖S); RFC 3279 §2.2.3 (DER).
"""

from __future__ import annotations

_SIGN, _SHORT = 0x80, 0x80
"""The bit of an octet that would make a number negative, and the first length that needs two octets."""


def der(signature: bytes) -> bytes:
    """``Ecdsa-Sig-Value`` of a signature whose halves are R and S, of up to 66 octets each (P-521).

    >>> der(bytes.fromhex("00017fff")).hex()
    '300702010102027fff'
    """
    half = len(signature) // 2
    r, s = signature[:half].lstrip(b"\0"), signature[half:].lstrip(b"\0")
    if not r or r[0] & _SIGN:
        r = b"\0" + r
    if not s or s[0] & _SIGN:
        s = b"\0" + s
    length = 4 + len(r) + len(s)
    head = b"0%c" % length if length < _SHORT else b"0\x81%c" % length
    return b"%b\x02%c%b\x02%c%b" % (head, len(r), r, len(s), s)
