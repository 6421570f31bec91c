"""Looking at one's own record: every look at a person leaves an audit event, also one's own (本人の閲覧)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.own_log import LogLine, own_log
from hashira.certificates.selectors.own_record import OwnRecord, own_record
from hashira.certificates.services.protection import one, raise_alerts
from hashira.certificates.services.representation import NotForRepresentative
from hashira.core import access, audit
from hashira.core.access import AccessDenied, Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service


@service(action="certificates:ViewOwnDoses")
def view_own_record(*, actor: Principal, person_id: UUID) -> OwnRecord:
    """The record of a person for a resident who is linked to it; raises ``AccessDenied`` for anybody else.

    A representative sees it without municipality and places; of a protected person supervisors are told.
    """
    record = own_record(person_id)
    access.require(actor, "certificates:ViewOwnDoses", record.resource)
    own = record.is_own(actor.id)
    if not own:
        raise_alerts(one(person_id), kind=AlertKind.VIEW, actor=actor, at=datetime.now(UTC))
    audit.record(
        actor=actor,
        action="certificates:ViewOwnDoses",
        subjects=[Subject("person", str(person_id))],
        organisation=str(record.organisation_id),
        facts={"doses": len(record.doses)} | ({} if own else {"representative": True}),
    )
    return record.as_seen_by(actor.id)


@service(action="certificates:ViewOwnDoses")
def view_own_log(*, actor: Principal, person_id: UUID) -> tuple[LogLine, ...]:
    """Who looked at the own record and what was done with it; raises ``AccessDenied``.

    For the person alone: to a representative it would tell the municipality and what staff were asked for.
    """
    record = own_record(person_id)
    access.require(actor, "certificates:ViewOwnDoses", record.resource_of_certificate(None))
    lines = own_log(record.person_id, actor.id)
    audit.record(
        actor=actor,
        action="certificates:ViewOwnDoses",
        subjects=[Subject("person", str(record.person_id))],
        organisation=str(record.organisation_id),
        facts={"log": len(lines)},
    )
    return lines


@service(action="certificates:IssueOwnCertificate")
def ask_to_issue(*, actor: Principal, person_id: UUID) -> None:
    """Whether a representative may make a certificate, before the form is shown; that it was asked is told.

    Raises ``NotForRepresentative``, or ``AccessDenied`` for anybody else.
    """
    record = own_record(person_id)
    require_own(actor, "certificates:IssueOwnCertificate", record, record.resource)
    audit.record(
        actor=actor,
        action="certificates:IssueOwnCertificate",
        subjects=[Subject("person", str(person_id))],
        organisation=str(record.organisation_id),
        facts={"asked": True},
    )


def require_own(actor: Principal, action: str, record: OwnRecord, resource: Resource) -> None:
    """``access.require``; a representative from whom something is withheld is told so, and never why."""
    try:
        access.require(actor, action, resource)
    except AccessDenied as refused:
        if actor.id not in record.withheld_from:
            raise
        withheld = NotForRepresentative(action=action)
        withheld.resource = refused.resource
        raise withheld from refused
