"""What was issued here, as a witness that a certificate existed at a time (発行の記録).

Whoever has stolen a signing key writes any time into a certificate. That one existed before the theft is
shown by nothing inside it, but by the register of what was issued: nobody gets into that with a key alone.
"""

from __future__ import annotations

from datetime import datetime

from hashira.certificates.domain.certificate_status import signature_hash, signature_of
from hashira.certificates.domain.p256 import is_same_signature
from hashira.certificates.store.models import CertificateStatus


class IssueLog:
    """The log of this installation (``trust.ExistenceLog``)."""

    def existed_since(self, *, format: str, signature: bytes) -> datetime | None:
        """When a certificate with exactly this signature was issued here; ``None`` where none was.

        The hash in the ledger is of R alone, and finds the row only: a thief of the key can make R again for
        another content, so that the whole signature is compared with that of what was issued. What was erased
        is no evidence any more; it is revoked anyway.
        """
        rows = CertificateStatus.objects.filter(
            signature_hash=signature_hash(signature), key__format=format, certificate__isnull=False
        )
        for text, issued_at in rows.values_list("certificate__text", "issued_at"):
            if is_same_signature(signature_of(format, text), signature):
                found: datetime = issued_at
                return found
        return None
