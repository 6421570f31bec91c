"""Which certificates could be made anew with a dose that came since (作り直しの案内)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.selectors.own_record import OwnDose, OwnRecord
from hashira.certificates.selectors.record_group import collapsed_into, members_of
from hashira.certificates.store.models import IssuedCertificate, State

RENEWABLE = (CertificateKind.CARD, CertificateKind.SEAL)
"""Kinds that show several doses; one of a single dose is made for the new dose by itself."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """An offer: the certificate, how many doses it would get, and that it is one for a passport."""

    certificate_id: UUID
    number: str
    added: int
    is_card: bool


def doses_of_renewal(old: IssuedCertificate, record: OwnRecord) -> Sequence[OwnDose] | None:
    """What a new certificate in the place of a valid one shows; ``None`` where no dose came since.

    What it showed, and what came to the record after it was made. What the holder had left out stays out.
    """
    if hasattr(old, "status") and old.status.state != State.VALID:
        return None
    same = collapsed_into(members_of(record.person_id))
    events = old.doses.values_list("event_id", flat=True)
    shown = {same.get(event, event) for event in events}
    if old.kind not in RENEWABLE:
        return None
    fitting = [dose for dose in record.doses if dose.refusals[CertificateKind(old.kind)] is None]
    chosen = [dose for dose in fitting if dose.event_id in shown or dose.recorded_at > old.issued_at]
    return chosen if any(dose.event_id not in shown for dose in chosen) else None


def renewals_of(record: OwnRecord, *, made_by: str | None = None) -> tuple[Renewal, ...]:
    """The latest certificate of each kind where a dose came since; with ``made_by`` of that account."""
    rows = IssuedCertificate.objects.filter(person_id__in=members_of(record.person_id)).select_related(
        "status"
    )
    if made_by is not None:
        rows = rows.filter(resident_id=made_by)
    latest: dict[str, IssuedCertificate] = {}
    for row in rows.select_related("status").order_by("-issued_at", "-number"):
        latest.setdefault(row.kind, row)
    offers = []
    for row in latest.values():
        doses = doses_of_renewal(row, record)
        if doses is not None:
            added = sum(dose.recorded_at > row.issued_at for dose in doses)
            offers.append(Renewal(row.pk, row.number, added, row.kind == CertificateKind.CARD))
    return tuple(offers)
