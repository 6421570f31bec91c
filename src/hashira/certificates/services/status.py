"""Changing what certificates are worth: the only writer of the status ledger (証明書の失効).

What is here runs inside the transaction of the act that makes it necessary: with the correction of a dose,
the erasure of a person, the compromise of a key. Locks are taken in one order by everybody: the person, the
statuses by their ids, the keys by their names; the audit comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from hashira.certificates.domain.certificate_status import (
    BY_HAND,
    Reason,
    revocation_hashes,
    status_name,
)
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.store import status_ledger
from hashira.certificates.store.models import (
    CertificateStatus,
    IssuedCertificate,
    Person,
    Reissue,
    SigningKey,
    State,
    StatusChange,
)
from hashira.core import access, audit, jobs
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

BUNDLE_JOB = "certificates.bundle"
REISSUE_JOB = "certificates.reissue"
PUBLISHER = Principal.system("certificates.status")
_AT_ONCE = 500


class KeyNotInUse(HashiraError):
    """The key was retired or given up between its choice and the signature."""

    code = "CERT-231"
    what = Bilingual("証明書を作れませんでした", "The certificate was not made")
    why = Bilingual("署名鍵の使用が終わっています", "The signing key is no longer in use")
    remedy = Bilingual(
        "しばらくしてからもう一度作ってください。続くときは運用者が署名鍵を切り替えてください",
        "Try again a little later; if it stays, the operator has to rotate the key",
    )
    status = 503


class StatusOver(HashiraError):
    """The certificate has lost its validity already."""

    code = "CERT-232"
    what = Bilingual("失効できませんでした", "It was not revoked")
    why = Bilingual("この証明書は、もう有効ではありません", "This certificate is not valid any more")
    remedy = Bilingual("証明書の一覧で、いまの状態を確かめてください", "See its state in the list")
    status = 409


def enter(certificate: IssuedCertificate) -> CertificateStatus:
    """The place of a new certificate in the ledger, in the transaction that issues it.

    Raises ``KeyNotInUse``: the key is held first, and looked at after that.
    """
    status_ledger.hold_key(certificate.kid)
    in_use = Q(kid=certificate.kid, retired_at=None, withdrawn_at=None)
    if not SigningKey.objects.filter(in_use).exists():
        raise KeyNotInUse
    hashes = revocation_hashes(certificate.format, certificate.text)
    name = status_name(certificate.format, certificate.text, certificate.kid)
    assert name is not None  # whatever is issued here can be named
    values: dict[str, Any] = {
        "id": certificate.pk,
        "certificate_id": certificate.pk,
        "key_id": certificate.kid,
        "organisation_id": certificate.organisation_id,
        "identifier": name.identifier,
        "signature_hash": hashes.signature,
        "uci_hash": hashes.uci,
        "country_uci_hash": hashes.country_uci,
        "issued_at": certificate.issued_at,
    }
    made: CertificateStatus = status_ledger.insert(CertificateStatus, values)
    return made


def end_validity(
    which: Iterable[UUID],
    *,
    reason: Reason,
    actor: Principal,
    at: datetime,
    note: str = "",
    state: State = State.REVOKED,
) -> tuple[UUID, ...]:
    """Takes the validity of those of the certificates that still have it; returns which they were.

    In the caller's transaction, and told by the caller. There is no way back.
    """
    wanted = sorted(set(which))
    ended: list[CertificateStatus] = []
    for start in range(0, len(wanted), _AT_ONCE):
        ended += (
            CertificateStatus.objects.select_for_update(no_key=True)
            .filter(pk__in=wanted[start : start + _AT_ONCE], state=State.VALID)
            .order_by("pk")
        )
    for start in range(0, len(ended), _AT_ONCE):
        portion = ended[start : start + _AT_ONCE]
        CertificateStatus.objects.filter(pk__in=[row.pk for row in portion]).update(
            state=state, reason=reason.value, changed_at=at, changed_by=actor.id
        )
        StatusChange.objects.bulk_create(
            StatusChange(
                status=row,
                before=row.state,
                after=state,
                reason=reason.value,
                note=note,
                at=at,
                by=actor.id,
            )
            for row in portion
        )
    for kid in sorted({row.key_id for row in ended}):
        SigningKey.objects.filter(pk=kid).update(status_version=F("status_version") + 1)
    return tuple(row.pk for row in ended)


def after_doses(
    shown: Q, *, reason: Reason, actor: Principal, at: datetime, note: str = ""
) -> tuple[UUID, ...]:
    """Revokes every certificate that shows one of the dose events, and asks its holder about a new one.

    ``shown`` selects ``IssuedCertificate`` rows by ``doses__event…``. With the revocations the same
    transaction writes the notices, and the job that publishes a bundle with them.
    """
    certificates = IssuedCertificate.objects.filter(shown, status__state=State.VALID)
    ended = end_validity(
        certificates.values_list("pk", flat=True).distinct(),
        reason=reason,
        actor=actor,
        at=at,
        note=note,
    )
    announce(ended, cause=reason, at=at)
    return ended


def announce(
    ended: Sequence[UUID], *, cause: Reason, at: datetime, wanted: bool = False, publish: bool = True
) -> None:
    """Writes the notices of revoked certificates, and requests the job that publishes the revocations."""
    if not ended:
        return
    for start in range(0, len(ended), _AT_ONCE):
        rows = IssuedCertificate.objects.filter(pk__in=ended[start : start + _AT_ONCE])
        Reissue.objects.bulk_create(
            (
                Reissue(
                    old_id=pk,
                    person_id=person,
                    cause=cause.value,
                    wish=Reissue.Wish.WANTED if wanted else Reissue.Wish.ASKED,
                    created_at=at,
                )
                for pk, person in rows.values_list("pk", "person_id")
            ),
            ignore_conflicts=True,
        )
    if publish:
        jobs.request(actor=PUBLISHER, kind=BUNDLE_JOB, parameters={"after": len(ended)})


@service(action="certificates:RevokeCertificate")
def revoke_by_hand(
    *, actor: Principal, certificate_id: UUID, reason: Reason, note: str, at: datetime
) -> None:
    """Revokes a certificate that was lost, stolen or issued by mistake; raises ``StatusOver``.

    The holder is told, and asked about a new one, unless it should never have been issued.
    """
    if reason not in BY_HAND:
        raise ValueError(reason)
    row = IssuedCertificate.objects.select_related("person").get(pk=certificate_id)
    Person.objects.select_for_update(no_key=True).get(pk=row.person_id)
    resource = person_resource(row.person_id, row.person.organisation_id)
    access.require(actor, "certificates:RevokeCertificate", resource)
    ended = end_validity([row.pk], reason=reason, actor=actor, at=at, note=note)
    if not ended:
        raise StatusOver
    announce(ended, cause=reason, at=at)
    audit.record(
        actor=actor,
        action="certificates:RevokeCertificate",
        subjects=[Subject("person", str(row.person_id))],
        organisation=str(row.organisation_id),
        facts={"number": row.number, "reason": reason.value},
        evidence=note.encode(),
    )
