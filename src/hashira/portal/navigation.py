"""What every page shows around its content: the menu, the foot, the notice of the environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hashira.core.access.principal import Principal, PrincipalKind
from hashira.kernel.language import Bilingual
from hashira.portal.cloud_menu import operator_groups
from hashira.portal.desk_menu import Entry, desk_groups, settings_entries, works_at_a_desk
from hashira.ui.parts import Link, LinkGroup

_OPERATOR = "cloud_operator"
_DEVELOPMENT = (
    Bilingual("開発環境", "Development"),
    Bilingual(
        "検証用の環境です。本物の個人情報を入れないでください",
        "This installation is for trying things out. Enter no real personal data",
    ),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menus ``site_navigation`` and ``menu_groups``, and the other links of a page."""
    links = [(Bilingual("ホーム", "Home"), reverse("home"))]
    if "certificates" in settings.HASHIRA_SYSTEMS:
        links.append((Bilingual("証明書を確かめる", "Verify a certificate"), reverse("certificates:verify")))
        links += _receive_link(request)
        links += _certificates_links(request)
    if "regulations" in settings.HASHIRA_SYSTEMS:
        links += _regulations_links(request)
    if "cloud" in settings.HASHIRA_SYSTEMS:
        links += _cloud_links(request)
    groups = _menu_groups(request)
    place = _place(
        request.path, [url for _, url in links] + [url for _, entries in groups for _, url in entries]
    )
    return {
        "site_navigation": [_marked(label, url, request.path, place) for label, url in links],
        "menu_groups": [
            LinkGroup(name, [_marked(label, url, request.path, place) for label, url in entries])
            for name, entries in groups
        ],
        "account_links": _account_links(request),
        "footer_links": [
            Link(Bilingual("数値", "Figures"), reverse("figures")),
            Link("API", reverse("api")),
            *_trust_link(),
            Link(Bilingual("デザインシステム", "Design system"), reverse("ui:gallery")),
        ],
        "environment_notice": _DEVELOPMENT if settings.DEVELOPMENT else None,
    }


def _place(path: str, addresses: list[str]) -> str:
    """Of the addresses of a menu the one that the page belongs to: the longest beginning of its address."""
    held = [url for url in addresses if url != "/" and path.startswith(url.rstrip("/") + "/")]
    return max(held, key=len, default="")


def _marked(label: Bilingual, url: str, path: str, place: str) -> Link:
    return Link(label, url, current=path == url, within=url == place and path != url)


def _receive_link(request: HttpRequest) -> list[tuple[Bilingual, str]]:
    """For whoever holds a code from the counter: not for staff at work."""
    principal: Principal | None = getattr(request, "principal", None)
    if principal is not None and principal.kind is PrincipalKind.STAFF:
        return []
    return [(Bilingual("証明書を受け取る", "Receive a certificate"), reverse("certificates:receive"))]


def _trust_link() -> list[Link]:
    """Whose certificates can be verified here: for whoever verifies."""
    if "certificates" not in settings.HASHIRA_SYSTEMS:
        return []
    return [
        Link(Bilingual("確かめられる発行者", "Issuers that can be verified"), reverse("certificates:trust"))
    ]


def _administration_link(principal: Principal) -> list[Link]:
    """For administrators of a body: its staff."""
    if all(grant.role != "administrator" for grant in principal.grants):
        return []
    return [Link(Bilingual("職員の管理", "Staff"), reverse("staff"))]


def _certificates_links(request: HttpRequest) -> list[tuple[Bilingual, str]]:
    """The pages of certificates that are this person's: the own records, or the register and its imports."""
    principal: Principal | None = getattr(request, "principal", None)
    if principal is None:
        return []
    if principal.kind is PrincipalKind.RESIDENT:
        return [(Bilingual("わたしの接種記録", "My vaccination records"), reverse("certificates:own"))]
    roles = {grant.role for grant in principal.grants}
    return settings_entries() if "administrator" in roles and not works_at_a_desk(principal) else []


def _menu_groups(request: HttpRequest) -> tuple[tuple[Bilingual, Sequence[Entry]], ...]:
    """The menu of the staff of a municipality, and that of the operator of the cloud."""
    principal: Principal | None = getattr(request, "principal", None)
    if principal is None:
        return ()
    desk = "certificates" in settings.HASHIRA_SYSTEMS and works_at_a_desk(principal)
    operates = "cloud" in settings.HASHIRA_SYSTEMS and any(g.role == _OPERATOR for g in principal.grants)
    return (*(desk_groups(principal) if desk else ()), *(operator_groups() if operates else ()))


def _regulations_links(request: HttpRequest) -> list[tuple[Bilingual, str]]:
    """The review, and for those who work with law the search and what was found."""
    front = (Bilingual("アナログ規制の見直し", "Analog regulations"), reverse("regulations:index"))
    principal: Principal | None = getattr(request, "principal", None)
    if principal is None or all(grant.role != "legal_officer" for grant in principal.grants):
        return [front]
    return [
        front,
        (Bilingual("法令の全文検索", "Search of law"), reverse("regulations:search")),
        (Bilingual("洗い出した条項", "Findings"), reverse("regulations:findings")),
    ]


def _cloud_links(request: HttpRequest) -> list[tuple[Bilingual, str]]:
    """The selection of services, and what is one's own work in it, unless the menu of the operator has it."""
    front = (Bilingual("ガバメントクラウド", "Government Cloud"), reverse("cloud:index"))
    principal: Principal | None = getattr(request, "principal", None)
    roles = {grant.role for grant in principal.grants} if principal is not None else set()
    found = [front]
    if "cloud_provider" in roles:
        found.append((Bilingual("サービスの提案", "Proposals"), reverse("cloud:proposals")))
    if "cloud_assessor" in roles and _OPERATOR not in roles:
        found.append((Bilingual("評価と決定", "Assessment and decision"), reverse("cloud:assessment")))
        found.append((Bilingual("利用申請の承認", "Approval of applications"), reverse("cloud:approvals")))
    if "cloud_applicant" in roles and _OPERATOR not in roles:
        found.append((Bilingual("環境", "Environments"), reverse("cloud:environments")))
        found.append((Bilingual("サーバー", "Servers"), reverse("cloud:servers")))
        found.append((Bilingual("ガードレールの例外", "Guardrail exceptions"), reverse("cloud:exceptions")))
    if "cloud_applicant" in roles:
        found.append((Bilingual("利用申請", "Applications for use"), reverse("cloud:applications")))
        found.append((Bilingual("先行事業", "Early migration"), reverse("cloud:early")))
    return found + _stand_in_links(principal, roles)


def _stand_in_links(principal: Principal | None, roles: set[str]) -> list[tuple[Bilingual, str]]:
    """For whoever has no role of the cloud and is somebody's deputy today."""
    if principal is None or principal.kind is not PrincipalKind.STAFF or any("cloud" in one for one in roles):
        return []
    from hashira.cloud.selectors.deputies import deputy_roles
    from hashira.kernel.clock import SystemClock, today_in_japan

    held = {role for role, _body in deputy_roles(principal.id, today_in_japan(SystemClock()))}
    found = []
    if "cloud_applicant" in held:
        found.append(
            (Bilingual("利用申請（代理）", "Applications (as deputy)"), reverse("cloud:applications"))
        )
    if held & {"cloud_operator", "cloud_assessor"}:
        found.append((Bilingual("承認（代理）", "Approval (as deputy)"), reverse("cloud:approvals")))
    return found


def _account_links(request: HttpRequest) -> list[Link]:
    """The resident who is signed in, with the way out; for somebody not known, the way in."""
    principal: Principal | None = getattr(request, "principal", None)
    if principal is None or principal.kind is PrincipalKind.ANONYMOUS:
        return [Link(Bilingual("サインイン", "Sign in"), reverse("sign-in"))]
    if principal.kind is PrincipalKind.STAFF:
        return [
            Link(principal.display, reverse("account")),
            *_administration_link(principal),
            Link(Bilingual("ジョブ", "Jobs"), reverse("jobs:index")),
            Link(Bilingual("サインアウト", "Sign out"), reverse("account_logout"), post=True),
        ]
    name = principal.display or Bilingual("住民", "Resident")
    return [
        Link(name),
        Link(Bilingual("サインアウト", "Sign out"), reverse("resident-sign-out"), post=True),
    ]
