"""Vaccine programmes: what is in force, and a new version that two people look at (プログラムの画面)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.certificates.domain.vaccine_product import VaccineProduct
from hashira.certificates.domain.vaccine_programme import MAX_OCTETS, Change
from hashira.certificates.selectors.programmes import (
    ProgrammeLine,
    RequestLine,
    changes_of,
    document_of,
    products_of,
    programme_lines,
    request_lines,
    versions_of,
)
from hashira.certificates.services import programme as services
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.tables import Column, Table

_ASK, _DECIDE = "certificates:RequestProgramme", "certificates:DecideProgramme"
_STATES = (
    ("waiting", _("承認待ち")),
    ("expired", _("期限切れ")),
    ("approved", _("承認")),
    ("rejected", _("却下")),
    ("withdrawn", _("取下げ")),
)
_VERSIONS = (("past", _("過去")), ("now", _("いま有効")), ("coming", _("開始前")))
_PARTS = {
    "title": _("名称"),
    "valid_from": _("開始日"),
    "notes": _("証明書に載せる文"),
    "name": _("製品名"),
    "maker": _("製造販売"),
    "disease": _("病気"),
    "series": _("回数の数え方"),
    "cvx_codes": "CVX",
    "icd11_codes": "ICD-11",
    "icd11_disease": _("病気のICD-11コード"),
    "eu_codes": _("EUのコード"),
    "icvp_codes": _("WHOの製品番号"),
    "seal_name": _("海外用に書く名前"),
    "since": _("初めて認められた日"),
    "most": _("ふつうの最大回数"),
    "course": _("初回の接種回数"),
    "intervals": _("接種間隔"),
    "retired_on": _("終了日"),
}


class FileForm(forms.Form):
    """A version of a programme as a file."""

    file = forms.FileField(label=_("プログラムのファイル（JSON）"), max_bytes=MAX_OCTETS, accept=(".json",))


class DecisionForm(forms.Form):
    """No field: the button that was pressed says the decision."""


@access.requires(_ASK)
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The programmes in force, and the requests for new versions."""

    def address(line: ProgrammeLine) -> str:
        return reverse("certificates:programme", args=[line.name])

    def to_request(line: RequestLine) -> str:
        return reverse("certificates:programme-request", args=[line.id])

    table = Table(
        columns=(
            Column("name", _("プログラム"), sortable=True, heading=True, link=address),
            Column("title", _("名称")),
            Column("version", _("版"), numeric=True),
            Column("valid_from", _("開始日"), sortable=True),
            Column("products", _("製品の数"), numeric=True, sortable=True),
            Column("coming", _("次の版")),
        ),
        rows=programme_lines(),
        request=request,
        caption=_("いま有効なプログラム"),
        stacked=True,
    )
    if table.wants_csv:
        return table.csv_response("programmes.csv")
    requests = Table(
        columns=(
            Column("requested_at", _("申請日時"), sortable=True, heading=True, link=to_request),
            Column("programme", _("プログラム"), filterable=True),
            Column("version", _("版"), numeric=True),
            Column("valid_from", _("開始日")),
            Column("requested_by", _("申請した人")),
            Column("state", _("状態"), choices=_STATES, filterable=True),
        ),
        rows=request_lines(request.principal, datetime.now(UTC)),
        request=request,
        caption=_("新しい版の申請"),
        name="requests",
        stacked=True,
        downloadable=False,
        empty=_("申請はまだありません"),
    )
    return render(request, "certificates/programmes/index.html", {"table": table, "requests": requests})


@access.requires(_ASK)
@never_cache
@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """The products of a programme; with ``?format=json`` its document, as a start for the next version."""
    products = products_of(name)
    if products is None:
        raise Http404
    if request.GET.get("format") == "json":
        return _file(name, request.GET.get("version", ""))
    table = Table(
        columns=(
            Column("code", _("製品コード"), sortable=True, heading=True),
            Column("name", _("製品名"), sortable=True),
            Column("maker", _("製造販売"), filterable=True),
            Column("cvx", "CVX"),
            Column("icd11", "ICD-11"),
            Column("eu", _("EUのコード"), value=_eu),
            Column("most", _("ふつうの最大回数"), numeric=True),
            Column("retired_on", _("終了日"), sortable=True),
        ),
        rows=products,
        request=request,
        caption=_("製品"),
        stacked=True,
    )
    if table.wants_csv:
        return table.csv_response(f"{name}.csv")
    line = next(one for one in programme_lines() if one.name == name)
    versions = Table(
        columns=(
            Column(
                "version",
                _("版"),
                heading=True,
                link=lambda row: f"?format=json&version={row.version}",
            ),
            Column("valid_from", _("開始日"), sortable=True),
            Column("products", _("製品の数"), numeric=True),
            Column("state", _("状態"), choices=_VERSIONS),
        ),
        rows=versions_of(name),
        request=request,
        caption=_("版の一覧（版の番号からファイルを取り出せます）"),
        name="versions",
        stacked=True,
        downloadable=False,
    )
    context = {
        "table": table,
        "line": line,
        "versions": versions,
        "earlier": [one for one in versions_of(name) if one.state == "past"],
    }
    return render(request, "certificates/programmes/show.html", context)


def _file(name: str, version: str) -> HttpResponse:
    """The last version as a file, or the one of that number."""
    wanted = int(version) if version.isascii() and version.isdigit() else None
    document = document_of(name, version=wanted)
    if document is None:
        raise Http404
    label = f"{name}-{wanted}" if wanted else name
    return HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=2) + "\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{label}.json"'},
    )


def _eu(product: VaccineProduct) -> str:
    return product.eu_codes[-1].medicine if product.eu_codes else ""


@access.requires(_ASK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Takes a file, shows what it changes, and asks for it: two steps, and nothing is in force by them."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and "confirmed" in request.POST:
        try:
            made = services.request_version(
                actor=request.principal,
                octets=request.POST.get("document", "").encode(),
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            form = FileForm()
            return _refused(request, form, error)
        return HttpResponseRedirect(reverse("certificates:programme-request", args=[made]))
    if request.method == "POST" and form.is_valid():
        try:
            seen = services.preview(form.cleaned_data["file"].read())
        except HashiraError as error:
            blame(form, error)
        else:
            return preview_page(request, seen)
    return render(request, "certificates/programmes/new.html", {"form": form}, status=status_of(request))


def preview_page(request: HttpRequest, seen: services.Preview) -> HttpResponse:
    """What a version changes, before it is asked for."""
    context = {
        "seen": seen,
        "document": json.dumps(seen.document, ensure_ascii=False),
        "table": _changes(request, seen.changes),
        "facts": _facts(seen),
    }
    return render(request, "certificates/programmes/preview.html", context)


def _refused(request: HttpRequest, form: FileForm, error: HashiraError) -> HttpResponse:
    context = {"form": form, "refusal": error}
    return render(request, "certificates/programmes/new.html", context, status=error.status)


@access.requires(_DECIDE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """A request with its differences; a second administrator decides here."""
    now = datetime.now(UTC)
    line = next((one for one in request_lines(request.principal, now) if one.id == request_id), None)
    if line is None:
        raise Http404
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        decision = request.POST.get("decision")
        if decision == "withdraw":
            try:
                services.withdraw_version(actor=request.principal, request_id=request_id, at=now)
            except HashiraError as error:
                blame(form, error)
            else:
                return HttpResponseRedirect(reverse("certificates:programme-request", args=[request_id]))
        elif decision not in ("approve", "reject"):
            form.add_error(None, _("承認か却下を選んでください"))
        else:
            try:
                services.decide_version(
                    actor=request.principal,
                    request_id=request_id,
                    approved=decision == "approve",
                    digest=request.POST.get("digest", ""),
                    at=now,
                )
            except HashiraError as error:
                blame(form, error)
            else:
                return HttpResponseRedirect(reverse("certificates:programme-request", args=[request_id]))
    context = {
        "form": form,
        "line": line,
        "may_withdraw": line.own if line.state == "waiting" else line.withdrawable,
        "table": _changes(request, changes_of(request_id)),
        "facts": [
            (_("プログラム"), line.programme),
            (_("版"), line.version),
            (_("開始日"), line.valid_from),
            (_("内容の要約値（SHA-256）"), line.digest),
            (_("申請した人"), line.requested_by),
            (_("申請日時"), line.requested_at),
            (_("状態"), dict(_STATES)[line.state]),
            (_("決めた人"), line.decided_by),
            (_("決めた日時"), line.decided_at),
        ],
    }
    return render(request, "certificates/programmes/request.html", context, status=status_of(request))


def _facts(seen: services.Preview) -> list[tuple[object, object]]:
    programme = seen.programme
    return [
        (_("プログラム"), programme.name),
        (_("名称"), programme.title),
        (_("版"), programme.version),
        (_("開始日"), programme.valid_from),
        (_("製品の数"), len(programme.products)),
        (_("内容の要約値（SHA-256）"), seen.digest),
    ]


def _changes(request: HttpRequest, changes: tuple[Change, ...]) -> Table:
    return Table(
        columns=(
            Column("product", _("製品コード"), heading=True),
            Column("part", _("項目"), value=lambda change: _PARTS.get(change.part, change.part)),
            Column("before", _("いま")),
            Column("after", _("新しい版")),
        ),
        rows=changes,
        request=request,
        caption=_("変わるところ"),
        name="changes",
        stacked=True,
        downloadable=False,
        empty=_("変わるところはありません"),
    )
