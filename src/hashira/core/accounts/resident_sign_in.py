"""A resident whom the provider named becomes, or stays, a row (住民のサインイン)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hashira.core import access, audit
from hashira.core.access.principal import Principal, Resource
from hashira.core.accounts.models import Resident
from hashira.core.accounts.oidc.sign_in import SignedIn
from hashira.core.services import service

ACTION = "accounts:SignInResident"
ACTOR = Principal.system("resident-sign-in")
"""Who signs residents in: before it is done nobody is known, so the installation itself acts."""


@dataclass(frozen=True, slots=True)
class KnownResident:
    """The resident as the session keeps them. ``first``: whether it is the first time here."""

    id: str
    first: bool


@service(action=ACTION)
def sign_in_resident(*, actor: Principal, signed_in: SignedIn, at: datetime) -> KnownResident:
    """The resident of that issuer and ``sub``, with the attributes stated this time; one audit event.

    Names are kept letter by letter. What the provider did not state this time is empty afterwards.
    """
    access.require(actor, ACTION, Resource("Portal::Area", "accounts"))
    stated = signed_in.attributes
    now_known: dict[str, Any] = {
        "name": stated.name,
        "birth_date": stated.birth_date,
        "gender": stated.gender,
        "address": stated.address,
        "last_seen_at": at,
    }
    # Not update_or_create: its lock is of the kind that keeps others from referring to the row, and somebody
    # who issues a certificate for this resident at the same time would wait for it while we wait for them.
    resident, first = Resident.objects.get_or_create(
        issuer=signed_in.issuer, sub=signed_in.subject, defaults={**now_known, "first_seen_at": at}
    )
    if not first:
        Resident.objects.filter(pk=resident.pk).update(**now_known)
    audit.record(
        actor=actor,
        action=ACTION,
        subjects=[audit.Subject("resident", str(resident.pk))],
        facts={"first": first, "issuer": signed_in.issuer},
    )
    return KnownResident(str(resident.pk), first)
