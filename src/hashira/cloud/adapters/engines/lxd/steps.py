"""The steps that make, guard, suspend and close an environment on LXD (払出しの手順)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import ClassVar

from hashira.cloud.adapters.engines.lxd.certificate import TenantCertificate, tenant_certificate
from hashira.cloud.adapters.engines.lxd.session import JSON, NAME, Lxd
from hashira.cloud.domain.baseline.catalogue import settings_in_force
from hashira.cloud.domain.engine import EngineRefused, Evidence, EvidenceLine, Facts, NotThere
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

_FEATURES = {f"features.{name}": "true" for name in ("images", "networks", "profiles", "storage.volumes")}
_TAG = "user.hashira."
SUSPENDED = f"{_TAG}suspended"
_RUNNING = f"{_TAG}running"
"""The instances that ran when the environment was suspended, to be started again."""
_EACH = {"limits.cpu": "1", "limits.memory": "1GiB"}
"""What an instance has unless it says otherwise; limits of the project need that each says something."""


def line(ja: str, en: str, value: object) -> EvidenceLine:
    """One line of evidence."""
    return EvidenceLine(Bilingual(ja, en), str(value))


def not_there(thing: str, ja: str, en: str) -> NotThere:
    """What was read back is not as it should be."""
    return NotThere(engine=NAME, thing=thing, found=Bilingual(ja, en))


def tags(order: EnvironmentOrder) -> dict[str, str]:
    """What is written on the project about whose it is."""
    told = {
        "body": order.body_code,
        "system": order.system_code,
        "stage": order.stage.value,
        "budget": order.budget_code,
    }
    return {f"{_TAG}{name}": value for name, value in told.items()}


def restrictions(order: EnvironmentOrder) -> dict[str, str | None]:
    """The settings of the guardrails. What an exception spares is allowed: LXD blocks what is not said."""
    kept = settings_in_force("lxd", order.exceptions, order.baseline)
    wanted: dict[str, str | None] = dict(kept)
    for name in settings_in_force("lxd"):
        if name not in kept:
            wanted[name] = "allow" if name.startswith("restricted.") else None
    return wanted


@dataclass(frozen=True)
class LxdStep:
    """What every step has: the daemon, the pool of disks, the key that certificates are derived from."""

    name: ClassVar[str]
    title: ClassVar[Bilingual]
    lxd: Lxd
    pool: str
    key: bytes

    def project(self, order: EnvironmentOrder) -> JSON | None:
        """The project, if it is there."""
        return self.lxd.found(f"/projects/{order.key}")

    def there(self, order: EnvironmentOrder) -> JSON:
        """The project; raises ``NotThere``."""
        project = self.project(order)
        if project is None:
            raise not_there("project", "プロジェクトがありません", "there is no project")
        return project

    def set(self, project: JSON, changes: dict[str, str | None]) -> None:
        """Changes keys of a project; None takes one away. Keys that nobody names stay."""
        config = {**project["config"], **{k: v for k, v in changes.items() if v is not None}}
        for name, value in changes.items():
            if value is None:
                config.pop(name, None)
        if config != project["config"]:
            body = {"config": config, "description": project.get("description", "")}
            self.lxd.ask("PUT", f"/projects/{project['name']}", body)

    def certificate(self, order: EnvironmentOrder) -> TenantCertificate:
        """That of the tenant."""
        return tenant_certificate(order, self.key)

    def running(self, order: EnvironmentOrder) -> list[str]:
        """The instances that run."""
        listed = self.lxd.listed("/instances", project=order.key)
        return sorted(str(one["name"]) for one in listed if one.get("status") == "Running")

    def turn(self, order: EnvironmentOrder, instance: str, action: str) -> None:
        """Starts or stops an instance."""
        body = {"action": action, "force": action == "stop", "timeout": 15}
        self.lxd.ask("PUT", f"/instances/{instance}/state", body, project=order.key, may=(404,))


@dataclass(frozen=True)
class ProjectStep(LxdStep):
    """The project, restricted from its first moment."""

    name = "project"
    title = Bilingual("制限付きのプロジェクトを作る", "Makes the restricted project")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        project = self.project(order)
        if project is None:
            said = {k: v for k, v in restrictions(order).items() if v is not None}
            body = {
                "name": order.key,
                "description": f"{order.body_name} {order.system_name} {order.stage.value}",
                "config": {**_FEATURES, **tags(order), **said},
            }
            self.lxd.ask("POST", "/projects", body, may=(409,))
        else:
            self.set(project, dict(tags(order)))
        return {"account": order.key}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        config = self.there(order)["config"]
        wrong = [name for name, value in tags(order).items() if config.get(name) != value]
        if wrong:
            words = "、".join(wrong)
            raise not_there("project", f"札が違います：{words}", f"tags differ: {words}")
        return Evidence((line("プロジェクト", "Project", order.key),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """LXD refuses while something of the tenant's is in it."""
        self.lxd.ask("DELETE", f"/projects/{order.key}", may=(404,))


@dataclass(frozen=True)
class ProfileStep(LxdStep):
    """What every instance of the tenant has: a disk of the pool, and a size."""

    name = "profile"
    title = Bilingual("標準のディスクと大きさを決める", "Sets the disk and the size of instances")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        body = {"config": _EACH, "description": "Hashira", "devices": self._devices()}
        self.lxd.ask("PUT", "/profiles/default", body, project=order.key)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        self.there(order)
        profile = self.lxd.found("/profiles/default", project=order.key) or {}
        if profile.get("devices") != self._devices() or profile.get("config") != _EACH:
            raise not_there("profile", "標準の設定が違います", "the default profile differs")
        return Evidence((line("ディスクの保管先", "Pool", self.pool),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """It goes with the project."""

    def _devices(self) -> JSON:
        return {"root": {"type": "disk", "path": "/", "pool": self.pool}}


@dataclass(frozen=True)
class CertificateStep(LxdStep):
    """The tenant's certificate is trusted, for this project and nothing else."""

    name = "certificate"
    title = Bilingual(
        "利用者の証明書を、このプロジェクトだけに認める", "Trusts the tenant's certificate for the project"
    )

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        own = self.certificate(order)
        wanted = {"name": order.key, "type": "client", "restricted": True, "projects": [order.key]}
        if self.lxd.found(f"/certificates/{own.fingerprint}") is None:
            body = {**wanted, "certificate": base64.b64encode(own.der).decode()}
            self.lxd.ask("POST", "/certificates", body, may=(409,))
        else:
            self.lxd.ask("PUT", f"/certificates/{own.fingerprint}", wanted)
        return {"certificate": own.fingerprint}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        own = self.certificate(order)
        kept = self.lxd.found(f"/certificates/{own.fingerprint}")
        if kept is None:
            raise not_there("certificate", "証明書が認められていません", "the certificate is not trusted")
        if kept.get("restricted") is not True or kept.get("projects") != [order.key]:
            raise not_there("certificate", "証明書がほかにも効きます", "the certificate is good for more")
        others = [
            one["name"]
            for one in self.lxd.listed("/certificates")
            if order.key in (one.get("projects") or []) and one["fingerprint"] != own.fingerprint
        ]
        if others:
            words = "、".join(others)
            raise not_there("certificate", f"払出しにない証明書：{words}", f"not ordered: {words}")
        ends = f"{own.certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}"
        return Evidence((line("証明書", "Certificate", own.fingerprint), line("期限", "Ends", ends)))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        self.lxd.ask("DELETE", f"/certificates/{self.certificate(order).fingerprint}", may=(404,))


@dataclass(frozen=True)
class AmendedCertificateStep(CertificateStep):
    """The same for a changed order, whose certificate has other days: the former one is good no longer."""

    before: EnvironmentOrder

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        found = CertificateStep.apply(self, order, facts)
        former = self.certificate(self.before).fingerprint
        if former != self.certificate(order).fingerprint:
            self.lxd.ask("DELETE", f"/certificates/{former}", may=(404,))
        return found


@dataclass(frozen=True)
class RestrictionStep(LxdStep):
    """The guardrails of the baseline as keys of the project, which the daemon enforces."""

    name = "restrictions"
    title = Bilingual("ガードレールをプロジェクトに掛ける", "Puts the guardrails on the project")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        self.set(self.there(order), restrictions(order))
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        config = self.there(order)["config"]
        lines = []
        for name, value in sorted(restrictions(order).items()):
            if config.get(name) != value:
                found = config.get(name, "–")
                raise not_there("restrictions", f"{name} が {found} です", f"{name} is {found}")
            lines.append(line(name, name, value if value is not None else "–"))
        return Evidence(tuple(lines))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """They go with the project: it is never without them before."""


@dataclass(frozen=True)
class SuspendStep(LxdStep):
    """The tenant's certificate is no longer trusted and nothing runs. What there is stays."""

    name = "suspend"
    title = Bilingual(
        "証明書を外し、動いているものを止める", "Takes the certificate away and stops what runs"
    )

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        project = self.there(order)
        CertificateStep(self.lxd, self.pool, self.key).compensate(order, facts)
        # Kept before anything is stopped: a run that is killed on the way knows what to start again.
        before = [name for name in project["config"].get(_RUNNING, "").split(",") if name]
        running = sorted({*before, *self.running(order)})
        self.set(project, {SUSPENDED: "true", _RUNNING: ",".join(running) or None})
        for name in running:
            self.turn(order, name, "stop")
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        if self.there(order)["config"].get(SUSPENDED) != "true":
            raise not_there("project", "休止の印がありません", "it is not marked as suspended")
        if self.lxd.found(f"/certificates/{self.certificate(order).fingerprint}") is not None:
            raise not_there("certificate", "証明書がまだ認められています", "the certificate is still trusted")
        running = self.running(order)
        if running:
            words = "、".join(running)
            raise not_there("instances", f"動いています：{words}", f"still running: {words}")
        return Evidence((line("休止したプロジェクト", "Suspended", order.key),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        project = self.project(order)
        if project is None or project["config"].get(SUSPENDED) is None:
            return
        CertificateStep(self.lxd, self.pool, self.key).apply(order, facts)
        for name in project["config"].get(_RUNNING, "").split(","):
            if name:
                self.turn(order, name, "start")
        self.set(project, {SUSPENDED: None, _RUNNING: None})


@dataclass(frozen=True)
class CloseStep(LxdStep):
    """Instances, images, disks and the project go."""

    name = "close"
    title = Bilingual("プロジェクトと中のものを消す", "Removes the project and what is in it")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        CertificateStep(self.lxd, self.pool, self.key).compensate(order, facts)
        if self.project(order) is None:
            return {}
        within = {"project": order.key}
        for name in self.running(order):
            self.turn(order, name, "stop")
        for one in self.lxd.listed("/instances", **within):
            self.lxd.ask("DELETE", f"/instances/{one['name']}", may=(404,), **within)
        for one in self.lxd.listed("/images", **within):
            self.lxd.ask("DELETE", f"/images/{one['fingerprint']}", may=(404,), **within)
        for one in self.lxd.listed(f"/storage-pools/{self.pool}/volumes/custom", **within):
            path = f"/storage-pools/{self.pool}/volumes/custom/{one['name']}"
            self.lxd.ask("DELETE", path, may=(404,), **within)
        for one in self.lxd.listed("/networks", **within):
            if one.get("managed"):
                self.lxd.ask("DELETE", f"/networks/{one['name']}", may=(404,), **within)
        for one in self.lxd.listed("/profiles", **within):
            if one["name"] != "default":
                self.lxd.ask("DELETE", f"/profiles/{one['name']}", may=(404,), **within)
        self.lxd.ask("DELETE", f"/projects/{order.key}", may=(404,))
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        if self.project(order) is not None:
            raise not_there("project", "プロジェクトが残っています", "the project is still there")
        return Evidence((line("消したプロジェクト", "Removed", order.key),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """Refused: what was removed does not come back."""
        raise EngineRefused(engine=NAME, operation=self.name, answer="closed")
