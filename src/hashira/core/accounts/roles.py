"""Which roles there are, where they can be held, and what people call them (役割)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hashira.core.accounts.models import Organisation, Role
from hashira.kernel.language import Bilingual

ROLE_TITLES: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        Role.MUNICIPAL_CLERK.value: Bilingual("担当者", "Clerk"),
        Role.MUNICIPAL_SUPERVISOR.value: Bilingual("責任者", "Supervisor"),
        Role.VERIFIER.value: Bilingual("検証者", "Verifier"),
        Role.LEGAL_OFFICER.value: Bilingual("法務担当", "Legal officer"),
        Role.CLOUD_APPLICANT.value: Bilingual("クラウド利用申請者", "Cloud applicant"),
        Role.CLOUD_OPERATOR.value: Bilingual("クラウド運用者", "Cloud operator"),
        Role.CLOUD_PROVIDER.value: Bilingual("クラウド提案者", "Cloud provider"),
        Role.CLOUD_ASSESSOR.value: Bilingual("クラウド評価者", "Cloud assessor"),
        Role.AUDITOR.value: Bilingual("監査担当", "Auditor"),
        Role.ADMINISTRATOR.value: Bilingual("団体の管理者", "Administrator of the body"),
    }
)
_EVERYWHERE = (Role.LEGAL_OFFICER, Role.CLOUD_APPLICANT, Role.AUDITOR, Role.ADMINISTRATOR)
_BY_KIND: Final[Mapping[str, tuple[Role, ...]]] = MappingProxyType(
    {
        Organisation.Kind.MUNICIPALITY.value: (
            Role.MUNICIPAL_CLERK,
            Role.MUNICIPAL_SUPERVISOR,
            Role.VERIFIER,
            *_EVERYWHERE,
        ),
        Organisation.Kind.MINISTRY.value: (Role.CLOUD_ASSESSOR, *_EVERYWHERE),
        Organisation.Kind.VENDOR.value: (Role.VERIFIER, Role.CLOUD_PROVIDER, *_EVERYWHERE),
        Organisation.Kind.OPERATOR.value: (Role.CLOUD_OPERATOR, Role.CLOUD_ASSESSOR, *_EVERYWHERE),
    }
)


def roles_of_kind(kind: str) -> tuple[str, ...]:
    """The roles that a body of that kind can give.

    >>> "municipal_clerk" in roles_of_kind("ministry")
    False
    """
    return tuple(role.value for role in _BY_KIND[kind])
