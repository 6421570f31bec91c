"""What a new order changes of an environment that is there, in words for people (変更前と変更後)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hashira.cloud.domain.application.names import (
    INFORMATION_NAMES,
    ISOLATION_NAMES,
    ROLE_NAMES,
    SHARING_NAMES,
    STAGE_NAMES,
    TENANT_NAMES,
)
from hashira.cloud.domain.environment_order import EnvironmentOrder, RoleGrant
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class OrderFixed(HashiraError):
    """Details: ``reason``."""

    code = "CLD-316"
    what = Bilingual("この変更は、いまの環境にはできません", "The environment cannot be changed so")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "新しい環境を申請して移り、いまの環境の利用を終えてください",
        "Apply for a new environment, move there, and end the use of this one",
    )
    status = 409


@dataclass(frozen=True, slots=True)
class OrderChange:
    """One thing that becomes other. Where there are several of it, a side has those that the other lacks."""

    name: Bilingual
    before: tuple[Bilingual, ...]
    after: tuple[Bilingual, ...]


_Told = Callable[[EnvironmentOrder], tuple[Bilingual, ...]]


def order_changes(before: EnvironmentOrder, after: EnvironmentOrder) -> tuple[OrderChange, ...]:
    """What becomes other, in the order in which it is shown; nothing where both orders say the same.

    Raises:
        OrderFixed: for what no environment changes: whose it is, for which system, where it lies.
    """
    for name, one in _FIXED.items():
        if getattr(before, name) != getattr(after, name):
            raise OrderFixed(
                reason=Bilingual(
                    f"{one.ja}は、払い出した後には変えられません",
                    f"{one.en} stays as it was when it was vended",
                )
            )
    found = []
    for label, told in _TOLD:
        was, will = told(before), told(after)
        if was != will:
            gone = tuple(one for one in was if one not in will)
            new = tuple(one for one in will if one not in was)
            found.append(OrderChange(label, gone, new))
    return tuple(found)


def _same(text: str) -> tuple[Bilingual, ...]:
    return (Bilingual(text, text),)


def _person(grant: RoleGrant) -> Bilingual:
    role = ROLE_NAMES[grant.role]
    who = f"{grant.name} <{grant.email}>"
    period = f"{grant.valid_from.isoformat()}–{grant.valid_until.isoformat()}"
    return Bilingual(
        f"{role.ja}：{who}（{grant.organisation}、{period}）",
        f"{role.en}: {who} ({grant.organisation}, {period})",
    )


_FIXED = {
    "key": Bilingual("環境の番号", "The key"),
    "body_code": Bilingual("団体", "The body"),
    "system_code": Bilingual("システム", "The system"),
    "engine": Bilingual("クラウド", "The cloud"),
    "region": Bilingual("リージョン", "The region"),
}
_TOLD: tuple[tuple[Bilingual, _Told], ...] = (
    (Bilingual("団体の名前", "Name of the body"), lambda one: _same(one.body_name)),
    (Bilingual("団体の種類", "Kind of body"), lambda one: (TENANT_NAMES[one.tenant_class],)),
    (Bilingual("システムの名前", "Name of the system"), lambda one: _same(one.system_name)),
    (Bilingual("環境の区分", "Stage"), lambda one: (STAGE_NAMES[one.stage],)),
    (Bilingual("利用方式", "Sharing"), lambda one: (SHARING_NAMES[one.sharing],)),
    (Bilingual("分離の方式", "Isolation"), lambda one: (ISOLATION_NAMES[one.isolation],)),
    (Bilingual("扱う情報", "Information"), lambda one: (INFORMATION_NAMES[one.information_class],)),
    (
        Bilingual("アドレスの範囲", "Address ranges"),
        lambda one: tuple(Bilingual(text, text) for text in one.address_ranges),
    ),
    (Bilingual("担当者と役割", "People and roles"), lambda one: tuple(map(_person, one.roles))),
    (
        Bilingual("月の予算（円）", "Budget of a month (yen)"),
        lambda one: _same(f"{one.monthly_budget_yen:,}"),
    ),
    (Bilingual("予算科目", "Budget item"), lambda one: _same(one.budget_code)),
    (
        Bilingual("ガードレールの例外", "Exceptions to guardrails"),
        lambda one: tuple(Bilingual(text, text) for text in one.exceptions),
    ),
    (Bilingual("基準の版", "Version of the baseline"), lambda one: _same(one.baseline.version)),
)
