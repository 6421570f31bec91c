"""The pages of an application, one section a page, saved as one goes (利用申請の入力の画面)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.application.chain import EDITABLE
from hashira.cloud.domain.application.draft import SECTION_NAMES, SECTIONS_OF, Draft, Section
from hashira.cloud.domain.application.names import ROLE_NAMES, STAGE_NAMES
from hashira.cloud.domain.application.parts import (
    MOST_ENVIRONMENTS,
    MOST_EXCEPTIONS,
    MOST_ROLES,
    ProviderPart,
)
from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.domain.guardrails import GUARDRAILS
from hashira.cloud.selectors.application_facts import proposed_range
from hashira.cloud.selectors.applications import ApplicationView
from hashira.cloud.selectors.vending_terms import TermsLine, terms_lines
from hashira.cloud.services.applications import save_draft
from hashira.cloud.web import application_forms as entry
from hashira.cloud.web.application_answers import (
    environment_words,
    exception_words,
    role_words,
    section_url,
)
from hashira.cloud.web.applications import APPLICATIONS, opened
from hashira.cloud.web.form_pages import attempt, form_page, now, today
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.wording import worded

_INTENTS = {one.id: one.intent for one in GUARDRAILS}


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, application_id: UUID, section: str) -> HttpResponse:
    """One section that is one form."""
    view = _writing(request, application_id)
    try:
        which = Section(section)
    except ValueError:
        raise Http404 from None
    if which not in SECTIONS_OF[view.line.kind] or which not in _PAGES:
        raise Http404
    form, change = _PAGES[which](request, view)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: _save(request, view, which, change))
    ):
        return HttpResponseRedirect(reverse("cloud:application", args=[view.line.id]))
    return _page(request, view, form, title=SECTION_NAMES[which], lead=_LEADS.get(which, ""))


@access.requires("cloud:OpenApplications")
@never_cache
@require_safe
def environments(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The environments so far."""
    view = _writing(request, application_id)
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
    view = _writing(request, application_id)
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
    return _page(
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
    view = _writing(request, application_id)
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
    view = _writing(request, application_id)
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
    view = _writing(request, application_id)
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
    view = _writing(request, application_id)
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


def save(
    request: HttpRequest, view: ApplicationView, section: Section, change: Callable[[Draft], Draft]
) -> None:
    """Saves one page."""
    save_draft(
        actor=request.principal, application_id=view.line.id, change=change, page=section.value, at=now()
    )


def _writing(request: HttpRequest, application_id: UUID) -> ApplicationView:
    """The application for whoever writes it."""
    view = opened(request, application_id)
    access.require(request.principal, "cloud:EditApplication", view.resource)
    return view


def _save(
    request: HttpRequest,
    view: ApplicationView,
    which: Section,
    change: Callable[[], Callable[[Draft], Draft]],
) -> None:
    save(request, view, which, change())


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
    return _page(
        request, view, form, title=edit if known else add, parent=which, remove=remove if known else ""
    )


def _page(
    request: HttpRequest,
    view: ApplicationView,
    form: forms.Form,
    *,
    title: Any,
    lead: Any = "",
    parent: Section | None = None,
    **more: Any,
) -> HttpResponse:
    if view.line.state not in EDITABLE:
        return HttpResponseRedirect(reverse("cloud:application", args=[view.line.id]))
    whole = reverse("cloud:application", args=[view.line.id])
    back = section_url(view.line.id, parent) if parent is not None else whole
    found = form_page(
        request,
        form,
        title=title,
        button=pgettext_lazy("an application", "保存する"),
        back=back,
        parent=Link(
            SECTION_NAMES[parent] if parent is not None else Bilingual(view.line.number, view.line.number),
            back,
        ),
        lead=lead,
        **more,
    )
    if more.get("proposed"):
        found.status_code = 200
    return found


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
        "lead": _LEADS[which],
        "items": items,
        "new_url": reverse(new, args=[view.line.id]) if len(items) < most else "",
        "add": add,
        "list_label": APPLICATIONS,
    }
    return render(request, "cloud/application_list.html", context)


def _contact(request: HttpRequest, view: ApplicationView) -> tuple[Any, Any]:
    part = view.draft.contact
    initial = (
        {"department": part.department, "name": part.name, "email": part.email, "phone": part.phone}
        if part
        else {"name": request.principal.display}
    )
    form = entry.ContactForm(request.POST or None, initial=initial)
    return form, lambda: _set(contact=form.part())


def _changing(request: HttpRequest, view: ApplicationView) -> tuple[Any, Any]:
    form = entry.ChangeForm(request.POST or None, initial={"change_reason": view.draft.change_reason})
    return form, lambda: _set(change_reason=form.part())


def _ending(request: HttpRequest, view: ApplicationView) -> tuple[Any, Any]:
    part = view.draft.ending
    initial = {"ends_on": part.ends_on, "reason": part.reason, "data": part.data.value} if part else {}
    form = entry.EndingForm(request.POST or None, initial=initial)
    return form, lambda: _set(ending=form.part())


def _system(request: HttpRequest, view: ApplicationView) -> tuple[Any, Any]:
    form = entry.SystemForm(request.POST or None, initial=entry.SystemForm.initial_of(view.draft.system))
    return form, lambda: _set(system=form.part())


def _provider(request: HttpRequest, view: ApplicationView) -> tuple[Any, Any]:
    part, offered = view.draft.provider, terms_lines()
    initial = {"service": part.service, "region": part.region, "reasons": part.reasons} if part else {}
    form = entry.ProviderForm(request.POST or None, initial=initial)
    form.fields["service"].choices = [(str(one.id), _service_words(one)) for one in offered]
    regions = dict.fromkeys(region for one in offered if one.terms for region in one.terms.regions)
    form.fields["region"].choices = [(one, one) for one in regions]
    if not offered:
        form.fields["service"].help_text = _("いま選べるサービスはありません。選定されると、ここに出ます")

    def part_of() -> ProviderPart:
        said = form.cleaned_data
        chosen = next(one for one in offered if str(one.id) == said["service"])
        if chosen.terms is not None and said["region"] not in chosen.terms.regions:
            raise refuse(
                "region",
                f"このサービスのリージョンは {'、'.join(chosen.terms.regions)} です",
                f"The regions of this service are {', '.join(chosen.terms.regions)}",
            )
        return ProviderPart(said["service"], chosen.service.ja, said["region"], said["reasons"].strip())

    return form, lambda: _set(provider=part_of())


def _service_words(one: TermsLine) -> str:
    words = worded(one.service)
    if one.until is not None:
        words += worded(_("（条件付き、%(day)sまで）")) % {"day": one.until.isoformat()}
    if one.terms is None:
        return words + worded(_("（払出しの準備中）"))
    return words + worded(_("（%(regions)s）")) % {"regions": "、".join(one.terms.regions)}


def _usage(request: HttpRequest, view: ApplicationView) -> tuple[Any, Any]:
    part = view.draft.usage
    initial = (
        {"sharing": part.sharing.value, "isolation": part.isolation.value, "bodies": "\n".join(part.bodies)}
        if part
        else {}
    )
    form = entry.UsageForm(request.POST or None, initial=initial)
    return form, lambda: _set(usage=form.part(view.line.body_code))


def _information(request: HttpRequest, view: ApplicationView) -> tuple[Any, Any]:
    part = view.draft.information
    initial = (
        {
            "information_class": part.information_class.value,
            "personal": "yes" if part.personal else "no",
            "description": part.description,
        }
        if part
        else {}
    )
    form = entry.InformationForm(request.POST or None, initial=initial)
    return form, lambda: _set(information=form.part())


def _payment(request: HttpRequest, view: ApplicationView) -> tuple[Any, Any]:
    part = view.draft.payment
    initial = (
        {
            "starts_on": part.starts_on,
            "payment": part.payment.value,
            "yen_per_dollar": part.yen_per_dollar,
            "rate_source": part.rate_source,
        }
        if part
        else {}
    )
    form = entry.PaymentForm(request.POST or None, initial=initial)
    return form, lambda: _set(payment=form.part())


def _set(**parts: Any) -> Callable[[Draft], Draft]:
    return lambda draft: replace(draft, **parts)


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


_PAGES = {
    Section.CONTACT: _contact,
    Section.CHANGE: _changing,
    Section.ENDING: _ending,
    Section.SYSTEM: _system,
    Section.PROVIDER: _provider,
    Section.USAGE: _usage,
    Section.INFORMATION: _information,
    Section.PAYMENT: _payment,
}
_LEADS: dict[Section, Any] = {
    Section.CONTACT: _("この申請について、運用者が尋ねる相手です。"),
    Section.PROVIDER: _("選定された、または条件付きで選定されたサービスから選びます。"),
    Section.PAYMENT: _("支払区分は、団体の種類で決まります。レートは、予算要求の計算に使います。"),
    Section.ENVIRONMENTS: _("本番と検証は別の環境です。開発環境は、CI/CD を使うシステムだけが持てます。"),
    Section.ROLES: _("責任者と技術担当者は必ず一人ずつ要ります。共同利用には、運用管理補助者も要ります。"),
    Section.EXCEPTIONS: _(
        "ふつうは要りません。ないときは、何も加えずに戻ってください。例外があると、評価が一段階増えます。"
    ),
}
