"""The first tenants: the agency's own website and twenty municipalities, in various states (申請のデモ)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.application.parts import (
    Contact,
    Currency,
    EnvironmentPart,
    ExceptionPart,
    InformationPart,
    Payment,
    PaymentPart,
    ProviderPart,
    SystemPart,
    UsagePart,
)
from hashira.cloud.domain.application.preflight import Terms
from hashira.cloud.domain.application.systems import STANDARD_SYSTEMS
from hashira.cloud.domain.environment_order import (
    CloudRole,
    InformationClass,
    Isolation,
    RoleGrant,
    Sharing,
    Stage,
)
from hashira.cloud.domain.selection.catalogue import Catalogue, CatalogueKind
from hashira.cloud.domain.selection.ismap import IsmapList, IsmapRule
from hashira.cloud.domain.selection.seed import seed_catalogue
from hashira.cloud.selectors.applications import application_view
from hashira.cloud.services import applications, approvals, decisions
from hashira.cloud.services.rounds import open_round
from hashira.cloud.services.vending_terms import set_terms
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation, Role, RoleAssignment
from hashira.kernel import municipality
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.language import Bilingual
from hashira.portal.demonstration.selection import handed_in, published

_ASKED = 12
"""Requirements of the earlier call: enough to decide on one service, and quick to fill."""
_MORE = (
    "札幌市",
    "青森市",
    "盛岡市",
    "仙台市",
    "秋田市",
    "山形市",
    "福島市",
    "水戸市",
    "前橋市",
    "千葉市",
    "新潟市",
    "富山市",
    "金沢市",
    "福井市",
    "甲府市",
    "長野市",
    "神戸市",
    "笠置町",
)
_SYSTEMS = tuple(STANDARD_SYSTEMS)
_SERVICE = Bilingual("柱クラウド（見本）", "Hashira Cloud (sample)")
_TOKYO, _OSAKA = "ap-northeast-1", "ap-northeast-3"


@dataclass(frozen=True, slots=True)
class _Tenant:
    """A body with whoever writes and whoever confirms."""

    body: Organisation
    writer: Principal
    confirmer: Principal
    drafter: UUID | None = None


def fill_applications(organisations: dict[str, Organisation], accounts: dict[str, Account]) -> None:
    """Through the services that the pages call: the same rules, and the same audit."""
    now = datetime.now(UTC)

    def who(email: str, role: str, body: str) -> Principal:
        grant = Grant(role, str(organisations[body].pk))
        return Principal(PrincipalKind.STAFF, str(accounts[email].pk), grants=(grant,), second_factor=True)

    operators = (
        who("operator@operator.example", "cloud_operator", "operator"),
        who("operator2@operator.example", "cloud_operator", "operator"),
    )
    service = _selected(organisations, operators, who, now)
    vendor = who("cloud@vendor.example", "cloud_applicant", "vendor")
    city = _Tenant(
        organisations["city"],
        who("it@city.example", "cloud_applicant", "city"),
        who("it2@city.example", "cloud_applicant", "city"),
    )
    website = _Tenant(
        organisations["operator"],
        who("web@operator.example", "cloud_applicant", "operator"),
        who("web2@operator.example", "cloud_applicant", "operator"),
    )
    others = [
        _Tenant(body, vendor, _confirmer(body, now), organisations["vendor"].pk)
        for body in (organisations["town"], *map(_municipality, _MORE))
    ]
    fill = _Filling(service, operators, now)
    fill.website(website)
    for number, tenant in enumerate(others):
        fill.tenant(number, tenant)
    fill.city(city)


class _Filling:
    """What each tenant has applied for, and how far it is."""

    def __init__(self, service: UUID, operators: tuple[Principal, Principal], now: datetime) -> None:
        self.service, self.operators, self.now = service, operators, now
        self.today = today_in_japan(FixedClock(now))
        self.then = now - timedelta(days=21)
        self._third = 0

    def website(self, tenant: _Tenant) -> None:
        """The agency's own website, in use, built and rolled out by CI/CD."""
        draft = self._draft(tenant, "jumin", Payment.LUMP_SUM)
        draft = replace(
            draft,
            system=SystemPart("website", "公式ウェブサイト", "お知らせと申請の案内を公開する", cicd=True),
            information=InformationPart(
                InformationClass.CONFIDENTIALITY_1, False, "公開するお知らせと案内だけ"
            ),
            environments=(
                *draft.environments,
                replace(
                    draft.environments[1],
                    key=str(uuid4()),
                    stage=Stage.DEVELOPMENT,
                    address_ranges=(self._range(),),
                    pipeline="GitLab CI",
                ),
            ),
        )
        self._approved(self._handed_in(tenant, draft, self.then))

    def tenant(self, number: int, tenant: _Tenant) -> None:
        """A municipality in one of the states that an operator meets on a working day."""
        draft = self._draft(tenant, _SYSTEMS[number % len(_SYSTEMS)], Payment.CUSTODY)
        if number == 0:
            made = self._handed_in(tenant, draft, self.then)
            self._approved(made)
            self._change(tenant, made)
        elif number < 5:
            self._approve(self._handed_in(tenant, draft, self.now - timedelta(days=5)), self.operators[0])
        elif number < 9:
            self._handed_in(tenant, draft, self.now - timedelta(days=9 - number))
        elif number == 9:
            asked = ExceptionPart(
                "data-location", "国外の試験場とつなぐため", self.today + timedelta(days=200)
            )
            self._handed_in(tenant, replace(draft, exceptions=(asked,)), self.now - timedelta(days=2))
        elif number == 10:
            made = self._handed_in(tenant, draft, self.then)
            approvals.return_application(
                actor=self.operators[0],
                application_id=made,
                words="費用の比べ方が書かれていません。比べたサービスを書いてください。",
                at=self.then,
            )
        elif number == 11:
            made = self._handed_in(tenant, draft, self.then)
            approvals.refuse_application(
                actor=self.operators[0],
                application_id=made,
                words="同じ業務を、県の共同利用に参加して使う計画と重なっています。",
                at=self.then,
            )
        elif number == 12:
            made = self._handed_in(tenant, draft, self.then)
            applications.withdraw_application(
                actor=tenant.confirmer, application_id=made, words="移行の時期を見直す", at=self.now
            )
        elif number < 16:
            made = self._written(tenant, draft, self.now)
            applications.ask_confirmation(actor=tenant.writer, application_id=made, at=self.now)
        elif number == 16:
            joint = UsagePart(Sharing.JOINT, Isolation.NETWORK, ("131016",))
            assistant = self._role(CloudRole.OPERATION_ASSISTANT, "補助 見本", "見本システムズ")
            draft = replace(draft, usage=joint, roles=(*draft.roles, assistant))
            self._handed_in(tenant, draft, self.now - timedelta(days=1))
        else:
            self._written(tenant, replace(draft, environments=(), payment=None, provider=None), self.now)

    def city(self, tenant: _Tenant) -> None:
        """What visitors try themselves: one in use, one that is begun, one that waits to be confirmed."""
        self._approved(self._handed_in(tenant, self._draft(tenant, "kaigo", Payment.CUSTODY), self.then))
        draft = self._draft(tenant, "jumin", Payment.CUSTODY)
        self._written(tenant, replace(draft, environments=(), roles=(), provider=None), self.now)
        made = self._written(tenant, self._draft(tenant, "koseki", Payment.CUSTODY), self.now)
        applications.ask_confirmation(actor=tenant.writer, application_id=made, at=self.now)

    def _change(self, tenant: _Tenant, made: UUID) -> None:
        change = applications.start_change(
            actor=tenant.writer, application_id=made, kind=ApplicationKind.CHANGE, at=self.now
        )
        more = self._environment(Stage.OPERATION, Decimal(80_000), Decimal(150))
        self._save(
            tenant,
            change,
            lambda draft: replace(
                draft, change_reason="運用管理の環境を加える", environments=(*draft.environments, more)
            ),
            self.now,
        )
        self._confirm(tenant, change, self.now)

    def _draft(self, tenant: _Tenant, system: str, payment: Payment) -> Draft:
        local = payment is Payment.CUSTODY
        start = self.today + timedelta(days=60)
        return Draft(
            contact=Contact("情報政策課", "見本 担当", "it@body.example", "03-0000-0000"),
            system=SystemPart(system, STANDARD_SYSTEMS[system].ja, "標準準拠システムへの移行", cicd=False),
            provider=ProviderPart(
                str(self.service),
                _SERVICE.ja,
                _TOKYO if self._third % 3 else _OSAKA,
                "使う標準準拠の製品が動き、3つのサービスの中で見込みの費用が最も低い（架空）",
            ),
            usage=UsagePart(Sharing.SINGLE, Isolation.ACCOUNT),
            information=InformationPart(
                InformationClass.CONFIDENTIALITY_2, True, "住民の氏名、住所、世帯（架空）"
            ),
            payment=PaymentPart(start, payment, Decimal("150.00"), "見本のレート（架空）"),
            environments=(
                self._environment(Stage.PRODUCTION, Decimal(450_000), Decimal(1_800), local=local),
                self._environment(Stage.VERIFICATION, Decimal(150_000), Decimal(600), local=local),
            ),
            roles=(
                self._role(CloudRole.RESPONSIBLE_OFFICER, "責任 見本", tenant.body.name),
                self._role(CloudRole.TECHNICAL_LEAD, "技術 見本", tenant.body.name),
                self._role(CloudRole.ASP, "提供 見本", "見本システムズ"),
            ),
        )

    def _environment(
        self, stage: Stage, budget: Decimal, forecast: Decimal, *, local: bool = True
    ) -> EnvironmentPart:
        return EnvironmentPart(
            key=str(uuid4()),
            stage=stage,
            address_ranges=(self._range(),),
            monthly_budget_yen=budget,
            forecast=forecast,
            currency=Currency.USD,
            budget_code="総務費 総務管理費 電子計算費 使用料及び賃借料" if local else "情報処理業務庁費",
            expense_authority="市町村長" if local else "支出負担行為担当官",
        )

    def _range(self) -> str:
        self._third += 1
        return f"10.32.{self._third}.0/24"

    def _role(self, role: CloudRole, name: str, body: str) -> RoleGrant:
        end = date(self.today.year + (2 if self.today.month >= 4 else 1), 3, 31)
        return RoleGrant(role, name, f"{role.value}@body.example", body, self.today, end)

    def _written(self, tenant: _Tenant, draft: Draft, at: datetime) -> UUID:
        made = applications.start_application(
            actor=tenant.writer, body_code=tenant.body.code or "", drafter_id=tenant.drafter, at=at
        )
        self._save(tenant, made, lambda _empty: draft, at)
        return made

    def _save(self, tenant: _Tenant, made: UUID, change: Callable[[Draft], Draft], at: datetime) -> None:
        applications.save_draft(
            actor=tenant.writer, application_id=made, change=change, page="demonstration", at=at
        )

    def _confirm(self, tenant: _Tenant, made: UUID, at: datetime) -> None:
        applications.ask_confirmation(actor=tenant.writer, application_id=made, at=at)
        applications.submit_application(actor=tenant.confirmer, application_id=made, at=at)

    def _handed_in(self, tenant: _Tenant, draft: Draft, at: datetime) -> UUID:
        made = self._written(tenant, draft, at)
        self._confirm(tenant, made, at)
        return made

    def _approve(self, made: UUID, operator: Principal) -> None:
        digest = application_view(made, self.today).digest
        approvals.approve_application(
            actor=operator, application_id=made, digest=digest, at=self.now - timedelta(days=1)
        )

    def _approved(self, made: UUID) -> None:
        for operator in self.operators:
            self._approve(made, operator)


def _selected(
    organisations: dict[str, Organisation],
    operators: tuple[Principal, Principal],
    who: Callable[[str, str, str], Principal],
    now: datetime,
) -> UUID:
    """A service that was selected in an earlier call, with the terms on which it is vended."""
    then = now - timedelta(days=200)
    day = today_in_japan(FixedClock(then))
    year = day.year - (2 if day.month >= 4 else 3)
    whole = seed_catalogue(CatalogueKind.IAAS_PAAS, year)
    title = Bilingual(f"クラウドサービスの要件（{year}年度の見本）", f"Requirements (sample for FY{year})")
    catalogue = published(operators[0], Catalogue(whole.kind, year, title, whole.requirements[:_ASKED]), then)
    call = open_round(
        actor=operators[0],
        catalogue_id=catalogue,
        title=Bilingual("前の公募（見本）", "Earlier call (sample)"),
        opens_on=day - timedelta(days=10),
        closes_on=day + timedelta(days=20),
        latest_condition_on=day + timedelta(days=400),
        ismap=IsmapRule.REQUIRED,
        at=then,
    )
    made = handed_in(
        who("provider@vendor.example", "cloud_provider", "vendor"),
        (
            who("assessor@operator.example", "cloud_assessor", "operator"),
            who("assessor@ministry.example", "cloud_assessor", "ministry"),
        ),
        call,
        organisations["vendor"],
        _SERVICE,
        then,
        ismap=IsmapList.ISMAP,
    )
    decisions.propose_verdict(actor=operators[0], proposal_id=made, at=then)
    decisions.confirm_verdict(actor=operators[1], proposal_id=made, at=then)
    terms = Terms("aws", (_TOKYO, _OSAKA), 200, Decimal(12_000), "10.32.0.0/11")
    set_terms(actor=operators[0], service_id=made, terms=terms, at=now)
    return made


def _municipality(name: str) -> Organisation:
    body = municipality.by_name(name)
    return Organisation.objects.create(
        kind=Organisation.Kind.MUNICIPALITY,
        code=body.code,
        name=f"{body.name}（架空のデータ）",
        name_en=f"{body.romaji} (fictional data)",
    )


def _confirmer(body: Organisation, at: datetime) -> Principal:
    """Somebody of the body, who is seen in the history and does not sign in."""
    account = Account.objects.create_user(f"it@{body.code}.example", display_name=f"{body.name[:3]} 確認")
    RoleAssignment.objects.create(
        account=account, organisation=body, role=Role.CLOUD_APPLICANT, valid_from=at - timedelta(days=60)
    )
    grant = Grant(Role.CLOUD_APPLICANT.value, str(body.pk))
    return Principal(PrincipalKind.STAFF, str(account.pk), grants=(grant,), second_factor=True)
