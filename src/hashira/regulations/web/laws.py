"""The laws that are kept, and the text of one (法令一覧・法令本文)."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.core.access import Resource
from hashira.regulations.domain.reading.sheet import Layout, lay_out
from hashira.regulations.domain.reference import Recogniser, Reference
from hashira.regulations.selectors.findings import counts_by, findings_in
from hashira.regulations.selectors.laws import (
    LawRow,
    LawRows,
    LawView,
    counted,
    last_scan,
    law_index,
    law_view,
)
from hashira.regulations.selectors.references import counts_of
from hashira.regulations.web.names import CATEGORY_CHOICES, LIKELY, RANK_CHOICES, RANK_NAMES
from hashira.ui.tables import Column, Table

_OPEN = "the text of law is for everybody"


@access.public(_OPEN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The front of the review: what is kept, where to look, what was found."""
    kept = counted()
    context: dict[str, object] = {
        "kept": [(name, kept[rank.value]) for rank, name in RANK_NAMES.items() if rank.value in kept],
        "total": sum(kept.values()),
        "scan": last_scan(),
    }
    if _may_see_findings(request):
        found, likely = counts_by("category"), counts_by("category", LIKELY)
        context["categories"] = [
            {
                "name": name,
                "count": found[key],
                "url": _list_of(filter_category=key),
                "likely": likely.get(key, 0),
                "likely_url": _list_of(filter_category=key, minimum=str(LIKELY)),
            }
            for key, name in CATEGORY_CHOICES
            if key in found
        ]
        context["found"] = sum(found.values())
    return render(request, "regulations/index.html", context)


@access.public(_OPEN)
@require_safe
def laws(request: HttpRequest) -> HttpResponse:
    """Every law that is kept."""
    columns = [
        Column(
            "title",
            _("題名・番号・略称"),
            sortable=True,
            filterable=True,
            heading=True,
            value=_title,
            link=_law_url,
        ),
        Column("number", _("法令番号")),
        Column("rank", _("種別"), sortable=True, filterable=True, value=_rank, choices=RANK_CHOICES),
        Column("ministry", _("所管"), filterable=True),
        Column("promulgated_at", _("公布日"), sortable=True),
        Column("enforced_at", _("施行日"), sortable=True),
    ]
    if _may_see_findings(request):
        columns.append(Column("findings", _("洗い出し"), numeric=True, link=_findings_url))
    table = Table(
        columns=columns,
        rows=LawRows(),
        request=request,
        caption=_("法令・例規"),
        page_size=50,
        stacked=True,
        empty=_("まだ取り込んだ法令がありません"),
    )
    if table.wants_csv:
        return table.csv_response("法令一覧.csv")
    return render(request, "regulations/laws.html", {"table": table, "total": sum(counted().values())})


@access.public(_OPEN)
@require_safe
def law(request: HttpRequest, law_id: str) -> HttpResponse:
    """The text of a law, as of today or of a day, a sheet at a time."""
    as_of, unreadable = _day(request.GET.get("as_of", ""))
    view = law_view(law_id, as_of)
    if view is None:
        raise Http404
    layout = lay_out(view.units, view.tables)
    whole = request.GET.get("whole") == "1"
    number = _sheet(request, layout)
    seen = _may_see_findings(request) and view.revision.current
    findings = findings_in(law_id) if seen else {}
    sheets = layout.sheets if whole else layout.sheets[number : number + 1]
    context = {
        "law": view,
        "facts": _facts(view),
        "as_of": as_of,
        "asked": request.GET.get("as_of", ""),
        "unreadable": unreadable,
        "not_yet": as_of is not None
        and view.revision.enforced_at is not None
        and as_of < view.revision.enforced_at,
        "contents": [
            {"depth": h.depth, "text": h.text, "url": _place(view, h.path, h.sheet, as_of, whole=whole)}
            for h in layout.contents
        ],
        "blocks": [block for sheet in sheets for block in sheet],
        "pieces": _Pieces(view, layout, as_of, whole=whole),
        "findings": findings,
        "named": _named(view, [block.path for sheet in sheets for block in sheet]),
        "found": sum(map(len, findings.values())),
        "references_url": references_url(law_id),
        "whole": whole,
        "sheet": number + 1,
        "sheets": len(layout.sheets),
        "previous": _turn(view, number - 1, as_of) if not whole and number else "",
        "following": _turn(view, number + 1, as_of) if not whole and number + 1 < len(layout.sheets) else "",
        "whole_url": _query(as_of=as_of, whole="1"),
        "sheets_url": _query(as_of=as_of) or request.path,
    }
    return render(request, "regulations/law.html", context)


class _Pieces:
    """The text of each unit in pieces, its references with the address of what they name."""

    def __init__(self, view: LawView, layout: Layout, as_of: date | None, *, whole: bool) -> None:
        self.view, self.layout, self.as_of, self.whole = view, layout, as_of, whole
        self.index = law_index(view.body)
        self.laws = frozenset(self.index.names.values())
        self.recogniser = Recogniser(view.units, self.index)

    def of(self, place: int) -> list[tuple[str, str]]:
        """Text and address (empty: no reference) of each piece of a unit."""
        text = self.view.units[place].text
        pieces: list[tuple[str, str]] = []
        position = 0
        for reference in self.recogniser.references(place):
            address = self._address(reference)
            if not address or reference.start < position:
                continue
            pieces.append((text[position : reference.start], ""))
            pieces.append((reference.words, address))
            position = reference.end
        return [*pieces, (text[position:], "")]

    def _address(self, reference: Reference) -> str:
        """Where a reference leads; empty where the place is not sure, or the law is not kept."""
        if not reference.targets:
            return ""
        path = reference.targets[0]
        if reference.law:
            return law_place(reference.law, path) if reference.law in self.laws else ""
        sheet = self.layout.sheet_of(path)
        return "" if sheet is None else _place(self.view, path, sheet, self.as_of, whole=self.whole)


def law_place(law_id: str, path: str) -> str:
    """The address of a place in the current text of a law."""
    return f"{reverse('regulations:law', args=[law_id])}?{urlencode({'at': path})}#{path}"


def references_url(law_id: str, path: str = "") -> str:
    """The page of the provisions that name a place of a law, or the law."""
    asked = {"law": law_id} | ({"at": path} if path else {})
    return f"{reverse('regulations:references')}?{urlencode(asked)}"


def _named(view: LawView, places: list[str]) -> dict[str, tuple[int, str]]:
    """How many provisions name each article that is shown, and where they are listed."""
    if not view.revision.current:
        return {}
    counts = counts_of(view.law_id, places)
    return {place: (count, references_url(view.law_id, place)) for place, count in counts.items()}


def _facts(view: LawView) -> list[tuple[object, object]]:
    told = [
        (_("種別"), RANK_NAMES[view.rank]),
        (_("所管"), view.ministry),
        (_("公布日"), view.promulgated_at),
        (_("施行日") if view.revision.dated else _("いつの本文か"), view.revision.enforced_at),
        (_("改正の版"), view.revision.revision_id),
    ]
    return [(name, value) for name, value in told if value]


def _may_see_findings(request: HttpRequest) -> bool:
    resource = Resource("Regulations::Laws", "", "")
    return access.may(request.principal, "regulations:ViewFindings", resource)


def _sheet(request: HttpRequest, layout: Layout) -> int:
    """Which sheet is asked for: that of a place, or a number counted from 1."""
    at = request.GET.get("at", "")
    if at and (found := layout.sheet_of(at)) is not None:
        return found
    told = request.GET.get("sheet", "")
    number = int(told) if told.isascii() and told.isdigit() and len(told) < 6 else 1
    return min(max(number, 1), max(len(layout.sheets), 1)) - 1


def _place(view: LawView, path: str, sheet: int, as_of: date | None, *, whole: bool) -> str:
    if whole:
        return f"#{path}"
    return f"{_turn(view, sheet, as_of)}#{path}"


def _turn(view: LawView, sheet: int, as_of: date | None) -> str:
    query = _query(as_of=as_of, sheet=str(sheet + 1))
    return f"{reverse('regulations:law', args=[view.law_id])}{query}"


def _query(*, as_of: date | None, **more: str) -> str:
    told = ({"as_of": as_of.isoformat()} if as_of else {}) | more
    return f"?{urlencode(told)}" if told else ""


def _day(told: str) -> tuple[date | None, bool]:
    """A day, and whether something was given that is none."""
    if not told.strip():
        return None, False
    try:
        return date.fromisoformat(told.strip()), False
    except ValueError:
        return None, True


def _title(row: LawRow) -> str:
    return row.title


def _rank(row: LawRow) -> str:
    return row.rank.value


def _law_url(row: LawRow) -> str:
    return reverse("regulations:law", args=[row.law_id])


def _findings_url(row: LawRow) -> str | None:
    return _list_of(law=row.law_id) if row.findings else None


def _list_of(**query: str) -> str:
    return f"{reverse('regulations:findings')}?{urlencode(query)}"
