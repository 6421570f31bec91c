"""The keys that verifiers need: as the key set of the issuer, and as what this installation believes."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hashira.certificates.adapters.issuing_keys import own_issuer
from hashira.certificates.domain import base64url, p256, shc, vds_nc
from hashira.certificates.domain.trust import TrustedKey, TrustStore, WithdrawnKey
from hashira.certificates.selectors.status import LedgerStatus
from hashira.certificates.selectors.trust import foreign_trust
from hashira.certificates.store.models import SigningKey

OWN = "own-keys"
"""Where a key of this installation comes from, as the evidence of a verification says it."""


def key_set() -> dict[str, Any]:
    """The JSON Web Key Set of the issuer (RFC 7517 §5): every key that was ever published, newest first.

    A key stays while its certificates are of use; one that was compromised is taken out, and with it
    everything it signed (SMART Health Cards 1.4.0, "Key Management").
    """
    rows = SigningKey.objects.filter(format=shc.NAME, withdrawn_at__isnull=True).order_by(
        "-published_at", "-kid"
    )
    counted = rows.values_list("jwk", "status_version")
    return {"keys": [jwk | ({"crlVersion": version} if version else {}) for jwk, version in counted]}


def own_trust(issuer: str) -> TrustStore:
    """What a verifier must believe to accept the certificates of this installation."""
    points = tuple((jwk["x"], jwk["y"]) for jwk, _ in _published(shc.NAME))
    return replace(_trust(issuer, points, _anchors()), withdrawn=_withdrawn())


def authorities() -> tuple[bytes, ...]:
    """The authorities (CSCA) of the published signers of seals, DER."""
    return _anchors()


def _published(kind: str) -> list[tuple[dict[str, Any], list[str]]]:
    rows = SigningKey.objects.filter(format=kind, withdrawn_at__isnull=True)
    return list(rows.values_list("jwk", "chain"))


def _anchors() -> tuple[bytes, ...]:
    """The last certificate of each chain; a chain of one holds no authority of ours to publish."""
    chains = [chain for _jwk, chain in _published(vds_nc.NAME) if len(chain) > 1]
    return tuple(dict.fromkeys(base64.b64decode(chain[-1]) for chain in chains))


def _withdrawn() -> tuple[WithdrawnKey, ...]:
    """The compromised keys: a seal brings its key along, so that leaving it out is not enough."""
    rows = SigningKey.objects.filter(withdrawn_at__isnull=False).order_by("kid")
    return tuple(
        WithdrawnKey(kid, since, "keyCompromise") for kid, since in rows.values_list("kid", "withdrawn_at")
    )


@lru_cache(maxsize=4)
def _trust(issuer: str, points: tuple[tuple[str, str], ...], anchors: tuple[bytes, ...]) -> TrustStore:
    spkis = [p256.spki_of_point(base64url.decode(x), base64url.decode(y)) for x, y in points]
    keys = tuple(TrustedKey(issuer, p256.thumbprint(spki), spki, OWN) for spki in spkis)
    return TrustStore(keys=keys, anchors=anchors)


def trust_at_door() -> TrustStore:
    """Whom this installation believes when somebody shows a certificate: others, and its own issuer.

    The ledger of this moment says what became of the own certificates.
    """
    return foreign_trust() | own_trust(own_issuer()) | TrustStore(statuses=(LedgerStatus(),))
