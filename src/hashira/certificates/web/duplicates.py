"""Likely duplicates, two people side by side, merging them, and taking it back (名寄せの画面)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hashira.certificates.domain.dose import RecordedDose
from hashira.certificates.domain.likeness import SIGNS
from hashira.certificates.domain.merging import SameDose
from hashira.certificates.selectors.merging import (
    Comparison,
    MergeView,
    Pair,
    PairSource,
    merges_of,
    person_of_reference,
)
from hashira.certificates.selectors.people import Municipality, registers_of
from hashira.certificates.services.examination import request_examination
from hashira.certificates.services.merging import (
    compare_people,
    judge_distinct,
    merge_people,
    reverse_merge,
    view_merge,
)
from hashira.certificates.web.register import blame, status_of
from hashira.core import access
from hashira.core.accounts.selectors import display_names
from hashira.kernel.errors import HashiraError
from hashira.ui import forms
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Order, Table
from hashira.ui.wording import shown, shown_date, worded

_STATES = (("open", _("未判断")), ("distinct", _("別人")), ("merged", _("統合済み")))


class NumbersForm(forms.Form):
    """Two people to put side by side."""

    one = django_forms.CharField(label=_("宛名番号（一人目）"), max_length=32)
    other = django_forms.CharField(label=_("宛名番号（二人目）"), max_length=32)


class MergeForm(forms.Form):
    """Which entry leads the record, which doses are one, and why."""

    kept = django_forms.ChoiceField(
        label=_("残す登録"),
        widget=django_forms.RadioSelect,
        help_text=_("記録はこの登録の氏名と宛名番号で扱います。もう一方は履歴に残り、取り消せば元に戻ります"),
    )
    collapse = django_forms.MultipleChoiceField(
        label=_("同じ接種として一つに数えるもの"),
        required=False,
        widget=django_forms.CheckboxSelectMultiple,
        help_text=_("印を付けない接種は、両方とも数えます"),
    )
    identity_checked = django_forms.BooleanField(
        label=_("つながっている利用者が、両方の記録の本人であることを確かめました"), required=False
    )
    reason = django_forms.CharField(
        label=_("統合の理由"), max_length=400, help_text=_("何を見て同じ人と確かめたか")
    )

    def __init__(self, *args: Any, found: Comparison, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = (found.one.person, found.other.person)
        self.fields["kept"].choices = [(str(side.id), f"{side.name}（{side.reference}）") for side in sides]
        if found.same:
            self.fields["collapse"].choices = [
                (str(one.dropped.event), _same_words(one)) for one in found.same
            ]
        else:
            del self.fields["collapse"]
        if not found.linked:
            del self.fields["identity_checked"]


class ReasonForm(forms.Form):
    """Why, in a sentence."""

    reason = django_forms.CharField(label=_("理由"), max_length=400)


def _same_words(one: SameDose) -> str:
    kept = dose_words(one.kept)
    return kept if one.alike else f"{kept} ／ {dose_words(one.dropped)}"


def dose_words(recorded: RecordedDose) -> str:
    """A dose in one line."""
    dose = recorded.dose
    number = str(_("%(number)s回目") % {"number": dose.number}) if dose.number else ""
    return "　".join(p for p in (shown_date(dose.given_on), worded(dose.product.name), number, dose.lot) if p)


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The pairs that may be one person, the most alike first."""
    registers = registers_of(request.principal)
    asked = "one" in request.GET or "other" in request.GET
    form = NumbersForm(request.GET if asked else None)
    if asked and form.is_valid():
        leads = _side_by_side(registers, form)
        if leads is not None:
            return leads

    state = request.GET.get("state", "")
    state = state if state in dict(_STATES) else "open"

    def address(row: Pair) -> str | None:
        if row.state == "merged":  # the entry that was merged leads on to its merge
            return reverse("certificates:person", args=[row.first])
        return reverse("certificates:compare", args=[row.first, row.second])

    table = Table(
        columns=(
            Column("both", _("氏名"), sortable=True, heading=True, link=address),
            Column("birth_date", _("生年月日"), value=_births),
            Column("references", _("宛名番号")),
            Column(
                "signs",
                _("理由"),
                filterable=True,
                choices=tuple((code, sign.words) for code, sign in SIGNS.items()),
                value=lambda row: shown(row.signs),
            ),
            Column("score", _("点"), sortable=True, numeric=True),
            Column("found_at", _("見つけた日時"), sortable=True),
            Column("reason", _("判断の理由")),
        ),
        rows=PairSource((register.id for register in registers), state=state),
        request=request,
        caption=_("同じ人かもしれない登録"),
        initial_order=Order(key="score", falling=True),
        stacked=True,
        empty=_("同じ人かもしれない登録はありません。「台帳を点検する」で探せます"),
    )
    if table.wants_csv:
        return table.csv_response("重複の候補.csv")
    tabs = [Link(words, f"?state={one}", current=one == state) for one, words in _STATES]
    context = {"table": table, "registers": registers, "form": form, "tabs": tabs}
    return render(request, "certificates/duplicates/index.html", context, status=422 if form.errors else 200)


@access.requires("certificates:OpenRegister")
@never_cache
@require_POST
def examine(request: HttpRequest) -> HttpResponse:
    """Requests that a register be looked through; leads to the job."""
    wanted = request.POST.get("register", "")
    register = next((r for r in registers_of(request.principal) if str(r.id) == wanted), None)
    if register is None:
        raise access.AccessDenied
    job = request_examination(actor=request.principal, organisation_id=register.id)
    return HttpResponseRedirect(reverse("jobs:job", args=[job]))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, one_id: UUID, other_id: UUID) -> HttpResponse:
    """Two people side by side, and what becomes of them."""
    found = compare_people(actor=request.principal, one_id=one_id, other_id=other_id)
    may_merge = access.may(request.principal, "certificates:MergePeople", found.resource)
    act = request.POST.get("act", "")
    merging = MergeForm(request.POST if act == "merge" else None, found=found)
    judging = ReasonForm(request.POST if act in {"distinct", "reopen"} else None, prefix="judge")
    if act == "merge" and merging.is_valid():
        try:
            made = _merge(request, found, merging)
        except HashiraError as error:
            if isinstance(error, access.AccessDenied):
                raise
            blame(merging, error)
        else:
            return HttpResponseRedirect(reverse("certificates:merge", args=[made]) + "?saved=merged")
    if found.pair is not None and act in {"distinct", "reopen"} and judging.is_valid():
        judge_distinct(
            actor=request.principal,
            pair_id=found.pair.pk,
            distinct=act == "distinct",
            reason=judging.cleaned_data["reason"],
            at=datetime.now(UTC),
        )
        return HttpResponseRedirect(reverse("certificates:duplicates") + "?saved=judged")
    names = display_names({r.recorded_by for side in (found.one, found.other) for r in side.person.revisions})
    context = {
        "found": found,
        "form": merging if act == "merge" else judging if act else None,
        "merging": merging,
        "judging": judging,
        "may_merge": may_merge,
        "sides": [(side, [dose_words(d) for d in side.doses]) for side in (found.one, found.other)],
        "same": [_same_words(one) for one in found.same],
        "names": names,
    }
    return render(request, "certificates/duplicates/compare.html", context, status=status_of(request))


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def merges(request: HttpRequest) -> HttpResponse:
    """The merges, the latest first."""

    def address(row: MergeView) -> str:
        return reverse("certificates:merge", args=[row.id])

    rows = merges_of(register.id for register in registers_of(request.principal))
    names = display_names({row.by for row in rows})
    table = Table(
        columns=(
            Column("at", _("統合した日時"), sortable=True, heading=True, link=address),
            Column("kept_name", _("残した登録"), sortable=True, filterable=True),
            Column("absorbed_name", _("統合した登録"), sortable=True, filterable=True),
            Column("reason", _("理由"), filterable=True),
            Column("by", _("行った人"), value=lambda row: names.get(row.by, "")),
            Column("reversed_at", _("取り消した日時"), sortable=True),
        ),
        rows=rows,
        request=request,
        caption=_("統合の一覧"),
        initial_order=Order(key="at", falling=True),
        stacked=True,
        empty=_("統合はまだありません"),
    )
    if table.wants_csv:
        return table.csv_response("統合.csv")
    return render(request, "certificates/duplicates/merges.html", {"table": table})


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """One merge with both entries, and taking it back."""
    view, sides = view_merge(actor=request.principal, merge_id=merge_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = reverse_merge(
                actor=request.principal,
                merge_id=merge_id,
                reason=form.cleaned_data["reason"],
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            if isinstance(error, access.AccessDenied):
                raise
            blame(form, error)
        else:
            saved = "reversed-link" if done.link_stays else "reversed"
            return HttpResponseRedirect(reverse("certificates:merge", args=[merge_id]) + f"?saved={saved}")
    names = display_names({view.by, view.reversed_by} - {""})
    context = {
        "view": view,
        "form": form,
        "sides": [(side, [dose_words(d) for d in side.doses]) for side in sides],
        "may_reverse": view.in_force
        and access.may(request.principal, "certificates:ReverseMerge", view.resource),
        "by": names.get(view.by, ""),
        "reversed_by": names.get(view.reversed_by, ""),
        "saved": request.GET.get("saved", ""),
        "facts": [
            (_("統合した日時"), view.at),
            (_("行った人"), names.get(view.by, "")),
            (_("理由"), view.reason),
            (_("一つに数えた接種"), view.collapsed),
            (_("利用者の連携"), _("移しました") if view.link_moved else _("移していません")),
            *(
                [
                    (_("取り消した日時"), view.reversed_at),
                    (_("取り消した人"), names.get(view.reversed_by, "")),
                    (_("取消しの理由"), view.reversal_reason),
                ]
                if view.reversed_at
                else []
            ),
        ],
    }
    return render(request, "certificates/duplicates/merge.html", context, status=status_of(request))


def _merge(request: HttpRequest, found: Comparison, form: MergeForm) -> UUID:
    chosen = form.cleaned_data
    kept = UUID(chosen["kept"])
    one, other = found.one.person.id, found.other.person.id
    return merge_people(
        actor=request.principal,
        kept_id=kept,
        absorbed_id=other if kept == one else one,
        collapse=[UUID(event) for event in chosen.get("collapse", ())],
        identity_checked=chosen.get("identity_checked", False),
        reason=chosen["reason"],
        at=datetime.now(UTC),
    )


def _side_by_side(registers: tuple[Municipality, ...], form: NumbersForm) -> HttpResponse | None:
    """Leads to the comparison of two numbers, or says which of them nobody has."""
    for register in registers:
        found = {
            name: person_of_reference(register.id, form.cleaned_data[name].strip())
            for name in ("one", "other")
        }
        one, other = found["one"], found["other"]
        if one is not None and other is not None and one != other:
            return HttpResponseRedirect(reverse("certificates:compare", args=[one, other]))
    for name, person in found.items() if registers else ():
        if person is None:
            form.add_error(name, _("この宛名番号の人はいません"))
    if not form.errors:
        form.add_error("other", _("二つの番号は、同じ記録のものです"))
    return None


def _births(row: Pair) -> str:
    one, other = shown_date(row.birth_date), shown_date(row.other_birth_date)
    return one if one == other else f"{one} ／ {other}"
