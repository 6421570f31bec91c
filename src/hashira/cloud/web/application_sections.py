"""The pages of an application, one section a page, saved as one goes (利用申請の入力の画面)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hashira.cloud.domain.application.chain import EDITABLE
from hashira.cloud.domain.application.draft import SECTION_NAMES, SECTIONS_OF, Draft, Section
from hashira.cloud.domain.application.parts import (
    ProviderPart,
)
from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.selectors.applications import ApplicationView
from hashira.cloud.selectors.vending_terms import TermsLine, terms_lines
from hashira.cloud.services.applications import save_draft
from hashira.cloud.web import application_forms as entry
from hashira.cloud.web.application_answers import (
    section_url,
)
from hashira.cloud.web.applications import opened
from hashira.cloud.web.form_pages import attempt, form_page, now
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.wording import worded


@access.requires("cloud:OpenApplications")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, application_id: UUID, section: str) -> HttpResponse:
    """One section that is one form."""
    view = writing(request, application_id)
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
    return page(request, view, form, title=SECTION_NAMES[which], lead=LEADS.get(which, ""))


def save(
    request: HttpRequest, view: ApplicationView, section: Section, change: Callable[[Draft], Draft]
) -> None:
    """Saves one page."""
    save_draft(
        actor=request.principal, application_id=view.line.id, change=change, page=section.value, at=now()
    )


def writing(request: HttpRequest, application_id: UUID) -> ApplicationView:
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


def page(
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
LEADS: dict[Section, Any] = {
    Section.CONTACT: _("この申請について、運用者が尋ねる相手です。"),
    Section.PROVIDER: _("選定された、または条件付きで選定されたサービスから選びます。"),
    Section.PAYMENT: _("支払区分は、団体の種類で決まります。レートは、予算要求の計算に使います。"),
    Section.ENVIRONMENTS: _("本番と検証は別の環境です。開発環境は、CI/CD を使うシステムだけが持てます。"),
    Section.ROLES: _("責任者と技術担当者は必ず一人ずつ要ります。共同利用には、運用管理補助者も要ります。"),
    Section.EXCEPTIONS: _(
        "ふつうは要りません。ないときは、何も加えずに戻ってください。例外があると、評価が一段階増えます。"
    ),
}
