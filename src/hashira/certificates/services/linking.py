"""Linking a resident to a person of the register: claims, codes, requests, decisions (連携)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from hashira.certificates.domain.linking import (
    Candidate,
    Claimant,
    Decision,
    Why,
    code_digest,
    decide_by_code,
    decide_by_coupon,
    is_coupon_number,
    new_code,
)
from hashira.certificates.selectors.linking import RequestView, candidate, request_view
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.store.models import LinkAttempt, LinkCode, LinkRequest, Person, RegisterLink
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Resident
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

ATTEMPTS = 5
WINDOW = timedelta(hours=24)
ATTEMPTS_AT_MUNICIPALITY = 1000
"""In a window of one hour, over all residents."""
AT_THE_COUNTER, BY_POST = timedelta(days=1), timedelta(days=30)


class TooManyAttempts(HashiraError):
    """The tries of the day are used up."""

    code = "CERT-162"
    what = Bilingual("いまは番号を確かめられません", "The number cannot be tried now")
    why = Bilingual("24時間に試せる回数を超えました", "The tries of 24 hours are used up")
    remedy = Bilingual(
        "24時間たってから試すか、市区町村に確認を申し出てください",
        "Try again after 24 hours, or ask the municipality to look into it",
    )
    status = 429


class LinkNotPossible(HashiraError):
    """Details: ``reason``."""

    code = "CERT-163"
    what = Bilingual("連携できません", "The link cannot be made")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "いまの連携を確かめ、必要なら先に終了してください",
        "Look at the present link and end it first if need be",
    )
    status = 409


class RequestDecided(HashiraError):
    """The request is not open any more."""

    code = "CERT-164"
    what = Bilingual("この申出はもう処理されています", "This request has been dealt with already")
    why = Bilingual(
        "ほかの担当者が決めたか、本人が取り下げました", "A colleague decided it, or it was withdrawn"
    )
    remedy = Bilingual("一覧に戻って、ほかの申出を見てください", "Go back to the list")
    status = 409


@dataclass(frozen=True, slots=True)
class Claim:
    """How a try ended. Without a person nothing says why, so that nobody can ask whom the register knows."""

    person_id: UUID | None
    attempts_left: int


@service(action="certificates:ClaimLink")
def claim_link(*, actor: Principal, organisation_id: UUID, number: str, at: datetime) -> Claim:
    """Tries to link the resident by a number from ``domain.linking.read_number``.

    Every try counts and is kept, also one that fails. Raises ``TooManyAttempts``, or ``LinkNotPossible`` for
    a resident who is linked in this municipality already.
    """
    register = Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    access.require(actor, "certificates:ClaimLink", register)
    # The row is the turn: two tries of one resident at the same moment are counted one after the other.
    resident = Resident.objects.select_for_update().get(pk=actor.id)
    if RegisterLink.objects.filter(
        resident=resident, organisation_id=organisation_id, ended_at=None
    ).exists():
        raise LinkNotPossible(
            reason=Bilingual(
                "この市区町村の記録とはもうつながっています", "You are linked with this municipality already"
            )
        )
    left = _attempts_left(resident, organisation_id, at) - 1
    LinkAttempt.objects.create(resident=resident, organisation_id=organisation_id, at=at)
    decision, code = _decide(_claimant(resident), organisation_id, number, at)
    if decision.person is not None:
        _link(resident, decision.person, organisation_id, "code" if code else "coupon", at)
        if code is not None:
            code.ended_at = at
            code.save(update_fields=["ended_at"])
    audit.record(
        actor=actor,
        action="certificates:ClaimLink",
        subjects=[Subject("person", str(decision.person))] if decision.person else [],
        organisation=str(organisation_id),
        facts={"linked": decision.person is not None, "why": decision.why, "left": left},
    )
    return Claim(decision.person, left)


@service(action="certificates:RequestLink")
def request_link(*, actor: Principal, organisation_id: UUID, coupon_number: str, at: datetime) -> UUID:
    """Asks the municipality's staff to find the record; an open request is taken up, not doubled."""
    resident = Resident.objects.select_for_update().get(pk=actor.id)
    access.require(
        actor,
        "certificates:RequestLink",
        Resource("Certificates::LinkRequest", "new", str(organisation_id), {"resident": str(resident.pk)}),
    )
    row, made = LinkRequest.objects.get_or_create(
        resident=resident,
        organisation_id=organisation_id,
        state=LinkRequest.State.OPEN,
        defaults={
            "name": resident.name,
            "birth_date": resident.birth_date,
            "gender": resident.gender,
            "address": resident.address,
            "coupon_number": coupon_number,
            "why": _reason_open(resident, organisation_id, coupon_number),
            "created_at": at,
        },
    )
    _tell(actor, "certificates:RequestLink", organisation_id, {"new": made})
    return row.pk


@service(action="certificates:WithdrawLinkRequest")
def withdraw_request(*, actor: Principal, request_id: UUID, at: datetime) -> None:
    """Takes back a request of one's own; raises ``RequestDecided``."""
    view = request_view(request_id)
    access.require(actor, "certificates:WithdrawLinkRequest", view.resource)
    _close(view, LinkRequest.State.WITHDRAWN, actor, at, reason="")
    _tell(actor, "certificates:WithdrawLinkRequest", view.organisation_id, {})


@service(action="certificates:DecideLink")
def accept_request(*, actor: Principal, request_id: UUID, person_id: UUID, reason: str, at: datetime) -> None:
    """Links the resident to the person whom staff recognised.

    Raises ``LinkNotPossible`` or ``RequestDecided``.
    """
    view = request_view(request_id)
    access.require(actor, "certificates:DecideLink", view.resource)
    person = Person.objects.filter(pk=person_id, organisation_id=view.organisation_id, erased_at=None).first()
    if person is None:
        raise LinkNotPossible(
            reason=Bilingual("この台帳にその人はいません", "There is no such person in this register")
        )
    at_municipality = RegisterLink.objects.filter(organisation_id=view.organisation_id, ended_at=None)
    if at_municipality.filter(resident_id=view.resident_id).exists():
        raise LinkNotPossible(
            reason=Bilingual("この利用者は、もう別の記録とつながっています", "The user is linked already")
        )
    if at_municipality.filter(person=person).exists():
        raise LinkNotPossible(
            reason=Bilingual(
                "その人の記録は、別の利用者とつながっています", "The record is linked with another user"
            )
        )
    _close(view, LinkRequest.State.ACCEPTED, actor, at, reason=reason, person_id=person_id)
    resident = Resident.objects.get(pk=view.resident_id)
    _link(resident, person_id, view.organisation_id, "staff", at)
    facts: dict[str, str | int | bool | None] = {"accepted": True, "why": view.why}
    _tell(actor, "certificates:DecideLink", view.organisation_id, facts, person_id, reason)


@service(action="certificates:DecideLink")
def refuse_request(*, actor: Principal, request_id: UUID, reason: str, at: datetime) -> None:
    """Says no, with a reason that the resident reads; raises ``RequestDecided``."""
    view = request_view(request_id)
    access.require(actor, "certificates:DecideLink", view.resource)
    _close(view, LinkRequest.State.REFUSED, actor, at, reason=reason)
    _tell(actor, "certificates:DecideLink", view.organisation_id, {"accepted": False, "why": view.why})


@service(action="certificates:IssueLinkCode")
def issue_link_code(
    *, actor: Principal, person_id: UUID, by_post: bool, at: datetime
) -> tuple[str, datetime]:
    """A new code for the person, and until when it works; a code given before ends. It is shown once."""
    person = Person.objects.select_for_update().get(pk=person_id, erased_at=None)
    access.require(
        actor,
        "certificates:IssueLinkCode",
        Resource("Certificates::Person", str(person_id), str(person.organisation_id)),
    )
    LinkCode.objects.filter(person=person, ended_at=None).update(ended_at=at)
    code, expires = new_code(), at + (BY_POST if by_post else AT_THE_COUNTER)
    LinkCode.objects.create(
        person=person,
        organisation_id=person.organisation_id,
        digest=code_digest(code, secret=settings.SECRET_KEY),
        by_post=by_post,
        issued_at=at,
        issued_by=actor.id,
        expires_at=expires,
    )
    _tell(actor, "certificates:IssueLinkCode", person.organisation_id, {"by_post": by_post}, person_id)
    return code, expires


@service(action="certificates:EndOwnLink")
def end_own_link(*, actor: Principal, person_id: UUID, at: datetime) -> None:
    """The resident's own wish not to see the record here any more."""
    record = own_record(person_id)
    access.require(actor, "certificates:EndOwnLink", record.resource)
    RegisterLink.objects.filter(person_id=person_id, resident_id=actor.id, ended_at=None).update(ended_at=at)
    _tell(actor, "certificates:EndOwnLink", record.organisation_id, {}, person_id)


@service(action="certificates:EndLink")
def end_link(*, actor: Principal, person_id: UUID, reason: str, at: datetime) -> None:
    """Staff end the link of a person, such as one that proved wrong; the reason is kept."""
    person = Person.objects.get(pk=person_id)
    resource = Resource("Certificates::Person", str(person_id), str(person.organisation_id))
    access.require(actor, "certificates:EndLink", resource)
    ended = RegisterLink.objects.filter(person_id=person_id, ended_at=None)
    count = ended.update(ended_at=at, end_reason=reason)
    _tell(actor, "certificates:EndLink", person.organisation_id, {"ended": count}, person_id, reason)


def _attempts_left(resident: Resident, organisation_id: UUID, at: datetime) -> int:
    tried = LinkAttempt.objects.filter(resident=resident, at__gt=at - WINDOW).count()
    there = LinkAttempt.objects.filter(
        organisation_id=organisation_id, at__gt=at - timedelta(hours=1)
    ).count()
    if tried >= ATTEMPTS or there >= ATTEMPTS_AT_MUNICIPALITY:
        raise TooManyAttempts
    return ATTEMPTS - tried


def _claimant(resident: Resident) -> Claimant:
    return Claimant(resident.name, resident.birth_date, resident.gender)


def _decide(
    claimant: Claimant, organisation_id: UUID, number: str, at: datetime
) -> tuple[Decision, LinkCode | None]:
    if is_coupon_number(number):
        return decide_by_coupon(claimant, number, _with_coupon(organisation_id, number)), None
    code = (
        LinkCode.objects.select_for_update()
        .filter(
            digest=code_digest(number, secret=settings.SECRET_KEY),
            organisation_id=organisation_id,
            ended_at=None,
            expires_at__gt=at,
            person__erased_at=None,
        )
        .first()
    )
    return decide_by_code(claimant, candidate(code.person) if code else None), code


def _with_coupon(organisation_id: UUID, number: str) -> list[Candidate]:
    people = Person.objects.filter(
        organisation_id=organisation_id, coupon_number=number, erased_at=None
    ).select_for_update()
    return [candidate(person) for person in people]


def _reason_open(resident: Resident, organisation_id: UUID, coupon_number: str) -> str:
    """Why the rules did not decide, for the staff who will."""
    decision = decide_by_coupon(
        _claimant(resident), coupon_number, _with_coupon(organisation_id, coupon_number)
    )
    return (decision.why or Why.NONE).value


def _link(resident: Resident, person_id: UUID, organisation_id: UUID, means: str, at: datetime) -> None:
    RegisterLink.objects.create(
        resident=resident, person_id=person_id, organisation_id=organisation_id, means=means, linked_at=at
    )


def _close(
    view: RequestView,
    state: LinkRequest.State,
    actor: Principal,
    at: datetime,
    *,
    reason: str,
    person_id: UUID | None = None,
) -> None:
    """Ends an open request; whoever comes second finds it ended."""
    changed = LinkRequest.objects.filter(pk=view.id, state=LinkRequest.State.OPEN).update(
        state=state, decided_at=at, decided_by=actor.id, reason=reason, person_id=person_id
    )
    if not changed:
        raise RequestDecided


def _tell(
    actor: Principal,
    action: str,
    organisation_id: UUID,
    facts: dict[str, str | int | bool | None],
    person_id: UUID | None = None,
    reason: str = "",
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("person", str(person_id))] if person_id else [],
        organisation=str(organisation_id),
        facts=facts,
        evidence=reason.encode() if reason else None,
    )
