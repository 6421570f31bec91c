"""What was done under a delegation, as both sides read it (委任による行為の一覧)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hashira.certificates.domain.protection import MASKED
from hashira.certificates.selectors.delegation import DelegationView
from hashira.certificates.store.models import CertificateStatus, DelegatedAct, IssuedCertificate, Person
from hashira.certificates.store.protection_alerts import protected
from hashira.core.accounts.selectors import display_names
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.language import Bilingual

MOST_ACTS = 5000
"""The latest; the audit has them all."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what, on whose record, with which certificate, and what that is worth now."""

    at: datetime
    deed: str
    person_id: UUID | None
    person: Bilingual | str
    reference: str
    number: str
    state: str
    by: str


def acts_of(view: DelegationView, *, for_owner: bool) -> tuple[Act, ...]:
    """The latest acts first; the caller asks for access.

    The person's number in the register is the owner's and shown to the owner alone. Who is protected since
    is masked for both.
    """
    rows = list(
        DelegatedAct.objects.filter(delegation_id=view.id)
        .select_related("person")
        .order_by("-pk")[:MOST_ACTS]
    )
    people = Person.objects.filter(pk__in={row.person_id for row in rows if row.person_id})
    hidden = set(protected(people, today_in_japan(SystemClock())).values_list("pk", flat=True))
    issued = {row.certificate for row in rows if row.certificate}
    numbers = dict(IssuedCertificate.objects.filter(pk__in=issued).values_list("pk", "number"))
    states = dict(CertificateStatus.objects.filter(pk__in=issued).values_list("pk", "state"))
    names = display_names({row.by for row in rows})
    return tuple(
        Act(
            at=row.at,
            deed=row.deed,
            person_id=row.person_id if row.person_id not in hidden else None,
            person="" if row.person is None else MASKED if row.person_id in hidden else row.person.name,
            reference=row.person.reference if row.person is not None and for_owner else "",
            number=numbers.get(row.certificate, ""),
            state=states.get(row.certificate, ""),
            by=names.get(row.by, ""),
        )
        for row in rows
    )
