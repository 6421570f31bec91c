"""The port of cloud engines: what is asked of a provider, whichever it is (クラウドの受け口).

Six verbs: ``plan``, ``vend``, ``guard``, ``amend``, ``observe``, ``retire``. What changes something is a
sequence of steps, and each step is three acts: ``apply``, ``verify`` (read back) and ``compensate``. An
engine knows no database, no job and no clock of ours; whoever carries the steps out keeps the facts and tries
again.

What every engine keeps to (the conformance suite holds it to that):

- ``apply`` twice is ``apply`` once, also when nobody heard the first answer: it looks for what is there by
  the key of the order before it makes anything.
- ``verify`` reads from the provider and from nowhere else; an answer of ``apply`` proves nothing.
- ``compensate`` takes away what ``apply`` made, if it is there, and is quiet if it is not.
- No act waits longer than one call takes. What is not ready yet raises ``NotYet``, and is asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeAlias

from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

Facts: TypeAlias = Mapping[str, Any]
"""What the steps so far have learnt, as JSON: ``{"account": "123456789012", "ou": "ou-…"}``. No secrets."""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One thing read from the provider: its name for people, and the value as the provider has it."""

    name: Bilingual
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a read-back found: the proof that a step is done (証拠)."""

    lines: tuple[EvidenceLine, ...]


class Step(Protocol):
    """One step. Its ``name`` is stable: it is kept with the environment, and a later run goes on after it."""

    @property
    def name(self) -> str:
        """``log-archive``, ``trail`` …: once in an engine."""
        ...

    @property
    def title(self) -> Bilingual:
        """What it does, for people."""
        ...

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        """Do it; gives the facts that it adds. Raises an ``EngineError``."""
        ...

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        """Read it back. Raises ``NotThere`` if the provider has it otherwise, or another error."""
        ...

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """Undo it, as far as the provider lets anybody. Raises an ``EngineError``."""
        ...


class Retirement(StrEnum):
    """The two halves of an end of use: everything stays but nobody gets in; then it is closed for good."""

    SUSPENSION = "suspension"
    """休止. Compensating its steps lets everybody in again."""
    CLOSING = "closing"
    """廃止. Its steps cannot be compensated."""


class TenantState(StrEnum):
    """How the provider itself has the environment."""

    ABSENT = "absent"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Holding:
    """Something that the environment holds, by the provider's own identifier."""

    kind: str
    """``account``, ``organisational-unit``, ``trail`` …"""
    name: Bilingual
    identifier: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What is there now, read from the provider alone."""

    state: TenantState
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step that would be taken."""

    name: str
    title: Bilingual


@dataclass(frozen=True, slots=True)
class Plan:
    """What vending would do and what stands against it; nothing was changed to find out (事前の確認)."""

    steps: tuple[PlannedStep, ...]
    obstacles: tuple[EngineError, ...]
    """Why it would not work now: a quota, a name that is taken, a cloud that does not answer."""
    notes: tuple[Bilingual, ...]
    """What is worth knowing before approval, such as how near a quota is."""
    baseline_yen_a_month: Decimal | None
    """What the guardrails themselves cost, with tax; None where nobody knows."""


class Engine(Protocol):
    """A provider behind the port."""

    @property
    def key(self) -> str:
        """As ``EnvironmentOrder.engine`` names it."""
        ...

    @property
    def title(self) -> Bilingual:
        """The provider, for people."""
        ...

    @property
    def sandbox(self) -> bool:
        """Whether this is a cloud to practise on, to be named so wherever it is shown."""
        ...

    @property
    def concurrency(self) -> int:
        """How many environments the provider lets be vended at once, in all workers together."""
        ...

    def identity(self) -> str:
        """Which cloud this is: the id of its organisation. Another one than before: it has forgotten all."""
        ...

    def plan(self, order: EnvironmentOrder) -> Plan:
        """What vending would do and what stands against it."""
        ...

    def vend(self, order: EnvironmentOrder) -> tuple[Step, ...]:
        """The steps that make the environment."""
        ...

    def guard(self, order: EnvironmentOrder) -> tuple[Step, ...]:
        """The steps that put its guardrails in force, after those of ``vend``."""
        ...

    def amend(self, before: EnvironmentOrder, after: EnvironmentOrder) -> tuple[Step, ...]:
        """The steps by which an environment of one order becomes that of another of the same key: those of
        ``vend`` and ``guard`` that the change concerns, under their names and in their order. Applied, they
        also take away what the new order no longer has. With the two orders exchanged they lead back."""
        ...

    def observe(self, order: EnvironmentOrder, facts: Facts) -> Observation:
        """What is there now."""
        ...

    def retire(self, order: EnvironmentOrder, half: Retirement) -> tuple[Step, ...]:
        """The steps that end its use."""
        ...


def steps_in_force(engine: Engine, order: EnvironmentOrder, *, suspended: bool) -> tuple[Step, ...]:
    """The steps whose read-backs say whether an environment is as its order asks. Whoever looks at one
    environment, and whoever looks at a whole organisation, asks these and no others."""
    if suspended:
        return engine.retire(order, Retirement.SUSPENSION)
    return (*engine.vend(order), *engine.guard(order))


class EngineError(HashiraError):
    """What an engine raises. ``passing``: the same act may succeed later without anybody doing anything."""

    passing: ClassVar[bool] = False


class EngineBusy(EngineError):
    """Throttled, or failed on the provider's side. Details: ``engine``, ``operation``, ``answer``;
    ``retry_after`` in seconds where the provider says so."""

    code = "CLD-301"
    status = 503
    passing = True
    what = Bilingual("クラウドが受け付けませんでした", "The cloud did not take it")
    why = Bilingual(
        "{engine} は {operation} に、いまは応じられないと答えました（{answer}）",
        "{engine} answered {operation} that it cannot now ({answer})",
    )
    remedy = Bilingual(
        "自動でやり直します。続くときは、クラウド側の障害情報を確かめてください",
        "It is tried again by itself; if it goes on, see whether the provider reports an outage",
    )


class EngineUnreachable(EngineError):
    """No answer: it may have been carried out all the same. Details: ``engine``, ``operation``."""

    code = "CLD-302"
    status = 503
    passing = True
    what = Bilingual("クラウドから答えがありません", "The cloud does not answer")
    why = Bilingual(
        "{engine} への {operation} に、時間内に答えがありませんでした",
        "{engine} did not answer {operation} in time",
    )
    remedy = Bilingual(
        "自動でやり直します。続くときは、接続先の設定と回線を確かめてください",
        "It is tried again by itself; if it goes on, check the address in the settings and the line",
    )


class NotYet(EngineError):
    """Taken on and not finished. Details: ``engine``, ``thing``."""

    code = "CLD-303"
    status = 503
    passing = True
    what = Bilingual("まだできていません", "It is not ready yet")
    why = Bilingual("{engine} が {thing} を作っているところです", "{engine} is still making {thing}")
    remedy = Bilingual("できるまで自動で確かめます", "It is asked for again until it is ready")


class EngineRefused(EngineError):
    """The provider will not do it, however often asked. Details: ``engine``, ``operation``, ``answer``."""

    code = "CLD-304"
    status = 409
    what = Bilingual("クラウドが断りました", "The cloud refused")
    why = Bilingual(
        "{engine} が {operation} を断りました：{answer}", "{engine} refused {operation}: {answer}"
    )
    remedy = Bilingual(
        "答えの内容を直してから、「もう一度行う」を押してください",
        "Put right what the answer says, then press “Try again”",
    )


class NotThere(EngineError):
    """Read back, it is not as it should be: the provider said it was done and it is not, or somebody has
    changed it since. Details: ``engine``, ``thing``, ``found``."""

    code = "CLD-305"
    status = 409
    what = Bilingual("読み戻すと、あるはずのものがありません", "Read back, it is not as it should be")
    why = Bilingual("{engine} の {thing}：{found}", "{thing} of {engine}: {found}")
    remedy = Bilingual(
        "「もう一度行う」を押すと、足りないものを作り直します",
        "Press “Try again”, which makes what is missing",
    )


class QuotaReached(EngineError):
    """The provider allows no more. Details: ``engine``, ``quota``, ``limit``."""

    code = "CLD-306"
    status = 409
    what = Bilingual("クラウドの上限に達しています", "A limit of the cloud is reached")
    why = Bilingual(
        "{engine} の「{quota}」の上限は {limit} です", "The limit of {engine} for {quota} is {limit}"
    )
    remedy = Bilingual(
        "上限の引上げを申請するか、使わない環境を廃止してから、「もう一度行う」を押してください",
        "Ask the provider for a higher limit or close unused environments, then press “Try again”",
    )


class CloudForgot(EngineError):
    """The cloud is another one than the environment was vended on. Details: ``engine``."""

    code = "CLD-307"
    status = 410
    what = Bilingual("環境がなくなりました", "The environment is gone")
    why = Bilingual(
        "{engine} が、はじめの状態に戻っています。前に作ったものは残っていません",
        "{engine} has been reset; nothing that was made on it is left",
    )
    remedy = Bilingual(
        "「もう一度払い出す」を押すと、同じ内容で作り直します", "Press “Vend again” to make it anew as it was"
    )


class EngineUnknown(EngineError):
    """This installation has no such engine. Details: ``key``."""

    code = "CLD-308"
    status = 422
    what = Bilingual("このクラウドは使えません", "This cloud is not available here")
    why = Bilingual("「{key}」の受け口がありません", "There is no engine called “{key}”")
    remedy = Bilingual(
        "設定 HASHIRA_CLOUD_ENGINES を確かめるか、別のクラウドを選んでください",
        "Check HASHIRA_CLOUD_ENGINES, or choose another cloud",
    )
