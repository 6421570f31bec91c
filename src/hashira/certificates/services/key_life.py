"""The life of a signing key after its publication: rotate, retire, compromise, by two people (鍵の運用).

One person requests an act and another decides on it, within a day. Neither the service nor the database lets
the same person do both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from hashira.certificates.adapters.issuing_keys import key_store, own_issuer
from hashira.certificates.adapters.trust_folder import write_trust_folder
from hashira.certificates.domain import hcert, shc
from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.selectors.keys import LOCAL_SIGNERS, authorities, key_set, signer_list
from hashira.certificates.services.keys import chosen_keys, publish_keys
from hashira.certificates.services.status import PUBLISHER, announce, end_validity
from hashira.certificates.store.models import (
    CertificateStatus,
    IssuedCertificate,
    KeyApproval,
    Reissue,
    SigningKey,
    State,
)
from hashira.core import access, audit, jobs
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

COMPROMISE_JOB = "certificates.compromise"
TIME_TO_DECIDE = timedelta(days=1)
_PORTION = 200
_AREA = Resource("Portal::Area", "certificates")
Act, Decision = KeyApproval.Act, KeyApproval.Decision


class KeyActNotPossible(HashiraError):
    """Details: ``reason``."""

    code = "CERT-235"
    what = Bilingual("鍵の操作を受け付けられませんでした", "The act on the key was not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("鍵の一覧で、いまの状態を確かめてください", "Look at the list of keys as it is now")
    status = 409


class OwnRequest(HashiraError):
    """Who requests an act does not decide on it."""

    code = "CERT-236"
    what = Bilingual("承認できません", "You cannot decide on this")
    why = Bilingual("ご自分で申請した操作です", "You requested it yourself")
    remedy = Bilingual("別の管理者が承認してください", "Another administrator has to decide")
    status = 403


@service(action="certificates:RequestKeyAct")
def request_act(*, actor: Principal, kid: str, act: Act, successor: str, reason: str, at: datetime) -> UUID:
    """Asks for an act on a key. To rotate needs the label of the key that takes over.

    Raises ``KeyActNotPossible``, or ``KeyNotFound`` where the store has no such successor.
    """
    access.require(actor, "certificates:RequestKeyAct", _AREA)
    key = SigningKey.objects.select_for_update().filter(pk=kid).first()
    if key is None:
        raise _not_possible("そのような鍵はありません", "There is no such key")
    _check(key, act, successor)
    KeyApproval.objects.filter(key=key, act=act, decision=Decision.WAITING, expires_at__lte=at).update(
        decision=Decision.REJECTED, decided_at=at, decided_by="expired"
    )
    try:
        with transaction.atomic():
            row = KeyApproval.objects.create(
                key=key,
                act=act,
                successor=successor,
                reason=reason,
                requested_by=actor.id,
                requested_at=at,
                expires_at=at + TIME_TO_DECIDE,
            )
    except IntegrityError as error:
        raise _not_possible("同じ操作が承認待ちです", "The same act is waiting already") from error
    _tell(actor, "certificates:RequestKeyAct", row)
    return row.pk


@service(action="certificates:DecideKeyAct")
def decide(*, actor: Principal, approval_id: UUID, approved: bool, at: datetime) -> None:
    """Approves or rejects; what was approved is done in the same transaction.

    A compromised key is out of every list with it; what remains, its certificates, is a job.
    Raises ``OwnRequest`` or ``KeyActNotPossible``.
    """
    access.require(actor, "certificates:DecideKeyAct", _AREA)
    waiting = KeyApproval.objects.filter(pk=approval_id).first()
    if waiting is None:
        raise _not_possible("そのような申請はありません", "There is no such request")
    # FOR UPDATE, not NO KEY: an issue that holds the key is waited for, and none begins meanwhile.
    key = SigningKey.objects.select_for_update().get(pk=waiting.key_id)
    row = KeyApproval.objects.select_for_update(of=("self",)).get(pk=approval_id)
    if row.requested_by == actor.id:
        raise OwnRequest
    if row.decision != Decision.WAITING:
        raise _not_possible("もう決まっています", "It has been decided")
    if row.expires_at <= at:
        raise _not_possible("承認の期限が切れました", "The time to decide is over")
    row.decision = Decision.APPROVED if approved else Decision.REJECTED
    row.decided_by, row.decided_at = actor.id, at
    if approved:
        _check(key, Act(row.act), row.successor)
        _carry_out(key, row, at)
    row.save()
    _tell(actor, "certificates:DecideKeyAct", row)


def _carry_out(key: SigningKey, row: KeyApproval, at: datetime) -> None:
    if row.successor:
        _choose(key, row.successor, at)
    if row.act == Act.RETIRE:
        key.retired_at = at
    elif row.act == Act.COMPROMISE:
        key.withdrawn_at = key.retired_at = at
    key.save(update_fields=["retired_at", "withdrawn_at"])
    if row.act == Act.COMPROMISE:
        total = 2 * count_under(row.pk)
        row.job_id = UUID(
            str(
                jobs.request(
                    actor=PUBLISHER, kind=COMPROMISE_JOB, parameters={"approval": str(row.pk)}, total=total
                ).id
            )
        )
    transaction.on_commit(_rewrite_trust_folder, robust=True)


def _choose(key: SigningKey, label: str, at: datetime) -> None:
    """From now on the key with that label signs; it is published before it does."""
    keys = chosen_keys(at)
    store = key_store()
    signer = store.open(label)
    if key.format == shc.NAME:
        keys = replace(keys, card=signer, card_label=label)
    elif not signer.certificate_chain:
        raise _not_possible("後継の鍵に証明書がありません", "The successor has no certificate")
    elif key.format == hcert.NAME:
        keys = replace(keys, document=signer, document_label=label)
    else:
        keys = replace(keys, seal=signer, seal_label=label)
    publish_keys(actor=Principal.system("certificates"), keys=keys, at=at)
    chosen = SigningKey.objects.filter(format=key.format, label=label)
    if chosen.exclude(retired_at=None).exists() or chosen.exclude(withdrawn_at=None).exists():
        raise _not_possible("後継の鍵は使用が終わっています", "The successor is no longer in use")
    chosen.update(chosen_at=at)


def _check(key: SigningKey, act: Act, successor: str) -> None:
    if key.withdrawn_at:
        raise _not_possible("危殆化した鍵です", "The key is compromised")
    if key.retired_at and act is not Act.COMPROMISE:
        raise _not_possible("引退した鍵です", "The key is retired")
    if act is Act.ROTATE and not successor:
        raise _not_possible("後継の鍵の名前が要ります", "Name the key that takes over")
    if successor == key.label:
        raise _not_possible("同じ鍵は後継になりません", "A key does not succeed itself")
    if successor:
        key_store().open(successor)


def count_under(approval_id: UUID) -> int:
    """How many certificates under the key of that act are still valid."""
    key = KeyApproval.objects.get(pk=approval_id).key_id
    return CertificateStatus.objects.filter(key_id=key, state=State.VALID).count()


@service(action="certificates:CarryOutKeyAct")
def revoke_portion(*, actor: Principal, approval_id: UUID, at: datetime) -> int:
    """Revokes the next certificates under a compromised key, each with its notice; 0 when all are."""
    access.require(actor, "certificates:CarryOutKeyAct", _AREA)
    approval = KeyApproval.objects.select_related("key").get(pk=approval_id)
    if approval.key.withdrawn_at is None:
        raise _not_possible("危殆化した鍵ではありません", "The key is not compromised")
    rows = CertificateStatus.objects.filter(key=approval.key, state=State.VALID).order_by("pk")
    wanted = list(rows.values_list("pk", flat=True)[:_PORTION])
    ended = end_validity(wanted, reason=Reason.COMPROMISED, actor=actor, at=at, note=approval.reason)
    announce(ended, cause=Reason.COMPROMISED, at=at, wanted=True, publish=False)
    audit.record(
        actor=actor,
        action="certificates:CarryOutKeyAct",
        facts={"kid": approval.key_id, "revoked": len(ended)},
    )
    # Another correction may have taken some of them: then the portion is short, and not the last.
    return len(wanted)


def waiting_after(approval: str) -> list[str]:
    """The certificates to be issued again after a compromise, by the ids of their rows."""
    kid = KeyApproval.objects.get(pk=UUID(approval)).key_id
    old = IssuedCertificate.objects.filter(kid=kid)
    rows = Reissue.objects.filter(old__in=old, wish=Reissue.Wish.WANTED, outcome=Reissue.Outcome.OPEN)
    return [str(pk) for pk in rows.order_by("created_at", "pk").values_list("pk", flat=True)]


def _rewrite_trust_folder() -> None:
    """What ``hashira certificates verify`` on this machine trusts, at once and without the withdrawn."""
    write_trust_folder(
        settings.DATA_DIR / "trust",
        issuer=own_issuer(),
        key_set=key_set(),
        authorities=authorities(),
        signers=signer_list(LOCAL_SIGNERS),
    )


def _tell(actor: Principal, action: str, row: KeyApproval) -> None:
    audit.record(
        actor=actor,
        action=action,
        facts={"kid": row.key_id, "act": row.act, "decision": row.decision, "successor": row.successor},
        evidence=row.reason.encode(),
    )


def _not_possible(ja: str, en: str) -> KeyActNotPossible:
    return KeyActNotPossible(reason=Bilingual(ja, en))
