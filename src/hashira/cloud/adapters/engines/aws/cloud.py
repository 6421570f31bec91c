"""What all steps on AWS share: the connection, the settings, and small readings (AWSの共通部分)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from hashira.cloud.adapters.engines.aws.terms import OPERATOR_ROLE, TITLE, AwsRefused
from hashira.cloud.domain.engine import EvidenceLine, Facts, NotThere
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterator


class Calls(Protocol):
    """What steps ask of AWS by: the connection, or something before it that only reads or only rehearses."""

    region: str

    def call(
        self,
        service: str,
        operation: str,
        *,
        account: str = "",
        role: str = OPERATOR_ROLE,
        region: str = "",
        **arguments: Any,
    ) -> dict[str, Any]:
        """The answer of one operation; see ``AwsConnection.call``."""
        ...

    def pages(self, service: str, operation: str, member: str, **arguments: Any) -> Iterator[Any]:
        """The members of all pages of a listing."""
        ...


@dataclass(frozen=True)
class AwsCloud:
    """AWS as this installation has it."""

    connect: Callable[[], Calls]
    """Makes the connection, once."""
    regions: tuple[str, ...]
    """Where the baseline is laid: every region that the guardrails leave open, the home region first."""
    email: str
    """Of the root user of an account: an address with ``{key}`` in it, since no two may be the same."""
    phone: str
    """Of the operator, for the alternate contacts."""
    first_role: str
    """The role that an organisation makes in a new account."""
    log_days: int
    """For which the log archive keeps what is written into it."""
    lock_mode: str
    """``COMPLIANCE``, or ``GOVERNANCE`` where somebody may still have to delete."""
    yen_a_dollar: Decimal
    """AWS has budgets in dollars only."""
    account_quota: int
    """How many accounts the organisation may have, where the provider does not tell; 0: ask."""
    baseline_usd: Decimal | None
    today: Callable[[], date]

    @property
    def connection(self) -> Calls:
        """The connection, made when it is first needed."""
        return self.connect()

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """One call; see ``AwsConnection.call``."""
        return self.connection.call(service, operation, **arguments)

    def found(self, service: str, operation: str, *missing: str, **arguments: Any) -> dict[str, Any] | None:
        """The answer, or None where AWS refuses with one of the codes in ``missing``."""
        try:
            return self.call(service, operation, **arguments)
        except AwsRefused as refused:
            if refused.aws_code in missing:
                return None
            raise

    def address(self, order: EnvironmentOrder) -> str:
        """The e-mail address of the root user of the account."""
        return self.email.format(key=order.key.replace("-", ""))


@dataclass(frozen=True)
class AwsStep:
    """A step on AWS; what it shares with others is not undone by one environment."""

    cloud: AwsCloud

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """Nothing to undo."""


def line(ja: str, en: str, value: object) -> EvidenceLine:
    """One line of evidence."""
    return EvidenceLine(Bilingual(ja, en), str(value))


def missing(thing: str, ja: str, en: str, *, absent: bool = False) -> NotThere:
    """What a read-back did not find; ``absent`` where there is nothing of the kind at all."""
    return NotThere(engine=TITLE, thing=thing, found=Bilingual(ja, en), absent=absent)


def account_of(facts: Facts) -> str:
    """The account, once there is one."""
    account = str(facts.get("account", ""))
    if not account:
        raise missing("account", "アカウントがありません", "there is no account")
    return account


def short(order: EnvironmentOrder) -> str:
    """Eight characters of the key, for names of things."""
    return order.key.replace("-", "")[:8]
