"""What anybody reads: catalogues, what changed in them, services with their verdicts (公開の画面)."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from hashira.cloud.adapters.catalogue_file import MEDIA_TYPES, CatalogueFormat, file_name, write_catalogue
from hashira.cloud.domain.selection.catalogue_difference import Change, difference
from hashira.cloud.domain.selection.ismap import IsmapRegistration
from hashira.cloud.domain.selection.standing import STANDING_NAMES
from hashira.cloud.selectors.catalogues import (
    CatalogueLine,
    catalogue_line,
    catalogue_lines,
    catalogue_value,
    earlier_than,
    requirement_lines,
    rounds,
)
from hashira.cloud.selectors.service_documents import service_document, services_document
from hashira.cloud.selectors.services import (
    ServiceLine,
    ServiceView,
    offering_lines,
    service_lines,
    service_view,
)
from hashira.cloud.web.form_pages import today
from hashira.cloud.web.names import (
    CHANGES,
    EDITS,
    FIELDS,
    FINDINGS,
    KINDS,
    OBLIGATIONS,
    OFFERINGS,
    PROGRESS,
    ROUND_STATES,
    STANDING_KINDS,
    STANDINGS,
)
from hashira.core import access
from hashira.ui import charts
from hashira.ui.parts import Event
from hashira.ui.tables import Column, Table
from hashira.ui.wording import worded

_PUBLIC = "the selection of services is public"


@access.public(_PUBLIC)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The way in: services, catalogues, calls that are open, and who migrates first."""
    day = today()
    context = {
        "services": service_lines()[:5],
        "count": len(service_lines()),
        "catalogues": catalogue_lines()[:5],
        "rounds": [(one, dict(ROUND_STATES)[one.state]) for one in rounds(day) if one.state != "closed"],
        "standings": {one.value: kind for one, kind in STANDING_KINDS.items()},
    }
    return render(request, "cloud/index.html", context)


@access.public(_PUBLIC)
@require_safe
def catalogues(request: HttpRequest) -> HttpResponse:
    """The published versions of all catalogues."""
    table = Table(
        columns=(
            Column("title", _("一覧"), heading=True, sortable=True, link=_to_catalogue),
            Column("kind", _("種類"), choices=KINDS, filterable=True, value=lambda line: line.kind.value),
            Column("fiscal_year", _("年度"), sortable=True, value=lambda line: str(line.fiscal_year)),
            Column("version", _("版"), numeric=True),
            Column("requirements", _("要件の数"), numeric=True),
            Column("mandatory", _("うち必須"), numeric=True),
            Column("published_at", _("公開日時"), sortable=True),
        ),
        rows=catalogue_lines(),
        request=request,
        caption=_("公開された要件の一覧"),
        stacked=True,
        empty=_("公開された一覧はまだありません"),
    )
    if table.wants_csv:
        return table.csv_response("catalogues.csv")
    return render(request, "cloud/catalogues.html", {"table": table})


@access.public(_PUBLIC)
@require_safe
def catalogue(request: HttpRequest, catalogue_id: UUID) -> HttpResponse:
    """One version with all its requirements."""
    line = catalogue_line(catalogue_id)
    table = Table(
        columns=(
            Column("id", _("番号"), heading=True, filterable=True),
            Column("category", _("区分"), filterable=True),
            Column("mandatory", _("必須・任意"), choices=OBLIGATIONS, filterable=True),
            Column("text", _("要件"), filterable=True),
            Column("verified_by", _("確認の方法"), filterable=True),
        ),
        rows=requirement_lines(catalogue_id),
        request=request,
        caption=_("要件"),
        page_size=100,
        stacked=True,
    )
    if table.wants_csv:
        return table.csv_response(f"{line.kind.value}-{line.fiscal_year}-{line.version}.csv")
    context = {"line": line, "table": table, "facts": _facts(line), "earlier": earlier_than(line)}
    return render(request, "cloud/catalogue.html", context)


@access.public(_PUBLIC)
@cache_control(public=True, max_age=60)
@require_safe
def catalogue_file(request: HttpRequest, catalogue_id: UUID, format: str) -> HttpResponse:
    """One version as a spreadsheet or as OSCAL."""
    line = catalogue_line(catalogue_id)
    try:
        chosen = CatalogueFormat(format)
    except ValueError:
        raise Http404 from None
    value = catalogue_value(catalogue_id)
    content = write_catalogue(value, chosen, version=line.version, at=line.changed_at)
    response = HttpResponse(content, content_type=MEDIA_TYPES[chosen])
    name = quote(file_name(value, chosen, line.version))
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@access.public(_PUBLIC)
@require_safe
def catalogue_difference(request: HttpRequest, before: UUID, after: UUID) -> HttpResponse:
    """What changed between two versions, word by word."""
    old, new = catalogue_line(before), catalogue_line(after)
    found = difference(catalogue_value(before), catalogue_value(after))
    wanted = request.GET.get("change", "")
    words = dict(CHANGES)
    shown = [one for one in found.changes if not wanted or wanted in one.changes]
    context = {
        "old": old,
        "new": new,
        "counts": [(*pair, found.count(Change(pair[0])), pair[0] == wanted) for pair in CHANGES],
        "same": found.same,
        "changes": [
            {
                "id": one.id,
                "category": (one.after or one.before).category.ja if one.after or one.before else "",
                "kinds": [words[kind.value] for kind in Change if kind in one.changes],
                "text": (one.after or one.before).text.ja if one.after or one.before else "",
                "fields": [
                    (
                        FIELDS[field.field],
                        [(p.edit.value, EDITS.get(p.edit.value, ""), p.text) for p in field.pieces],
                    )
                    for field in one.fields
                ],
            }
            for one in shown
        ],
        "others": [line for line in catalogue_lines() if line.kind == new.kind and line.id != new.id],
    }
    return render(request, "cloud/difference.html", context)


@access.public(_PUBLIC)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """All decided services, and what else is listed; as a page, CSV or JSON."""
    if request.GET.get("format") == "json":
        return JsonResponse(services_document(), json_dumps_params={"ensure_ascii": False})
    table = Table(
        columns=(
            Column("service", _("サービス"), heading=True, sortable=True, filterable=True, link=_to_service),
            Column("providers", _("事業者"), filterable=True),
            Column("kind", _("種類"), choices=KINDS, filterable=True, value=lambda line: line.kind.value),
            Column("standing", _("選定の状態"), choices=STANDINGS, filterable=True),
            Column("until", _("条件の期限"), sortable=True),
            Column("decided_on", _("決定日"), sortable=True),
            Column("ismap", _("ISMAPの有効期限"), value=_ismap_end),
        ),
        rows=service_lines(),
        request=request,
        caption=_("選定したクラウドサービス"),
        stacked=True,
        empty=_("決定したサービスはまだありません"),
    )
    if table.wants_csv:
        return table.csv_response("services.csv")
    offerings = Table(
        columns=(
            Column("name", _("名前"), heading=True, filterable=True, sortable=True),
            Column("kind", _("種類"), choices=OFFERINGS, filterable=True),
            Column("supplier", _("事業者"), filterable=True),
            Column("description", _("説明")),
            Column("link", _("リンク"), link=lambda line: line.link or None),
        ),
        rows=offering_lines(),
        request=request,
        caption=_("製品と、サービス以外のもの"),
        name="offerings",
        stacked=True,
        empty=_("掲載しているものはありません"),
    )
    if offerings.wants_csv:
        return offerings.csv_response("offerings.csv")
    return render(request, "cloud/services.html", {"table": table, "offerings": offerings})


@access.public(_PUBLIC)
@require_safe
def service(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One service: the verdict with its reasons, every requirement, the conditions month by month."""
    view = service_view(proposal_id, today())
    if request.GET.get("format") == "json":
        return JsonResponse(service_document(view), json_dumps_params={"ensure_ascii": False})
    table = Table(
        columns=(
            Column("id", _("番号"), heading=True, filterable=True, value=lambda one: one.requirement.id),
            Column("category", _("区分"), filterable=True, value=lambda one: one.requirement.category),
            Column(
                "mandatory",
                _("必須・任意"),
                choices=OBLIGATIONS,
                filterable=True,
                value=lambda one: one.requirement.mandatory,
            ),
            Column("text", _("要件"), value=lambda one: one.requirement.text),
            Column(
                "finding", _("評価"), choices=FINDINGS, filterable=True, value=lambda one: one.finding.value
            ),
            Column("planned_on", _("期日")),
            Column("reason", pgettext_lazy("of a judgement", "理由")),
        ),
        rows=view.findings,
        request=request,
        caption=_("要件ごとの評価"),
        page_size=50,
        stacked=True,
    )
    if table.wants_csv:
        return table.csv_response(f"service-{proposal_id}.csv")
    words = dict(PROGRESS)
    context = {
        "view": view,
        "table": table,
        "facts": _service_facts(view),
        "chip": (STANDING_KINDS[view.line.standing], STANDING_NAMES[view.line.standing]),
        "chart": _chart(view),
        "conditions": [
            {
                "line": one,
                "reports": [
                    (report, words[report.judgement.value] if report.judgement else _("確認中"))
                    for report in one.reports
                ],
            }
            for one in view.conditions
        ],
        "history": [
            Event(one.at, STANDING_NAMES[one.standing], body=_("期限が過ぎたため") if one.by_clock else "")
            for one in view.history
        ],
    }
    return render(request, "cloud/service.html", context)


def _chart(view: ServiceView) -> charts.Chart | None:
    if not view.months:
        return None
    return charts.stacked(
        title=_("条件の月ごとの状況"),
        labels=[f"{one.month:%Y-%m}" for one in view.months],
        series=[
            charts.Series(_("満たした"), tuple(one.met for one in view.months)),
            charts.Series(_("期限の前"), tuple(one.open for one in view.months)),
            charts.Series(_("期限を過ぎた"), tuple(one.late for one in view.months)),
        ],
        unit=_("件"),
        description=_("各月の末日の状況です。今月は今日の状況です。"),
        label_heading=_("月"),
    )


def _service_facts(view: ServiceView) -> list[tuple[object, object]]:
    line = view.line
    facts: list[tuple[object, object]] = [
        (_("事業者"), line.providers),
        (_("種類"), dict(KINDS)[line.kind.value]),
        (_("公募"), line.round_title),
        (_("決定日"), line.decided_on),
    ]
    if line.until is not None:
        facts.append((_("条件の期限"), line.until))
    if line.registration is not None:
        facts += _ismap_facts(line.registration)
    for key, label in (("mandatory", _("必須の要件")), ("optional", _("任意の要件"))):
        counted = view.counts[key]
        parts = [f"{worded(words)} {counted[value]}" for value, words in FINDINGS if counted.get(value)]
        facts.append((label, tuple(parts)))
    return facts


def _ismap_facts(registration: IsmapRegistration) -> list[tuple[object, object]]:
    return [
        (_("ISMAPの登録番号"), registration.number),
        (_("ISMAPの登録日"), registration.registered_on),
        (_("ISMAPの有効期限"), registration.expires_on),
    ]


def _ismap_end(line: ServiceLine) -> object:
    return line.registration.expires_on if line.registration else None


def _facts(line: CatalogueLine) -> list[tuple[object, object]]:
    return [
        (_("種類"), line.kind_name),
        (_("年度"), str(line.fiscal_year)),
        (_("版"), line.version),
        (_("要件の数"), line.requirements),
        (_("うち必須"), line.mandatory),
        (_("公開日時"), line.published_at),
        (_("内容の指紋（SHA-256）"), line.digest),
    ]


def _to_catalogue(line: CatalogueLine) -> str:
    return reverse("cloud:catalogue", args=[line.id])


def _to_service(line: ServiceLine) -> str:
    return reverse("cloud:service", args=[line.id])
