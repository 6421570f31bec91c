"""Likely duplicates and merges, as staff see them (重複の候補・統合の一覧)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from hashira.certificates.domain.dose import RecordedDose
from hashira.certificates.domain.dose_history import in_force
from hashira.certificates.domain.likeness import LISTED, SIGNS, Identity, likeness
from hashira.certificates.domain.linking import Claimant
from hashira.certificates.domain.merging import Entry, SameDose, refusals, same_doses
from hashira.certificates.selectors.doses import dose_events, entry_events
from hashira.certificates.selectors.people import PersonNotFound, PersonView, person_view
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.store.models import (
    DoseEvent,
    IssuedCertificate,
    LikelyDuplicate,
    Person,
    PersonMerge,
    PersonRevision,
    RegisterLink,
    State,
)
from hashira.certificates.store.protection_alerts import kept_out
from hashira.core.access import Resource
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class Pair:
    """A likely duplicate in the list."""

    id: UUID
    first: UUID
    second: UUID
    name: str
    other_name: str
    birth_date: date
    other_birth_date: date
    reference: str
    other_reference: str
    score: int
    signs: tuple[Bilingual, ...]
    state: str
    found_at: datetime
    reason: str

    @property
    def both(self) -> str:
        return f"{self.name} ／ {self.other_name}"

    @property
    def references(self) -> str:
        return f"{self.reference} ／ {self.other_reference}"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two in a comparison."""

    person: PersonView
    linked_at: datetime | None
    resident: str
    certificates: int
    valid_certificates: int
    doses: tuple[RecordedDose, ...]


@dataclass(frozen=True, slots=True)
class EntrySide:
    """An entry by itself: what it was told, whatever it is merged with."""

    name: str
    kana: str
    birth_date: date
    reference: str
    address: str
    doses: tuple[RecordedDose, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One value of both, and whether it agrees; ``None`` where one of them lacks it."""

    label: Bilingual
    one: object
    other: object
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two entries side by side, with what stands for and against one person."""

    one: Side
    other: Side
    lines: tuple[Line, ...]
    score: int
    signs: tuple[Bilingual, ...]
    same: tuple[SameDose, ...]
    refusals: tuple[Bilingual, ...]
    pair: LikelyDuplicate | None

    @property
    def linked(self) -> bool:
        return bool(self.one.resident or self.other.resident)

    @property
    def resource(self) -> Resource:
        return self.one.person.resource


@dataclass(frozen=True, slots=True)
class MergeView:
    """A merge that was made, and its reversal if there was one."""

    id: UUID
    kept: UUID
    absorbed: UUID
    organisation_id: UUID
    kept_name: str
    kept_reference: str
    absorbed_name: str
    absorbed_reference: str
    birth_date: date
    reason: str
    at: datetime
    by: str
    collapsed: int
    link_moved: bool
    reversed_at: datetime | None
    reversed_by: str
    reversal_reason: str
    in_force: bool
    """Whether it can be taken back now: no later merge stands on it."""
    new_doses: int
    """Recorded in the meantime in the entry that was kept; they stay with it."""

    @property
    def resource(self) -> Resource:
        return person_resource(self.kept, self.organisation_id)


class PairSource:
    """The pairs of some municipalities, sorted and cut by the database."""

    def __init__(self, organisations: Iterable[UUID], *, state: str = LikelyDuplicate.State.OPEN) -> None:
        self._organisations, self._state = frozenset(organisations), state

    def count(self, filters: Mapping[str, str]) -> int:
        """How many there are."""
        return self._rows(filters).count()

    def slice(self, filters: Mapping[str, str], order: Any, start: int, stop: int | None) -> Iterable[Pair]:
        """The pairs from ``start`` on, the most alike first."""
        columns = {"score": "score", "found_at": "found_at", "both": "first__kana_key"}
        rows = self._rows(filters).select_related("first", "second")
        if order is not None:
            column = F(columns.get(order.key, "score"))
            rows = rows.order_by(column.desc() if order.falling else column.asc(), "pk")
        return [_pair(row) for row in rows[start:stop]]

    def _rows(self, filters: Mapping[str, str]) -> QuerySet[LikelyDuplicate]:
        today = today_in_japan(SystemClock())
        rows = LikelyDuplicate.objects.filter(organisation_id__in=self._organisations, state=self._state)
        rows = rows.exclude(kept_out("first", today) | kept_out("second", today))
        if sign := filters.get("signs"):
            rows = rows.filter(signs__icontains=f'"{sign}"')
        return rows


def _pair(row: LikelyDuplicate) -> Pair:
    return Pair(
        id=row.pk,
        first=row.first_id,
        second=row.second_id,
        name=row.first.name,
        other_name=row.second.name,
        birth_date=row.first.birth_date,
        other_birth_date=row.second.birth_date,
        reference=row.first.reference,
        other_reference=row.second.reference,
        score=row.score,
        signs=sign_words(row.signs),
        state=row.state,
        found_at=row.found_at,
        reason=row.reason,
    )


def sign_words(codes: Iterable[str]) -> tuple[Bilingual, ...]:
    """The words of signs; of one that is known no more, none."""
    return tuple(SIGNS[code].words for code in codes if code in SIGNS)


def comparison(one_id: UUID, other_id: UUID) -> Comparison:
    """Two people side by side; raises ``PersonNotFound`` or ``PersonMerged``. The caller asks for access."""
    rows = {row.pk: row for row in Person.objects.filter(pk__in=(one_id, other_id), erased_at=None)}
    if one_id not in rows or other_id not in rows:
        raise PersonNotFound
    first, second = rows[one_id], rows[other_id]
    one, other = _side(first), _side(second)
    found = likeness(identity_of(first), identity_of(second))
    low, high = sorted((one_id, other_id))
    return Comparison(
        one=one,
        other=other,
        lines=_lines(one.person, other.person),
        score=found.score,
        signs=sign_words(found.signs),
        same=same_doses(one.doses, other.doses),
        refusals=refusals(entry_of(first), entry_of(second)),
        pair=LikelyDuplicate.objects.filter(first_id=low, second_id=high).first(),
    )


def _side(row: Person) -> Side:
    view = person_view(row.pk)
    entry = entry_of(row)
    certificates = IssuedCertificate.objects.filter(Q(person=row) | Q(person__merged_into=row))
    return Side(
        person=view,
        linked_at=view.linked_at,
        resident=entry.resident,
        certificates=view.certificates,
        valid_certificates=certificates.filter(status__state=State.VALID).count(),
        doses=in_force(dose_events(row.pk)),
    )


_LABELS: tuple[tuple[str, Bilingual], ...] = (
    ("name", Bilingual("氏名", "Name")),
    ("kana", Bilingual("氏名（カナ）", "Name in kana")),
    ("roman", Bilingual("ローマ字氏名", "Name in Roman letters")),
    ("birth_date", Bilingual("生年月日", "Date of birth")),
    ("sex", Bilingual("性別", "Sex")),
    ("address", Bilingual("住所", "Address")),
    ("reference", Bilingual("宛名番号", "Person number")),
    ("coupon_number", Bilingual("接種券番号", "Coupon number")),
    ("moved_out_on", Bilingual("転出日", "Moved out on")),
    ("died_on", Bilingual("死亡日", "Died on")),
)
_SEXES = {
    "male": Bilingual("男", "male"),
    "female": Bilingual("女", "female"),
    "other": Bilingual("その他", "other"),
}


def _lines(one: PersonView, other: PersonView) -> tuple[Line, ...]:
    def shown(name: str, value: object) -> object:
        return _SEXES.get(str(value), value) if name == "sex" else value

    lines = []
    for name, label in _LABELS:
        mine, theirs = getattr(one, name), getattr(other, name)
        agrees = None if not mine or not theirs else mine == theirs
        lines.append(Line(label, shown(name, mine), shown(name, theirs), agrees))
    return tuple(lines)


def entry_of(row: Person) -> Entry:
    """An entry as the rules of merging see it, with every name that it and what stands in it ever had."""
    record = Q(person=row) | Q(person__merged_into=row)
    names = PersonRevision.objects.filter(record).order_by("-version").values_list("name", flat=True)
    link = RegisterLink.objects.filter(person=row, ended_at=None).select_related("resident").first()
    resident = link.resident if link else None
    return Entry(
        id=row.pk,
        birth_date=row.birth_date,
        sex=row.sex,
        names=tuple(dict.fromkeys((row.name, *names))),
        resident=str(resident.pk) if resident else "",
        claimant=Claimant(resident.name, resident.birth_date, resident.gender) if resident else None,
    )


def identity_of(row: Person, former: Iterable[str] = ()) -> Identity:
    """A person as likeness is judged by."""
    return Identity(
        id=row.pk,
        reference=row.reference,
        name=row.name,
        birth_date=row.birth_date,
        kana=row.kana,
        roman=row.roman,
        sex=row.sex,
        coupon_number=row.coupon_number,
        address=row.address,
        moved_out_on=row.moved_out_on,
        entered_on=row.created_at.date(),
        former_references=tuple(former),
        name_key=row.name_key,
        kana_key=row.kana_key,
    )


def alike(person_id: UUID, limit: int = 5) -> tuple[Found, ...]:
    """Who in the register may be the same person, found now: for the page of somebody just entered."""
    row = Person.objects.filter(pk=person_id, erased_at=None, merged_into=None).first()
    if row is None:
        return ()
    near = Q(birth_date=row.birth_date)
    if row.coupon_number:
        near |= Q(coupon_number=row.coupon_number)
    people = Person.objects.filter(near, organisation=row.organisation_id, erased_at=None, merged_into=None)
    told = set(
        LikelyDuplicate.objects.filter(
            Q(first=row) | Q(second=row), state=LikelyDuplicate.State.DISTINCT
        ).values_list("first_id", "second_id")
    )
    mine = identity_of(row)
    found = [
        (likeness(mine, identity_of(other)), other)
        for other in people.exclude(kept_out("pk", today_in_japan(SystemClock()))).exclude(pk=row.pk)[:500]
        if (min(row.pk, other.pk), max(row.pk, other.pk)) not in told
    ]
    found = [(like, other) for like, other in found if like.score >= LISTED]
    found.sort(key=lambda one: -one[0].score)
    return tuple(
        Found(other.pk, other.name, other.reference, like.score, sign_words(like.signs))
        for like, other in found[:limit]
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be the same person."""

    id: UUID
    name: str
    reference: str
    score: int
    signs: tuple[Bilingual, ...]


def merges_of(organisations: Iterable[UUID], limit: int = 2000) -> tuple[MergeView, ...]:
    """The merges of some municipalities, the latest first."""
    rows = PersonMerge.objects.filter(organisation_id__in=frozenset(organisations)).order_by("-at", "pk")
    return tuple(_merge(row) for row in _with_all(rows)[:limit])


def merge_view(merge_id: UUID) -> MergeView:
    """One merge; raises ``PersonNotFound``."""
    row = _with_all(PersonMerge.objects.filter(pk=merge_id)).first()
    if row is None:
        raise PersonNotFound
    return _merge(row)


def entry_side(person_id: UUID) -> EntrySide:
    """One of the two of a merge, by itself."""
    row = Person.objects.get(pk=person_id)
    return EntrySide(
        row.name,
        row.kana,
        row.birth_date,
        row.reference,
        row.address,
        in_force(entry_events(person_id)),
        entry_of(row).names,
    )


def person_of_reference(organisation_id: UUID, reference: str) -> UUID | None:
    """The person of a register by the number; what was merged leads to its record."""
    row = Person.objects.filter(organisation_id=organisation_id, reference=reference, erased_at=None).first()
    return (row.merged_into_id or row.pk) if row else None


def merge_into(person_id: UUID) -> UUID | None:
    """The merge by which an entry stands in another's record now."""
    rows = PersonMerge.objects.filter(absorbed_id=person_id, reversal=None).order_by("-at")
    return rows.values_list("pk", flat=True).first()


def absorbed_by(person_id: UUID) -> tuple[MergeView, ...]:
    """The merges in force that lead to a person's record."""
    rows = PersonMerge.objects.filter(reversal=None).filter(
        Q(kept_id=person_id) | Q(kept__merged_into_id=person_id)
    )
    return tuple(_merge(row) for row in _with_all(rows.order_by("at")))


def _with_all(rows: QuerySet[PersonMerge]) -> Any:
    return rows.select_related("kept", "absorbed", "reversal").annotate(
        doses_since=_events_since(), doses_collapsed=Count("collapsed", distinct=True)
    )


def _events_since() -> Any:
    since = DoseEvent.objects.filter(
        person_id=OuterRef("kept_id"), kind=DoseEvent.Kind.RECORDED, recorded_at__gt=OuterRef("at")
    )
    counted = since.order_by().values("person_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _merge(row: Any) -> MergeView:
    reversal = getattr(row, "reversal", None)
    return MergeView(
        id=row.pk,
        kept=row.kept_id,
        absorbed=row.absorbed_id,
        organisation_id=row.organisation_id,
        kept_name=row.kept.name,
        kept_reference=row.kept.reference,
        absorbed_name=row.absorbed.name,
        absorbed_reference=row.absorbed.reference,
        birth_date=row.kept.birth_date,
        reason=row.reason,
        at=row.at,
        by=row.by,
        collapsed=row.doses_collapsed,
        link_moved=bool(row.link),
        reversed_at=reversal.at if reversal else None,
        reversed_by=reversal.by if reversal else "",
        reversal_reason=reversal.reason if reversal else "",
        in_force=reversal is None and row.absorbed.merged_into_id == row.kept_id,
        new_doses=row.doses_since,
    )
