"""Changing and looking at a person of the register (被接種者の登録・異動・閲覧・消去)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.domain.person import PersonValues
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.people import (
    Found,
    PersonMerged,
    PersonNotFound,
    PersonView,
    Question,
    find_people,
    masked,
    person_view,
)
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.services.examination import refresh_doubts
from hashira.certificates.services.linking import suspend_unless_true
from hashira.certificates.services.protection import raise_alerts, require_person
from hashira.certificates.services.representation import end_unless_true
from hashira.certificates.services.status import BUNDLE_JOB, PUBLISHER, end_validity
from hashira.certificates.store.models import IssuedCertificate, Person, PersonRevision
from hashira.core import access, audit, jobs
from hashira.core.access import Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.canonical_json import canonical_json
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class ChangedMeanwhile(HashiraError):
    """Somebody else has changed the record since it was read."""

    code = "CERT-106"
    what = Bilingual("保存できませんでした", "It was not saved")
    why = Bilingual(
        "あなたが開いた後に、ほかの人がこの記録を変えました", "Somebody changed the record meanwhile"
    )
    remedy = Bilingual(
        "最新の内容を見て、もう一度入力してください", "Look at it as it is now and enter it again"
    )
    status = 409


class ReferenceTaken(HashiraError):
    """Details: ``reference``."""

    code = "CERT-107"
    what = Bilingual("登録できませんでした", "It was not registered")
    why = Bilingual(
        "宛名番号{reference}の人はもう登録されています", "Somebody has the reference {reference} already"
    )
    remedy = Bilingual("検索してその人の記録を開いてください", "Search for it and open that record")
    status = 409


@service(action="certificates:RegisterPerson")
def register_person(*, actor: Principal, organisation_id: UUID, values: PersonValues, at: datetime) -> UUID:
    """Enters a person into the register of the municipality; raises ``ReferenceTaken``."""
    register = Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    access.require(actor, "certificates:RegisterPerson", register)
    try:
        with transaction.atomic():
            person = Person.objects.create(
                organisation_id=organisation_id,
                created_at=at,
                name_key=values.name_key,
                kana_key=values.kana_key,
                **asdict(values),
            )
    except IntegrityError as error:
        raise ReferenceTaken(reference=values.reference) from error
    _revise(person, values, actor, at, reason="")
    _tell(actor, "certificates:RegisterPerson", person, values)
    return person.pk


@service(action="certificates:RevisePerson")
def revise_person(
    *, actor: Principal, person_id: UUID, version: int, values: PersonValues, reason: str, at: datetime
) -> None:
    """Writes new values of a person; the earlier ones stay as a revision.

    A link that a corrected date of birth makes doubtful is suspended. ``version`` is the one that was read.
    Raises ``ChangedMeanwhile``, ``ReferenceTaken``, ``PersonNotFound``.
    """
    person = _locked(person_id)
    access.require(actor, "certificates:RevisePerson", resource_of(person))
    if person.version != version:
        raise ChangedMeanwhile
    born_before = person.birth_date
    for name, value in asdict(values).items():
        setattr(person, name, value)
    person.name_key, person.kana_key = values.name_key, values.kana_key
    person.version += 1
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise ReferenceTaken(reference=values.reference) from error
    _revise(person, values, actor, at, reason=reason)
    suspend_unless_true(actor=actor, person=person, before=born_before, at=at)
    end_unless_true(actor=actor, person=person, before=born_before, at=at)
    refresh_doubts(person.pk)
    _tell(actor, "certificates:RevisePerson", person, values)


@service(action="certificates:SearchPeople")
def search_people(*, actor: Principal, organisation_id: UUID, question: Question) -> tuple[Found, ...]:
    """Looks for people in the register; how many were found is told, not what was asked.

    Protected people are masked unless this member of staff has opened them, and finding one is an alert.
    """
    register = Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    access.require(actor, "certificates:SearchPeople", register)
    every = find_people(organisation_id, question)
    found = masked(actor, every)
    hidden = Person.objects.filter(pk__in=[row.id for row in found if row.masked])
    raise_alerts(hidden, kind=AlertKind.SEARCH, actor=actor, at=datetime.now(UTC))
    audit.record(
        actor=actor,
        action="certificates:SearchPeople",
        organisation=str(organisation_id),
        facts={"found": len(found)},
    )
    return found


@service(action="certificates:ViewPerson")
def view_person(*, actor: Principal, person_id: UUID) -> PersonView:
    """Everything the register has about a person, for its staff; that it was looked at is told.

    Raises ``PersonMasked`` for a protected person whom they have not opened.
    """
    view = person_view(person_id)
    require_person(actor, "certificates:ViewPerson", view.resource)
    audit.record(
        actor=actor,
        action="certificates:ViewPerson",
        subjects=[Subject("person", str(person_id))],
        organisation=str(view.organisation_id),
    )
    return view


@service(action="certificates:ErasePerson")
def erase_person(*, actor: Principal, person_id: UUID, at: datetime) -> None:
    """Deletes a person with everything about them, when the time of keeping is over (保存期間の満了).

    Doses, earlier values, links and certificates go; in the audit nobody can be recognised any more.
    """
    person = _locked(person_id)
    access.require(actor, "certificates:ErasePerson", resource_of(person))
    organisation = str(person.organisation_id)
    # With all entries of the person that were merged, those first: they lead to this one.
    entries = [*person.absorbed.select_for_update(no_key=True).order_by("pk"), person]
    keys = [str(entry.pk) for entry in entries]
    Person.objects.filter(pk__in=keys).update(erased_at=at)
    issued = IssuedCertificate.objects.filter(person__in=entries)
    # What was signed goes; that it no longer counts stays, without anything by which to know whose it was.
    ended = end_validity(issued.values_list("pk", flat=True), reason=Reason.ERASED, actor=actor, at=at)
    issued.delete()
    for entry in entries:
        entry.delete()
    if ended:
        jobs.request(actor=PUBLISHER, kind=BUNDLE_JOB, parameters={"after": len(ended)})
    subjects = [Subject("person", key) for key in keys]
    audit.record(actor=actor, action="certificates:ErasePerson", subjects=subjects, organisation=organisation)
    for subject in subjects:
        audit.erase(actor=actor, subject=subject, organisation=organisation)


def resource_of(person: Person) -> Resource:
    """A person as access is asked for it."""
    return person_resource(person.pk, person.organisation_id)


def _locked(person_id: UUID) -> Person:
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise PersonNotFound
    if person.merged_into_id is not None:
        raise PersonMerged(leading=person.merged_into_id)
    return person


def _revise(person: Person, values: PersonValues, actor: Principal, at: datetime, *, reason: str) -> None:
    PersonRevision.objects.create(
        person=person,
        version=person.version,
        reason=reason,
        recorded_at=at,
        recorded_by=actor.id,
        **asdict(values),
    )


def _tell(actor: Principal, action: str, person: Person, values: PersonValues) -> None:
    content = {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in asdict(values).items()
    }
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("person", str(person.pk))],
        organisation=str(person.organisation_id),
        facts={"version": person.version},
        evidence=canonical_json(content),
    )
