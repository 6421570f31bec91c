"""What accounts would lose by being adopted, told from calls that were recorded (失うもの)."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from django import forms as django_forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.adapters.recorded_calls import Skipped, recorded_calls
from hashira.cloud.domain.adoption.conflicts import losses as judge
from hashira.cloud.domain.adoption.port import surveyor_of
from hashira.cloud.domain.policy.impact import Change, Impact
from hashira.cloud.selectors import surveys as selectors
from hashira.cloud.selectors.baseline_versions import current_terms
from hashira.cloud.web.form_pages import attempt
from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui import forms

MOST_BYTES = 20 * 1024 * 1024
"""Of a file, and eight times as many of what is packed in it; more goes through the command."""
_UNPACKED = 8 * MOST_BYTES
_SHOWN = 500
_CHANGES = {
    Change.LOSES: Bilingual("失う", "Loses"),
    Change.MAY_LOSE: Bilingual("失うかもしれない", "May lose"),
}


class RecordsUnreadable(HashiraError):
    """A file of calls that cannot be read. Details: ``reason``."""

    code = "CLD-610"
    what = Bilingual("記録を読めません", "The records cannot be read")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "CloudTrail のファイル（JSON、または .gz）を選んでください",
        "Choose a file of CloudTrail (JSON or .gz)",
    )
    status = 422


class LossesForm(forms.Form):
    """The records, and which accounts."""

    file = forms.FileField(
        label=_("呼出しの記録（CloudTrail）"),
        max_bytes=MOST_BYTES,
        accept=(".json", ".jsonl", ".gz"),
        help_text=_("CloudTrail のファイル、または一行に一件のJSON。「.gz」も読みます。20MBまで"),
    )
    account = django_forms.CharField(
        label=_("アカウントの番号"), max_length=12, required=False, help_text=_("空なら、すべてのアカウント")
    )


@dataclass(frozen=True, slots=True)
class LossLine:
    """Calls of one kind that an account would lose."""

    account: str
    change: Bilingual
    principal: str
    action: str
    count: int
    why: str


@access.requires("cloud:OpenSurveys")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def losses(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Judges the records under the policies as they are and as they would be. Nothing is kept."""
    line = selectors.survey_view(survey_id).line
    form = LossesForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"line": line, "form": form}
    status = 200
    if request.method == "POST":
        found: list[dict[str, Any]] = []
        if form.is_valid() and attempt(form, lambda: found.append(_judged(form.cleaned_data, line))):
            context |= found[0]
        else:
            status = 422
    return render(request, "cloud/survey_losses.html", context, status=status)


def _judged(said: dict[str, Any], line: selectors.SurveyLine) -> dict[str, Any]:
    document = selectors.survey_document(line.id)
    known = [one["id"] for one in document["accounts"]]
    if said["account"] and said["account"] not in known:
        raise RecordsUnreadable(
            field="account",
            reason=Bilingual("その番号のアカウントは棚卸しにありません", "The inventory has no such account"),
        )
    skipped = Skipped()
    accounts = (said["account"],) if said["account"] else selectors.accounts_of_others(line.id)
    baseline = surveyor_of(engine_of(line.engine)).baseline(current_terms())
    impact, crowded = judge(document, baseline, accounts, recorded_calls(_lines_of(said["file"]), skipped))
    if not impact.calls:
        raise RecordsUnreadable(
            field="file", reason=Bilingual("読める記録がありません", "There is no readable record in it")
        )
    lines = _lines(impact)
    return {
        "result": True,
        "lines": lines[:_SHOWN],
        "more": max(0, len(lines) - _SHOWN),
        "facts": [
            (_("読んだ呼出し"), impact.calls),
            (_("失う呼出し"), impact.of(Change.LOSES)),
            (_("失うアカウント"), impact.accounts(Change.LOSES)),
            (_("失うかもしれない呼出し"), impact.of(Change.MAY_LOSE)),
            (_("変わらない呼出し"), impact.unchanged),
            (_("もともと拒否された呼出し"), impact.refused),
            *([(_("読めない記録"), skipped.count)] if skipped.count else []),
            *([(_("SCPの本数が足りず、判定していないアカウント"), len(crowded))] if crowded else []),
        ],
    }


def _lines(impact: Impact) -> list[LossLine]:
    found = []
    for group, count in impact.listed():
        if group.change in _CHANGES:
            by = f"{group.reason.policy} {group.reason.statement}".strip() if group.reason else ""
            why = " ".join(filter(None, (by, f"? {' '.join(group.unknown)}" if group.unknown else "")))
            found.append(
                LossLine(
                    group.account, _CHANGES[group.change], group.principal, group.action, count, why or "–"
                )
            )
    return found


def _lines_of(file: UploadedFile) -> Iterator[bytes]:
    """The lines of a file, unpacked, within a bound. Raises ``RecordsUnreadable``."""
    stream, left = _opened(file), _UNPACKED
    while True:
        try:
            line = stream.readline(left + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise RecordsUnreadable(
                field="file", reason=Bilingual("圧縮が壊れています", "It is packed wrongly")
            ) from error
        if not line:
            return
        left -= len(line)
        if left < 0:
            raise RecordsUnreadable(
                field="file",
                reason=Bilingual("開くと160MBを超えます", "Unpacked it has more than 160 MB"),
            )
        yield line


def _opened(file: UploadedFile) -> IO[bytes]:
    head = file.read(2)
    file.seek(0)
    plain: IO[bytes] = file.file if file.file is not None else io.BytesIO()
    return gzip.open(plain, "rb") if head == b"\x1f\x8b" else plain
