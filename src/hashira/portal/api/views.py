"""The documentation of the API, and the page of one's tokens (APIの説明・トークンの画面)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.core import access
from hashira.core.api.scope import known_scopes
from hashira.core.api.tokens import MAX_DAYS, create_token, revoke_token, tokens_of
from hashira.kernel.errors import HashiraError
from hashira.portal.api.reference import error_entries, groups
from hashira.ui import forms
from hashira.ui.wording import worded


class TokenForm(forms.Form):
    """What a token is for, what it may do, and for how long."""

    name = django_forms.CharField(label=_("名前"), max_length=80, help_text=_("使うシステムが分かる名前"))
    scopes = django_forms.MultipleChoiceField(
        label=_("できること"), widget=django_forms.CheckboxSelectMultiple
    )
    days = django_forms.IntegerField(
        label=_("有効な日数"),
        min_value=1,
        max_value=MAX_DAYS,
        initial=90,
        widget=django_forms.NumberInput(attrs={"data-width": "4"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.key, worded(scope.title)) for scope in known_scopes()]


@access.public("the description of the API is for everybody")
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """Every operation, and every error code with what to do."""
    context = {"groups": groups(f"{request.scheme}://{request.get_host()}"), "error_entries": error_entries()}
    return render(request, "portal/api/documentation.html", context)


@access.requires("accounts:ViewTokens")
@never_cache
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens."""
    titles = {scope.key: scope.title for scope in known_scopes()}
    found = [
        {"token": one, "scopes": [titles[key] for key in one.scopes if key in titles]}
        for one in tokens_of(request.principal, at=datetime.now(UTC))
    ]
    return render(request, "portal/api/tokens.html", {"tokens": found})


@access.requires("accounts:CreateToken")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Makes a token and shows it, this once."""
    form = TokenForm(request.POST or None)
    token, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                token = create_token(actor=request.principal, at=datetime.now(UTC), **form.cleaned_data)
                status = 201
            except HashiraError as error:
                form.add_error(None, error.message(get_language() or "ja"))
    context = {"form": form, "token": token}
    return render(request, "portal/api/new_token.html", context, status=status)


@access.requires("accounts:RevokeToken")
@never_cache
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Ends a token at once."""
    revoke_token(actor=request.principal, token_id=token_id, at=datetime.now(UTC))
    messages.success(request, _("トークンを取り消しました"))
    return HttpResponseRedirect(reverse("api-tokens"))
