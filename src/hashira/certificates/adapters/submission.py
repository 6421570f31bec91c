"""What somebody hands in to be verified: a picture, a ``.smart-health-card`` file, or text (提出物)."""

from __future__ import annotations

import orjson

from hashira.certificates.adapters.qr_image import read_codes

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")
_MAX_CARDS = 100


def certificates_in(octets: bytes) -> list[str]:
    """The texts of the certificates in the octets of a file, at least one.

    What is neither a picture nor a ``.smart-health-card`` is one text. Raises ``NoCodeInImage``.
    """
    if octets.startswith(_PICTURES):
        return _joined(read_codes(octets))
    text = octets.decode("utf-8", errors="replace").strip()
    if text.startswith("{") and '"verifiableCredential"' in text:
        try:
            cards = orjson.loads(text)["verifiableCredential"]
        except (orjson.JSONDecodeError, KeyError):
            return [text]
        if (
            isinstance(cards, list)
            and 0 < len(cards) <= _MAX_CARDS
            and all(isinstance(c, str) for c in cards)
        ):
            return cards
    return [text]


def _joined(codes: list[str]) -> list[str]:
    """Codes of one picture: the chunks of a card belong together, everything else stands alone."""
    chunks = [code for code in codes if code.lower().startswith("shc:/") and "/" in code[5:]]
    others = [code for code in codes if code not in chunks]
    return ([" ".join(chunks)] if chunks else []) + others
