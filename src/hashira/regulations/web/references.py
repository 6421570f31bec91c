"""Which provisions name a provision, and what it names (引く条項・引く先)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.regulations.domain.law.citation import cite
from hashira.regulations.selectors.laws import LawRow, law_row
from hashira.regulations.selectors.references import KINDS, Naming, ReferenceRow, named_in
from hashira.regulations.web.laws import law_place
from hashira.regulations.web.names import RANK_CHOICES, REFERENCE_KINDS
from hashira.ui.tables import Column, Table

_PAGE = 50
_LONGEST = 400
_SHOWN = 200
"""Of what one place names; an article that names more is read in the text itself."""


@access.public("the text of law is for everybody")
@require_safe
def references(request: HttpRequest) -> HttpResponse:
    """The provisions that name a law or a place in it, and what the place names itself."""
    law = law_row(request.GET.get("law", "")[:_LONGEST])
    if law is None:
        raise Http404
    path = request.GET.get("at", "")[:_LONGEST]
    kinds = tuple((kind, REFERENCE_KINDS[kind]) for kind in KINDS)
    table = Table(
        columns=[
            Column("citation", _("引く条項"), filterable=True, heading=True, link=_address),
            Column("kind", _("引き方"), filterable=True, choices=kinds),
            Column("here", _("引かれる箇所")),
            Column("rank", _("種別"), filterable=True, value=_rank, choices=RANK_CHOICES),
        ],
        rows=Naming(law.law_id, path),
        request=request,
        caption=_("この条項を引く条項"),
        page_size=_PAGE,
        stacked=True,
        empty=_("引く条項は見つかりません"),
    )
    if table.wants_csv:
        return table.csv_response("引く条項.csv")
    named = named_in(law.law_id, path) if path else ()
    context = {
        "table": table,
        "law": law,
        "path": path,
        "citation": _citation(law, path),
        "back": law_place(law.law_id, path) if path else "",
        "named": [
            {
                "citation": row.citation,
                "url": _address(row),
                "kind": REFERENCE_KINDS[row.kind],
                "here": row.here,
            }
            for row in named[:_SHOWN]
        ],
        "more": max(0, len(named) - _SHOWN),
    }
    return render(request, "regulations/references.html", context)


def _citation(law: LawRow, path: str) -> str:
    return cite(law.title, path, law.rank.numerals, letters=law.rank.letters) if path else law.title


def _address(row: ReferenceRow) -> str | None:
    return law_place(row.law_id, row.path) if row.rank is not None else None


def _rank(row: ReferenceRow) -> str:
    return row.rank.value if row.rank is not None else ""
