"""Emergency access: asked, let in by a second person, ended, reviewed; each in the audit (緊急の立入り)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from hashira.cloud.domain.baseline.emergency import LONGEST_HOURS, EmergencyState
from hashira.cloud.selectors.emergencies import EmergencyNotFound, emergency_of, emergency_resource
from hashira.cloud.services.emergency_doors import close_early, prepare_door
from hashira.cloud.store.models import EmergencyAccess, Environment
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST = 2_000
"""Characters of a reason."""


class EmergencyRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-406"
    what = Bilingual("緊急の立入りを受け付けられません", "The emergency access was not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直してください", "Put it right and ask again")
    status = 422


class EmergencyElsewhere(HashiraError):
    """It is not in the state that the act needs. Details: ``state``."""

    code = "CLD-407"
    what = Bilingual("この立入りには、いまこの操作はできません", "This cannot be done with the access now")
    why = Bilingual("状態は「{state}」です", "It is “{state}”")
    remedy = Bilingual(
        "画面を読み直してください。時間が過ぎたときは、もう一度申し込んでください",
        "Load the page again; if the time is over, ask anew",
    )
    status = 409


@service(action="cloud:AskEmergency")
def ask_emergency(
    *, actor: Principal, environment_id: UUID | None, target: str, reason: str, hours: int, at: datetime
) -> UUID:
    """Asks to get in for some hours. Raises ``EmergencyRefused``."""
    access.require(actor, "cloud:AskEmergency", emergency_resource())
    for field, text, most in (("target", target, 200), ("reason", reason, MOST)):
        if not text.strip() or len(text) > most:
            words = Bilingual(f"1文字から{most}文字で書いてください", f"Write one to {most} characters")
            raise EmergencyRefused(field=field, reason=words)
    if not 1 <= hours <= LONGEST_HOURS:
        words = Bilingual(f"1時間から{LONGEST_HOURS}時間です", f"From one to {LONGEST_HOURS} hours")
        raise EmergencyRefused(field="hours", reason=words)
    if environment_id is not None and not Environment.objects.filter(pk=environment_id).exists():
        words = Bilingual("その環境はありません", "There is no such environment")
        raise EmergencyRefused(field="environment", reason=words)
    row = EmergencyAccess.objects.create(
        environment_id=environment_id,
        target=target.strip(),
        reason=reason.strip(),
        hours=hours,
        asked_at=at,
        asked_by=actor.id,
    )
    _tell(actor, "cloud:AskEmergency", row, {"hours": hours})
    return row.pk


@service(action="cloud:OpenEmergency")
def open_emergency(*, actor: Principal, emergency_id: UUID, at: datetime) -> None:
    """A second person lets them in, from now for the hours that were asked; a job opens the door."""
    row = _locked(actor, "cloud:OpenEmergency", emergency_id, at, EmergencyState.ASKED)
    row.opened_at, row.opened_by, row.ends_at = at, actor.id, at + timedelta(hours=row.hours)
    row.save(update_fields=["opened_at", "opened_by", "ends_at"])
    door = prepare_door(row)
    _tell(
        actor,
        "cloud:OpenEmergency",
        row,
        {"until": row.ends_at.isoformat(), "door": door.state if door is not None else ""},
    )


@service(action="cloud:OpenEmergency")
def refuse_emergency(*, actor: Principal, emergency_id: UUID, at: datetime) -> None:
    """A second person does not let them in."""
    row = _locked(actor, "cloud:OpenEmergency", emergency_id, at, EmergencyState.ASKED)
    row.refused_at, row.refused_by = at, actor.id
    row.save(update_fields=["refused_at", "refused_by"])
    _tell(actor, "cloud:OpenEmergency", row, {"act": "refused"})


@service(action="cloud:AskEmergency")
def end_emergency(*, actor: Principal, emergency_id: UUID, at: datetime) -> None:
    """Ends it before its time: whoever got in, or anybody of the operator. A job closes the door."""
    row = _locked(actor, "cloud:AskEmergency", emergency_id, at, EmergencyState.OPEN)
    row.ends_at, row.ended_early_by = at, actor.id
    row.save(update_fields=["ends_at", "ended_early_by"])
    close_early(row)
    _tell(actor, "cloud:AskEmergency", row, {"act": "ended"})


@service(action="cloud:ReviewEmergency")
def review_emergency(*, actor: Principal, emergency_id: UUID, review: str, at: datetime) -> None:
    """Somebody who did not get in looks at what was done, and writes it down."""
    row = _locked(actor, "cloud:ReviewEmergency", emergency_id, at, EmergencyState.TO_REVIEW)
    if not review.strip() or len(review) > 2 * MOST:
        words = Bilingual("確認したことを書いてください", "Write down what was found")
        raise EmergencyRefused(field="words", reason=words)
    row.reviewed_at, row.reviewed_by, row.review = at, actor.id, review.strip()
    row.save(update_fields=["reviewed_at", "reviewed_by", "review"])
    _tell(actor, "cloud:ReviewEmergency", row, {})


def _locked(
    actor: Principal, action: str, emergency_id: UUID, at: datetime, state: EmergencyState
) -> EmergencyAccess:
    """The row, locked, once access and state are as the act needs them."""
    row = EmergencyAccess.objects.select_for_update().filter(pk=emergency_id).first()
    if row is None:
        raise EmergencyNotFound
    view = emergency_of(row, at)
    access.require(actor, action, view.resource)
    if view.state is not state:
        raise EmergencyElsewhere(state=view.state.label)
    return row


def _tell(
    actor: Principal, action: str, row: EmergencyAccess, facts: dict[str, str | int | bool | None]
) -> None:
    subjects = [Subject("emergencyaccess", str(row.pk))]
    if row.environment_id:
        subjects.append(Subject("environment", str(row.environment_id)))
    audit.record(actor=actor, action=action, subjects=subjects, facts=facts)
