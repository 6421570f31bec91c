"""What the scan found: the list, and one finding with its reasons (洗い出し一覧)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hashira.core import access
from hashira.regulations.domain.detection import JAPAN, Finding, Reason
from hashira.regulations.domain.detection.category import table as category_table
from hashira.regulations.domain.detection.finding import LEARNT, shown_score
from hashira.regulations.domain.detection.rule import Scope
from hashira.regulations.domain.detection.spoken import words_of_signs
from hashira.regulations.domain.search.excerpt import Stretch
from hashira.regulations.selectors.findings import FindingRow, FindingRows, FindingView, finding_view
from hashira.regulations.selectors.laws import LawView, last_scan, law_view
from hashira.regulations.web.laws import law_place
from hashira.regulations.web.names import (
    CATEGORY_CHOICES,
    LIKELY,
    PHASE,
    PHASE_CHOICES,
    RANK_CHOICES,
    RANK_NAMES,
    rule_name,
    type_name,
)
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import worded

_PAGE = 50
_OUTSIDE = {sign.id for sign in JAPAN.signs if sign.scope in (Scope.TITLE, Scope.CAPTION)}
"""Signs whose words stand outside the text of the unit."""
_LEVELS = ((str(LIKELY), _("0.5以上（有力）")), ("0.2", _("0.2以上")), ("0.1", _("0.1以上")))


class _Line(NamedTuple):
    """A unit as it is shown."""

    label: str
    stretches: tuple[Stretch, ...]
    very: bool
    """Whether it is the unit that was found, and not one beside it."""


@access.requires("regulations:ViewFindings")
@never_cache
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Every finding, the surest first."""
    law_id = request.GET.get("law", "")
    family = request.GET.get("family", "")
    table = Table(
        columns=[
            Column("citation", _("条項"), sortable=True, filterable=True, heading=True, link=_finding_url),
            Column("category", _("区分"), sortable=True, filterable=True, choices=CATEGORY_CHOICES),
            Column("type", _("類型"), value=_type),
            Column("phase", PHASE, filterable=True, choices=PHASE_CHOICES),
            Column("rank", _("種別"), filterable=True, value=_rank, choices=RANK_CHOICES),
            Column("ministry", _("所管"), sortable=True, filterable=True),
            Column("score", _("確からしさ"), sortable=True, numeric=True, value=_score),
            Column("excerpt", _("条文"), filterable=True),
        ],
        rows=FindingRows(law_id=law_id, family_id=family, minimum=_minimum(request)),
        request=request,
        caption=_("洗い出した条項"),
        page_size=_PAGE,
        stacked=True,
        initial_order=Order(key="score", falling=True),
        empty=_("まだ洗い出していません"),
    )
    if table.wants_csv:
        return table.csv_response("洗い出し.csv")
    shown = law_view(law_id) if law_id else None
    context = {
        "table": table,
        "law": shown,
        "family": family,
        "levels": [
            {
                "words": words,
                "url": _with(request, minimum=value),
                "current": request.GET.get("minimum") == value,
            }
            for value, words in _LEVELS
        ],
        "every": _with(request, minimum=None),
        "minimum": request.GET.get("minimum", ""),
        "scan": last_scan(),
    }
    return render(request, "regulations/findings.html", context)


@access.requires("regulations:ViewFindings")
@never_cache
@require_safe
def finding(request: HttpRequest, key: int) -> HttpResponse:
    """One finding: where, what, how sure, and why."""
    view = finding_view(key)
    if view is None:
        raise Http404
    found = view.finding
    law = law_view(found.law_id)
    spoken = _spoken(found, law)
    names = (category_table()[found.category].name, type_name(found.category, found.type))
    context = {
        "finding": found,
        "facts": _facts(view),
        "kind": f"{' '.join(map(worded, names))} Phase {found.phase}",
        "percent": min(99, round(found.score * 100)),
        "reasons": _weighed((r for r in found.reasons if r.rule != LEARNT), spoken),
        "learnt": _weighed((r for r in found.reasons if r.rule == LEARNT), spoken),
        "meanings": _meanings(view),
        "lines": _lines(law, found, spoken),
        "place": law_place(found.law_id, found.path),
        "same_place": view.same_place,
        "family": view.family,
        "family_size": view.family_size,
        "family_url": f"{reverse('regulations:findings')}?{urlencode({'family': found.family_id})}",
        "before": view.before,
        "after": view.after,
        "law_url": f"{reverse('regulations:findings')}?{urlencode({'law': found.law_id})}",
    }
    return render(request, "regulations/finding.html", context)


def _weighed(reasons: Iterable[Reason], spoken: Mapping[str, str]) -> list[dict[str, object]]:
    """The rows of a table of reasons, the strongest first; what weighs nothing tells the type or phase."""
    return [
        {
            "name": rule_name(reason.rule),
            "words": reason.words or spoken.get(reason.rule, ""),
            "weight": f"{reason.weight:+.2f}",
        }
        for reason in sorted(reasons, key=lambda reason: -abs(reason.weight))
        if reason.weight
    ]


def _meanings(view: FindingView) -> list[tuple[object, object]]:
    """What category, type and phase mean, and the words that spoke for them."""
    found = view.finding
    category = category_table()[found.category]
    return [
        (category.name, category.meaning),
        *((own.name, own.meaning) for own in category.types if own.id == found.type),
        *((f"Phase {own.id}", own.meaning) for own in category.phases if own.id == found.phase),
        *((rule_name(reason.rule), reason.words) for reason in found.reasons if not reason.weight),
    ]


def _facts(view: FindingView) -> list[tuple[object, object]]:
    found = view.finding
    return [
        (_("法令"), found.law_title),
        (_("法令番号"), found.law_num),
        (_("種別"), RANK_NAMES[view.rank]),
        (_("所管"), found.ministry or _("不明")),
        (_("部分"), found.part),
        (_("施行日"), found.enforced_at or _("文書にない")),
        (_("改正の版"), found.revision_id),
        (_("位置（e-Govのid）"), found.path),
        (_("はじめて見つけた日時"), view.found_at),
    ]


def _spoken(found: Finding, law: LawView | None) -> Mapping[str, str]:
    """The words in the text by which the signs among the reasons hold."""
    if law is None or not found.reasons:
        return {}
    signs = {reason.rule for reason in found.reasons if not reason.words}
    return words_of_signs(JAPAN, signs, law.units, law.title, found.path, found.reasons[0].words)


def _lines(law: LawView | None, found: Finding, spoken: Mapping[str, str]) -> list[_Line]:
    """The paragraph in which it stands, with the words of the reasons marked in the very unit."""
    if law is None:
        return []
    head, paragraph, _rest = found.path.partition("-Pr_")
    whole = head + paragraph + _rest.partition("-")[0] if paragraph else found.path
    words = {reason.words for reason in found.reasons if reason.rule != LEARNT}
    words |= {said for sign, said in spoken.items() if sign not in _OUTSIDE}
    lines = []
    for unit in law.units:
        if unit.path == whole or unit.path.startswith(whole + "-"):
            very = unit.path == found.path
            lines.append(_Line(unit.label, _stretches(unit.text, words if very else ()), very))
    return lines


def _stretches(text: str, words: Collection[str]) -> tuple[Stretch, ...]:
    """The whole text, with these words marked wherever they stand; those that touch make one stretch."""
    found = [False] * len(text)
    for word in filter(None, words):
        for met in re.finditer(re.escape(word), text):
            found[met.start() : met.end()] = [True] * len(word)
    runs = groupby(zip(text, found, strict=True), key=lambda letter: letter[1])
    return tuple(Stretch("".join(letter for letter, _held in run), found=held) for held, run in runs)


def _minimum(request: HttpRequest) -> float:
    told = request.GET.get("minimum", "")
    return float(told) if told in {value for value, _words in _LEVELS} else 0.0


def _with(request: HttpRequest, **changes: str | None) -> str:
    query = request.GET.copy()
    for name in ("page", "format", *changes):
        query.pop(name, None)
    for name, value in changes.items():
        if value is not None:
            query[name] = value
    told = query.urlencode()
    return f"?{told}" if told else request.path


def _finding_url(row: FindingRow) -> str:
    return reverse("regulations:finding", args=[row.key])


def _rank(row: FindingRow) -> str:
    return row.rank.value


def _type(row: FindingRow) -> str:
    return worded(type_name(row.category, row.type))


def _score(row: FindingRow) -> str:
    return shown_score(row.score)
