"""An application as far as it is, and what is still missing (申請の下書きと足りないもの)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from hashira.cloud.domain.application.parts import (
    Contact,
    EndingPart,
    EnvironmentPart,
    ExceptionPart,
    InformationPart,
    Payment,
    PaymentPart,
    ProviderPart,
    SystemPart,
    UsagePart,
)
from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.domain.environment_order import (
    CloudRole,
    InformationClass,
    RoleGrant,
    Sharing,
    Stage,
    TenantClass,
)
from hashira.kernel.language import Bilingual


class ApplicationKind(StrEnum):
    """What is applied for."""

    NEW = "new"
    CHANGE = "change"
    END = "end"


KIND_NAMES = {
    ApplicationKind.NEW: Bilingual("新規利用", "New use"),
    ApplicationKind.CHANGE: Bilingual("変更", "Change"),
    ApplicationKind.END: Bilingual("利用終了", "End of use"),
}


class Section(StrEnum):
    """One page of the application."""

    CONTACT = "contact"
    CHANGE = "change"
    ENDING = "ending"
    SYSTEM = "system"
    PROVIDER = "provider"
    USAGE = "usage"
    INFORMATION = "information"
    PAYMENT = "payment"
    ENVIRONMENTS = "environments"
    ROLES = "roles"
    EXCEPTIONS = "exceptions"


SECTION_NAMES = {
    Section.CONTACT: Bilingual("連絡先", "Contact"),
    Section.CHANGE: Bilingual("変更の理由", "Why it changes"),
    Section.ENDING: Bilingual("利用の終了", "End of use"),
    Section.SYSTEM: Bilingual("システム", "The system"),
    Section.PROVIDER: Bilingual("クラウドサービスと選んだ理由", "The cloud service, and why"),
    Section.USAGE: Bilingual("単独か共同か", "Alone or shared"),
    Section.INFORMATION: Bilingual("扱う情報", "Information"),
    Section.PAYMENT: Bilingual("開始日と支払", "Start and payment"),
    Section.ENVIRONMENTS: Bilingual("環境と費用", "Environments and cost"),
    Section.ROLES: Bilingual("担当者と役割", "People and roles"),
    Section.EXCEPTIONS: Bilingual("ガードレールの例外", "Exceptions to guardrails"),
}
_WHOLE = tuple(one for one in Section if one not in (Section.CHANGE, Section.ENDING))
SECTIONS_OF = {
    ApplicationKind.NEW: _WHOLE,
    ApplicationKind.CHANGE: (
        Section.CHANGE,
        *(one for one in _WHOLE if one not in (Section.SYSTEM, Section.PROVIDER)),
    ),
    ApplicationKind.END: (Section.ENDING, Section.CONTACT),
}
"""The pages of each kind in their order. A change leaves system and provider as they are."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing, and the page on which it is added."""

    section: Section
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Draft:
    """An application as far as it has been written."""

    contact: Contact | None = None
    system: SystemPart | None = None
    provider: ProviderPart | None = None
    usage: UsagePart | None = None
    information: InformationPart | None = None
    payment: PaymentPart | None = None
    environments: tuple[EnvironmentPart, ...] = ()
    roles: tuple[RoleGrant, ...] = ()
    exceptions: tuple[ExceptionPart, ...] = ()
    change_reason: str = ""
    ending: EndingPart | None = None

    def document(self) -> dict[str, Any]:
        """As JSON: what is stored, and what a submission keeps."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    @classmethod
    def read(cls, document: dict[str, Any]) -> Draft:
        """From :meth:`document`.

        >>> Draft.read(Draft(change_reason="見本").document()).change_reason
        '見本'
        """
        return msgspec.convert(document, cls)

    def filled(self, section: Section) -> bool:
        """Whether anything has been written on that page."""
        return bool(
            {
                Section.CONTACT: self.contact,
                Section.CHANGE: self.change_reason,
                Section.ENDING: self.ending,
                Section.SYSTEM: self.system,
                Section.PROVIDER: self.provider,
                Section.USAGE: self.usage,
                Section.INFORMATION: self.information,
                Section.PAYMENT: self.payment,
                Section.ENVIRONMENTS: self.environments,
                Section.ROLES: self.roles,
                Section.EXCEPTIONS: self.exceptions,
            }[section]
        )

    def environment(self, key: str) -> EnvironmentPart | None:
        """The environment of that key."""
        return next((one for one in self.environments if one.key == key), None)

    def with_environment(self, made: EnvironmentPart) -> Draft:
        """With this one added, or in the place of the one with its key.

        Raises ``ApplicationRefused`` for a second one that shares addresses with another of the application.
        """
        from hashira.cloud.domain.application.ranges import overlaps

        others = [
            (text, one.stage.value)
            for one in self.environments
            if one.key != made.key
            for text in one.address_ranges
        ]
        for found in overlaps(made.address_ranges, others):
            raise refuse(
                "address_ranges",
                f"{found.asked}は、この申請の別の環境の{found.other}と重なっています",
                f"{found.asked} overlaps {found.other} of another environment of this application",
            )
        if self.environment(made.key) is None:
            return replace(self, environments=(*self.environments, made))
        return replace(
            self, environments=tuple(made if one.key == made.key else one for one in self.environments)
        )


def gaps(draft: Draft, kind: ApplicationKind, tenant: TenantClass) -> tuple[Gap, ...]:
    """What has to be added before it can be confirmed, in the order of the pages."""
    found: list[Gap] = []
    for section in SECTIONS_OF[kind]:
        if section is not Section.EXCEPTIONS and not draft.filled(section):
            found.append(Gap(section, _EMPTY[section]))
            continue
        check = _CHECKS.get(section)
        if check is not None:
            found += [Gap(section, words) for words in check(draft, tenant)]
    return tuple(found)


_EMPTY = {
    Section.CONTACT: Bilingual("連絡先がありません", "The contact is missing"),
    Section.CHANGE: Bilingual("変更の理由がありません", "Why it changes is missing"),
    Section.ENDING: Bilingual("終了の日と理由がありません", "The end and its reason are missing"),
    Section.SYSTEM: Bilingual("システムがありません", "The system is missing"),
    Section.PROVIDER: Bilingual(
        "クラウドサービスと理由がありません", "The service and the reasons are missing"
    ),
    Section.USAGE: Bilingual("単独か共同かがありません", "Alone or shared is missing"),
    Section.INFORMATION: Bilingual("扱う情報がありません", "The information is missing"),
    Section.PAYMENT: Bilingual("開始日と支払がありません", "Start and payment are missing"),
    Section.ENVIRONMENTS: Bilingual("環境がありません", "There is no environment"),
    Section.ROLES: Bilingual("担当者がいません", "There is nobody with a role"),
}


def _usage(draft: Draft, tenant: TenantClass) -> list[Bilingual]:
    usage = draft.usage
    if usage is not None and usage.sharing is Sharing.JOINT and not usage.bodies:
        return [Bilingual("共同で使う団体がありません", "The bodies that share it are missing")]
    return []


def _information(draft: Draft, tenant: TenantClass) -> list[Bilingual]:
    part = draft.information
    if part is not None and part.personal and part.information_class is InformationClass.CONFIDENTIALITY_1:
        return [
            Bilingual("個人情報を扱うときは、機密性2か3です", "With personal information it is class 2 or 3")
        ]
    return []


def _payment(draft: Draft, tenant: TenantClass) -> list[Bilingual]:
    part = draft.payment
    if part is None or (part.payment is Payment.CUSTODY) == (tenant is not TenantClass.NATIONAL):
        return []
    return [
        Bilingual(
            "支払区分が団体の種類に合いません。地方公共団体は国に納め、府省庁は予算から払います",
            "The way of payment is not that of such a body: local governments pay to the State, ministries "
            "from a budget",
        )
    ]


def _environments(draft: Draft, tenant: TenantClass) -> list[Bilingual]:
    found = []
    if not any(one.stage is not Stage.OPERATION for one in draft.environments):
        found.append(
            Bilingual("運用管理のほかの環境がありません", "There is only an environment of operation")
        )
    if any(one.stage is Stage.DEVELOPMENT for one in draft.environments) and not (
        draft.system is not None and draft.system.cicd
    ):
        found.append(
            Bilingual(
                "開発環境は、CI/CD を使うシステムだけが使えます",
                "Only systems with CI/CD have a development environment",
            )
        )
    if any(not one.address_ranges for one in draft.environments):
        found.append(Bilingual("アドレス範囲のない環境があります", "An environment has no address range"))
    return found


def _roles(draft: Draft, tenant: TenantClass) -> list[Bilingual]:
    held = {one.role for one in draft.roles}
    found = []
    if CloudRole.RESPONSIBLE_OFFICER not in held:
        found.append(Bilingual("責任者がいません", "There is no responsible officer"))
    if CloudRole.TECHNICAL_LEAD not in held:
        found.append(Bilingual("技術担当者がいません", "There is no technical lead"))
    joint = draft.usage is not None and draft.usage.sharing is Sharing.JOINT
    if joint and CloudRole.OPERATION_ASSISTANT not in held:
        found.append(
            Bilingual("共同利用には運用管理補助者が要ります", "Shared use needs an operation assistant")
        )
    return found


_CHECKS = {
    Section.USAGE: _usage,
    Section.INFORMATION: _information,
    Section.PAYMENT: _payment,
    Section.ENVIRONMENTS: _environments,
    Section.ROLES: _roles,
}
