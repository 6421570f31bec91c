"""The bodies and the staff of the demonstration (デモ用の団体と職員)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password

from hashira.core.accounts.models import Account, Organisation, Role, RoleAssignment
from hashira.kernel.language import Bilingual

PASSWORD = "hashira-demonstration"  # noqa: S105  (printed at every start; development listens on this machine only)


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """An account that is printed at the start."""

    email: str
    name: str
    role: Role
    organisation: str
    """Key of the body."""


ORGANISATIONS = {
    "city": ("municipality", "131016", "千代田区（架空のデータ）", "Chiyoda (fictional data)"),
    "town": ("municipality", "472018", "那覇市（架空のデータ）", "Naha (fictional data)"),
    "ministry": ("ministry", "9000099999999", "見本省", "Ministry of Samples"),
    "vendor": ("vendor", None, "見本システムズ", "Sample Systems"),
    "operator": ("operator", "9000099999990", "柱運用センター", "Hashira Operations"),
}
ACCOUNTS = (
    DemonstrationAccount("clerk@city.example", "見本 担当", Role.MUNICIPAL_CLERK, "city"),
    DemonstrationAccount("supervisor@city.example", "見本 責任", Role.MUNICIPAL_SUPERVISOR, "city"),
    DemonstrationAccount("clerk@town.example", "別市 担当", Role.MUNICIPAL_CLERK, "town"),
    DemonstrationAccount("supervisor@town.example", "別市 責任", Role.MUNICIPAL_SUPERVISOR, "town"),
    DemonstrationAccount("verifier@vendor.example", "見本 検証", Role.VERIFIER, "vendor"),
    DemonstrationAccount("legal@ministry.example", "見本 法務", Role.LEGAL_OFFICER, "ministry"),
    DemonstrationAccount("administrator@city.example", "見本 管理", Role.ADMINISTRATOR, "city"),
    DemonstrationAccount("it@city.example", "見本 情報", Role.CLOUD_APPLICANT, "city"),
    DemonstrationAccount("it2@city.example", "見本 確認", Role.CLOUD_APPLICANT, "city"),
    DemonstrationAccount("cloud@vendor.example", "見本 代行", Role.CLOUD_APPLICANT, "vendor"),
    DemonstrationAccount("web@operator.example", "見本 広報", Role.CLOUD_APPLICANT, "operator"),
    DemonstrationAccount("web2@operator.example", "見本 公開", Role.CLOUD_APPLICANT, "operator"),
    DemonstrationAccount("operator@operator.example", "見本 運用", Role.CLOUD_OPERATOR, "operator"),
    DemonstrationAccount("operator2@operator.example", "見本 確定", Role.CLOUD_OPERATOR, "operator"),
    DemonstrationAccount("assessor@operator.example", "見本 評価", Role.CLOUD_ASSESSOR, "operator"),
    DemonstrationAccount("assessor@ministry.example", "別省 評価", Role.CLOUD_ASSESSOR, "ministry"),
    DemonstrationAccount("provider@vendor.example", "見本 提案", Role.CLOUD_PROVIDER, "vendor"),
    DemonstrationAccount("auditor@operator.example", "見本 監査", Role.AUDITOR, "operator"),
)


def make_organisations() -> dict[str, Organisation]:
    """The bodies by their keys."""
    return {
        key: Organisation.objects.create(kind=kind, code=code, name=name, name_en=name_en)
        for key, (kind, code, name, name_en) in ORGANISATIONS.items()
    }


def make_accounts(organisations: dict[str, Organisation]) -> dict[str, Account]:
    """The accounts by their addresses, each with its role and a second factor of its own."""
    made = {}
    # One digest for all: the password is the same and printed, and each digest takes a quarter of a second.
    digest = make_password(PASSWORD)
    for wanted in ACCOUNTS:
        account = Account.objects.create_user(wanted.email, None, display_name=wanted.name)
        account.password = digest
        account.save(update_fields=["password"])
        RoleAssignment.objects.create(
            account=account,
            organisation=organisations[wanted.organisation],
            role=wanted.role,
            valid_from=datetime.now(UTC),
        )
        TOTP.activate(account, generate_totp_secret())
        made[wanted.email] = account
    return made


def second_factor_secret(email: str) -> str | None:
    """The TOTP secret of an account of the demonstration, base32."""
    row = Authenticator.objects.filter(user__email=email.lower(), type=Authenticator.Type.TOTP).first()
    return get_adapter().decrypt(row.data["secret"]) if row else None


def described(role: Role) -> Bilingual:
    """A role in both languages, for the table at the start."""
    english = role.value.replace("_", " ")
    return Bilingual(str(role.label), english)
