"""The pages of an import: list, new file, columns, preview, outcome, undoing (取込みの画面)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.import_encoding import Encoding
from hashira.certificates.domain.import_field import ImportField, field_of
from hashira.certificates.domain.import_state import BUSY, ImportState
from hashira.certificates.selectors import imports as selectors
from hashira.certificates.services import imports as services
from hashira.certificates.store.models.imports import DoseImport
from hashira.certificates.web.import_forms import ApplyForm, ColumnsForm, FileForm, ReadingForm, UndoForm
from hashira.core import access, jobs
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation
from hashira.kernel.errors import HashiraError
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import shown_bytes

STEPS = (_("ファイル"), _("列の対応づけ"), _("内容の確認"), _("取込み"))
_VIEW, _PREPARE = "certificates:ViewImports", "certificates:PrepareImport"


def _actor(request: HttpRequest) -> Principal:
    return request.principal


def found_or_404(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An import that does not exist is a page that does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DoseImport.DoesNotExist:
            raise Http404 from None

    return guarded


@access.requires(_VIEW)
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The imports of the own municipality, with their states."""
    table = Table(
        columns=[
            Column(
                "uploaded_at",
                _("受付日時"),
                sortable=True,
                heading=True,
                link=lambda line: reverse("certificates:import", args=[line.id]),
            ),
            Column("source", _("取込元"), sortable=True, filterable=True),
            Column("file_name", _("ファイル")),
            Column("state_words", _("状態")),
            Column("rows", _("行数"), numeric=True, sortable=True),
            Column("errors", _("エラーの行"), numeric=True, sortable=True),
        ],
        rows=selectors.imports_of(_actor(request)),
        request=request,
        caption=_("取込みの一覧"),
        initial_order=Order(key="uploaded_at", falling=True),
        stacked=True,
        downloadable=False,
    )
    return render(request, "certificates/imports/index.html", {"table": table, "any": table.source.count({})})


@access.requires(_PREPARE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first step: hand in a file."""
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
            import_id, kept = services.keep_file(
                actor=actor, organisation_id=organisation, chunks=chosen["file"].chunks(1024 * 1024)
            )
            services.register_file(
                actor=actor,
                organisation_id=organisation,
                import_id=import_id,
                kept=kept,
                file_name=chosen["file"].name,
                source_name=chosen["source"],
            )
        except access.AccessDenied:
            raise
        except HashiraError as error:
            form.add_error("file", error.message(get_language() or "ja"))
        else:
            return HttpResponseRedirect(reverse("certificates:import-columns", args=[import_id]))
    sources = sorted({name for code, _name in organisations for name in selectors.sources_of(code)})
    context = {"form": form, "steps": STEPS, "step": 1, "sources": sources}
    return render(request, "certificates/imports/new.html", context, status=422 if form.errors else 200)


@access.requires(_PREPARE)
@never_cache
@found_or_404
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """The second step: how the file is read, what its columns and values mean."""
    actor = _actor(request)
    view = selectors.import_view(actor, import_id)
    if view.state not in {ImportState.UPLOADED, ImportState.CHECKING, ImportState.CHECKED}:
        return _to_page(import_id)
    action = request.POST.get("action")
    if action == "reading":
        reading = ReadingForm(request.POST, prefix="reading")
        if reading.is_valid():
            encoding, delimiter = reading.reading()
            services.choose_reading(actor=actor, import_id=import_id, encoding=encoding, delimiter=delimiter)
            return HttpResponseRedirect(reverse("certificates:import-columns", args=[import_id]))
    context: dict[str, Any] = {"view": view, "reading": ReadingForm.showing(view), "steps": STEPS, "step": 2}
    form = None
    try:
        form = _columns_form(request, actor, view, posted=action == "check")
        if action == "check" and form.is_valid():
            services.check_import(actor=actor, import_id=import_id, mapping=form.cleaned_data["mapping"])
            return _to_page(import_id)
    except access.AccessDenied:
        raise
    except HashiraError as error:  # the header cannot be read so: the way out is on this very page
        context["problem"] = error.message(get_language() or "ja")
    context["form"] = form
    status = 422 if "problem" in context or (form is not None and form.errors) else 200
    return render(request, "certificates/imports/columns.html", context, status=status)


def _columns_form(
    request: HttpRequest, actor: Principal, view: selectors.ImportView, *, posted: bool
) -> ColumnsForm:
    sample = selectors.file_sample(actor, view.id)
    known = view.mapping.columns if view.mapping else {}
    vaccines: dict[str, None] = {}
    sexes: dict[str, None] = {}
    for column in sample.columns:
        chosen = request.POST.get(f"column_{column.place}") if posted else None
        means = [
            chosen,
            field_of(column.header),
            *(f for f, header in known.items() if header == column.header),
        ]
        if ImportField.VACCINE in means:
            vaccines |= dict.fromkeys(selectors.unknown_vaccines(sample, column.place))
        if ImportField.SEX in means:
            sexes |= dict.fromkeys(selectors.unknown_sexes(sample, column.place))
    vaccines |= dict.fromkeys(selectors.vaccine_values_in_report(actor, view.id))
    return ColumnsForm(
        request.POST if posted else None,
        view=view,
        sample=sample,
        products=selectors.products(),
        vaccines=tuple(vaccines),
        sexes=tuple(sexes),
    )


@access.requires(_VIEW)
@never_cache
@found_or_404
@require_safe
def show(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Where an import stands: progress, preview or outcome."""
    return _show(request, import_id, ApplyForm())


@access.requires("certificates:ImportDoses")
@never_cache
@found_or_404
@require_POST
def apply(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """The last step: into the registry."""
    form = ApplyForm(request.POST if "scope" in request.POST else {"scope": "all"})
    if not form.is_valid():
        return _show(request, import_id, form, status=422)
    try:
        services.apply_import(
            actor=_actor(request), import_id=import_id, good_rows_only=form.cleaned_data["scope"] == "good"
        )
    except services.ErrorsInFile as error:
        form.add_error("scope", error.message(get_language() or "ja"))
        return _show(request, import_id, form, status=409)
    except services.WrongState:
        pass  # pressed twice: the page says where it stands
    return _to_page(import_id)


@access.requires(_PREPARE)
@never_cache
@found_or_404
@require_POST
def cancel(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Give an import up."""
    services.cancel_import(actor=_actor(request), import_id=import_id)
    return _to_page(import_id)


@access.requires("certificates:UndoImport")
@never_cache
@found_or_404
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Void every dose of an import, with a reason."""
    actor = _actor(request)
    view = selectors.import_view(actor, import_id)
    if view.state != ImportState.APPLIED:
        return _to_page(import_id)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.undo_import(actor=actor, import_id=import_id, reason=form.cleaned_data["reason"])
        return _to_page(import_id)
    context = {"view": view, "form": form}
    return render(request, "certificates/imports/undo.html", context, status=422 if form.errors else 200)


@access.requires(_VIEW)
@never_cache
@found_or_404
@require_safe
def report(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """The whole report as CSV, streamed."""
    source = selectors.Report(_actor(request), import_id)
    lines = source.csv_lines(get_language() or "ja")
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = quote(f"取込み報告-{str(import_id)[:8]}.csv")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _show(request: HttpRequest, import_id: uuid.UUID, form: ApplyForm, *, status: int = 200) -> HttpResponse:
    actor = _actor(request)
    view = selectors.import_view(actor, import_id)
    if view.purpose == DoseImport.Purpose.COMPARE:
        return HttpResponseRedirect(reverse("certificates:comparison", args=[import_id]))
    resource = Resource("Certificates::Import", str(view.id), str(view.organisation_id))
    job = job_of(view)
    context = {
        "view": view,
        "form": form,
        "job": job,
        "stuck": view.state in BUSY and (job is None or job.state in {"failed", "cancelled"}),
        "steps": STEPS,
        "step": 4 if view.state in {ImportState.APPLYING, ImportState.APPLIED} else 3,
        "facts": _facts(view),
        "outcome": _outcome(view),
        "file_facts": file_facts(view),
        "report": _report_table(request, actor, view)
        if view.counts.get("rows_with_errors") or view.counts.get("rows_with_warnings")
        else None,
        "preview": _preview_table(request, actor, view) if view.state == ImportState.CHECKED else None,
        "may_undo": view.state == ImportState.APPLIED
        and access.may(actor, "certificates:UndoImport", resource),
    }
    return render(request, "certificates/imports/show.html", context, status=status)


def job_of(view: selectors.ImportView) -> jobs.JobView | None:
    """The job of an import under way; none where it ended long ago and is kept no more."""
    if not view.job_id or view.state not in BUSY:
        return None
    try:
        return jobs.view(view.job_id)
    except jobs.JobNotFound:
        return None


def _facts(view: selectors.ImportView) -> list[tuple[Any, Any]]:
    """The counts of a preview, in the order in which a clerk asks for them."""
    counts = view.counts
    return [
        (_("行数"), counts.get("rows", 0)),
        (_("新しい人"), counts.get("people_new", 0)),
        (_("基本情報が変わる人"), counts.get("people_changed", 0)),
        (_("新しい接種"), counts.get("doses_new", 0)),
        (_("登録済みの接種（取り込まない）"), counts.get("doses_same", 0)),
        (
            _("台帳やファイルの中と食い違う行"),
            sum(counts.get(f"remark_{c}", 0) for c in ("CERT-152", "CERT-153", "CERT-154")),
        ),
        (_("エラーの行"), counts.get("rows_with_errors", 0)),
        (_("注意だけの行"), counts.get("rows_with_warnings", 0)),
        (_("外字"), counts.get("remark_CERT-145", 0)),
        (_("代替文字"), counts.get("remark_CERT-146", 0)),
        (_("カナを全角に直した行"), counts.get("kana_rewritten", 0)),
    ]


def _outcome(view: selectors.ImportView) -> list[tuple[Any, Any]]:
    """What applying wrote, and what undoing voided."""
    rows = [
        (_("取込み日時"), view.applied_at),
        (_("登録した人"), view.written.get("people", 0)),
        (_("基本情報の記録"), view.written.get("revisions", 0)),
        (_("記録した接種"), view.written.get("doses", 0)),
    ]
    if view.undone_at is not None:
        rows += [
            (_("取消し日時"), view.undone_at),
            (_("無効にした接種"), view.undone.get("voided", 0)),
            (_("訂正済みのため残した接種"), view.undone.get("left", 0)),
        ]
    return rows


def file_facts(view: selectors.ImportView) -> list[tuple[Any, Any]]:
    """The file, so that it can be found again at its source."""
    kept = view.file_name if view.file_kept else _("消去しました")
    return [
        (_("ファイル"), kept),
        (_("受付日時"), view.uploaded_at),
        (_("大きさ"), shown_bytes(view.file_size)),
        (_("文字コード"), "UTF-8" if view.encoding is Encoding.UTF_8 else _("シフトJIS（CP932）")),
        ("SHA-256", view.file_digest),
    ]


def _report_table(request: HttpRequest, actor: Principal, view: selectors.ImportView) -> Table:
    return Table(
        name="report",
        columns=[
            Column("line", _("行"), numeric=True, heading=True),
            Column(
                "severity",
                _("重大さ"),
                filterable=True,
                choices=tuple(selectors.SEVERITY_WORDS.items()),
            ),
            Column("column", _("列")),
            Column("value", _("値")),
            Column("who", _("行の人"), filterable=True),
            Column("what", _("起きたこと"), value=lambda line: line.explanation.what),
            Column("why", _("理由"), value=lambda line: line.explanation.why),
            Column("remedy", _("すること"), value=lambda line: line.explanation.remedy),
            Column("code", _("番号"), filterable=True),
        ],
        rows=selectors.Report(actor, view.id),
        request=request,
        caption=_("行ごとの指摘"),
        stacked=True,
        downloadable=False,
    )


def _preview_table(request: HttpRequest, actor: Principal, view: selectors.ImportView) -> Table:
    return Table(
        name="preview",
        columns=[
            Column("line", _("行"), numeric=True, heading=True),
            Column("person_number", _("宛名番号")),
            Column("name", _("氏名")),
            Column("kana", _("フリガナ")),
            Column("birth_date", _("生年月日")),
            Column("vaccine", _("ワクチン")),
            Column("dose_number", _("回数"), numeric=True),
            Column("dose_date", _("接種日")),
            Column("lot", _("ロット番号")),
            Column("place", _("接種場所")),
            Column("outcome", _("扱い")),
        ],
        rows=selectors.preview(actor, view.id),
        request=request,
        caption=_("記録される内容（はじめの20行）"),
        empty=_("取り込める行がありません"),
        downloadable=False,
    )


def _to_page(import_id: uuid.UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("certificates:import", args=[import_id]))


def organisations_of(actor: Principal) -> list[tuple[str, str]]:
    """Those for which the actor may prepare imports: id and name."""
    mine = {grant.organisation for grant in actor.grants}
    allowed = [o for o in mine if access.may(actor, _PREPARE, Resource("Certificates::Import", "", o))]
    language = get_language() or "ja"
    rows = Organisation.objects.filter(pk__in=allowed)
    return [(str(row.pk), row.name_en if language.startswith("en") else row.name) for row in rows]
