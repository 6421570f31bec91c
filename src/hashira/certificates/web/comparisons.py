"""The pages of comparisons and bulk corrections: rows side by side, preview, undo (比較と一括訂正)."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote, urlencode

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.comparison import CORRECTABLE, FIELD_NAMES
from hashira.certificates.domain.import_state import BUSY, ImportState
from hashira.certificates.selectors import imports as import_selectors
from hashira.certificates.selectors.comparing import ComparedRows, KindCount, kind_counts, preview_of
from hashira.certificates.services import bulk_correction, imports
from hashira.certificates.store.models import DoseImport
from hashira.certificates.web.import_forms import FileForm
from hashira.certificates.web.imports import STEPS, file_facts, found_or_404, job_of, organisations_of
from hashira.core import access
from hashira.core.access import Principal, Resource
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.pages import page_view
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import worded

ROWS = 25
_VIEW, _PREPARE = "certificates:ViewImports", "certificates:PrepareImport"


class CorrectionForm(forms.Form):
    """Why the file is right and the register is not."""

    reason = django_forms.CharField(
        label=_("訂正の理由"),
        max_length=400,
        help_text=_("すべての訂正の履歴に残ります。例: 予診票との突合の結果"),
    )


class UndoForm(forms.Form):
    """Why the bulk correction is taken back."""

    reason = django_forms.CharField(label=_("取り消す理由"), max_length=400)


def _actor(request: HttpRequest) -> Principal:
    return request.principal


@access.requires(_VIEW)
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The comparisons of the own municipality."""
    table = Table(
        columns=[
            Column(
                "uploaded_at",
                _("受付日時"),
                sortable=True,
                heading=True,
                link=lambda line: reverse("certificates:comparison", args=[line.id]),
            ),
            Column("source", _("取込元"), sortable=True, filterable=True),
            Column("file_name", _("ファイル")),
            Column("state", _("状態"), value=lambda line: _state_words(line.state)),
            Column("rows", _("行数"), numeric=True, sortable=True),
        ],
        rows=import_selectors.imports_of(_actor(request), DoseImport.Purpose.COMPARE),
        request=request,
        caption=_("比較の一覧"),
        initial_order=Order(key="uploaded_at", falling=True),
        stacked=True,
        downloadable=False,
    )
    context = {"table": table, "any": table.source.count({})}
    return render(request, "certificates/comparisons/index.html", context)


@access.requires(_PREPARE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first step: hand in a file to compare."""
    actor = _actor(request)
    organisations = organisations_of(actor)
    posted = request.method == "POST"
    form = FileForm(
        request.POST if posted else None, request.FILES if posted else None, organisations=organisations
    )
    if posted and form.is_valid():
        chosen = form.cleaned_data
        organisation = uuid.UUID(chosen["organisation"])
        try:
            made, kept = imports.keep_file(
                actor=actor, organisation_id=organisation, chunks=chosen["file"].chunks(1024 * 1024)
            )
            imports.register_file(
                actor=actor,
                organisation_id=organisation,
                import_id=made,
                kept=kept,
                file_name=chosen["file"].name,
                source_name=chosen["source"],
                purpose=DoseImport.Purpose.COMPARE,
            )
        except access.AccessDenied:
            raise
        except HashiraError as error:
            form.add_error("file", error.message(get_language() or "ja"))
        else:
            return HttpResponseRedirect(reverse("certificates:import-columns", args=[made]))
    sources = sorted({name for code, _name in organisations for name in import_selectors.sources_of(code)})
    context = {"form": form, "sources": sources, "steps": STEPS[:3], "step": 1}
    return render(request, "certificates/comparisons/new.html", context, status=422 if form.errors else 200)


@access.requires(_VIEW)
@never_cache
@found_or_404
@require_safe
def show(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Where a comparison stands, and its rows side by side."""
    actor = _actor(request)
    view = import_selectors.import_view(actor, import_id)
    counts = kind_counts(import_id)
    kind, field = _wanted(request, counts)
    rows = ComparedRows(actor, import_id, kind=kind, field=field)
    page = page_view(
        total=rows.count(),
        size=ROWS,
        asked=request.GET.get("page", "1"),
        address=lambda number: f"?{urlencode({'kind': kind, 'field': field, 'page': number})}",
    )
    resource = Resource("Certificates::Import", str(view.id), str(view.organisation_id))
    job = job_of(view)
    context: dict[str, Any] = {
        "view": view,
        "state_words": _state_words(view.state),
        "job": job,
        "stuck": view.state in BUSY and (job is None or job.state in {"failed", "cancelled"}),
        "tabs": _tabs(counts, kind),
        "kind": kind,
        "field": field,
        "fields": [(name, worded(words)) for name, words in FIELD_NAMES.items()],
        "page": page,
        "rows": list(rows.page(page.start, page.stop)),
        "chosen": sum(one.chosen for one in counts),
        "correctable": kind in CORRECTABLE,
        "choosing": view.state == ImportState.CHECKED,
        "file_facts": file_facts(view),
        "outcome": _outcome(view),
        "may_undo": view.state == ImportState.APPLIED
        and access.may(actor, "certificates:UndoBulkCorrection", resource),
        "may_correct": access.may(actor, "certificates:CorrectInBulk", resource),
    }
    return render(request, "certificates/comparisons/show.html", context)


@access.requires(_PREPARE)
@never_cache
@found_or_404
@require_POST
def choose(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Keeps which rows of a page are chosen, or chooses all of a kind."""
    kind, field, act = (request.POST.get(name, "") for name in ("kind", "field", "act"))
    actor = _actor(request)
    if act in {"all", "none"} and kind in CORRECTABLE:
        bulk_correction.choose_rows(
            actor=actor, import_id=import_id, chosen=act == "all", kind=kind, field=field
        )
    else:
        shown, ticked = _numbers(request, "shown"), _numbers(request, "row")
        for rows, chosen in ((shown & ticked, True), (shown - ticked, False)):
            bulk_correction.choose_rows(
                actor=actor, import_id=import_id, chosen=chosen, rows=tuple(sorted(rows))
            )
    where = urlencode({"kind": kind, "field": field, "page": request.POST.get("page", "1")[:9]})
    return HttpResponseRedirect(reverse("certificates:comparison", args=[import_id]) + f"?{where}#rows")


@access.requires("certificates:CorrectInBulk")
@never_cache
@found_or_404
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """What the bulk correction would do, its reason, and doing it."""
    actor = _actor(request)
    view = import_selectors.import_view(actor, import_id)
    form = CorrectionForm(request.POST or None, initial={"reason": view.reason})
    if request.method == "POST" and form.is_valid():
        try:
            bulk_correction.request_correction(
                actor=actor, import_id=import_id, reason=form.cleaned_data["reason"]
            )
        except bulk_correction.NothingChosen as error:
            form.add_error(None, error.message(get_language() or "ja"))
        except imports.WrongState:  # pressed twice: the page says where it stands
            return _to_page(import_id)
        else:
            return _to_page(import_id)
    preview = preview_of(actor, import_id)
    facts = [
        (_("訂正する行"), preview.rows),
        (_("記録が変わる人"), preview.people),
        *((worded(one.words), one.chosen) for one in preview.kinds),
        (_("失効する証明書"), preview.certificates),
    ]
    context = {"view": view, "form": form, "facts": facts, "preview": preview}
    return render(
        request, "certificates/comparisons/correct.html", context, status=422 if form.errors else 200
    )


@access.requires("certificates:UndoBulkCorrection")
@never_cache
@found_or_404
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Takes a whole bulk correction back, with a reason."""
    actor = _actor(request)
    view = import_selectors.import_view(actor, import_id)
    if view.state != ImportState.APPLIED:
        return _to_page(import_id)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            bulk_correction.request_undo(actor=actor, import_id=import_id, reason=form.cleaned_data["reason"])
        except bulk_correction.UndoOver as error:
            form.add_error(None, error.message(get_language() or "ja"))
        else:
            return _to_page(import_id)
    context = {"view": view, "form": form}
    return render(request, "certificates/comparisons/undo.html", context, status=422 if form.errors else 200)


@access.requires(_VIEW)
@never_cache
@found_or_404
@require_safe
def download(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """All compared rows of a kind as CSV, streamed."""
    counts = kind_counts(import_id)
    kind, field = _wanted(request, counts)
    rows = ComparedRows(_actor(request), import_id, kind=kind, field=field)
    response = StreamingHttpResponse(
        rows.csv_lines(get_language() or "ja"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('比較.csv')}"
    return response


def _wanted(request: HttpRequest, counts: tuple[KindCount, ...]) -> tuple[str, str]:
    """The kind and the field that were asked for; the first kind that has rows for nothing."""
    kind, field = request.GET.get("kind", ""), request.GET.get("field", "")
    if kind != "chosen" and kind not in {one.kind for one in counts}:
        kind = next((one.kind for one in counts if one.rows), counts[0].kind)
    return kind, field if field in FIELD_NAMES else ""


def _tabs(counts: tuple[KindCount, ...], kind: str) -> list[Link]:
    tabs = [
        Link(f"{worded(one.words)}（{one.rows:,}）", f"?kind={one.kind}#rows", current=one.kind == kind)
        for one in counts
    ]
    chosen = sum(one.chosen for one in counts)
    return [
        *tabs,
        Link(_("選んだ行（%(n)s）") % {"n": f"{chosen:,}"}, "?kind=chosen#rows", current=kind == "chosen"),
    ]


def _numbers(request: HttpRequest, name: str) -> set[int]:
    given = request.POST.getlist(name)[: 10 * ROWS]
    return {int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19}


def _state_words(state: str) -> object:
    return {
        "uploaded": _("列の対応づけ待ち"),
        "checking": _("比較中"),
        "checked": _("比較済み"),
        "applying": _("訂正中"),
        "applied": _("訂正済み"),
        "undoing": _("取消し中"),
        "undone": _("取消し済み"),
        "cancelled": _("中止"),
    }[state]


def _outcome(view: import_selectors.ImportView) -> list[tuple[Any, Any]]:
    if view.applied_at is None:
        return []
    rows = [
        (_("訂正した日時"), view.applied_at),
        (_("訂正の理由"), view.reason),
        (_("訂正した行"), view.written.get("done", 0)),
        (_("台帳が変わっていたため訂正しなかった行"), view.written.get("moved", 0)),
        (_("失効した証明書"), view.written.get("revoked", 0)),
    ]
    if view.undone_at is not None:
        rows += [
            (_("取り消した日時"), view.undone_at),
            (_("取り消した行"), view.undone.get("undone", 0)),
            (_("その後の変更があるため残した行"), view.undone.get("left", 0)),
            (_("取消しで失効した証明書"), view.undone.get("revoked", 0)),
        ]
    return rows


def _to_page(import_id: uuid.UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("certificates:comparison", args=[import_id]))
