"""Who decides on an application, in which order, and by when (承認の経路)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hashira.cloud.domain.application.business_days import business_days_after
from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.environment_order import InformationClass
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    CONFIRMING = "confirming"
    """Written; somebody else of the body has to confirm it."""
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    ApplicationState.DRAFT: Bilingual("作成中", "Being written"),
    ApplicationState.CONFIRMING: Bilingual("団体の確認待ち", "To be confirmed by the body"),
    ApplicationState.SUBMITTED: Bilingual("審査中", "Being decided on"),
    ApplicationState.RETURNED: Bilingual("差戻し", "Returned"),
    ApplicationState.APPROVED: Bilingual("承認", "Approved"),
    ApplicationState.REFUSED: Bilingual("却下", "Refused"),
    ApplicationState.WITHDRAWN: Bilingual("取下げ", "Withdrawn"),
}
EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})
OPEN = frozenset({*EDITABLE, ApplicationState.CONFIRMING, ApplicationState.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who, how many of them, and within how many business days."""

    key: str
    title: Bilingual
    role: str
    """A role of the installation (``hashira.core.accounts.models.Role``)."""
    people: int
    days: int


REVIEW = Step("review", Bilingual("内容の審査", "Review"), "cloud_operator", 1, 5)
EXCEPTION = Step("exception", Bilingual("例外の評価", "Judging the exceptions"), "cloud_assessor", 1, 5)
APPROVAL = Step("approval", Bilingual("承認", "Approval"), "cloud_operator", 1, 3)
LIGHT = Step("approval", Bilingual("承認", "Approval"), "cloud_operator", 1, 2)


@dataclass(frozen=True, slots=True)
class Chain:
    """A way of approval: its steps, and when it is taken."""

    key: str
    title: Bilingual
    steps: tuple[Step, ...]


FULL = Chain("full", Bilingual("通常", "Usual"), (REVIEW, APPROVAL))
STRICT = Chain(
    "strict", Bilingual("例外または秘密", "With exceptions or secrets"), (REVIEW, EXCEPTION, APPROVAL)
)
QUICK = Chain("quick", Bilingual("軽い変更", "Light change"), (LIGHT,))
CHAINS = {one.key: one for one in (FULL, STRICT, QUICK)}


def chain_for(kind: ApplicationKind, draft: Draft, before: Draft | None = None) -> Chain:
    """Which chain an application takes.

    New exceptions and secret documents go by the strict one. A change that leaves the environments, their
    addresses, the class of information and the bodies as they are, and raises no budget, is light: people and
    contacts change every April.
    """
    known = set(before.exceptions) if before is not None else set()
    secret = draft.information is not None and (
        draft.information.information_class is InformationClass.CONFIDENTIALITY_3
    )
    was_secret = before is not None and before.information == draft.information
    if kind is not ApplicationKind.END and (set(draft.exceptions) - known or (secret and not was_secret)):
        return STRICT
    if kind is ApplicationKind.CHANGE and before is not None and _light(draft, before):
        return QUICK
    return FULL


def _light(draft: Draft, before: Draft) -> bool:
    old = {one.key: one for one in before.environments}
    same = old.keys() == {one.key for one in draft.environments}
    return (
        same
        and draft.usage == before.usage
        and draft.information == before.information
        and all(
            one.address_ranges == old[one.key].address_ranges
            and one.stage is old[one.key].stage
            and one.monthly_budget_yen <= old[one.key].monthly_budget_yen
            for one in draft.environments
        )
    )


def expected_on(steps: Iterable[Step], *, begun_on: date) -> date:
    """By when these steps are done, counted in business days from the day they begin.

    >>> expected_on((REVIEW, APPROVAL), begun_on=date(2026, 5, 1))
    datetime.date(2026, 5, 18)
    """
    day = begun_on
    for step in steps:
        day = business_days_after(day, step.days)
    return day


class NotYourTurn(HashiraError):
    """Details: ``reason``."""

    code = "CLD-161"
    what = Bilingual("この申請は決められません", "You cannot decide on this application")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("ほかの人に頼むか、代理を決めてください", "Ask somebody else, or name a deputy")
    status = 403


@dataclass(frozen=True, slots=True)
class Word:
    """What one person has said in a step of the round that goes on."""

    step: str
    by: str
    on_behalf_of: str = ""


def remaining(chain: Chain, words: Iterable[Word]) -> tuple[Step, ...]:
    """The steps that are not complete yet, in their order.

    >>> [one.key for one in remaining(FULL, [Word("review", "a")])]
    ['approval']
    """
    said = list(words)
    return tuple(step for step in chain.steps if sum(one.step == step.key for one in said) < step.people)


def check_turn(who: str, *, wrote: Iterable[str], words: Iterable[Word], on_behalf_of: str = "") -> None:
    """Raises ``NotYourTurn`` for whoever wrote or confirmed the application, or has approved it already.

    A deputy is held to the same for whom they stand in: nobody approves twice by way of somebody else.
    """
    people = {who, on_behalf_of} - {""}
    if people & set(wrote):
        raise NotYourTurn(
            reason=Bilingual(
                "自分が書いた、または確認した申請は、承認も差戻しもできません",
                "Nobody decides on what they wrote or confirmed",
            )
        )
    said = {one.by for one in words} | {one.on_behalf_of for one in words}
    if people & said:
        raise NotYourTurn(
            reason=Bilingual(
                "もう承認しています。次の段階は、別の人が承認します",
                "You have approved already: the next step is somebody else's",
            )
        )
