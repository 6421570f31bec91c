"""Taking two entries of the register for one person, and taking that back (名寄せ・統合の取消し).

Locks as everywhere: the people by their ids, then links, then statuses; the audit comes last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hashira.certificates.domain import shc
from hashira.certificates.domain.certificate_status import Reason
from hashira.certificates.domain.dose_history import in_force
from hashira.certificates.domain.merging import SameDose, is_still_true, refusals, same_doses
from hashira.certificates.selectors.doses import dose_events, entry_events
from hashira.certificates.selectors.issuing import shown_name
from hashira.certificates.selectors.merging import (
    Comparison,
    EntrySide,
    MergeView,
    comparison,
    entry_of,
    entry_side,
    merge_view,
)
from hashira.certificates.selectors.people import PersonMerged, PersonNotFound
from hashira.certificates.services.examination import refresh_doubts
from hashira.certificates.services.person import resource_of
from hashira.certificates.services.status import after_doses
from hashira.certificates.store.models import (
    CollapsedDose,
    DoubtfulRecord,
    IssuedCertificate,
    LikelyDuplicate,
    MergeReversal,
    Person,
    PersonMerge,
    RegisterLink,
    State,
)
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class MergeRefused(HashiraError):
    """Details: ``reason``, a ``Bilingual`` that says what to do."""

    code = "CERT-371"
    what = Bilingual("統合できません", "They cannot be merged")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "書かれているとおりにしてから、もう一度統合してください。"
        "別の人なら「別人として記録する」を選んでください",
        "Do what it says and merge again. If they are two people, record that instead",
    )
    status = 409


class NotReversible(HashiraError):
    """The merge was taken back already, or a later one stands on it."""

    code = "CERT-372"
    what = Bilingual("統合を取り消せません", "The merge cannot be taken back")
    why = Bilingual(
        "もう取り消されているか、統合先の記録がさらに別の記録に統合されています",
        "It was taken back already, or the record it leads to was merged with yet another",
    )
    remedy = Bilingual(
        "統合の一覧で、後に行った統合から順に取り消してください",
        "Take back the later merge first; see the list of merges",
    )
    status = 409


NOT_CHECKED = Bilingual(
    "利用者がつながっています。統合すると、両方の接種がその利用者に見えます。"
    "本人を確かめて、確認の印を付けてください",
    "A user is linked and will see the doses of both. Make sure of the person and tick the confirmation",
)


@dataclass(frozen=True, slots=True)
class Reversed:
    """What a reversal could not give back by itself."""

    revoked: int
    """Certificates made in between that showed doses of both."""
    link_stays: bool
    """The moved link was ended or changed meanwhile, and stays as it is."""


@service(action="certificates:ComparePeople")
def compare_people(*, actor: Principal, one_id: UUID, other_id: UUID) -> Comparison:
    """Two people of a register side by side; that both were looked at is told.

    Raises ``PersonNotFound``, also for two registers, or ``PersonMerged``.
    """
    found = comparison(one_id, other_id)
    for side in (found.one, found.other):
        access.require(actor, "certificates:ComparePeople", side.person.resource)
    if found.one.person.organisation_id != found.other.person.organisation_id:
        raise PersonNotFound
    audit.record(
        actor=actor,
        action="certificates:ComparePeople",
        subjects=[Subject("person", str(one_id)), Subject("person", str(other_id))],
        organisation=str(found.one.person.organisation_id),
        facts={"score": found.score},
    )
    return found


@service(action="certificates:ComparePeople")
def view_merge(*, actor: Principal, merge_id: UUID) -> tuple[MergeView, tuple[EntrySide, EntrySide]]:
    """A merge with both entries as each is by itself; that both were looked at is told."""
    view = merge_view(merge_id)
    access.require(actor, "certificates:ComparePeople", view.resource)
    audit.record(
        actor=actor,
        action="certificates:ComparePeople",
        subjects=[Subject("person", str(view.kept)), Subject("person", str(view.absorbed))],
        organisation=str(view.organisation_id),
        facts={"merge": str(merge_id)},
    )
    return view, (entry_side(view.kept), entry_side(view.absorbed))


@service(action="certificates:MergePeople")
def merge_people(
    *,
    actor: Principal,
    kept_id: UUID,
    absorbed_id: UUID,
    collapse: Collection[UUID],
    identity_checked: bool,
    reason: str,
    at: datetime,
) -> UUID:
    """Lets ``absorbed`` stand in the record of ``kept`` from now on; returns the merge.

    ``collapse`` names those doses, among those that both have, which somebody confirmed to be one. A link
    moves with its person: whoever is linked sees the doses of both then, so ``identity_checked`` has to say
    that somebody made sure of the person. What a certificate says stays true or the certificate is revoked:
    one under another name than any of the person, and one that shows a dose otherwise than it counts from now
    on. Raises ``MergeRefused``, ``PersonMerged`` or ``PersonNotFound``.
    """
    kept, absorbed = _both(kept_id, absorbed_id)
    access.require(actor, "certificates:MergePeople", resource_of(kept))
    access.require(actor, "certificates:MergePeople", resource_of(absorbed))
    if kept.organisation_id != absorbed.organisation_id or kept.pk == absorbed.pk:
        raise MergeRefused(
            reason=Bilingual(
                "統合できるのは、同じ台帳の二つの登録だけです",
                "Only two entries of one register can be merged",
            )
        )
    entries = entry_of(kept), entry_of(absorbed)
    found = refusals(*entries)
    if not found and not identity_checked and any(entry.resident for entry in entries):
        found = (NOT_CHECKED,)
    if found:
        raise MergeRefused(reason=Bilingual("。".join(f.ja for f in found), ". ".join(f.en for f in found)))
    same = [
        one
        for one in same_doses(in_force(dose_events(kept.pk)), in_force(dose_events(absorbed.pk)))
        if one.dropped.event in collapse or one.kept.event in collapse
    ]
    along = [absorbed.pk, *absorbed.absorbed.order_by("pk").values_list("pk", flat=True)]
    merge = PersonMerge.objects.create(
        organisation_id=kept.organisation_id,
        kept=kept,
        absorbed=absorbed,
        along=[str(key) for key in along],
        link=_move_link(absorbed.pk, kept.pk, at),
        reason=reason,
        at=at,
        by=actor.id,
    )
    CollapsedDose.objects.bulk_create(
        CollapsedDose(merge=merge, event_id=one.dropped.event, kept_id=one.kept.event) for one in same
    )
    Person.objects.filter(pk__in=along).update(merged_into=kept)
    _revoke_untrue(actor, entries[0].names, along, same, at, note=reason)
    DoubtfulRecord.objects.filter(person_id__in=along).delete()
    refresh_doubts(kept.pk)
    pair = sorted((kept.pk, absorbed.pk))
    LikelyDuplicate.objects.update_or_create(
        first_id=pair[0],
        second_id=pair[1],
        defaults={
            "state": LikelyDuplicate.State.MERGED,
            "decided_at": at,
            "decided_by": actor.id,
            "reason": reason,
        },
        create_defaults={
            "organisation_id": kept.organisation_id,
            "score": 0,
            "found_at": at,
            "state": LikelyDuplicate.State.MERGED,
            "decided_at": at,
            "decided_by": actor.id,
            "reason": reason,
        },
    )
    _tell(
        actor,
        "certificates:MergePeople",
        kept,
        absorbed,
        reason,
        {"collapsed": len(same), "link": bool(merge.link)},
    )
    return merge.pk


@service(action="certificates:ReverseMerge")
def reverse_merge(*, actor: Principal, merge_id: UUID, reason: str, at: datetime) -> Reversed:
    """Takes a merge back: both entries have again what each was told, and the link where it was.

    Certificates made in between that show a dose of the other entry are revoked, their holders told. Raises
    ``NotReversible`` or ``PersonNotFound``.
    """
    merge = PersonMerge.objects.filter(pk=merge_id).first()
    if merge is None:
        raise PersonNotFound
    kept, absorbed = _locked(merge.kept_id, merge.absorbed_id)
    access.require(actor, "certificates:ReverseMerge", resource_of(kept))
    if absorbed.merged_into_id != kept.pk or MergeReversal.objects.filter(merge=merge).exists():
        raise NotReversible
    going = [UUID(key) for key in merge.along]
    foreign = Q(doses__event__person_id__in=going) & ~Q(person_id__in=going)
    revoked = after_doses(foreign, reason=Reason.CORRECTED, actor=actor, at=at, note=reason)
    Person.objects.filter(pk__in=going, pk=absorbed.pk).update(merged_into=None)
    Person.objects.filter(pk__in=going).exclude(pk=absorbed.pk).update(merged_into=absorbed)
    stays = _give_link_back(merge, at)
    MergeReversal.objects.create(merge=merge, reason=reason, at=at, by=actor.id)
    for key in (kept.pk, absorbed.pk):
        refresh_doubts(key)
    LikelyDuplicate.objects.filter(
        first_id__in=(kept.pk, absorbed.pk), second_id__in=(kept.pk, absorbed.pk)
    ).update(state=LikelyDuplicate.State.OPEN, decided_at=at, decided_by=actor.id, reason=reason)
    _tell(
        actor,
        "certificates:ReverseMerge",
        kept,
        absorbed,
        reason,
        {"revoked": len(revoked), "link_stays": stays},
    )
    return Reversed(len(revoked), stays)


@service(action="certificates:JudgeDuplicate")
def judge_distinct(*, actor: Principal, pair_id: UUID, distinct: bool, reason: str, at: datetime) -> None:
    """Remembers that two of the list are two people, so that no search lists them again; or takes it back."""
    pair = LikelyDuplicate.objects.select_for_update(of=("self",), no_key=True).filter(pk=pair_id).first()
    if pair is None:
        raise PersonNotFound
    person = Person.objects.get(pk=pair.first_id)
    access.require(actor, "certificates:JudgeDuplicate", resource_of(person))
    before = LikelyDuplicate.State.OPEN if distinct else LikelyDuplicate.State.DISTINCT
    if pair.state == before:
        pair.state = LikelyDuplicate.State.DISTINCT if distinct else LikelyDuplicate.State.OPEN
        pair.decided_at, pair.decided_by, pair.reason = at, actor.id, reason
        pair.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    audit.record(
        actor=actor,
        action="certificates:JudgeDuplicate",
        subjects=[Subject("person", str(pair.first_id)), Subject("person", str(pair.second_id))],
        organisation=str(pair.organisation_id),
        facts={"distinct": distinct, "score": pair.score},
        evidence=reason.encode() if reason else None,
    )


def _both(kept_id: UUID, absorbed_id: UUID) -> tuple[Person, Person]:
    kept, absorbed = _locked(kept_id, absorbed_id)
    for person in (kept, absorbed):
        if person.merged_into_id is not None:
            raise PersonMerged(leading=person.merged_into_id)
    return kept, absorbed


def _locked(one: UUID, other: UUID) -> tuple[Person, Person]:
    """Both rows, taken in the order of their ids, so that two merges never wait for each other."""
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=(one, other), erased_at=None)
    found = {row.pk: row for row in rows.order_by("pk")}
    if one not in found or other not in found:
        raise PersonNotFound
    return found[one], found[other]


def _move_link(absorbed: UUID, kept: UUID, at: datetime) -> dict[str, str]:
    """Ends the link of the one and makes it anew for the other; what it was, for the way back."""
    link = RegisterLink.objects.filter(person_id=absorbed, ended_at=None).first()
    if link is None or not RegisterLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=at):
        return {}
    made = RegisterLink.objects.create(
        resident_id=link.resident_id,
        person_id=kept,
        organisation_id=link.organisation_id,
        means=link.means,
        linked_at=link.linked_at,
    )
    return {"was": str(link.pk), "made": str(made.pk)}


def _give_link_back(merge: PersonMerge, at: datetime) -> bool:
    """The link where it was before the merge; whether it has to stay, since somebody ended it meanwhile."""
    if not merge.link:
        return False
    was = RegisterLink.objects.filter(pk=merge.link["was"]).first()
    ended = RegisterLink.objects.filter(pk=merge.link["made"], ended_at=None).update(ended_at=at)
    if was is None or not ended:
        return True
    RegisterLink.objects.create(
        resident_id=was.resident_id,
        person_id=merge.absorbed_id,
        organisation_id=was.organisation_id,
        means=was.means,
        linked_at=was.linked_at,
    )
    return False


def _revoke_untrue(
    actor: Principal,
    names: Sequence[str],
    along: Iterable[UUID],
    same: Iterable[SameDose],
    at: datetime,
    *,
    note: str,
) -> None:
    """Revokes what the merge makes untrue; all other certificates of both go on being valid."""
    rows = IssuedCertificate.objects.filter(person_id__in=along, status__state=State.VALID, shows_name=True)
    named = [row.pk for row in rows if row.format == shc.NAME and not is_still_true(shown_name(row), names)]
    told_otherwise = [one.dropped.event for one in same if not one.alike]
    if named or told_otherwise:
        untrue = Q(pk__in=named) | Q(doses__event_id__in=told_otherwise)
        after_doses(untrue, reason=Reason.CORRECTED, actor=actor, at=at, note=note)


def _tell(
    actor: Principal,
    action: str,
    kept: Person,
    absorbed: Person,
    reason: str,
    facts: dict[str, str | int | bool | None],
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("person", str(kept.pk)), Subject("person", str(absorbed.pk))],
        organisation=str(kept.organisation_id),
        facts=facts
        | {"kept_doses": len(entry_events(kept.pk)), "absorbed_doses": len(entry_events(absorbed.pk))},
        evidence=reason.encode(),
    )
