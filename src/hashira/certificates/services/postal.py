"""Applications by post: entered at the desk, printed by a batch, taken back (郵送申請)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hashira.certificates.selectors.people import PersonNotFound
from hashira.certificates.selectors.postal import ApplicationNotFound, open_applications, unserved
from hashira.certificates.selectors.printing import batch_view
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.services.protection import require_person
from hashira.certificates.store.models import Person, PostalApplication, PrintBatch, PrintLine
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_ENTER, _PRINT = "certificates:EnterApplication", "certificates:PrintBatch"


class ReceivedLater(HashiraError):
    """The letter would have come after today."""

    code = "CERT-277"
    what = Bilingual("受付日が今日より後です", "The letter cannot have come after today")
    why = Bilingual("まだ来ていない日が入っています", "The day has not come yet")
    remedy = Bilingual("申請書が届いた日を入れてください", "Enter the day on which it came")
    status = 422


class AppliedAlready(HashiraError):
    """An application of the person is open."""

    code = "CERT-278"
    what = Bilingual(
        "この人の申請はもう受け付けています", "The application of this person was entered already"
    )
    why = Bilingual("まだ印刷していない申請が一件あります", "There is one that has not been printed")
    remedy = Bilingual(
        "郵送申請の一覧で確かめてください。一人に一通だけ印刷します",
        "See the list of applications; one letter is printed for a person",
    )
    status = 409


class ApplicationClosed(HashiraError):
    """It was taken up by a batch or taken back."""

    code = "CERT-279"
    what = Bilingual("この申請はもう取り下げられません", "This application cannot be taken back any more")
    why = Bilingual(
        "一括印刷に入ったか、取下げが済んでいます", "A batch has taken it up, or it was taken back"
    )
    remedy = Bilingual(
        "一括印刷のページか、郵送申請の一覧を開いてください", "Open the batch, or the list of applications"
    )
    status = 409


class BatchAtWork(HashiraError):
    """Nothing is given back while the job goes on."""

    code = "CERT-280"
    what = Bilingual("一括印刷の処理が続いています", "The batch is still at work")
    why = Bilingual(
        "終わるまでは、だれの分が残るか決まりません", "Who is left over is not known before its end"
    )
    remedy = Bilingual("終わるのを待つか、「途中で終える」を押してください", "Wait for its end, or end it")
    status = 409


class NotIssuedAnyMore(HashiraError):
    """The person's turn had not come when the applications of a batch were given back."""

    code = "CERT-281"
    what = Bilingual("この一括印刷では発行しません", "It is not issued in this batch any more")
    why = Bilingual(
        "途中で終わり、申請は受付中に戻りました", "It was ended, and the application is open again"
    )
    remedy = Bilingual("次の一括印刷で発行してください", "Issue it with the next batch")
    status = 409


@service(action=_ENTER)
def enter_application(
    *, actor: Principal, organisation_id: UUID, reference: str, received_on: date, at: datetime
) -> UUID:
    """Enters a letter about the person of that reference (宛名番号); of a merged entry, the leading one.

    Raises ``PersonNotFound``, ``PersonMasked``, ``ReceivedLater`` or ``AppliedAlready``.
    """
    access.require(
        actor, _ENTER, Resource("Certificates::Register", str(organisation_id), str(organisation_id))
    )
    if received_on > today_in_japan(FixedClock(at)):
        raise ReceivedLater
    entry = Person.objects.filter(
        organisation_id=organisation_id, reference=reference, erased_at=None
    ).first()
    if entry is None:
        raise PersonNotFound
    person_id = entry.merged_into_id or entry.pk
    require_person(actor, _ENTER, person_resource(person_id, organisation_id))
    try:
        with transaction.atomic():
            row = PostalApplication.objects.create(
                organisation_id=organisation_id,
                person_id=person_id,
                received_on=received_on,
                entered_at=at,
                entered_by=actor.id,
            )
    except IntegrityError as error:
        raise AppliedAlready from error
    _tell(actor, _ENTER, row, {"received": received_on.isoformat()})
    return row.pk


@service(action=_ENTER)
def withdraw_application(*, actor: Principal, application_id: UUID, at: datetime) -> None:
    """Takes back what was entered by mistake, before a batch prints it; raises ``ApplicationClosed``."""
    row = PostalApplication.objects.filter(pk=application_id).first()
    if row is None:
        access.require(actor, _ENTER, Resource("Portal::Area", "certificates"))
        raise ApplicationNotFound
    require_person(actor, _ENTER, person_resource(row.person_id, row.organisation_id))
    still = PostalApplication.objects.filter(pk=row.pk, batch=None, withdrawn_at=None)
    if not still.update(withdrawn_at=at, withdrawn_by=actor.id):
        raise ApplicationClosed
    _tell(actor, _ENTER, row, {"withdrawn": True})


@service(action=_PRINT)
def reopen_applications(*, actor: Principal, batch_id: UUID) -> int:
    """Gives back those for whom the batch has made nothing, to wait for the next one; says how many.

    Only after its end, and none of them gets a certificate of this batch after that. Raises ``BatchAtWork``.
    """
    view = batch_view(batch_id)
    access.require(actor, _PRINT, view.resource)
    batch = PrintBatch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if view.job is not None and not view.job.state.over:
        raise BatchAtWork
    told = NotIssuedAnyMore()
    PrintLine.objects.filter(batch=batch, done=False).update(
        done=True, problem=told.code, reason={"ja": told.message("ja"), "en": told.message("en")}
    )
    again = [row.pk for row in unserved(batch_id)]
    PostalApplication.objects.filter(pk__in=again).update(batch=None)
    audit.record(
        actor=actor,
        action=_PRINT,
        subjects=[audit.Subject("print-batch", str(batch_id))],
        organisation=str(batch.organisation_id),
        facts={"reopened": len(again)},
    )
    return len(again)


def claim_applications(batch: PrintBatch, references: Collection[str] | None) -> tuple[str, ...]:
    """Takes up the open applications of those people for a batch; ``None``: of everybody who applied.

    In the caller's transaction. Two batches at once never take up the same one: the later waits for the rows
    and finds them taken. Returns the references, in the order in which the letters came.
    """
    rows = open_applications(batch.organisation_id).select_for_update(no_key=True, of=("self",))
    wanted = None if references is None else frozenset(references)
    found = {}
    for row in rows.order_by("pk"):
        leading = row.person.merged_into or row.person
        if wanted is None or wanted & {row.person.reference, leading.reference}:
            found[row.pk] = (row.received_on, row.entered_at, leading.reference)
    keys = list(found)
    for start in range(0, len(keys), 500):
        PostalApplication.objects.filter(pk__in=keys[start : start + 500]).update(batch=batch)
    return tuple(dict.fromkeys(reference for _day, _at, reference in sorted(found.values())))


def _tell(
    actor: Principal, action: str, row: PostalApplication, facts: dict[str, str | int | bool | None]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[audit.Subject("person", str(row.person_id))],
        organisation=str(row.organisation_id),
        facts=facts,
    )
