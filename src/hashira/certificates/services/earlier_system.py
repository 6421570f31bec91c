"""Cards of an earlier system of the same issuer: its key stays, its cards can be revoked (旧システム).

Such cards carry no ``rid``. They are named by the digest of what they say (RFC 002 of SMART Health Cards,
``hash-fhir``), and the ledger learns of one when it is revoked, from the card itself.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from cryptography.exceptions import InvalidSignature

from hashira.certificates.adapters.issuing_keys import own_issuer
from hashira.certificates.domain import p256, shc
from hashira.certificates.domain.certificate_status import BY_HAND, Reason, revocation_hashes, status_name
from hashira.certificates.services.status import StatusOver, announce, end_validity
from hashira.certificates.store import status_ledger
from hashira.certificates.store.models import CertificateStatus, SigningKey
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_AREA = Resource("Portal::Area", "certificates")


class NotAnEarlierCard(HashiraError):
    """Details: ``reason``."""

    code = "CERT-237"
    what = Bilingual("この証明書は、この方法では失効できません", "This card cannot be revoked in this way")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "この設置先で発行した証明書は、台帳の「発行した証明書」から失効させてください",
        "Revoke what was issued here from the certificates of the person in the register",
    )
    status = 409


@service(action="certificates:PublishKeys")
def adopt_key(*, actor: Principal, spki: bytes, label: str, at: datetime) -> str:
    """Publishes a public key of an earlier system, which signs nothing here; returns its thumbprint.

    Doing it twice changes nothing. Raises ``p256.NotP256``, or ``NotAnEarlierCard`` for a key of our own.
    """
    access.require(actor, "certificates:PublishKeys", _AREA)
    kid = p256.thumbprint(spki)
    row, _made = SigningKey.objects.get_or_create(
        kid=kid,
        defaults={
            "format": shc.NAME,
            "label": label,
            "jwk": p256.jwk(spki),
            "published_at": at,
            "retired_at": at,
            "without_rid": True,
        },
    )
    if not row.without_rid:
        raise _not_possible("この設置先の署名鍵です", "It is a signing key of this installation")
    audit.record(actor=actor, action="certificates:PublishKeys", facts={"kids": kid, "earlier": True})
    return kid


@service(action="certificates:RevokeEarlierCard")
def revoke_earlier_card(
    *, actor: Principal, text: str, organisation: str, reason: Reason, note: str, at: datetime
) -> str:
    """Revokes a card of an earlier system, given as its text; returns how the list names it.

    Raises a ``NotVerified`` for what is no card, ``NotAnEarlierCard`` or ``StatusOver``.
    """
    access.require(actor, "certificates:RevokeEarlierCard", _AREA)
    if reason not in BY_HAND:
        raise ValueError(reason)
    card = shc.decode(text)
    key = SigningKey.objects.select_for_update().filter(pk=card.kid, without_rid=True).first()
    if key is None or card.content.issuer != own_issuer():
        raise _not_possible(
            "旧システムの鍵による証明書ではありません", "No key of an earlier system signed it"
        )
    if card.rid is not None:
        raise _not_possible("失効番号のある証明書です", "It carries an rid")
    try:
        spki = p256.spki_of_jwk(key.jwk)
        p256.check_signature(spki, card.message, card.signature)
    except InvalidSignature as error:
        raise _not_possible("電子署名が一致しません", "Its signature does not match") from error
    name = status_name(shc.NAME, text, card.kid)
    if name is None:
        raise _not_possible("中身を一意に書けません", "Its content has no canonical form")
    if CertificateStatus.objects.filter(key=key, identifier=name.identifier).exists():
        raise StatusOver
    row = status_ledger.insert(
        CertificateStatus,
        {
            "id": uuid.uuid4(),
            "key_id": key.pk,
            "organisation_id": organisation,
            "identifier": name.identifier,
            "signature_hash": revocation_hashes(shc.NAME, text).signature,
            "issued_at": datetime.fromtimestamp(card.nbf, at.tzinfo),
        },
    )
    ended = end_validity([row.pk], reason=reason, actor=actor, at=at, note=note)
    announce(ended, cause=reason, at=at)
    audit.record(
        actor=actor,
        action="certificates:RevokeEarlierCard",
        organisation=organisation,
        facts={"kid": key.pk, "identifier": name.identifier, "reason": reason.value},
    )
    return name.identifier


def _not_possible(ja: str, en: str) -> NotAnEarlierCard:
    return NotAnEarlierCard(reason=Bilingual(ja, en))
