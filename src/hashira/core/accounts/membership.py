"""What an administrator of a body may do to whom (団体の管理者の決まり).

Cedar decides for which body somebody administers. These are the rules about the people in it: nobody acts on
the own account, nobody is left without an administrator, and what concerns a whole account (stopping it,
taking its factors off) is not for one body alone as long as the person has a role in another.

They bind people who are signed in. The operator at the terminal can always help, and is bound by none.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from hashira.core.access import Principal, PrincipalKind
from hashira.core.accounts.errors import AccountNotFound
from hashira.core.accounts.models import Account, Organisation, Role, RoleAssignment
from hashira.core.accounts.roles import roles_of_kind
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class OwnAccount(HashiraError):
    """Somebody would change the own rights."""

    code = "CORE-110"
    status = 409
    what = Bilingual("自分のアカウントには行えません", "Not on one's own account")
    why = Bilingual(
        "自分の役割や二要素認証を自分で変えることはできません",
        "Nobody changes the own roles or second factors here",
    )
    remedy = Bilingual("ほかの管理者に依頼してください", "Ask another administrator")


class RolesElsewhere(HashiraError):
    """The account also has a role in another body."""

    code = "CORE-111"
    status = 409
    what = Bilingual("このアカウントには行えません", "Not on this account")
    why = Bilingual(
        "この人は別の団体の役割も持っています",
        "This person also has a role in another body",
    )
    remedy = Bilingual(
        "この団体での役割を終了するか、システムの管理者に依頼してください",
        "End the roles in your own body, or ask the operator of the system",
    )


class LastAdministrator(HashiraError):
    """Nobody else administers the body."""

    code = "CORE-112"
    status = 409
    what = Bilingual("最後の管理者です", "This is the last administrator")
    why = Bilingual(
        "団体に管理者がいなくなると、だれも職員を管理できません",
        "Without an administrator nobody could look after the staff of the body",
    )
    remedy = Bilingual("先に別の人を管理者にしてください", "Make somebody else an administrator first")


class RoleNotOfKind(HashiraError):
    """A role that bodies of this kind do not have."""

    code = "CORE-113"
    status = 422
    what = Bilingual("この団体では付与できない役割です", "This body cannot give that role")
    why = Bilingual(
        "市区町村の役割は市区町村、クラウドの運用は運用者だけが持ちます",
        "Only municipalities have municipal roles, only the operator runs the cloud",
    )
    remedy = Bilingual("一覧から選んでください", "Choose one from the list")


def check_not_oneself(actor: Principal, account: Account) -> None:
    """Raises ``OwnAccount``."""
    if actor.kind is PrincipalKind.STAFF and actor.id == str(account.pk):
        raise OwnAccount


def check_whole(actor: Principal, account: Account, organisation: str) -> None:
    """For what concerns the whole account; raises ``OwnAccount``, ``AccountNotFound``, ``RolesElsewhere``.

    An account without any role in the body, now or before, is as good as unknown there.
    """
    if actor.kind is not PrincipalKind.STAFF:
        return
    check_not_oneself(actor, account)
    assigned = RoleAssignment.objects.filter(account=account)
    if not assigned.filter(organisation_id=UUID(organisation)).exists():
        raise AccountNotFound
    if _running(assigned).exclude(organisation_id=UUID(organisation)).exists():
        raise RolesElsewhere


def check_one_left(actor: Principal, account: Account, organisation: str) -> None:
    """That somebody else administers the body, now and without an end; raises ``LastAdministrator``.

    The rows of the body's administrators are held: two of them cannot end each other at once.
    """
    if actor.kind is not PrincipalKind.STAFF:
        return
    administrators = _running(
        RoleAssignment.objects.select_for_update(no_key=True).filter(
            organisation_id=UUID(organisation), role=Role.ADMINISTRATOR, account__is_active=True
        )
    )
    holders = {row.account_id for row in administrators.order_by("pk")}
    if account.pk in holders and holders == {account.pk}:
        raise LastAdministrator


def check_role_of_kind(organisation: str, role: str) -> None:
    """Raises ``RoleNotOfKind``."""
    kind = Organisation.objects.values_list("kind", flat=True).get(pk=UUID(organisation))
    if role not in roles_of_kind(kind):
        raise RoleNotOfKind


def _running(assigned: QuerySet[RoleAssignment]) -> QuerySet[RoleAssignment]:
    now = datetime.now(UTC)
    return assigned.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now), valid_from__lte=now)
