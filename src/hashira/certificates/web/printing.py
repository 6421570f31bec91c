"""Certificates on paper for many people: choose whom, follow the job, fetch the files (一括印刷の画面)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.paper import Edition, Envelope
from hashira.certificates.domain.print_list import ListUnreadable, PrintFilter, read_references
from hashira.certificates.domain.vaccine_product import PRODUCTS
from hashira.certificates.selectors.people import Municipality, registers_of
from hashira.certificates.selectors.postal import open_references, unserved
from hashira.certificates.selectors.printing import BatchLine, batches_of, references_by, refused_of
from hashira.certificates.services import printing
from hashira.certificates.web.register import blame, status_of
from hashira.core import access, jobs
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.parts import Download
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import worded

_ACTION = "certificates:PrintBatch"
_MAX_LIST = 2_000_000
_ENVELOPES = (
    ("", _("送付状なし")),
    (Envelope.LONG_3.value, _("長形3号の窓付き封筒（三つ折り）")),
    (Envelope.SQUARE_2.value, _("角形2号の窓付き封筒（折らない）")),
)
_EDITIONS = (
    (Edition.STANDARD.value, _("ふつうの文字")),
    (Edition.LARGE.value, _("大きな文字（18ポイント以上）")),
)
# What the part of the page that draws progress calls these states.
_PROGRESS = {jobs.JobState.DONE: "succeeded", jobs.JobState.CANCELLING: "running"}
_EMPTY = Bilingual("条件に合う人がいません", "Nobody fits the conditions")


class BatchForm(forms.Form):
    """Whom to print for: a list, a file, or a condition; and how."""

    title = django_forms.CharField(label=_("件名"), max_length=80, help_text=_("例：11月の郵送申請"))
    applied = django_forms.BooleanField(label=_("郵送で申請した、受付中の全員"), required=False)
    references = django_forms.CharField(
        label=_("宛名番号の一覧"),
        max_length=_MAX_LIST,
        required=False,
        help_text=_("1行に一人。表計算ソフトから貼り付けられます"),
        widget=django_forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("宛名番号のCSVファイル"),
        max_bytes=_MAX_LIST,
        required=False,
        help_text=_("UTF-8 またはシフトJIS"),
    )
    vaccine = django_forms.ChoiceField(label=_("ワクチンで選ぶ"), required=False)
    given_from = forms.EraDateField(label=_("接種日がこの日以降"), required=False)
    given_until = forms.EraDateField(label=_("接種日がこの日以前"), required=False)
    without_certificate = django_forms.BooleanField(
        label=_("有効な証明書を持っていない人だけ"), required=False, initial=True
    )
    edition = django_forms.ChoiceField(
        label=_("文字の大きさ"), choices=_EDITIONS, widget=django_forms.RadioSelect, initial="standard"
    )
    envelope = django_forms.ChoiceField(
        label=_("送付状"), choices=_ENVELOPES, widget=django_forms.RadioSelect, required=False, initial=""
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vaccine"].choices = [
            ("", _("選ばない")),
            *((code, worded(product.name)) for code, product in PRODUCTS.items()),
        ]

    def references_in(self, organisation_id: UUID) -> tuple[str, ...]:
        """Whom the answers choose; raises ``ListUnreadable``."""
        asked = self.cleaned_data
        if asked["applied"] and "confirmed" not in self.data:  # afterwards those of whom the page has told
            found = open_references(organisation_id)
            if not found:
                raise printing.NobodyApplied
            return found
        text = asked["references"] or (_decoded(asked["file"].read()) if asked["file"] else "")
        if text:
            return read_references(text)
        if not (asked["vaccine"] or asked["given_from"] or asked["given_until"]):
            return read_references("")
        found = references_by(
            organisation_id,
            PrintFilter(
                asked["vaccine"], asked["given_from"], asked["given_until"], asked["without_certificate"]
            ),
        )
        if not found:
            raise ListUnreadable(reason=_EMPTY)
        return found


def _decoded(octets: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListUnreadable(reason=Bilingual("文字コードが読めません", "Its encoding is unknown"))


@access.requires(_ACTION)
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The batches of the own municipality, the latest first."""

    def address(line: BatchLine) -> str:
        return reverse("certificates:batch", args=[line.id])

    organisations = frozenset(register.id for register in registers_of(request.principal))
    table = Table(
        columns=(
            Column("requested_at", _("依頼日時"), sortable=True),
            Column("title", _("件名"), sortable=True, heading=True, link=address),
            Column("people", _("人数"), numeric=True, sortable=True),
            Column("files_until", _("ファイルの保管期限"), sortable=True),
        ),
        rows=batches_of(organisations),
        request=request,
        caption=_("一括印刷の一覧"),
        initial_order=Order(key="requested_at", falling=True),
        stacked=True,
        downloadable=False,
        empty=_("一括印刷はまだありません"),
    )
    return render(request, "certificates/printing/index.html", {"table": table})


@access.requires(_ACTION)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Asks whom to print for; then says of how many and asks once more before anything is issued."""
    registers = registers_of(request.principal)
    register = _chosen(request, registers)
    posted = request.method == "POST"
    form = BatchForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial={"applied": "applied" in request.GET},
    )
    context: dict[str, object] = {"form": form, "registers": registers, "register": register}
    if posted and register is not None and form.is_valid():
        asked = form.cleaned_data
        try:
            references = form.references_in(register.id)
            if "confirmed" in request.POST:
                made = printing.request_batch(
                    actor=request.principal,
                    organisation_id=register.id,
                    title=asked["title"],
                    references=references,
                    edition=Edition(asked["edition"]),
                    envelope=Envelope(asked["envelope"]) if asked["envelope"] else None,
                    at=datetime.now(UTC),
                    applied=asked["applied"],
                )
                return HttpResponseRedirect(reverse("certificates:batch", args=[made]))
        except HashiraError as error:
            blame(form, error)
        else:
            return render(
                request,
                "certificates/printing/check.html",
                {
                    "people": len(references),
                    "list": "\n".join(references),
                    "register": register,
                    "asked": asked,
                    "facts": [
                        (_("件名"), asked["title"]),
                        (_("人数"), len(references)),
                        (_("文字の大きさ"), dict(_EDITIONS)[asked["edition"]]),
                        (_("送付状"), dict(_ENVELOPES)[asked["envelope"]]),
                    ],
                },
            )
    return render(request, "certificates/printing/new.html", context, status=status_of(request))


@access.requires(_ACTION)
@never_cache
@require_safe
def show(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """How far the batch is, its files, and who was refused why."""
    view = printing.view_batch(actor=request.principal, batch_id=batch_id)
    table = Table(
        columns=(
            Column("position", _("順番"), numeric=True, sortable=True),
            Column("reference", _("宛名番号"), sortable=True, heading=True),
            Column("code", _("コード"), sortable=True, filterable=True),
            Column("reason", _("理由")),
        ),
        rows=tuple(refused_of(batch_id)),
        request=request,
        caption=_("証明書を作れなかった人"),
        stacked=True,
    )
    if table.wants_csv:
        return table.csv_response("作れなかった人.csv")
    files = [
        Download(
            _("%(first)s人目から%(last)s人目まで") % {"first": file.first, "last": file.last},
            reverse("certificates:batch-file", args=[batch_id, file.number]),
            "PDF",
            file.octets,
        )
        for file in view.files
    ]
    context = {
        "batch": view,
        "progress_state": _PROGRESS.get(view.job.state, view.job.state.value) if view.job else "",
        "files": files,
        "unserved": unserved(batch_id).count() if view.job is None or view.job.state.over else 0,
        "table": table,
        "facts": [
            (_("人数"), view.people),
            (_("発行した枚数"), view.issued),
            (_("作れなかった人"), view.refused),
            (_("依頼日時"), view.requested_at),
            (_("ファイルの保管期限"), view.files_until),
        ],
    }
    return render(request, "certificates/printing/show.html", context)


@access.requires(_ACTION)
@never_cache
@require_safe
def file(request: HttpRequest, batch_id: UUID, part: int) -> HttpResponse:
    """One PDF of the batch."""
    path = printing.fetch_part(actor=request.principal, batch_id=batch_id, part=part, at=datetime.now(UTC))
    return FileResponse(  # type: ignore[return-value]  (a streaming response, as middleware takes it)
        path.open("rb"),
        content_type="application/pdf",
        as_attachment=True,
        filename=f"{batch_id.hex[:8]}-{part:04d}.pdf",
    )


@access.requires(_ACTION)
@never_cache
@require_POST
def cancel(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Ends the job before its next step; what was issued stays, and its files can be fetched."""
    view = printing.view_batch(actor=request.principal, batch_id=batch_id)
    if view.job is not None and not view.job.state.over:
        jobs.cancel(actor=request.principal, job_id=view.job.id)
    return HttpResponseRedirect(reverse("certificates:batch", args=[batch_id]))


def _chosen(request: HttpRequest, registers: tuple[Municipality, ...]) -> Municipality | None:
    wanted = request.POST.get("register") or request.GET.get("register", "")
    return next((r for r in registers if str(r.id) == wanted), registers[0] if registers else None)
