"""Exceptions to guardrails: asked by a body, examined by one operator, granted by another (例外の申請)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from hashira.cloud.domain.baseline import baseline_guardrail
from hashira.cloud.domain.baseline.sparing import ExceptionState, objection
from hashira.cloud.selectors.guardrail_exceptions import (
    ExceptionNotFound,
    ExceptionView,
    exception_resource,
    view_of,
)
from hashira.cloud.store.models import Environment, GuardrailException
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST = 2_000
"""Characters of a reason."""


class ExceptionRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-403"
    what = Bilingual("ガードレールの例外を受け付けられません", "The exception was not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "指摘を直すか、例外の要らない方法を運用者に相談してください",
        "Put it right, or ask the operator for a way that needs no exception",
    )
    status = 422


class ExceptionElsewhere(HashiraError):
    """It is not in the state that the act needs. Details: ``state``."""

    code = "CLD-404"
    what = Bilingual("この例外には、いまこの操作はできません", "This cannot be done with the exception now")
    why = Bilingual("状態は「{state}」です", "It is “{state}”")
    remedy = Bilingual(
        "画面を読み直して、いまの状態を確かめてください", "Load the page again to see how it stands"
    )
    status = 409


@service(action="cloud:AskException")
def ask_exception(
    *,
    actor: Principal,
    guardrail_id: str,
    organisation_id: UUID,
    environment_id: UUID | None,
    system: str,
    reason: str,
    substitute: str,
    begins_on: date,
    ends_on: date,
    at: datetime,
) -> UUID:
    """Asks for an exception of one's own body. Raises ``ExceptionRefused``."""
    access.require(actor, "cloud:AskException", exception_resource(organisation_id))
    guardrail = baseline_guardrail(guardrail_id)
    if guardrail is None:
        raise ExceptionRefused(
            field="guardrail", reason=Bilingual("そのガードレールはありません", "There is no such guardrail")
        )
    today = today_in_japan(FixedClock(at))
    against = objection(guardrail, begins_on=begins_on, ends_on=ends_on, today=today)
    if against is not None:
        raise ExceptionRefused(field=against[0], reason=against[1])
    for field, text, most in (
        ("system", system, 200),
        ("reason", reason, MOST),
        ("substitute", substitute, MOST),
    ):
        if not text.strip() or len(text) > most:
            raise ExceptionRefused(
                field=field,
                reason=Bilingual(f"1文字から{most}文字で書いてください", f"Write one to {most} characters"),
            )
    if (
        environment_id is not None
        and not Environment.objects.filter(pk=environment_id, organisation_id=organisation_id).exists()
    ):
        raise ExceptionRefused(
            field="environment",
            reason=Bilingual("その団体の環境ではありません", "It is no environment of the body"),
        )
    row = GuardrailException.objects.create(
        guardrail=guardrail_id,
        organisation_id=organisation_id,
        environment_id=environment_id,
        system=system.strip(),
        reason=reason.strip(),
        substitute=substitute.strip(),
        begins_on=begins_on,
        ends_on=ends_on,
        asked_at=at,
        asked_by=actor.id,
    )
    _tell(actor, "cloud:AskException", row, {"until": ends_on.isoformat()})
    return row.pk


@service(action="cloud:ExamineException")
def examine_exception(*, actor: Principal, exception_id: UUID, opinion: str, at: datetime) -> None:
    """One operator examines it and writes down why it may be granted; another decides."""
    row, _view = _locked(actor, "cloud:ExamineException", exception_id, at, ExceptionState.ASKED)
    if not opinion.strip() or len(opinion) > MOST:
        raise ExceptionRefused(field="reason", reason=Bilingual("意見がありません", "The opinion is missing"))
    row.examined_at, row.examined_by, row.opinion = at, actor.id, opinion.strip()
    row.save(update_fields=["examined_at", "examined_by", "opinion"])
    _tell(actor, "cloud:ExamineException", row, {})


@service(action="cloud:GrantException")
def grant_exception(*, actor: Principal, exception_id: UUID, at: datetime) -> None:
    """A second operator grants what the first has examined. One whose days are over is not granted."""
    row, _view = _locked(actor, "cloud:GrantException", exception_id, at, ExceptionState.EXAMINED)
    if row.ends_on < today_in_japan(FixedClock(at)):
        raise ExceptionRefused(
            field="ends_on", reason=Bilingual("終わりの日が過ぎています", "Its last day has passed")
        )
    row.granted_at, row.granted_by = at, actor.id
    row.save(update_fields=["granted_at", "granted_by"])
    _tell(actor, "cloud:GrantException", row, {"until": row.ends_on.isoformat()})


@service(action="cloud:ExamineException")
def refuse_exception(*, actor: Principal, exception_id: UUID, reason: str, at: datetime) -> None:
    """An operator refuses it, with a reason that the body reads; before or after it was examined."""
    row, _view = _locked(
        actor, "cloud:ExamineException", exception_id, at, ExceptionState.ASKED, ExceptionState.EXAMINED
    )
    row.refused_at, row.refused_by, row.end_reason = at, actor.id, _given(reason)
    row.save(update_fields=["refused_at", "refused_by", "end_reason"])
    _tell(actor, "cloud:ExamineException", row, {"act": "refused"})


@service(action="cloud:EndException")
def end_exception(*, actor: Principal, exception_id: UUID, reason: str, at: datetime) -> None:
    """Takes it back: the body what it no longer needs, the operator what can no longer be answered for."""
    row, view = _locked(
        actor,
        "cloud:EndException",
        exception_id,
        at,
        *(ExceptionState.ASKED, ExceptionState.EXAMINED, ExceptionState.COMING, ExceptionState.IN_FORCE),
    )
    row.ended_at, row.ended_by, row.end_reason = at, actor.id, _given(reason)
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    _tell(actor, "cloud:EndException", row, {"was": view.state.value})


def _given(reason: str) -> str:
    if not reason.strip() or len(reason) > MOST:
        raise ExceptionRefused(field="reason", reason=Bilingual("理由がありません", "The reason is missing"))
    return reason.strip()


def _locked(
    actor: Principal, action: str, exception_id: UUID, at: datetime, *states: ExceptionState
) -> tuple[GuardrailException, ExceptionView]:
    """The row, locked, once access and state are as the act needs them."""
    rows = GuardrailException.objects.select_for_update(of=("self",)).select_related("organisation")
    row = rows.filter(pk=exception_id).first()
    if row is None:
        raise ExceptionNotFound
    view = view_of(row, today_in_japan(FixedClock(at)))
    access.require(actor, action, view.resource)
    if view.state not in states:
        raise ExceptionElsewhere(state=view.state.label)
    return row, view


def _tell(
    actor: Principal, action: str, row: GuardrailException, facts: dict[str, str | int | bool | None]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("guardrailexception", str(row.pk)), Subject("guardrail", row.guardrail)],
        organisation=str(row.organisation_id),
        facts=facts,
    )
