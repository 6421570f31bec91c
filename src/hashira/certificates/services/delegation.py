"""Letting another municipality look up people who moved there (照会の委任).

What is done is told in the audit of both municipalities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from hashira.certificates.selectors.delegation import (
    DelegatedRecord,
    DelegationView,
    candidates,
    covers,
    delegated_record,
    delegation_view,
    may_be_shown_elsewhere,
)
from hashira.certificates.store.models import DelegatedPerson, Delegation
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

LONGEST = timedelta(days=366)
MOST_PEOPLE = 20


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
) -> UUID:
    """Asks another municipality to be let look up people who moved; raises ``DelegationNotPossible``."""
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
    if not today <= until <= today + LONGEST:
        raise DelegationNotPossible(
            reason=Bilingual("期限は今日から1年以内です", "It may last a year from today")
        )
    row = Delegation.objects.create(
        requester_id=requester_id,
        owner_id=owner_id,
        reason=reason,
        until=until,
        asked_at=at,
        asked_by=actor.id,
    )
    DelegatedPerson.objects.bulk_create(
        DelegatedPerson(delegation=row, name=name, birth_date=born) for name, born in people
    )
    _tell(actor, "certificates:AskDelegation", delegation_view(row.pk), {"people": len(people)}, reason)
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
    resource = Resource(
        "Certificates::DelegatedRecord",
        str(person_id),
        str(view.owner_id),
        {
            "requester": str(view.requester_id),
            "in_force": view.open_on(today_in_japan(FixedClock(at))),
            "covered": covers(delegation_id, person_id),
            "shown_elsewhere": may_be_shown_elsewhere(person_id),
        },
        about="person",
    )
    access.require(actor, "certificates:ViewDelegated", resource)
    found = delegated_record(person_id)
    _tell(actor, "certificates:ViewDelegated", view, {}, subjects=[Subject("person", str(person_id))])
    return found


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
