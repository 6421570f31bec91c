"""Looking for words in all law (法令の全文検索)."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.kernel.errors import HashiraError
from hashira.regulations.domain.law.law import Rank
from hashira.regulations.domain.search.question import LONGEST
from hashira.regulations.selectors.laws import law_view
from hashira.regulations.selectors.search import PAGE, Answer, Scope, look_for, look_for_pattern
from hashira.regulations.web.laws import law_place
from hashira.regulations.web.names import CATEGORY_CHOICES, RANK_CHOICES
from hashira.ui import forms
from hashira.ui.pages import page_view

_DEEPEST = 500
"""Pages that can be turned to; who wants more narrows the question."""


class SearchForm(forms.Form):
    """The words, and where they are looked for."""

    q = django_forms.CharField(
        label=_("探す言葉"),
        max_length=LONGEST,
        help_text=_('空白で区切ると、すべてを含む条文。OR でどちらか、-言葉 で除く、"…" でひと続き'),
    )
    pattern = django_forms.BooleanField(label=_("正規表現で探す"), required=False)
    rank = django_forms.ChoiceField(
        label=_("種別"), choices=[("", _("すべて")), *RANK_CHOICES], required=False
    )
    ministry = django_forms.CharField(label=_("所管"), max_length=50, required=False)
    category = django_forms.ChoiceField(
        label=_("洗い出しの区分"), choices=[("", _("すべて")), *CATEGORY_CHOICES], required=False
    )
    since = forms.EraDateField(label=_("施行日がこの日以後"), required=False)
    until = forms.EraDateField(label=_("施行日がこの日以前"), required=False)


@access.public("the text of law is for everybody")
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The question and a page of what answers it."""
    asked = "q" in request.GET
    form = SearchForm(request.GET if asked else None)
    law_id = request.GET.get("law", "")
    context: dict[str, Any] = {"form": form, "law": law_view(law_id) if law_id else None, "law_id": law_id}
    if asked and form.is_valid():
        context["narrowed"] = any(form.cleaned_data[name] for name in form.fields if name != "q")
        try:
            context |= _answered(request, form.cleaned_data, law_id)
        except HashiraError as error:
            form.add_error("q", error.message(getattr(request, "LANGUAGE_CODE", "ja")))
    return render(request, "regulations/search.html", context)


def _answered(request: HttpRequest, told: dict[str, Any], law_id: str) -> dict[str, Any]:
    scope = Scope(
        law_id=law_id,
        rank=Rank(told["rank"]) if told["rank"] else None,
        ministry=told["ministry"],
        category=told["category"],
        since=_date(told["since"]),
        until=_date(told["until"]),
    )
    if told["pattern"]:
        after = request.GET.get("after", "")
        begin = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else -1
        answer = look_for_pattern(told["q"], scope, after=begin)
        goes_on = _address(request, after=str(answer.after)) if answer.after is not None else ""
        return {"answer": answer, "hits": _hits(answer), "goes_on": goes_on}
    page = page_view(
        total=_DEEPEST * PAGE,
        size=PAGE,
        asked=request.GET.get("page", "1"),
        address=lambda number: _address(request, page=str(number)),
    )
    answer = look_for(told["q"], scope, start=page.start)
    shown = page_view(
        total=min(answer.total or 0, _DEEPEST * PAGE),
        size=PAGE,
        asked=str(page.number),
        address=lambda number: _address(request, page=str(number)),
    )
    return {"answer": answer, "hits": _hits(answer), "page": shown, "deepest": _DEEPEST * PAGE}


def _hits(answer: Answer) -> list[dict[str, object]]:
    return [
        {
            "citation": hit.citation,
            "number": hit.number,
            "stretches": hit.stretches,
            "url": law_place(hit.law_id, hit.path),
        }
        for hit in answer.hits
    ]


def _address(request: HttpRequest, **changes: str) -> str:
    query = {name: value for name, value in request.GET.items() if value and name not in ("page", "after")}
    return f"?{urlencode(query | changes)}"


def _date(told: object) -> date | None:
    return told if isinstance(told, date) else None
