"""Looking for a person in another municipality's register, as an agreement lets one (代替執行での検索)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from hashira.certificates.domain.delegation import Deed
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.delegation import (
    Candidate,
    delegation_view,
    may_be_shown_elsewhere,
    people_covered,
)
from hashira.certificates.services.delegation import tell_deed
from hashira.certificates.services.protection import raise_alerts
from hashira.certificates.store.models import Person
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan


@service(action="certificates:SearchDelegated")
def search_delegated(
    *, actor: Principal, delegation_id: UUID, name: str, birth_date: date, at: datetime
) -> tuple[Candidate, ...]:
    """Who has that name or reading and was born on that day, among those whom the agreement concerns.

    Both are asked for, whole: nobody leafs through the register of another body. A protected person is not
    there, as somebody who is not registered is not; the owner's supervisors are told by an alert. Every
    person who was found is told on both sides.
    """
    view = delegation_view(delegation_id)
    today = today_in_japan(FixedClock(at))
    access.require(actor, "certificates:SearchDelegated", view.register_on(today))
    people = people_covered(view, name, birth_date, today)
    found = tuple(row for row in people if may_be_shown_elsewhere(row.pk))
    asked = Person.objects.filter(pk__in=[row.pk for row in people])
    raise_alerts(asked, kind=AlertKind.LOOK_UP, actor=actor, at=at, refused=True)
    for person_id in [row.pk for row in found] or [None]:
        tell_deed(
            actor,
            "certificates:SearchDelegated",
            view,
            Deed.SEARCHED,
            person_id=person_id,
            at=at,
            facts={"found": len(found)},
        )
    return tuple(Candidate(row.pk, row.name, row.reference, row.moved_out_on) for row in found)
