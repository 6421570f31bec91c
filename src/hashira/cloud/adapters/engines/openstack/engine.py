"""The engine of OpenStack, of which Keystone alone is asked (OpenStackの受け口)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hashira.cloud.adapters.engines.openstack.directory import Directory
from hashira.cloud.adapters.engines.openstack.guarding import LimitStep, PolicyStep, limits_of
from hashira.cloud.adapters.engines.openstack.inventory import read_inventory
from hashira.cloud.adapters.engines.openstack.session import NAME, Keystone
from hashira.cloud.adapters.engines.openstack.steps import (
    AccessStep,
    AmendedAccessStep,
    CredentialStep,
    DomainStep,
    KeystoneStep,
    ProjectStep,
    TagStep,
    line,
    not_there,
)
from hashira.cloud.adapters.engines.openstack.tenancy import Tenancy
from hashira.cloud.domain.baseline.inventory import Inventory
from hashira.cloud.domain.engine import (
    EngineError,
    EngineRefused,
    Evidence,
    Facts,
    Holding,
    Observation,
    Plan,
    PlannedStep,
    Retirement,
    Step,
    TenantState,
)
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual


@dataclass(frozen=True)
class SuspendStep(KeystoneStep):
    """The project is disabled: no token for it is given any more, and those that were are void."""

    name = "suspend"
    title = Bilingual("プロジェクトを止める", "Disables the project")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        self._set(order, enabled=False)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        project = self.there(order)
        if project.get("enabled") is not False:
            raise not_there("project", "プロジェクトが動いています", "the project is enabled")
        return Evidence((line("止めたプロジェクト", "Disabled", project["id"]),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        self._set(order, enabled=True)

    def _set(self, order: EnvironmentOrder, *, enabled: bool) -> None:
        project = self.project(order)
        if project is not None and project.get("enabled") is not enabled:
            self.keystone.ask("PATCH", f"/v3/projects/{project['id']}", {"project": {"enabled": enabled}})


@dataclass(frozen=True)
class CloseStep(KeystoneStep):
    """Everything of the environment goes; the domain stays while the body has others."""

    name = "close"
    title = Bilingual("プロジェクトと利用権を消す", "Removes the project and all access to it")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        for kind in reversed((*_VENDED, *_GUARDED)):
            kind(self.directory, self.key).compensate(order, facts)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        if self.project(order) is not None:
            raise not_there("project", "プロジェクトが残っています", "the project is still there")
        return Evidence((line("消したプロジェクト", "Removed", Tenancy(order).project),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """Refused: what was removed does not come back."""
        raise EngineRefused(engine=NAME, operation=self.name, answer="closed")


_VENDED: tuple[type[KeystoneStep], ...] = (DomainStep, ProjectStep, TagStep, AccessStep, CredentialStep)
_GUARDED: tuple[type[KeystoneStep], ...] = (LimitStep, PolicyStep)
_COUNTED = Bilingual(
    "上限はKeystoneに登録します。数えて断るのは各サービスです",
    "Limits are registered with Keystone; the services count and refuse",
)


class OpenStackEngine:
    """Body = domain, environment = project."""

    key = "openstack"
    concurrency = 2

    def __init__(self, keystone: Keystone, *, secret: bytes, title: Bilingual, sandbox: bool) -> None:
        self._directory, self._secret = Directory(keystone), secret
        self.title, self.sandbox = title, sandbox

    def identity(self) -> str:
        """The id of the service in its own catalogue, which is made with its database."""
        service = self._directory.find("services", type="identity")
        return str(service["id"]) if service else ""

    def plan(self, order: EnvironmentOrder) -> Plan:
        """Asks whether Keystone is there, has the region and the roles, and whether every date is to come."""
        obstacles: list[EngineError] = []
        try:
            regions = {one["id"] for one in self._directory.list_of("regions")}
            if order.region not in regions:
                words = f"{order.region}?（{'、'.join(sorted(regions))}）"
                obstacles.append(EngineRefused(engine=NAME, operation="region", answer=words))
            for role in ("reader", "member", "manager"):
                self._directory.role(role)
            if not order.roles:
                obstacles.append(EngineRefused(engine=NAME, operation="roles", answer="0"))
            elif Tenancy(order).expires <= datetime.now(UTC):
                ended = f"{max(grant.valid_until for grant in order.roles)}"
                obstacles.append(EngineRefused(engine=NAME, operation="expires_at", answer=ended))
        except EngineError as error:
            obstacles.append(error)
        steps = tuple(PlannedStep(kind.name, kind.title) for kind in (*_VENDED, *_GUARDED))
        return Plan(steps, tuple(obstacles), (_COUNTED,), None)

    def vend(self, order: EnvironmentOrder) -> tuple[Step, ...]:
        # The classes of steps share their parameters, which mypy does not see in a tuple of them.
        return tuple(kind(self._directory, self._secret) for kind in _VENDED)  # type: ignore[misc]

    def guard(self, order: EnvironmentOrder) -> tuple[Step, ...]:
        # The classes of steps share their parameters, which mypy does not see in a tuple of them.
        return tuple(kind(self._directory, self._secret) for kind in _GUARDED)  # type: ignore[misc]

    def amend(self, before: EnvironmentOrder, after: EnvironmentOrder) -> tuple[Step, ...]:
        was, will = Tenancy(before), Tenancy(after)
        steps: list[Step] = []
        if was.words != will.words:
            steps.append(TagStep(self._directory, self._secret))
        if before.roles != after.roles:
            steps.append(AmendedAccessStep(self._directory, self._secret, before))
        if was.expires != will.expires:
            steps.append(CredentialStep(self._directory, self._secret))
        if limits_of(before) != limits_of(after):
            steps.append(LimitStep(self._directory, self._secret))
        return tuple(steps)

    def observe(self, order: EnvironmentOrder, facts: Facts) -> Observation:
        tenancy = Tenancy(order)
        step = ProjectStep(self._directory, self._secret)
        project = step.project(order)
        if project is None:
            return Observation(TenantState.ABSENT, ())
        state = TenantState.ACTIVE if project.get("enabled") is True else TenantState.SUSPENDED
        holdings = [Holding("account", Bilingual("プロジェクト", "Project"), project["id"])]
        holdings += [
            Holding("tag", Bilingual("札", "Tag"), str(word)) for word in sorted(project.get("tags", []))
        ]
        for one in self._directory.assignments(project["id"]):
            who = one.get("group") or one.get("user") or {}
            words = f"{who.get('name')}: {one['role']['name']}"
            holdings.append(Holding("assignment", Bilingual("権限", "Access"), words))
        machine = step.user(tenancy.machine, project["domain_id"])
        if machine is not None:
            listed = self._directory.list_of(f"users/{machine['id']}/application_credentials")
            holdings += [
                Holding("credential", Bilingual("資格情報", "Credential"), one["id"]) for one in listed
            ]
        return Observation(state, tuple(holdings))

    def inventory(self, order: EnvironmentOrder) -> Inventory:
        """What the verifiers of the baseline ask for; beside the port."""
        return read_inventory(self._directory, order)

    def retire(self, order: EnvironmentOrder, half: Retirement) -> tuple[Step, ...]:
        kind = SuspendStep if half is Retirement.SUSPENSION else CloseStep
        return (kind(self._directory, self._secret),)
