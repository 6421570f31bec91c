"""A town, its vendor, an operator and a selected service, for the tests of applying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from tests.cloud.selection.bodies import Selection, body

from hashira.cloud.domain.application.draft import Draft
from hashira.cloud.domain.application.parts import (
    Contact,
    Currency,
    EnvironmentPart,
    InformationPart,
    Payment,
    PaymentPart,
    ProviderPart,
    SystemPart,
    UsagePart,
)
from hashira.cloud.domain.application.preflight import Terms
from hashira.cloud.domain.environment_order import (
    CloudRole,
    InformationClass,
    Isolation,
    RoleGrant,
    Sharing,
    Stage,
)
from hashira.cloud.selectors.applications import application_view
from hashira.cloud.services import applications, approvals
from hashira.cloud.services.vending_terms import set_terms
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation, RoleAssignment

NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
TODAY = date(2026, 6, 1)
TERMS = Terms("aws", ("ap-northeast-1", "ap-northeast-3"), 20, Decimal(12_000), "10.0.0.0/12")
TOWN_CODE = "131016"


def person(role: str, organisation: Organisation, name: str = "") -> Principal:
    """Somebody with an account and a role, as a session knows them."""
    account = Account.objects.create_user(f"{uuid4().hex[:12]}@example.jp", display_name=name or role)
    RoleAssignment.objects.create(
        account=account, organisation=organisation, role=role, valid_from=datetime(2026, 1, 1, tzinfo=UTC)
    )
    grant = Grant(role, str(organisation.pk))
    return Principal(PrincipalKind.STAFF, str(account.pk), name, (grant,), second_factor=True)


def environment(stage: Stage, *ranges: str, **more: Any) -> EnvironmentPart:
    made = EnvironmentPart(
        key=str(uuid4()),
        stage=stage,
        address_ranges=ranges,
        monthly_budget_yen=Decimal(300_000),
        forecast=Decimal(1_000),
        currency=Currency.USD,
        budget_code="総務費 総務管理費 電子計算費 使用料",
        expense_authority="町長（支出負担行為）",
    )
    return replace(made, **more)


def role(kind: CloudRole, until: date = date(2027, 3, 31), name: str = "見本 太郎") -> RoleGrant:
    return RoleGrant(kind, name, f"{kind.value}@town.example.jp", "見本町", TODAY, until)


def whole(service: UUID | str, *, third: int = 1) -> Draft:
    """An application of a town with production and verification, as it should be."""
    return Draft(
        contact=Contact("総務課", "見本 太郎", "it@town.example.jp", "03-0000-0000"),
        system=SystemPart("jumin", "住民基本台帳", "住民の記録", cicd=False),
        provider=ProviderPart(str(service), "見本IaaS", "ap-northeast-1", "標準準拠の製品が動く"),
        usage=UsagePart(Sharing.SINGLE, Isolation.ACCOUNT),
        information=InformationPart(InformationClass.CONFIDENTIALITY_2, True, "住民の氏名と住所"),
        payment=PaymentPart(date(2026, 10, 1), Payment.CUSTODY, Decimal(150), "5月の平均"),
        environments=(
            environment(Stage.PRODUCTION, f"10.1.{third}.0/25"),
            environment(Stage.VERIFICATION, f"10.1.{third}.128/25"),
        ),
        roles=(role(CloudRole.RESPONSIBLE_OFFICER), role(CloudRole.TECHNICAL_LEAD)),
    )


class World:
    """A town of two people, a vendor, two operators; each act goes through the service that a page calls."""

    def __init__(self, terms: Terms | None = TERMS) -> None:
        self.selection = Selection()
        self.service = self.selection.decided()
        self.operator_body = self.selection.operator_body
        self.town = body("municipality", "見本町", TOWN_CODE)
        self.writer = person("cloud_applicant", self.town, "書く人")
        self.confirmer = person("cloud_applicant", self.town, "確かめる人")
        self.vendor = person("cloud_applicant", self.selection.vendor_body, "事業者")
        self.first = person("cloud_operator", self.operator_body, "一人目")
        self.second = person("cloud_operator", self.operator_body, "二人目")
        if terms is not None:
            set_terms(actor=self.first, service_id=self.service, terms=terms, at=NOW)

    def begun(self, draft: Draft | None = None, *, by: Principal | None = None, **more: Any) -> UUID:
        made = applications.start_application(
            actor=by or self.writer, body_code=more.pop("code", TOWN_CODE), at=NOW, **more
        )
        self.written(made, lambda _draft: draft or whole(self.service), by=by)
        return made

    def written(
        self, application: UUID, change: Callable[[Draft], Draft], *, by: Principal | None = None
    ) -> None:
        applications.save_draft(
            actor=by or self.writer, application_id=application, change=change, page="all", at=NOW
        )

    def submitted(self, draft: Draft | None = None, **more: Any) -> UUID:
        made = self.begun(draft, **more)
        self.hand_in(made)
        return made

    def hand_in(self, application: UUID) -> None:
        applications.ask_confirmation(actor=self.writer, application_id=application, at=NOW)
        applications.submit_application(actor=self.confirmer, application_id=application, at=NOW)

    def approve(self, application: UUID, who: Principal, *, at: datetime = NOW) -> bool:
        digest = application_view(application, TODAY).digest
        return approvals.approve_application(actor=who, application_id=application, digest=digest, at=at)

    def approved(self, draft: Draft | None = None, **more: Any) -> UUID:
        made = self.submitted(draft, **more)
        self.approve(made, self.first)
        assert self.approve(made, self.second)
        return made
