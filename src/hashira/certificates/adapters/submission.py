"""What somebody hands in to be verified: a picture, a ``.smart-health-card`` file, or text (提出物)."""

from __future__ import annotations

import base64
import re

import orjson

from hashira.certificates.adapters.qr_image import read_codes

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")
_ZIP = b"PK\x03\x04"
_MAX_CARDS = 100
_CODE = re.compile(r"shc:/\S*", re.IGNORECASE)


def certificates_in(octets: bytes) -> list[str]:
    """The texts of the certificates in the octets of a file, at least one. Raises ``NoCodeInImage``."""
    if octets.startswith(_PICTURES):
        return _joined(read_codes(octets))
    if octets.startswith(_ZIP):
        return [f"B64:{base64.b64encode(octets).decode()}"]
    return certificates_in_text(octets.decode("utf-8", errors="replace"))


def certificates_in_text(text: str) -> list[str]:
    """The certificates in what was pasted or piped: a ``.smart-health-card``, scanned codes, or one text.

    Codes are apart by line breaks or blanks, as scanners write them, in any order.
    """
    text = text.strip().lstrip("\ufeff")
    if text.startswith("{") and '"verifiableCredential"' in text:
        return _cards_of_file(text)
    parts = text.split()
    if parts and len(parts) <= _MAX_CARDS and all(map(_CODE.fullmatch, parts)):
        return _joined(parts)
    return [text]


def _cards_of_file(text: str) -> list[str]:
    """The cards of a ``.smart-health-card``; what is no such file stays one text, to be refused as such."""
    try:
        cards = orjson.loads(text).get("verifiableCredential")
    except (orjson.JSONDecodeError, AttributeError):
        return [text]
    if isinstance(cards, list) and 0 < len(cards) <= _MAX_CARDS and all(isinstance(c, str) for c in cards):
        return cards
    return [text]


def _joined(codes: list[str]) -> list[str]:
    """The chunks of a card belong together, everything else stands alone; one scanned twice counts once."""
    codes = list(dict.fromkeys(codes))
    chunks = [code for code in codes if _CODE.fullmatch(code) and "/" in code[5:]]
    others = [code for code in codes if code not in chunks]
    return ([" ".join(chunks)] if chunks else []) + others
