"""Publishing the keys that certificates are signed with (署名鍵の公開)."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from hashira.certificates.adapters.issuing_keys import IssuingKeys, issuing_keys
from hashira.certificates.domain import hcert, p256, shc, vds_nc
from hashira.certificates.domain.signer import Signer
from hashira.certificates.store.models import SigningKey
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service


@service(action="certificates:PublishKeys")
def publish_keys(*, actor: Principal, keys: IssuingKeys, at: datetime) -> tuple[str, ...]:
    """Makes the keys in use known, before anything is signed with them; returns those that are new.

    Publishing twice changes nothing. A key that was withdrawn stays withdrawn.
    """
    access.require(actor, "certificates:PublishKeys", Resource("Portal::Area", "certificates"))
    spki, chain = keys.card.public_key_spki, keys.card.certificate_chain
    wanted = [
        SigningKey(
            kid=p256.thumbprint(spki),
            format=shc.NAME,
            label=keys.card_label,
            jwk=p256.jwk(spki) | ({"x5c": _base64(chain)} if chain else {}),
            chain=_base64(chain),
            published_at=at,
        )
    ]
    certified = [(keys.seal, vds_nc.NAME, keys.seal_label), (keys.document, hcert.NAME, keys.document_label)]
    wanted += [
        SigningKey(
            kid=certificate_kid(signer),
            format=kind,
            label=label,
            chain=_base64(signer.certificate_chain),
            published_at=at,
        )
        for signer, kind, label in certified
        if signer is not None and signer.certificate_chain
    ]
    known = set(SigningKey.objects.filter(kid__in=[key.kid for key in wanted]).values_list("kid", flat=True))
    new = [key for key in wanted if key.kid not in known]
    SigningKey.objects.bulk_create(new, ignore_conflicts=True)  # another process may publish them as well
    audit.record(
        actor=actor,
        action="certificates:PublishKeys",
        facts={"new": len(new), "kids": " ".join(key.kid for key in wanted)},
    )
    return tuple(key.kid for key in new)


def chosen_keys(at: datetime) -> IssuingKeys:
    """The keys to sign with: those of the last rotation, else those of the settings."""
    chosen = dict(
        SigningKey.objects.filter(chosen_at__isnull=False, chosen_at__lte=at)
        .order_by("chosen_at")
        .values_list("format", "label")
    )
    return issuing_keys(
        at,
        card_label=chosen.get(shc.NAME, ""),
        seal_label=chosen.get(vds_nc.NAME, ""),
        document_label=chosen.get(hcert.NAME, ""),
    )


def certificate_kid(signer: Signer) -> str:
    """The name of a key with a certificate: the SHA-256 of that, in hexadecimal, as verifiers show it."""
    return hashlib.sha256(signer.certificate_chain[0]).hexdigest()


def _base64(chain: tuple[bytes, ...]) -> list[str]:
    """As ``x5c`` has it (RFC 7515 §4.1.6): standard base64, not base64url."""
    return [base64.b64encode(der).decode("ascii") for der in chain]
