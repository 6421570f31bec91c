"""A session of staff opens on the word of a directory, and says so ever after (セッション)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from hashira.core.accounts.models import Account
from hashira.core.accounts.principals import DIRECTORY


def open_for(
    request: HttpRequest,
    account: Account,
    *,
    directory: str,
    organisation: str,
    second_factor: bool,
    authenticated_at: datetime | None,
    return_to: str,
) -> HttpResponse:
    """Ends whatever session the browser had and signs the account in, or asks for its second factor first.

    ``authenticated_at``: when the directory asked the person; ``None`` if it did not say, and then the
    sign-in counts as one of long ago where a recent one is needed.
    """
    request.session.flush()
    _record(request, account, directory, organisation, second_factor, authenticated_at)
    login = Login(user=account, redirect_url=return_to or reverse("home"))
    answer: HttpResponse = perform_login(request, login)
    return answer


def confirm(
    request: HttpRequest,
    *,
    directory: str,
    organisation: str,
    second_factor: bool,
    authenticated_at: datetime,
) -> None:
    """The person of this session has just shown to the directory that it is they."""
    _record(
        request, request.user, directory, organisation, second_factor, authenticated_at, reauthenticated=True
    )


def directory_of(request: HttpRequest) -> str:
    """The id of the directory that opened this session, else an empty text."""
    records = get_authentication_records(request, request.user)
    return next((str(r["directory"]) for r in records if r.get("method") == DIRECTORY), "")


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor of the account, unless the directory has proved one in this session."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        if any(r.get("method") == DIRECTORY and r.get("second_factor") is True for r in records):
            return False
        return bool(super()._should_handle(request))


def _record(
    request: HttpRequest,
    account: Any,
    directory: str,
    organisation: str,
    second_factor: bool,
    authenticated_at: datetime | None,
    **more: bool,
) -> None:
    record_authentication(
        request,
        account,
        DIRECTORY,
        directory=directory,
        organisation=organisation,
        second_factor=second_factor,
        # The time of the library is that of our page; a directory may have asked hours ago.
        at=authenticated_at.timestamp() if authenticated_at else 0.0,
        **more,
    )
