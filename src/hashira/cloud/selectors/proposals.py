"""Proposals as their providers and their assessors see them (提案の閲覧)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from hashira.cloud.domain.selection.answer import Answer, Claim, Gap, ThirdParty, gaps
from hashira.cloud.domain.selection.catalogue import Requirement, readable
from hashira.cloud.domain.selection.ismap import IsmapList, IsmapRegistration, IsmapRule
from hashira.cloud.selectors.catalogues import (
    RequirementLine,
    RoundView,
    requirement_line,
    requirement_of,
    round_view,
    rounds,
)
from hashira.cloud.store.models import (
    Proposal,
    ProposalAnswer,
    ProposalEvidence,
    ProposalPartner,
    RequirementItem,
)
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

PROVIDER = "cloud_provider"
_STATE = Proposal.State


class ProposalNotFound(HashiraError):
    """There is no such proposal, or no such requirement in it."""

    code = "CLD-125"
    what = Bilingual("提案がありません", "There is no such proposal")
    why = Bilingual(
        "その提案、または提案の中のその要件は見つかりません", "Neither it nor that requirement in it is known"
    )
    remedy = Bilingual("一覧から選び直してください", "Choose it from the list again")
    status = 404


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A piece of evidence, without its bytes."""

    id: UUID
    kind: str
    title: str
    text: str
    link: str
    file_name: str
    size: int
    digest: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """A partner of a joint proposal."""

    id: UUID
    organisation_id: UUID
    name: Bilingual
    role: str
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A requirement with the provider's answer as far as it has one."""

    requirement: RequirementLine
    answer: Answer
    evidence: tuple[EvidenceLine, ...]
    revision: int
    returned_reason: str
    editable: bool


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with its round and its partners."""

    id: UUID
    round: RoundView
    organisation_id: UUID
    provider: Bilingual
    service: Bilingual
    description: Bilingual
    registration: IsmapRegistration | None
    state: str
    state_words: Bilingual
    partners: tuple[PartnerLine, ...]
    submitted_at: datetime | None
    members: tuple[str, ...]
    answered: int
    returned: int

    @property
    def editable(self) -> bool:
        """Whether the service, its registration and its partners can be changed."""
        return self.state == _STATE.DRAFT


STATE_NAMES = {
    _STATE.DRAFT.value: Bilingual("作成中", "Draft"),
    _STATE.SUBMITTED.value: Bilingual("提出済み", "Handed in"),
    _STATE.RETURNED.value: Bilingual("差戻し", "Returned"),
    _STATE.WITHDRAWN.value: Bilingual("取下げ", "Withdrawn"),
    _STATE.DECIDED.value: Bilingual("決定", "Decided"),
}


def resource_of(row: Proposal, actor: Principal) -> Resource:
    """A proposal as access is asked for it: through the actor's own body, if that is one of its members."""
    members = members_of(row)
    through = next(
        (g.organisation for g in actor.grants if g.role == PROVIDER and g.organisation in members), ""
    )
    decision = getattr(row, "decision", None)
    attributes = {"members": members, "proposed_by": decision.proposed_by if decision is not None else ""}
    return Resource("Cloud::Proposal", str(row.pk), through or str(row.organisation_id), attributes)


def members_of(row: Proposal) -> tuple[str, ...]:
    """The bodies that propose: the lead and every partner, asked or agreed."""
    partners = [str(one.organisation_id) for one in row.partners.all()]
    return tuple(sorted({str(row.organisation_id), *partners}))


def find_proposal(proposal_id: UUID) -> Proposal:
    """The row with what its resource needs; raises ``ProposalNotFound``."""
    row = _rows().filter(pk=proposal_id).first()
    if row is None:
        raise ProposalNotFound
    return row


def proposal_view(proposal_id: UUID, today: date) -> ProposalView:
    """One proposal; raises ``ProposalNotFound``. The caller asks for access."""
    row = find_proposal(proposal_id)
    return _view(row, round_view(row.round_id, today), _counts([row]).get(row.pk, (0, 0)))


def own_proposals(actor: Principal, today: date) -> tuple[ProposalView, ...]:
    """The proposals of the bodies for which the actor proposes, as lead or as partner."""
    bodies = [g.organisation for g in actor.grants if g.role == PROVIDER]
    mine = Q(organisation_id__in=bodies) | Q(partners__organisation_id__in=bodies)
    return _views(_rows().filter(pk__in=Proposal.objects.filter(mine).values("pk")), today)


def proposals_handed_in(today: date) -> tuple[ProposalView, ...]:
    """Everything that was handed in, for those who assess and decide."""
    return _views(_rows().filter(state__in=[_STATE.SUBMITTED, _STATE.RETURNED, _STATE.DECIDED]), today)


def answer_lines(proposal_id: UUID) -> tuple[AnswerLine, ...]:
    """Every requirement of the round with the answer to it, in the order of the catalogue."""
    row = find_proposal(proposal_id)
    items = RequirementItem.objects.filter(catalogue_id=row.round.catalogue_id)
    return _answer_lines(row, tuple(items))


def answer_line(proposal_id: UUID, key: int) -> AnswerLine:
    """One requirement with its answer; raises ``ProposalNotFound`` for one of another catalogue."""
    row = find_proposal(proposal_id)
    items = tuple(RequirementItem.objects.filter(catalogue_id=row.round.catalogue_id, pk=key))
    if not items:
        raise ProposalNotFound
    return _answer_lines(row, items)[0]


def following(proposal_id: UUID, key: int) -> int | None:
    """The next requirement whose answer can be changed, in the order of the catalogue."""
    row = find_proposal(proposal_id)
    items = RequirementItem.objects.filter(catalogue_id=row.round.catalogue_id)
    if row.state == _STATE.RETURNED:
        returned = ProposalAnswer.objects.filter(proposal=row).exclude(returned_reason="")
        items = items.filter(pk__in=returned.values("item_id"))
    here = RequirementItem.objects.filter(pk=key).values("position")
    return items.filter(position__gt=here[:1]).values_list("pk", flat=True).first()


def gaps_of(proposal_id: UUID, today: date) -> tuple[Gap, ...]:
    """What is missing before the proposal can be handed in, the proposal itself first."""
    row = find_proposal(proposal_id)
    items = tuple(RequirementItem.objects.filter(catalogue_id=row.round.catalogue_id))
    lines = _answer_lines(row, items)
    found = list(_gaps_of_proposal(row, today))
    found += gaps(
        [requirement_of(item) for item in items],
        {line.requirement.id: line.answer for line in lines},
        {line.requirement.id: len(line.evidence) for line in lines},
        today=today,
    )
    return tuple(found)


def evidence_content(evidence_id: UUID) -> tuple[ProposalEvidence, bytes]:
    """A file with its bytes; raises ``ProposalNotFound``. The caller asks for access."""
    row = (
        ProposalEvidence.objects.select_related("content", "proposal")
        .filter(pk=evidence_id, kind="file")
        .first()
    )
    if row is None:
        raise ProposalNotFound
    return row, bytes(row.content.data)


def possible_partners(view: ProposalView) -> tuple[tuple[UUID, Bilingual], ...]:
    """The vendors of this installation who are no part of the proposal yet."""
    rows = Organisation.objects.filter(kind=Organisation.Kind.VENDOR).exclude(pk__in=view.members)
    return tuple((row.pk, Bilingual(row.name, row.name_en)) for row in rows)


def own_bodies(actor: Principal) -> tuple[tuple[UUID, Bilingual], ...]:
    """The bodies for which the actor can propose."""
    bodies = [g.organisation for g in actor.grants if g.role == PROVIDER]
    rows = Organisation.objects.filter(pk__in=bodies)
    return tuple((row.pk, Bilingual(row.name, row.name_en)) for row in rows)


def registration_of(row: Proposal) -> IsmapRegistration | None:
    """The registration with ISMAP, if one is on record."""
    if not row.ismap_number or row.ismap_registered_on is None or row.ismap_expires_on is None:
        return None
    return IsmapRegistration(
        IsmapList(row.ismap_list), row.ismap_number, row.ismap_registered_on, row.ismap_expires_on
    )


def requirements_of(row: Proposal) -> dict[int, Requirement]:
    """The requirements of the proposal's round by the keys of their rows, in their order."""
    items = RequirementItem.objects.filter(catalogue_id=row.round.catalogue_id)
    return {item.pk: requirement_of(item) for item in items}


def _gaps_of_proposal(row: Proposal, today: date) -> Sequence[Gap]:
    found: list[Gap] = []
    if not row.description.strip():
        found.append(
            Gap("", Bilingual("サービスの説明がありません", "The description of the service is missing"))
        )
    rule, registration = IsmapRule(row.round.ismap), registration_of(row)
    if rule is not IsmapRule.NOT_REQUIRED and (
        registration is None or not registration.satisfies(rule, today)
    ):
        found.append(
            Gap(
                "",
                Bilingual("有効なISMAPの登録がありません", "A registration with ISMAP in force is missing"),
            )
        )
    for one in row.partners.all():
        if one.agreed_at is None:
            words = Bilingual("{name}がまだ同意していません", "{name} has not agreed yet")
            name = Bilingual(one.organisation.name, one.organisation.name_en)
            found.append(Gap("", words.format(name=name)))
    return found


def _answer_lines(row: Proposal, items: Sequence[RequirementItem]) -> tuple[AnswerLine, ...]:
    keys = [item.pk for item in items]
    answers = {one.item_id: one for one in ProposalAnswer.objects.filter(proposal=row, item_id__in=keys)}
    evidence: dict[int, list[EvidenceLine]] = {}
    for one in ProposalEvidence.objects.filter(proposal=row, item_id__in=keys):
        evidence.setdefault(one.item_id, []).append(_evidence(one))
    found = []
    for item in items:
        answer = answers.get(item.pk)
        returned = answer.returned_reason if answer else ""
        editable = row.state == _STATE.DRAFT or (row.state == _STATE.RETURNED and bool(returned))
        found.append(
            AnswerLine(
                requirement_line(item),
                answer_of(answer),
                tuple(evidence.get(item.pk, ())),
                answer.revision if answer else 1,
                returned,
                editable,
            )
        )
    return tuple(found)


def answer_of(row: ProposalAnswer | None) -> Answer:
    """A row as the value of the domain; no row is an answer without a claim."""
    if row is None:
        return Answer(None)
    return Answer(
        Claim(row.claim) if row.claim else None,
        row.explanation,
        row.planned_on,
        ThirdParty(row.third_party_product, row.third_party_supplier),
    )


def _evidence(one: ProposalEvidence) -> EvidenceLine:
    return EvidenceLine(
        one.pk,
        one.kind,
        one.title,
        one.text,
        one.link,
        one.file_name,
        one.size,
        one.digest,
        one.added_at,
    )


def _rows() -> QuerySet[Proposal]:
    return Proposal.objects.select_related("round", "organisation", "decision").prefetch_related(
        "partners__organisation"
    )


def _counts(rows: Iterable[Proposal]) -> dict[UUID, tuple[int, int]]:
    """By proposal the number of answers that have a claim, and of those that were returned: asked of the
    answers alone, since a join would carry each proposal along with each of its hundreds of answers."""
    of = ProposalAnswer.objects.filter(proposal__in=[row.pk for row in rows]).values("proposal").order_by()
    counted = of.annotate(
        answered=Count("pk", filter=~Q(claim="")), returned=Count("pk", filter=~Q(returned_reason=""))
    )
    return {one["proposal"]: (one["answered"], one["returned"]) for one in counted}


def _partner(one: ProposalPartner) -> PartnerLine:
    name = Bilingual(one.organisation.name, one.organisation.name_en)
    return PartnerLine(one.pk, one.organisation_id, name, one.role, one.agreed_at)


def _views(rows: QuerySet[Proposal], today: date) -> tuple[ProposalView, ...]:
    found, of = list(rows), {one.id: one for one in rounds(today)}
    counts = _counts(found)
    return tuple(_view(row, of[row.round_id], counts.get(row.pk, (0, 0))) for row in found)


def _view(row: Proposal, of: RoundView, counts: tuple[int, int]) -> ProposalView:
    return ProposalView(
        row.pk,
        of,
        row.organisation_id,
        Bilingual(row.organisation.name, row.organisation.name_en),
        readable(Bilingual(row.service, row.service_en)),
        readable(Bilingual(row.description, row.description_en)),
        registration_of(row),
        row.state,
        STATE_NAMES[row.state],
        tuple(_partner(one) for one in row.partners.all()),
        row.submitted_at,
        members_of(row),
        *counts,
    )
