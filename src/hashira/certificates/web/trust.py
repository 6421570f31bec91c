"""Whose certificates can be verified here: a page for everybody (確かめられる発行者)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from hashira.certificates.adapters.trust_source import KIND_NAMES, Kind
from hashira.certificates.domain.format import FORMATS
from hashira.certificates.selectors import trust as selectors
from hashira.core import access
from hashira.ui.tables import Column, Order, Table

_FORMATS = (*((f.NAME, f.TITLE) for f in FORMATS), ("hcert", "HCERT（EU・WHO）"))
_WARNINGS = (
    ("none", _("なし")),
    ("old", _("リストが古い")),
    ("unsigned", _("署名のないリスト")),
    ("revocation", _("失効リストが手元にない")),
)


@access.public("whose certificates can be verified is no secret, and verifiers must be able to see it")
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """The lists of trust with their age, and every issuer they hold."""
    now = datetime.now(UTC)
    table = Table(
        columns=[
            Column("country", _("国"), sortable=True, filterable=True),
            Column("format", _("形式"), sortable=True, filterable=True, choices=dict(_FORMATS).items()),
            Column("issuer", _("発行者"), sortable=True, filterable=True, heading=True),
            Column("keys", _("鍵の数"), sortable=True, numeric=True),
            Column("source", _("リスト"), sortable=True, filterable=True),
            Column("dated", _("更新"), sortable=True),
            Column("warning", _("注意"), sortable=True, filterable=True, choices=_WARNINGS),
        ],
        rows=selectors.issuers(now),
        request=request,
        caption=_("証明書を確かめられる発行者"),
        initial_order=Order(key="issuer"),
        stacked=True,
        empty=_("ほかの発行者の信頼情報は、まだありません"),
    )
    if table.wants_csv:
        return table.csv_response("issuers.csv")
    views = selectors.lists(now)
    listed = Table(
        columns=[
            Column("name", _("リスト"), heading=True),
            Column("kind", _("種類"), choices=[(k.value, words) for k, words in KIND_NAMES.items()]),
            Column("dated", _("作成日時"), sortable=True),
            Column("age_days", _("何日前"), numeric=True, sortable=True),
            Column("signed", _("署名を確かめた")),
            Column("checked_at", _("最後に更新を確かめた日時")),
        ],
        rows=views,
        request=request,
        caption=_("使っている信頼リスト"),
        name="lists",
        stacked=True,
        downloadable=False,
    )
    context = {"table": table, "listed": listed, "lists": [_warned(view) for view in views]}
    return render(request, "certificates/trust/index.html", context)


def _warned(view: selectors.ListView) -> dict[str, str]:
    """What is to be said of a list; empty where nothing is."""
    words = []
    if view.old:
        words.append(
            gettext("%(days)d日前のもので、新しい鍵や失効を知らないことがあります") % {"days": view.age_days}
        )
    if not view.signed:
        words.append(gettext("署名のないリストです"))
    if view.trouble:
        words.append(gettext("最後の更新は受け入れませんでした（%(code)s）") % {"code": view.trouble})
    language = get_language() or "ja"
    kind = KIND_NAMES[Kind(view.kind)].in_language(language)
    return {
        "title": f"{view.name}: {kind}",
        "warning": "。".join(words) if language == "ja" else ". ".join(words),
    }
