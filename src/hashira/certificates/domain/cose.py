"""COSE_Sign1 (RFC 9052 §4.2), as HCERT uses it: one signer, a key identifier, the payload inside.

The octets that are signed are joined from those that were read, never written anew.
"""

from __future__ import annotations

from functools import lru_cache

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from hashira.certificates.domain import strict_cbor
from hashira.certificates.domain.named_curve import CurveKey
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.strict_cbor import NotCbor
from hashira.kernel.value import value

ES256, ES384, ES512, PS256 = -7, -35, -36, -37
"""Algorithms of RFC 9053 §2.1 and RFC 8230 §2 that are read."""

_ALG, _CRIT, _KID = 1, 2, 4
_TAG_COSE_SIGN1, _TAG_CWT = 18, 61
_TAG, _LIST = 6, 4
_PARTS = 4
_TAGGED_LIST, _EMPTY_MAP = b"\xd2\x84", b"\xa0"
"""How the message begins (tag 18, a list of four), and an unprotected header without a member."""
_STRING, _IN_HEAD = 0x40, 24
"""The head of a byte string, and the first length that does not fit in it."""
_STRING_OF_ONE, _STRING_OF_TWO, _STRING_OF_64 = 0x58, 0x59, b"\x58\x40"
_SHORTEST = 72
"""Octets that a message with a signature of 64 has at least."""
_CONTEXT = b"\x84\x6aSignature1"
_NO_EXTERNAL_DATA = b"\x40"
_HASHES = {ES256: ec.ECDSA(SHA256()), ES384: ec.ECDSA(SHA384()), ES512: ec.ECDSA(SHA512())}
_PSS = padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)  # RFC 8230 §2: the salt is as long as the hash
_SHA256 = SHA256()


class NotCose(ValueError):
    """The octets are no COSE_Sign1; the message says why."""


class AlgorithmUnsupported(ValueError):
    """An algorithm, or a critical header, that this release does not read."""


@value
class Signed:
    """A COSE_Sign1 as read, before anything of it is believed."""

    algorithm: int
    kid: bytes
    payload: bytes
    message: bytes
    """The ``Sig_structure`` over which the signature is."""
    signature: bytes
    """R‖S, or the octets of RSASSA-PSS."""


def write(payload: bytes, *, kid: bytes, signer: Signer) -> bytes:
    """A tagged COSE_Sign1 with ES256 and the key identifier in its protected header."""
    protected = _protected(kid)
    content = _string(payload)
    signature = signer.sign(b"".join((_CONTEXT, protected, _NO_EXTERNAL_DATA, content)))
    return b"".join((_TAGGED_LIST, protected, _EMPTY_MAP, content, _string(signature)))


@lru_cache(maxsize=256)
def _protected(kid: bytes) -> bytes:
    """The protected header as a byte string, kept: one signer writes the same on every certificate."""
    return _string(cbor2.dumps({_ALG: ES256, _KID: kid}))


def read(octets: bytes) -> Signed:
    """The parts; raises ``NotCose`` or ``AlgorithmUnsupported``.

    Tagged as COSE_Sign1, also within the tag of a CWT (RFC 8392 §6), or without any tag. A protected header
    wins over an unprotected one of the same name (HCERT 1.1.1 §2.3).
    """
    return _read_as_written(octets) or _read_any(octets)


def _read_any(octets: bytes) -> Signed:
    try:
        at = _behind_tags(octets)
        major, parts, at = strict_cbor.head(octets, at)
        if major != _LIST or parts != _PARTS:
            raise NotCose("no list of four")
        protected, at = strict_cbor.octets_at(octets, at)
        end = strict_cbor.end_of_item(octets, at)
        unprotected = octets[at:end]
        payload, at = strict_cbor.octets_at(octets, end)
        signature, at = strict_cbor.octets_at(octets, at)
        if at != len(octets):
            raise NotCose("something stands behind the signature")
        algorithm, kid = _headers(protected, unprotected)
    except NotCbor as error:
        raise NotCose(str(error)) from error
    return Signed(algorithm, kid, payload, _to_be_signed(protected, payload), signature)


def _read_as_written(octets: bytes) -> Signed | None:
    """The parts where the heads are those that ``write`` writes; ``None``: any other message, or none.

    They are the shortest there are, so that what is signed is two stretches of what was read.
    """
    if octets[:2] != _TAGGED_LIST or len(octets) < _SHORTEST:
        return None
    end = 3 + octets[2] - _STRING  # of the protected header
    if not 3 < end < 3 + _IN_HEAD:
        return None
    payload = end + 3 if octets[end + 1] == _STRING_OF_ONE else end + 4
    signature = payload + int.from_bytes(octets[end + 2 : payload], "big")
    if (
        octets[end : end + 1] != _EMPTY_MAP
        or octets[end + 1] not in (_STRING_OF_ONE, _STRING_OF_TWO)
        or octets[signature : signature + 2] != _STRING_OF_64
        or len(octets) != signature + 2 + 64
        or signature - payload < (_IN_HEAD if payload == end + 3 else 1 << 8)
    ):
        return None
    try:
        algorithm, kid = _headers(octets[3:end], _EMPTY_MAP)
    except NotCbor as error:
        raise NotCose(str(error)) from error
    message = _CONTEXT + octets[2:end] + _NO_EXTERNAL_DATA + octets[end + 1 : signature]
    return Signed(algorithm, kid, octets[payload:signature], message, octets[signature + 2 :])


def _behind_tags(octets: bytes) -> int:
    at, seen = 0, []
    while at < len(octets) and octets[at] >> 5 == _TAG:
        _, tag, at = strict_cbor.head(octets, at)
        seen.append(tag)
    if seen not in ([], [_TAG_COSE_SIGN1], [_TAG_CWT, _TAG_COSE_SIGN1]):
        raise NotCose("tagged as something else")
    return at


@lru_cache(maxsize=1024)
def _headers(protected: bytes, unprotected: bytes) -> tuple[int, bytes]:
    """Algorithm and key identifier, kept: one signer writes the same headers on every certificate."""
    inside = strict_cbor.read(protected) if protected else {}
    outside = strict_cbor.read(unprotected)
    if not isinstance(inside, dict) or not isinstance(outside, dict):
        raise NotCose("a header is no map")
    if _CRIT in inside or _CRIT in outside:
        raise AlgorithmUnsupported("a critical header")
    algorithm, kid = (inside.get(name, outside.get(name)) for name in (_ALG, _KID))
    if type(algorithm) is not int or (algorithm not in _HASHES and algorithm != PS256):
        raise AlgorithmUnsupported("an algorithm that is not read")
    if not isinstance(kid, bytes):
        raise NotCose("no key identifier")
    return algorithm, kid


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The ``Sig_structure`` of RFC 9052 §4.4."""
    return b"".join((_CONTEXT, _string(protected), _NO_EXTERNAL_DATA, _string(payload)))


def _string(octets: bytes) -> bytes:
    """A byte string with the shortest head, which is the only one that may be signed."""
    length = len(octets)
    if length < _IN_HEAD:
        return b"%c%b" % (_STRING | length, octets)
    if length < 1 << 8:
        return b"\x58%c%b" % (length, octets)
    if length < 1 << 16:
        return b"\x59%b%b" % (length.to_bytes(2, "big"), octets)
    return b"\x5a%b%b" % (length.to_bytes(4, "big"), octets)


def check(signed: Signed, key: CurveKey | rsa.RSAPublicKey) -> None:
    """Raises ``InvalidSignature`` unless the key made the signature in the way that the header says.

    ECDSA is split at half its length, so that also a key on another curve than the algorithm's usual one is
    read (Spain's test certificates have P-384 with ES256).
    """
    if (signed.algorithm == PS256) is isinstance(key, CurveKey):
        raise InvalidSignature("a key of one kind and an algorithm of the other")
    if isinstance(key, CurveKey):
        key.check(signed.signature, signed.message, _HASHES[signed.algorithm])
    else:
        key.verify(signed.signature, signed.message, _PSS, _SHA256)
