"""The door of a view: who passes, who is sent to a page where they could come to pass, who is refused."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from hashira.core import access
from hashira.core.access import AccessDenied, Principal, PrincipalKind

STAFF = Principal(PrincipalKind.STAFF, "1", second_factor=True)


@access.requires("portal:ViewOwnAccount")
def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


@access.requires("certificates:OpenOwnPages")
def residents_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


def visit(principal: Principal, page=view, method: str = "get") -> HttpResponse:
    request = getattr(RequestFactory(), method)("/account?tab=1")
    request.principal = principal
    with patch("hashira.core.access.declaration.reverse", lambda name: f"/{name}"):
        return page(request)


def test_who_may_passes() -> None:
    assert visit(STAFF).content == b"inside"


def test_a_stranger_is_sent_to_sign_in_and_comes_back() -> None:
    assert visit(Principal.anonymous()).url == "/sign-in?next=%2Faccount%3Ftab%3D1"


def test_what_a_stranger_sends_is_not_repeated_after_signing_in() -> None:
    assert visit(Principal.anonymous(), method="post").url == "/sign-in"


def test_staff_with_a_password_alone_are_sent_to_their_second_factor() -> None:
    assert visit(replace(STAFF, second_factor=False)).url.startswith("/second-factor?next=")


@pytest.mark.parametrize("second_factor", [True, False])
def test_who_could_not_pass_anyway_is_refused(second_factor: bool) -> None:
    with pytest.raises(AccessDenied):
        visit(replace(STAFF, second_factor=second_factor), residents_only)


def test_a_view_says_what_it_requires() -> None:
    assert view.access_declaration.action == "portal:ViewOwnAccount"
