"""What belongs to a proposal beside its answers: evidence and partners (根拠と共同提案者)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from hashira.cloud.domain.selection.evidence import (
    MAX_OF_PROPOSAL,
    MAX_PIECES,
    MAX_TEXT,
    MAX_TITLE,
    EvidenceFile,
    EvidenceKind,
    EvidenceRefused,
    evidence_link,
)
from hashira.cloud.selectors.proposals import ProposalNotFound, resource_of
from hashira.cloud.services.proposals import (
    ProposalClosed,
    ProposalRefused,
    as_member,
    editable_item,
    locked,
    only_draft,
    tell,
)
from hashira.cloud.store.models import EvidenceContent, Proposal, ProposalEvidence, ProposalPartner
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation
from hashira.core.services import service
from hashira.kernel.language import Bilingual


@service(action="cloud:EditProposal")
def add_evidence(
    *,
    actor: Principal,
    proposal_id: UUID,
    key: int,
    title: str,
    text: str = "",
    link: str = "",
    file: EvidenceFile | None = None,
    at: datetime,
) -> UUID:
    """Adds one piece: a text, a link or a file, and exactly one of them. Raises ``EvidenceRefused``."""
    row = locked(proposal_id)
    as_member(actor, "cloud:EditProposal", row)
    item = editable_item(row, key)
    if sum((bool(text.strip()), bool(link), file is not None)) != 1:
        raise EvidenceRefused(
            field="text",
            reason=Bilingual(
                "文章、リンク、ファイルのどれか一つを入れてください", "Give either a text, a link or a file"
            ),
        )
    if not 1 <= len(title.strip()) <= MAX_TITLE or len(text) > MAX_TEXT:
        raise EvidenceRefused(
            field="title", reason=Bilingual("題名がないか、長すぎます", "The title is missing or too long")
        )
    kept = ProposalEvidence.objects.filter(proposal=row)
    if kept.filter(item=item).count() >= MAX_PIECES:
        raise EvidenceRefused(
            field="text",
            reason=Bilingual(
                f"一つの要件に{MAX_PIECES}件までです", f"A requirement takes up to {MAX_PIECES}"
            ),
        )
    size = len(file.content) if file else 0
    if (kept.aggregate(all=Sum("size"))["all"] or 0) + size > MAX_OF_PROPOSAL:
        raise EvidenceRefused(
            field="file",
            reason=Bilingual("提案全体で200MBまでです", "All files of a proposal together have up to 200 MB"),
        )
    kind = EvidenceKind.FILE if file else EvidenceKind.LINK if link else EvidenceKind.TEXT
    made = ProposalEvidence.objects.create(
        proposal=row,
        item=item,
        kind=kind.value,
        title=title.strip(),
        text=text.strip(),
        link=evidence_link(link) if link else "",
        file_name=file.name if file else "",
        media_type=file.media_type if file else "",
        size=size,
        digest=file.digest if file else "",
        added_at=at,
        added_by=actor.id,
    )
    if file is not None:
        EvidenceContent.objects.create(evidence=made, data=file.content)
    tell(
        actor,
        "cloud:EditProposal",
        row,
        {"act": "evidence", "requirement": item.identifier, "kind": kind, "digest": made.digest},
    )
    return made.pk


@service(action="cloud:EditProposal")
def remove_evidence(*, actor: Principal, proposal_id: UUID, evidence_id: UUID) -> None:
    """Takes a piece away again, while its answer can be changed; raises ``ProposalClosed``."""
    row = locked(proposal_id)
    as_member(actor, "cloud:EditProposal", row)
    found = ProposalEvidence.objects.select_related("item").filter(proposal=row, pk=evidence_id).first()
    if found is None:
        raise ProposalNotFound
    editable_item(row, found.item_id)
    identifier = found.item.identifier
    found.delete()
    tell(actor, "cloud:EditProposal", row, {"act": "evidence removed", "requirement": identifier})


@service(action="cloud:EditProposal")
def ask_partner(
    *, actor: Principal, proposal_id: UUID, organisation_id: UUID, role: str, at: datetime
) -> UUID:
    """Asks another vendor to propose together; it counts once the vendor has agreed itself."""
    row = locked(proposal_id)
    as_member(actor, "cloud:EditProposal", row)
    only_draft(row)
    body = Organisation.objects.filter(pk=organisation_id, kind=Organisation.Kind.VENDOR).first()
    if body is None or body.pk == row.organisation_id or row.partners.filter(organisation=body).exists():
        raise ProposalRefused(
            field="organisation",
            reason=Bilingual(
                "まだ加わっていない、ほかの事業者を選んでください",
                "Choose another vendor that is no part of it yet",
            ),
        )
    if not 1 <= len(role.strip()) <= 200:
        raise ProposalRefused(
            field="role",
            reason=Bilingual("分担を200文字以内で書いてください", "Say in up to 200 characters what it does"),
        )
    made = ProposalPartner.objects.create(proposal=row, organisation=body, role=role.strip(), asked_at=at)
    tell(actor, "cloud:EditProposal", row, {"act": "partner asked", "partner": str(body.pk)})
    return made.pk


@service(action="cloud:AgreeToProposal")
def agree_to_proposal(*, actor: Principal, proposal_id: UUID, at: datetime) -> None:
    """The partner's own staff agree; the lead cannot do so for it. Agreeing twice is agreeing once."""
    row = locked(proposal_id)
    resource = resource_of(row, actor)
    access.require(actor, "cloud:AgreeToProposal", resource)
    only_draft(row)
    found = row.partners.filter(organisation_id=resource.organisation).first()
    if found is None:
        raise ProposalClosed(
            reason=Bilingual("あなたの事業者は共同提案者ではありません", "Your body is no partner of it")
        )
    if found.agreed_at is None:
        found.agreed_at, found.agreed_by = at, actor.id
        found.save(update_fields=["agreed_at", "agreed_by"])
    tell(actor, "cloud:AgreeToProposal", row, {"partner": str(found.organisation_id)})


@service(action="cloud:EditProposal")
def drop_partner(*, actor: Principal, proposal_id: UUID, partner_id: UUID) -> None:
    """Takes a partner out of a draft again."""
    row: Proposal = locked(proposal_id)
    as_member(actor, "cloud:EditProposal", row)
    only_draft(row)
    found = row.partners.filter(pk=partner_id).first()
    if found is None:
        raise ProposalNotFound
    found.delete()
    tell(actor, "cloud:EditProposal", row, {"act": "partner dropped", "partner": str(found.organisation_id)})
