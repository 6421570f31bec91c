"""What changes accounts of staff: making them, granting and ending roles, taking factors off (職員の管理)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.accounts.errors import (
    AccountExists,
    AccountNotFound,
    AddressUnreadable,
    PasswordTooWeak,
    RoleHeldAlready,
    RoleNeverInForce,
    RoleNotHeld,
    RoleUnknown,
)
from hashira.core.accounts.models import Account, Organisation, Role, RoleAssignment
from hashira.core.services import service
from hashira.kernel.municipality import Municipality

_STAFF = Resource("Portal::Area", "accounts")


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


@service(action="accounts:CreateAccount")
def create_account(*, actor: Principal, email: str, display_name: str, password: str) -> str:
    """Makes an account without any role and returns its id.

    The password keeps the rules of ``AUTH_PASSWORD_VALIDATORS``; a second factor is set up at the first
    sign-in. Raises ``AddressUnreadable``, ``PasswordTooWeak``, ``AccountExists``.
    """
    access.require(actor, "accounts:CreateAccount", _STAFF)
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise AddressUnreadable() from None
    try:
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
def reset_second_factors(*, actor: Principal, email: str) -> int:
    """Takes all second factors and recovery codes off an account and returns how many there were.

    The next sign-in with the password leads to setting up a new one.
    """
    access.require(actor, "accounts:ResetSecondFactors", _STAFF)
    account = _account(email)
    taken, _ = Authenticator.objects.filter(user=account).delete()
    audit.record(
        actor=actor,
        action="accounts:ResetSecondFactors",
        subjects=[_subject(account)],
        facts={"factors": taken},
    )
    return taken


def _account(email: str) -> Account:
    row = Account.objects.select_for_update(no_key=True).filter(email=email.strip().lower()).first()
    if row is None:
        raise AccountNotFound()
    return row


def _body(organisation: str) -> Resource:
    return Resource("Portal::Organisation", organisation, organisation=organisation)


def _subject(account: Account) -> audit.Subject:
    return audit.Subject("account", str(account.pk))
