"""The menus of desk and operator: what each role finds in it, and which entry a page is marked by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from tests.certificates.people import clerk, municipality

from hashira.core.access import Grant, Principal
from hashira.portal.navigation import navigation

pytestmark = pytest.mark.django_db
Asked = Callable[..., dict[str, Any]]


@pytest.fixture
def shown(rf: RequestFactory) -> Asked:
    def ask(path: str, principal: Principal) -> dict[str, Any]:
        request: HttpRequest = rf.get(path)
        request.principal = principal  # type: ignore[attr-defined]
        return navigation(request)

    return ask


def staff(*roles: str) -> Principal:
    city = municipality()
    grants = tuple(Grant(role, str(city.pk)) for role in roles)
    known = clerk(city)
    return Principal(known.kind, known.id, grants=grants, second_factor=True)


def urls(menu: dict[str, Any]) -> list[str]:
    return [link.url for group in menu["menu_groups"] for link in group.links]


@pytest.mark.parametrize(
    ("roles", "found", "kept"),
    [
        (("municipal_clerk",), 13, {"/certificates/protection/", "/certificates/keys/"}),
        (("municipal_supervisor",), 14, {"/certificates/keys/"}),
        (("municipal_supervisor", "administrator"), 16, set()),
    ],
)
def test_each_role_finds_its_work_once(
    shown: Asked, roles: tuple[str, ...], found: int, kept: set[str]
) -> None:
    menu = shown("/", staff(*roles))
    assert len(urls(menu)) == len(set(urls(menu))) == found
    assert not kept & set(urls(menu))
    assert len(menu["menu_groups"]) == 4
    assert not set(urls(menu)) & {link.url for link in menu["site_navigation"]}


@pytest.mark.parametrize("roles", [(), ("cloud_assessor",), ("cloud_applicant",), ("municipal_clerk",)])
def test_the_operator_of_the_cloud_finds_its_work_once(shown: Asked, roles: tuple[str, ...]) -> None:
    menu = shown("/cloud/baseline/emergencies/", staff("cloud_operator", *roles))
    listed = urls(menu) + [link.url for link in menu["site_navigation"]]
    assert len(listed) == len(set(listed))
    assert {"/cloud/approvals/", "/cloud/environments/", "/cloud/servers/", "/cloud/surveys/"} <= set(
        urls(menu)
    )


def test_others_have_no_menu_of_a_desk_and_administrators_their_settings(shown: Asked) -> None:
    assert shown("/", Principal.anonymous())["menu_groups"] == []
    menu = shown("/certificates/programmes/new", staff("administrator"))
    assert menu["menu_groups"] == []
    assert [link.url for link in menu["site_navigation"] if link.within] == ["/certificates/programmes/"]


@pytest.mark.parametrize(
    ("path", "marked", "itself"),
    [
        ("/certificates/register/", "/certificates/register/", True),
        ("/certificates/register/new", "/certificates/register/", False),
        ("/certificates/delegations/agreement", "/certificates/delegations/", False),
        ("/certificates/registers", "", False),
        ("/account/", "", False),
    ],
)
def test_a_page_is_marked_by_the_entry_to_which_it_belongs(
    shown: Asked, path: str, marked: str, itself: bool
) -> None:
    menu = shown(path, staff("municipal_clerk"))
    links = [link for group in menu["menu_groups"] for link in group.links] + menu["site_navigation"]
    assert [link.url for link in links if link.current or link.within] == ([marked] if marked else [])
    assert any(link.current for link in links) is itself
