"""Making the offline trust bundle of this installation (検証者向け信頼情報の作成)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db.models import Max

from hashira.certificates.adapters.issuing_keys import bundle_signer, own_issuer
from hashira.certificates.domain.bundle_trust import trust_digest
from hashira.certificates.domain.status_bundle import StatusBundle, write_bundle
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.selectors.keys import given_up, own_trust
from hashira.certificates.selectors.status import key_statuses, ledger_digest
from hashira.certificates.selectors.trust import foreign_trust
from hashira.certificates.store.models import SigningKey, TrustBundle
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service

LIFE = timedelta(days=7)
_STILL_GOOD = LIFE / 2
"""A bundle with less life than that left is made again even where nothing changed."""


@service(action="certificates:BuildBundle")
def build_bundle(*, actor: Principal, at: datetime) -> int:
    """A new bundle of everything as it is now, signed; returns its version.

    Versions count up; two that are made at once do not both get the same.
    """
    access.require(actor, "certificates:BuildBundle", Resource("Portal::Area", "certificates"))
    latest = TrustBundle.objects.aggregate(latest=Max("version"))["latest"] or 0
    trust = _trust()
    digest = _digest(trust)
    bundle = StatusBundle(
        version=latest + 1,
        issued_at=at.replace(microsecond=0),
        valid_until=at.replace(microsecond=0) + LIFE,
        trust=trust,
        compromised=tuple(
            SigningKey.objects.filter(withdrawn_at__isnull=False)
            .order_by("kid")
            .values_list("kid", flat=True)
        ),
        statuses=key_statuses(at),
    )
    octets = write_bundle(bundle, bundle_signer())
    TrustBundle.objects.create(
        version=bundle.version,
        issued_at=bundle.issued_at,
        valid_until=bundle.valid_until,
        digest=hashlib.sha256(octets).hexdigest(),
        ledger_digest=digest,
        octets=octets,
    )
    audit.record(
        actor=actor,
        action="certificates:BuildBundle",
        facts={"version": bundle.version, "octets": len(octets)},
    )
    return bundle.version


def publish_changes(*, actor: Principal, at: datetime) -> int:
    """The version of a bundle that says all that ledger and lists say; a new one only where none does.

    Corrections that wait for their bundle together are served by one. A transaction that ends a status after
    the digest was read changes the digest, so its own job makes the next.
    """
    access.require(actor, "certificates:BuildBundle", Resource("Portal::Area", "certificates"))
    latest = TrustBundle.objects.order_by("-version").only("version", "ledger_digest", "valid_until").first()
    if (
        latest is not None
        and latest.ledger_digest == _digest(_trust())
        and latest.valid_until - at > _STILL_GOOD
    ):
        return latest.version
    return build_bundle(actor=actor, at=at)


def _trust() -> TrustStore:
    """What a verifier at this installation believes: the same as its own door does."""
    return own_trust(own_issuer()) | given_up(own_issuer()) | foreign_trust()


def _digest(trust: TrustStore) -> str:
    """Of all that a bundle is made from; the same as long as none of it changes."""
    return hashlib.sha256(f"{ledger_digest()} {trust_digest(trust)}".encode()).hexdigest()
