"""Who is on the staff of this installation, with what roles (職員名簿)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q

from hashira.core.accounts.models import Account, RoleAssignment


@dataclass(frozen=True, slots=True)
class Member:
    """One account; ``roles`` are pairs of a role and the code (else the name) of its organisation."""

    email: str
    name: str
    active: bool
    second_factor: bool
    roles: tuple[tuple[str, str], ...]


def members(*, at: datetime) -> tuple[Member, ...]:
    """Every account by address, with the roles in force at that moment."""
    in_force = RoleAssignment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=at), valid_from__lte=at
    ).select_related("organisation")
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    rows = Account.objects.annotate(has_factor=Exists(factors)).prefetch_related(
        Prefetch("role_assignments", queryset=in_force)
    )
    return tuple(
        Member(
            row.email,
            row.display_name,
            row.is_active,
            row.has_factor,
            tuple(
                (held.role, held.organisation.code or held.organisation.name)
                for held in row.role_assignments.all()
            ),
        )
        for row in rows
    )
