"""Representing a child: proved by the child's card or by papers, held, ended (法定代理人の登録)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from hashira.certificates.domain.age import is_minor
from hashira.certificates.domain.linking import (
    Candidate,
    code_digest,
    decide_by_code,
    decide_by_coupon,
    is_coupon_number,
    new_code,
)
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.domain.representation import (
    Paper,
    Representative,
    end_of_representation,
    may_represent,
)
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.services.linking import AT_THE_COUNTER, BY_POST, Claim, claimant_of, take_a_try
from hashira.certificates.services.protection import raise_alerts
from hashira.certificates.store.models import LinkCode, Person, Representation, RepresentationCode
from hashira.certificates.store.protection_alerts import protected
from hashira.core import access, audit
from hashira.core.access import AccessDenied, Principal, Resource
from hashira.core.accounts.models import Resident
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key

CLAIM = "certificates:ClaimRepresentation"
_BIRTH_CORRECTED, _RENEWED = "birth_changed", "renewed"
"""What is kept as the reason where no member of staff ended a representation."""


class NotForRepresentative(AccessDenied):
    """A representative to whom nothing is issued online at the moment; never why. Raised with ``action``."""

    code = "CERT-263"
    what = Bilingual(
        "お子さまの証明書は、いまこのサービスでは扱えません",
        "Certificates of your child cannot be had here at the moment",
    )
    why = Bilingual(
        "代理の届出の確認など、市区町村の窓口での手続が必要です",
        "The municipality has to look at something first, such as the papers of the representation",
    )
    remedy = Bilingual(
        "接種を受けたときの市区町村の窓口で申請してください", "Apply at the counter of the municipality"
    )
    status = 403


class RepresentativeUnfit(HashiraError):
    """Somebody who cannot represent a child: not of age, or the card was the own one."""

    code = "CERT-265"
    what = Bilingual("代理人として登録できません", "You cannot be entered as a representative")
    why = Bilingual(
        "代理人は成年で、本人とは別の人です。サインインに使ったカードを確かめてください",
        "A representative is of age, and another person than the child: look which card you signed in with",
    )
    remedy = Bilingual(
        "代理人のカードでサインインしてから、お子さまのカードで確かめてください",
        "Sign in with your own card first, then prove it with the child's",
    )
    status = 422


class RepresentationOver(HashiraError):
    """The representation has ended already."""

    code = "CERT-266"
    what = Bilingual("この代理はもう終わっています", "This representation is over")
    why = Bilingual("期間が終わったか、だれかが先に終了しました", "Its time is over, or somebody ended it")
    remedy = Bilingual("一覧を開き直してください", "Open the list again")
    status = 409


@service(action="certificates:ProveRepresentation")
def issue_representation_code(
    *,
    actor: Principal,
    person_id: UUID,
    representative: Representative,
    paper: Paper,
    ends_on: date | None,
    by_post: bool,
    at: datetime,
) -> tuple[str, datetime]:
    """A code for the representative whom the papers name, and until when it works. It is shown once.

    Of the papers only the kind is kept. Raises ``RepresentationNotPossible``.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id, erased_at=None)
    access.require(
        actor, "certificates:ProveRepresentation", person_resource(person.pk, person.organisation_id)
    )
    last = end_of_representation(person.birth_date, ends_on, on=today_in_japan(FixedClock(at)))
    code, expires = new_code(), at + (BY_POST if by_post else AT_THE_COUNTER)
    RepresentationCode.objects.create(
        person=person,
        organisation_id=person.organisation_id,
        digest=_digest(code),
        representative_name=representative.name,
        representative_birth_date=representative.birth_date,
        paper=paper.value,
        ends_on=last,
        issued_at=at,
        issued_by=actor.id,
        expires_at=expires,
    )
    facts = {"paper": paper.value, "by_post": by_post}
    _tell(actor, "certificates:ProveRepresentation", person.pk, person.organisation_id, facts)
    return code, expires


@service(action=CLAIM)
def claim_by_papers(*, actor: Principal, organisation_id: UUID, number: str, at: datetime) -> Claim:
    """Enters the resident as the representative for whom staff made the code.

    Every try counts together with those of linking; a claim without a person never says why.
    """
    resident, left = take_a_try(actor=actor, organisation_id=organisation_id, action=CLAIM, at=at)
    codes = RepresentationCode.objects.filter(digest=_digest(number), organisation_id=organisation_id)
    people = Person.objects.filter(pk__in=codes.values("person"), erased_at=None)
    person = people.select_for_update(no_key=True).first()
    code = codes.filter(ended_at=None, expires_at__gt=at).first()
    raise_alerts(people, kind=AlertKind.REPRESENTATION, actor=actor, at=at)
    made = None
    if person is not None and code is not None and _is_named(resident, code, at):
        latest = end_of_representation(person.birth_date, None, on=_today(at))
        _enter(
            resident,
            person,
            ends_on=min(code.ends_on, latest),
            at=at,
            means=Representation.Means.PAPERS,
            paper=code.paper,
            proved_by=code.issued_by,
        )
        code.ended_at = at
        code.save(update_fields=["ended_at"])
        made = person.pk
    _tell(actor, CLAIM, made, organisation_id, {"entered": made is not None, "means": "papers"})
    return Claim(made, left)


@service(action=CLAIM)
def claim_by_card(
    *, actor: Principal, organisation_id: UUID, number: str, child_id: UUID, at: datetime
) -> Claim:
    """Enters the resident as a representative of the child who signed in beside them.

    The number (接種券番号, or a code for linking) and the attributes of the child's card must name one person
    of the register, as for a link. ``child_id`` is the resident that the child's card signed in. Raises
    ``RepresentativeUnfit``.
    """
    resident, left = take_a_try(actor=actor, organisation_id=organisation_id, action=CLAIM, at=at)
    child = Resident.objects.get(pk=child_id)
    if child.pk == resident.pk or not may_represent(claimant_of(resident), on=_today(at)):
        raise RepresentativeUnfit
    person = _child_named(child, organisation_id, number, actor, at)
    made = None
    if person is not None and is_minor(person.birth_date, on=_today(at)) and not _sent_away(resident, person):
        last = end_of_representation(person.birth_date, None, on=_today(at))
        _enter(resident, person, ends_on=last, at=at, means=Representation.Means.CARD)
        LinkCode.objects.filter(person=person, digest=_link_digest(number), ended_at=None).update(ended_at=at)
        made = person.pk
    _tell(actor, CLAIM, made, organisation_id, {"entered": made is not None, "means": "card"})
    return Claim(made, left)


@service(action="certificates:WithdrawRepresentation")
def withdraw_representation(*, actor: Principal, representation_id: UUID, at: datetime) -> None:
    """The representative's own wish; raises ``RepresentationOver``."""
    row = Representation.objects.select_related("person").get(pk=representation_id)
    resource = Resource(
        "Certificates::Representation",
        str(row.pk),
        str(row.organisation_id),
        {"resident": str(row.resident_id)},
    )
    access.require(actor, "certificates:WithdrawRepresentation", resource)
    _end(row.pk, actor, at, reason="")
    _tell(actor, "certificates:WithdrawRepresentation", row.person_id, row.organisation_id, {})


@service(action="certificates:EndRepresentation")
def end_representation(*, actor: Principal, representation_id: UUID, reason: str, at: datetime) -> None:
    """Staff end a representation, with a reason that the representative is not told."""
    row = _of_register(actor, representation_id)
    _end(row.pk, actor, at, reason=reason)
    _tell(
        actor, "certificates:EndRepresentation", row.person_id, row.organisation_id, {"ended": True}, reason
    )


@service(action="certificates:EndRepresentation")
def hold_representation(
    *, actor: Principal, representation_id: UUID, held: bool, reason: str, at: datetime
) -> None:
    """Stops online issuing to a representative, such as while parents dispute, or lets it go on.

    Raises ``RepresentationOver``.
    """
    row = _of_register(actor, representation_id)
    changed = Representation.objects.filter(pk=row.pk, ended_at=None).update(
        held_at=at if held else None, hold_reason=reason if held else ""
    )
    if not changed:
        raise RepresentationOver
    _tell(actor, "certificates:EndRepresentation", row.person_id, row.organisation_id, {"held": held}, reason)


@service(action="certificates:ProveRepresentation")
def take_back_code(*, actor: Principal, person_id: UUID, code_id: UUID, at: datetime) -> None:
    """Staff take back a code that was given out and not used."""
    person = Person.objects.get(pk=person_id, erased_at=None)
    access.require(
        actor, "certificates:ProveRepresentation", person_resource(person.pk, person.organisation_id)
    )
    ended = RepresentationCode.objects.filter(pk=code_id, person=person, ended_at=None).update(ended_at=at)
    if not ended:
        raise RepresentationOver
    _tell(actor, "certificates:ProveRepresentation", person.pk, person.organisation_id, {"withdrawn": True})


def end_unless_true(*, actor: Principal, person: Person, before: date, at: datetime) -> None:
    """Ends what a child's card proved when the register's date of birth is corrected away from it.

    For whatever changes a person, in its transaction. What staff saw papers for is for staff to judge; that
    nobody represents an adult is looked at with every question.
    """
    if person.birth_date == before:
        return
    Representation.objects.filter(person=person, ended_at=None, means=Representation.Means.CARD).update(
        ended_at=at, ended_by=actor.id, end_reason=_BIRTH_CORRECTED
    )


def _is_named(resident: Resident, code: RepresentationCode, at: datetime) -> bool:
    named = Representative(code.representative_name, code.representative_birth_date)
    claimant = claimant_of(resident)
    return named.is_claimed_by(claimant) and may_represent(claimant, on=_today(at))


def _child_named(
    child: Resident, organisation_id: UUID, number: str, actor: Principal, at: datetime
) -> Person | None:
    """Whom the card and the number name together. The same questions to the database whatever is wrong."""
    people = Person.objects.filter(organisation_id=organisation_id, erased_at=None)
    by_code = Q(
        link_codes__digest=_link_digest(number), link_codes__ended_at=None, link_codes__expires_at__gt=at
    )
    by_number = Q(coupon_number=number) if is_coupon_number(number) else by_code
    by_card = Q(birth_date=child.birth_date, name_key=search_key(child.name))
    raise_alerts(people.filter(by_number | by_card), kind=AlertKind.REPRESENTATION, actor=actor, at=at)
    named = people.filter(pk__in=people.filter(by_number).values("pk"))
    rows = list(named.select_for_update(no_key=True))
    hidden = set(protected(people.filter(by_number), _today(at)).values_list("pk", flat=True))
    candidates = [_candidate(row, row.pk in hidden) for row in rows]
    if is_coupon_number(number):
        decision = decide_by_coupon(claimant_of(child), number, candidates)
    else:
        decision = decide_by_code(claimant_of(child), candidates[0] if candidates else None)
    return next((row for row in rows if row.pk == decision.person), None)


def _sent_away(resident: Resident, person: Person) -> bool:
    """Whether staff ended an earlier representation of these two: then the card alone proves nothing more."""
    before = Representation.objects.filter(resident=resident, person=person, ended_at__isnull=False)
    return before.exclude(end_reason__in=("", _RENEWED, _BIRTH_CORRECTED)).exists()


def _of_register(actor: Principal, representation_id: UUID) -> Representation:
    row = Representation.objects.select_related("person").get(pk=representation_id)
    access.require(
        actor, "certificates:EndRepresentation", person_resource(row.person_id, row.organisation_id)
    )
    return row


def _candidate(person: Person, protected: bool) -> Candidate:
    """A child as the rules of linking see it; that the child is linked itself does not matter here."""
    return Candidate(
        id=person.pk,
        name=person.name,
        birth_date=person.birth_date,
        sex=person.sex,
        coupon_number=person.coupon_number,
        deceased=person.died_on is not None,
        protected=protected,
    )


def _enter(
    resident: Resident,
    person: Person,
    *,
    ends_on: date,
    at: datetime,
    means: Representation.Means,
    paper: str = "",
    proved_by: str = "",
) -> None:
    """A new proof takes the place of an earlier one of the same two; what staff held stays held."""
    before = Representation.objects.filter(resident=resident, person=person, ended_at=None)
    held = before.exclude(held_at=None).first()
    before.update(ended_at=at, end_reason=_RENEWED)
    Representation.objects.create(
        resident=resident,
        person=person,
        organisation_id=person.organisation_id,
        means=means,
        paper=paper,
        proved_at=at,
        proved_by=proved_by,
        ends_on=ends_on,
        held_at=held.held_at if held else None,
        hold_reason=held.hold_reason if held else "",
    )


def _end(representation_id: UUID, actor: Principal, at: datetime, *, reason: str) -> None:
    rows = Representation.objects.filter(pk=representation_id, ended_at=None)
    if not rows.update(ended_at=at, ended_by=actor.id, end_reason=reason):
        raise RepresentationOver


def _today(at: datetime) -> date:
    return today_in_japan(FixedClock(at))


def _link_digest(number: str) -> str:
    return code_digest(number, secret=settings.SECRET_KEY)


def _digest(code: str) -> str:
    return code_digest(code, secret=settings.SECRET_KEY, use="representation")


def _tell(
    actor: Principal,
    action: str,
    person_id: UUID | None,
    organisation_id: UUID,
    facts: dict[str, str | int | bool | None],
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
