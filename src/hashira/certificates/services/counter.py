"""Serving people at the counter: choose, check who they are, issue and print, undo, next (窓口モード).

A visit is one person at the counter. Its page shows that person until the next visitor is called, or the
visit has lasted for twenty minutes; then the same address shows nobody any more. Under a delegation the
counter is another municipality's, which acts for the owner of the record (``services.delegation``): access is
asked for as the delegation has it, at every step, and what is done is told on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.domain.counter import VISIT_LASTS, Document
from hashira.certificates.domain.delegation import Deed
from hashira.certificates.domain.mrz import Zone
from hashira.certificates.domain.paper import Edition, PaperSheet, check_density
from hashira.certificates.domain.passport import accept_passport
from hashira.certificates.selectors.delegation import DelegationView, delegation_view
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.paper import paper_sheet, sheets_of
from hashira.certificates.selectors.protection import person_resource
from hashira.certificates.selectors.record_group import members_of
from hashira.certificates.services.delegation import UNDER, tell_deed
from hashira.certificates.services.issuing import card_by_staff, seal_by_staff
from hashira.certificates.services.protection import require_person
from hashira.certificates.services.status import announce, end_validity, revoke_by_hand
from hashira.certificates.store.models import CounterVisit, IssuedCertificate, Person
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_ACTION = "certificates:ServeAtCounter"


class VisitOver(HashiraError):
    """The next visitor was called, or the time of the visit is over."""

    code = "CERT-194"
    what = Bilingual("この受付は終わっています", "This visit is over")
    why = Bilingual(
        "次の方の受付が始まったか、受付から20分が過ぎました。前の方の内容は表示しません",
        "The next visitor was called, or twenty minutes have passed; nobody is shown any more",
    )
    remedy = Bilingual("もう一度探してください", "Search for the person again")
    status = 409


class ServedAlready(HashiraError):
    """One visit issues once."""

    code = "CERT-195"
    what = Bilingual("もう発行しました", "It has been issued already")
    why = Bilingual("この受付では、証明書を発行しています", "A certificate was issued in this visit")
    remedy = Bilingual(
        "印刷するか、「次の方」を押してから、もう一度受け付けてください",
        "Print it, or call the next visitor and serve the person anew",
    )
    status = 409


class NothingToUndo(HashiraError):
    """Nothing was issued in this visit, or it has been undone."""

    code = "CERT-196"
    what = Bilingual("取り消すものがありません", "There is nothing to undo")
    why = Bilingual(
        "この受付で新しく発行して、いま有効な証明書はありません",
        "No certificate that was issued in this visit is valid now",
    )
    remedy = Bilingual(
        "前に発行した証明書は、台帳の「発行した証明書」から失効してください",
        "Revoke an earlier certificate from the list of the person",
    )
    status = 409


class KindNotDelegated(HashiraError):
    """The delegation leaves this kind, or this certificate, to the owner of the record."""

    code = "CERT-382"
    what = Bilingual("この証明書は、ここでは発行できません", "This certificate cannot be issued here")
    why = Bilingual(
        "委任された種類の証明書ではないか、この委任で発行した証明書ではありません",
        "It is not of a kind that was delegated, or was not issued under this delegation",
    )
    remedy = Bilingual(
        "記録のある市区町村に申し込むよう案内してください",
        "Send the person to the municipality that keeps the record",
    )
    status = 422


@service(action=_ACTION)
def open_visit(*, actor: Principal, person_id: UUID, at: datetime) -> UUID:
    """Begins with a person, and ends every other visit of the same member of staff; returns its id."""
    record = own_record(person_id)
    require_person(actor, _ACTION, person_resource(record.person_id, record.organisation_id))
    CounterVisit.objects.filter(opened_by=actor.id, ended_at=None).update(ended_at=at)
    row = CounterVisit.objects.create(
        organisation_id=record.organisation_id, person_id=record.person_id, opened_at=at, opened_by=actor.id
    )
    _tell(actor, row, {"step": "opened"}, at=at)
    return row.pk


@service(action=_ACTION)
def open_delegated_visit(*, actor: Principal, delegation_id: UUID, person_id: UUID, at: datetime) -> UUID:
    """Begins with a person of another municipality's register, under a delegation with an issue.

    Raises ``AccessDenied`` where the delegation does not reach the person, today or at all, and for who is
    protected, whoever asks.
    """
    view = delegation_view(delegation_id)
    access.require(actor, _ACTION, view.record_on(person_id, today_in_japan(FixedClock(at))))
    record = own_record(person_id)
    CounterVisit.objects.filter(opened_by=actor.id, ended_at=None).update(ended_at=at)
    row = CounterVisit.objects.create(
        organisation_id=record.organisation_id,
        person_id=record.person_id,
        delegation_id=view.id,
        opened_at=at,
        opened_by=actor.id,
    )
    _tell(actor, row, {"step": "opened"}, at=at)
    return row.pk


@service(action=_ACTION)
def issue_domestic(
    *,
    actor: Principal,
    visit_id: UUID,
    document: Document,
    by_representative: bool,
    events: Sequence[UUID],
    edition: Edition,
    at: datetime,
) -> None:
    """Issues a domestic certificate once the identity was checked; asking twice issues one.

    Raises ``VisitOver``, ``ServedAlready``, ``CodeTooDense`` or as ``issue_card``; then nothing is issued.
    """
    row = _held(actor, visit_id, at)
    _delegated_kind(row, CertificateKind.CARD)
    card_id = uuid5(row.pk, "card")
    if row.served_at is not None and row.card_id != card_id:
        raise ServedAlready
    record = own_record(row.person_id)
    row.card_id = card_by_staff(
        actor=actor,
        action=_ACTION,
        record=record,
        certificate_id=card_id,
        events=events,
        at=at,
        facts=_under(row),
    )
    _serve(actor, row, document, by_representative, edition, at)


@service(action=_ACTION)
def issue_for_travel(
    *,
    actor: Principal,
    visit_id: UUID,
    zone: Zone,
    name_compared: bool,
    by_representative: bool,
    events: Sequence[UUID],
    edition: Edition,
    at: datetime,
) -> None:
    """Issues a certificate for travel, and the domestic one that goes with it; asking twice issues them once.

    The passport is the document that was shown. ``name_compared``: its Roman name is none that the register
    leads to, and the clerk has compared the two. Raises as ``issue_domestic``, and ``PassportNotUsable``.
    """
    row = _held(actor, visit_id, at)
    _delegated_kind(row, CertificateKind.SEAL)
    card_id, seal_id = uuid5(row.pk, "card"), uuid5(row.pk, "seal")
    if row.served_at is not None and row.seal_id != seal_id:
        raise ServedAlready
    record = own_record(row.person_id)
    passport = accept_passport(
        zone,
        birth_date=record.birth_date,
        names=record.names,
        on=today_in_japan(FixedClock(at)),
        name_compared=name_compared,
    )
    row.seal_id = seal_by_staff(
        actor=actor,
        action=_ACTION,
        record=record,
        certificate_id=seal_id,
        events=events,
        passport=passport,
        at=at,
        facts=_under(row),
    )
    shown = [dose.event_id for dose in record.doses if dose.card_refusal is None and dose.event_id in events]
    if shown and _may_issue(row, CertificateKind.CARD):
        row.card_id = card_by_staff(
            actor=actor,
            action=_ACTION,
            record=record,
            certificate_id=card_id,
            events=shown,
            at=at,
            facts=_under(row),
        )
    _serve(actor, row, Document.PASSPORT, by_representative, edition, at, name_compared=name_compared)


@service(action=_ACTION)
def reprint(
    *,
    actor: Principal,
    visit_id: UUID,
    certificate_id: UUID,
    document: Document,
    by_representative: bool,
    edition: Edition,
    at: datetime,
) -> None:
    """Prints a certificate of the person again; under a delegation, one that was issued under it.

    Raises ``VisitOver``, ``ServedAlready``, ``NotInForce``, ``NoLongerValid`` or ``KindNotDelegated``.
    """
    row = _held(actor, visit_id, at)
    if row.served_at is not None and not row.reprinted:
        raise ServedAlready
    made = IssuedCertificate.objects.get(pk=certificate_id, person_id__in=members_of(row.person_id))
    if row.delegation_id is not None and made.pk not in issued_under(row.delegation_id):
        raise KindNotDelegated
    view = certificate_view(made.pk)
    row.card_id, row.seal_id = (made.pk, None) if view.is_card else (None, made.pk)
    row.reprinted = True
    _serve(actor, row, document, by_representative, edition, at)


@service(action=_ACTION)
def sheets_to_print(
    *, actor: Principal, visit_id: UUID, edition: Edition, at: datetime
) -> tuple[PaperSheet, ...]:
    """The sheets of a visit; that they were fetched is told. Raises ``VisitOver``, ``NothingToUndo``."""
    row = _held(actor, visit_id, at)
    if row.served_at is None or row.undone_at is not None:
        raise NothingToUndo
    _tell(actor, row, {"step": "printed", "edition": edition.value}, at=at)
    return _sheets(row)


@service(action=_ACTION)
def undo_visit(*, actor: Principal, visit_id: UUID, at: datetime) -> None:
    """Takes back what the visit issued: it was for somebody else. Every certificate of it is revoked.

    Raises ``NothingToUndo``: a reprint issues nothing, and what was issued earlier stays.
    """
    row = _held(actor, visit_id, at)
    issued = [pk for pk in (row.card_id, row.seal_id) if pk is not None]
    if row.served_at is None or row.reprinted or row.undone_at is not None or not issued:
        raise NothingToUndo
    note = "counter: undone at once"
    if row.delegation_id is not None:  # to revoke by hand is the owner's; to take back the own act is not
        ended = end_validity(issued, reason=Reason.MISISSUED, actor=actor, at=at, note=note)
        announce(ended, cause=Reason.MISISSUED, at=at)
    else:
        for pk in issued:
            revoke_by_hand(actor=actor, certificate_id=pk, reason=Reason.MISISSUED, note=note, at=at)
    row.undone_at = at
    row.save(update_fields=["undone_at"])
    _tell(actor, row, {"step": "undone", "revoked": len(issued)}, at=at)


@service(action=_ACTION)
def end_visit(*, actor: Principal, visit_id: UUID, at: datetime) -> None:
    """Calls the next visitor: from now on the visit shows nobody. Ending twice is ending once.

    Also where the person has become protected in the meantime: to show nobody is asked of no record.
    """
    access.require(actor, _ACTION, Resource("Portal::Area", "certificates"))
    row = CounterVisit.objects.select_for_update(no_key=True).filter(pk=visit_id, opened_by=actor.id).first()
    if row is None:
        raise VisitOver
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
    _tell(actor, row, {"step": "ended"}, at=at)


@service(action=_ACTION)
def look_at_visit(*, actor: Principal, visit_id: UUID, at: datetime) -> CounterVisit:
    """The visit for its page, told as a look at the person; raises ``VisitOver``."""
    row = _held(actor, visit_id, at)
    _tell(actor, row, {"step": "looked"}, at=at)
    return row


def issued_under(delegation_id: UUID) -> frozenset[UUID]:
    """The certificates that were issued in the visits under a delegation."""
    visits = CounterVisit.objects.filter(delegation_id=delegation_id, reprinted=False)
    pairs = visits.values_list("card_id", "seal_id")
    return frozenset(pk for pair in pairs for pk in pair if pk is not None)


def _delegation_of(row: CounterVisit) -> DelegationView | None:
    return delegation_view(row.delegation_id) if row.delegation_id is not None else None


def _may_issue(row: CounterVisit, kind: CertificateKind) -> bool:
    view = _delegation_of(row)
    return view is None or kind in view.kinds


def _delegated_kind(row: CounterVisit, kind: CertificateKind) -> None:
    if not _may_issue(row, kind):
        raise KindNotDelegated


def _under(row: CounterVisit) -> dict[str, str]:
    """What the event of the issue itself says of the delegation."""
    return {UNDER: str(row.delegation_id)} if row.delegation_id is not None else {}


def _row(actor: Principal, visit_id: UUID, at: datetime) -> CounterVisit:
    row = CounterVisit.objects.select_for_update(no_key=True).filter(pk=visit_id).first()
    if row is None or row.opened_by != actor.id:  # a visit is of the one who opened it
        access.require(actor, _ACTION, Resource("Portal::Area", "certificates"))
        raise VisitOver
    view = _delegation_of(row)
    if view is None:
        require_person(actor, _ACTION, person_resource(row.person_id, row.organisation_id))
    else:
        access.require(actor, _ACTION, view.record_on(row.person_id, today_in_japan(FixedClock(at))))
    return row


def _held(actor: Principal, visit_id: UUID, at: datetime) -> CounterVisit:
    """The visit, and its person until the commit: a correction waits, or has been seen."""
    known = CounterVisit.objects.filter(pk=visit_id).values_list("person_id", flat=True).first()
    Person.objects.select_for_update(no_key=True).filter(pk=known).first()
    row = _row(actor, visit_id, at)
    if row.ended_at is not None or row.opened_at <= at - VISIT_LASTS:
        raise VisitOver
    return row


def _serve(
    actor: Principal,
    row: CounterVisit,
    document: Document,
    by_representative: bool,
    edition: Edition,
    at: datetime,
    *,
    name_compared: bool = False,
) -> None:
    """What was issued is fit to be printed, or nothing was: a code that is too dense rolls it back."""
    row.document, row.by_representative = document.value, by_representative
    row.large_print, row.served_at = edition is Edition.LARGE, row.served_at or at
    row.save()
    for sheet in _sheets(row):
        check_density(sheet.codes, doses=len(sheet.doses))
    _tell(
        actor,
        row,
        {
            "step": "reprinted" if row.reprinted else "issued",
            "document": document.value,
            "by_representative": by_representative,
            "name_compared": name_compared,
        },
        at=at,
    )


def _sheets(row: CounterVisit) -> tuple[PaperSheet, ...]:
    card = certificate_view(row.card_id) if row.card_id else None
    seal = certificate_view(row.seal_id) if row.seal_id else None
    if card is None:
        return (paper_sheet(seal),) if seal else ()
    return sheets_of(card, seal)


_DEEDS = {
    "opened": Deed.OPENED,
    "looked": Deed.LOOKED,
    "issued": Deed.ISSUED,
    "reprinted": Deed.REPRINTED,
    "printed": Deed.PRINTED,
    "undone": Deed.UNDONE,
}
"""By step; that the next visitor was called is no act on a record."""


def _tell(
    actor: Principal, row: CounterVisit, facts: dict[str, str | int | bool | None], *, at: datetime
) -> None:
    view, deed = _delegation_of(row), _DEEDS.get(str(facts["step"]))
    if view is not None and deed is not None:
        issued = [pk for pk in (row.card_id, row.seal_id) if pk is not None]
        tell_deed(
            actor,
            _ACTION,
            view,
            deed,
            at=at,
            person_id=row.person_id,
            certificates=issued if deed not in {Deed.OPENED, Deed.LOOKED} else (),
            facts={"visit": str(row.pk), **facts},
        )
        return
    audit.record(
        actor=actor,
        action=_ACTION,
        subjects=[Subject("person", str(row.person_id))],
        organisation=str(row.organisation_id),
        facts={"visit": str(row.pk), **facts},
    )
