"""From a published catalogue to a published verdict, through the services; and who may do none of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from tests.cloud.selection.bodies import (
    CLOSES,
    LATEST,
    NOT_MET,
    NOW,
    PLAN,
    PLANNED,
    TODAY,
    Selection,
    catalogue,
    later,
    requirement,
    staff,
)

from hashira.cloud.domain.selection.answer import Answer, AnswerRefused, Claim, ThirdParty
from hashira.cloud.domain.selection.evidence import EvidenceRefused, evidence_file
from hashira.cloud.domain.selection.ismap import IsmapList, IsmapRegistration, IsmapRule
from hashira.cloud.domain.selection.judgement import Finding, Judgement, JudgementRefused
from hashira.cloud.domain.selection.verdict import NotAllJudged
from hashira.cloud.selectors.assessments import compared_lines, computed_verdict, own_lines
from hashira.cloud.selectors.proposals import (
    answer_line,
    answer_lines,
    evidence_content,
    gaps_of,
    proposal_view,
)
from hashira.cloud.services import assessment, decisions, proposal_parts, proposals
from hashira.cloud.services.catalogue import DraftExists, NotADraft, import_catalogue, revise_requirement
from hashira.cloud.services.rounds import RoundRefused, open_round
from hashira.cloud.store.models import (
    ItemJudgement,
    Proposal,
    ProposalSubmission,
    RequirementCatalogue,
    RequirementItem,
    SelectionDecision,
)
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Account, RoleAssignment
from hashira.core.audit.models import AuditEvent
from hashira.kernel.language import Bilingual

pytestmark = pytest.mark.django_db


@pytest.fixture
def selection() -> Selection:
    return Selection()


# ── catalogues ──


def test_what_is_published_does_not_change_even_past_the_services(selection: Selection) -> None:
    item = RequirementItem.objects.filter(catalogue_id=selection.catalogue_id).first()
    assert item is not None
    with pytest.raises(NotADraft):
        revise_requirement(
            actor=selection.operator,
            catalogue_id=selection.catalogue_id,
            key=item.pk,
            requirement=requirement("9"),
            at=NOW,
        )
    tries = (
        lambda: RequirementItem.objects.filter(pk=item.pk).update(text="別の要件"),
        lambda: RequirementItem.objects.filter(pk=item.pk).delete(),
        lambda: RequirementItem.objects.create(
            catalogue_id=selection.catalogue_id, position=9, identifier="9", mandatory=True
        ),
        lambda: RequirementCatalogue.objects.filter(pk=selection.catalogue_id).update(title="別"),
    )
    for change in tries:
        with pytest.raises(DatabaseError, match="published catalogue does not change"), transaction.atomic():
            change()
    assert [one.identifier for one in RequirementItem.objects.all()] == ["1", "2", "3"]


def test_a_second_draft_needs_to_be_wanted(selection: Selection) -> None:
    def imported(*, replace: bool) -> Any:
        return import_catalogue(
            actor=selection.operator,
            catalogue=catalogue(requirement("1")),
            source="",
            source_digest="",
            replace=replace,
            at=NOW,
        )

    draft = imported(replace=False)
    with pytest.raises(DraftExists):
        imported(replace=False)
    assert RequirementCatalogue.objects.get(pk=draft).version == 2
    again = imported(replace=True)
    assert not RequirementCatalogue.objects.filter(pk=draft).exists()
    assert RequirementCatalogue.objects.get(pk=again).version == 2


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("closes_on", {"closes_on": date(2026, 5, 10)}),
        ("closes_on", {"opens_on": date(2026, 7, 1)}),
        ("latest_condition_on", {"latest_condition_on": CLOSES}),
    ],
)
def test_a_round_in_the_past_is_not_opened(selection: Selection, field: str, days: dict[str, date]) -> None:
    asked = {"opens_on": TODAY, "closes_on": CLOSES, "latest_condition_on": LATEST} | days
    with pytest.raises(RoundRefused) as refused:
        open_round(
            actor=selection.operator,
            catalogue_id=selection.catalogue_id,
            title=Bilingual("公募", "Call"),
            ismap=IsmapRule.REQUIRED,
            at=NOW,
            **asked,
        )
    assert refused.value.details["field"] == field


# ── proposals ──


def test_what_is_missing_is_listed_and_nothing_is_handed_in(selection: Selection) -> None:
    made = selection.begun()
    first, second = selection.key(made, "1"), selection.key(made, "2")
    proposals.answer_requirement(
        actor=selection.vendor, proposal_id=made, key=first, answer=Answer(Claim.MET), at=NOW
    )
    proposals.answer_requirement(
        actor=selection.vendor, proposal_id=made, key=second, answer=Answer(Claim.PLANNED), at=NOW
    )
    proposal_parts.ask_partner(
        actor=selection.vendor,
        proposal_id=made,
        organisation_id=selection.partner_body.pk,
        role="監視",
        at=NOW,
    )
    found = [(gap.requirement, gap.words.en) for gap in gaps_of(made, TODAY)]
    assert found == [
        ("", "見本セキュリティ has not agreed yet"),
        ("1", "It has no evidence"),
        ("2", "The planned date is missing"),
        ("2", "The explanation is missing"),
        ("2", "It has no evidence"),
        ("3", "It has no answer"),
    ]
    with pytest.raises(proposals.ProposalIncomplete, match="6件"):
        proposals.submit_proposal(actor=selection.vendor, proposal_id=made, at=NOW)
    assert Proposal.objects.get(pk=made).state == "draft"


def test_after_handing_in_only_what_was_returned_can_be_edited(selection: Selection) -> None:
    made = selection.submitted()
    first, second = selection.key(made, "1"), selection.key(made, "2")

    def change(key: int) -> None:
        proposals.answer_requirement(
            actor=selection.vendor,
            proposal_id=made,
            key=key,
            answer=Answer(Claim.MET, "直した説明", None, ThirdParty("見本WAF", "見本セキュリティ")),
            at=NOW,
        )

    for act in (
        lambda: change(first),
        lambda: proposal_parts.add_evidence(
            actor=selection.vendor, proposal_id=made, key=first, title="追加", text="x", at=NOW
        ),
        lambda: proposal_parts.remove_evidence(
            actor=selection.vendor, proposal_id=made, evidence_id=answer_line(made, first).evidence[0].id
        ),
        lambda: proposals.submit_proposal(actor=selection.vendor, proposal_id=made, at=NOW),
    ):
        with pytest.raises(proposals.ProposalClosed):
            act()
    selection.judge(made, selection.first)
    assessment.return_requirements(
        actor=selection.first, proposal_id=made, keys=[first], reason="証跡が古い", at=NOW
    )
    change(first)
    with pytest.raises(proposals.ProposalClosed):
        change(second)
    proposals.submit_proposal(actor=selection.vendor, proposal_id=made, at=NOW)
    assert [one.number for one in ProposalSubmission.objects.filter(proposal_id=made)] == [1, 2]
    judged = {line.answer.requirement.id: line.judgement for line in own_lines(made, selection.first.id)}
    assert judged["1"] is None  # what came back is judged anew
    assert judged["2"] == Judgement(Finding.MET)
    assert answer_line(made, first).answer.third_party.product == "見本WAF"


def test_what_was_handed_in_is_kept_as_it_was(selection: Selection) -> None:
    made = selection.submitted()
    kept = ProposalSubmission.objects.get(proposal_id=made)
    assert [one["requirement"] for one in kept.content["answers"]] == ["1", "2", "3"]
    for change in (
        lambda: ProposalSubmission.objects.filter(pk=kept.pk).update(digest=""),
        lambda: ProposalSubmission.objects.filter(pk=kept.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer(Claim.PLANNED, "計画", date(2026, 5, 11)), "planned_on"),
        (Answer(Claim.PLANNED, "計画", date(2027, 4, 1)), "planned_on"),
        (Answer(Claim.MET, "あ" * 8001), "explanation"),
        (Answer(Claim.MET, "", None, ThirdParty("製品", "")), "third_party_supplier"),
    ],
)
def test_a_wrong_answer_changes_nothing(selection: Selection, answer: Answer, field: str) -> None:
    made = selection.begun()
    with pytest.raises(AnswerRefused) as refused:
        proposals.answer_requirement(
            actor=selection.vendor, proposal_id=made, key=selection.key(made, "1"), answer=answer, at=NOW
        )
    assert refused.value.details["field"] == field
    assert answer_lines(made)[0].answer == Answer(None)


def test_a_registration_of_tomorrow_is_not_one(selection: Selection) -> None:
    made = selection.begun()
    with pytest.raises(proposals.ProposalRefused):
        proposals.describe_proposal(
            actor=selection.vendor,
            proposal_id=made,
            service_name=Bilingual("名", ""),
            description=Bilingual("説明", ""),
            registration=IsmapRegistration(IsmapList.ISMAP, "C1", date(2026, 5, 12), date(2027, 5, 11)),
            at=NOW,
        )
    assert proposal_view(made, TODAY).service.ja == "見本IaaS"


def test_a_round_takes_nothing_before_and_after_its_days(selection: Selection) -> None:
    made = selection.answered()
    with pytest.raises(proposals.ProposalRefused, match="受付は"):
        proposals.submit_proposal(actor=selection.vendor, proposal_id=made, at=later(51))
    with pytest.raises(proposals.ProposalRefused, match="受付は"):
        proposals.start_proposal(
            actor=selection.vendor,
            round_id=selection.round_id,
            organisation_id=selection.vendor_body.pk,
            service_name=Bilingual("別", ""),
            at=later(51),
        )
    assert Proposal.objects.get().state == "draft"


def test_a_partner_edits_once_it_has_agreed_and_the_lead_hands_in(selection: Selection) -> None:
    made = selection.answered()
    key = selection.key(made, "1")

    def edit() -> None:
        proposals.answer_requirement(
            actor=selection.partner, proposal_id=made, key=key, answer=Answer(Claim.MET, "共同"), at=NOW
        )

    with pytest.raises(AccessDenied):
        edit()
    proposal_parts.ask_partner(
        actor=selection.vendor,
        proposal_id=made,
        organisation_id=selection.partner_body.pk,
        role="監視",
        at=NOW,
    )
    with pytest.raises(proposals.ProposalClosed, match="同意"):
        edit()
    with pytest.raises(proposals.ProposalClosed):  # the lead does not agree for the partner
        proposal_parts.agree_to_proposal(actor=selection.vendor, proposal_id=made, at=NOW)
    proposal_parts.agree_to_proposal(actor=selection.partner, proposal_id=made, at=NOW)
    edit()
    with pytest.raises(proposals.ProposalClosed, match="代表"):
        proposals.submit_proposal(actor=selection.partner, proposal_id=made, at=NOW)
    proposals.submit_proposal(actor=selection.vendor, proposal_id=made, at=NOW)


# ── evidence ──


def test_a_file_is_what_its_name_says_and_keeps_its_digest(selection: Selection) -> None:
    made, content = selection.begun(), b"%PDF-1.7 sample"
    evidence = proposal_parts.add_evidence(
        actor=selection.vendor,
        proposal_id=made,
        key=selection.key(made, "1"),
        title="説明書",
        file=evidence_file("説明書.pdf", content),
        at=NOW,
    )
    (line,) = answer_line(made, selection.key(made, "1")).evidence
    assert line.id == evidence
    # Of the same bytes by coreutils: printf '%%PDF-1.7 sample' | sha256sum
    assert line.digest == "b5d4c2daa152f53c02621a70601b11dc5b4aecbda1cc3f5962bc5f7f491bad40"
    assert evidence_content(evidence)[1] == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("説明.pdf", b"<html>"),
        ("説明.exe", b"MZ"),
        ("説明.xlsx", b"%PDF-"),
        ("説明.txt", b"\x00\x01"),
        ("説明.pdf", b""),
        ("説明.pdf", b"%PDF-" + b"0" * (5 * 1024 * 1024)),
    ],
)
def test_a_file_that_is_something_else_or_too_large_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(EvidenceRefused):
        evidence_file(name, content)


# ── assessments ──


def test_nobody_sees_what_the_other_finds_until_both_have_finished(selection: Selection) -> None:
    made = selection.submitted()
    selection.judge(made, selection.first, {"1": NOT_MET})
    assert compared_lines(made) == ()
    with pytest.raises(NotAllJudged):
        computed_verdict(made, TODAY)
    selection.judge(made, selection.second)
    assert [one.compared.differs for one in compared_lines(made)] == [True, False, False]
    with pytest.raises(NotAllJudged):
        decisions.propose_verdict(actor=selection.operator, proposal_id=made, at=NOW)
    with pytest.raises(assessment.AssessmentRefused):  # it is finished
        assessment.judge_requirement(
            actor=selection.first,
            proposal_id=made,
            key=selection.key(made, "1"),
            judgement=Judgement(Finding.MET),
            at=NOW,
        )
    with pytest.raises(JudgementRefused):  # without a reason
        assessment.settle_difference(
            actor=selection.operator,
            proposal_id=made,
            key=selection.key(made, "1"),
            judgement=Judgement(Finding.MET),
            at=NOW,
        )
    assessment.settle_difference(
        actor=selection.operator,
        proposal_id=made,
        key=selection.key(made, "1"),
        judgement=replace(PLAN, reason="国内の拠点が年内に開く"),
        at=NOW,
    )
    decisions.propose_verdict(actor=selection.operator, proposal_id=made, at=NOW)
    assert SelectionDecision.objects.get().outcome == "conditional"


def test_there_is_no_third_assessor_and_no_half_assessment(selection: Selection) -> None:
    made = selection.submitted()
    assessment.begin_assessment(actor=selection.first, proposal_id=made, at=NOW)
    assessment.begin_assessment(actor=selection.first, proposal_id=made, at=NOW)
    with pytest.raises(assessment.AssessmentRefused, match="3件"):
        assessment.finish_assessment(actor=selection.first, proposal_id=made, at=NOW)
    assessment.begin_assessment(actor=selection.second, proposal_id=made, at=NOW)
    with pytest.raises(assessment.AssessmentRefused):
        assessment.begin_assessment(
            actor=staff(("cloud_assessor", selection.operator_body)), proposal_id=made, at=NOW
        )


@pytest.mark.parametrize(
    ("judgement", "field"),
    [
        (Judgement(Finding.NOT_MET), "reason"),
        (Judgement(Finding.WAIVED, " "), "reason"),
        (Judgement(Finding.PLANNED, "", None, "計画書"), "planned_on"),
        (Judgement(Finding.PLANNED, "", date(2026, 5, 11), "計画書"), "planned_on"),
        (Judgement(Finding.PLANNED, "", date(2027, 4, 1), "計画書"), "planned_on"),
        (Judgement(Finding.PLANNED, "", PLANNED), "evidence"),
        (Judgement(Finding.MET, "", PLANNED), "planned_on"),
    ],
)
def test_a_judgement_without_what_it_rests_on_is_not_kept(
    selection: Selection, judgement: Judgement, field: str
) -> None:
    made = selection.submitted()
    assessment.begin_assessment(actor=selection.first, proposal_id=made, at=NOW)
    with pytest.raises(JudgementRefused) as refused:
        assessment.judge_requirement(
            actor=selection.first,
            proposal_id=made,
            key=selection.key(made, "1"),
            judgement=judgement,
            at=NOW,
        )
    assert refused.value.details["field"] == field
    assert not ItemJudgement.objects.exists()


def test_nobody_assesses_the_own_body(selection: Selection) -> None:
    made = selection.submitted()
    both = staff(("cloud_assessor", selection.operator_body), ("auditor", selection.vendor_body))
    narrowed = replace(selection.first, restricted=True)
    for who in (both, narrowed, selection.vendor, selection.operator):
        with pytest.raises(AccessDenied):
            assessment.begin_assessment(actor=who, proposal_id=made, at=NOW)
    # Somebody who left the vendor is no outsider either.
    account = Account.objects.create_user("was@vendor.example", None)
    RoleAssignment.objects.create(
        account=account,
        organisation=selection.vendor_body,
        role="cloud_provider",
        valid_from=later(-90),
        valid_until=later(-30),
    )
    former = Principal(
        selection.first.kind, str(account.pk), grants=selection.first.grants, second_factor=True
    )
    with pytest.raises(assessment.OwnBody):
        assessment.begin_assessment(actor=former, proposal_id=made, at=NOW)
    assert not ItemJudgement.objects.exists()
    assert AuditEvent.objects.filter(action="access:Refused").exists()
