"""Linking a resident to a person of the register: claims, codes, requests, decisions (連携)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from hashira.certificates.domain.linking import (
    Claimant,
    Decision,
    Why,
    code_digest,
    decide_by_code,
    decide_by_coupon,
    is_coupon_number,
    new_code,
    outlives_correction,
)
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.linking import RequestView, candidate, request_view
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.people import PersonMerged
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.services.protection import raise_alerts, require_person
from hashira.certificates.store.models import LinkAttempt, LinkCode, LinkRequest, Person, RegisterLink
from hashira.certificates.store.protection_alerts import protected
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation, Resident
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key

ATTEMPTS = 5
WINDOW = timedelta(hours=24)
ATTEMPTS_AT_MUNICIPALITY = 1000
"""In a window of one hour, over all residents."""
REQUESTS = 5
"""That a resident may make in the window, so that nobody fills the queue of a municipality."""
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


class MunicipalityBusy(HashiraError):
    """All residents together tried too many numbers of one municipality."""

    code = "CERT-165"
    what = Bilingual("いまは番号を確かめられません", "The number cannot be tried now")
    why = Bilingual(
        "この市区町村の番号を試す人が多いため、しばらく止めています",
        "Too many numbers of this municipality are being tried; it is closed for a while",
    )
    remedy = Bilingual(
        "1時間ほどたってから試すか、市区町村に確認を申し出てください",
        "Try again in about an hour, or ask the municipality to look into it",
    )
    status = 429


class TooManyRequests(HashiraError):
    """The requests of the day are used up."""

    code = "CERT-166"
    what = Bilingual("申出を受け付けられません", "The request cannot be taken")
    why = Bilingual("24時間に申し出られる回数を超えました", "The requests of 24 hours are used up")
    remedy = Bilingual(
        "24時間たってから申し出るか、市区町村の窓口で番号を受け取ってください",
        "Ask again after 24 hours, or get a code at the counter of the municipality",
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

    Every try counts and is kept, also one that fails. Raises ``TooManyAttempts``, ``MunicipalityBusy``, or
    ``LinkNotPossible`` for a resident who is linked in this municipality already.
    """
    resident, left = take_a_try(
        actor=actor, organisation_id=organisation_id, action="certificates:ClaimLink", at=at
    )
    if RegisterLink.objects.filter(
        resident=resident, organisation_id=organisation_id, ended_at=None
    ).exists():
        raise LinkNotPossible(
            reason=Bilingual(
                "この市区町村の記録とはもうつながっています", "You are linked with this municipality already"
            )
        )
    decision, code = _decide(claimant_of(resident), organisation_id, number, at)
    _alert(actor, resident, organisation_id, number, at)
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
def request_link(*, actor: Principal, organisation_id: UUID, number: str, at: datetime) -> UUID:
    """Asks the municipality's staff to find the record; an open request is taken up, not doubled.

    ``number`` is a coupon number, a code or empty. A code that names somebody of the same birth date is used
    up by the request: staff then see whom it named. Raises ``TooManyRequests``.
    """
    resident = Resident.objects.select_for_update(no_key=True).get(pk=actor.id)
    access.require(
        actor,
        "certificates:RequestLink",
        Resource("Certificates::LinkRequest", "new", str(organisation_id), {"resident": str(resident.pk)}),
    )
    requests = LinkRequest.objects.filter(resident=resident)
    row = requests.filter(organisation_id=organisation_id, state=LinkRequest.State.OPEN).first()
    _alert(actor, resident, organisation_id, number, at)
    new = row is None
    if row is None:
        if requests.filter(created_at__gt=at - WINDOW).count() >= REQUESTS:
            raise TooManyRequests
        decision, code = _decide(claimant_of(resident), organisation_id, number, at)
        row = _open_request(resident, organisation_id, decision.why or Why.NONE, at)
        row.coupon_number = number if is_coupon_number(number) else ""
        row.person_id = code.person_id if code else None
        row.save(update_fields=["coupon_number", "person"])
        if code is not None and decision.why in (Why.NAME_DIFFERS, Why.TAKEN, Why.DECEASED, Why.PROTECTED):
            code.ended_at = at
            code.save(update_fields=["ended_at"])
    _tell(actor, "certificates:RequestLink", organisation_id, {"new": new})
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
    # Resident first, then person, as in a claim: so neither waits for the other for ever.
    resident = Resident.objects.select_for_update(no_key=True).get(pk=view.resident_id)
    people = Person.objects.filter(organisation_id=view.organisation_id, erased_at=None, merged_into=None)
    person = people.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise LinkNotPossible(
            reason=Bilingual("この台帳にその人はいません", "There is no such person in this register")
        )
    require_person(actor, "certificates:ViewPerson", person_resource(person.pk, person.organisation_id))
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
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id, erased_at=None)
    access.require(
        actor,
        "certificates:IssueLinkCode",
        person_resource(person_id, person.organisation_id),
    )
    if person.merged_into_id is not None:
        raise PersonMerged(leading=person.merged_into_id)
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
    resource = person_resource(person_id, person.organisation_id)
    access.require(actor, "certificates:EndLink", resource)
    ended = RegisterLink.objects.filter(person_id=person_id, ended_at=None)
    count = ended.update(ended_at=at, end_reason=reason)
    _tell(actor, "certificates:EndLink", person.organisation_id, {"ended": count}, person_id, reason)


def suspend_unless_true(*, actor: Principal, person: Person, before: date, at: datetime) -> None:
    """Ends the link of a person whose corrected date of birth is not the resident's, and asks staff.

    For whatever changes a person, in its transaction; ``before`` is the date of birth until now. The resident
    does not see the record again until staff decide.
    """
    link = RegisterLink.objects.filter(person=person, ended_at=None).select_related("resident").first()
    if link is None or outlives_correction(
        claimant_of(link.resident), before=before, after=person.birth_date
    ):
        return
    link.ended_at, link.end_reason = at, Why.BIRTH_CHANGED.value
    link.save(update_fields=["ended_at", "end_reason"])
    row = _open_request(link.resident, person.organisation_id, Why.BIRTH_CHANGED, at)
    row.person = person
    row.save(update_fields=["person"])
    _tell(actor, "certificates:SuspendLink", person.organisation_id, {}, person.pk)


def _open_request(resident: Resident, organisation_id: UUID, why: Why, at: datetime) -> LinkRequest:
    return LinkRequest.objects.get_or_create(
        resident=resident,
        organisation_id=organisation_id,
        state=LinkRequest.State.OPEN,
        defaults={
            "name": resident.name,
            "birth_date": resident.birth_date,
            "gender": resident.gender,
            "address": resident.address,
            "why": why.value,
            "created_at": at,
        },
    )[0]


def take_a_try(*, actor: Principal, organisation_id: UUID, action: str, at: datetime) -> tuple[Resident, int]:
    """Counts a try of the resident at a municipality; the resident, locked, and how many tries are left.

    In the caller's transaction, for each way of proving something by a number. Raises as ``claim_link``.
    """
    access.require(
        actor, action, Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    )
    # The rows are the turn: tries at the same moment, of one resident or at one municipality, are counted
    # one after the other. Without the key, rows elsewhere may go on pointing at the municipality.
    resident = Resident.objects.select_for_update(no_key=True).get(pk=actor.id)
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    left = _attempts_left(resident, organisation_id, at) - 1
    LinkAttempt.objects.create(resident=resident, organisation_id=organisation_id, at=at)
    return resident, left


def _attempts_left(resident: Resident, organisation_id: UUID, at: datetime) -> int:
    tried = LinkAttempt.objects.filter(resident=resident, at__gt=at - WINDOW).count()
    if tried >= ATTEMPTS:
        raise TooManyAttempts
    lately = LinkAttempt.objects.filter(organisation_id=organisation_id, at__gt=at - timedelta(hours=1))
    if lately.count() >= ATTEMPTS_AT_MUNICIPALITY:
        raise MunicipalityBusy
    return ATTEMPTS - tried


def claimant_of(resident: Resident) -> Claimant:
    """What the provider says about a resident, as the rules of linking see it."""
    return Claimant(resident.name, resident.birth_date, resident.gender)


def _decide(
    claimant: Claimant, organisation_id: UUID, number: str, at: datetime
) -> tuple[Decision, LinkCode | None]:
    """What the rules say, and the code if one was entered.

    Asks the same questions of the database whatever is wrong, so that the time taken tells nothing either.
    """
    people = Person.objects.filter(organisation_id=organisation_id, erased_at=None)
    links = RegisterLink.objects.filter(organisation_id=organisation_id, ended_at=None)
    if not number:
        return Decision(None, Why.NONE), None
    if is_coupon_number(number):
        rows = list(people.filter(coupon_number=number).select_for_update(no_key=True))
        theirs = Q(person__coupon_number=number) | Q(person__absorbed__coupon_number=number)
        linked = set(links.filter(theirs).values_list("person_id", flat=True))
        hidden = _protected(people.filter(coupon_number=number), at)
        found = [
            candidate(row, linked=(row.merged_into_id or row.pk) in linked, protected=row.pk in hidden)
            for row in rows
        ]
        return decide_by_coupon(claimant, number, found), None
    digest = code_digest(number, secret=settings.SECRET_KEY)
    # The person is locked before the code is read, as when a code is made.
    person = people.filter(link_codes__digest=digest).select_for_update(of=("self",), no_key=True).first()
    code = LinkCode.objects.filter(
        digest=digest, organisation_id=organisation_id, ended_at=None, expires_at__gt=at
    ).first()
    coded = Person.objects.filter(link_codes__digest=digest)
    is_linked = links.filter(Q(person__in=coded) | Q(person__in=coded.values("merged_into_id"))).exists()
    hidden = _protected(coded, at)
    named = candidate(person, linked=is_linked, protected=bool(hidden)) if person and code else None
    return decide_by_code(claimant, named), code


def _protected(people: QuerySet[Person], at: datetime) -> frozenset[UUID]:
    on = today_in_japan(FixedClock(at))
    return frozenset(protected(people, on).values_list("pk", flat=True))


def _alert(actor: Principal, resident: Resident, organisation_id: UUID, number: str, at: datetime) -> None:
    """Tells of a try that is about a protected person: by the number, or by whoever signed in."""
    about = Q(birth_date=resident.birth_date, name_key=search_key(resident.name))
    if number:
        digest = code_digest(number, secret=settings.SECRET_KEY)
        about |= Q(coupon_number=number) if is_coupon_number(number) else Q(link_codes__digest=digest)
    people = Person.objects.filter(about, organisation_id=organisation_id)
    raise_alerts(people, kind=AlertKind.LINK, actor=actor, at=at)


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
