"""Who holds a private key and signs with it: the port that key files and HSMs stand behind (署名者)."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """A P-256 key that signs as ES256 (RFC 7518 §3.4).

    The private key itself never passes this port.
    """

    @property
    def public_key_spki(self) -> bytes:
        """The public key as DER SubjectPublicKeyInfo (RFC 5480)."""
        ...

    @property
    def certificate_chain(self) -> tuple[bytes, ...]:
        """DER certificates, the signer's own first; empty where the key is published as a JWK only."""
        ...

    def sign(self, message: bytes) -> bytes:
        """ECDSA P-256 with SHA-256 over ``message``: 64 bytes, R‖S."""
        ...
