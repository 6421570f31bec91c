"""What an environment is at Keystone: names, tags, groups, secrets, all from the order (環境の形).

Body = domain, environment = project, a role of the order = a group of the domain with a role on the project.
The secrets of an environment's machine are derived from the key of the installation and that of the order, so
that nobody has to keep them and a second run comes to the same ones.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from hashira.cloud.domain.environment_order import CloudRole, EnvironmentOrder, RoleGrant
from hashira.kernel.clock import JST

ROLES = {
    CloudRole.RESPONSIBLE_OFFICER: "reader",
    CloudRole.TECHNICAL_LEAD: "member",
    CloudRole.OPERATION_ASSISTANT: "member",
    CloudRole.NETWORK_ASSISTANT: "member",
    CloudRole.ASP: "member",
}
"""What each may do in the project, by the default roles of Keystone."""
PREFIX = "hashira:"


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The names of one environment."""

    order: EnvironmentOrder

    @property
    def domain(self) -> str:
        """Of the body."""
        return f"body-{self.order.body_code}"

    @property
    def project(self) -> str:
        """Of the environment: the key, so that it is found again whatever else is renamed."""
        return self.order.key

    @property
    def description(self) -> str:
        """For people who look at the project."""
        order = self.order
        return f"{order.body_name} {order.system_name} {order.stage.value}"[:255]

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, by name; Keystone has them as words, ``name=value``."""
        order = self.order
        return {
            f"{PREFIX}body": order.body_code,
            f"{PREFIX}system": order.system_code,
            f"{PREFIX}stage": order.stage.value,
            f"{PREFIX}region": order.region,
            f"{PREFIX}budget": order.budget_code,
        }

    @property
    def words(self) -> list[str]:
        """The tags as Keystone has them: neither ``/`` nor ``,`` may stand in one."""
        return sorted(
            f"{name}={value}".replace("/", "_").replace(",", "_")[:255] for name, value in self.tags.items()
        )

    def group(self, role: CloudRole) -> str:
        """The group of a role."""
        return f"{self.order.key}-{role.value}"

    @property
    def groups(self) -> tuple[CloudRole, ...]:
        """The roles that somebody has."""
        return tuple(dict.fromkeys(grant.role for grant in self.order.roles))

    def people(self, role: CloudRole) -> Iterator[RoleGrant]:
        """Who has a role."""
        return (grant for grant in self.order.roles if grant.role is role)

    @property
    def machine(self) -> str:
        """The user that deploys."""
        return f"{self.order.key}-deploy"

    @property
    def expires(self) -> datetime:
        """When the machine's credential ends: with the last day of the longest role, in Japan."""
        last = max((grant.valid_until for grant in self.order.roles), default=None)
        if last is None:
            raise ValueError("an environment without roles")
        return datetime.combine(last + timedelta(days=1), time(), JST).astimezone(UTC) - timedelta(seconds=1)

    def secret(self, key: bytes, what: str) -> str:
        """A secret of the environment: 256 bits, told by neither the order nor another secret."""
        return hmac.new(key, f"{what}\x00{self.order.key}".encode(), sha256).hexdigest()


def read_tags(words: object) -> dict[str, str]:
    """Tags by name, from the words of a project."""
    listed = words if isinstance(words, list) else []
    pairs = (str(one).partition("=") for one in listed)
    return {name: value for name, equals, value in pairs if equals}
