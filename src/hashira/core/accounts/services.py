"""What changes accounts of staff: making them, granting and ending roles, taking factors off (職員の管理)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts import membership
from hashira.core.accounts.errors import (
    AccountExists,
    AccountNotFound,
    AddressUnreadable,
    CodesHeldAlready,
    OrganisationExists,
    OrganisationNotFound,
    OrganisationUnreadable,
    PasswordTooWeak,
    RoleHeldAlready,
    RoleNeverInForce,
    RoleNotHeld,
    RoleUnknown,
    SeedUnreadable,
    TokenAssigned,
)
from hashira.core.accounts.models import Account, Organisation, Role, RoleAssignment
from hashira.core.services import service
from hashira.kernel.municipality import Municipality

_STAFF = Resource("Portal::Area", "accounts")
_CODE = re.compile(r"[a-z][a-z0-9-]{1,15}")
_SERIAL = re.compile(r"[A-Za-z0-9-]{1,64}")


@service(action="accounts:RegisterOrganisation")
def register_municipality(*, actor: Principal, municipality: Municipality) -> str:
    """The id of the municipality as an organisation of this installation; it is made if it is not there."""
    access.require(actor, "accounts:RegisterOrganisation", _STAFF)
    row, made = Organisation.objects.get_or_create(
        code=municipality.code,
        defaults={
            "kind": Organisation.Kind.MUNICIPALITY,
            "name": municipality.full_name,
            "name_en": municipality.title.en,
        },
    )
    audit.record(
        actor=actor,
        action="accounts:RegisterOrganisation",
        organisation=str(row.pk),
        facts={"code": municipality.code, "made": made},
    )
    return str(row.pk)


@service(action="accounts:RegisterOrganisation")
def add_organisation(*, actor: Principal, kind: Organisation.Kind, code: str, name: str, name_en: str) -> str:
    """Registers a ministry, a vendor or an operator under a code of its own and returns its id.

    The code begins with a letter, so that it never looks like that of a municipality. Raises
    ``OrganisationUnreadable`` (for a municipality too), ``OrganisationExists``.
    """
    access.require(actor, "accounts:RegisterOrganisation", _STAFF)
    names = [text.strip() for text in (name, name_en)]
    if kind == Organisation.Kind.MUNICIPALITY or not _CODE.fullmatch(code):
        raise OrganisationUnreadable()
    if not all(0 < len(text) <= 120 and text.isprintable() for text in names):
        raise OrganisationUnreadable()
    try:
        with transaction.atomic():
            row = Organisation.objects.create(kind=kind, code=code, name=names[0], name_en=names[1])
    except IntegrityError:
        raise OrganisationExists() from None
    audit.record(
        actor=actor,
        action="accounts:RegisterOrganisation",
        organisation=str(row.pk),
        facts={"code": code, "kind": kind.value, "made": True},
    )
    return str(row.pk)


def organisation_of(code: str) -> str:
    """The id of the organisation of that code; raises ``OrganisationNotFound``."""
    found = Organisation.objects.filter(code=code.strip()).first()
    if found is None:
        raise OrganisationNotFound()
    return str(found.pk)


@service(action="accounts:CreateAccount")
def create_account(*, actor: Principal, email: str, display_name: str, password: str | None) -> str:
    """Makes an account without any role and returns its id.

    Without ``password`` it is entered by the directory of a body only. A password keeps the rules of
    ``AUTH_PASSWORD_VALIDATORS``; a second factor is set up at the first sign-in. Raises
    ``AddressUnreadable``, ``PasswordTooWeak``, ``AccountExists``.
    """
    access.require(actor, "accounts:CreateAccount", _STAFF)
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise AddressUnreadable() from None
    try:
        if password is not None:
            validate_password(password, Account(email=address, display_name=display_name))
    except ValidationError as error:
        raise PasswordTooWeak(broken=len(error.messages)) from None
    try:
        with transaction.atomic():
            account = Account.objects.create_user(address, password, display_name=display_name)
    except IntegrityError:
        raise AccountExists() from None
    audit.record(actor=actor, action="accounts:CreateAccount", subjects=[_subject(account)])
    return str(account.pk)


@service(action="accounts:GrantRole")
def grant_role(
    *,
    actor: Principal,
    email: str,
    organisation: str,
    role: str,
    valid_from: datetime,
    valid_until: datetime | None = None,
) -> str:
    """Grants a role in an organisation (its id) from one aware moment up to, not including, another.

    Returns the id of the assignment. Raises ``AccountNotFound``, ``RoleUnknown``, ``RoleNeverInForce``, and
    ``RoleHeldAlready`` if the account holds the same role there at any moment of the period.
    """
    access.require(actor, "accounts:GrantRole", _body(organisation))
    if role not in Role.values:
        raise RoleUnknown(roles=", ".join(Role.values))
    if valid_until is not None and valid_until <= valid_from:
        raise RoleNeverInForce()
    # The row of the account is held, so that two grants of the same role cannot pass each other.
    account = _account(email)
    membership.check_not_oneself(actor, account)
    membership.check_role_of_kind(organisation, role)
    held = RoleAssignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from),
        account=account,
        organisation_id=UUID(organisation),
        role=role,
    )
    if valid_until is not None:
        held = held.filter(valid_from__lt=valid_until)
    if held.exists():
        raise RoleHeldAlready()
    row = RoleAssignment.objects.create(
        account=account,
        organisation_id=UUID(organisation),
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    audit.record(
        actor=actor,
        action="accounts:GrantRole",
        subjects=[_subject(account)],
        organisation=organisation,
        facts={
            "role": role,
            "from": valid_from.isoformat(),
            "until": valid_until.isoformat() if valid_until else None,
        },
    )
    return str(row.pk)


@service(action="accounts:EndRole")
def end_role(*, actor: Principal, email: str, organisation: str, role: str, at: datetime) -> None:
    """Ends a role that is in force at the moment ``at``, from then on. Raises ``RoleNotHeld``."""
    access.require(actor, "accounts:EndRole", _body(organisation))
    account = _account(email)
    membership.check_not_oneself(actor, account)
    if role == Role.ADMINISTRATOR:
        membership.check_one_left(actor, account, organisation)
    ended = RoleAssignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=at),
        account=account,
        organisation_id=UUID(organisation),
        role=role,
        valid_from__lt=at,
    ).update(valid_until=at)
    if not ended:
        raise RoleNotHeld()
    audit.record(
        actor=actor,
        action="accounts:EndRole",
        subjects=[_subject(account)],
        organisation=organisation,
        facts={"role": role},
    )


@service(action="accounts:ResetSecondFactors")
def reset_second_factors(*, actor: Principal, email: str, organisation: str = "") -> int:
    """Takes all second factors and recovery codes off an account and returns how many there were.

    The next sign-in with the password leads to setting up a new one. An administrator acts for an
    ``organisation`` (its id) and under the rules of :mod:`membership`.
    """
    access.require(actor, "accounts:ResetSecondFactors", _where(organisation))
    account = _account(email)
    membership.check_whole(actor, account, organisation)
    taken, _ = Authenticator.objects.filter(user=account).delete()
    audit.record(
        actor=actor,
        action="accounts:ResetSecondFactors",
        subjects=[_subject(account)],
        organisation=organisation or None,
        facts={"factors": taken},
    )
    return taken


@service(action="accounts:StopAccount")
def stop_account(*, actor: Principal, email: str, organisation: str = "") -> bool:
    """Nobody signs in with the account any more, and its open sessions end with their next request.

    Roles and factors stay, for whoever lets it in again. Whether it was not stopped before. An administrator
    acts for an ``organisation`` (its id) and under the rules of :mod:`membership`.
    """
    access.require(actor, "accounts:StopAccount", _where(organisation))
    account = _account(email)
    membership.check_whole(actor, account, organisation)
    membership.check_one_left(actor, account, organisation)
    return _set_active(actor, account, "accounts:StopAccount", organisation, active=False)


@service(action="accounts:ResumeAccount")
def resume_account(*, actor: Principal, email: str, organisation: str = "") -> bool:
    """Lets an account that was stopped sign in again. Whether it was stopped before."""
    access.require(actor, "accounts:ResumeAccount", _where(organisation))
    account = _account(email)
    membership.check_whole(actor, account, organisation)
    return _set_active(actor, account, "accounts:ResumeAccount", organisation, active=True)


@service(action="accounts:GiveToken")
def give_token(*, actor: Principal, email: str, serial: str, seed: str) -> None:
    """Makes a hardware token, whose maker sent its seed (base32 or hexadecimal), the factor of an account.

    The seed is kept as other TOTP secrets are, enciphered, and is never shown again. Raises
    ``SeedUnreadable``, ``AccountNotFound``, ``TokenAssigned``, ``CodesHeldAlready``.
    """
    access.require(actor, "accounts:GiveToken", _STAFF)
    if not _SERIAL.fullmatch(serial):
        raise SeedUnreadable()
    secret = base64.b32encode(_seed(seed)).decode("ascii")
    account = _account(email)
    codes = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    if codes.filter(data__serial=serial).exclude(user=account).exists():
        raise TokenAssigned()
    if codes.filter(user=account).exists():
        raise CodesHeldAlready()
    made = TOTP.activate(account, secret).instance
    made.data = made.data | {"serial": serial}
    made.save(update_fields=["data"])
    audit.record(
        actor=actor,
        action="accounts:GiveToken",
        subjects=[_subject(account)],
        facts={"serial": serial},
    )


def _set_active(actor: Principal, account: Account, action: str, organisation: str, *, active: bool) -> bool:
    changed = account.is_active is not active
    account.is_active = active
    account.save(update_fields=["is_active"])
    audit.record(
        actor=actor,
        action=action,
        subjects=[_subject(account)],
        organisation=organisation or None,
        facts={"changed": changed},
    )
    return changed


def _seed(text: str) -> bytes:
    """16 to 64 bytes; what is only hexadecimal digits is read as such (base32 has no 0, 1, 8 and 9)."""
    letters = "".join(text.split()).upper().rstrip("=")
    try:
        if re.fullmatch(r"(?:[0-9A-F]{2})+", letters) and len(letters) in {32, 40, 64, 128}:
            seed = bytes.fromhex(letters)
        else:
            seed = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (ValueError, binascii.Error):
        raise SeedUnreadable() from None
    if not 16 <= len(seed) <= 64:
        raise SeedUnreadable()
    return seed


def _account(email: str) -> Account:
    row = Account.objects.select_for_update(no_key=True).filter(email=email.strip().lower()).first()
    if row is None:
        raise AccountNotFound()
    return row


def _where(organisation: str) -> Resource:
    """The body for which an administrator acts; the whole installation at its terminal."""
    return _body(organisation) if organisation else _STAFF


def _body(organisation: str) -> Resource:
    return Resource("Portal::Organisation", organisation, organisation=organisation)


def _subject(account: Account) -> audit.Subject:
    return audit.Subject("account", str(account.pk))
