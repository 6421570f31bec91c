"""The engine of LXD, and of Incus, which speaks alike (LXDの受け口)."""

from __future__ import annotations

from hashira.cloud.adapters.engines.lxd.certificate import tenant_certificate
from hashira.cloud.adapters.engines.lxd.servers import LxdServers
from hashira.cloud.adapters.engines.lxd.session import NAME, Lxd
from hashira.cloud.adapters.engines.lxd.steps import (
    SUSPENDED,
    AmendedCertificateStep,
    CertificateStep,
    CloseStep,
    LxdStep,
    ProfileStep,
    ProjectStep,
    RestrictionStep,
    SuspendStep,
    restrictions,
    tags,
)
from hashira.cloud.domain.baseline.inventory import Inventory, Resource
from hashira.cloud.domain.engine import (
    EngineError,
    EngineRefused,
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

_VENDED: tuple[type[LxdStep], ...] = (ProjectStep, ProfileStep, CertificateStep)
_GUARDED: tuple[type[LxdStep], ...] = (RestrictionStep,)


class LxdEngine:
    """Environment = restricted project; the bodies of one daemon are kept apart by their projects."""

    key = "lxd"
    concurrency = 4

    def __init__(self, lxd: Lxd, *, pool: str, secret: bytes, title: Bilingual, sandbox: bool) -> None:
        self._lxd, self._pool, self._secret = lxd, pool, secret
        self.title, self.sandbox = title, sandbox
        self.servers = LxdServers(lxd)

    def identity(self) -> str:
        """The fingerprint of the daemon's own certificate."""
        server = self._lxd.found("") or {}
        return str(server.get("environment", {}).get("certificate_fingerprint", ""))

    def plan(self, order: EnvironmentOrder) -> Plan:
        """Asks whether the daemon is there and has the pool."""
        obstacles: list[EngineError] = []
        try:
            if self._lxd.found(f"/storage-pools/{self._pool}") is None:
                obstacles.append(
                    EngineRefused(engine=NAME, operation="storage-pools", answer=f"{self._pool}?")
                )
            if not order.roles:
                obstacles.append(EngineRefused(engine=NAME, operation="roles", answer="0"))
        except EngineError as error:
            obstacles.append(error)
        steps = tuple(PlannedStep(kind.name, kind.title) for kind in (*_VENDED, *_GUARDED))
        return Plan(steps, tuple(obstacles), (), None)

    def vend(self, order: EnvironmentOrder) -> tuple[Step, ...]:
        return self._made(_VENDED)

    def guard(self, order: EnvironmentOrder) -> tuple[Step, ...]:
        return self._made(_GUARDED)

    def amend(self, before: EnvironmentOrder, after: EnvironmentOrder) -> tuple[Step, ...]:
        given = (self._lxd, self._pool, self._secret)
        steps: list[Step] = []
        if tags(before) != tags(after):
            steps.append(ProjectStep(*given))
        if tenant_certificate(before, self._secret).der != tenant_certificate(after, self._secret).der:
            steps.append(AmendedCertificateStep(*given, before))
        if restrictions(before) != restrictions(after):
            steps.append(RestrictionStep(*given))
        return tuple(steps)

    def observe(self, order: EnvironmentOrder, facts: Facts) -> Observation:
        project = self._lxd.found(f"/projects/{order.key}")
        if project is None:
            return Observation(TenantState.ABSENT, ())
        suspended = project["config"].get(SUSPENDED) == "true"
        holdings = [Holding("account", Bilingual("プロジェクト", "Project"), order.key)]
        holdings += [
            Holding("setting", Bilingual(name, name), f"{name}={value}")
            for name, value in sorted(project["config"].items())
        ]
        holdings += [
            Holding("certificate", Bilingual("証明書", "Certificate"), str(one["fingerprint"]))
            for one in self._lxd.listed("/certificates")
            if order.key in (one.get("projects") or [])
        ]
        holdings += [
            Holding("instance", Bilingual("インスタンス", "Instance"), str(one["name"]))
            for one in self._lxd.listed("/instances", project=order.key)
        ]
        return Observation(TenantState.SUSPENDED if suspended else TenantState.ACTIVE, tuple(holdings))

    def inventory(self, order: EnvironmentOrder) -> Inventory:
        """What the verifiers of the baseline ask for, the keys of the project; beside the port."""
        project = self._lxd.found(f"/projects/{order.key}")
        read = () if project is None else (Resource("project", order.key, dict(project["config"])),)
        return Inventory.of_kinds({"project": read})

    def retire(self, order: EnvironmentOrder, half: Retirement) -> tuple[Step, ...]:
        return self._made((SuspendStep if half is Retirement.SUSPENSION else CloseStep,))

    def _made(self, kinds: tuple[type[LxdStep], ...]) -> tuple[Step, ...]:
        # The classes of steps share their parameters, which mypy does not see in a tuple of them.
        return tuple(kind(self._lxd, self._pool, self._secret) for kind in kinds)  # type: ignore[misc]
