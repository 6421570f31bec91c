"""A cloud of paper: a provider in this process, that does at once what it is asked, or what a test has it do.

It has the habits that make vending hard: it can say yes and do nothing, show things later than it made them,
be busy, be full, and die after it has done what was asked and before it says so.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hashira.cloud.domain.adoption.inventory import (
    AccountReading,
    FoundAccount,
    FoundOrganisation,
    Standing,
    StepReading,
    Surplus,
)
from hashira.cloud.domain.adoption.plan import Act, AdoptionPlan, Obstacle, PlannedPart, Replaced
from hashira.cloud.domain.engine import (
    EngineBusy,
    Evidence,
    EvidenceLine,
    Facts,
    Holding,
    NotThere,
    Observation,
    Plan,
    PlannedStep,
    QuotaReached,
    Retirement,
    TenantState,
)
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

NAMES = (
    "account",
    "unit",
    "access",
    "archive",
    "trail",
    "recorder",
    "rules",
    "threats",
    "hub",
    "encryption",
    "passwords",
    "budget",
    "tags",
    "contacts",
)


@dataclass
class PaperCloud:
    """What the provider has: for each order what was made. ``calls`` counts what was asked of it."""

    things: dict[str, dict[str, str]] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    """By account number, whose it is."""
    calls: Counter[str] = field(default_factory=Counter)
    quota: int = 100_000
    before: Callable[[str, str, str], None] = lambda verb, name, key: None
    """Called before each act with the verb, the step and the order; may raise, or kill."""
    after: Callable[[str, str, str], None] = lambda verb, name, key: None
    lies: set[str] = field(default_factory=set)
    """Steps that are said to be done and are not."""
    name: str = "paper-1"
    existing: dict[str, dict[str, str]] = field(default_factory=dict)
    """What somebody else has there: by account number, its steps, beside ``name`` and tags after ``tag:``."""
    locked: set[str] = field(default_factory=set)
    """Accounts that let nobody in."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def made(self, key: str) -> dict[str, str]:
        """The things of an order."""
        return self.things.setdefault(key, {})


@dataclass(frozen=True)
class PaperStep:
    """One thing that is made."""

    cloud: PaperCloud
    name: str

    @property
    def title(self) -> Bilingual:
        return Bilingual(f"{self.name}を作る", f"Makes {self.name}")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        cloud, key = self.cloud, order.key
        cloud.calls["apply"] += 1
        cloud.before("apply", self.name, key)
        with cloud.lock:
            if self.name not in cloud.lies and self.name not in cloud.made(key):
                if order.adopts:
                    cloud.made(key)[self.name] = cloud.existing[order.adopts].get(self.name) or order.adopts
                elif self.name == "account":
                    if len(cloud.accounts) >= cloud.quota:
                        raise QuotaReached(engine="紙", quota="アカウント", limit=cloud.quota)
                    number = f"{len(cloud.accounts) + 1:012d}"
                    cloud.accounts[number] = key
                    cloud.made(key)["account"] = number
                else:
                    cloud.made(key)[self.name] = f"{self.name}-{key[:8]}"
        cloud.after("apply", self.name, key)
        return {"account": cloud.made(key)["account"]} if self.name == "account" else {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        self.cloud.calls["verify"] += 1
        self.cloud.before("verify", self.name, order.key)
        found = self.cloud.made(order.key).get(self.name)
        if found is None:
            raise NotThere(engine="紙", thing=self.name, found=Bilingual("ありません", "not there"))
        return Evidence((EvidenceLine(Bilingual("番号", "number"), found),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        self.cloud.calls["compensate"] += 1
        self.cloud.before("compensate", self.name, order.key)
        with self.cloud.lock:
            number = self.cloud.made(order.key).pop(self.name, None)
            if self.name == "account" and number is not None and not order.adopts:
                self.cloud.accounts.pop(number)


@dataclass(frozen=True)
class PaperGate:
    """The one step of each half of an end of use."""

    cloud: PaperCloud
    name: str

    @property
    def title(self) -> Bilingual:
        return Bilingual(f"{self.name}にする", f"Makes it {self.name}")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        self.cloud.before("apply", self.name, order.key)
        self.cloud.made(order.key)[self.name] = "yes"
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        if self.name not in self.cloud.made(order.key):
            raise NotThere(engine="紙", thing=self.name, found=Bilingual("ありません", "not there"))
        return Evidence((EvidenceLine(Bilingual("状態", "state"), self.name),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        self.cloud.made(order.key).pop(self.name, None)


@dataclass(frozen=True)
class PaperSurveyor:
    """Reads what is in ``existing``."""

    cloud: PaperCloud

    def organisation(self) -> FoundOrganisation:
        accounts = tuple(
            FoundAccount(number, has["name"], f"{number}@paper.example.jp", "ACTIVE", "r-1", ("Workloads",))
            for number, has in self.cloud.existing.items()
        )
        root = {"id": "r-1", "name": "Root", "parent": "", "policies": ["FullAWSAccess"]}
        document = {
            "id": self.cloud.name,
            "management": "",
            "policies": {},
            "root": root,
            "units": [],
            "accounts": [root | {"id": one.id, "name": one.name, "parent": "r-1"} for one in accounts],
        }
        return FoundOrganisation(self.cloud.name, "", accounts, document)

    def account(self, found: FoundAccount, document: FoundOrganisation) -> AccountReading:
        self.cloud.calls["read"] += 1
        self.cloud.before("read", "account", found.id)
        has, words = self.cloud.existing[found.id], Bilingual("紙", "paper")
        steps = []
        for name in NAMES:
            standing = Standing.PRESENT if name in has else Standing.MISSING
            if found.id in self.cloud.locked:
                standing = Standing.UNREADABLE
            steps.append(
                StepReading(name, Bilingual(f"{name}を作る", f"Makes {name}"), standing, words, words)
            )
        tags = {key.removeprefix("tag:"): value for key, value in has.items() if key.startswith("tag:")}
        return AccountReading(tuple(steps), (Surplus("trail", words, "theirs"),), tags)

    def baseline(self) -> dict[str, str]:
        denies = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
        return {"paper-baseline": json.dumps({"Version": "2012-10-17", "Statement": [denies]})}

    def operator(self) -> str:
        return "paper/operator"

    def plan(self, order: EnvironmentOrder) -> AdoptionPlan:
        has, words = self.cloud.existing[order.adopts], Bilingual("ない", "missing")
        parts = tuple(
            PlannedPart(
                name,
                Bilingual(f"{name}を作る", f"Makes {name}"),
                () if name in has else (Act(name, f"paper:make_{name}", "-", "{}"),),
                words,
            )
            for name in NAMES
        )
        replaced = (
            (Replaced(Bilingual("連絡先", "Contact"), has["contact"], "new"),) if "contact" in has else ()
        )
        against = [Obstacle("CLD-603", words, words)] if "obstacle" in has else []
        return AdoptionPlan(parts, tuple(against), tuple(replaced), (), {"unit": "r-1"})


@dataclass(frozen=True)
class PaperEngine:
    """The engine of the cloud of paper."""

    cloud: PaperCloud
    key: str = "paper"
    sandbox: bool = True
    concurrency: int = 5

    @property
    def title(self) -> Bilingual:
        return Bilingual("紙のクラウド", "A cloud of paper")

    def identity(self) -> str:
        return self.cloud.name

    def plan(self, order: EnvironmentOrder) -> Plan:
        steps = tuple(PlannedStep(one.name, one.title) for one in (*self.vend(order), *self.guard(order)))
        full = len(self.cloud.accounts) >= self.cloud.quota
        obstacles = (QuotaReached(engine="紙", quota="アカウント", limit=self.cloud.quota),) if full else ()
        return Plan(steps, obstacles, (), None)

    def vend(self, order: EnvironmentOrder) -> tuple[PaperStep, ...]:
        return tuple(PaperStep(self.cloud, name) for name in NAMES)

    def guard(self, order: EnvironmentOrder) -> tuple[PaperStep, ...]:
        return (PaperStep(self.cloud, "guardrails"),)

    def surveyor(self) -> PaperSurveyor:
        return PaperSurveyor(self.cloud)

    def observe(self, order: EnvironmentOrder, facts: Facts) -> Observation:
        things = self.cloud.made(order.key)
        if "account" not in things:
            return Observation(TenantState.ABSENT, ())
        state = TenantState.ACTIVE
        if "closed" in things:
            state = TenantState.CLOSED
        elif "suspended" in things:
            state = TenantState.SUSPENDED
        return Observation(state, tuple(Holding(k, Bilingual(k, k), v) for k, v in things.items()))

    def retire(self, order: EnvironmentOrder, half: Retirement) -> tuple[PaperGate, ...]:
        return (PaperGate(self.cloud, "suspended" if half is Retirement.SUSPENSION else "closed"),)


def busy(times: int, name: str) -> Callable[[str, str, str], None]:
    """A provider that is busy so many times when it is asked to apply that step."""
    left = {"times": times}

    def before(verb: str, step: str, key: str) -> None:
        if verb == "apply" and step == name and left["times"] > 0:
            left["times"] -= 1
            raise EngineBusy(engine="紙", operation=step, answer="Throttling")

    return before


def nothing(verb: str, name: str, key: str) -> Any:
    """Neither raises nor kills."""
