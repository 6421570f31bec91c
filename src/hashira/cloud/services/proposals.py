"""Proposals of providers: begun, answered item by item, handed in, withdrawn (提案)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from hashira.cloud.domain.selection.answer import Answer
from hashira.cloud.domain.selection.ismap import IsmapRegistration
from hashira.cloud.selectors.proposals import ProposalNotFound, answer_lines, gaps_of, resource_of
from hashira.cloud.store.models import (
    Proposal,
    ProposalAnswer,
    ProposalSubmission,
    RequirementItem,
    SelectionRound,
)
from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.canonical_json import JSON, canonical_json
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_STATE = Proposal.State


class ProposalClosed(HashiraError):
    """Details: ``reason``."""

    code = "CLD-126"
    what = Bilingual("変更できませんでした", "It was not changed")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "差し戻された要件だけを直せます。直す必要があるときは、選定の担当に知らせてください",
        "Only returned requirements can be corrected; tell those who select if more has to be",
    )
    status = 409


class ProposalRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-127"
    what = Bilingual("提案を保存できません", "The proposal cannot be saved")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直して、もう一度行ってください", "Put it right and try again")
    status = 422


class ProposalIncomplete(HashiraError):
    """Details: ``count``, ``first``."""

    code = "CLD-128"
    what = Bilingual("提出できません", "It cannot be handed in")
    why = Bilingual(
        "足りないものが{count}件あります。はじめは：{first}", "{count} things are missing; the first: {first}"
    )
    remedy = Bilingual(
        "「提出前の確認」の一覧を見て、埋めてください", "Fill in what the check before handing in lists"
    )
    status = 422


@service(action="cloud:StartProposal")
def start_proposal(
    *, actor: Principal, round_id: UUID, organisation_id: UUID, service_name: Bilingual, at: datetime
) -> UUID:
    """Begins a proposal of one's own body; raises ``ProposalRefused`` outside the days of the round."""
    body = Organisation.objects.filter(pk=organisation_id).first()
    members = (str(organisation_id),)
    resource = Resource(
        "Cloud::Proposal", "new", str(organisation_id), {"members": members, "proposed_by": ""}
    )
    access.require(actor, "cloud:StartProposal", resource)
    row = SelectionRound.objects.select_for_update().filter(pk=round_id).first()
    if row is None or body is None:
        raise ProposalNotFound
    _in_time(row, at)
    if not service_name.ja.strip() or max(len(service_name.ja), len(service_name.en)) > 200:
        raise ProposalRefused(
            field="service",
            reason=Bilingual(
                "サービスの名前は1文字から200文字です", "The service has a name of up to 200 characters"
            ),
        )
    same = row.proposals.filter(organisation=body, service=service_name.ja).exclude(state=_STATE.WITHDRAWN)
    if same.exists():
        raise ProposalRefused(
            field="service",
            reason=Bilingual("このサービスはもう提案しています", "This service is proposed already"),
        )
    made = Proposal.objects.create(
        round=row,
        organisation=body,
        service=service_name.ja,
        service_en=service_name.en,
        created_at=at,
        created_by=actor.id,
    )
    tell(actor, "cloud:StartProposal", made, {})
    return made.pk


@service(action="cloud:EditProposal")
def describe_proposal(
    *,
    actor: Principal,
    proposal_id: UUID,
    service_name: Bilingual,
    description: Bilingual,
    registration: IsmapRegistration | None,
    at: datetime,
) -> None:
    """Writes what the service is and its registration with ISMAP; raises ``ProposalClosed``."""
    row = locked(proposal_id)
    as_member(actor, "cloud:EditProposal", row)
    only_draft(row)
    if not service_name.ja.strip():
        raise ProposalRefused(field="service", reason=Bilingual("名前がありません", "The name is missing"))
    other = Proposal.objects.filter(round=row.round, organisation=row.organisation, service=service_name.ja)
    if other.exclude(pk=row.pk).exclude(state=_STATE.WITHDRAWN).exists():
        raise ProposalRefused(
            field="service", reason=Bilingual("同じ名前の提案があります", "Another proposal has this name")
        )
    if registration is not None and registration.registered_on > today_in_japan(FixedClock(at)):
        raise ProposalRefused(
            field="ismap_registered_on",
            reason=Bilingual("登録日がまだ来ていません", "The day of registration is in the future"),
        )
    row.service, row.service_en = service_name.ja, service_name.en
    row.description, row.description_en = description.ja, description.en
    row.ismap_list = registration.list.value if registration else ""
    row.ismap_number = registration.number if registration else ""
    row.ismap_registered_on = registration.registered_on if registration else None
    row.ismap_expires_on = registration.expires_on if registration else None
    row.save()
    tell(actor, "cloud:EditProposal", row, {"act": "described", "ismap": registration is not None})


@service(action="cloud:EditProposal")
def answer_requirement(
    *, actor: Principal, proposal_id: UUID, key: int, answer: Answer, at: datetime
) -> None:
    """Saves the answer to one requirement, complete or not. Raises ``AnswerRefused``, ``ProposalClosed``."""
    row = locked(proposal_id)
    as_member(actor, "cloud:EditProposal", row)
    item = editable_item(row, key)
    answer.check(today=today_in_japan(FixedClock(at)), latest=row.round.latest_condition_on)
    ProposalAnswer.objects.update_or_create(
        proposal=row,
        item=item,
        defaults={
            "claim": answer.claim.value if answer.claim else "",
            "explanation": answer.explanation,
            "planned_on": answer.planned_on,
            "third_party_product": answer.third_party.product,
            "third_party_supplier": answer.third_party.supplier,
            "answered_at": at,
            "answered_by": actor.id,
        },
    )
    facts: dict[str, str | int | bool | None] = {
        "act": "answered",
        "requirement": item.identifier,
        "claim": answer.claim.value if answer.claim else None,
    }
    tell(actor, "cloud:EditProposal", row, facts)


@service(action="cloud:SubmitProposal")
def submit_proposal(*, actor: Principal, proposal_id: UUID, at: datetime) -> int:
    """Hands the proposal in and keeps all of it as it is; the number of the submission.

    A returned one is handed in again with its corrected items, whose revision rises, so that they are judged
    anew. Raises ``ProposalIncomplete``, ``ProposalClosed``, or ``ProposalRefused`` after the round has
    closed.
    """
    row = locked(proposal_id)
    as_member(actor, "cloud:SubmitProposal", row)
    today = today_in_japan(FixedClock(at))
    if row.state == _STATE.DRAFT:
        _in_time(row.round, at)
    elif row.state != _STATE.RETURNED:
        raise ProposalClosed(reason=Bilingual("この提案はもう提出されています", "It has been handed in"))
    missing = gaps_of(proposal_id, today)
    if missing:
        first = missing[0]
        name = f"{first.requirement} " if first.requirement else ""
        words = Bilingual(name + first.words.ja, name + first.words.en)
        raise ProposalIncomplete(count=len(missing), first=words)
    for answer in row.answers.exclude(returned_reason=""):
        answer.revision += 1
        answer.returned_reason = answer.returned_by = ""
        answer.save(update_fields=["revision", "returned_reason", "returned_by"])
    row.state, row.submitted_at = _STATE.SUBMITTED, at
    row.save(update_fields=["state", "submitted_at"])
    content = _content(row)
    number = row.submissions.count() + 1
    digest = sha256(canonical_json(content)).hexdigest()
    ProposalSubmission.objects.create(
        proposal=row, number=number, content=content, digest=digest, submitted_at=at, submitted_by=actor.id
    )
    tell(actor, "cloud:SubmitProposal", row, {"number": number, "digest": digest})
    return number


@service(action="cloud:SubmitProposal")
def withdraw_proposal(*, actor: Principal, proposal_id: UUID, at: datetime) -> None:
    """Takes a proposal back for good, until it is decided on; raises ``ProposalClosed``."""
    row = locked(proposal_id)
    as_member(actor, "cloud:SubmitProposal", row)
    if row.state in (_STATE.DECIDED, _STATE.WITHDRAWN) or hasattr(row, "decision"):
        raise ProposalClosed(
            reason=Bilingual(
                "判定が始まったか、もう取り下げられています", "A verdict is under way, or it is withdrawn"
            )
        )
    row.state = _STATE.WITHDRAWN
    row.save(update_fields=["state"])
    tell(actor, "cloud:SubmitProposal", row, {"act": "withdrawn"})


def locked(proposal_id: UUID) -> Proposal:
    """The row, so that whoever comes at the same moment waits; raises ``ProposalNotFound``."""
    row = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("round")
        .filter(pk=proposal_id)
        .first()
    )
    if row is None:
        raise ProposalNotFound
    return row


def as_member(actor: Principal, action: str, row: Proposal) -> None:
    """Asks for access through the actor's own body, and refuses a partner that has not agreed.

    What only the lead does, handing in and withdrawing, no partner does. Raises ``ProposalClosed``.
    """
    resource = resource_of(row, actor)
    access.require(actor, action, resource)
    lead = resource.organisation == str(row.organisation_id)
    if not lead and action == "cloud:SubmitProposal":
        raise ProposalClosed(
            reason=Bilingual("提出と取下げは、代表の事業者が行います", "The lead hands it in or withdraws it")
        )
    if not lead and row.partners.filter(organisation_id=resource.organisation, agreed_at=None).exists():
        raise ProposalClosed(
            reason=Bilingual("先に、共同提案に同意してください", "Agree to propose together first")
        )


def only_draft(row: Proposal) -> None:
    """Raises ``ProposalClosed`` for what has been handed in."""
    if row.state != _STATE.DRAFT:
        raise ProposalClosed(reason=Bilingual("この提案はもう提出されています", "It has been handed in"))


def editable_item(row: Proposal, key: int) -> RequirementItem:
    """The requirement, if its answer can be changed: of a draft any, of a returned one what was returned."""
    item = RequirementItem.objects.filter(catalogue_id=row.round.catalogue_id, pk=key).first()
    if item is None:
        raise ProposalNotFound
    if row.state == _STATE.DRAFT:
        return item
    returned = row.answers.filter(item=item).exclude(returned_reason="").exists()
    if row.state != _STATE.RETURNED or not returned:
        raise ProposalClosed(
            reason=Bilingual("提出した回答は変えられません", "What was handed in cannot be changed")
        )
    return item


def tell(actor: Principal, action: str, row: Proposal, facts: dict[str, str | int | bool | None]) -> None:
    """The audit event of an act on a proposal."""
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("proposal", str(row.pk))],
        organisation=str(row.organisation_id),
        facts=facts,
    )


def _in_time(row: SelectionRound, at: datetime) -> None:
    today = today_in_japan(FixedClock(at))
    if not row.opens_on <= today <= row.closes_on:
        raise ProposalRefused(
            reason=Bilingual(
                f"受付は{row.opens_on.isoformat()}から{row.closes_on.isoformat()}までです",
                f"Proposals are taken from {row.opens_on.isoformat()} to {row.closes_on.isoformat()}",
            )
        )


def _content(row: Proposal) -> dict[str, JSON]:
    """All that is handed in; of files their digests."""
    answers: list[JSON] = []
    for line in answer_lines(row.pk):
        evidence: list[JSON] = [
            {
                "kind": one.kind,
                "title": one.title,
                "text": one.text,
                "link": one.link,
                "file": one.file_name,
                "sha256": one.digest,
            }
            for one in line.evidence
        ]
        answers.append(
            {
                "requirement": line.requirement.id,
                "revision": line.revision,
                "claim": line.answer.claim.value if line.answer.claim else None,
                "explanation": line.answer.explanation,
                "planned_on": line.answer.planned_on.isoformat() if line.answer.planned_on else None,
                "third_party": [line.answer.third_party.product, line.answer.third_party.supplier],
                "evidence": evidence,
            }
        )
    return {
        "service": row.service,
        "description": row.description,
        "ismap": [
            row.ismap_list,
            row.ismap_number,
            row.ismap_registered_on.isoformat() if row.ismap_registered_on else None,
            row.ismap_expires_on.isoformat() if row.ismap_expires_on else None,
        ],
        "members": [str(row.organisation_id), *(str(one.organisation_id) for one in row.partners.all())],
        "answers": answers,
    }
