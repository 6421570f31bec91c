"""The revocations of certificates of the EU and the WHO as the EU's verifiers read them (EUの失効リスト).

Batches as the gateway has them (``dgc-gateway``: ``RevocationBatchListDto``, ``RevocationBatchDto``): of one
signer and one kind of hash, at most 1,000 hashes, with a day after which none of them matters. A batch is
named by its content, so that a name always leads to the same octets; of each kind only the last ever grows.
Beside them stand Bloom filters, which say "perhaps" and never "revoked".
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from hashira.certificates.domain import base64url, hcert
from hashira.certificates.domain.bloom_filter import BloomFilter
from hashira.certificates.domain.state_certificate import read_listed_certificate
from hashira.certificates.store.models import CertificateStatus, SigningKey, State

BATCH = 1000
"""Most entries of a batch."""
HASH_COLUMNS = {"SIGNATURE": "signature_hash", "UCI": "uci_hash", "COUNTRYCODEUCI": "country_uci_hash"}
RATE = 1e-7
"""Of a Bloom filter: one in ten million that nobody revoked is found in it."""
_FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
_KID_OCTETS = 8


@dataclass(frozen=True, slots=True)
class RevocationBatch:
    """A batch. ``entries`` are SHA-256 cut to 128 bits; ``changed_at`` is when the last of them came."""

    country: str
    kid: bytes
    hash_type: str
    expires: datetime
    changed_at: datetime
    entries: tuple[bytes, ...]

    @property
    def id(self) -> str:
        """Its name: a digest of what it says."""
        said = (self.country, self.kid.hex(), self.hash_type, f"{self.expires:%Y%m%d}")
        digest = hashlib.sha256("|".join(said).encode() + b"".join(self.entries)).digest()
        return base64url.encode(digest[:24])

    @property
    def document(self) -> dict[str, Any]:
        """As ``RevocationBatchDto``: key identifier and hashes in base64."""
        return {
            "country": self.country,
            "expires": _moment(self.expires),
            "kid": base64.b64encode(self.kid).decode(),
            "hashType": self.hash_type,
            "entries": [{"hash": base64.b64encode(entry).decode()} for entry in self.entries],
        }

    @property
    def line(self) -> dict[str, Any]:
        """As ``RevocationBatchListDto`` names it."""
        return {
            "batchId": self.id,
            "country": self.country,
            "date": _moment(self.changed_at),
            "deleted": False,
        }


def revocation_batches(at: datetime) -> tuple[RevocationBatch, ...]:
    """Every batch that still matters at that moment, of all signers, also those that were given up."""
    keys = SigningKey.objects.filter(format=hcert.NAME).order_by("published_at", "kid")
    batches = (batch for key in keys for batch in _batches(key))
    return tuple(batch for batch in batches if batch.expires > at)


def batch_list(at: datetime, since: datetime | None = None) -> dict[str, Any]:
    """``RevocationBatchListDto``: the batches, those that changed after ``since``."""
    found = [b for b in revocation_batches(at) if since is None or b.changed_at > since]
    return {"more": False, "batches": [batch.line for batch in found]}


def batch_of(name: str, at: datetime) -> RevocationBatch | None:
    """The batch of that name."""
    return next((batch for batch in revocation_batches(at) if batch.id == name), None)


def bloom_filter(kid: str, hash_type: str) -> bytes | None:
    """The filter of a signer (8 octets in hexadecimal) and a kind of hash; ``None`` where nothing is revoked.

    In the octets of ``dgc-bloomfilter``, format 1; its elements are the 16 octets of each hash.
    """
    column = HASH_COLUMNS.get(hash_type)
    key = SigningKey.objects.filter(format=hcert.NAME, kid__startswith=kid).first()
    if column is None or key is None or len(kid) != 2 * _KID_OCTETS:
        return None
    rows = _revoked(key).exclude(**{column: ""}).order_by(column).values_list(column, flat=True)
    entries = [bytes.fromhex(text) for text in rows]
    return BloomFilter.of(entries, rate=RATE).encode() if entries else None


def filter_index(at: datetime) -> dict[str, Any]:
    """Which filters there are: signer, kind of hash, how many revocations, how often a stranger is found."""
    counted: dict[tuple[str, str], int] = {}
    for batch in revocation_batches(at):
        name = (batch.kid.hex(), batch.hash_type)
        counted[name] = counted.get(name, 0) + len(batch.entries)
    return {
        "filters": [
            {
                "kid": base64.b64encode(bytes.fromhex(kid)).decode(),
                "hashType": hash_type,
                "path": f"{kid}/{hash_type}",
                "count": count,
                "rate": RATE,
            }
            for (kid, hash_type), count in counted.items()
        ]
    }


def _batches(key: SigningKey) -> Iterator[RevocationBatch]:
    leaf = base64.b64decode(key.chain[0])
    certificate = read_listed_certificate(leaf)
    country = certificate.subject_country or ""
    # No certificate of the EU outlives that of its signer; a yellow card has no end.
    groups = ((~Q(uci_hash=""), certificate.not_after), (Q(uci_hash=""), _FOREVER))
    for which, expires in groups:
        for hash_type, column in HASH_COLUMNS.items():
            rows = _revoked(key).filter(which).exclude(**{column: ""}).order_by("changed_at", "pk")
            listed = list(rows.values_list(column, "changed_at"))
            for start in range(0, len(listed), BATCH):
                portion = listed[start : start + BATCH]
                entries = tuple(sorted(bytes.fromhex(text) for text, _changed in portion))
                changed = max(changed for _text, changed in portion)
                kid = hcert.key_identifier(leaf)
                yield RevocationBatch(country, kid, hash_type, expires, changed, entries)


def _revoked(key: SigningKey) -> Any:
    return CertificateStatus.objects.filter(key=key).exclude(state=State.VALID)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
