"""A selection under way: catalogues of two years, a conditional service, open calls (選定のデモ)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hashira.cloud.domain.selection.answer import Answer, Claim
from hashira.cloud.domain.selection.catalogue import Catalogue, CatalogueKind
from hashira.cloud.domain.selection.early_round import parse_criteria
from hashira.cloud.domain.selection.ismap import IsmapList, IsmapRegistration, IsmapRule
from hashira.cloud.domain.selection.judgement import Finding, Judgement
from hashira.cloud.domain.selection.seed import seed_catalogue
from hashira.cloud.domain.selection.standing import ProgressJudgement
from hashira.cloud.selectors.proposals import answer_lines
from hashira.cloud.selectors.services import service_view
from hashira.cloud.services import assessment, decisions, early, proposal_parts, proposals, standing
from hashira.cloud.services.catalogue import import_catalogue, publish_catalogue
from hashira.cloud.services.rounds import list_offering, open_round
from hashira.cloud.store.models import ListedOffering
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.language import Bilingual

_LATE = ("S3.3", "S6.1")
"""The requirements that the service of the demonstration has not met yet."""


def fill_selection(organisations: dict[str, Organisation], accounts: dict[str, Account]) -> None:
    """Through the services that the pages call: the same rules, and the same audit."""
    now = datetime.now(UTC)
    then = now - timedelta(days=100)
    today = today_in_japan(FixedClock(now))

    def who(email: str, role: str, body: str) -> Principal:
        grant = Grant(role, str(organisations[body].pk))
        return Principal(PrincipalKind.STAFF, str(accounts[email].pk), grants=(grant,), second_factor=True)

    operator = who("operator@operator.example", "cloud_operator", "operator")
    confirming = who("operator2@operator.example", "cloud_operator", "operator")
    assessors = (
        who("assessor@operator.example", "cloud_assessor", "operator"),
        who("assessor@ministry.example", "cloud_assessor", "ministry"),
    )
    vendor = who("provider@vendor.example", "cloud_provider", "vendor")
    year = today.year if today.month >= 4 else today.year - 1
    saas = published(operator, seed_catalogue(CatalogueKind.PUBLIC_SAAS, year), then)
    cloud = seed_catalogue(CatalogueKind.IAAS_PAAS, year)
    published(operator, _last_year(cloud), then)
    iaas = published(operator, cloud, then)
    first = open_round(
        actor=operator,
        catalogue_id=saas,
        title=Bilingual("公共SaaSの公募（見本）", "Call for public SaaS (sample)"),
        opens_on=today - timedelta(days=110),
        closes_on=today - timedelta(days=90),
        latest_condition_on=today + timedelta(days=365),
        ismap=IsmapRule.LIU_ACCEPTED,
        at=then,
    )
    body = organisations["vendor"]
    name = Bilingual("見本窓口サービス", "Sample Counter Service")
    decided = handed_in(vendor, assessors, first, body, name, then)
    _conditional(vendor, operator, confirming, assessors[0], decided, then)
    name = Bilingual("比較窓口サービス", "Other Counter Service")
    handed_in(vendor, assessors, first, body, name, then, stricter="S2.3")
    second = open_round(
        actor=operator,
        catalogue_id=iaas,
        title=Bilingual("クラウドサービスの公募（見本）", "Call for cloud services (sample)"),
        opens_on=today,
        closes_on=today + timedelta(days=60),
        latest_condition_on=today + timedelta(days=500),
        ismap=IsmapRule.REQUIRED,
        at=now,
    )
    proposals.start_proposal(
        actor=vendor,
        round_id=second,
        organisation_id=organisations["vendor"].pk,
        service_name=Bilingual("見本クラウド", "Sample Cloud"),
        at=now,
    )
    list_offering(
        actor=operator,
        kind=ListedOffering.Kind.LINE,
        name=Bilingual("閉域接続（見本）", "Closed connection (sample)"),
        supplier="見本通信",
        description=Bilingual(
            "庁内の網とクラウドをつなぐ専用線", "A dedicated line from a body to the cloud"
        ),
        link="https://example.jp/line",
        at=now,
    )
    applicant = who("it@city.example", "cloud_applicant", "city")
    closed = _call(operator, "第1回", "first", today - timedelta(days=110), then)
    early.save_application(
        actor=applicant,
        call_id=closed,
        organisation_id=organisations["city"].pk,
        systems="住民記録システム\n税務システム",
        plan="検証環境で一年試し、翌年度に移行する",
        cloud_service="見本クラウド",
        submit=True,
        at=then,
    )
    _call(operator, "第2回", "second", today, now)


def _call(operator: Principal, ja: str, en: str, opens_on: date, at: datetime) -> UUID:
    return early.open_call(
        actor=operator,
        title=Bilingual(f"先行事業の公募（見本・{ja}）", f"Call for early migration (sample, {en})"),
        description=Bilingual(
            "基幹業務システムを先に移行し、効果と課題を公開する団体を募ります",
            "Bodies that migrate a core system first and publish what they learn",
        ),
        criteria=parse_criteria(
            "3 移行の準備 / Readiness\n2 費用の見通し / Forecast of cost\n1 公開する知見 / What others learn"
        ),
        places=8,
        least_points=60,
        opens_on=opens_on,
        closes_on=opens_on + timedelta(days=45),
        at=at,
    )


def published(operator: Principal, catalogue: Catalogue, at: datetime) -> UUID:
    made = import_catalogue(
        actor=operator, catalogue=catalogue, source="", source_digest="", replace=False, at=at
    )
    publish_catalogue(actor=operator, catalogue_id=made, at=at)
    return made


def _last_year(catalogue: Catalogue) -> Catalogue:
    """A little different, so that there is something to compare."""
    earlier = list(catalogue.requirements[:-1])
    earlier[4] = replace(
        earlier[4],
        text=Bilingual(
            "利用者が、データを置く地域を国内だけに限れる。", "Users can keep data in Japan alone."
        ),
    )
    earlier[8] = replace(earlier[8], mandatory=False)
    title = Bilingual(
        f"クラウドサービスの要件（{catalogue.fiscal_year - 1}年度の見本）",
        f"Requirements for cloud services (sample for FY{catalogue.fiscal_year - 1})",
    )
    return Catalogue(catalogue.kind, catalogue.fiscal_year - 1, title, tuple(earlier))


def handed_in(
    vendor: Principal,
    assessors: tuple[Principal, Principal],
    round_id: UUID,
    body: Organisation,
    name: Bilingual,
    then: datetime,
    stricter: str = "",
    ismap: IsmapList = IsmapList.LIU,
) -> UUID:
    """A proposal that both have assessed; the second finds ``stricter`` not met."""
    day = today_in_japan(FixedClock(then))
    planned = day + timedelta(days=300)
    made = proposals.start_proposal(
        actor=vendor, round_id=round_id, organisation_id=body.pk, service_name=name, at=then
    )
    proposals.describe_proposal(
        actor=vendor,
        proposal_id=made,
        service_name=name,
        description=Bilingual("申請を受け付け、団体の業務システムに渡す", "Takes applications for a body"),
        registration=IsmapRegistration(
            ismap,
            "L00-0000-1" if ismap is IsmapList.LIU else "C00-0000-1",
            day - timedelta(days=60),
            day + timedelta(days=700),
        ),
        at=then,
    )
    keys = {line.requirement.id: line.requirement.key for line in answer_lines(made)}
    for id, key in keys.items():
        answer = Answer(Claim.PLANNED, "開発計画のとおり", planned) if id in _LATE else Answer(Claim.MET)
        proposals.answer_requirement(actor=vendor, proposal_id=made, key=key, answer=answer, at=then)
        proposal_parts.add_evidence(
            actor=vendor, proposal_id=made, key=key, title="サービス説明書", text="該当する章", at=then
        )
    proposals.submit_proposal(actor=vendor, proposal_id=made, at=then)
    for assessor in assessors:
        late = [id for id in _LATE if id in keys]
        found = {id: Judgement(Finding.PLANNED, "開発中", planned, "開発計画書") for id in late}
        if stricter and assessor is assessors[1]:
            found[stricter] = Judgement(Finding.NOT_MET, "資料から読み取れない")
        assessment.begin_assessment(actor=assessor, proposal_id=made, at=then)
        met = [key for id, key in keys.items() if id not in found]
        assessment.judge_met(actor=assessor, proposal_id=made, keys=met, at=then)
        for id, judged in found.items():
            assessment.judge_requirement(
                actor=assessor, proposal_id=made, key=keys[id], judgement=judged, at=then
            )
        assessment.finish_assessment(actor=assessor, proposal_id=made, at=then)
    return made


def _conditional(
    vendor: Principal,
    operator: Principal,
    confirming: Principal,
    assessor: Principal,
    made: UUID,
    then: datetime,
) -> None:
    """Decides on a service with two conditions; the first months are reported, and one is judged."""
    day = today_in_japan(FixedClock(then))
    decisions.propose_verdict(actor=operator, proposal_id=made, at=then)
    decisions.confirm_verdict(actor=confirming, proposal_id=made, at=then)
    for number, condition in enumerate(service_view(made, day).conditions):
        at = then + timedelta(days=40)
        report = standing.report_progress(
            actor=vendor,
            condition_id=condition.id,
            month=today_in_japan(FixedClock(at)),
            percent=100 if number == 0 else 40,
            words="完成し、試験を終えた" if number == 0 else "設計を終えた",
            at=at,
        )
        if number == 0:
            standing.judge_progress(
                actor=assessor,
                report_id=report,
                judgement=ProgressJudgement.MET,
                reason="実機で確かめた",
                at=at,
            )
