"""How an account stands, step by step: one of ours to its order, any other to the current baseline (比べ方).

What is looked at is one table for all steps of vending. Whoever adds a step there adds it here, and says
whether it asks the same of every account, or what of it can be told of an account whose owner nobody knows.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hashira.cloud.adapters.engines.aws.access import Access, name_of
from hashira.cloud.adapters.engines.aws.archive import LogArchive, Trail
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud, AwsStep
from hashira.cloud.adapters.engines.aws.defaults import EncryptedDisks, NothingPublic, Passwords
from hashira.cloud.adapters.engines.aws.detection import Hub, Recorder, Rules, Threats
from hashira.cloud.adapters.engines.aws.expectation import expectations, expectations_of_ours
from hashira.cloud.adapters.engines.aws.guardrails import Guardrails, packs
from hashira.cloud.adapters.engines.aws.organisation import OperatorRole, tags_of
from hashira.cloud.adapters.engines.aws.particulars import BUDGET, KINDS, Budget, Contacts, Tags
from hashira.cloud.adapters.engines.aws.servers import ServerRole
from hashira.cloud.adapters.engines.aws.survey_layout import Layout
from hashira.cloud.domain.adoption.inventory import FoundAccount, Standing, StepReading
from hashira.cloud.domain.adoption.measure import Measure, OurEnvironment
from hashira.cloud.domain.baseline_terms import FIRST, BaselineTerms
from hashira.cloud.domain.door import DOOR_STEP, DOOR_TITLE, DoorUnaccounted, doors_of
from hashira.cloud.domain.engine import Engine, EngineError, NotThere, Step, steps_in_force
from hashira.cloud.domain.environment_order import (
    CloudRole,
    EnvironmentOrder,
    InformationClass,
    Isolation,
    Sharing,
    Stage,
    TenantClass,
)
from hashira.kernel.language import Bilingual

OF_EVERY_ACCOUNT: tuple[type[AwsStep], ...] = (
    OperatorRole,
    ServerRole,
    LogArchive,
    Trail,
    Recorder,
    Rules,
    Threats,
    Hub,
    EncryptedDisks,
    NothingPublic,
    Passwords,
)
"""The steps that ask the same of every account, read back by the code that vending reads them back with."""
OF_ITS_OWNER: tuple[type[AwsStep], ...] = (Guardrails, Tags, Contacts, Budget, Access)
"""Those whose values depend on whose the account is: of somebody else's it is told whether it has any."""
OF_OURS_ALONE: dict[str, str] = {
    "organisation": "the organisation that is read is there",
    "unit": "where an account is to lie depends on whose it is",
    "account-request": "an account that is there was asked for by whoever made it",
    "account": "the account that is read is there",
    "placement": "where an account is to lie depends on whose it is",
    "former-settings": "are kept when an adoption begins",
    "former-guardrails": "are carried over by an adoption",
}
"""Steps of vending and of adopting that say nothing about an account of somebody else's, each with why."""
_Found = tuple[Standing, Bilingual]


@dataclass
class Standings:
    """Reads by a connection that sends nothing but reading; several threads may share one."""

    cloud: AwsCloud
    engine: Engine
    """The engine itself, over the same connection."""
    _sets: dict[str, str] | None = None
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def of(
        self, found: FoundAccount, layout: Layout, measure: Measure, tags: Callable[[], dict[str, str]]
    ) -> tuple[StepReading, ...]:
        """How the account stands to what is asked of it; ``tags`` gives those that it has."""
        if measure.ours is not None:
            return tuple(self._of_ours(measure.ours))
        return tuple(self._of_others(found, layout, measure.current, tags))

    def tags(self, account: str) -> dict[str, str]:
        """What the account says of itself."""
        listed = self.cloud.connection.pages(
            "organizations", "list_tags_for_resource", "Tags", ResourceId=account
        )
        return {one["Key"]: one["Value"] for one in listed}

    def named_sets(self, step: Access) -> dict[str, str]:
        """The names of all permission sets, asked for once."""
        with self._looking:
            if self._sets is None:
                self._sets = step.all_sets(step.directory())
            return self._sets

    def _of_ours(self, ours: OurEnvironment) -> Iterator[StepReading]:
        """What ``verify`` would ask, step by step, and no more and no less."""
        order, facts = ours.order, ours.facts
        asked = expectations(self.cloud) | expectations_of_ours(self.cloud, ours)
        for step in steps_in_force(self.engine, order, suspended=ours.suspended):
            yield reading(step.name, step.title, asked, functools.partial(_verified, step, order, facts))
        if facts.get("account"):
            yield reading(DOOR_STEP, DOOR_TITLE, asked, lambda: self._doors(ours))

    def _doors(self, ours: OurEnvironment) -> _Found:
        doors = doors_of(self.engine)
        seen = doors.listed(ours.order, ours.facts) if doors is not None else ()
        for one in seen:
            if one.key not in ours.passable:
                error = DoorUnaccounted(engine=self.engine.title, door=one.identifier)
                return Standing.DIFFERS, error.why.format(**error.details)
        for wanted in ours.doors if doors is not None else ():
            doors.verify(ours.order, ours.facts, wanted)
        return Standing.PRESENT, Bilingual(f"{len(seen)}件", str(len(seen)))

    def _of_others(
        self,
        found: FoundAccount,
        layout: Layout,
        current: BaselineTerms,
        tags: Callable[[], dict[str, str]],
    ) -> Iterator[StepReading]:
        order, facts = _neutral(found.id), {"account": found.id}
        asked = expectations(self.cloud)
        for kind in OF_EVERY_ACCOUNT:
            step: Step = kind(self.cloud)
            yield reading(step.name, step.title, asked, functools.partial(_verified, step, order, facts))
        looks: dict[type[AwsStep], Callable[[], _Found]] = {
            Guardrails: lambda: _under(found, layout, current),
            Tags: lambda: _of_tags(tags()),
            Contacts: lambda: self._contacts(found.id),
            Budget: lambda: self._budget(found.id),
            Access: lambda: self._access(found.id),
        }
        for kind in OF_ITS_OWNER:
            told: Step = kind(self.cloud)
            yield reading(told.name, told.title, asked, looks[kind])

    def _contacts(self, account: str) -> _Found:
        has = {}
        for kind in KINDS:
            told = self.cloud.found(
                "account",
                "get_alternate_contact",
                "ResourceNotFoundException",
                AccountId=account,
                AlternateContactType=kind,
            )
            if told is not None:
                has[kind] = told["AlternateContact"]["EmailAddress"]
        said = ", ".join(f"{kind} {mail}" for kind, mail in sorted(has.items()))
        if len(has) == len(KINDS):
            return Standing.OPEN, Bilingual(said, said)
        lacking = ", ".join(sorted(set(KINDS) - has.keys()))
        words = Bilingual(f"{lacking} がありません", f"{lacking} missing")
        return (Standing.DIFFERS if has else Standing.MISSING), words

    def _budget(self, account: str) -> _Found:
        told = self.cloud.call("budgets", "describe_budgets", account=account, AccountId=account)
        if BUDGET in [one["BudgetName"] for one in told.get("Budgets", ())]:
            return Standing.OPEN, Bilingual(BUDGET, BUDGET)
        return Standing.MISSING, Bilingual("予算がありません", "there is no budget")

    def _access(self, account: str) -> _Found:
        step, ours = Access(self.cloud), {name_of(role) for role in CloudRole}
        names = self.named_sets(step)
        mine = sum(
            len(assignments(self.cloud, step, account, arn)) for arn, name in names.items() if name in ours
        )
        if mine:
            return Standing.OPEN, Bilingual(f"{mine}件", str(mine))
        return Standing.MISSING, Bilingual("割当てがありません", "nobody is assigned")


def assignments(cloud: AwsCloud, step: Access, account: str, arn: str) -> list[Any]:
    """Who has a permission set in the account."""
    return list(
        cloud.connection.pages(
            "sso-admin",
            "list_account_assignments",
            "AccountAssignments",
            InstanceArn=step.directory().instance,
            AccountId=account,
            PermissionSetArn=arn,
        )
    )


def reading(
    name: str, title: Bilingual, asked: dict[str, Bilingual], look: Callable[[], _Found]
) -> StepReading:
    """One step, looked at; an error that does not pass makes it one that cannot be read."""
    try:
        standing, words = look()
    except NotThere as error:
        standing = Standing.MISSING if error.details.get("absent") else Standing.DIFFERS
        found = error.details.get("found", "")
        words = found if isinstance(found, Bilingual) else Bilingual(str(found), str(found))
    except EngineError as error:
        if error.passing:
            raise
        why, what = (one.format(**error.details) for one in (error.why, error.remedy))
        return StepReading(name, title, Standing.UNREADABLE, asked[name], why, what, error.code)
    return StepReading(name, title, standing, asked[name], words)


def _verified(step: Step, order: EnvironmentOrder, facts: Any) -> _Found:
    lines = step.verify(order, facts).lines
    return Standing.PRESENT, Bilingual(
        ", ".join(f"{one.name.ja} {one.value}" for one in lines),
        ", ".join(f"{one.name.en} {one.value}" for one in lines),
    )


def _of_tags(tags: dict[str, str]) -> _Found:
    wanted = tags_of(_neutral("")).keys()
    lacking = sorted(wanted - tags.keys())
    if not lacking:
        said = ", ".join(f"{key}={tags[key]}" for key in sorted(wanted))
        return Standing.OPEN, Bilingual(said, said)
    said = ", ".join(lacking)
    words = Bilingual(f"{said} がありません", f"{said} missing")
    return (Standing.DIFFERS if len(lacking) < len(wanted) else Standing.MISSING), words


def _under(found: FoundAccount, layout: Layout, current: BaselineTerms) -> _Found:
    path = "/".join(("Root", *found.path))
    names = {name for _unit, policies in layout.ways[found.unit] for name in policies}
    lacking = sorted(packs((), current).keys() - names)
    if not lacking:
        return Standing.PRESENT, Bilingual(path, path)
    return Standing.MISSING, Bilingual(
        f"{path}：{', '.join(lacking)} なし", f"{path}: without {', '.join(lacking)}"
    )


def _neutral(account: str) -> EnvironmentOrder:
    """An order for the steps that ask the same of every account and look at none of its values."""
    return EnvironmentOrder(
        key=account,
        body_code="",
        body_name="",
        tenant_class=TenantClass.LOCAL,
        system_code="",
        system_name="",
        stage=Stage.PRODUCTION,
        sharing=Sharing.SINGLE,
        isolation=Isolation.ACCOUNT,
        information_class=InformationClass.CONFIDENTIALITY_2,
        engine="aws",
        region="",
        address_ranges=(),
        roles=(),
        monthly_budget_yen=Decimal(0),
        budget_code="",
        adopts=account,
        baseline=FIRST,
    )
