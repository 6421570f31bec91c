"""Who somebody is, for those who read a history (アカウントの閲覧)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q

from hashira.core.accounts.errors import AccountNotFound
from hashira.core.accounts.models import Account, RoleAssignment
from hashira.core.accounts.roles import ROLE_TITLES
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that somebody holds now."""

    role: Bilingual
    organisation: Bilingual
    since: datetime
    until: datetime | None


def roles_of(account_id: str) -> tuple[HeldRole, ...]:
    """The roles in force now, by organisation."""
    now = datetime.now(UTC)
    rows = RoleAssignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=now), account_id=account_id, valid_from__lte=now
    ).select_related("organisation")
    return tuple(
        HeldRole(
            ROLE_TITLES[row.role],
            Bilingual(row.organisation.name, row.organisation.name_en),
            row.valid_from,
            row.valid_until,
        )
        for row in rows
    )


def display_names(ids: Iterable[str]) -> Mapping[str, str]:
    """The names of accounts by their ids; what is no id of an account is left out."""
    known = set()
    for text in ids:
        try:
            known.add(UUID(text))
        except ValueError:
            continue
    return {str(account.pk): account.get_full_name() for account in Account.objects.filter(pk__in=known)}


def account_id_of(email: str) -> UUID:
    """The id of the account of that address; raises ``AccountNotFound``."""
    found = Account.objects.filter(email=email.strip().lower()).values_list("pk", flat=True).first()
    if found is None:
        raise AccountNotFound
    return found


def email_of(account_id: str) -> str:
    """The address of an account in use; empty where the id is of none."""
    try:
        known = UUID(account_id)
    except ValueError:
        return ""
    return Account.objects.filter(pk=known, is_active=True).values_list("email", flat=True).first() or ""
