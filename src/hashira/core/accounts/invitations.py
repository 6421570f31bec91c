"""Inviting somebody to make an account, and making it (招待).

A closed network has no mail: the link is shown once, to be printed or handed over. The invited person chooses
name and password; the second factor is set up at the first sign-in, as everybody's is.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts import membership
from hashira.core.accounts.directories import identities
from hashira.core.accounts.directories.errors import DirectoryNotFound
from hashira.core.accounts.errors import AccountExists, AddressUnreadable, RoleNeverInForce
from hashira.core.accounts.models import Account, Directory, Invitation
from hashira.core.accounts.services import create_account, grant_role
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

LIFE = timedelta(days=7)
_GUEST = Principal.system("invitation")


class InvitationNotOpen(HashiraError):
    """Details: ``reason``."""

    code = "CORE-114"
    status = 410
    what = Bilingual("この招待は使えません", "This invitation cannot be used")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "団体の管理者に、新しい招待を依頼してください", "Ask the administrator of your body for a new one"
    )


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation as the invited person sees it. ``directories``: ids of those of the inviting body."""

    email: str
    display_name: str
    organisation: Bilingual
    directories: tuple[UUID, ...]
    role: str
    expires_at: datetime


@service(action="accounts:InviteStaff")
def invite(
    *,
    actor: Principal,
    organisation: str,
    email: str,
    display_name: str,
    role: str,
    role_until: datetime | None,
    at: datetime,
) -> str:
    """The secret of the link, which is told this once; it holds for ``LIFE`` and opens one account.

    An invitation of the same address by the same body that is still open ends with the new one. Raises
    ``AddressUnreadable``, ``AccountExists``, ``RoleNotOfKind``, ``RoleNeverInForce``.
    """
    access.require(actor, "accounts:InviteStaff", _body(organisation))
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise AddressUnreadable from None
    membership.check_role_of_kind(organisation, role)
    if role_until is not None and role_until <= at:
        raise RoleNeverInForce
    if Account.objects.filter(email=address).exists():
        raise AccountExists
    earlier = Invitation.objects.filter(
        organisation_id=UUID(organisation), email=address, used_at=None, withdrawn_at=None
    )
    earlier.update(withdrawn_at=at)
    secret = secrets.token_urlsafe(32)
    row = Invitation.objects.create(
        organisation_id=UUID(organisation),
        email=address,
        display_name=display_name.strip(),
        role=role,
        role_until=role_until,
        digest=_digest(secret),
        invited_by_id=UUID(actor.id),
        created_at=at,
        expires_at=at + LIFE,
    )
    audit.record(
        actor=actor,
        action="accounts:InviteStaff",
        subjects=[_subject(row)],
        organisation=organisation,
        facts={"role": role, "until": role_until.isoformat() if role_until else None},
        evidence=address.encode(),
    )
    return secret


@service(action="accounts:WithdrawInvitation")
def withdraw(*, actor: Principal, organisation: str, invitation_id: UUID, at: datetime) -> None:
    """The link no longer works. Raises ``InvitationNotOpen``."""
    access.require(actor, "accounts:WithdrawInvitation", _body(organisation))
    row = (
        Invitation.objects.select_for_update(no_key=True)
        .filter(pk=invitation_id, organisation_id=UUID(organisation))
        .first()
    )
    if row is None or row.used_at or row.withdrawn_at:
        raise _closed(row, at)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    audit.record(
        actor=actor,
        action="accounts:WithdrawInvitation",
        subjects=[_subject(row)],
        organisation=organisation,
    )


def open_invitation(secret: str, *, at: datetime) -> OpenInvitation:
    """The invitation of a link; raises ``InvitationNotOpen``."""
    row = Invitation.objects.select_related("organisation").filter(digest=_digest(secret)).first()
    if row is None or _is_closed(row, at):
        raise _closed(row, at)
    return OpenInvitation(
        email=row.email,
        display_name=row.display_name,
        organisation=Bilingual(row.organisation.name, row.organisation.name_en),
        directories=tuple(
            Directory.objects.filter(organisation_id=row.organisation_id, removed_at=None).values_list(
                "pk", flat=True
            )
        ),
        role=row.role,
        expires_at=row.expires_at,
    )


@service(action="accounts:AcceptInvitation")
def accept(*, secret: str, display_name: str, password: str, at: datetime, actor: Principal = _GUEST) -> str:
    """Makes the account with the role and closes the invitation, all or nothing; returns the address.

    Raises ``InvitationNotOpen``, ``PasswordTooWeak``, ``AccountExists``.
    """
    access.require(actor, "accounts:AcceptInvitation", Resource("Portal::Area", "accounts"))
    row = _still_open(secret, at)
    create_account(actor=actor, email=row.email, display_name=display_name.strip(), password=password)
    _use(row, actor, at)
    return row.email


@service(action="accounts:AcceptInvitation")
def accept_by_directory(
    *, secret: str, directory_id: UUID, subject: str, at: datetime, actor: Principal = _GUEST
) -> str:
    """The same without a password: the account is entered by the directory of the inviting body.

    Raises ``InvitationNotOpen``, ``AccountExists``, ``IdentityTaken``, ``DirectoryNotFound``.
    """
    access.require(actor, "accounts:AcceptInvitation", Resource("Portal::Area", "accounts"))
    row = _still_open(secret, at)
    if not Directory.objects.filter(
        pk=directory_id, organisation_id=row.organisation_id, removed_at=None
    ).exists():
        raise DirectoryNotFound
    create_account(actor=actor, email=row.email, display_name=row.display_name, password=None)
    identities.connect_invited(
        actor=actor, directory_id=directory_id, subject=subject, email=row.email, at=at
    )
    _use(row, actor, at)
    return row.email


def _still_open(secret: str, at: datetime) -> Invitation:
    row = Invitation.objects.select_for_update(no_key=True).filter(digest=_digest(secret)).first()
    if row is None or _is_closed(row, at):
        raise _closed(row, at)
    return row


def _use(row: Invitation, actor: Principal, at: datetime) -> None:
    """The role is granted, and the link is worth nothing any more."""
    grant_role(
        actor=actor,
        email=row.email,
        organisation=str(row.organisation_id),
        role=row.role,
        valid_from=at,
        valid_until=row.role_until,
    )
    row.used_at = at
    row.save(update_fields=["used_at"])
    audit.record(
        actor=actor,
        action="accounts:AcceptInvitation",
        subjects=[_subject(row)],
        organisation=str(row.organisation_id),
        facts={"role": row.role},
    )


def _subject(row: Invitation) -> audit.Subject:
    return audit.Subject("invitation", str(row.pk))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _body(organisation: str) -> Resource:
    return Resource("Portal::Organisation", organisation, organisation=organisation)


def _is_closed(row: Invitation, at: datetime) -> bool:
    return bool(row.used_at or row.withdrawn_at) or row.expires_at <= at


def _closed(row: Invitation | None, at: datetime) -> InvitationNotOpen:
    if row is None:
        reason = Bilingual("アドレスが違います", "The address is not right")
    elif row.used_at:
        reason = Bilingual("もう使われています", "It has been used")
    elif row.withdrawn_at:
        reason = Bilingual("取り消されています", "It was withdrawn")
    else:
        reason = Bilingual("期限が切れています", "It has expired")
    return InvitationNotOpen(reason=reason)
