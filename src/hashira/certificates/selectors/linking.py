"""Links of a resident, and what waits for a decision (連携の閲覧)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from hashira.certificates.domain.linking import (
    Candidate,
    Claimant,
    Why,
    genders_agree,
    is_same_person,
    names_agree,
)
from hashira.certificates.domain.protection import MASKED
from hashira.certificates.selectors.protection import masked_for
from hashira.certificates.selectors.record_group import root_of
from hashira.certificates.store.models import LinkRequest, Person, RegisterLink
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Resident
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import search_key

_SUSPENDED = Bilingual(
    "市区町村の記録の生年月日が訂正されました。ご本人の記録かどうかを、職員が確かめています",
    "The date of birth was corrected in the register. Staff are looking whether the record is yours",
)


class LinkRequestNotFound(HashiraError):
    """There is no request of that id."""

    code = "CERT-161"
    what = Bilingual("申出が見つかりません", "There is no such request")
    why = Bilingual("アドレスが違うか、申出がなくなりました", "The address is wrong, or the request is gone")
    remedy = Bilingual("一覧から開いてください", "Open it from the list")
    status = 404


@dataclass(frozen=True, slots=True)
class Link:
    """A municipality's record that a resident may see."""

    id: UUID
    person_id: UUID
    organisation_id: UUID
    municipality: Bilingual
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class EndedLink:
    """A link that the municipality ended, and why."""

    municipality: Bilingual
    ended_at: datetime
    reason: Bilingual

    @property
    def words(self) -> Bilingual:
        """Which municipality, and why."""
        where, why = self.municipality, self.reason
        return Bilingual(f"{where.ja}：{why.ja}", f"{where.en}: {why.en}")


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request as its resident sees it: never whether the register knows anybody."""

    id: UUID
    municipality: Bilingual
    state: str
    created_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A person of the register beside what the provider said; which of the attributes agree."""

    person_id: UUID
    reference: str
    name: str
    kana: str
    birth_date: date | None
    sex: str
    address: str
    died_on: date | None
    coupon_number: str
    name_agrees: bool
    birth_agrees: bool
    sex_agrees: bool | None
    """``None`` where one of the two does not know it."""
    coupon_agrees: bool
    all_agree: bool
    linked: bool
    named: bool
    """The code that was entered is this person's; or the suspended link was to this person."""
    masked: bool = False


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with everything staff need to decide it."""

    id: UUID
    organisation_id: UUID
    resident_id: UUID
    name: str
    birth_date: date | None
    gender: str
    address: str
    coupon_number: str
    named: UUID | None
    """Whom the code named, or to whom the link was; after the decision, the person chosen."""
    why: str
    state: str
    created_at: datetime
    reason: str

    @property
    def resource(self) -> Resource:
        """What access is asked for."""
        return Resource(
            "Certificates::LinkRequest",
            str(self.id),
            str(self.organisation_id),
            {"resident": str(self.resident_id)},
        )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the provider said about a resident."""

    name: str
    birth_date: date | None


def resident_named(resident_id: str) -> SignedIn:
    """A resident by the id that a session holds."""
    row = Resident.objects.get(pk=resident_id)
    return SignedIn(row.name, row.birth_date)


def links_of(resident_id: str) -> tuple[Link, ...]:
    """The links in force, the oldest first."""
    rows = RegisterLink.objects.filter(
        resident_id=resident_id, ended_at=None, person__erased_at=None
    ).select_related("organisation")
    rows = rows.order_by("linked_at", "organisation__code")
    return tuple(
        Link(
            id=row.pk,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            municipality=Bilingual(row.organisation.name, row.organisation.name_en),
            linked_at=row.linked_at,
        )
        for row in rows
    )


def ended_by_staff(resident_id: str, limit: int = 10) -> tuple[EndedLink, ...]:
    """The links that were ended with a reason, the newest first; those the resident ended have none."""
    rows = RegisterLink.objects.filter(resident_id=resident_id, ended_at__isnull=False).exclude(end_reason="")
    return tuple(
        EndedLink(
            municipality=Bilingual(row.organisation.name, row.organisation.name_en),
            ended_at=row.ended_at,
            reason=_SUSPENDED
            if row.end_reason == Why.BIRTH_CHANGED
            else Bilingual(row.end_reason, row.end_reason),
        )
        for row in rows.select_related("organisation").order_by("-ended_at")[:limit]
        if row.ended_at is not None
    )


def own_requests(resident_id: str) -> tuple[OwnRequest, ...]:
    """The requests of a resident, the newest first."""
    rows = LinkRequest.objects.filter(resident_id=resident_id).select_related("organisation")
    return tuple(
        OwnRequest(
            id=row.pk,
            municipality=Bilingual(row.organisation.name, row.organisation.name_en),
            state=row.state,
            created_at=row.created_at,
            reason=row.reason,
        )
        for row in rows.order_by("-created_at")
    )


def request_view(request_id: UUID) -> RequestView:
    """One request; raises ``LinkRequestNotFound``."""
    row = LinkRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise LinkRequestNotFound
    return _view(row)


def requests_at(organisations: frozenset[UUID], *, state: str = "open") -> tuple[RequestView, ...]:
    """The requests at these municipalities in that state, the oldest first."""
    rows = LinkRequest.objects.filter(organisation_id__in=organisations, state=state).order_by("created_at")
    return tuple(_view(row) for row in rows[:1000])


def compared(view: RequestView, principal: Principal, limit: int = 20) -> tuple[Compared, ...]:
    """The people of the register whom the request could be about, the most alike first.

    Found by date of birth, by name, by coupon number and by the code: any one of them may be wrong. Of
    protected people whom this member of staff has not opened nothing but the reference is told.
    """
    people = Person.objects.filter(organisation_id=view.organisation_id, erased_at=None, merged_into=None)
    alike = Q(birth_date=view.birth_date)
    if named := root_of(view.named) if view.named else None:
        alike |= Q(pk=named)
    if key := search_key(view.name):
        alike |= Q(name_key=key)
    if view.coupon_number:
        alike |= Q(coupon_number=view.coupon_number)
    near = people.filter(alike)
    linked = set(
        RegisterLink.objects.filter(person__in=near, ended_at=None).values_list("person_id", flat=True)
    )
    found = [_compare(view, row, row.pk in linked, named) for row in near]
    hidden = masked_for(principal, (one.person_id for one in found))
    found = [_masked(one) if one.person_id in hidden else one for one in found]
    found.sort(key=lambda one: (-_alikeness(one), one.reference))
    return tuple(found[:limit])


def _masked(one: Compared) -> Compared:
    return replace(
        one,
        name=MASKED.ja,
        kana="",
        birth_date=None,
        sex="",
        address="",
        died_on=None,
        coupon_number="",
        name_agrees=False,
        birth_agrees=False,
        sex_agrees=None,
        coupon_agrees=False,
        all_agree=False,
        linked=False,
        named=False,
        masked=True,
    )


def _alikeness(one: Compared) -> int:
    return sum((one.name_agrees, one.birth_agrees, 2 * one.coupon_agrees, 2 * one.named))


def candidate(person: Person, *, linked: bool, protected: bool) -> Candidate:
    """A row as the rules of linking see it; a merged one leads to the record in which it stands."""
    return Candidate(
        id=person.merged_into_id or person.pk,
        name=person.name,
        birth_date=person.birth_date,
        sex=person.sex,
        coupon_number=person.coupon_number,
        linked=linked,
        deceased=person.died_on is not None,
        protected=protected,
    )


def _compare(view: RequestView, row: Person, linked: bool, named: UUID | None) -> Compared:
    claimant, number = Claimant(view.name, view.birth_date, view.gender), view.coupon_number
    seen = Candidate(row.pk, row.name, row.birth_date, row.sex, row.coupon_number, linked)
    return Compared(
        person_id=row.pk,
        reference=row.reference,
        name=row.name,
        kana=row.kana,
        birth_date=row.birth_date,
        sex=row.sex,
        address=row.address,
        coupon_number=row.coupon_number,
        name_agrees=names_agree(claimant.name, row.name),
        birth_agrees=claimant.birth_date == row.birth_date,
        sex_agrees=genders_agree(claimant, seen) if view.gender and row.sex else None,
        died_on=row.died_on,
        coupon_agrees=bool(number) and number == row.coupon_number,
        all_agree=is_same_person(claimant, seen),
        linked=linked,
        named=row.pk == named,
    )


def _view(row: LinkRequest) -> RequestView:
    return RequestView(
        id=row.pk,
        organisation_id=row.organisation_id,
        resident_id=row.resident_id,
        name=row.name,
        birth_date=row.birth_date,
        gender=row.gender,
        address=row.address,
        coupon_number=row.coupon_number,
        named=row.person_id,
        why=row.why,
        state=row.state,
        created_at=row.created_at,
        reason=row.reason,
    )
