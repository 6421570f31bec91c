"""Who signed a list of trust: the keys that may, and the forms of signatures (リストの署名).

* VCI snapshot: a file of its own beside the list, ECDSA in DER over the list's octets, with the hash of the
  key's size (``openssl dgst -sha512 -sign`` with a key on P-521, as the directory's own workflow makes it).
* National lists of EU document signers, as Germany's back end hands them out: a first line with the
  signature (R‖S, base64), then the JSON that it covers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hashira.kernel.language import Bilingual

_MAX_SIGNATURE = 512
_HASHES: dict[int, HashAlgorithm] = {256: SHA256(), 384: SHA384(), 521: SHA512()}


class NotAuthentic(ValueError):
    """The list was not signed by a key that may sign it; ``reason`` says why, in both languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.reason = Bilingual(ja, en)


def fingerprint(octets: bytes) -> str:
    """SHA-256 in hexadecimal, by which keys (SubjectPublicKeyInfo) and certificates are pinned."""
    return hashlib.sha256(octets).hexdigest()


def check_detached(octets: bytes, signature: bytes, keys: tuple[bytes, ...]) -> str:
    """The fingerprint of the key, of ``keys`` (DER SubjectPublicKeyInfo), that signed ``octets``.

    ``signature`` is ECDSA in DER. Raises ``NotAuthentic``.
    """
    if not signature or len(signature) > _MAX_SIGNATURE:
        raise NotAuthentic("署名がありません", "It has no signature")
    for spki in keys:
        key = _key(spki)
        try:
            key.verify(signature, octets, ec.ECDSA(_HASHES[key.key_size]))
        except InvalidSignature:
            continue
        return fingerprint(spki)
    raise NotAuthentic(
        "登録した鍵のどれも、このリストに署名していません", "None of the pinned keys has signed this list"
    )


def check_first_line(octets: bytes, keys: tuple[bytes, ...]) -> tuple[str, bytes]:
    """The fingerprint of the key that signed all after the first line, and what it signed.

    The first line is the signature as R‖S in base64. Raises ``NotAuthentic``.
    """
    line, separator, body = octets.partition(b"\n")
    try:
        both = base64.b64decode(line.strip(), validate=True)
    except binascii.Error as error:
        raise NotAuthentic("先頭の行が署名ではありません", "Its first line is no signature") from error
    if not separator or not both or len(both) % 2 or len(both) > _MAX_SIGNATURE:
        raise NotAuthentic("先頭の行が署名ではありません", "Its first line is no signature")
    half = len(both) // 2
    r, s = int.from_bytes(both[:half], "big"), int.from_bytes(both[half:], "big")
    return check_detached(body, encode_dss_signature(r, s), keys), body


def _key(spki: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotAuthentic("登録した鍵を読めません", "A pinned key is not readable") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.key_size not in _HASHES:
        raise NotAuthentic("登録した鍵が楕円曲線の鍵ではありません", "A pinned key is on no known curve")
    return key
