"""The signing keys with their state, and what was asked of them (鍵の一覧と鍵の操作)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hashira.certificates.store.models import KeyApproval, SigningKey
from hashira.core import access, jobs
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Account
from hashira.core.jobs import JobView

RESOURCE = Resource("Portal::Area", "certificates")


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as it is now. ``state`` is in-use, spare, retired or compromised."""

    kid: str
    format: str
    label: str
    state: str
    published_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActLine:
    """A request for an act. ``state`` is waiting, expired, approved or rejected."""

    id: UUID
    kid: str
    label: str
    act: str
    successor: str
    reason: str
    state: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str
    decided_at: datetime | None
    own: bool
    job_id: UUID | None


def key_lines(principal: Principal) -> tuple[KeyLine, ...]:
    """Every key that was ever published, the newest first."""
    access.require(principal, "certificates:ViewKeys", RESOURCE)
    rows = list(SigningKey.objects.order_by("-published_at", "-kid"))
    signing = _signing(rows)
    return tuple(
        KeyLine(
            row.kid,
            row.format,
            row.label,
            _state(row, signing),
            row.published_at,
            row.withdrawn_at or row.retired_at,
        )
        for row in rows
    )


def act_lines(principal: Principal, now: datetime) -> tuple[ActLine, ...]:
    """Every request, the newest first, as ``principal`` may decide on it."""
    access.require(principal, "certificates:ViewKeys", RESOURCE)
    rows = list(KeyApproval.objects.select_related("key").order_by("-requested_at", "-pk"))
    people = _people({row.requested_by for row in rows} | {row.decided_by for row in rows})
    return tuple(
        ActLine(
            id=row.pk,
            kid=row.key_id,
            label=row.key.label,
            act=row.act,
            successor=row.successor,
            reason=row.reason,
            state=_decision(row, now),
            requested_by=people.get(row.requested_by, row.requested_by),
            requested_at=row.requested_at,
            expires_at=row.expires_at,
            decided_by=people.get(row.decided_by, ""),
            decided_at=row.decided_at,
            own=row.requested_by == principal.id,
            job_id=row.job_id,
        )
        for row in rows
    )


def progress_of(principal: Principal, line: ActLine) -> JobView | None:
    """How far the revocations and new issues after a compromise are."""
    access.require(principal, "certificates:ViewKeys", RESOURCE)
    return jobs.view(line.job_id) if line.job_id else None


def _signing(rows: list[SigningKey]) -> frozenset[str]:
    """Per format the key chosen last, else the one published last, of those whose life has not ended."""
    latest: dict[str, SigningKey] = {}
    for row in rows:
        if row.retired_at or row.withdrawn_at:
            continue
        other = latest.get(row.format)
        if other is None or _turn(row) > _turn(other):
            latest[row.format] = row
    return frozenset(row.kid for row in latest.values())


def _turn(row: SigningKey) -> tuple[bool, datetime]:
    return row.chosen_at is not None, row.chosen_at or row.published_at


def _state(row: SigningKey, signing: frozenset[str]) -> str:
    if row.withdrawn_at:
        return "compromised"
    if row.retired_at:
        return "retired"
    return "in-use" if row.kid in signing else "spare"


def _decision(row: KeyApproval, now: datetime) -> str:
    """An expired request stays in the table until somebody asks again; it counts as expired at once."""
    late = row.decision == KeyApproval.Decision.WAITING and row.expires_at <= now
    return "expired" if late or row.decided_by == "expired" else row.decision


def _people(ids: set[str]) -> dict[str, str]:
    known = set()
    for one in ids:
        try:
            known.add(UUID(one))
        except ValueError:  # the installation itself, at a terminal
            continue
    return {str(account.pk): account.display_name for account in Account.objects.filter(pk__in=known)}
