"""Delegations between municipalities, and what one opens (委任の閲覧)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from hashira.certificates.domain.delegation import Covered, Ground
from hashira.certificates.domain.dose import RecordedDose
from hashira.certificates.domain.dose_history import in_force
from hashira.certificates.selectors.doses import dose_events
from hashira.certificates.selectors.people import PersonNotFound, with_a_register
from hashira.certificates.selectors.record_group import members_of, root_of
from hashira.certificates.store.models import DelegatedPerson, Delegation, Person
from hashira.certificates.store.protection_alerts import kept_out, protected
from hashira.core.access import Resource
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody whom a request names, and whose record it opens once it is granted."""

    id: int
    name: str
    birth_date: date
    person: UUID | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the owner's register whom a request may name."""

    id: UUID
    name: str
    reference: str
    moved_out_on: date | None


@dataclass(frozen=True, slots=True)
class DelegationView:
    """A delegation as both sides see it."""

    id: UUID
    requester_id: UUID
    owner_id: UUID
    requester: Bilingual
    owner: Bilingual
    ground: Ground
    agreement: str
    covers: Covered
    kinds: tuple[str, ...]
    """What may be issued under it; nothing: it opens records to be looked at."""
    reason: str
    starts_on: date | None
    until: date
    state: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    answer: str
    ended_at: datetime | None
    people: tuple[NamedPerson, ...]

    @property
    def resource(self) -> Resource:
        return Resource(
            "Certificates::Delegation",
            str(self.id),
            str(self.owner_id),
            {"requester": str(self.requester_id), "asked_by": self.asked_by},
        )

    @property
    def count(self) -> int:
        return len(self.people)

    def open_on(self, today: date) -> bool:
        """Whether it opens anything on that day."""
        begun = self.starts_on is None or self.starts_on <= today
        return self.state == Delegation.State.GRANTED and begun and today <= self.until

    def shown_state(self, today: date) -> str:
        """The state, with what has run out, or has not begun, told apart."""
        if self.state == Delegation.State.GRANTED and today > self.until:
            return "over"
        if self.state == Delegation.State.GRANTED and not self.open_on(today):
            return "coming"
        return self.state

    def register_on(self, today: date) -> Resource:
        """The owner's register as the requester may search it: by an agreement alone."""
        return Resource(
            "Certificates::DelegatedRegister",
            str(self.id),
            str(self.owner_id),
            {
                "requester": str(self.requester_id),
                "in_force": self.open_on(today),
                "searchable": self.ground is Ground.AGREEMENT,
            },
        )

    def record_on(self, person_id: UUID, today: date) -> Resource:
        """A record as access is asked for it under this delegation: the only place that makes it."""
        return Resource(
            "Certificates::DelegatedRecord",
            str(person_id),
            str(self.owner_id),
            {
                "requester": str(self.requester_id),
                "in_force": self.open_on(today),
                "covered": covers(self, person_id, today),
                "issuing": bool(self.kinds),
                "shown_elsewhere": may_be_shown_elsewhere(person_id),
            },
            about="person",
        )


@dataclass(frozen=True, slots=True)
class DelegatedRecord:
    """What a delegation opens of a person: who, and the doses; no address, no history, no links."""

    person_id: UUID
    owner_id: UUID
    name: str
    kana: str
    birth_date: date
    doses: tuple[RecordedDose, ...]


def may_be_shown_elsewhere(person_id: UUID) -> bool:
    """Whether the record of a person may be shown to another municipality at all.

    The one place that every delegated view asks, before anything of the person is read. Who is protected
    (DV等支援措置) is shown to nobody elsewhere.
    """
    today = today_in_japan(SystemClock())
    known = Person.objects.filter(pk=person_id, erased_at=None)
    return known.exists() and not protected(known, today).exists()


def delegations_of(organisations: Collection[UUID]) -> tuple[DelegationView, ...]:
    """Those that these municipalities asked for or were asked for, the latest first."""
    rows = Delegation.objects.filter(Q(owner_id__in=organisations) | Q(requester_id__in=organisations))
    rows = rows.select_related("owner", "requester").prefetch_related("people")
    return tuple(_view(row) for row in rows.order_by("-asked_at")[:1000])


def delegation_view(delegation_id: UUID) -> DelegationView:
    """One delegation; raises ``PersonNotFound``. The caller asks for access."""
    row = Delegation.objects.select_related("owner", "requester").filter(pk=delegation_id).first()
    if row is None:
        raise PersonNotFound
    return _view(row)


def candidates(view: DelegationView) -> dict[int, tuple[Candidate, ...]]:
    """For each named person, who of the owner's register was born on that day, the same name first."""
    days = {one.birth_date for one in view.people}
    rows = Person.objects.filter(
        organisation_id=view.owner_id, birth_date__in=days, erased_at=None, merged_into=None
    ).exclude(kept_out("pk", today_in_japan(SystemClock())))
    found: dict[int, tuple[Candidate, ...]] = {}
    for one in view.people:
        key = search_key(one.name)
        born = [row for row in rows if row.birth_date == one.birth_date]
        named = [row for row in born if key and key in {row.name_key, row.kana_key}]
        found[one.id] = tuple(
            Candidate(row.pk, row.name, row.reference, row.moved_out_on)
            for row in sorted(named, key=lambda row: (row.moved_out_on is None, row.reference))
        )
    return found


def delegated_record(person_id: UUID) -> DelegatedRecord:
    """The record of a person as another municipality sees it. The caller asks for access."""
    row = Person.objects.filter(pk=root_of(person_id), erased_at=None).first()
    if row is None:
        raise PersonNotFound
    return DelegatedRecord(
        row.pk, row.organisation_id, row.name, row.kana, row.birth_date, in_force(dose_events(row.pk))
    )


def other_municipalities(organisations: Collection[UUID]) -> tuple[tuple[str, Bilingual], ...]:
    """Whom to ask: every municipality that keeps a register here but these."""
    rows = with_a_register().exclude(pk__in=organisations)
    return tuple((str(row.pk), Bilingual(row.name, row.name_en)) for row in rows.order_by("code"))


def covers(view: DelegationView, person_id: UUID, today: date) -> bool:
    """Whether the delegation concerns the person; an entry that was merged stands for its record."""
    members = members_of(person_id)
    if view.covers is Covered.NAMED:
        return DelegatedPerson.objects.filter(delegation_id=view.id, person_id__in=members).exists()
    return _concerned(view, today).filter(pk__in=members).exists()


def people_covered(view: DelegationView, name: str, birth_date: date, today: date) -> tuple[Person, ...]:
    """Those of the owner's register whom an agreement concerns, by the whole name or reading and the birth.

    Protected people are among them: whoever asks keeps them from being shown.
    """
    key = search_key(name)
    if not key:
        return ()
    rows = _concerned(view, today).filter(birth_date=birth_date).filter(Q(name_key=key) | Q(kana_key=key))
    leading = {root_of(row.pk) for row in rows}
    return tuple(Person.objects.filter(pk__in=leading, erased_at=None).order_by("reference"))


def _concerned(view: DelegationView, today: date) -> QuerySet[Person]:
    rows = Person.objects.filter(organisation_id=view.owner_id, erased_at=None)
    return rows.filter(moved_out_on__lte=today) if view.covers is Covered.MOVED_OUT else rows


def delegations_in_force(organisations: Collection[UUID], today: date) -> tuple[DelegationView, ...]:
    """Those under which the staff of these municipalities may issue today."""
    rows = Delegation.objects.filter(
        requester_id__in=organisations, state=Delegation.State.GRANTED, until__gte=today
    )
    rows = rows.select_related("owner", "requester").prefetch_related("people")
    views = (_view(row) for row in rows.order_by("owner__code", "until"))
    return tuple(view for view in views if view.kinds and view.open_on(today))


def _view(row: Delegation) -> DelegationView:
    return DelegationView(
        id=row.pk,
        requester_id=row.requester_id,
        owner_id=row.owner_id,
        requester=Bilingual(row.requester.name, row.requester.name_en),
        owner=Bilingual(row.owner.name, row.owner.name_en),
        ground=Ground(row.ground),
        agreement=row.agreement,
        covers=Covered(row.covers),
        kinds=tuple(row.kinds),
        reason=row.reason,
        starts_on=row.starts_on,
        until=row.until,
        state=row.state,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        decided_at=row.decided_at,
        answer=row.answer,
        ended_at=row.ended_at,
        people=tuple(
            NamedPerson(one.pk, one.name, one.birth_date, one.person_id) for one in row.people.all()
        ),
    )
