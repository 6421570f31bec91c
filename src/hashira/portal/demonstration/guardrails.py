"""Exceptions to guardrails and an emergency access, as an operator finds them (ガードレールのデモ)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hashira.cloud.services import emergencies
from hashira.cloud.services import guardrail_exceptions as exceptions
from hashira.cloud.store.models import GuardrailException
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import Account, Organisation
from hashira.kernel.clock import FixedClock, today_in_japan


def fill_guardrails(organisations: dict[str, Organisation], accounts: dict[str, Account]) -> None:
    """Through the services that the pages call; once."""
    if GuardrailException.objects.exists():
        return
    now = datetime.now(UTC)
    today = today_in_japan(FixedClock(now))

    def who(email: str, role: str, body: str) -> Principal:
        grant = Grant(role, str(organisations[body].pk))
        return Principal(PrincipalKind.STAFF, str(accounts[email].pk), grants=(grant,), second_factor=True)

    applicant = who("it@city.example", "cloud_applicant", "city")
    first = who("operator@operator.example", "cloud_operator", "operator")
    second = who("operator2@operator.example", "cloud_operator", "operator")

    def asked(guardrail: str, system: str, reason: str, substitute: str, days: int) -> UUID:
        return exceptions.ask_exception(
            actor=applicant,
            guardrail_id=guardrail,
            organisation_id=organisations["city"].pk,
            environment_id=None,
            system=system,
            reason=reason,
            substitute=substitute,
            begins_on=today,
            ends_on=today + timedelta(days=days),
            at=now,
        )

    moving = asked(
        "encrypted-volumes",
        "住民基本台帳（見本）",
        "移行元から写した暗号化していないディスクを、置き換えるまで使うため",
        "20日以内に暗号化した写しへ移し、移し終えた日に終える",
        20,
    )
    exceptions.examine_exception(
        actor=first, exception_id=moving, opinion="移す日程があり、期間も短い", at=now
    )
    exceptions.grant_exception(actor=second, exception_id=moving, at=now)
    asked(
        "quota",
        "税務（見本）",
        "確定申告の期間に、計算の台数が上限を超えるため",
        "毎週、使った台数を見直して知らせる",
        90,
    )
    emergency = emergencies.ask_emergency(
        actor=first,
        environment_id=None,
        target="記録の保管庫（見本）",
        reason="配信の設定の誤りで、記録が届かなくなったため",
        hours=1,
        at=now - timedelta(hours=5),
    )
    emergencies.open_emergency(
        actor=second, emergency_id=emergency, at=now - timedelta(hours=5) + timedelta(minutes=4)
    )
