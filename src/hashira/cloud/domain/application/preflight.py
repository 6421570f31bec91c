"""What would keep an application from being carried out, told before anybody approves it (事前確認).

Nothing is changed by asking: the same facts and the same application give the same findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from hashira.cloud.domain.application.budget import months_in, scenarios, yearly_yen
from hashira.cloud.domain.application.draft import ApplicationKind, Draft, Section, gaps
from hashira.cloud.domain.application.names import ROLE_NAMES, STAGE_NAMES
from hashira.cloud.domain.application.ranges import overlaps
from hashira.cloud.domain.environment_order import Stage, TenantClass
from hashira.kernel.language import Bilingual

SHORT_ROLE = timedelta(days=90)
_HALF, _HUNDRED = Decimal("0.5"), 100


class Level(StrEnum):
    """How much a finding matters."""

    BLOCKS = "blocks"
    """Approval is not offered."""
    WARNS = "warns"
    INFORMS = "informs"


LEVEL_NAMES = {
    Level.BLOCKS: Bilingual("直さないと承認できません", "Keeps it from being approved"),
    Level.WARNS: Bilingual("注意", "Attention"),
    Level.INFORMS: Bilingual("参考", "For information"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How environments of a service are vended: with which engine, where, how many, at what cost."""

    engine: str
    regions: tuple[str, ...]
    account_quota: int
    """Accounts that the organisation may have there."""
    baseline_yen: Decimal
    """What the guardrails of one environment cost a month, with tax."""
    pool: str
    """The range from which addresses are proposed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known around an application at a moment."""

    today: date
    expected_on: date
    """By when it would be decided on."""
    tenant: TenantClass
    terms: Terms | None
    standing: str
    """``selected`` or ``conditional``; anything else cannot be chosen."""
    standing_until: date | None
    accounts_used: int
    accounts_asked: int
    """By other applications that are being decided on."""
    existing: frozenset[str]
    """Keys of the environments that exist already."""
    taken: tuple[tuple[str, str], ...]
    """Ranges of other environments and open applications that meet those asked for, with their numbers."""
    duplicates: tuple[str, ...]
    """Other uses and open applications of the same body for the same system, as people name them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found; ``code`` is stable."""

    code: str
    level: Level
    section: Section
    words: Bilingual


def preflight(draft: Draft, kind: ApplicationKind, facts: Facts) -> tuple[Finding, ...]:
    """All findings, what blocks first."""
    found = [
        Finding("missing", Level.BLOCKS, gap.section, gap.words) for gap in gaps(draft, kind, facts.tenant)
    ]
    if kind is ApplicationKind.END:
        found += _ending(draft, facts)
    else:
        found += [
            *_service(draft, facts),
            *_quota(draft, facts),
            *_addresses(draft, facts),
            *_money(draft, facts),
            *_roles(draft, facts),
            *_dates(draft, facts, kind),
            *_others(draft, facts, kind),
        ]
    order = list(Level)
    return tuple(sorted(found, key=lambda one: order.index(one.level)))


def blocks(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that keep it from being approved."""
    return tuple(one for one in findings if one.level is Level.BLOCKS)


def _ending(draft: Draft, facts: Facts) -> Iterator[Finding]:
    if draft.ending is not None and draft.ending.ends_on < facts.today:
        yield Finding(
            "ends-in-past",
            Level.BLOCKS,
            Section.ENDING,
            Bilingual("終了の日が過ぎています", "The day on which it ends has passed"),
        )


def _service(draft: Draft, facts: Facts) -> Iterator[Finding]:
    if draft.provider is None:
        return
    section = Section.PROVIDER
    if facts.standing not in ("selected", "conditional"):
        yield Finding(
            "service-not-selected",
            Level.BLOCKS,
            section,
            Bilingual(
                "選んだサービスは、いま選定されていません。選び直してください",
                "The service is not selected any more: choose another",
            ),
        )
    elif facts.standing_until is not None:
        yield Finding(
            "service-conditional",
            Level.WARNS,
            section,
            Bilingual(
                f"このサービスは条件付きです。{facts.standing_until.isoformat()}までに条件を満たさないと失効します",
                f"The service is conditional: it lapses if it does not meet its conditions by "
                f"{facts.standing_until.isoformat()}",
            ),
        )
    if facts.terms is None:
        yield Finding(
            "no-terms",
            Level.BLOCKS,
            section,
            Bilingual(
                "このサービスの払出しは、まだ準備されていません。運用者に知らせてください",
                "Environments of this service cannot be vended yet: tell the operator",
            ),
        )
    elif draft.provider.region not in facts.terms.regions:
        yield Finding(
            "region",
            Level.BLOCKS,
            section,
            Bilingual(
                f"リージョン {draft.provider.region} は使えません。選び直してください",
                f"The region {draft.provider.region} cannot be used: choose another",
            ),
        )


def _quota(draft: Draft, facts: Facts) -> Iterator[Finding]:
    new = sum(one.key not in facts.existing for one in draft.environments)
    if facts.terms is None or not new:
        return
    left = facts.terms.account_quota - facts.accounts_used - facts.accounts_asked
    if new > left:
        yield Finding(
            "quota",
            Level.BLOCKS,
            Section.ENVIRONMENTS,
            Bilingual(
                f"環境を{new}つ作るには、アカウントの枠が足りません（上限{facts.terms.account_quota:,}、使用中"
                f"{facts.accounts_used:,}、審査中{facts.accounts_asked:,}、残り{max(0, left):,}）。"
                "運用者が枠を広げると進めます",
                f"{new} environments do not fit the quota of accounts (limit {facts.terms.account_quota:,}, "
                f"in use {facts.accounts_used:,}, being decided on {facts.accounts_asked:,}, left "
                f"{max(0, left):,}): it goes on once the operator has raised it",
            ),
        )


def _addresses(draft: Draft, facts: Facts) -> Iterator[Finding]:
    for one in draft.environments:
        for met in overlaps(one.address_ranges, facts.taken):
            stage = STAGE_NAMES[one.stage]
            yield Finding(
                "overlap",
                Level.BLOCKS,
                Section.ENVIRONMENTS,
                Bilingual(
                    f"{stage.ja}環境の{met.asked}は、申請・環境 {met.holder} の{met.other}と重なっています",
                    f"{met.asked} ({stage.en}) overlaps {met.other} of {met.holder}",
                ),
            )


def _money(draft: Draft, facts: Facts) -> Iterator[Finding]:
    if draft.payment is None:
        return
    base, *_, worst = scenarios(draft.payment.yen_per_dollar)
    baseline = facts.terms.baseline_yen if facts.terms is not None else Decimal(0)
    for one in draft.environments:
        stage, budget = STAGE_NAMES[one.stage], one.monthly_budget_yen
        if baseline >= budget:
            yield Finding(
                "baseline-exceeds-budget",
                Level.BLOCKS,
                Section.ENVIRONMENTS,
                Bilingual(
                    f"{stage.ja}環境の予算（月{budget:,}円）では、ガードレールの費用（月{baseline:,}円）も払えません",
                    f"The budget of {stage.en} ({budget:,} yen a month) does not even pay the guardrails "
                    f"({baseline:,} yen a month)",
                ),
            )
            continue
        need = yearly_yen(one, 1, base) + baseline
        if need > budget:
            yield Finding(
                "forecast-exceeds-budget",
                Level.BLOCKS,
                Section.ENVIRONMENTS,
                Bilingual(
                    f"{stage.ja}環境の見込み（月{need:,}円、税込み、ガードレールを含む）が予算（月{budget:,}円）を超えています",
                    f"The forecast of {stage.en} ({need:,} yen a month with tax and guardrails) exceeds its "
                    f"budget ({budget:,} yen)",
                ),
            )
        elif (dear := yearly_yen(one, 1, worst) + baseline) > budget:
            yield Finding(
                "exchange-rate",
                Level.WARNS,
                Section.ENVIRONMENTS,
                Bilingual(
                    f"{stage.ja}環境は、20%円安になると月{dear:,}円で、予算（月{budget:,}円）を超えます",
                    f"With a yen 20% weaker {stage.en} costs {dear:,} yen a month, above its budget of "
                    f"{budget:,} yen",
                ),
            )
        if baseline:
            share = int(baseline * _HUNDRED / budget)
            yield Finding(
                "baseline",
                Level.WARNS if baseline > budget * _HALF else Level.INFORMS,
                Section.ENVIRONMENTS,
                Bilingual(
                    f"{stage.ja}環境の予算のうち、月{baseline:,}円（{share}%）はガードレールそのものの費用です",
                    f"Of the budget of {stage.en}, {baseline:,} yen a month ({share}%) are the guardrails "
                    f"themselves",
                ),
            )


def _roles(draft: Draft, facts: Facts) -> Iterator[Finding]:
    starts_on = draft.payment.starts_on if draft.payment is not None else facts.expected_on
    for one in draft.roles:
        words = ROLE_NAMES[one.role]
        if one.valid_until < facts.expected_on:
            yield Finding(
                "role-expired",
                Level.BLOCKS,
                Section.ROLES,
                Bilingual(
                    f"{words.ja}の{one.name}さんの期間は、承認の見込みの日（{facts.expected_on.isoformat()}）より前に終わります",
                    f"The period of {one.name} ({words.en}) is over before the expected approval "
                    f"({facts.expected_on.isoformat()})",
                ),
            )
        elif one.valid_until < starts_on + SHORT_ROLE:
            yield Finding(
                "role-short",
                Level.WARNS,
                Section.ROLES,
                Bilingual(
                    f"{words.ja}の{one.name}さんの期間は{one.valid_until.isoformat()}までで、開始から90日もありません",
                    f"The period of {one.name} ({words.en}) ends on {one.valid_until.isoformat()}, within 90 "
                    f"days of the start",
                ),
            )


def _dates(draft: Draft, facts: Facts, kind: ApplicationKind) -> Iterator[Finding]:
    part = draft.payment
    if part is not None and kind is ApplicationKind.NEW and part.starts_on < facts.expected_on:
        yield Finding(
            "starts-early",
            Level.WARNS,
            Section.PAYMENT,
            Bilingual(
                f"開始の希望日（{part.starts_on.isoformat()}）は、承認の見込みの日"
                f"（{facts.expected_on.isoformat()}）より前です。間に合わないかもしれません",
                f"It is wished for from {part.starts_on.isoformat()}, before the expected approval on "
                f"{facts.expected_on.isoformat()}",
            ),
        )
    for one in draft.exceptions:
        if one.until <= facts.expected_on:
            yield Finding(
                "exception-over",
                Level.BLOCKS,
                Section.EXCEPTIONS,
                Bilingual(
                    f"例外「{one.guardrail}」の期限が、承認の見込みの日より前です",
                    f"The exception {one.guardrail} ends before the expected approval",
                ),
            )


def _others(draft: Draft, facts: Facts, kind: ApplicationKind) -> Iterator[Finding]:
    stages = {one.stage for one in draft.environments}
    if Stage.PRODUCTION in stages and Stage.VERIFICATION not in stages:
        yield Finding(
            "no-verification",
            Level.WARNS,
            Section.ENVIRONMENTS,
            Bilingual(
                "検証環境がありません。本番では試せないので、変更を確かめる場所がなくなります",
                "There is no verification environment, and production is no place to try a change",
            ),
        )
    if kind is ApplicationKind.NEW:
        for name in facts.duplicates:
            yield Finding(
                "duplicate",
                Level.BLOCKS,
                Section.SYSTEM,
                Bilingual(
                    f"同じ団体の同じシステムが、もうあります：{name}。変更の申請をしてください",
                    f"The same system of the same body is there already: {name}. Apply for a change",
                ),
            )
    part = draft.payment
    if part is not None and not any(months_in(year, part.starts_on) for year in _years(facts.today)):
        yield Finding(
            "starts-late",
            Level.WARNS,
            Section.PAYMENT,
            Bilingual("開始の希望日が2年より先です", "It is wished for from a day more than two years ahead"),
        )


def _years(today: date) -> range:
    return range(today.year - 1, today.year + 2)
