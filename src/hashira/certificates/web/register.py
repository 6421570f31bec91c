"""Staff look for people in the register of their municipality and see one whole (台帳の検索・閲覧)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.certificates.domain.dose_history import DoseEvent, EventKind
from hashira.certificates.domain.person import MAX_ADDRESS, MAX_REFERENCE, PersonValues
from hashira.certificates.selectors.merging import absorbed_by, alike, merge_into
from hashira.certificates.selectors.people import (
    Found,
    Municipality,
    PersonMerged,
    PersonView,
    Question,
    person_view,
    registers_of,
)
from hashira.certificates.services.person import register_person, revise_person, search_people, view_person
from hashira.certificates.services.protection import PersonMasked
from hashira.certificates.web.masking import masked_page
from hashira.core import access
from hashira.core.accounts.selectors import display_names
from hashira.kernel.errors import HashiraError
from hashira.kernel.person_name import KanaName
from hashira.ui import forms
from hashira.ui.parts import Event
from hashira.ui.tables import Column, Table
from hashira.ui.wording import shown_date, worded

SEX_CHOICES = (("", _("不明")), ("male", _("男")), ("female", _("女")), ("other", _("その他")))
_KINDS = {
    EventKind.RECORDED: _("記録しました"),
    EventKind.CORRECTED: _("訂正しました"),
    EventKind.VOIDED: _("取り消しました"),
}


class SearchForm(forms.Form):
    """What a clerk knows about a person; everything given must fit."""

    kana = django_forms.CharField(label=_("氏名（カナ）"), max_length=80, required=False)
    name = django_forms.CharField(label=_("氏名（漢字など）"), max_length=80, required=False)
    birth_date = forms.EraDateField(label=_("生年月日"), required=False)
    reference = django_forms.CharField(label=_("宛名番号"), max_length=MAX_REFERENCE, required=False)
    coupon_number = django_forms.CharField(label=_("接種券番号"), max_length=10, required=False)
    certificate_number = django_forms.CharField(label=_("証明書ID"), max_length=32, required=False)


class PersonForm(forms.Form):
    """The values of a person."""

    reference = django_forms.CharField(label=_("宛名番号"), max_length=MAX_REFERENCE)
    name = django_forms.CharField(
        label=_("氏名"),
        max_length=200,
        strip=False,
        help_text=_("住民票のとおりに、氏と名の間に空白を入れてください。外字もそのまま入ります"),
    )
    kana = django_forms.CharField(label=_("氏名（カナ）"), max_length=200, required=False)
    roman = django_forms.CharField(
        label=_("ローマ字氏名"),
        max_length=200,
        required=False,
        help_text=_("旅券のつづりを TAKAHASHI, HANAKO のように入れてください"),
    )
    birth_date = forms.EraDateField(label=_("生年月日"))
    sex = django_forms.ChoiceField(label=_("性別"), choices=SEX_CHOICES, required=False)
    coupon_number = django_forms.CharField(label=_("接種券番号"), max_length=10, required=False)
    address = django_forms.CharField(label=_("住所"), max_length=MAX_ADDRESS, required=False)
    moved_out_on = forms.EraDateField(label=_("転出日"), required=False)
    died_on = forms.EraDateField(label=_("死亡日"), required=False)

    def values(self) -> PersonValues:
        """The values; raises an error that names the field."""
        given = {name: self.cleaned_data.get(name) for name in PersonValues.__dataclass_fields__}
        given["kana"] = KanaName.read(given["kana"])[0].text if given["kana"] else ""
        given["name"] = str(given["name"]).strip(" \u3000")
        return PersonValues(**given)


class RevisionForm(PersonForm):
    """New values of a person, with the reason and the version that was read."""

    reason = django_forms.CharField(
        label=_("変更の理由"), max_length=400, help_text=_("婚姻、転出、入力誤りなど")
    )
    version = django_forms.IntegerField(widget=django_forms.HiddenInput)


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The search, and whom it found."""
    registers = registers_of(request.principal)
    register = _chosen(request, registers)
    asked = any(
        request.GET.get(name)
        for name in request.GET
        if name in SearchForm.base_fields or name.startswith("birth_date_")
    )
    form = SearchForm(request.GET if asked else None)
    context: dict[str, object] = {"form": form, "registers": registers, "register": register}
    if asked and register is not None and form.is_valid():
        found = search_people(actor=request.principal, organisation_id=register.id, question=_question(form))
        table = _found_table(request, found)
        if table.wants_csv:
            return table.csv_response("検索結果.csv")
        context |= {"table": table, "count": len(found)}
    return render(request, "certificates/register/search.html", context)


@access.requires("certificates:OpenRegister")
@never_cache
@require_safe
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Everything on record about a person. Opening it is told in the audit.

    An entry that was merged leads to the merge, which shows both; a protected person is masked.
    """
    try:
        view = view_person(actor=request.principal, person_id=person_id)
    except PersonMasked:
        return masked_page(request, person_view(person_id))
    except PersonMerged:
        made = merge_into(person_id)
        if made is None:
            raise
        return HttpResponseRedirect(reverse("certificates:merge", args=[made]))
    may_void = access.may(request.principal, "certificates:VoidDose", view.resource)
    names = display_names({e.recorded_by for e in view.events} | {r.recorded_by for r in view.revisions})
    context = {
        "person": view,
        "values": _described(view),
        "doses": view.doses,
        "events": [_event(event, names) for event in reversed(view.events)],
        "revisions": [
            Event(
                r.recorded_at,
                r.name,
                by=names.get(r.recorded_by, ""),
                body=r.reason or shown_date(r.birth_date),
            )
            for r in reversed(view.revisions)
        ],
        "may_void": may_void,
        "may_protect": access.may(request.principal, "certificates:ProtectPerson", view.resource),
        "protected": view.resource.attributes["protected"],
        "death_warnings": _death_warnings(view),
        "alike": alike(person_id),
        "merges": absorbed_by(person_id),
        "saved": request.GET.get("saved", ""),
    }
    return render(request, "certificates/register/person.html", context)


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Enters somebody into the register."""
    registers = registers_of(request.principal)
    register = _chosen(request, registers)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and register is not None and form.is_valid():
        try:
            made = register_person(
                actor=request.principal,
                organisation_id=register.id,
                values=form.values(),
                at=datetime.now(UTC),
            )
        except HashiraError as error:
            blame(form, error)
        else:
            return to_person(made, "person")
    context = {"form": form, "registers": registers, "register": register}
    return render(request, "certificates/register/new_person.html", context, status=status_of(request))


@access.requires("certificates:OpenRegister")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Writes new values of a person."""
    view = view_person(actor=request.principal, person_id=person_id)
    if request.method == "POST":
        form = RevisionForm(request.POST)
        if form.is_valid():
            try:
                revise_person(
                    actor=request.principal,
                    person_id=person_id,
                    version=form.cleaned_data["version"],
                    values=form.values(),
                    reason=form.cleaned_data["reason"],
                    at=datetime.now(UTC),
                )
            except HashiraError as error:
                blame(form, error)
            else:
                return to_person(person_id, "person")
    else:
        known = {name: getattr(view, name) for name in RevisionForm.base_fields if hasattr(view, name)}
        form = RevisionForm(initial=known)
    context = {"form": form, "person": view}
    return render(request, "certificates/register/revise.html", context, status=status_of(request))


def _chosen(request: HttpRequest, registers: tuple[Municipality, ...]) -> Municipality | None:
    """The register that was asked for if it is one of theirs, else their first."""
    wanted = request.POST.get("register") or request.GET.get("register", "")
    return next((r for r in registers if str(r.id) == wanted), registers[0] if registers else None)


def _question(form: SearchForm) -> Question:
    asked = form.cleaned_data
    return Question(
        name=asked["name"],
        kana=asked["kana"],
        birth_date=asked["birth_date"],
        reference=asked["reference"],
        coupon_number=asked["coupon_number"],
        certificate_number=asked["certificate_number"].replace(" ", "").upper(),
    )


def _found_table(request: HttpRequest, found: tuple[Found, ...]) -> Table:
    def address(row: Found) -> str:
        return reverse("certificates:person", args=[row.id])

    return Table(
        columns=(
            Column("kana", _("氏名（カナ）"), sortable=True),
            Column("name", _("氏名"), sortable=True, heading=True, link=address),
            Column("birth_date", _("生年月日"), sortable=True),
            Column("sex", _("性別"), choices=SEX_CHOICES, value=lambda row: "-" if row.masked else row.sex),
            Column("reference", _("宛名番号"), sortable=True),
            Column("moved_out_on", _("転出日")),
            Column("merged", _("統合"), value=lambda row: _("統合した登録") if row.merged else ""),
        ),
        rows=found,
        request=request,
        caption=_("見つかった人"),
    )


def _described(view: PersonView) -> list[tuple[object, object]]:
    sexes = dict(SEX_CHOICES)
    return [
        (_("氏名"), view.name),
        (_("氏名（カナ）"), view.kana),
        (_("ローマ字氏名"), view.roman),
        (_("生年月日"), view.birth_date),
        (_("性別"), sexes[view.sex]),
        (_("住所"), view.address),
        (_("宛名番号"), view.reference),
        (_("接種券番号"), view.coupon_number),
        (_("転出日"), view.moved_out_on),
        (_("死亡日"), view.died_on),
        (_("本人との連携"), view.linked_at),
        (_("発行した証明書の数"), view.certificates),
    ]


def _death_warnings(view: PersonView) -> list[object]:
    """What does not go with a death: nothing is blocked, since the day of the death may be what is wrong."""
    if view.died_on is None:
        return []
    found: list[object] = []
    if any(event.dose.given_on > view.died_on for event in view.doses):
        found.append(_("死亡日より後の接種記録があります。別の人の記録でないか確かめてください"))
    if view.linked_at is not None:
        found.append(_("亡くなった人の記録に利用者がつながっています。必要なら連携を終了してください"))
    return found


def _event(event: DoseEvent, names: Mapping[str, str]) -> Event:
    """One event of a dose; done by a person, or brought by the system it came from."""
    dose = event.dose
    number = _("%(number)s回目") % {"number": dose.number} if dose.number else ""
    parts = (
        shown_date(dose.given_on),
        worded(dose.product.name),
        str(number),
        dose.lot,
        dose.place,
        event.reason,
    )
    return Event(
        event.recorded_at,
        _KINDS[event.kind],
        by=names.get(event.recorded_by, event.source),
        body="　".join(part for part in parts if part),
    )


def blame(form: forms.Form, error: HashiraError) -> None:
    """Puts the error beside the field it is about, else at the head of the form."""
    field = error.details.get("field")
    form.add_error(str(field) if field in form.fields else None, error.message(get_language() or "ja"))


def status_of(request: HttpRequest) -> int:
    """A page that is drawn in answer to a POST says that the input was not taken."""
    return 422 if request.method == "POST" else 200


def to_person(person_id: UUID, saved: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("certificates:person", args=[person_id]) + f"?saved={saved}")
