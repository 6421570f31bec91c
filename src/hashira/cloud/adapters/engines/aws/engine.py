"""AWS behind the port (AWSの受け口)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from hashira.cloud.adapters.engines.aws import adoption
from hashira.cloud.adapters.engines.aws.access import Access
from hashira.cloud.adapters.engines.aws.archive import LogArchive, Trail
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud, AwsStep
from hashira.cloud.adapters.engines.aws.defaults import EncryptedDisks, NothingPublic, Passwords
from hashira.cloud.adapters.engines.aws.detection import Hub, Recorder, Rules, Threats
from hashira.cloud.adapters.engines.aws.doors import AwsDoors
from hashira.cloud.adapters.engines.aws.guardrails import Guardrails, packs
from hashira.cloud.adapters.engines.aws.organisation import (
    Account,
    AccountRequest,
    OperatorRole,
    Organisation,
    Placement,
    Unit,
    path_of,
    tags_of,
)
from hashira.cloud.adapters.engines.aws.particulars import Budget, BudgetAnew, Contacts, Tags, contacts_of
from hashira.cloud.adapters.engines.aws.reading import OnlyReads
from hashira.cloud.adapters.engines.aws.retirement import (
    Closing,
    NoAccess,
    Sequester,
    SuspensionUnit,
)
from hashira.cloud.adapters.engines.aws.servers import AwsServers, ServerRole
from hashira.cloud.adapters.engines.aws.survey import AwsSurveyor
from hashira.cloud.adapters.engines.aws.survey_standings import Standings
from hashira.cloud.adapters.engines.aws.terms import TITLE, AwsRefused
from hashira.cloud.domain.engine import (
    EngineError,
    EngineRefused,
    Facts,
    Holding,
    NotThere,
    Observation,
    Plan,
    PlannedStep,
    QuotaReached,
    Retirement,
    Step,
    TenantState,
)
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

_NOT_IN_USE = "AWSOrganizationsNotInUseException"
_QUOTA_CODE = "L-E619E033"
"""*Default maximum number of accounts*, in the service quotas of AWS Organizations."""


@dataclass(frozen=True)
class AwsEngine:
    """AWS Organizations, Identity Center and the baseline of an account."""

    cloud: AwsCloud
    sandbox: bool
    concurrency: int
    key: str = "aws"

    @property
    def title(self) -> Bilingual:
        if self.sandbox:
            return Bilingual("AWS（練習用のクラウド）", "AWS (a sandbox to practise on)")
        return Bilingual("AWS", "AWS")

    @property
    def servers(self) -> AwsServers:
        return AwsServers(self.cloud)

    @property
    def doors(self) -> AwsDoors:
        return AwsDoors(self.cloud)

    def identity(self) -> str:
        found = self.cloud.found("organizations", "describe_organization", _NOT_IN_USE)
        return str(found["Organization"]["Id"]) if found else ""

    def plan(self, order: EnvironmentOrder) -> Plan:
        steps = tuple(PlannedStep(one.name, one.title) for one in (*self.vend(order), *self.guard(order)))
        obstacles: list[EngineError] = []
        notes: list[Bilingual] = []
        if "{key}" not in self.cloud.email:
            obstacles.append(
                EngineRefused(
                    engine=TITLE,
                    operation="HASHIRA_CLOUD_AWS_EMAIL",
                    answer=Bilingual("{key} を含むアドレスが要ります", "it must have {key} in it"),
                )
            )
        try:
            packs(order.exceptions, order.baseline)
            notes.extend(self._room(obstacles))
        except EngineError as error:
            obstacles.append(error)
        return Plan(steps, tuple(obstacles), tuple(notes), self._baseline())

    def vend(self, order: EnvironmentOrder) -> tuple[Step, ...]:
        if order.adopts:
            return adoption.opening(self.cloud)
        kinds = (
            Organisation,
            Unit,
            AccountRequest,
            Account,
            OperatorRole,
            ServerRole,
            Tags,
            Contacts,
            Budget,
        )
        return tuple(kind(self.cloud) for kind in kinds)

    def guard(self, order: EnvironmentOrder) -> tuple[Step, ...]:
        """The account comes under its SCPs first; people come in last, when everything watches."""
        if order.adopts:
            return adoption.guarding(self.cloud)
        kinds = (
            Guardrails,
            Placement,
            LogArchive,
            Trail,
            Recorder,
            Rules,
            Threats,
            Hub,
            EncryptedDisks,
            NothingPublic,
            Passwords,
            Access,
        )
        return tuple(kind(self.cloud) for kind in kinds)

    def amend(self, before: EnvironmentOrder, after: EnvironmentOrder) -> tuple[Step, ...]:
        """An account whose guardrails change moves to another unit, whose SCPs are there before it comes."""
        told = contacts_of(before) != contacts_of(after)
        moves = path_of(before) != path_of(after)
        concerned: dict[type[AwsStep], bool] = {
            Unit: moves,
            Tags: tags_of(before) != tags_of(after),
            Contacts: told,
            BudgetAnew: told,
            Budget: not told and before.monthly_budget_yen != after.monthly_budget_yen,
            Guardrails: moves,
            Placement: moves,
            Access: before.roles != after.roles,
        }
        # The classes of steps share their parameter, which mypy does not see in a mapping of them.
        return tuple(kind(self.cloud) for kind, is_ in concerned.items() if is_)  # type: ignore[misc]

    def observe(self, order: EnvironmentOrder, facts: Facts) -> Observation:
        state = self._state(facts)
        if state is TenantState.ABSENT:
            return Observation(state, ())
        holdings = []
        for step in (*self.vend(order), *self.guard(order)):
            try:
                evidence = step.verify(order, facts)
            except NotThere:
                continue
            holdings.extend(Holding(step.name, one.name, one.value) for one in evidence.lines)
        return Observation(state, tuple(holdings))

    def retire(self, order: EnvironmentOrder, half: Retirement) -> tuple[Step, ...]:
        if half is Retirement.CLOSING:
            return (Closing(self.cloud),)
        return (SuspensionUnit(self.cloud), NoAccess(self.cloud), Sequester(self.cloud))

    def surveyor(self) -> AwsSurveyor:
        """What reads an organisation that exists already, and plans adoptions."""
        before = OnlyReads(self.cloud.connection, self.cloud.first_role)
        read = replace(self.cloud, connect=lambda: before)
        return AwsSurveyor(Standings(read, replace(self, cloud=read)), self.cloud)

    def _state(self, facts: Facts) -> TenantState:
        account = str(facts.get("account", ""))
        found = account and self.cloud.found(
            "organizations",
            "describe_account",
            "AccountNotFoundException",
            _NOT_IN_USE,
            AccountId=account,
        )
        if not found:
            return TenantState.ABSENT
        if found["Account"]["Status"] != "ACTIVE":
            return TenantState.CLOSED
        parent = self.cloud.call("organizations", "list_parents", ChildId=account)["Parents"][0]["Id"]
        if parent == facts.get("suspended_unit"):
            return TenantState.SUSPENDED
        return TenantState.ACTIVE

    def _room(self, obstacles: list[EngineError]) -> list[Bilingual]:
        """How many accounts there are, of how many. A closed one counts until AWS deletes it."""
        if not self.identity():
            return [Bilingual("組織は、はじめの払出しで作ります", "The first vending makes the organisation")]
        listed = self.cloud.connection.pages("organizations", "list_accounts", "Accounts")
        used = sum(1 for _one in listed)
        limit = self.cloud.account_quota or self._quota()
        if not limit:
            return [
                Bilingual(
                    f"アカウントは{used}。上限は、AWSに聞いても分かりません",
                    f"{used} accounts; AWS does not tell the limit",
                )
            ]
        if used >= limit:
            quota = Bilingual("アカウントの数", "accounts")
            obstacles.append(QuotaReached(engine=TITLE, quota=quota, limit=limit))
        return [Bilingual(f"アカウントは{used}／{limit}", f"{used} of {limit} accounts")]

    def _quota(self) -> int:
        try:
            told = self.cloud.call(
                "service-quotas",
                "get_service_quota",
                region="us-east-1",
                ServiceCode="organizations",
                QuotaCode=_QUOTA_CODE,
            )
        except AwsRefused:
            return 0
        return int(told["Quota"]["Value"])

    def _baseline(self) -> Decimal | None:
        if self.cloud.baseline_usd is None:
            return None
        return (self.cloud.baseline_usd * self.cloud.yen_a_dollar).quantize(Decimal(1), ROUND_HALF_UP)
