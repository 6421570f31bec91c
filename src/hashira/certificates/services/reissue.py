"""A new certificate in the place of one that was revoked by no act of its holder (証明書の再発行)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.selectors.own_record import OwnDose, own_record
from hashira.certificates.selectors.record_group import collapsed_into, members_of
from hashira.certificates.services.issuing import replace_card, replace_seal
from hashira.certificates.services.issuing_hcert import replace_eu, replace_icvp
from hashira.certificates.services.own_record import require_own
from hashira.certificates.services.status import PUBLISHER, REISSUE_JOB
from hashira.certificates.store.models import DoseEvent, IssuedCertificate, Person, Reissue
from hashira.core import access, audit, jobs
from hashira.core.access import Principal, Resource
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class ReissueAnswered(HashiraError):
    """The holder has answered, or there is nothing to answer."""

    code = "CERT-233"
    what = Bilingual("回答を受け付けられませんでした", "The answer was not taken")
    why = Bilingual(
        "この証明書については、もう回答済みです", "This certificate has been answered for already"
    )
    remedy = Bilingual("「わたしの接種記録」を開き直してください", "Open your vaccination records again")
    status = 409


class NothingToShow(HashiraError):
    """No dose is left that the certificate could show."""

    code = "CERT-234"
    what = Bilingual("証明書を作り直せません", "The certificate cannot be made again")
    why = Bilingual("載せられる接種記録が残っていません", "No dose is left that it could show")
    remedy = Bilingual("いまの接種記録を確かめてください", "Look at the record as it is now")
    status = 409


@service(action="certificates:IssueOwnCertificate")
def answer(*, actor: Principal, reissue_id: UUID, wanted: bool, at: datetime) -> None:
    """What the holder says to a new certificate; if it is wanted, the job is requested with the answer.

    Saying the same twice changes nothing. Raises ``ReissueAnswered``.
    """
    row = Reissue.objects.select_related("old").get(pk=reissue_id)
    record = own_record(row.person_id)
    require_own(actor, "certificates:IssueOwnCertificate", record, record.resource)
    row = Reissue.objects.select_for_update(no_key=True).get(pk=reissue_id)
    said = Reissue.Wish.WANTED if wanted else Reissue.Wish.DECLINED
    # Who declined may come back to it; what was asked for is on its way.
    if row.outcome != Reissue.Outcome.OPEN or (row.wish == Reissue.Wish.WANTED and not wanted):
        raise ReissueAnswered
    if row.wish != said:
        row.wish, row.seen_at = said, at
        row.save(update_fields=["wish", "seen_at"])
        if wanted:
            jobs.request(actor=PUBLISHER, kind=REISSUE_JOB, parameters={"reissues": [str(row.pk)]}, total=1)
    audit.record(
        actor=actor,
        action="certificates:IssueOwnCertificate",
        subjects=[Subject("person", str(row.person_id))],
        organisation=str(record.organisation_id),
        facts={"reissue": wanted},
    )


@service(action="certificates:ReissueCertificate")
def carry_out(*, actor: Principal, reissue_id: UUID, at: datetime) -> str:
    """Issues the successor of a revoked certificate; its id is that of the row, so that it is made once.

    Returns the outcome. What is in the way of it is kept with the row, and the holder is told.
    """
    row = Reissue.objects.select_related("old").filter(pk=reissue_id).first()
    access.require(actor, "certificates:ReissueCertificate", Resource("Portal::Area", "certificates"))
    if row is None:  # the person was erased meanwhile
        audit.record(actor=actor, action="certificates:ReissueCertificate", facts={"outcome": "gone"})
        return "gone"
    Person.objects.select_for_update(no_key=True).get(pk=row.person_id)
    row = (
        Reissue.objects.select_for_update(no_key=True, of=("self",)).select_related("old").get(pk=reissue_id)
    )
    if row.outcome == Reissue.Outcome.OPEN and row.wish == Reissue.Wish.WANTED:
        _issue(row, actor, at)
    audit.record(
        actor=actor,
        action="certificates:ReissueCertificate",
        subjects=[Subject("person", str(row.person_id))],
        organisation=str(row.old.organisation_id),
        facts={"outcome": row.outcome, "cause": row.cause, "problem": row.problem},
    )
    return row.outcome


def _issue(row: Reissue, actor: Principal, at: datetime) -> None:
    try:
        doses = _successors(row.old)
        _MAKERS[row.old.kind](actor=actor, old=row.old, certificate_id=row.pk, doses=doses, at=at)
    except HashiraError as error:
        if error.status >= 500:  # the keys, not the record: the job is tried again
            raise
        row.outcome, row.problem = Reissue.Outcome.IMPOSSIBLE, error.code
    else:
        row.outcome, row.new_id = Reissue.Outcome.ISSUED, row.pk
    row.save(update_fields=["outcome", "problem", "new"])


_MAKERS: Mapping[str, Callable[..., UUID]] = {
    CertificateKind.CARD: replace_card,
    CertificateKind.SEAL: replace_seal,
    CertificateKind.EU: replace_eu,
    CertificateKind.ICVP: replace_icvp,
}


def _successors(old: IssuedCertificate) -> tuple[OwnDose, ...]:
    """The doses in force in the place of those the old certificate showed; withdrawn ones are left out."""
    record = own_record(old.person_id)
    in_force = {dose.event_id: dose for dose in record.doses}
    found: dict[UUID, OwnDose] = {}
    members = members_of(old.person_id)
    replaced = dict(
        DoseEvent.objects.filter(person_id__in=members, replaces__isnull=False).values_list(
            "replaces_id", "id"
        )
    )
    replaced |= collapsed_into(members)
    for shown in old.doses.all():
        event = shown.event_id
        while event in replaced:
            event = replaced[event]
        dose = in_force.get(event)
        if dose is not None and dose.refusals[CertificateKind(old.kind)] is None:
            found[event] = dose
    if not found:
        raise NothingToShow
    return tuple(dose for dose in record.doses if dose.event_id in found)
