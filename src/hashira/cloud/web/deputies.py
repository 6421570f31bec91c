"""The pages on which a deputy is named for a time (代理の画面)."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.selectors import deputies as selectors
from hashira.cloud.services import deputies as services
from hashira.cloud.web.form_pages import ConfirmForm, attempt, form_page, now, today
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table
from hashira.ui.wording import worded

DEPUTIES = Bilingual("代理", "Deputies")
_STATES = (
    ("soon", _("これから")),
    ("now", _("いま代理です")),
    ("over", _("終わりました")),
    ("ended", _("やめました")),
)


class DeputyForm(forms.Form):
    """Who is away, who stands in, for how long."""

    post = django_forms.ChoiceField(label=_("不在になる人と役割"))
    deputy = django_forms.ChoiceField(label=_("代理の人"), help_text=_("同じ団体の職員から選びます"))
    valid_from = forms.EraDateField(label=_("始まりの日"), earliest=today)
    valid_until = forms.EraDateField(
        label=_("終わりの日"), help_text=_("この日まで。92日以内"), earliest=today
    )
    reason = django_forms.CharField(label=_("不在の理由"), max_length=400, help_text=_("例：研修、休暇"))


@access.requires("cloud:OpenDeputies")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The deputies that concern whoever asks."""
    day = today()
    table = Table(
        columns=(
            Column("absent", _("不在の人"), heading=True, filterable=True),
            Column("role_title", pgettext_lazy("of one person", "役割")),
            Column("organisation", _("団体"), filterable=True),
            Column("deputy", _("代理の人"), filterable=True),
            Column("valid_from", _("始まりの日"), sortable=True),
            Column("valid_until", _("終わりの日"), sortable=True),
            Column("state", _("状態"), value=lambda one: one.state(day), choices=_STATES, filterable=True),
            Column(
                "end",
                _("操作"),
                value=lambda one: worded(_("やめる")) if _endable(request, one) else "",
                link=lambda one: (
                    reverse("cloud:deputy-end", args=[one.id]) if _endable(request, one) else None
                ),
            ),
        ),
        rows=selectors.deputies_of(request.principal),
        request=request,
        caption=DEPUTIES,
        stacked=True,
        downloadable=False,
    )
    context = {
        "table": table,
        "any": bool(table.filters) or table.source.count({}) > 0,
        "may_name": bool(selectors.posts_of(request.principal)),
    }
    return render(request, "cloud/deputies.html", context)


def _endable(request: HttpRequest, one: selectors.DeputyLine) -> bool:
    open_ = one.state(today()) in ("soon", "now")
    return open_ and access.may(request.principal, "cloud:NameDeputy", one.resource)


@access.requires("cloud:OpenDeputies")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Names a deputy."""
    posts = selectors.posts_of(request.principal)
    form = DeputyForm(request.POST or None, initial={"valid_from": today()})
    form.fields["post"].choices = [(key, worded(words)) for key, words in posts]
    bodies = {key.split(":")[1] for key, _words in posts}
    form.fields["deputy"].choices = selectors.colleagues(bodies)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _name(request, form)):
        return HttpResponseRedirect(reverse("cloud:deputies"))
    return form_page(
        request,
        form,
        title=_("代理を決める"),
        button=_("代理を決める"),
        back=reverse("cloud:deputies"),
        parent=Link(DEPUTIES, reverse("cloud:deputies")),
        lead=_(
            "代理の人は、期間のあいだ、不在の人に代わって確認や承認をします。記録には、二人の名前が残ります。"
            "自分が書いた申請は、代理でも決められません。"
        ),
    )


def _name(request: HttpRequest, form: DeputyForm) -> None:
    said = form.cleaned_data
    role, organisation, absent = said["post"].split(":")
    if said["valid_until"] < said["valid_from"]:
        raise refuse("valid_until", "終わりの日が始まりの日より前です", "It ends before it begins")
    services.name_deputy(
        actor=request.principal,
        organisation_id=UUID(organisation),
        role=role,
        absent_id=UUID(absent),
        deputy_id=UUID(said["deputy"]),
        valid_from=said["valid_from"],
        valid_until=said["valid_until"],
        reason=said["reason"],
        at=now(),
    )


@access.requires("cloud:OpenDeputies")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, deputy_id: UUID) -> HttpResponse:
    """Ends it at once."""
    line = selectors.deputy_line(deputy_id)
    if not access.may(request.principal, "cloud:NameDeputy", line.resource):
        raise selectors.DeputyNotFound
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    back = reverse("cloud:deputies")
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: services.end_deputy(actor=request.principal, deputy_id=deputy_id, at=now()))
    ):
        return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=_("代理を終える"),
        button=_("代理を終える"),
        back=back,
        parent=Link(DEPUTIES, back),
        lead=_("代理の人がもう確認や承認をしたことは、そのまま残ります。"),
        facts=[
            (_("不在の人"), line.absent),
            (_("代理の人"), line.deputy),
            (_("始まりの日"), line.valid_from),
            (_("終わりの日"), line.valid_until),
        ],
        danger=True,
    )
