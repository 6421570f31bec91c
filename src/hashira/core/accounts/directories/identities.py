"""Whose account a person of a directory is: finding it, connecting and parting the two (本人の結びつけ).

A directory speaks for its own body. What it opens holds the roles in that body and no others; so it decides
nothing about accounts that have roles elsewhere (:func:`has_roles_elsewhere`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts.directories.errors import (
    DirectoryAccountStopped,
    DirectoryNotFound,
    IdentityTaken,
    LastWayIn,
    PersonUnknown,
)
from hashira.core.accounts.errors import AccountNotFound
from hashira.core.accounts.models import Account, Directory, DirectoryIdentity, RoleAssignment
from hashira.core.services import service
from hashira.kernel.language import Bilingual

SIGNER_IN = Principal.system("directory-sign-in")
"""Who signs staff in on a directory's word: before it is done nobody is known."""
_AREA = Resource("Portal::Area", "accounts")


@dataclass(frozen=True, slots=True)
class Connection:
    """A directory that an account is, or could be, connected with."""

    directory: UUID
    body: Bilingual
    connected_at: datetime | None
    last_sign_in: datetime | None


@service(action="accounts:SignInByDirectory")
def sign_in(*, actor: Principal, directory_id: UUID, subject: str, email: str, at: datetime) -> Account:
    """The account of that ``sub`` at that directory.

    ``email`` is the address that the directory says it has verified, else empty: it connects a person who is
    new with the account of that address, if the registration trusts the directory with that domain and the
    account has a role in its body. Raises ``PersonUnknown``, ``DirectoryAccountStopped``,
    ``DirectoryNotFound``.
    """
    access.require(actor, "accounts:SignInByDirectory", _AREA)
    row = _in_use(directory_id)
    known = DirectoryIdentity.objects.select_related("account").filter(directory=row, subject=subject).first()
    if known is None:
        account = _by_email(row, email, at)
        known = _connect(row, subject, account, at)
        _told(actor, known, "accounts:ConnectDirectory", by="email")
    if not known.account.is_active:
        raise DirectoryAccountStopped
    DirectoryIdentity.objects.filter(pk=known.pk).update(last_sign_in_at=at)
    _told(actor, known, "accounts:SignInByDirectory")
    return known.account


@service(action="accounts:ConnectDirectory")
def connect(*, actor: Principal, directory_id: UUID, subject: str, at: datetime) -> None:
    """Connects one's own account with oneself at a directory of a body in which one has a role.

    Raises ``IdentityTaken``, ``DirectoryNotFound``.
    """
    access.require(actor, "accounts:ConnectDirectory", _own(actor))
    row = _in_use(directory_id)
    if not _roles(at).filter(account_id=UUID(actor.id), organisation_id=row.organisation_id).exists():
        raise DirectoryNotFound
    made = _connect(row, subject, Account.objects.get(pk=UUID(actor.id)), at)
    _told(actor, made, "accounts:ConnectDirectory", by="person")


@service(action="accounts:ConnectDirectory")
def connect_invited(*, actor: Principal, directory_id: UUID, subject: str, email: str, at: datetime) -> None:
    """Connects an account that an invitation has just made (:mod:`invitations`); raises ``IdentityTaken``."""
    access.require(
        actor, "accounts:ConnectDirectory", Resource("Portal::Account", email, attributes={"owner": ""})
    )
    made = _connect(_in_use(directory_id), subject, Account.objects.get(email=email), at)
    _told(actor, made, "accounts:ConnectDirectory", by="invitation")


@service(action="accounts:DisconnectDirectory")
def disconnect(*, actor: Principal, account_id: UUID, directory_id: UUID) -> None:
    """Parts an account from a directory; sessions opened by it end.

    Raises ``LastWayIn`` for one's own account without a password, ``DirectoryNotFound`` if it was not
    connected, ``AccountNotFound``.
    """
    owned = Resource("Portal::Account", str(account_id), attributes={"owner": str(account_id)})
    access.require(actor, "accounts:DisconnectDirectory", owned)
    account = Account.objects.select_for_update(no_key=True).filter(pk=account_id).first()
    if account is None:
        raise AccountNotFound
    held = DirectoryIdentity.objects.select_related("directory", "account").filter(account=account)
    found = held.filter(directory_id=directory_id).first()
    if found is None:
        raise DirectoryNotFound
    if actor.id == str(account_id) and not account.has_usable_password():
        raise LastWayIn
    _told(actor, found, "accounts:DisconnectDirectory")
    found.delete()


def stands(directory_id: str, account_id: str) -> bool:
    """Whether a session that the directory opened for the account may go on."""
    try:
        return DirectoryIdentity.objects.filter(
            directory_id=UUID(directory_id), account_id=UUID(account_id), directory__removed_at=None
        ).exists()
    except ValueError:
        return False


def has_roles_elsewhere(account_id: str, organisation: str, *, at: datetime) -> bool:
    """Whether the account has, or will have, a role in another organisation than this one (its id)."""
    return _roles(at).filter(account_id=UUID(account_id)).exclude(organisation_id=UUID(organisation)).exists()


def connections(account_id: str) -> tuple[Connection, ...]:
    """The directories of the bodies in which the account has a role, and those that it is connected with."""
    held = {one.directory_id: one for one in DirectoryIdentity.objects.filter(account_id=UUID(account_id))}
    roles = _roles(datetime.now(UTC)).filter(
        account_id=UUID(account_id), organisation_id=OuterRef("organisation_id")
    )
    rows = Directory.objects.filter(Q(Exists(roles)) | Q(pk__in=list(held)), removed_at=None)
    return tuple(
        Connection(
            row.pk,
            Bilingual(row.organisation.name, row.organisation.name_en),
            held[row.pk].connected_at if row.pk in held else None,
            held[row.pk].last_sign_in_at if row.pk in held else None,
        )
        for row in rows.select_related("organisation").order_by("organisation__code", "pk")
    )


def _in_use(directory_id: UUID) -> Directory:
    row = Directory.objects.filter(pk=directory_id, removed_at=None).first()
    if row is None:
        raise DirectoryNotFound
    return row


def _by_email(row: Directory, email: str, at: datetime) -> Account:
    """The account of a verified address that the directory may speak for; raises ``PersonUnknown``."""
    address = email.strip().lower()
    if not address.isascii() or address.rpartition("@")[2] not in row.email_domains.split():
        raise PersonUnknown
    account = Account.objects.filter(email=address).first()
    if account is None or not _roles(at).filter(account=account, organisation=row.organisation_id).exists():
        raise PersonUnknown
    if DirectoryIdentity.objects.filter(directory=row, account=account).exists():
        # The address was given to somebody else at the directory: not the person that was connected.
        raise PersonUnknown
    return account


def _roles(at: datetime) -> QuerySet[RoleAssignment]:
    """Roles that are in force or will be."""
    return RoleAssignment.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at))


def _connect(row: Directory, subject: str, account: Account, at: datetime) -> DirectoryIdentity:
    try:
        with transaction.atomic():
            return DirectoryIdentity.objects.create(
                directory=row, subject=subject, account=account, connected_at=at
            )
    except IntegrityError:
        raise IdentityTaken from None


def _own(actor: Principal) -> Resource:
    return Resource("Portal::Account", actor.id, attributes={"owner": actor.id})


def _told(actor: Principal, identity: DirectoryIdentity, action: str, **facts: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[audit.Subject("account", str(identity.account_id))],
        organisation=str(identity.directory.organisation_id),
        facts={"directory": str(identity.directory_id), **facts},
    )
