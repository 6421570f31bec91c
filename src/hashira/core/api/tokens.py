"""Making, using and revoking tokens of machines (APIトークンの発行・利用・取消).

A token acts as its owner with the roles in force at that moment, narrowed to its scopes: the decision is the
same, on the same principal. It never counts as a recent sign-in.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts.principals import staff
from hashira.core.api.errors import TokenNotFound, TokenNotMakeable, TokenRefused
from hashira.core.api.models import ApiToken
from hashira.core.api.scope import actions_of, known_scopes
from hashira.core.services import service
from hashira.kernel.language import Bilingual

PREFIX = "hashira_"  # so that scanners for secrets find one that leaked
MAX_DAYS = 365
MAX_TOKENS = 20
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as its owner sees it; the secret is not part of it."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@service(action="accounts:CreateToken")
def create_token(*, actor: Principal, name: str, scopes: Sequence[str], days: int, at: datetime) -> str:
    """Makes a token of the actor and returns it: the only time that it is seen.

    Raises ``TokenNotMakeable``; ``AccessDenied`` unless the actor has just signed in.
    """
    access.require(actor, "accounts:CreateToken", _own(actor))
    _check(actor, name, scopes, days, at)
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        account_id=actor.id,
        name=name.strip(),
        digest=_digest(token),
        scopes=sorted(set(scopes)),
        second_factor=actor.second_factor,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    audit.record(
        actor=actor,
        action="accounts:CreateToken",
        subjects=[audit.Subject("api-token", str(row.pk))],
        facts={"scopes": " ".join(row.scopes), "days": days},
    )
    return token


@service(action="accounts:RevokeToken")
def revoke_token(*, actor: Principal, token_id: UUID, at: datetime) -> None:
    """Ends a token of the actor at once; raises ``TokenNotFound``."""
    access.require(actor, "accounts:RevokeToken", _own(actor))
    changed = ApiToken.objects.filter(pk=token_id, account_id=actor.id, revoked_at=None).update(revoked_at=at)
    if not changed:
        raise TokenNotFound
    audit.record(
        actor=actor, action="accounts:RevokeToken", subjects=[audit.Subject("api-token", str(token_id))]
    )


def tokens_of(principal: Principal, *, at: datetime) -> tuple[TokenView, ...]:
    """The own tokens that work now, the newest first."""
    rows = ApiToken.objects.filter(account_id=principal.id, revoked_at=None, expires_at__gt=at)
    return tuple(
        TokenView(r.pk, r.name, tuple(r.scopes), r.created_at, r.expires_at, r.last_used_at) for r in rows
    )


def bearer(token: str, *, at: datetime) -> Principal:
    """Who a token acts as; raises ``TokenRefused``.

    The digest is looked up, not the token: 256 random bits need neither salt nor slow hashing, and the time
    of the look-up tells nothing about them.
    """
    row = (
        ApiToken.objects.select_related("account")
        .filter(digest=_digest(token), revoked_at=None, expires_at__gt=at, account__is_active=True)
        .first()
    )
    if row is None:
        raise TokenRefused
    if row.last_used_at is None or at - row.last_used_at > _SEEN_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=at)  # a trace, not business: no event
    owner = staff(row.account, methods=[], at=at)
    return replace(owner, second_factor=row.second_factor, scope=actions_of(row.scopes), token=str(row.pk))


def _check(actor: Principal, name: str, scopes: Sequence[str], days: int, at: datetime) -> None:
    known = {scope.key for scope in known_scopes()}
    if not name.strip() or len(name) > 80:
        raise TokenNotMakeable(reason=Bilingual("名前は80文字までです", "A name has up to 80 characters"))
    if not scopes or not set(scopes) <= known:
        raise TokenNotMakeable(reason=Bilingual("範囲を選んでください", "Choose what it is good for"))
    if not 1 <= days <= MAX_DAYS:
        raise TokenNotMakeable(reason=Bilingual("期間は1日から365日です", "It lives 1 to 365 days"))
    live = ApiToken.objects.filter(account_id=actor.id, revoked_at=None, expires_at__gt=at)
    if live.count() >= MAX_TOKENS:  # those that are over are not even shown
        raise TokenNotMakeable(reason=Bilingual("トークンは20個までです", "There are 20 tokens at most"))


def _own(actor: Principal) -> Resource:
    return Resource("Portal::Account", actor.id, attributes={"owner": actor.id})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
