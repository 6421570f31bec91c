"""Recording, correcting and withdrawing a dose (接種記録の追加・訂正・取消)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.domain.dose import Dose, check_dates, warnings
from hashira.certificates.domain.dose_history import in_force
from hashira.certificates.selectors.doses import dose_events
from hashira.certificates.selectors.people import PersonMerged, PersonNotFound
from hashira.certificates.selectors.record_group import shown_as
from hashira.certificates.services.examination import refresh_doubts
from hashira.certificates.services.person import resource_of
from hashira.certificates.services.status import after_doses
from hashira.certificates.store.models import DoseEvent, Person
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.canonical_json import canonical_json
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

COUNTER = "counter"


class DoseNotInForce(HashiraError):
    """The event was corrected or withdrawn already, or is none of this person's."""

    code = "CERT-108"
    what = Bilingual("変更できませんでした", "It was not changed")
    why = Bilingual(
        "この接種記録は、もう訂正されたか取り消されています",
        "This dose has been corrected or withdrawn already",
    )
    remedy = Bilingual("いまの記録を見て、もう一度行ってください", "Look at the record as it is now")
    status = 409


class DoseNeedsConfirmation(HashiraError):
    """Details: ``reason``: what the clerk has to confirm."""

    code = "CERT-109"
    what = Bilingual("確認が必要です", "Please confirm")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "間違いでなければ、確認の印を付けて保存してください", "If it is right, confirm and save"
    )
    status = 422


@service(action="certificates:RecordDose")
def record_dose(
    *, actor: Principal, person_id: UUID, request_id: UUID, dose: Dose, confirmed: bool, at: datetime
) -> UUID:
    """Records a dose at the counter; returns the event, whose id is ``request_id``.

    The same request twice records it once. Raises ``DoseNotRecordable``, ``DoseNeedsConfirmation`` or
    ``PersonNotFound``.
    """
    person = _locked(person_id)
    access.require(actor, "certificates:RecordDose", resource_of(person))
    if not _known(request_id, person):
        _check(person, dose, at, confirmed=confirmed)
        _write(person, DoseEvent.Kind.RECORDED, dose, request_id, actor, at)
        refresh_doubts(person.pk)
    _tell(actor, "certificates:RecordDose", person, dose)
    return request_id


@service(action="certificates:CorrectDose")
def correct_dose(
    *,
    actor: Principal,
    person_id: UUID,
    event: UUID,
    request_id: UUID,
    dose: Dose,
    reason: str,
    confirmed: bool,
    at: datetime,
) -> UUID:
    """Puts right what was recorded: a new event in the place of ``event``, with the reason.

    Every certificate that shows ``event`` is revoked with it and its holder told: see ``services.status``.

    Raises as ``record_dose``, and ``DoseNotInForce``.
    """
    person = _locked(person_id)
    access.require(actor, "certificates:CorrectDose", resource_of(person))
    if not _known(request_id, person):
        _in_force(person, event)
        _check(person, dose, at, confirmed=confirmed, instead_of=event)
        _write(person, DoseEvent.Kind.CORRECTED, dose, request_id, actor, at, event, reason)
        shown = Q(doses__event_id__in=shown_as(event))
        after_doses(shown, reason=Reason.CORRECTED, actor=actor, at=at, note=reason)
        refresh_doubts(person.pk)
    _tell(actor, "certificates:CorrectDose", person, dose)
    return request_id


@service(action="certificates:VoidDose")
def void_dose(*, actor: Principal, person_id: UUID, event: UUID, reason: str, at: datetime) -> None:
    """Withdraws a dose that was never given, with the reason; raises ``DoseNotInForce``."""
    person = _locked(person_id)
    access.require(actor, "certificates:VoidDose", resource_of(person))
    dose = _in_force(person, event)
    _write(person, DoseEvent.Kind.VOIDED, dose, None, actor, at, event, reason)
    shown = Q(doses__event_id__in=shown_as(event))
    after_doses(shown, reason=Reason.WITHDRAWN, actor=actor, at=at, note=reason)
    refresh_doubts(person.pk)
    _tell(actor, "certificates:VoidDose", person, dose)


def _locked(person_id: UUID) -> Person:
    """The person's row is the turn: two clerks change one record one after the other."""
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, erased_at=None).first()
    if person is None:
        raise PersonNotFound
    if person.merged_into_id is not None:
        raise PersonMerged(leading=person.merged_into_id)
    return person


def _known(request_id: UUID, person: Person) -> bool:
    record = Q(person=person) | Q(person__merged_into=person)
    return DoseEvent.objects.filter(record, id=request_id).exists()


def _in_force(person: Person, event: UUID) -> Dose:
    for recorded in in_force(dose_events(person.pk)):
        if recorded.event == event:
            return recorded.dose
    raise DoseNotInForce


def _check(
    person: Person, dose: Dose, at: datetime, *, confirmed: bool, instead_of: UUID | None = None
) -> None:
    check_dates(dose, birth_date=person.birth_date, today=today_in_japan(FixedClock(at)))
    others = [r for r in in_force(dose_events(person.pk)) if r.event != instead_of]
    found = warnings(dose, others, died_on=person.died_on)
    if found and not confirmed:
        raise DoseNeedsConfirmation(
            reason=Bilingual("。".join(w.ja for w in found), ". ".join(w.en for w in found))
        )


def _write(
    person: Person,
    kind: DoseEvent.Kind,
    dose: Dose,
    request_id: UUID | None,
    actor: Principal,
    at: datetime,
    replaces: UUID | None = None,
    reason: str = "",
) -> None:
    # A correction belongs to the entry that was told of the dose, so that a merge can be taken back whole.
    told = DoseEvent.objects.filter(id=replaces).values_list("person_id", flat=True).first()
    DoseEvent.objects.create(
        **({"id": request_id} if request_id else {}),
        person_id=told or person.pk,
        kind=kind,
        replaces_id=replaces,
        vaccine=dose.product.code,
        lot=dose.lot,
        given_on=dose.given_on,
        dose_number=dose.number,
        place=dose.place,
        country=dose.country,
        source=COUNTER,
        reason=reason,
        recorded_at=at,
        recorded_by=actor.id,
    )


def _tell(actor: Principal, action: str, person: Person, dose: Dose) -> None:
    content = {
        "vaccine": dose.product.code,
        "given_on": dose.given_on.isoformat(),
        "lot": dose.lot,
        "number": dose.number,
        "place": dose.place,
        "country": dose.country,
    }
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("person", str(person.pk))],
        organisation=str(person.organisation_id),
        facts={"vaccine": dose.product.code},
        evidence=canonical_json(content),
    )
