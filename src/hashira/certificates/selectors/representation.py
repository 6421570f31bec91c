"""Who represents whom now, for the residents themselves and for staff (代理の閲覧)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from hashira.certificates.domain.age import is_minor
from hashira.certificates.domain.representation import PAPER_NAMES, Paper
from hashira.certificates.selectors.record_group import members_of
from hashira.certificates.store.models import Person, Representation, RepresentationCode
from hashira.core.accounts.selectors import display_names
from hashira.kernel.clock import FixedClock, SystemClock, today_in_japan
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key

_MEANS = {
    Representation.Means.CARD: Bilingual("本人のマイナンバーカード", "The child's own card"),
    Representation.Means.PAPERS: Bilingual("職員が確認した書類", "Papers seen by staff"),
}


@dataclass(frozen=True, slots=True)
class Represented:
    """A record that a resident sees as a representative. The municipality is not shown: see ``OwnRecord``."""

    id: UUID
    person_id: UUID
    organisation_id: UUID
    name: str
    birth_date: date
    proved_at: datetime
    ends_on: date

    @property
    def key(self) -> tuple[str, date]:
        """The same for one child's records in several municipalities."""
        return search_key(self.name), self.birth_date


@dataclass(frozen=True, slots=True)
class Former:
    """A representation that is over, as its representative is told of it: never why."""

    name: str
    ended_on: date


@dataclass(frozen=True, slots=True)
class RepresentationLine:
    """A representation as staff see it."""

    id: UUID
    name: str
    birth_date: date | None
    means: Bilingual
    paper: Bilingual | None
    proved_at: datetime
    proved_by: str
    ends_on: date
    held_at: datetime | None
    hold_reason: str
    ended_at: datetime | None
    end_reason: str
    state: str
    """``in force``, ``held``, ``over`` (by its last day) or ``ended`` (by somebody)."""


@dataclass(frozen=True, slots=True)
class WaitingCode:
    """A code for a representative that was given out and not used yet."""

    id: UUID
    name: str
    issued_at: datetime
    expires_at: datetime


def _in_force(on: date) -> QuerySet[Representation]:
    return Representation.objects.filter(
        ended_at=None, ends_on__gte=on, person__died_on=None, person__erased_at=None
    )


def representatives_of(person: Person, *, on: date) -> dict[str, bool]:
    """The residents who represent the person on that day, each with whether staff hold it.

    Nobody represents an adult, whatever was entered: a corrected date of birth counts at once.
    """
    if not is_minor(person.birth_date, on=on):
        return {}
    rows = _in_force(on).filter(person_id__in=members_of(person.pk))
    found: dict[str, bool] = {}
    for resident, held_at in rows.values_list("resident_id", "held_at"):
        found[str(resident)] = found.get(str(resident), False) or held_at is not None
    return found


def represented_by(resident_id: str) -> tuple[Represented, ...]:
    """The records that somebody sees as a representative today, child by child."""
    today = today_in_japan(SystemClock())
    rows = _in_force(today).filter(resident_id=resident_id).select_related("person")
    found = [
        Represented(
            id=row.pk,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            name=row.person.name,
            birth_date=row.person.birth_date,
            proved_at=row.proved_at,
            ends_on=row.ends_on,
        )
        for row in rows
        if is_minor(row.person.birth_date, on=today)
    ]
    return tuple(sorted(found, key=lambda one: (one.birth_date, one.key, one.proved_at)))


def formerly_represented(resident_id: str, limit: int = 10) -> tuple[Former, ...]:
    """Representations that are over, the latest first. The words are the same whatever ended them."""
    today = today_in_japan(SystemClock())
    now = {one.id for one in represented_by(resident_id)}
    rows = Representation.objects.filter(resident_id=resident_id).select_related("person")
    over = [
        Former(row.person.name, min(_day_of(row.ended_at), row.ends_on, today))
        for row in rows
        if row.pk not in now
    ]
    return tuple(sorted(over, key=lambda one: one.ended_on, reverse=True)[:limit])


def _day_of(moment: datetime | None) -> date:
    """The date in Japan of a moment; the last of all days without one."""
    return today_in_japan(FixedClock(moment)) if moment else date.max


def representations_of(person_id: UUID) -> tuple[RepresentationLine, ...]:
    """Every representation of a person, for staff, the latest first."""
    today = today_in_japan(SystemClock())
    rows = list(
        Representation.objects.filter(person_id__in=members_of(person_id))
        .select_related("resident", "person")
        .order_by("-proved_at")
    )
    names = display_names({row.proved_by for row in rows})
    return tuple(
        RepresentationLine(
            id=row.pk,
            name=row.resident.name,
            birth_date=row.resident.birth_date,
            means=_MEANS[Representation.Means(row.means)],
            paper=PAPER_NAMES[Paper(row.paper)] if row.paper else None,
            proved_at=row.proved_at,
            proved_by=names.get(row.proved_by, ""),
            ends_on=row.ends_on,
            held_at=row.held_at,
            hold_reason=row.hold_reason,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
            state=_state(row, today),
        )
        for row in rows
    )


def waiting_codes(person_id: UUID, at: datetime) -> tuple[WaitingCode, ...]:
    """The codes for representatives of a person that could still be used."""
    rows = RepresentationCode.objects.filter(person_id=person_id, ended_at=None, expires_at__gt=at)
    return tuple(
        WaitingCode(row.pk, row.representative_name, row.issued_at, row.expires_at)
        for row in rows.order_by("-issued_at")
    )


def _state(row: Representation, today: date) -> str:
    if row.ended_at is not None:
        return "ended"
    over = row.ends_on < today or not is_minor(row.person.birth_date, on=today) or row.person.died_on
    if over:
        return "over"
    return "held" if row.held_at else "in force"
