"""Who stands in for whom today (代理)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from hashira.cloud.store.models import NamedDeputy
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation, RoleAssignment
from hashira.core.accounts.roles import ROLE_TITLES
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

APPLICANT = "cloud_applicant"
ROLES = (APPLICANT, "cloud_operator", "cloud_assessor")
"""Roles in which somebody can have a deputy."""


class DeputyNotFound(HashiraError):
    """There is no such deputy, or it has ended."""

    code = "CLD-166"
    what = Bilingual("代理がありません", "There is no such deputy")
    why = Bilingual("見つからないか、もう終わっています", "It is not known, or has ended")
    remedy = Bilingual("代理の一覧から選んでください", "Choose one from the list of deputies")
    status = 404


@dataclass(frozen=True, slots=True)
class DeputyLine:
    """A deputy with the period."""

    id: UUID
    organisation: Bilingual
    organisation_id: UUID
    role: str
    absent: str
    absent_id: str
    deputy: str
    deputy_id: str
    valid_from: date
    valid_until: date
    reason: str
    named_at: datetime
    ended_at: datetime | None

    @property
    def role_title(self) -> Bilingual:
        """The role as people call it."""
        return ROLE_TITLES[self.role]

    @property
    def resource(self) -> Resource:
        """As access is asked for it."""
        return deputy_resource(self.organisation_id, self.role, self.absent_id, str(self.id))

    def state(self, today: date) -> str:
        """``ended``, ``soon``, ``now`` or ``over``."""
        if self.ended_at is not None:
            return "ended"
        if today < self.valid_from:
            return "soon"
        return "now" if today <= self.valid_until else "over"


def deputy_resource(organisation_id: UUID, role: str, absent: str, deputy_id: str = "new") -> Resource:
    """A deputy, or one about to be named."""
    organisation = str(organisation_id)
    return Resource("Cloud::Deputy", deputy_id, organisation, {"role": role, "absent": absent})


def standing_in(role: str, today: date, organisation_id: UUID | None = None) -> dict[str, str]:
    """Accounts that are deputies in a role today, with the account for which each speaks.

    A deputy counts only while the absent one has the role, and while the deputy belongs to the body.
    """
    rows = NamedDeputy.objects.filter(role=role, ended_at=None, valid_from__lte=today, valid_until__gte=today)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    pairs = list(rows.values_list("deputy_id", "absent_id", "organisation_id"))
    if not pairs:
        return {}
    people = {one for deputy, absent, _body in pairs for one in (deputy, absent)}
    held = list(
        RoleAssignment.objects.filter(
            Q(valid_until=None) | Q(valid_until__date__gte=today),
            account_id__in=people,
            account__is_active=True,
        ).values_list("account_id", "organisation_id", "role")
    )
    holding = {(account, body) for account, body, held_role in held if held_role == role}
    staff = {(account, body) for account, body, _role in held}
    return {
        str(deputy): str(absent)
        for deputy, absent, body in pairs
        if (absent, body) in holding and (deputy, body) in staff
    }


def deputy_roles(account_id: str, today: date) -> frozenset[tuple[str, str]]:
    """The roles in which somebody is a deputy today, each with its body."""
    try:
        key = UUID(account_id)
    except ValueError:
        return frozenset()
    rows = NamedDeputy.objects.filter(
        deputy_id=key, ended_at=None, valid_from__lte=today, valid_until__gte=today
    )
    return frozenset((role, str(body)) for role, body in rows.values_list("role", "organisation_id"))


def deputies_of(principal: Principal) -> tuple[DeputyLine, ...]:
    """What concerns somebody: their own deputies, for whom they are one, all of a body they administer."""
    administered = [g.organisation for g in principal.grants if g.role == "administrator"]
    mine = _as_uuid(principal.id)
    wanted = Q(organisation_id__in=administered)
    if mine is not None:
        wanted |= Q(absent_id=mine) | Q(deputy_id=mine)
    rows = NamedDeputy.objects.filter(wanted).select_related("organisation", "absent", "deputy")
    return tuple(_line(row) for row in rows)


def deputy_line(deputy_id: UUID) -> DeputyLine:
    """One deputy; raises ``DeputyNotFound``."""
    rows = NamedDeputy.objects.select_related("organisation", "absent", "deputy")
    row = rows.filter(pk=deputy_id).first()
    if row is None:
        raise DeputyNotFound
    return _line(row)


def posts_of(principal: Principal) -> tuple[tuple[str, Bilingual], ...]:
    """Whose absence somebody can speak of: (role:body:account, words)."""
    administered = {g.organisation for g in principal.grants if g.role == "administrator"}
    own = {(g.role, g.organisation) for g in principal.grants if g.role in ROLES}
    bodies = administered | {body for _role, body in own}
    now = RoleAssignment.objects.filter(
        organisation_id__in=bodies, role__in=ROLES, valid_until=None
    ) | RoleAssignment.objects.filter(
        organisation_id__in=bodies, role__in=ROLES, valid_until__gt=datetime.now().astimezone()
    )
    found = []
    for one in now.select_related("account", "organisation"):
        key = (one.role, str(one.organisation_id))
        if str(one.organisation_id) in administered or (str(one.account_id) == principal.id and key in own):
            role = ROLE_TITLES[one.role]
            name, body = one.account.get_full_name(), one.organisation
            found.append(
                (
                    f"{one.role}:{one.organisation_id}:{one.account_id}",
                    Bilingual(f"{name}（{body.name}、{role.ja}）", f"{name} ({body.name_en}, {role.en})"),
                )
            )
    return tuple(found)


def colleagues(organisations: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Who could be a deputy: accounts that have some role in these bodies now."""
    rows = RoleAssignment.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=datetime.now().astimezone()),
        organisation_id__in=set(organisations),
        account__is_active=True,
    ).select_related("account")
    named = {str(one.account_id): f"{one.account.get_full_name()}（{one.account.email}）" for one in rows}
    return tuple(sorted(named.items(), key=lambda pair: pair[1]))


def body_of_operator() -> Organisation | None:
    """The body that runs the installation."""
    return Organisation.objects.filter(kind=Organisation.Kind.OPERATOR).order_by("name").first()


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _line(row: NamedDeputy) -> DeputyLine:
    body = row.organisation
    return DeputyLine(
        row.pk,
        Bilingual(body.name, body.name_en),
        body.pk,
        row.role,
        row.absent.get_full_name(),
        str(row.absent_id),
        row.deputy.get_full_name(),
        str(row.deputy_id),
        row.valid_from,
        row.valid_until,
        row.reason,
        row.named_at,
        row.ended_at,
    )
