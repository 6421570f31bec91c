"""The trust bundles that were made (検証者向け信頼情報)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hashira.certificates.domain.status_bundle import write_delta
from hashira.certificates.store.models import TrustBundle


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A bundle as verifiers fetch it."""

    version: int
    issued_at: datetime
    valid_until: datetime
    digest: str
    """SHA-256 of the file, hexadecimal."""
    octets: bytes


def latest_bundle() -> BundleFile | None:
    """The bundle of the highest version; ``None`` before the first."""
    row = TrustBundle.objects.order_by("-version").first()
    return None if row is None else _file(row)


def bundle_of_version(version: int) -> BundleFile | None:
    """The bundle of that version."""
    row = TrustBundle.objects.filter(pk=version).first()
    return None if row is None else _file(row)


def bundle_delta(base: int, target: BundleFile) -> bytes | None:
    """What turns the bundle of version ``base`` into ``target``; ``None`` where that base is not kept."""
    row = bundle_of_version(base) if base <= target.version else None
    return None if row is None else write_delta(row.octets, target.octets)


def _file(row: TrustBundle) -> BundleFile:
    return BundleFile(row.version, row.issued_at, row.valid_until, row.digest, bytes(row.octets))
