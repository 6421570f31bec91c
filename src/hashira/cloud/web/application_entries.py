"""The pages of what an application has several of: environments, people, exceptions (申請の一覧の項目)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.application.chain import EDITABLE
from hashira.cloud.domain.application.draft import SECTION_NAMES, Draft, Section
from hashira.cloud.domain.application.names import ROLE_NAMES, STAGE_NAMES
from hashira.cloud.domain.application.parts import MOST_ENVIRONMENTS, MOST_EXCEPTIONS, MOST_ROLES
from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.domain.guardrails import GUARDRAILS
from hashira.cloud.selectors.application_facts import proposed_range
from hashira.cloud.selectors.applications import ApplicationView
from hashira.cloud.selectors.vending_terms import terms_lines
from hashira.cloud.web import application_forms as entry
from hashira.cloud.web.application_answers import (
    environment_words,
    exception_words,
    role_words,
    section_url,
)
from hashira.cloud.web.application_sections import LEADS, page, save, writing
from hashira.cloud.web.applications import APPLICATIONS
from hashira.cloud.web.form_pages import attempt, today
from hashira.core import access

_INTENTS = {one.id: one.intent for one in GUARDRAILS}


@access.requires("cloud:OpenApplications")
@never_cache
@require_safe
def environments(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The environments so far."""
    view = writing(request, application_id)
    items = [
        (
            STAGE_NAMES[one.stage],
            environment_words(one),
            reverse("cloud:application-environment", args=[application_id, one.key]),
        )
        for one in view.draft.environments
    ]
    return _list(
        request,
        view,
        Section.ENVIRONMENTS,
        items,
        "cloud:application-environment-new",
        _("環境を加える"),
        MOST_ENVIRONMENTS,
    )


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def environment(request: HttpRequest, application_id: UUID, key: UUID | None = None) -> HttpResponse:
    """One environment: new, changed, or taken away; a free range is put in on request."""
    view = writing(request, application_id)
    known = view.draft.environment(str(key)) if key is not None else None
    if key is not None and known is None:
        raise Http404
    if known is not None and "remove" in request.POST:
        save(
            request,
            view,
            Section.ENVIRONMENTS,
            lambda draft: replace(
                draft, environments=tuple(one for one in draft.environments if one.key != known.key)
            ),
        )
        return HttpResponseRedirect(section_url(application_id, Section.ENVIRONMENTS))
    initial = entry.EnvironmentForm.initial_of(known) if known is not None else _like_the_last(view.draft)
    form = entry.EnvironmentForm(request.POST or None, initial=initial)
    proposing = "propose" in request.POST
    if proposing:
        form = entry.EnvironmentForm(
            initial=request.POST.dict() | {"address_ranges": _proposed(view, str(key or ""))}
        )
    elif request.method == "POST" and form.is_valid():

        def change(draft: Draft) -> Draft:
            if known is None and len(draft.environments) >= MOST_ENVIRONMENTS:
                raise refuse(
                    "stage", f"環境は{MOST_ENVIRONMENTS}までです", f"There are up to {MOST_ENVIRONMENTS}"
                )
            return draft.with_environment(form.part(known.key if known else "", draft))

        if attempt(form, lambda: save(request, view, Section.ENVIRONMENTS, change)):
            return HttpResponseRedirect(section_url(application_id, Section.ENVIRONMENTS))
    return page(
        request,
        view,
        form,
        title=_("環境を直す") if known else _("環境を加える"),
        parent=Section.ENVIRONMENTS,
        remove=_("この環境をやめる") if known else "",
        propose=_("空いている範囲を入れる"),
        proposed=proposing,
    )


@access.requires("cloud:OpenApplications")
@never_cache
@require_safe
def roles(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The people so far."""
    view = writing(request, application_id)
    items = [
        (
            ROLE_NAMES[one.role],
            role_words(one),
            reverse("cloud:application-role", args=[application_id, number]),
        )
        for number, one in enumerate(view.draft.roles)
    ]
    return _list(
        request, view, Section.ROLES, items, "cloud:application-role-new", _("担当者を加える"), MOST_ROLES
    )


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, application_id: UUID, index: int | None = None) -> HttpResponse:
    """One person with a role."""
    view = writing(request, application_id)
    known = _at(view.draft.roles, index)
    initial = (
        entry.RoleForm.initial_of(known)
        if known is not None
        else {
            "organisation": view.body.ja,
            "valid_from": today(),
            "valid_until": entry.default_role_end(today()),
        }
    )
    form = entry.RoleForm(request.POST or None, initial=initial)

    def put(draft: Draft, made: tuple[Any, ...]) -> Draft:
        others = tuple(one for one in draft.roles if one != known)
        if len(others) + len(made) > MOST_ROLES:
            raise refuse("role", f"担当者は{MOST_ROLES}人までです", f"There are up to {MOST_ROLES} people")
        if any((one.role, one.email) == (made[0].role, made[0].email) for one in others) if made else False:
            raise refuse("email", "同じ人が、同じ役割でもういます", "This person has this role already")
        return replace(draft, roles=(*others, *made))

    return _one_of(
        request,
        view,
        form,
        Section.ROLES,
        known is not None,
        put,
        _("担当者を直す"),
        _("担当者を加える"),
        _("この担当者を外す"),
    )


@access.requires("cloud:OpenApplications")
@never_cache
@require_safe
def exceptions(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The exceptions asked for so far; usually there is none."""
    view = writing(request, application_id)
    items = [
        (
            _INTENTS.get(one.guardrail, one.guardrail),
            exception_words(one),
            reverse("cloud:application-exception", args=[application_id, number]),
        )
        for number, one in enumerate(view.draft.exceptions)
    ]
    return _list(
        request,
        view,
        Section.EXCEPTIONS,
        items,
        "cloud:application-exception-new",
        _("例外を加える"),
        MOST_EXCEPTIONS,
    )


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exception(request: HttpRequest, application_id: UUID, index: int | None = None) -> HttpResponse:
    """One exception."""
    view = writing(request, application_id)
    known = _at(view.draft.exceptions, index)
    initial = {"guardrail": known.guardrail, "reason": known.reason, "until": known.until} if known else {}
    form = entry.ExceptionForm(request.POST or None, initial=initial)

    def put(draft: Draft, made: tuple[Any, ...]) -> Draft:
        others = tuple(one for one in draft.exceptions if one != known)
        if made and any(one.guardrail == made[0].guardrail for one in others):
            raise refuse(
                "guardrail", "このガードレールの例外は、もうあります", "There is an exception to it already"
            )
        return replace(draft, exceptions=(*others, *made))

    return _one_of(
        request,
        view,
        form,
        Section.EXCEPTIONS,
        known is not None,
        put,
        _("例外を直す"),
        _("例外を加える"),
        _("この例外をやめる"),
    )


def _one_of(
    request: HttpRequest,
    view: ApplicationView,
    form: Any,
    which: Section,
    known: bool,
    put: Callable[[Draft, tuple[Any, ...]], Draft],
    edit: Any,
    add: Any,
    remove: Any,
) -> HttpResponse:
    """A page of one entry of a list: saved, or taken away."""
    back = section_url(view.line.id, which)
    if known and "remove" in request.POST:
        save(request, view, which, lambda draft: put(draft, ()))
        return HttpResponseRedirect(back)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: save(request, view, which, lambda draft: put(draft, (form.part(),))))
    ):
        return HttpResponseRedirect(back)
    return page(
        request, view, form, title=edit if known else add, parent=which, remove=remove if known else ""
    )


def _list(
    request: HttpRequest,
    view: ApplicationView,
    which: Section,
    items: list[tuple[Any, str, str]],
    new: str,
    add: Any,
    most: int,
) -> HttpResponse:
    if view.line.state not in EDITABLE:
        return HttpResponseRedirect(reverse("cloud:application", args=[view.line.id]))
    context = {
        "view": view,
        "title": SECTION_NAMES[which],
        "lead": LEADS[which],
        "items": items,
        "new_url": reverse(new, args=[view.line.id]) if len(items) < most else "",
        "add": add,
        "list_label": APPLICATIONS,
    }
    return render(request, "cloud/application_list.html", context)


def _at(entries: tuple[Any, ...], index: int | None) -> Any:
    if index is None:
        return None
    if index >= len(entries):
        raise Http404
    return entries[index]


def _like_the_last(draft: Draft) -> dict[str, object]:
    """Budget item and authority are mostly those of the environment before."""
    if not draft.environments:
        return {}
    shown = entry.EnvironmentForm.initial_of(draft.environments[-1])
    return {key: shown[key] for key in ("currency", "budget_code", "expense_authority")}


def _proposed(view: ApplicationView, key: str) -> str:
    part = view.draft.provider
    terms = next((one.terms for one in terms_lines() if part and str(one.id) == part.service), None)
    if terms is None:
        return ""
    also = [text for one in view.draft.environments if one.key != key for text in one.address_ranges]
    return proposed_range(terms, view.line.use, today(), also) or ""
