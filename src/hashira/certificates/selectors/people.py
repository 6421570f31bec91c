"""Finding people in the registers and reading one (被接種者の検索)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hashira.certificates.domain.dose_history import DoseEvent, in_force
from hashira.certificates.domain.protection import MASKED
from hashira.certificates.selectors.doses import dose_events
from hashira.certificates.selectors.protection import masked_for, person_resource
from hashira.certificates.selectors.record_group import members_of
from hashira.certificates.store.models import IssuedCertificate, Person, PersonRevision, RegisterLink
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.municipality import Municipality as Place
from hashira.kernel.municipality import by_code, by_short_code
from hashira.kernel.person_name import search_key

MAX_FOUND = 200
_ROLES = {"municipal_clerk", "municipal_supervisor"}


class PersonNotFound(HashiraError):
    """There is no person of that id."""

    code = "CERT-110"
    what = Bilingual("この人の記録が見つかりません", "There is no such person")
    why = Bilingual(
        "アドレスが違うか、記録が消去されました", "The address is wrong, or the record was erased"
    )
    remedy = Bilingual("検索して開いてください", "Search for the person")
    status = 404


class PersonMerged(HashiraError):
    """The entry stands in the record of another. Details: ``leading``, the id of that one."""

    code = "CERT-370"
    what = Bilingual("この人の記録は統合されています", "This entry was merged")
    why = Bilingual(
        "同じ人の別の登録に統合され、その記録で扱います",
        "It stands in the record of another entry of the person",
    )
    remedy = Bilingual(
        "検索して、統合先の記録を開いてください",
        "Search for the person and open the record that it was merged into",
    )
    status = 409


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality in whose register somebody works."""

    id: UUID
    name: Bilingual


@dataclass(frozen=True, slots=True)
class Question:
    """What a clerk looks for; everything given must fit."""

    name: str = ""
    kana: str = ""
    birth_date: date | None = None
    reference: str = ""
    coupon_number: str = ""
    certificate_number: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Question()


@dataclass(frozen=True, slots=True)
class Found:
    """A person in a list. Of a protected one (``masked``) only the reference is told."""

    id: UUID
    reference: str
    name: str
    kana: str
    birth_date: date | None
    sex: str
    moved_out_on: date | None
    died_on: date | None
    merged: bool = False
    """Found by an entry that was merged: ``id`` leads to the record in which it stands."""
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """What the register said about a person from some moment on."""

    version: int
    name: str
    kana: str
    birth_date: date
    reason: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person with the whole history."""

    id: UUID
    organisation_id: UUID
    municipality: Bilingual
    version: int
    reference: str
    coupon_number: str
    name: str
    kana: str
    roman: str
    birth_date: date
    sex: str
    address: str
    moved_out_on: date | None
    died_on: date | None
    events: tuple[DoseEvent, ...]
    doses: tuple[DoseEvent, ...]
    """The events in force, in the order of the days."""
    revisions: tuple[Revision, ...]
    linked_at: datetime | None
    certificates: int
    resource: Resource
    """What access is asked for."""


def registers_of(principal: Principal) -> tuple[Municipality, ...]:
    """The municipalities in whose registers somebody may work by their roles."""
    ids = {grant.organisation for grant in principal.grants if grant.role in _ROLES}
    rows = Organisation.objects.filter(pk__in=ids, kind=Organisation.Kind.MUNICIPALITY)
    return tuple(Municipality(row.pk, Bilingual(row.name, row.name_en)) for row in rows)


def find_registers(question: str) -> tuple[Municipality, ...]:
    """The municipalities that keep a register here, for a question; all for an empty one.

    Found by the beginning of the name, its reading, its English name or its prefecture.
    """
    key = search_key(question)
    rows = with_a_register().order_by("code")
    places = [(row, _place(row.code)) for row in rows]
    found = [
        Municipality(row.pk, _in_prefecture(row, place))
        for row, place in places
        if any(search_key(word).startswith(key) for word in _place_words(row, place))
    ]
    return tuple(found[:MAX_FOUND])


def with_a_register() -> QuerySet[Organisation]:
    """The municipalities with somebody in their register; others use this installation for other things."""
    known = Person.objects.filter(organisation=OuterRef("pk"))
    return Organisation.objects.filter(Exists(known), kind=Organisation.Kind.MUNICIPALITY)


def _place(code: str | None) -> Place | None:
    with suppress(HashiraError):
        return by_code(code or "")
    return None


def _in_prefecture(row: Organisation, place: Place | None) -> Bilingual:
    """Its own name, and where it is: there are two 府中市."""
    if place is None:
        return Bilingual(row.name, row.name_en)
    return Bilingual(f"{place.prefecture.ja}{row.name}", f"{row.name_en}, {place.prefecture.en}")


def _place_words(row: Organisation, place: Place | None) -> tuple[str, ...]:
    words = (row.name, row.name_en)
    if place is None:
        return words
    return (*words, place.kana, place.romaji, place.full_name, place.prefecture.en, *_prefecture(place))


def _prefecture(place: Place) -> tuple[str, str]:
    body = by_short_code(f"{place.prefecture_code}000")
    return body.kana, body.romaji


def register_named(organisation_id: UUID) -> Municipality | None:
    """The municipality of that id, if this installation has it."""
    row = Organisation.objects.filter(pk=organisation_id, kind=Organisation.Kind.MUNICIPALITY).first()
    return Municipality(row.pk, Bilingual(row.name, row.name_en)) if row else None


def find_people(organisation_id: UUID, question: Question) -> tuple[Found, ...]:
    """Up to 200 people of the register who fit, by reading and birth. An empty question finds nobody.

    Names are found by the beginning, in any variant of their characters; readings likewise.
    """
    if question.is_empty:
        return ()
    wanted = Q(organisation_id=organisation_id, erased_at=None)
    if question.name:
        wanted &= _begins("name_key", search_key(question.name))
    if question.kana:
        wanted &= _begins("kana_key", search_key(question.kana))
    if question.birth_date:
        wanted &= Q(birth_date=question.birth_date)
    if question.reference:
        wanted &= Q(reference=question.reference)
    if question.coupon_number:
        wanted &= Q(coupon_number=question.coupon_number)
    if question.certificate_number:
        made = IssuedCertificate.objects.filter(number=question.certificate_number)
        wanted &= Q(pk__in=made.values("person_id"))
    rows = list(Person.objects.filter(wanted).order_by("kana_key", "birth_date", "reference")[:MAX_FOUND])
    leading = {row.pk for row in rows if row.merged_into_id is None}
    return tuple(
        Found(
            id=row.merged_into_id or row.pk,
            merged=row.merged_into_id is not None,
            reference=row.reference,
            name=row.name,
            kana=row.kana,
            birth_date=row.birth_date,
            sex=row.sex,
            moved_out_on=row.moved_out_on,
            died_on=row.died_on,
        )
        for row in rows
        if row.merged_into_id not in leading
    )


def masked(principal: Principal, found: tuple[Found, ...]) -> tuple[Found, ...]:
    """The list as this member of staff may see it: protected people last, with nothing but the reference.

    Last, since a place in the order of readings tells how a name is read.
    """
    hidden = masked_for(principal, (row.id for row in found))
    return (
        *(row for row in found if row.id not in hidden),
        *sorted(
            (
                Found(row.id, row.reference, MASKED.ja, "", None, "", None, None, masked=True)
                for row in found
                if row.id in hidden
            ),
            key=lambda row: row.reference,
        ),
    )


def person_view(person_id: UUID) -> PersonView:
    """The person; raises ``PersonNotFound`` or ``PersonMerged``.

    Who may see it is asked by ``services.person.view_person``.
    """
    row = Person.objects.select_related("organisation").filter(pk=person_id, erased_at=None).first()
    if row is None:
        raise PersonNotFound
    if row.merged_into_id is not None:
        raise PersonMerged(leading=row.merged_into_id)
    events = dose_events(person_id)
    by_id = {event.id: event for event in events}
    link = RegisterLink.objects.filter(person_id=person_id, ended_at=None).first()
    return PersonView(
        id=row.pk,
        organisation_id=row.organisation_id,
        municipality=Bilingual(row.organisation.name, row.organisation.name_en),
        version=row.version,
        reference=row.reference,
        coupon_number=row.coupon_number,
        name=row.name,
        kana=row.kana,
        roman=row.roman,
        birth_date=row.birth_date,
        sex=row.sex,
        address=row.address,
        moved_out_on=row.moved_out_on,
        died_on=row.died_on,
        events=events,
        doses=tuple(by_id[recorded.event] for recorded in in_force(events)),
        revisions=tuple(
            Revision(r.version, r.name, r.kana, r.birth_date, r.reason, r.recorded_at, r.recorded_by)
            for r in PersonRevision.objects.filter(person_id=person_id).order_by("version")
        ),
        linked_at=link.linked_at if link else None,
        certificates=IssuedCertificate.objects.filter(person_id__in=members_of(person_id)).count(),
        resource=person_resource(row.pk, row.organisation_id),
    )


def _begins(column: str, key: str) -> Q:
    """Keys that begin with this one, as a range, which an index serves on both databases.

    An empty key would be the beginning of every name, so it fits nobody.
    """
    if not key:
        return Q(pk__in=[])
    return Q(**{f"{column}__gte": key, f"{column}__lt": key + "\U0010ffff"})
