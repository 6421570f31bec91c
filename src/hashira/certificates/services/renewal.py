"""A certificate made anew after a dose came to the record, by one press (新しい接種のあとの作り直し)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.selectors.issuing import CertificateNotFound
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.renewal import doses_of_renewal
from hashira.certificates.services.issuing import replace_card, replace_seal
from hashira.certificates.services.own_record import require_own
from hashira.certificates.services.reissue import NothingToShow
from hashira.certificates.store.models import IssuedCertificate, Person
from hashira.core import audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service


@service(action="certificates:IssueOwnCertificate")
def renew(*, actor: Principal, certificate_id: UUID, at: datetime) -> UUID:
    """The same certificate with the doses that came since; returns its id.

    It shows as much of the holder as the old one, a seal for the same passport. The old one stays valid: what
    it says is still true. Its id comes from the old one and the doses, so that pressing twice makes one.
    Raises ``NothingToShow`` where no dose came, or an error of issuing.
    """
    old = IssuedCertificate.objects.filter(pk=certificate_id).first()
    if old is None:
        raise CertificateNotFound
    record = own_record(old.person_id)
    resource = record.resource_of_certificate(old.resident_id)
    require_own(actor, "certificates:IssueOwnCertificate", record, resource)
    Person.objects.select_for_update(no_key=True).filter(pk=old.person_id).first()
    record = own_record(old.person_id)
    doses = doses_of_renewal(old, record)
    if doses is None:
        raise NothingToShow
    wanted = uuid5(old.pk, " ".join(sorted(str(dose.event_id) for dose in doses)))
    if not IssuedCertificate.objects.filter(pk=wanted).exists():
        make = replace_card if old.kind == CertificateKind.CARD else replace_seal
        make(actor=actor, old=old, certificate_id=wanted, doses=doses, at=at)
    audit.record(
        actor=actor,
        action="certificates:IssueOwnCertificate",
        subjects=[Subject("person", str(old.person_id))],
        organisation=str(old.organisation_id),
        facts={"renewed": old.number},
    )
    return wanted
