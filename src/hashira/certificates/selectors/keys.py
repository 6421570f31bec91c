"""The keys that verifiers need: as the key set of the issuer, and as what this installation believes."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from hashira.certificates.adapters.issuing_keys import own_issuer
from hashira.certificates.domain import base64url, hcert, p256, shc, vds_nc
from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.domain.state_certificate import StateCertificate, read_listed_certificate
from hashira.certificates.domain.state_code import ISO_3166
from hashira.certificates.domain.trust import StateKey, TrustedKey, TrustStore, WithdrawnKey
from hashira.certificates.selectors.issue_log import IssueLog
from hashira.certificates.selectors.status import LedgerStatus
from hashira.certificates.selectors.trust import foreign_trust
from hashira.certificates.store.models import SigningKey

_THREE = {two: three for three, two in ISO_3166.items()}
LOCAL_SIGNERS = "did:web:localhost:certificates:issuer:signers"
"""Name of the list of document signers in the trust folder, which nobody fetches by it."""
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
    return _trust(issuer, points, _anchors(), document_signers())


def authorities() -> tuple[bytes, ...]:
    """The authorities (CSCA) of the published signers of seals and of certificates of the EU and WHO, DER."""
    return _anchors()


def document_signers() -> tuple[bytes, ...]:
    """The published signers (DSC) of certificates of the EU and the WHO, DER."""
    return tuple(base64.b64decode(chain[0]) for _jwk, chain in _published(hcert.NAME))


def signer_list(address: str) -> dict[str, Any]:
    """The document signers as a DID document in the form of the trust list of the WHO GDHCN.

    ``address`` is the ``did:web`` of the document. Domain ``-``: for whatever the certificate's own purpose
    allows. Participant and authority come from the certificates.
    """
    methods = []
    for _jwk, chain in _published(hcert.NAME):
        leaf = base64.b64decode(chain[0])
        kid = base64.b64encode(hcert.key_identifier(leaf)).decode()
        certificate = read_listed_certificate(leaf)
        point = p256.jwk(certificate.spki)
        methods.append(
            {
                "id": f"{address}:-:{_state(certificate)}:DSC#{quote(kid, safe='')}",
                "type": "JsonWebKey2020",
                "controller": address,
                "publicKeyJwk": {
                    "kty": "EC",
                    "crv": "P-256",
                    "x": point["x"],
                    "y": point["y"],
                    "kid": kid,
                    "x5c": chain,
                },
            }
        )
    contexts = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]
    return {"@context": contexts, "id": address, "verificationMethod": methods}


def _state(certificate: StateCertificate) -> str:
    """Three letters of the state of a signer: from its alternative names, else from its country."""
    country = (certificate.subject_country or "").upper()
    return min(certificate.states, default="") or _THREE.get(country, country)


def _published(kind: str) -> list[tuple[dict[str, Any], list[str]]]:
    rows = SigningKey.objects.filter(format=kind, withdrawn_at__isnull=True)
    return list(rows.values_list("jwk", "chain"))


def _anchors() -> tuple[bytes, ...]:
    """The last certificate of each chain; a chain of one holds no authority of ours to publish."""
    certified = (*_published(vds_nc.NAME), *_published(hcert.NAME))
    chains = [chain for _jwk, chain in certified if len(chain) > 1]
    return tuple(dict.fromkeys(base64.b64decode(chain[-1]) for chain in chains))


@lru_cache(maxsize=4)
def _trust(
    issuer: str,
    points: tuple[tuple[str, str], ...],
    anchors: tuple[bytes, ...],
    documents: tuple[bytes, ...],
) -> TrustStore:
    spkis = [p256.spki_of_point(base64url.decode(x), base64url.decode(y)) for x, y in points]
    keys = tuple(TrustedKey(issuer, p256.thumbprint(spki), spki, OWN) for spki in spkis)
    signers = tuple(
        StateKey(
            participant=_state(read_listed_certificate(der)),
            domain="-",
            usage="DSC",
            kid=hcert.key_identifier(der),
            certificate=der,
            source=OWN,
        )
        for der in documents
    )
    return TrustStore(keys=keys, anchors=anchors, state_keys=signers)


def trust_at_door() -> TrustStore:
    """Whom this installation believes when somebody shows a certificate: others, and its own issuer.

    The ledger of this moment says what became of the own certificates. Keys that were given up are known as
    that: what they signed is revoked, not unknown, unless the log of issue shows that it existed before; then
    the ledger has the word.
    """
    ledger = TrustStore(statuses=(LedgerStatus(),), existence=IssueLog())
    return foreign_trust() | own_trust(own_issuer()) | given_up(own_issuer()) | ledger


def given_up(issuer: str) -> TrustStore:
    """The compromised keys of this installation, known as that: what they signed is revoked, not unknown."""
    rows = SigningKey.objects.filter(withdrawn_at__isnull=False).order_by("withdrawn_at", "kid")
    if not rows:
        return TrustStore()
    chains = [[base64.b64decode(der) for der in row.chain] for row in rows if row.format != shc.NAME]
    documents = [base64.b64decode(row.chain[0]) for row in rows if row.format == hcert.NAME]
    known = _trust(
        issuer,
        tuple((row.jwk["x"], row.jwk["y"]) for row in rows if row.format == shc.NAME),
        tuple(dict.fromkeys(chain[-1] for chain in chains if len(chain) > 1)),
        tuple(documents),
    )
    withdrawn = tuple(WithdrawnKey(row.kid, row.withdrawn_at, Reason.COMPROMISED.value) for row in rows)
    return known | TrustStore(withdrawn=withdrawn)
