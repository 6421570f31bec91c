"""Protecting a person, opening a protected one with a reason, and the alerts about them (支援措置)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from hashira.certificates.domain.protection import AlertKind, Ground, ProtectionPeriod
from hashira.certificates.selectors.people import PersonNotFound
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.store.models import (
    LinkCode,
    Person,
    PickupCode,
    ProtectedOpening,
    Protection,
    ProtectionAlert,
    RepresentationCode,
)
from hashira.certificates.store.protection_alerts import insert_alerts
from hashira.core import access, audit
from hashira.core.access import AccessDenied, Principal, PrincipalKind, Resource
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

OPEN_FOR = timedelta(minutes=30)
_ABOUT_PEOPLE = {"Certificates::Person", "Certificates::Record", "Certificates::DelegatedRecord"}
_ACTS = {
    "certificates:ViewOwnDoses": AlertKind.VIEW,
    "certificates:IssueOwnCertificate": AlertKind.ISSUE,
    "certificates:ViewOwnCertificate": AlertKind.ISSUE,
}


class PersonMasked(AccessDenied):
    """A protected person whom this member of staff has not opened. Raised with ``action``."""

    code = "CERT-261"
    what = Bilingual("この人の記録は表示できません", "This record is not shown")
    why = Bilingual("支援措置の対象者です", "The person is protected")
    remedy = Bilingual(
        "その市区町村の責任者が、記録のページで理由を入れて開きます。開いたことは通知と監査に残ります",
        "A supervisor of the municipality opens it with a reason; which the others are told",
    )


class ProtectionOver(HashiraError):
    """There is no protection in force or to come that could be lifted."""

    code = "CERT-262"
    what = Bilingual("解除できません", "Nothing can be lifted")
    why = Bilingual(
        "いま有効な支援措置がありません。ほかの責任者が解除したか、期間が終わりました",
        "No protection is in force: it was lifted by a colleague, or it has ended",
    )
    remedy = Bilingual("支援措置のページを開き直してください", "Open the page again")
    status = 409


@service(action="certificates:ProtectPerson")
def protect_person(
    *,
    actor: Principal,
    person_id: UUID,
    ground: Ground,
    period: ProtectionPeriod,
    reason: str,
    at: datetime,
) -> UUID:
    """Marks a person as protected for a period; marking again extends.

    Codes that were given out before and not used yet may be in the wrong hands: they end with it.
    """
    person = _locked(person_id)
    access.require(actor, "certificates:ProtectPerson", person_resource(person.pk, person.organisation_id))
    row = Protection.objects.create(
        person=person,
        organisation_id=person.organisation_id,
        ground=ground.value,
        reason=reason,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        decided_at=at,
        decided_by=actor.id,
    )
    LinkCode.objects.filter(person=person, ended_at=None).update(ended_at=at)
    RepresentationCode.objects.filter(person=person, ended_at=None).update(ended_at=at)
    PickupCode.objects.filter(person=person, used_at=None, withdrawn_at=None).update(withdrawn_at=at)
    facts = {"ground": ground.value, "days": (period.ends_on - period.starts_on).days + 1}
    _tell(actor, "certificates:ProtectPerson", person, facts, reason)
    return row.pk


@service(action="certificates:ProtectPerson")
def lift_protection(*, actor: Principal, person_id: UUID, reason: str, at: datetime) -> None:
    """Ends whatever protection is in force or to come, before its time; raises ``ProtectionOver``."""
    person = _locked(person_id)
    access.require(actor, "certificates:ProtectPerson", person_resource(person.pk, person.organisation_id))
    today = today_in_japan(FixedClock(at))
    lifted = Protection.objects.filter(person=person, lifted_at=None, ends_on__gte=today).update(
        lifted_at=at, lifted_by=actor.id, lift_reason=reason
    )
    if not lifted:
        raise ProtectionOver
    _tell(actor, "certificates:ProtectPerson", person, {"lifted": lifted}, reason)


@service(action="certificates:OpenProtected")
def open_protected(*, actor: Principal, person_id: UUID, reason: str, at: datetime) -> datetime:
    """Opens a protected person to this supervisor for half an hour; returns until when.

    The other supervisors are told by an alert.
    """
    person = _locked(person_id)
    access.require(actor, "certificates:OpenProtected", person_resource(person.pk, person.organisation_id))
    until = at + OPEN_FOR
    ProtectedOpening.objects.create(person=person, account=actor.id, reason=reason, opened_at=at, until=until)
    raise_alerts(one(person_id), kind=AlertKind.OPENED, actor=actor, at=at)
    _tell(actor, "certificates:OpenProtected", person, {"minutes": OPEN_FOR.seconds // 60}, reason)
    return until


@service(action="certificates:AcknowledgeAlert")
def acknowledge_alerts(
    *, actor: Principal, organisation_id: UUID, alerts: Iterable[int], at: datetime
) -> int:
    """Says of alerts that they were looked at; how many had been open."""
    register = Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    access.require(actor, "certificates:AcknowledgeAlert", register)
    seen = ProtectionAlert.objects.filter(
        pk__in=list(alerts), organisation_id=organisation_id, acknowledged_at=None
    ).update(acknowledged_at=at, acknowledged_by=actor.id)
    audit.record(
        actor=actor,
        action="certificates:AcknowledgeAlert",
        organisation=str(organisation_id),
        facts={"alerts": seen},
    )
    return seen


def raise_alerts(
    people: QuerySet[Person], *, kind: AlertKind, actor: Principal, at: datetime, refused: bool = False
) -> None:
    """Tells the supervisors about those of the people who are protected; in the caller's transaction.

    Before the audit event, since whoever has the turn of the audit waits for nothing any more. The statement
    is the same whether or not anybody is protected.
    """
    insert_alerts(
        people,
        kind=kind.value,
        refused=refused,
        actor_kind=actor.kind.value,
        actor=actor.id,
        on=today_in_japan(FixedClock(at)),
        at=at,
    )


def one(person_id: UUID) -> QuerySet[Person]:
    """A single person, for ``raise_alerts``."""
    return Person.objects.filter(pk=person_id)


def alert_of_refusal(actor: Principal, action: str, refused: AccessDenied) -> None:
    """For ``core.services``: whom access kept from a protected person is an alert, beside the audit event."""
    asked = refused.resource
    if asked is None or asked.type not in _ABOUT_PEOPLE:
        return
    kind = _ACTS.get(action, AlertKind.LOOK_UP)
    people = Person.objects.filter(Q(pk=UUID(asked.id))) if asked.id else Person.objects.none()
    raise_alerts(people, kind=kind, actor=actor, at=datetime.now(UTC), refused=True)


def require_person(actor: Principal, action: str, resource: Resource) -> None:
    """``access.require``; a protected person is told as such to those who could see anybody else there."""
    try:
        access.require(actor, action, resource)
    except AccessDenied as refused:
        open_to_all = replace(resource, attributes={**resource.attributes, "protected": False})
        if actor.kind is not PrincipalKind.STAFF or not access.may(actor, action, open_to_all):
            raise
        masked = PersonMasked(action=action)
        masked.resource = refused.resource
        raise masked from refused


def _locked(person_id: UUID) -> Person:
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise PersonNotFound
    return person


def _tell(
    actor: Principal, action: str, person: Person, facts: dict[str, str | int | bool | None], reason: str
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("person", str(person.pk))],
        organisation=str(person.organisation_id),
        facts=facts,
        evidence=reason.encode(),
    )
