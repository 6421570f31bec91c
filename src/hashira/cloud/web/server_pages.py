"""What the pages of servers share: who may open one, what is said after an act, its forms (共通の部分)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hashira.cloud.selectors import servers as selectors
from hashira.cloud.web.form_pages import done, form_page
from hashira.core import access, jobs
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Link

SERVERS = Bilingual("サーバー", "Servers")


def opened(request: HttpRequest, server_id: UUID, action: str) -> selectors.ServerView:
    """The server, if the reader may do that with it; else as if there were none, or refused."""
    view = selectors.server_view(server_id)
    if not access.may(request.principal, "cloud:ViewServers", view.line.resource):
        raise selectors.ServerNotFound
    access.require(request.principal, action, view.line.resource)
    return view


def acted(request: HttpRequest, server_id: UUID, act: Callable[[], object], said: object) -> HttpResponse:
    """Does it and leads back to the server, with what came of it."""
    opened(request, server_id, "cloud:ViewServers")
    return done(request, reverse("cloud:server", args=[server_id]), act, said)


def to_server(server_id: UUID) -> HttpResponse:
    """Back to the page of the server."""
    return HttpResponseRedirect(reverse("cloud:server", args=[server_id]))


def server_form(
    request: HttpRequest,
    form: django_forms.Form,
    view: selectors.ServerView,
    title: Any,
    button: Any,
    lead: Any,
    *,
    facts: list[tuple[object, object]] | None = None,
    danger: bool = False,
) -> HttpResponse:
    """The page of a form about a server."""
    line = view.line
    return form_page(
        request,
        form,
        title=title,
        button=button,
        back=reverse("cloud:server", args=[line.id]),
        parent=Link(SERVERS, reverse("cloud:servers")),
        lead=lead,
        facts=[
            (_("サーバー"), line.name),
            (_("状態"), line.state.label),
            (_("団体"), line.body_name),
            (_("システム"), line.system_name),
            *(facts or []),
        ],
        danger=danger,
    )


def job_of(job_id: UUID | None) -> jobs.JobView | None:
    """A job, if it is still known."""
    if job_id is None:
        return None
    try:
        return jobs.view(job_id)
    except jobs.JobNotFound:
        return None
