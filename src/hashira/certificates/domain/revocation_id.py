"""Revocation identifiers of SMART Health Cards (SHC 1.4.0, "Revocation"; RFC 002 of its repository)."""

from __future__ import annotations

import hashlib
import hmac

from hashira.certificates.domain import base64url
from hashira.kernel.canonical_json import JSON, canonical_json

_OCTETS = 8


def revocation_id(*, secret: str, kid: str, user: str) -> str:
    """The recommended ``rid`` of a user for a key: 11 letters of base64url.

    ``secret`` is base64url *text*: the published reference takes its letters, not the octets they
    stand for, as the head of the HMAC key; the text of ``kid`` follows.
    """
    digest = hmac.digest((secret + kid).encode("ascii"), user.encode("utf-8"), "sha256")
    return base64url.encode(digest[:_OCTETS])


def fhir_digest_id(bundle: JSON) -> str:
    """``hash-fhir``: the identifier of a card that carries no ``rid``, from its FHIR bundle.

    Whoever can guess all of a bundle can tell from a list whether it is revoked.
    """
    text = base64url.encode(canonical_json(bundle))
    return base64url.encode(hashlib.sha256(text.encode("ascii")).digest()[:_OCTETS])
