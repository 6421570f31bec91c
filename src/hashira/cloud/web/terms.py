"""The operator's pages on how the selected services are vended (払出しの条件の画面)."""

from __future__ import annotations

from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.adapters.engines.registry import engine_keys
from hashira.cloud.domain.application.preflight import Terms
from hashira.cloud.selectors.services import ServiceNotFound
from hashira.cloud.selectors.vending_terms import terms_lines
from hashira.cloud.services.vending_terms import MOST_BASELINE, MOST_QUOTA, set_terms
from hashira.cloud.web.form_pages import attempt, form_page, now
from hashira.cloud.web.names import STANDINGS
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table

TERMS = Bilingual("払出しの条件", "Terms of vending")


class TermsForm(forms.Form):
    """Engine, regions, quota, cost, addresses."""

    engine = django_forms.ChoiceField(
        label=_("エンジン"), help_text=_("環境を実際に作る仕組み。この設置先で使えるものから選びます")
    )
    regions = django_forms.CharField(
        label=_("リージョン"),
        max_length=1000,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("1行に一つ。例：ap-northeast-1"),
    )
    account_quota = django_forms.IntegerField(
        label=_("アカウントの枠"),
        min_value=0,
        max_value=MOST_QUOTA,
        help_text=_("事業者が組織に認めている数。閉じたアカウントも、しばらく数えられます"),
    )
    baseline_yen = django_forms.DecimalField(
        label=_("ガードレールの費用（環境一つ、月、円、税込み）"),
        min_value=0,
        max_value=MOST_BASELINE,
        decimal_places=0,
        max_digits=10,
        help_text=_("記録、監視、脅威検知などの基本の費用。申請者に見せます"),
    )
    pool = django_forms.CharField(
        label=_("アドレスを提案する範囲"), max_length=64, help_text=_("例：10.0.0.0/8")
    )

    def terms(self) -> Terms:
        """The value."""
        said = self.cleaned_data
        regions = tuple(line.strip() for line in said["regions"].splitlines() if line.strip())
        return Terms(said["engine"], regions, said["account_quota"], said["baseline_yen"], said["pool"])


@access.requires("cloud:ManageTerms")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The services that can be chosen, with their terms."""
    table = Table(
        columns=(
            Column(
                "service",
                _("サービス"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:terms-edit", args=[one.id]),
            ),
            Column("standing", _("選定の状態"), choices=STANDINGS, filterable=True),
            Column("engine", _("エンジン"), value=lambda one: one.terms.engine if one.terms else None),
            Column("regions", _("リージョン"), value=lambda one: one.terms.regions if one.terms else None),
            Column(
                "quota",
                _("アカウントの枠"),
                numeric=True,
                value=lambda one: one.terms.account_quota if one.terms else None,
            ),
            Column(
                "baseline",
                _("ガードレールの費用（月、円）"),
                numeric=True,
                value=lambda one: one.terms.baseline_yen if one.terms else None,
            ),
            Column("pool", _("アドレスの範囲"), value=lambda one: one.terms.pool if one.terms else None),
        ),
        rows=terms_lines(),
        request=request,
        caption=TERMS,
        stacked=True,
    )
    if table.wants_csv:
        return table.csv_response("terms.csv")
    context = {"table": table, "any": bool(table.filters) or table.source.count({}) > 0}
    return render(request, "cloud/terms.html", context)


@access.requires("cloud:ManageTerms")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Lays down the terms of one service."""
    line = next((one for one in terms_lines() if one.id == service_id), None)
    if line is None:
        raise ServiceNotFound
    known = line.terms
    initial: dict[str, object] = {"pool": "10.0.0.0/8"}
    if known is not None:
        initial = {
            "engine": known.engine,
            "regions": "\n".join(known.regions),
            "account_quota": known.account_quota,
            "baseline_yen": known.baseline_yen,
            "pool": known.pool,
        }
    form = TermsForm(request.POST or None, initial=initial)
    form.fields["engine"].choices = [(key, key) for key in engine_keys()]
    back = reverse("cloud:terms")
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: set_terms(actor=request.principal, service_id=service_id, terms=form.terms(), at=now()),
        )
    ):
        return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=_("払出しの条件を決める"),
        button=_("条件を保存する"),
        back=back,
        parent=Link(TERMS, back),
        lead=_("審査の途中の申請の事前確認にも、すぐに効きます。"),
        facts=[(_("サービス"), line.service)],
    )
