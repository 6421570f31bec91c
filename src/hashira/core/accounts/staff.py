"""The staff of a body, as its administrators see them (団体の職員の一覧)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from hashira.core.accounts.models import Account, Invitation, Organisation, RoleAssignment
from hashira.core.accounts.roles import ROLE_TITLES
from hashira.core.audit import Subject
from hashira.core.audit.reading import events
from hashira.kernel.language import Bilingual

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
EVENT_TITLES = {
    "accounts:CreateAccount": Bilingual("アカウントを作成", "Account made"),
    "accounts:GrantRole": Bilingual("役割を付与", "Role given"),
    "accounts:EndRole": Bilingual("役割を終了", "Role ended"),
    "accounts:ResetSecondFactors": Bilingual("二要素認証を解除", "Second factors taken off"),
    "accounts:StopAccount": Bilingual("アカウントを停止", "Account stopped"),
    "accounts:ResumeAccount": Bilingual("アカウントを再開", "Account let in again"),
    "accounts:GiveToken": Bilingual("ハードウェアトークンを交付", "Hardware token given"),
}
"""What the history of a member shows; the rest of the audit is for auditors."""


@dataclass(frozen=True, slots=True)
class MemberRole:
    """A role in the body, with its period."""

    role: str
    title: Bilingual
    since: datetime
    until: datetime | None
    running: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the staff of one body."""

    id: UUID
    name: str
    email: str
    active: bool
    has_factor: bool
    last_sign_in: datetime | None
    roles: tuple[MemberRole, ...]

    @property
    def running(self) -> tuple[MemberRole, ...]:
        """The roles in force."""
        return tuple(role for role in self.roles if role.running)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was done to an account."""

    moment: datetime
    title: Bilingual
    role: Bilingual | None
    actor: str


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was not used yet."""

    id: UUID
    email: str
    name: str
    role: Bilingual
    expires_at: datetime
    expired: bool


def bodies_of(ids: frozenset[str]) -> tuple[tuple[str, Bilingual, str], ...]:
    """Id, name and kind of the organisations with those ids, by name."""
    rows = Organisation.objects.filter(pk__in=[UUID(one) for one in ids]).order_by("name")
    return tuple((str(row.pk), Bilingual(row.name, row.name_en), row.kind) for row in rows)


def members_of(organisation: str, *, at: datetime) -> tuple[Member, ...]:
    """Everybody who has or had a role in the body, by name."""
    return tuple(_member(row, at) for row in _rows(organisation).order_by("display_name", "email"))


def member(organisation: str, account_id: UUID, *, at: datetime) -> Member | None:
    """One of them; ``None`` for an account that never had a role in the body."""
    row = _rows(organisation).filter(pk=account_id).first()
    return None if row is None else _member(row, at)


def history_of(account_id: UUID, organisation: str) -> tuple[Happening, ...]:
    """What was done to the account in the body or at the terminal, the newest first."""
    told = [
        event
        for event in events(subject=Subject("account", str(account_id)), action="accounts:", limit=200)
        if event.action in EVENT_TITLES and event.organisation in {"", organisation}
    ]
    names = {
        str(account.pk): account.get_full_name()
        for account in Account.objects.filter(pk__in=[e.actor for e in told if e.actor_kind == "staff"])
    }
    return tuple(
        Happening(
            moment=event.moment,
            title=EVENT_TITLES[event.action],
            role=ROLE_TITLES.get(str(event.facts.get("role", ""))),
            actor=names.get(event.actor, event.actor),
        )
        for event in told
    )


def invitations_of(organisation: str, *, at: datetime) -> tuple[Invited, ...]:
    """Those that were neither used nor withdrawn, the newest first."""
    rows = Invitation.objects.filter(organisation_id=UUID(organisation), used_at=None, withdrawn_at=None)
    return tuple(
        Invited(
            row.pk, row.email, row.display_name, ROLE_TITLES[row.role], row.expires_at, row.expires_at <= at
        )
        for row in rows
    )


def _rows(organisation: str) -> QuerySet[Account]:
    own = RoleAssignment.objects.filter(organisation_id=UUID(organisation))
    return (
        Account.objects.filter(Exists(own.filter(account=OuterRef("pk"))))
        .annotate(has_factor=Exists(Authenticator.objects.filter(Q(user=OuterRef("pk"), type__in=_FACTORS))))
        .prefetch_related(Prefetch("role_assignments", queryset=own, to_attr="own_roles"))
    )


def _member(row: Account, at: datetime) -> Member:
    return Member(
        id=row.pk,
        name=row.get_full_name(),
        email=row.email,
        active=row.is_active,
        has_factor=row.has_factor,
        last_sign_in=row.last_login,
        roles=tuple(
            MemberRole(
                role=held.role,
                title=ROLE_TITLES[held.role],
                since=held.valid_from,
                until=held.valid_until,
                running=held.valid_from <= at and (held.valid_until is None or held.valid_until > at),
            )
            for held in row.own_roles
        ),
    )
