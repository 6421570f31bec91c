"""Codes with which somebody without an account receives a certificate, once (受取コード).

For people whose telephone has no デジタル認証アプリ (it needs iOS 16 or Android 11), who have no telephone,
or who have a new one. Staff identify the person at the counter; the code and the date of birth together give
one certificate to one browser.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import QuerySet

from hashira.certificates.domain.linking import code_digest, new_code
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.issuing import CertificateView, certificate_view
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.people import PersonNotFound
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.services.issuing import new_card
from hashira.certificates.services.protection import one, raise_alerts
from hashira.certificates.services.reissue import NothingToShow
from hashira.certificates.store.models import (
    CertificateStatus,
    IssuedCertificate,
    Person,
    PickupAttempt,
    PickupCode,
    State,
)
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

ACTOR = Principal.system("pickup")
"""Who hands a certificate out: whoever holds the code is not known, so the installation itself acts."""
VALID = timedelta(days=7)
ATTEMPTS, WINDOW = 10, timedelta(minutes=15)
"""From one network address."""
ATTEMPTS_OF_ALL = 600
"""In the window, over all addresses."""
MISSES = 5
"""Wrong dates of birth with a right code, after which it ends: the slip is in other hands."""
SHOWN_FOR = timedelta(minutes=30)
"""How long the browser that used the code may show and save the certificate."""


class PickupRefused(HashiraError):
    """Code and date of birth do not name a certificate; never which of the two is wrong."""

    code = "CERT-267"
    what = Bilingual("受け取れませんでした", "Nothing was received")
    why = Bilingual("受取コードか生年月日が違います", "The code or the date of birth is not right")
    remedy = Bilingual(
        "紙に書かれたコードと生年月日を確かめて、もう一度入力してください",
        "Compare both with the slip and enter them again",
    )
    status = 422


class PickupOver(HashiraError):
    """The code was right and works no more. Details: ``reason``."""

    code = "CERT-268"
    what = Bilingual("この受取コードはもう使えません", "This code works no more")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "発行した市区町村の窓口で、新しい受取コードをもらってください",
        "Get a new code at the counter of the municipality that issued it",
    )
    status = 410


class PickupBusy(HashiraError):
    """Too many tries."""

    code = "CERT-269"
    what = Bilingual("いまは受け取れません", "Nothing can be received now")
    why = Bilingual("短い時間に何度も試されました", "There were too many tries in a short time")
    remedy = Bilingual("15分ほどたってから、もう一度試してください", "Try again in about 15 minutes")
    status = 429


class PickupNotPossible(HashiraError):
    """The certificate cannot be handed out."""

    code = "CERT-270"
    what = Bilingual("受取コードを出せません", "No code can be given out")
    why = Bilingual(
        "この証明書は失効しているか、この人のものではありません",
        "The certificate is revoked, or it is not this person's",
    )
    remedy = Bilingual("有効な証明書を選ぶか、新しく作ってください", "Choose a valid one, or make a new one")
    status = 409


@service(action="certificates:IssuePickupCode")
def issue_pickup_code(
    *,
    actor: Principal,
    person_id: UUID,
    certificate_id: UUID | None,
    request_id: UUID,
    at: datetime,
    events: Sequence[UUID] | None = None,
) -> tuple[str, datetime]:
    """A code for a certificate of the person, and until when it works. It is shown once.

    Without ``certificate_id`` a domestic certificate of the doses of ``events`` (``None``: of all that can be
    shown) is made for it; asking twice with one ``request_id`` makes one. A code for the same certificate
    that was given before ends. Raises ``PickupNotPossible``, ``NothingToShow``, or an error of issuing.
    """
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise PersonNotFound
    access.require(actor, "certificates:IssuePickupCode", person_resource(person.pk, person.organisation_id))
    if certificate_id is None:
        certificate_id = _made_for(actor, person, request_id, events, at)
    valid = CertificateStatus.objects.filter(
        certificate_id=certificate_id, certificate__person=person, state=State.VALID
    )
    if not valid.exists():
        raise PickupNotPossible
    _waiting(person).filter(certificate_id=certificate_id).update(withdrawn_at=at)
    code, expires = new_code(), at + VALID
    PickupCode.objects.create(
        person=person,
        certificate_id=certificate_id,
        digest=_digest(code),
        issued_at=at,
        issued_by=actor.id,
        expires_at=expires,
    )
    number = IssuedCertificate.objects.values_list("number", flat=True).get(pk=certificate_id)
    _tell(actor, "certificates:IssuePickupCode", person, {"number": number})
    return code, expires


@service(action="certificates:IssuePickupCode")
def withdraw_pickup_code(*, actor: Principal, person_id: UUID, code_id: UUID, at: datetime) -> None:
    """Staff take a code back, such as one that was lost; raises ``PickupOver`` where that is too late."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id, erased_at=None)
    access.require(actor, "certificates:IssuePickupCode", person_resource(person.pk, person.organisation_id))
    if not _waiting(person).filter(pk=code_id).update(withdrawn_at=at):
        raise PickupOver(reason=Bilingual("もう使われたか、取り消されました", "It was used or taken back"))
    _tell(actor, "certificates:IssuePickupCode", person, {"withdrawn": True})


@service(action="certificates:ReceiveCertificate")
def receive(
    *, actor: Principal, number: str, birth_date: date, source: str, at: datetime
) -> UUID | HashiraError:
    """The certificate for whoever has the code and knows the date of birth; the code is used up.

    A refusal is returned and not raised, since the try must stay counted. ``source`` is the network address,
    of which a digest is kept. Raises ``PickupBusy``.
    """
    access.require(actor, "certificates:ReceiveCertificate", _AREA)
    _count_try(source, at)
    row = (
        PickupCode.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person", "certificate__status")
        .filter(digest=_digest(number))
        .first()
    )
    refusal = _refusal(row, birth_date, at)
    if row is None or refusal is not None:
        person = [Subject("person", str(row.person_id))] if row else []
        raise_alerts(
            Person.objects.filter(pk=row.person_id if row else None),
            kind=AlertKind.PICKUP,
            actor=actor,
            at=at,
            refused=True,
        )
        audit.record(
            actor=actor,
            action="certificates:ReceiveCertificate",
            subjects=person,
            facts={"received": False, "code": refusal.code if refusal else ""},
        )
        return refusal or PickupRefused()
    row.used_at = at
    row.save(update_fields=["used_at"])
    raise_alerts(one(row.person_id), kind=AlertKind.PICKUP, actor=actor, at=at)
    _tell(
        actor,
        "certificates:ReceiveCertificate",
        row.person,
        {"received": True, "number": row.certificate.number},
    )
    return row.certificate_id


@service(action="certificates:ReceiveCertificate")
def view_received(*, actor: Principal, certificate_id: UUID) -> CertificateView:
    """The certificate again, for the browser that received it a moment ago."""
    access.require(actor, "certificates:ReceiveCertificate", _AREA)
    view = certificate_view(certificate_id)
    audit.record(
        actor=actor,
        action="certificates:ReceiveCertificate",
        subjects=[Subject("person", str(view.person_id))],
        facts={"number": view.number},
    )
    return view


_AREA = Resource("Portal::Area", "certificates")


def _made_for(
    actor: Principal, person: Person, request_id: UUID, events: Sequence[UUID] | None, at: datetime
) -> UUID:
    record = own_record(person.pk)
    doses = [
        dose
        for dose in record.doses
        if dose.card_refusal is None and (events is None or dose.event_id in events)
    ]
    if not doses:
        raise NothingToShow
    wanted = uuid5(request_id, str(person.pk))
    return new_card(actor=actor, record=record, certificate_id=wanted, doses=doses, at=at)


def _refusal(row: PickupCode | None, birth_date: date, at: datetime) -> HashiraError | None:
    """Why nothing is handed out. With the right code and date it says why; otherwise it never does."""
    if row is None:
        return PickupRefused()
    if row.person.birth_date != birth_date:
        row.misses += 1
        if row.misses >= MISSES and row.used_at is None and row.withdrawn_at is None:
            row.withdrawn_at = at
        row.save(update_fields=["misses", "withdrawn_at"])
        return PickupRefused()
    reason = None
    if row.used_at is not None:
        reason = Bilingual(
            "一度使われています。覚えがないときは、窓口に知らせてください",
            "It was used once already. If that was not you, tell the counter",
        )
    elif row.withdrawn_at is not None:
        reason = Bilingual("取り消されています", "It was taken back")
    elif row.expires_at <= at:
        reason = Bilingual("期限が過ぎています", "Its time is over")
    elif row.certificate.status.state != State.VALID:
        reason = Bilingual("証明書が失効しました", "The certificate was revoked")
    return PickupOver(reason=reason) if reason else None


def _count_try(source: str, at: datetime) -> None:
    """Tries at the very same moment may both count as the last; against 54 random bits that is nothing."""
    digest = hmac.digest(f"pickup-source:{settings.SECRET_KEY}".encode(), source.encode(), "sha256").hex()
    lately = PickupAttempt.objects.filter(at__gt=at - WINDOW)
    if lately.filter(source=digest).count() >= ATTEMPTS or lately.count() >= ATTEMPTS_OF_ALL:
        raise PickupBusy
    PickupAttempt.objects.create(source=digest, at=at)


def _waiting(person: Person) -> QuerySet[PickupCode]:
    return PickupCode.objects.filter(person=person, used_at=None, withdrawn_at=None)


def _digest(code: str) -> str:
    return code_digest(code, secret=settings.SECRET_KEY, use="pickup")


def _tell(actor: Principal, action: str, person: Person, facts: dict[str, str | int | bool | None]) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("person", str(person.pk))],
        organisation=str(person.organisation_id),
        facts=facts,
    )
