"""A cloud of paper: a provider in this process, that does at once what it is asked, or what a test has it do.

It has the habits that make vending hard: it can say yes and do nothing, show things later than it made them,
be busy, be full, and die after it has done what was asked and before it says so.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hashira.cloud.domain.adoption.inventory import (
    AccountReading,
    FoundAccount,
    FoundOrganisation,
    Standing,
    StepReading,
    Surplus,
)
from hashira.cloud.domain.adoption.measure import Measure, OurEnvironment
from hashira.cloud.domain.adoption.plan import Act, AdoptionPlan, Obstacle, PlannedPart, Replaced
from hashira.cloud.domain.baseline_terms import BaselineTerms
from hashira.cloud.domain.door import Door, SeenDoor
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
    steps_in_force,
)
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.servers import Server, ServerGone, ServerState, TagRules
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
    servers: dict[str, dict[str, Server]] = field(default_factory=dict)
    """By order and identifier."""
    steps_to: dict[str, list[ServerState]] = field(default_factory=dict)
    """What a server goes through, one state a reading, before it is as asked; by identifier."""
    deaf: set[str] = field(default_factory=set)
    """Servers that say yes and stay as they are."""
    doors: dict[str, dict[str, Door]] = field(default_factory=dict)
    """By order and key: what is open."""
    stuck_doors: bool = False
    """Whether closing is said to be done and is not."""

    def made(self, key: str) -> dict[str, str]:
        """The things of an order."""
        return self.things.setdefault(key, {})


def written(name: str, order: EnvironmentOrder) -> str:
    """A thing as it is for an order: some say what the order says."""
    said = {
        "unit": f"{order.tenant_class}/{order.stage}",
        "access": " ".join(sorted(f"{one.role}={one.email}" for one in order.roles)),
        "budget": str(order.monthly_budget_yen),
        "tags": f"{order.budget_code} {order.information_class}",
        "contacts": " ".join(sorted({one.email for one in order.roles})),
        "guardrails": " ".join((order.baseline.version, *order.exceptions)),
    }
    return f"{name}-{order.key[:8]} {said.get(name, '')}".strip()


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
            if self.name not in cloud.lies:
                if self.name != "account":
                    cloud.made(key)[self.name] = written(self.name, order)
                elif order.adopts:
                    cloud.made(key)["account"] = order.adopts
                elif "account" not in cloud.made(key):
                    if len(cloud.accounts) >= cloud.quota:
                        raise QuotaReached(engine="紙", quota="アカウント", limit=cloud.quota)
                    number = f"{len(cloud.accounts) + 1:012d}"
                    cloud.accounts[number] = key
                    cloud.made(key)["account"] = number
        cloud.after("apply", self.name, key)
        return {"account": cloud.made(key)["account"]} if self.name == "account" else {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        self.cloud.calls["verify"] += 1
        self.cloud.before("verify", self.name, order.key)
        found = self.cloud.made(order.key).get(self.name)
        if found is None:
            raise NotThere(engine="紙", thing=self.name, found=Bilingual("ありません", "not there"))
        if self.name != "account" and found != written(self.name, order):
            raise NotThere(engine="紙", thing=self.name, found=Bilingual(found, found))
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


RULES = TagRules(50, 128, 256, "+-=._:/@", ("aws:", "hashira:"))


@dataclass(frozen=True)
class PaperServers:
    """Servers that do what they are asked, at once or step by step, or do not."""

    cloud: PaperCloud
    tag_rules: TagRules = RULES

    def listed(self, order: EnvironmentOrder, facts: Facts) -> tuple[Server, ...]:
        self.cloud.before("list", "servers", order.key)
        return tuple(self.cloud.servers.get(order.key, {}).values())

    def one(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> Server:
        self.cloud.calls["one"] += 1
        self.cloud.before("one", identifier, order.key)
        found = self.cloud.servers.get(order.key, {}).get(identifier)
        if found is None:
            raise ServerGone(engine="紙", server=identifier)
        coming = self.cloud.steps_to.get(identifier)
        if coming:
            found = replace(found, state=coming.pop(0))
            self.cloud.servers[order.key][identifier] = found
        return found

    def start(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> None:
        self._turn(order, identifier, "start", ServerState.PENDING, ServerState.RUNNING)

    def stop(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> None:
        self._turn(order, identifier, "stop", ServerState.STOPPING, ServerState.STOPPED)

    def tag(
        self,
        order: EnvironmentOrder,
        facts: Facts,
        identifier: str,
        region: str,
        wanted: Mapping[str, str],
        dropped: frozenset[str],
    ) -> None:
        self.cloud.calls["tag"] += 1
        self.cloud.before("tag", identifier, order.key)
        found = self.cloud.servers[order.key][identifier]
        tags = {key: value for key, value in found.tags.items() if key not in dropped} | dict(wanted)
        self.cloud.servers[order.key][identifier] = replace(found, tags=tags)

    def _turn(
        self, order: EnvironmentOrder, identifier: str, verb: str, way: ServerState, aim: ServerState
    ) -> None:
        self.cloud.calls[verb] += 1
        self.cloud.before(verb, identifier, order.key)
        if identifier not in self.cloud.deaf:
            self.cloud.steps_to[identifier] = [way, aim]
        self.cloud.after(verb, identifier, order.key)


@dataclass(frozen=True)
class PaperDoors:
    """Doors that are there until somebody closes them: paper knows no clock."""

    cloud: PaperCloud

    def open(self, order: EnvironmentOrder, facts: Facts, door: Door) -> None:
        self.cloud.calls["open"] += 1
        self.cloud.before("open", "door", order.key)
        self.cloud.doors.setdefault(order.key, {})[door.key] = door
        self.cloud.after("open", "door", order.key)

    def verify(self, order: EnvironmentOrder, facts: Facts, door: Door) -> Evidence:
        if self.cloud.doors.get(order.key, {}).get(door.key) != door:
            raise NotThere(engine="紙", thing="door", found=Bilingual("違います", "it differs"))
        return Evidence((EvidenceLine(Bilingual("扉", "Door"), door.key),))

    def close(self, order: EnvironmentOrder, facts: Facts, key: str) -> None:
        self.cloud.calls["close"] += 1
        self.cloud.before("close", "door", order.key)
        if not self.cloud.stuck_doors:
            self.cloud.doors.get(order.key, {}).pop(key, None)

    def listed(self, order: EnvironmentOrder, facts: Facts) -> tuple[SeenDoor, ...]:
        self.cloud.before("list", "doors", order.key)
        return tuple(SeenDoor(key, f"door-{key}") for key in self.cloud.doors.get(order.key, {}))

    def close_seen(self, order: EnvironmentOrder, facts: Facts, seen: SeenDoor) -> None:
        self.close(order, facts, seen.identifier.removeprefix("door-"))


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

    def account(self, found: FoundAccount, document: FoundOrganisation, measure: Measure) -> AccountReading:
        self.cloud.calls["read"] += 1
        self.cloud.before("read", "account", found.id)
        if measure.ours is not None:
            return AccountReading(tuple(self._of_ours(measure.ours)), (), {})
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

    def _of_ours(self, ours: OurEnvironment) -> Iterator[StepReading]:
        words, engine = Bilingual("紙", "paper"), PaperEngine(self.cloud)
        for step in steps_in_force(engine, ours.order, suspended=ours.suspended):
            standing = Standing.PRESENT
            try:
                step.verify(ours.order, ours.facts)
            except NotThere:
                standing = Standing.DIFFERS
            yield StepReading(step.name, step.title, standing, words, words)

    def baseline(self, terms: BaselineTerms) -> dict[str, str]:
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
    def servers(self) -> PaperServers:
        return PaperServers(self.cloud)

    @property
    def doors(self) -> PaperDoors:
        return PaperDoors(self.cloud)

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

    def amend(self, before: EnvironmentOrder, after: EnvironmentOrder) -> tuple[PaperStep, ...]:
        steps = (*self.vend(after), *self.guard(after))
        return tuple(one for one in steps if written(one.name, before) != written(one.name, after))

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
