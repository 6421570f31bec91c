"""Looking at one's own record: every look at a person leaves an audit event, also one's own (本人の閲覧)."""

from __future__ import annotations

from uuid import UUID

from hashira.certificates.selectors.own_record import OwnRecord, own_record
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service


@service(action="certificates:ViewOwnDoses")
def view_own_record(*, actor: Principal, person_id: UUID) -> OwnRecord:
    """The record of a person for a resident who is linked to it; raises ``AccessDenied`` for anybody else."""
    record = own_record(person_id)
    access.require(actor, "certificates:ViewOwnDoses", record.resource)
    audit.record(
        actor=actor,
        action="certificates:ViewOwnDoses",
        subjects=[Subject("person", str(person_id))],
        organisation=str(record.organisation_id),
        facts={"doses": len(record.doses)},
    )
    return record
