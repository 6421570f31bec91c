"""Every part in every state on one page, for designers, tests and page builders (部品の一覧)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import zxingcpp
from django import forms as django_forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui import charts, forms, tables
from hashira.ui.parts import Answer, Download, Event, Figure, Link, Task, TaskState


class SampleForm(forms.Form):
    """One field of every kind."""

    name = django_forms.CharField(
        label=_("氏名"),
        max_length=100,
        help_text=_("戸籍や在留カードのとおりに入力してください"),
        widget=django_forms.TextInput(attrs={"autocomplete": "name"}),
    )
    kana = django_forms.CharField(label=_("氏名（フリガナ）"), max_length=100, required=False)
    birth_date = forms.EraDateField(label=_("生年月日"), latest=date(2026, 11, 23))
    email = django_forms.EmailField(label=_("メールアドレス"), max_length=254, required=False)
    ticket = django_forms.CharField(
        label=_("接種券番号"),
        max_length=10,
        required=False,
        help_text=_("10桁の数字です"),
        widget=django_forms.TextInput(attrs={"inputmode": "numeric", "data-width": "12"}),
    )
    password = django_forms.CharField(
        label=_("パスワード"),
        max_length=128,
        required=False,
        widget=django_forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    municipality = django_forms.ChoiceField(
        label=_("市区町村"),
        choices=[("", _("選んでください")), ("131016", _("千代田区")), ("271004", _("大阪市"))],
    )
    format = django_forms.ChoiceField(
        label=_("証明書の用途"),
        choices=[("domestic", _("国内で使う")), ("overseas", _("海外で使う"))],
        widget=django_forms.RadioSelect,
        help_text=_("海外用には旅券の番号が必要です"),
    )
    doses = django_forms.MultipleChoiceField(
        label=_("載せる接種"),
        choices=[("1", _("1回目")), ("2", _("2回目")), ("3", _("3回目"))],
        widget=django_forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = django_forms.CharField(
        label=_("訂正の理由"), max_length=200, required=False, widget=django_forms.Textarea(attrs={"rows": 4})
    )
    file = forms.FileField(
        label=_("接種記録のファイル"),
        max_bytes=5 * 1024 * 1024,
        accept=(".csv",),
        required=False,
        help_text=_("CSV、5MBまで"),
    )
    agreed = django_forms.BooleanField(label=_("内容を確かめました"))
    closed = django_forms.CharField(
        label=_("変更できない項目"), max_length=20, required=False, disabled=True, initial=_("変更できません")
    )


_FAULTY = {
    "name": "",
    "birth_date_year": "令和3",
    "birth_date_month": "13",
    "birth_date_day": "20",
    "email": "hanako",
    "ticket": "12345678901",
    "municipality": "",
    "reason": "あ" * 201,
}
_VACCINES = (("pfizer", Bilingual("ファイザー", "Pfizer")), ("moderna", Bilingual("モデルナ", "Moderna")))


def _figure() -> Figure:
    """A real symbol (ISO/IEC 18004), so that a test can point a decoder at the picture of this page."""
    image = memoryview(zxingcpp.create_barcode("HASHIRA", zxingcpp.BarcodeFormat.QRCode).to_image(1))
    height, width = image.shape
    rows = [[image[y, x] == 0 for x in range(width)] for y in range(height)]
    return Figure.of_modules(
        rows, alternative=_("見本の二次元コード"), caption=_("カメラで読むと「HASHIRA」と出ます")
    )


def _rows() -> list[dict[str, Any]]:
    names = (("山田 太郎", "ヤマダ タロウ"), ("佐藤 花子", "サトウ ハナコ"), ("葛󠄂城 一", "カツラギ ハジメ"))
    return [
        {
            "number": f"{1000 + i}",
            "name": names[i % 3][0],
            "kana": names[i % 3][1],
            "vaccine": _VACCINES[i % 2][0],
            "date": date(2021, 6, 1 + i % 28),
            "lot": None if i == 4 else f"FA{7000 + 13 * i}",
        }
        for i in range(64)
    ]


def sample_table(request: HttpRequest) -> tables.Table:
    """A table with every ability."""
    return tables.Table(
        columns=[
            tables.Column("number", _("番号"), sortable=True, numeric=True),
            tables.Column("name", _("氏名"), filterable=True, heading=True, link=lambda row: "#tables"),
            tables.Column("kana", _("フリガナ"), sortable=True),
            tables.Column("vaccine", _("ワクチン"), sortable=True, filterable=True, choices=_VACCINES),
            tables.Column("date", _("接種日"), sortable=True),
            tables.Column("lot", _("ロット番号"), sortable=True),
        ],
        rows=_rows(),
        request=request,
        caption=_("接種記録"),
        page_size=5,
    )


def _tables(request: HttpRequest) -> dict[str, tables.Table]:
    columns = [
        tables.Column("name", _("氏名"), heading=True),
        tables.Column("date", _("接種日")),
        tables.Column("lot", _("ロット番号")),
    ]
    return {
        "table": sample_table(request),
        "stacked": tables.Table(
            columns=columns, rows=_rows()[:3], request=request, caption=_("狭い画面で積み重なる表"),
            name="stacked", stacked=True, downloadable=False,
        ),
        "empty_table": tables.Table(
            columns=columns, rows=[], request=request, caption=_("空の表"), name="empty",
            empty=_("接種記録はまだありません"),
        ),
    }  # fmt: skip


def _charts() -> dict[str, charts.Chart]:
    months = [Bilingual(f"{m}月", f"{date(2021, m, 1):%b}") for m in range(1, 13)]
    ministries = [
        Bilingual("総務省", "Internal Affairs"),
        Bilingual("厚生労働省", "Health, Labour and Welfare"),
        Bilingual("国土交通省", "Land, Infrastructure"),
    ]
    return {
        "bar": charts.bar(
            title=_("省庁別の見直し件数"),
            labels=ministries,
            values=[812, 1204, 2377],
            unit=_("件"),
            label_heading=_("省庁"),
            description=_("国土交通省がもっとも多くなっています。"),
        ),
        "stacked": charts.stacked(
            title=_("省庁別の進み具合"),
            labels=ministries,
            series=[
                charts.Series(_("見直し済み"), (300, 640, 980)),
                charts.Series(_("作業中"), (212, 404, 897)),
                charts.Series(_("未着手"), (300, 160, 500)),
            ],
            unit=_("件"),
            label_heading=_("省庁"),
        ),
        "line": charts.line(
            title=_("月ごとの発行数"),
            labels=months,
            series=[
                charts.Series(_("国内用"), (0, 0, 12, 40, 130, 420, 610, 900, 1210, 1480, 1390, 2600)),
                charts.Series(
                    _("海外用"), (0, 0, 0, 8, 16, 90, 240, 310, 350, None, 420, 760)
                ),
            ],
            unit=_("枚"),
            label_heading=_("月"),
            description=_("10月の海外用は集計していません。"),
        ),
    }  # fmt: skip


def _parts(request: HttpRequest) -> dict[str, Any]:
    moment = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
    return {
        "description": [
            (_("氏名"), "山田 太郎"), (_("生年月日"), date(1980, 4, 1)), (_("発行"), moment),
            (_("備考"), None), (_("件数"), 12345), (_("海外用"), False),
        ],
        "answers": [
            Answer(_("氏名"), "山田 太郎", "#forms"), Answer(_("生年月日"), date(1980, 4, 1), "#forms"),
            Answer(_("載せる接種"), (_("1回目"), _("2回目")), "#forms"),
        ],
        "steps": [_("本人の確認"), _("接種の選択"), _("内容の確認"), _("発行")],
        "tasks": [
            Task(_("組織の情報"), TaskState.DONE, "#steps"),
            Task(_("利用する環境"), TaskState.DOING, "#steps", _("本番と検証のどちらか、または両方")),
            Task(_("費用の見積もり"), TaskState.NOT_STARTED, "#steps"),
            Task(_("責任者の連絡先"), TaskState.WRONG, "#steps"),
            Task(_("申請を送る"), TaskState.WAITING, "", _("すべて終えると送れます")),
        ],
        "tabs": [Link(_("接種記録"), "#navigation", current=True), Link(_("証明書"), "#steps"),
                 Link(_("履歴"), "#content")],
        "events": [
            Event(moment, _("証明書を発行しました"), _("山田 太郎"), _("国内用、接種2件")),
            Event(datetime(2026, 11, 22, 1, 0, tzinfo=UTC), _("接種日を訂正しました"), _("市の職員")),
            Event(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), _("接種記録を登録しました")),
        ],
        "files": [
            Download(_("接種記録の見本"), "#content", "CSV", 18_432),
            Download(_("証明書"), "#content", "PDF", 1_258_291),
        ],
        "verdicts": ["verified", "invalid", "revoked", "untrusted", "expired", "malformed", "unsupported"],
        "here": request.get_full_path(),
    }  # fmt: skip


@require_safe
@access.public("design reference")
def gallery(request: HttpRequest) -> HttpResponseBase:
    """The gallery; nothing in it is stored or true."""
    table = sample_table(request)
    if table.wants_csv:
        return table.csv_response("sample.csv")
    faulty = SampleForm(
        _FAULTY, {"file": SimpleUploadedFile("dose.pdf", b"x")}, prefix=None, auto_id="faulty_%s"
    )
    faulty.add_error(None, _("同じ人の申請がすでにあります"))
    context = {
        "sample": SampleForm(),
        "faulty": faulty,
        "figure": _figure(),
        **_tables(request),
        **{f"{kind}_chart": chart for kind, chart in _charts().items()},
        **_parts(request),
    }
    return render(request, "ui/gallery.html", context)
