"""Bodies, people and a selection under way, for the tests of selecting services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from hashira.cloud.domain.selection.answer import Answer, Claim
from hashira.cloud.domain.selection.catalogue import Catalogue, CatalogueKind, Requirement
from hashira.cloud.domain.selection.ismap import IsmapList, IsmapRegistration, IsmapRule
from hashira.cloud.domain.selection.judgement import Finding, Judgement
from hashira.cloud.selectors.proposals import answer_lines
from hashira.cloud.services import assessment, decisions, proposal_parts, proposals
from hashira.cloud.services.catalogue import import_catalogue, publish_catalogue
from hashira.cloud.services.rounds import open_round
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Organisation
from hashira.kernel.language import Bilingual

NOW = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
TODAY = date(2026, 5, 11)
CLOSES, LATEST = date(2026, 6, 30), date(2027, 3, 31)
PLANNED = date(2026, 12, 20)
ISMAP = IsmapRegistration(IsmapList.ISMAP, "C26-0001-1", date(2026, 1, 10), date(2027, 1, 9))


def body(kind: str, name: str, code: str | None = None) -> Organisation:
    return Organisation.objects.create(kind=kind, code=code, name=name, name_en=name)


def staff(*roles: tuple[str, Organisation]) -> Principal:
    grants = tuple(Grant(role, str(organisation.pk)) for role, organisation in roles)
    return Principal(PrincipalKind.STAFF, str(uuid4()), grants=grants, second_factor=True)


def requirement(id: str, *, mandatory: bool = True, category: str = "記録", text: str = "") -> Requirement:
    words = Bilingual(text or f"{id}の要件", f"Requirement {id}")
    return Requirement(id, Bilingual(category, category), mandatory, words, Bilingual("書類", "Documents"))


def catalogue(*requirements: Requirement, year: int = 2026) -> Catalogue:
    chosen = requirements or (requirement("1"), requirement("2"), requirement("3", mandatory=False))
    return Catalogue(CatalogueKind.IAAS_PAAS, year, Bilingual("要件", "Requirements"), chosen)


class Selection:
    """A round with its people; each act goes through the service that a page calls."""

    def __init__(self, of: Catalogue | None = None, ismap: IsmapRule = IsmapRule.REQUIRED) -> None:
        self.operator_body = body("operator", "柱運用センター")
        self.vendor_body = body("vendor", "見本クラウド")
        self.partner_body = body("vendor", "見本セキュリティ")
        self.operator = staff(("cloud_operator", self.operator_body))
        self.second_operator = staff(("cloud_operator", self.operator_body))
        self.first = staff(("cloud_assessor", self.operator_body))
        self.second = staff(("cloud_assessor", self.operator_body))
        self.vendor = staff(("cloud_provider", self.vendor_body))
        self.partner = staff(("cloud_provider", self.partner_body))
        self.catalogue_id = self.published(of or catalogue())
        self.round_id = open_round(
            actor=self.operator,
            catalogue_id=self.catalogue_id,
            title=Bilingual("令和8年度の公募", "Call of FY2026"),
            opens_on=TODAY,
            closes_on=CLOSES,
            latest_condition_on=LATEST,
            ismap=ismap,
            at=NOW,
        )

    def published(self, of: Catalogue) -> UUID:
        made = import_catalogue(
            actor=self.operator, catalogue=of, source="list.xlsx", source_digest="", replace=False, at=NOW
        )
        publish_catalogue(actor=self.operator, catalogue_id=made, at=NOW)
        return made

    def begun(self, name: str = "見本IaaS", vendor: Principal | None = None) -> UUID:
        """A draft with its description and registration, without answers."""
        actor = vendor or self.vendor
        made = proposals.start_proposal(
            actor=actor,
            round_id=self.round_id,
            organisation_id=UUID(actor.grants[0].organisation),
            service_name=Bilingual(name, name),
            at=NOW,
        )
        proposals.describe_proposal(
            actor=actor,
            proposal_id=made,
            service_name=Bilingual(name, name),
            description=Bilingual("国内の基盤", "A platform in Japan"),
            registration=ISMAP,
            at=NOW,
        )
        return made

    def answered(
        self, planned: Iterable[str] = (), *, vendor: Principal | None = None, name: str = "見本IaaS"
    ) -> UUID:
        """A draft with every requirement answered and supported; those ``planned`` by a date."""
        made, actor, planned = self.begun(name, vendor), vendor or self.vendor, set(planned)
        for line in answer_lines(made):
            late = line.requirement.id in planned
            answer = Answer(
                Claim.PLANNED if late else Claim.MET,
                "計画のとおり" if late else "",
                PLANNED if late else None,
            )
            key = line.requirement.key
            proposals.answer_requirement(actor=actor, proposal_id=made, key=key, answer=answer, at=NOW)
            proposal_parts.add_evidence(
                actor=actor, proposal_id=made, key=key, title="説明書", text="第3章", at=NOW
            )
        return made

    def submitted(self, planned: Iterable[str] = ()) -> UUID:
        made = self.answered(planned)
        proposals.submit_proposal(actor=self.vendor, proposal_id=made, at=NOW)
        return made

    def judge(self, proposal: UUID, who: Principal, findings: dict[str, Judgement] | None = None) -> None:
        """One assessment from beginning to end; what is not named is met."""
        assessment.begin_assessment(actor=who, proposal_id=proposal, at=NOW)
        for line in answer_lines(proposal):
            assessment.judge_requirement(
                actor=who,
                proposal_id=proposal,
                key=line.requirement.key,
                judgement=(findings or {}).get(line.requirement.id, Judgement(Finding.MET)),
                at=NOW,
            )
        assessment.finish_assessment(actor=who, proposal_id=proposal, at=NOW)

    def decided(self, findings: dict[str, Judgement] | None = None, at: datetime = NOW) -> UUID:
        """A decided proposal that both assessors judged alike."""
        made = self.submitted()
        self.judge(made, self.first, findings)
        self.judge(made, self.second, findings)
        decisions.propose_verdict(actor=self.operator, proposal_id=made, at=at)
        decisions.confirm_verdict(actor=self.second_operator, proposal_id=made, at=at)
        return made

    def key(self, proposal: UUID, id: str) -> int:
        return next(line.requirement.key for line in answer_lines(proposal) if line.requirement.id == id)


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


PLAN = Judgement(Finding.PLANNED, "開発中", PLANNED, "開発計画書 2.1")
NOT_MET = Judgement(Finding.NOT_MET, "国外にだけ置かれる")
WAIVED = Judgement(Finding.WAIVED, "この形態では生じない")
