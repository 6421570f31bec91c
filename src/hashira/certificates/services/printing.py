"""Certificates on paper for many people: asked for, issued once each, drawn in parts, fetched (一括印刷)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import Q, QuerySet

from hashira.certificates.adapters import print_files
from hashira.certificates.adapters.paper.printer import pdf
from hashira.certificates.domain.paper import Cover, Edition, Envelope, PaperSheet, check_density
from hashira.certificates.domain.print_list import PART
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.paper import paper_sheet
from hashira.certificates.selectors.people import PersonNotFound
from hashira.certificates.selectors.printing import BatchNotFound, BatchView, batch_view
from hashira.certificates.services.issuing import card_by_staff
from hashira.certificates.services.postal import claim_applications
from hashira.certificates.services.protection import one, raise_alerts
from hashira.certificates.store.models import Person, PrintBatch, PrintLine
from hashira.certificates.store.protection_alerts import protected
from hashira.core import access, audit, jobs
from hashira.core.access import Principal, Resource
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

PRINT_JOB = "certificates.print"
PRINTER = Principal.system("certificates.print")
_WRITE, _CARRY_OUT = "certificates:PrintBatch", "certificates:CarryOutPrinting"
_AT_ONCE = 25
"""People in one transaction: a correction of one of them waits for no more than that."""


class NothingToPrint(HashiraError):
    """A person without a dose that a card can show."""

    code = "CERT-199"
    what = Bilingual("証明書に載せられる接種記録がありません", "There is no dose that a certificate can show")
    why = Bilingual(
        "接種記録がないか、国内用の形式にコードのないワクチンだけです",
        "There is no dose, or only of vaccines that have no code in the domestic format",
    )
    remedy = Bilingual("台帳でこの人の記録を確かめてください", "Look at the record of this person")
    status = 409


class FilesGone(HashiraError):
    """The time of keeping is over, or there is no such part."""

    code = "CERT-274"
    what = Bilingual("印刷するファイルがありません", "The file to print is not there")
    why = Bilingual(
        "保管期間が過ぎて消去されたか、まだできていません",
        "It was deleted when its time was over, or is not made yet",
    )
    remedy = Bilingual(
        "一括印刷のページを開き直すか、新しい一括印刷を作ってください",
        "Open the page again, or make a new batch",
    )
    status = 410


class NotInNumbers(HashiraError):
    """A protected person on the list of a batch: no letter leaves in a pile (支援措置)."""

    code = "CERT-275"
    what = Bilingual("一括印刷では発行しません", "It is not issued in a batch")
    why = Bilingual("支援措置の対象者です", "The person is protected")
    remedy = Bilingual(
        "その市区町村の責任者が理由を入れて記録を開き、窓口で一人だけ発行してください。責任者に通知しました",
        "A supervisor of the municipality opens the record with a reason and issues it at the counter. "
        "The supervisors have been told",
    )
    status = 409


class ListedTwice(HashiraError):
    """Two references of one person: the entries were merged."""

    code = "CERT-276"
    what = Bilingual("2枚目は発行しません", "A second one is not issued")
    why = Bilingual(
        "同じ人が、統合された別の宛名番号でこの一覧に入っています",
        "The person is on this list by another reference, which was merged with this one",
    )
    remedy = Bilingual(
        "することはありません。1枚目を印刷してください", "Nothing is to be done: print the first"
    )
    status = 409


class NobodyApplied(HashiraError):
    """Nobody's application is open, any more or yet."""

    code = "CERT-283"
    what = Bilingual("受付中の郵送申請がありません", "No application by post is open")
    why = Bilingual(
        "まだ入力されていないか、別の一括印刷に入りました",
        "None was entered, or another batch has taken them up",
    )
    remedy = Bilingual("郵送申請の一覧を確かめてください", "See the list of applications")
    status = 409


@service(action=_WRITE)
def request_batch(
    *,
    actor: Principal,
    organisation_id: UUID,
    title: str,
    references: Sequence[str],
    edition: Edition,
    envelope: Envelope | None,
    at: datetime,
    applied: bool = False,
) -> UUID:
    """Asks for certificates of everybody on the list; the job issues and draws them. Returns the batch.

    Whoever of them has applied by post is served by it, and by no other batch. ``applied``: only those who
    still have an open application; raises ``NobodyApplied`` if there is none any more.
    """
    access.require(actor, _WRITE, Resource("Certificates::PrintBatch", "", str(organisation_id)))
    batch = PrintBatch.objects.create(
        organisation_id=organisation_id,
        title=title,
        large_print=edition is Edition.LARGE,
        cover=envelope.value if envelope else "",
        people=len(references),
        requested_at=at,
        requested_by=actor.id,
        files_until=at + timedelta(days=settings.HASHIRA_PRINT_RETENTION_DAYS),
    )
    claimed = claim_applications(batch, references)
    if applied:
        references = claimed
        if not references:
            raise NobodyApplied
        batch.people = len(references)
        batch.save(update_fields=["people"])
    PrintLine.objects.bulk_create(
        (
            PrintLine(batch=batch, position=position, reference=reference)
            for position, reference in enumerate(references, start=1)
        ),
        batch_size=1000,
    )
    view = jobs.request(
        actor=actor,
        kind=PRINT_JOB,
        parameters={"batch": str(batch.pk)},
        organisation=str(organisation_id),
        total=len(references),
    )
    batch.job_id = view.id
    batch.save(update_fields=["job_id"])
    facts = {"people": len(references), "edition": edition.value, "cover": batch.cover}
    _tell(actor, _WRITE, batch, facts | {"applications": len(claimed)})
    return batch.pk


@service(action=_CARRY_OUT)
def issue_some(*, actor: Principal, batch_id: UUID, first: int, at: datetime) -> int:
    """Issues for the people of the list from that place on who have not had their turn, one after the other.

    Says how many: none when the part is through. Each certificate has the id that batch and person give it,
    so whoever has theirs already is passed over, also after a crash in the middle.
    """
    batch = PrintBatch.objects.get(pk=batch_id)
    access.require(actor, _CARRY_OUT, _resource(batch))
    part = PrintLine.objects.filter(batch=batch, position__gte=first, position__lt=first + PART, done=False)
    lines = list(part.order_by("position")[:_AT_ONCE])
    leading = _held(batch, [line.reference for line in lines])
    masked, refused = _protected(leading.values(), at), 0
    served = set(
        PrintLine.objects.filter(batch=batch, person__in=leading.values()).values_list("person", flat=True)
    )
    for line in lines:
        try:
            person_id = leading.get(line.reference)
            if person_id is None:
                raise PersonNotFound
            if person_id in masked:  # no address of a protected person leaves by a batch
                raise_alerts(one(person_id), kind=AlertKind.ISSUE, actor=actor, at=at, refused=True)
                raise NotInNumbers
            if person_id in served:
                raise ListedTwice
            _issue(actor, batch, line, person_id, at)
            served.add(person_id)
        except HashiraError as error:
            if error.status >= 500:  # the keys, not the record: the job is tried again
                raise
            _refuse(line, error)
            refused += 1
        line.done = True
    PrintLine.objects.bulk_update(lines, ["person", "certificate", "problem", "reason", "done"])
    _tell(actor, _CARRY_OUT, batch, {"issued": len(lines) - refused, "refused": refused})
    return len(lines)


def _held(batch: PrintBatch, references: Sequence[str]) -> dict[str, UUID]:
    """The record of each reference, held until the commit; of an entry that was merged, the leading one."""
    entries = Person.objects.filter(
        organisation_id=batch.organisation_id, reference__in=references, erased_at=None
    )
    held = Person.objects.filter(Q(pk__in=entries.values("pk")) | Q(pk__in=entries.values("merged_into")))
    # In one order, as everybody who locks several people does.
    rows = list(held.select_for_update(no_key=True).order_by("pk"))
    return {row.reference: row.merged_into_id or row.pk for row in rows}


def _protected(people: Iterable[UUID], at: datetime) -> frozenset[UUID]:
    """Those whom a batch passes over, whoever has opened their record: its files are for many hands."""
    rows = protected(Person.objects.filter(pk__in=list(people)), today_in_japan(FixedClock(at)))
    return frozenset(rows.values_list("pk", flat=True))


def _refuse(line: PrintLine, error: HashiraError) -> None:
    line.problem = error.code
    line.reason = {"ja": error.message("ja"), "en": error.message("en")}


def _issue(actor: Principal, batch: PrintBatch, line: PrintLine, person_id: UUID, at: datetime) -> None:
    record = own_record(person_id)
    events = [dose.event_id for dose in record.doses if dose.card_refusal is None]
    if not events:
        raise NothingToPrint
    line.certificate_id = card_by_staff(
        actor=actor,
        action=_CARRY_OUT,
        record=record,
        certificate_id=uuid5(batch.pk, str(person_id)),
        events=events,
        at=at,
    )
    line.person_id = person_id


@service(action=_CARRY_OUT)
def keep_back(*, actor: Principal, batch_id: UUID, part: int, at: datetime) -> int:
    """Takes out of a part whoever is protected since their certificate was issued; says how many.

    The certificate stays the person's; its sheet and its letter are not made, and the supervisors are told.
    """
    batch = PrintBatch.objects.get(pk=batch_id)
    access.require(actor, _CARRY_OUT, _resource(batch))
    kept = _keep_back(actor, batch, part, at)
    _tell(actor, _CARRY_OUT, batch, {"kept_back": kept})
    return kept


def _keep_back(actor: Principal, batch: PrintBatch, part: int, at: datetime) -> int:
    lines = {line.person_id: line for line in _drawn(batch, part) if line.person_id is not None}
    found = _protected(lines, at)
    for person_id in found:
        raise_alerts(one(person_id), kind=AlertKind.ISSUE, actor=actor, at=at, refused=True)
        _refuse(lines[person_id], NotInNumbers())
        lines[person_id].save(update_fields=["problem", "reason"])
    return len(found)


def _of_part(batch: PrintBatch, part: int) -> QuerySet[PrintLine]:
    first = (part - 1) * PART + 1
    return PrintLine.objects.filter(batch=batch, position__gte=first, position__lt=first + PART)


def _drawn(batch: PrintBatch, part: int) -> QuerySet[PrintLine]:
    """The lines of a part that have a sheet in it."""
    return _of_part(batch, part).filter(certificate__isnull=False).exclude(problem=NotInNumbers.code)


def draw_part(
    *, actor: Principal, batch_id: UUID, part: int, at: datetime, alive: Callable[[], None] = lambda: None
) -> int:
    """Draws one part into its file, and says how many sheets it has; drawing again writes the same anew.

    ``alive`` is called between sheets, and may raise to stop. A certificate that was revoked in the meantime,
    or whose holder is protected since, is left out, and told in its line; whoever becomes protected while the
    part is drawn makes it be drawn anew.
    """
    batch = PrintBatch.objects.get(pk=batch_id)
    edition = Edition.LARGE if batch.large_print else Edition.STANDARD
    while True:
        keep_back(actor=actor, batch_id=batch_id, part=part, at=at)
        lines = list(_drawn(batch, part).order_by("position"))
        sheets = _sheets(batch, lines, alive)
        if sheets:
            print_files.write_part(batch.pk, part, pdf(sheets, edition=edition))
        else:
            print_files.remove_part(batch.pk, part)
        people = [line.person_id for line in lines if line.person_id is not None]
        if _drawn(batch, part).count() == len(lines) and not _protected(people, at):
            return len(sheets)


def _sheets(batch: PrintBatch, lines: list[PrintLine], alive: Callable[[], None]) -> list[PaperSheet]:
    sheets: list[PaperSheet] = []
    for line in lines:
        alive()
        try:
            sheet = _sheet(batch, line)
            check_density(sheet.codes, doses=len(sheet.doses))
        except HashiraError as error:
            if error.status >= 500:
                raise
            _refuse(line, error)
            line.save(update_fields=["problem", "reason"])
        else:
            sheets.append(sheet)
    return sheets


def _sheet(batch: PrintBatch, line: PrintLine) -> PaperSheet:
    assert line.certificate_id is not None
    view = certificate_view(line.certificate_id)
    sheet = paper_sheet(view)
    if not batch.cover:
        return sheet
    address = Person.objects.values_list("address", flat=True).get(pk=view.person_id)
    return replace(sheet, cover=Cover(Envelope(batch.cover), address, view.registered_name))


@service(action=_WRITE)
def view_batch(*, actor: Principal, batch_id: UUID) -> BatchView:
    """A batch for its page; raises ``BatchNotFound``."""
    view = batch_view(batch_id)
    access.require(actor, _WRITE, view.resource)
    audit.record(
        actor=actor,
        action=_WRITE,
        subjects=[audit.Subject("print-batch", str(batch_id))],
        organisation=str(view.organisation_id),
        facts={"looked": True},
    )
    return view


def fetch_part(*, actor: Principal, batch_id: UUID, part: int, at: datetime) -> Path:
    """The file of a part, for whoever may print it; that it was fetched is told. Raises ``FilesGone``.

    If somebody in it is protected since it was drawn, it is drawn anew without them.
    """
    claim_part(actor=actor, batch_id=batch_id, part=part, at=at)
    path = print_files.part_file(batch_id, part)
    if not path.exists():
        draw_part(actor=PRINTER, batch_id=batch_id, part=part, at=at)
    if not path.exists():
        raise FilesGone
    return path


@service(action=_WRITE)
def claim_part(*, actor: Principal, batch_id: UUID, part: int, at: datetime) -> None:
    """Access to the file of a part; the file goes if it shows somebody who is protected since.

    Raises ``FilesGone`` if it is over, or the part is still at work.
    """
    batch = PrintBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        access.require(actor, _WRITE, Resource("Portal::Area", "certificates"))
        raise BatchNotFound
    access.require(actor, _WRITE, _resource(batch))
    at_work = _of_part(batch, part).filter(done=False).exists()
    if not batch.files_kept or batch.files_until <= at or at_work:
        raise FilesGone
    kept_back = _keep_back(actor, batch, part, at)
    if kept_back:  # before the commit: a file that went too early is drawn again, one that stays is not
        print_files.remove_part(batch.pk, part)
    _tell(actor, _WRITE, batch, {"fetched": part, "kept_back": kept_back})


@service(action=_CARRY_OUT)
def remove_files(*, actor: Principal, batch_id: UUID, at: datetime) -> bool:
    """Deletes the files of a batch whose time is over; says whether it did."""
    batch = PrintBatch.objects.select_for_update(no_key=True).get(pk=batch_id)
    access.require(actor, _CARRY_OUT, _resource(batch))
    over = batch.files_kept and batch.files_until <= at
    if over:
        batch.files_kept = False
        batch.save(update_fields=["files_kept"])
        print_files.remove(batch.pk)
    _tell(actor, _CARRY_OUT, batch, {"removed": over})
    return over


def batches_over(at: datetime) -> tuple[UUID, ...]:
    """The batches whose files have been kept for as long as they may."""
    return tuple(PrintBatch.objects.filter(files_kept=True, files_until__lte=at).values_list("pk", flat=True))


def _resource(batch: PrintBatch) -> Resource:
    return Resource("Certificates::PrintBatch", str(batch.pk), str(batch.organisation_id))


def _tell(
    actor: Principal, action: str, batch: PrintBatch, facts: dict[str, str | int | bool | None]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[audit.Subject("print-batch", str(batch.pk))],
        organisation=str(batch.organisation_id),
        facts=facts,
    )
