"""Letting another municipality look up people, and issue for them (照会と発行の委任).

What is done is told in the audit of both municipalities.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.delegation import ISSUABLE, Covered, Deed, Ground, period_fits
from hashira.certificates.selectors.delegation import (
    DelegatedRecord,
    DelegationView,
    candidates,
    delegated_record,
    delegation_view,
    may_be_shown_elsewhere,
)
from hashira.certificates.store.models import DelegatedAct, DelegatedPerson, Delegation
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST_PEOPLE = 20
UNDER = "delegation"
"""The fact of an audit event by which it is known to be done under a delegation, and under which."""


class DelegationNotPossible(HashiraError):
    """Details: ``reason``."""

    code = "CERT-377"
    what = Bilingual("照会の委任を申し出られません", "The request cannot be made")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("入力を直してください", "Correct what you entered")
    status = 422


class DelegationDecided(HashiraError):
    """It was answered, withdrawn or ended already."""

    code = "CERT-378"
    what = Bilingual("この委任はもう処理されています", "This delegation has been dealt with already")
    why = Bilingual("回答、取下げ、取消しのどれかが済んでいます", "It was answered, withdrawn or ended")
    remedy = Bilingual("一覧で、いまの状態を確かめてください", "See its state in the list")
    status = 409


class NotShownElsewhere(HashiraError):
    """The record is kept from other municipalities, whoever asks and whatever was granted."""

    code = "CERT-379"
    what = Bilingual("この人の記録は表示できません", "The record of this person cannot be shown")
    why = Bilingual(
        "記録のある市区町村の外では表示しないことになっています",
        "It is not shown outside of the municipality that keeps it",
    )
    remedy = Bilingual("記録のある市区町村に直接問い合わせてください", "Ask that municipality directly")
    status = 403


@service(action="certificates:AskDelegation")
def ask_delegation(
    *,
    actor: Principal,
    requester_id: UUID,
    owner_id: UUID,
    people: Sequence[tuple[str, date]],
    reason: str,
    until: date,
    at: datetime,
    kinds: Collection[CertificateKind] = (),
) -> UUID:
    """Asks another municipality to be let look up people who moved, and to issue ``kinds`` for them.

    Raises ``DelegationNotPossible``.
    """
    register = Resource("Certificates::Register", str(requester_id), str(requester_id))
    access.require(actor, "certificates:AskDelegation", register)
    today = today_in_japan(FixedClock(at))
    if requester_id == owner_id or not 0 < len(people) <= MOST_PEOPLE:
        raise DelegationNotPossible(
            reason=Bilingual(
                f"別の市区町村に、1人から{MOST_PEOPLE}人までを申し出られます",
                f"Ask another municipality about 1 to {MOST_PEOPLE} people",
            )
        )
    if not period_fits(Ground.MOVE, today=today, starts_on=None, until=until):
        raise DelegationNotPossible(
            reason=Bilingual("期限は今日から1年以内です", "It may last a year from today")
        )
    row = Delegation.objects.create(
        requester_id=requester_id,
        owner_id=owner_id,
        kinds=[kind.value for kind in ISSUABLE if kind in kinds],
        reason=reason,
        until=until,
        asked_at=at,
        asked_by=actor.id,
    )
    DelegatedPerson.objects.bulk_create(
        DelegatedPerson(delegation=row, name=name, birth_date=born) for name, born in people
    )
    facts = {"people": len(people), "kinds": ",".join(row.kinds)}
    _tell(actor, "certificates:AskDelegation", delegation_view(row.pk), facts, reason)
    return row.pk


@service(action="certificates:AskDelegation")
def ask_agreement(
    *,
    actor: Principal,
    requester_id: UUID,
    owner_id: UUID,
    agreement: str,
    covers: Covered,
    kinds: Collection[CertificateKind],
    reason: str,
    starts_on: date,
    until: date,
    at: datetime,
) -> UUID:
    """Asks that an agreement by which one body issues for the other be entered; its owner answers.

    Raises ``DelegationNotPossible``.
    """
    register = Resource("Certificates::Register", str(requester_id), str(requester_id))
    access.require(actor, "certificates:AskDelegation", register)
    chosen = [kind.value for kind in ISSUABLE if kind in kinds]
    if requester_id == owner_id or covers is Covered.NAMED or not chosen or not agreement.strip():
        raise DelegationNotPossible(
            reason=Bilingual(
                "別の市区町村との協定の名前、対象の人、証明書の種類が要ります",
                "It takes the name of an agreement with another municipality, whom it concerns and the kinds",
            )
        )
    today = today_in_japan(FixedClock(at))
    if not period_fits(Ground.AGREEMENT, today=today, starts_on=starts_on, until=until):
        raise DelegationNotPossible(
            reason=Bilingual(
                "期間は、今日より後に終わり、5年以内です", "It ends after today, within five years"
            )
        )
    row = Delegation.objects.create(
        requester_id=requester_id,
        owner_id=owner_id,
        ground=Ground.AGREEMENT,
        agreement=agreement,
        covers=covers,
        kinds=chosen,
        reason=reason,
        starts_on=starts_on,
        until=until,
        asked_at=at,
        asked_by=actor.id,
    )
    facts = {"covers": covers.value, "kinds": ",".join(chosen)}
    _tell(actor, "certificates:AskDelegation", delegation_view(row.pk), facts, f"{agreement}\n{reason}")
    return row.pk


@service(action="certificates:ViewDelegation")
def open_delegation(*, actor: Principal, delegation_id: UUID) -> DelegationView:
    """A delegation for one of the two sides; that it was opened is told."""
    view = delegation_view(delegation_id)
    access.require(actor, "certificates:ViewDelegation", view.resource)
    _tell(actor, "certificates:ViewDelegation", view, {})
    return view


@service(action="certificates:DecideDelegation")
def answer_delegation(
    *,
    actor: Principal,
    delegation_id: UUID,
    granted: Mapping[int, UUID],
    answer: str,
    at: datetime,
) -> None:
    """The owner's answer: which of the named people's records it opens; none of them: it is refused.

    Only people of the own register who were born on the day that was named, and whose record may be shown
    elsewhere, can be opened. Raises ``DelegationDecided`` or ``NotShownElsewhere``.
    """
    view = delegation_view(delegation_id)
    access.require(actor, "certificates:DecideDelegation", view.resource)
    state = Delegation.State.GRANTED if granted else Delegation.State.REFUSED
    _move(view, {Delegation.State.ASKED}, state, decided_at=at, decided_by=actor.id, answer=answer)
    offered = candidates(view)
    for named, person in granted.items():
        if person not in {one.id for one in offered.get(named, ())}:
            raise DelegationDecided
        if not may_be_shown_elsewhere(person):
            raise NotShownElsewhere
        DelegatedPerson.objects.filter(pk=named, delegation_id=view.id).update(person_id=person)
    subjects = [Subject("person", str(person)) for person in granted.values()]
    _tell(actor, "certificates:DecideDelegation", view, {"granted": len(granted)}, answer, subjects)


@service(action="certificates:DecideDelegation")
def answer_agreement(
    *, actor: Principal, delegation_id: UUID, granted: bool, answer: str, at: datetime
) -> None:
    """The owner's answer to an agreement; raises ``DelegationDecided``."""
    view = delegation_view(delegation_id)
    access.require(actor, "certificates:DecideDelegation", view.resource)
    if view.ground is not Ground.AGREEMENT:
        raise DelegationDecided
    state = Delegation.State.GRANTED if granted else Delegation.State.REFUSED
    _move(view, {Delegation.State.ASKED}, state, decided_at=at, decided_by=actor.id, answer=answer)
    _tell(actor, "certificates:DecideDelegation", view, {"granted": granted}, answer)


@service(action="certificates:EndDelegation")
def end_delegation(*, actor: Principal, delegation_id: UUID, at: datetime) -> None:
    """Either side takes it back, at once; raises ``DelegationDecided``."""
    view = delegation_view(delegation_id)
    access.require(actor, "certificates:EndDelegation", view.resource)
    before = {Delegation.State.ASKED, Delegation.State.GRANTED}
    _move(view, before, Delegation.State.WITHDRAWN, ended_at=at, ended_by=actor.id)
    _tell(actor, "certificates:EndDelegation", view, {"state": view.state})


@service(action="certificates:ViewDelegated")
def view_delegated(
    *, actor: Principal, delegation_id: UUID, person_id: UUID, at: datetime
) -> DelegatedRecord:
    """The record that a delegation opens, as long as it does; every look is told on both sides.

    Raises ``AccessDenied``, also after its last day, or ``PersonNotFound``.
    """
    view = delegation_view(delegation_id)
    resource = view.record_on(person_id, today_in_japan(FixedClock(at)))
    access.require(actor, "certificates:ViewDelegated", resource)
    found = delegated_record(person_id)
    tell_deed(actor, "certificates:ViewDelegated", view, Deed.LOOKED, person_id=found.person_id, at=at)
    return found


def tell_deed(
    actor: Principal,
    action: str,
    view: DelegationView,
    deed: Deed,
    *,
    at: datetime,
    person_id: UUID | None = None,
    certificates: Sequence[UUID] = (),
    facts: Mapping[str, str | int | bool | None] | None = None,
) -> None:
    """What was done under a delegation, for the owner, the requester, the person and both audits.

    In the transaction of what it tells about, as its last act.
    """
    DelegatedAct.objects.bulk_create(
        DelegatedAct(
            delegation_id=view.id,
            person_id=person_id,
            certificate=certificate,
            deed=deed.value,
            at=at,
            by=actor.id,
        )
        for certificate in certificates or (None,)
    )
    subjects = [Subject("person", str(person_id))] if person_id else []
    _tell(actor, action, view, {UNDER: str(view.id), "deed": deed.value, **(facts or {})}, subjects=subjects)


def _move(
    view: DelegationView, before: set[Delegation.State], after: Delegation.State, **values: object
) -> None:
    """Changes the state; whoever comes second finds it changed."""
    rows = Delegation.objects.filter(pk=view.id, state__in=[state.value for state in before])
    if not rows.update(state=after, **values):
        raise DelegationDecided


def _tell(
    actor: Principal,
    action: str,
    view: DelegationView,
    facts: dict[str, str | int | bool | None],
    reason: str = "",
    subjects: Sequence[Subject] = (),
) -> None:
    for organisation in (view.owner_id, view.requester_id):
        audit.record(
            actor=actor,
            action=action,
            subjects=[*subjects, Subject("delegation", str(view.id))],
            organisation=str(organisation),
            facts=facts,
            evidence=reason.encode() if reason else None,
        )
