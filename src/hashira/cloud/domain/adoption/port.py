"""What an engine also has that can read and adopt what exists already (取込みの受け口).

An engine without it vends all the same; its existing environments are then not adopted, and it is said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from hashira.cloud.domain.adoption.inventory import AccountReading, FoundAccount, FoundOrganisation
from hashira.cloud.domain.adoption.measure import Measure
from hashira.cloud.domain.adoption.plan import AdoptionPlan
from hashira.cloud.domain.baseline_terms import BaselineTerms
from hashira.cloud.domain.engine import Engine, EngineRefused
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class Surveyor(Protocol):
    """Reads an organisation, and never changes anything: what would change something is not sent."""

    def organisation(self) -> FoundOrganisation:
        """Units, accounts and policies. Raises an ``EngineError``."""
        ...

    def account(self, found: FoundAccount, document: FoundOrganisation, measure: Measure) -> AccountReading:
        """One account: an environment of ours against its order, exactly as reading that one back would, any
        other against the current baseline. What cannot be read says so. Raises only what passes."""
        ...

    def baseline(self, terms: BaselineTerms) -> Mapping[str, str]:
        """The policies that an account comes under that is adopted under a version of the baseline, by name,
        as their texts."""
        ...

    def operator(self) -> str:
        """The name of the role by which the operator works in an account."""
        ...

    def plan(self, order: EnvironmentOrder) -> AdoptionPlan:
        """What adopting the account of ``order.adopts`` would do, found out without doing it."""
        ...


@runtime_checkable
class Surveyed(Protocol):
    """An engine with a surveyor."""

    def surveyor(self) -> Surveyor:
        """A new one: what it has looked up it remembers."""
        ...


class NothingToSurvey(HashiraError):
    """The engine cannot read what exists already. Details: ``engine``."""

    code = "CLD-601"
    what = Bilingual("既存の組織を読めません", "What exists already cannot be read")
    why = Bilingual(
        "{engine} の受け口に、棚卸しがありません", "The engine of {engine} has no inventory of what exists"
    )
    remedy = Bilingual(
        "棚卸しのできるクラウド（AWS）を選んでください", "Choose a cloud with an inventory (AWS)"
    )
    status = 422


class NoWayIn(EngineRefused):
    """No role by which to look lets us into an account. Details: ``engine``, ``account``, ``roles``."""

    code = "CLD-602"
    what = Bilingual("アカウントの中を読めません", "The account cannot be read")
    why = Bilingual(
        "アカウント {account} のロール（{roles}）のどれにも入れません",
        "None of the roles ({roles}) of account {account} lets us in",
    )
    remedy = Bilingual(
        "アカウントの管理者に、管理アカウントを信頼するロールを作ってもらい、棚卸しをもう一度行ってください",
        "Have its administrator make one of these roles, trusting the management account; then read it again",
    )


def surveyor_of(engine: Engine) -> Surveyor:
    """The surveyor of an engine. Raises ``NothingToSurvey``."""
    if not isinstance(engine, Surveyed):
        raise NothingToSurvey(engine=engine.title)
    return engine.surveyor()
