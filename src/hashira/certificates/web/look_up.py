"""Looking up a list of people, on the page or as a file (一括照会の画面)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hashira.certificates.domain.import_encoding import Encoding, EncodingTally
from hashira.certificates.domain.look_up import OUTCOME_NAMES, Answer, Outcome, read_list
from hashira.certificates.selectors.imports import harmless
from hashira.certificates.selectors.people import Municipality, registers_of
from hashira.certificates.services.look_up import look_up
from hashira.certificates.web.register import blame
from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.wording import worded

SHOWN = 500
"""Rows that the page draws; the file has them all."""
_MAX_BYTES = 2_000_000
COLUMNS = (
    ("reference", _("宛名番号")),
    ("name", _("氏名")),
    ("kana", _("氏名（カナ）")),
    ("birth_date", _("生年月日")),
    ("moved_out_on", _("転出日")),
    ("died_on", _("死亡日")),
    ("doses", _("接種の数")),
    ("covid_doses", _("新型コロナワクチンの数")),
    ("last_day", _("最後の接種日")),
    ("products", _("ワクチン")),
)
_USUAL = ("reference", "name", "birth_date", "doses", "last_day")


class ListForm(forms.Form):
    """The list, why it is looked up, and what is shown."""

    register = django_forms.ChoiceField(label=_("台帳"))
    purpose = django_forms.CharField(
        label=_("照会の目的"), max_length=400, help_text=_("見た人ごとに監査記録に残ります")
    )
    people = django_forms.CharField(
        label=_("照会する人"),
        required=False,
        max_length=500_000,
        help_text=_("1行に一人ずつ。宛名番号、または「カナ,生年月日」。1万行まで"),
        widget=django_forms.Textarea(attrs={"rows": 8}),
    )
    file = forms.FileField(
        label=_("またはファイル"),
        required=False,
        max_bytes=_MAX_BYTES,
        accept=(".csv", ".txt", ".tsv"),
        help_text=_("同じ形のCSV。シフトJIS（CP932）か UTF-8"),
    )
    columns = django_forms.MultipleChoiceField(
        label=_("表示する項目"), choices=COLUMNS, initial=_USUAL, widget=django_forms.CheckboxSelectMultiple
    )
    encoding = django_forms.ChoiceField(
        label=_("ファイルの文字コード"),
        choices=(("cp932", _("シフトJIS（CP932）")), ("utf-8", "UTF-8")),
        initial="cp932",
        widget=django_forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        registers: Sequence[Municipality] = kwargs.pop("registers")
        super().__init__(*args, **kwargs)
        self.fields["register"].choices = [(str(one.id), worded(one.name)) for one in registers]
        if len(registers) == 1:
            self.fields["register"].widget = django_forms.HiddenInput()
            self.fields["register"].initial = str(registers[0].id)

    def text(self) -> str:
        """The list: the file if there is one, else what was pasted."""
        file = self.cleaned_data["file"]
        if file is None:
            return str(self.cleaned_data["people"])
        octets = file.read()
        tally = EncodingTally()
        tally.feed(octets)
        encoding = "utf-8-sig" if tally.guess is Encoding.UTF_8 else "cp932"
        return str(octets.decode(encoding, errors="replace"))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The form, and what was found."""
    registers = registers_of(request.principal)
    posted = request.method == "POST"
    form = ListForm(request.POST if posted else None, request.FILES if posted else None, registers=registers)
    context: dict[str, Any] = {"form": form}
    if posted and form.is_valid():
        chosen = form.cleaned_data
        register = next(one for one in registers if str(one.id) == chosen["register"])
        try:
            answers = look_up(
                actor=request.principal,
                organisation_id=register.id,
                questions=read_list(form.text()),
                purpose=chosen["purpose"],
            )
        except HashiraError as error:
            if isinstance(error, access.AccessDenied):
                raise
            blame(form, error)
        else:
            if request.POST.get("act") == "file":
                return _file(answers, chosen["columns"], chosen["encoding"])
            context |= _page(answers, chosen["columns"])
    return render(request, "certificates/lookup/index.html", context, status=422 if form.errors else 200)


def _page(answers: Sequence[Answer], columns: Sequence[str]) -> dict[str, Any]:
    counts = {outcome: sum(one.outcome is outcome for one in answers) for outcome in Outcome}
    return {
        "counts": [(OUTCOME_NAMES[outcome], count) for outcome, count in counts.items()],
        "heads": [words for name, words in COLUMNS if name in columns],
        "rows": [
            {
                "answer": one,
                "outcome": _words(one),
                "kind": "success" if one.outcome is Outcome.FOUND else "warning",
                "address": reverse("certificates:person", args=[one.person.id]) if one.person else "",
                "cells": [
                    getattr(one.person, name) if one.person else None
                    for name, _w in COLUMNS
                    if name in columns
                ],
            }
            for one in answers[:SHOWN]
        ],
        "more": max(0, len(answers) - SHOWN),
        "most": SHOWN,
    }


def _words(answer: Answer) -> str:
    words = worded(OUTCOME_NAMES[answer.outcome])
    if answer.asked.problem is not None:
        return f"{words}：{worded(answer.asked.problem)}"
    return f"{words}（{answer.count}）" if answer.outcome is Outcome.SEVERAL else words


def _file(answers: Sequence[Answer], columns: Sequence[str], encoding: str) -> HttpResponse:
    """The answers as CSV; a character that CP932 does not have is written as its code point."""
    text = io.StringIO()
    writer = csv.writer(text)
    chosen = [(name, words) for name, words in COLUMNS if name in columns]
    writer.writerow([worded(_("行")), worded(_("照会")), worded(_("結果")), *(worded(w) for _n, w in chosen)])
    for one in answers:
        cells = [_cell(getattr(one.person, name)) if one.person else "" for name, _words in chosen]
        writer.writerow([one.asked.line, *(harmless(cell) for cell in (one.asked.text, _words(one), *cells))])
    if encoding == "cp932":
        octets = "".join(_in_cp932(sign) for sign in text.getvalue()).encode("cp932")
    else:
        octets = text.getvalue().encode("utf-8-sig")
    charset = "shift_jis" if encoding == "cp932" else "utf-8"
    response = HttpResponse(octets, content_type=f"text/csv; charset={charset}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('一括照会.csv')}"
    response["Content-Language"] = get_language() or "ja"
    return response


def _in_cp932(sign: str) -> str:
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return f"[U+{ord(sign):04X}]"
    return sign


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
