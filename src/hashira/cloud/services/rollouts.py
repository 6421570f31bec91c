"""Rolling a version of the baseline out: proposed by one, approved by two, halted, taken back (段階適用).

What happens to the environments is in ``rollout_waves``; here are the acts of people.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hashira.cloud.domain.baseline.version_impact import version_impact
from hashira.cloud.domain.baseline.versions import differences
from hashira.cloud.domain.baseline_terms import BaselineTerms
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.domain.order_record import terms_to_json
from hashira.cloud.domain.policy.calls import Call
from hashira.cloud.domain.rollout import (
    DEFAULT_WAVES,
    LONGEST_PAUSE_MINUTES,
    EntryState,
    RolloutRefused,
    RolloutState,
    Wave,
    waves_to_json,
)
from hashira.cloud.selectors.baseline_versions import current_terms, terms_of_version
from hashira.cloud.selectors.rollouts import RolloutNotFound, rollout_resource, tenants
from hashira.cloud.services.environments import vend_again
from hashira.cloud.services.rollout_waves import advance, halt, note, tell
from hashira.cloud.store.models import BaselineVersion, Rollout
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST_WORDS = 2_000
_STATE, _ENTRY = RolloutState, EntryState


class RolloutElsewhere(HashiraError):
    """It is not in the state that the act needs. Details: ``state``."""

    code = "CLD-413"
    what = Bilingual("この段階適用には、いまこの操作はできません", "This cannot be done with the rollout now")
    why = Bilingual("状態は「{state}」です", "It is “{state}”")
    remedy = Bilingual(
        "画面を読み直して、いまの状態を確かめてください", "Load the page again to see how it stands"
    )
    status = 409


class AnotherRollout(HashiraError):
    """Two versions at once would meet in the same environments. Details: ``version``."""

    code = "CLD-414"
    what = Bilingual("段階適用を始められません", "The rollout cannot begin")
    why = Bilingual("版 {version} の段階適用が終わっていません", "That of the version {version} is not over")
    remedy = Bilingual(
        "先の段階適用が終わるのを待つか、元に戻してください", "Wait until it is over, or take it back"
    )
    status = 409


@service(action="cloud:ProposeRollout")
def propose_rollout(
    *,
    actor: Principal,
    terms: BaselineTerms,
    reason: str,
    waves: tuple[Wave, ...] = DEFAULT_WAVES,
    tolerated: int = 0,
    pause_minutes: int = 0,
    calls: Iterable[Call] = (),
    at: datetime,
) -> UUID:
    """Proposes a version, new or made before, to be rolled out; who loses what by it is kept with it.

    ``calls`` are recorded calls. Raises ``RolloutRefused``, and ``UnreadableRequest`` for a call that cannot
    be read.
    """
    access.require(actor, "cloud:ProposeRollout", rollout_resource())
    _checked(terms, reason, tolerated, pause_minutes)
    impact = version_impact(tenants(), current_terms(), terms, calls)
    row, _new = BaselineVersion.objects.get_or_create(
        pk=terms.version,
        defaults={
            "terms": terms_to_json(terms),
            "reason": reason.strip(),
            "made_at": at,
            "made_by": actor.id,
        },
    )
    made = Rollout.objects.create(
        version=row,
        waves=waves_to_json(waves),
        tolerated=tolerated,
        pause_minutes=pause_minutes,
        impact=impact,
        asked_at=at,
        asked_by=actor.id,
    )
    note(made, actor, "proposed", at, {"reason": reason.strip()[:400]})
    tell(actor, "cloud:ProposeRollout", made, {"version": terms.version, "waves": len(waves)})
    return made.pk


@service(action="cloud:ApproveRollout")
def approve_rollout(*, actor: Principal, rollout_id: UUID, at: datetime) -> bool:
    """One of the two who approve; whether it was the second, by whom it begins. Raises ``AnotherRollout``."""
    row = _locked(actor, "cloud:ApproveRollout", rollout_id, _STATE.PROPOSED)
    second = bool(row.first_by)
    if second:
        row.second_at, row.second_by, row.state, row.engaged = at, actor.id, _STATE.RUNNING.value, True
    else:
        row.first_at, row.first_by = at, actor.id
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        other = Rollout.objects.filter(engaged=True).first()
        raise AnotherRollout(version=other.version_id if other else "?") from error
    note(row, actor, "begun" if second else "approved", at, {})
    tell(actor, "cloud:ApproveRollout", row, {"begun": second})
    if second:
        advance(row, at)
    return second


@service(action="cloud:ApproveRollout")
def refuse_rollout(*, actor: Principal, rollout_id: UUID, reason: str, at: datetime) -> None:
    """Somebody else than the proposer does not want it, and says why."""
    row = _locked(actor, "cloud:ApproveRollout", rollout_id, _STATE.PROPOSED)
    words = _said(reason)
    row.state, row.ended_at = _STATE.REFUSED.value, at
    row.save(update_fields=["state", "ended_at"])
    note(row, actor, "refused", at, {"reason": words})
    tell(actor, "cloud:ApproveRollout", row, {"refused": True})


@service(action="cloud:SteerRollout")
def withdraw_rollout(*, actor: Principal, rollout_id: UUID, reason: str, at: datetime) -> None:
    """What was proposed and not begun is taken back, also by who proposed it."""
    row = _locked(actor, "cloud:SteerRollout", rollout_id, _STATE.PROPOSED)
    words = _said(reason)
    row.state, row.ended_at = _STATE.REFUSED.value, at
    row.save(update_fields=["state", "ended_at"])
    note(row, actor, "withdrawn", at, {"reason": words})
    tell(actor, "cloud:SteerRollout", row, {"act": "withdrawn"})


@service(action="cloud:SteerRollout")
def halt_rollout(*, actor: Principal, rollout_id: UUID, reason: str, at: datetime) -> None:
    """No further environment is changed; those under way come to their end."""
    row = _locked(actor, "cloud:SteerRollout", rollout_id, _STATE.RUNNING)
    halt(row, actor, at, {"reason": _said(reason)})


@service(action="cloud:SteerRollout")
def resume_rollout(*, actor: Principal, rollout_id: UUID, reason: str, at: datetime) -> None:
    """It goes on; what failed is tried again first."""
    row = _locked(actor, "cloud:SteerRollout", rollout_id, _STATE.HALTED)
    words = _said(reason)
    for entry in row.entries.filter(state=_ENTRY.FAILED.value).select_related("environment"):
        entry.state, entry.problem = _ENTRY.WAITING.value, None
        if entry.environment.state == EnvironmentState.STALLED.value:
            vend_again(actor=actor, environment_id=entry.environment_id, at=at)
            entry.state = _ENTRY.ASKED.value
        entry.save(update_fields=["state", "problem"])
    row.state = _STATE.RUNNING.value
    row.save(update_fields=["state"])
    note(row, actor, "resumed", at, {"reason": words})
    tell(actor, "cloud:SteerRollout", row, {"act": "resumed"})
    advance(row, at)


@service(action="cloud:SteerRollout")
def return_rollout(*, actor: Principal, rollout_id: UUID, reason: str, at: datetime) -> None:
    """Everybody goes back to the version of before, each read back. Raises ``AnotherRollout``."""
    row = _locked(actor, "cloud:SteerRollout", rollout_id, _STATE.RUNNING, _STATE.HALTED, _STATE.DONE)
    words = _said(reason)
    other = Rollout.objects.filter(engaged=True).exclude(pk=row.pk).first()
    if other is not None:
        raise AnotherRollout(version=other.version_id)
    newest = Rollout.objects.filter(state=_STATE.DONE.value).order_by("-ended_at").first()
    if row.state == _STATE.DONE.value and newest is not None and newest.pk != row.pk:
        raise RolloutRefused(
            field="words",
            reason=Bilingual(
                f"後から版 {newest.version_id} を適用しています。そちらを先に戻してください",
                f"The version {newest.version_id} was rolled out since: take that back first",
            ),
        )
    row.entries.filter(state=_ENTRY.WAITING.value).update(state=_ENTRY.LEFT.value)
    touched = (_ENTRY.ASKED, _ENTRY.LATER, _ENTRY.DONE, _ENTRY.FAILED)
    row.entries.filter(state__in=[one.value for one in touched]).update(
        state=_ENTRY.TO_RETURN.value, problem=None
    )
    row.state, row.engaged, row.ended_at = _STATE.RETURNING.value, True, None
    row.save(update_fields=["state", "engaged", "ended_at"])
    note(row, actor, "returning", at, {"reason": words})
    tell(actor, "cloud:SteerRollout", row, {"act": "returning"})
    advance(row, at)


def _checked(terms: BaselineTerms, reason: str, tolerated: int, pause_minutes: int) -> None:
    known = terms_of_version(terms.version)
    if known is not None and known != terms:
        raise RolloutRefused(
            field="version",
            reason=Bilingual(
                f"版 {terms.version} は、別の内容ですでにあります。新しい版の名前を付けてください",
                f"There is a version {terms.version} that says otherwise: give it another name",
            ),
        )
    if not differences(current_terms(), terms):
        raise RolloutRefused(
            field="version",
            reason=Bilingual("いまの版と違うところがありません", "It says the same as the present version"),
        )
    if not 1 <= len(reason.strip()) <= MOST_WORDS:
        raise RolloutRefused(
            field="reason",
            reason=Bilingual(
                "理由を2,000文字までで書いてください", "Give the reason, in up to 2,000 characters"
            ),
        )
    if not 0 <= tolerated <= 1_000:
        raise RolloutRefused(
            field="tolerated", reason=Bilingual("0から1,000までです", "It is a number from 0 to 1,000")
        )
    if not 0 <= pause_minutes <= LONGEST_PAUSE_MINUTES:
        raise RolloutRefused(
            field="pause_minutes",
            reason=Bilingual("0分から14日までです", "It is from nothing to 14 days"),
        )


def _locked(actor: Principal, action: str, rollout_id: UUID, *states: RolloutState) -> Rollout:
    row = Rollout.objects.select_for_update(of=("self",)).filter(pk=rollout_id).first()
    if row is None:
        raise RolloutNotFound
    access.require(actor, action, rollout_resource(row.pk, asked_by=row.asked_by, first_by=row.first_by))
    if RolloutState(row.state) not in states:
        raise RolloutElsewhere(state=RolloutState(row.state).label)
    return row


def _said(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > MOST_WORDS:
        raise RolloutRefused(field="words", reason=Bilingual("理由がありません", "The reason is missing"))
    return words[:400]
