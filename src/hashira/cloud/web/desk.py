"""The operator's desk: drafts of catalogues, rounds, listings (運用者の作業)."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hashira.cloud.adapters.catalogue_file import read_catalogue
from hashira.cloud.domain.selection.catalogue import (
    Catalogue,
    CatalogueKind,
    Requirement,
)
from hashira.cloud.domain.selection.catalogue_sheet import SheetRefused
from hashira.cloud.domain.selection.ismap import IsmapRule
from hashira.cloud.domain.selection.seed import seed_catalogue
from hashira.cloud.selectors.catalogues import (
    catalogue_line,
    catalogue_lines,
    catalogue_value,
    earlier_than,
    requirement_lines,
    rounds,
)
from hashira.cloud.selectors.early import call_views
from hashira.cloud.selectors.services import offering_lines
from hashira.cloud.services import catalogue as services
from hashira.cloud.services.rounds import end_listing, list_offering, open_round
from hashira.cloud.store.models import ListedOffering
from hashira.cloud.web.desk_forms import ImportForm, ListingForm, RequirementForm, RoundForm
from hashira.cloud.web.form_pages import (
    ConfirmForm,
    ReasonForm,
    attempt,
    bilingual,
    form_page,
    now,
    today,
)
from hashira.cloud.web.names import (
    CALL_STATES,
    CATALOGUE_STATES,
    ISMAP_RULES,
    KINDS,
    OBLIGATIONS,
    OFFERINGS,
    ROUND_STATES,
)
from hashira.core import access
from hashira.kernel.language import Bilingual
from hashira.ui.parts import Link
from hashira.ui.tables import Column, Table


def desk_link() -> Link:
    """The way back to the desk."""
    return Link(Bilingual("選定の運用", "Running the selection"), reverse("cloud:desk"))


@access.requires("cloud:ManageCatalogue")
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Everything the operator keeps, and the doors to what is next."""
    kept = Table(
        columns=(
            Column("title", _("一覧"), heading=True, link=lambda one: _catalogue_url(one.id, one.state)),
            Column("kind", _("種類"), choices=KINDS, value=lambda one: one.kind.value, filterable=True),
            Column("fiscal_year", _("年度"), value=lambda one: str(one.fiscal_year), sortable=True),
            Column("version", _("版"), numeric=True),
            Column("state", _("状態"), choices=CATALOGUE_STATES, filterable=True),
            Column("requirements", _("要件の数"), numeric=True),
            Column("changed_at", _("更新日時"), sortable=True),
        ),
        rows=catalogue_lines(drafts=True),
        request=request,
        caption=_("要件の一覧"),
        name="catalogues",
        stacked=True,
        downloadable=False,
        empty=_("一覧はまだありません。ファイルか見本から始めてください"),
    )
    calls = Table(
        columns=(
            Column("title", _("公募"), heading=True),
            Column("state", _("状態"), choices=ROUND_STATES),
            Column("opens_on", _("受付の開始日")),
            Column("closes_on", _("締切日"), sortable=True),
            Column("latest_condition_on", _("条件の期限")),
            Column("ismap", "ISMAP", choices=ISMAP_RULES, value=lambda one: one.ismap.value),
            Column("proposals", _("提出された提案"), numeric=True),
        ),
        rows=rounds(today()),
        request=request,
        caption=_("公募の回"),
        name="rounds",
        stacked=True,
        downloadable=False,
        empty=_("公募はまだありません"),
    )
    listed = Table(
        columns=(
            Column("name", _("名前"), heading=True, link=_end_url),
            Column("kind", _("種類"), choices=OFFERINGS),
            Column("supplier", _("事業者")),
            Column("listed_at", _("掲載日時"), sortable=True),
            Column("ended_at", _("掲載を終えた日時")),
        ),
        rows=offering_lines(ended=True),
        request=request,
        caption=_("製品と、サービス以外のもの"),
        name="listings",
        stacked=True,
        downloadable=False,
        empty=_("掲載しているものはありません"),
    )
    early = Table(
        columns=(
            Column(
                "title",
                _("先行事業"),
                heading=True,
                link=lambda one: reverse("cloud:early-call", args=[one.id]),
            ),
            Column("state", _("状態"), choices=CALL_STATES),
            Column("closes_on", _("締切日")),
            Column("applications", _("応募"), numeric=True),
        ),
        rows=call_views(today()),
        request=request,
        caption=_("先行事業の公募"),
        name="early",
        stacked=True,
        downloadable=False,
        empty=_("先行事業の公募はまだありません"),
    )
    context = {"catalogues": kept, "rounds": calls, "listings": listed, "early": early}
    return render(request, "cloud/desk.html", context)


@access.requires("cloud:ManageCatalogue")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """Takes a file in as a draft, or begins with the sample; problems are told row by row."""
    posted = request.method == "POST"
    form = ImportForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial={"fiscal_year": today().year, "kind": CatalogueKind.IAAS_PAAS.value},
    )
    problems: tuple[object, ...] = ()
    if posted and form.is_valid():
        made: list[UUID] = []

        def take_in() -> None:
            nonlocal problems
            try:
                made.append(_imported(request, form))
            except SheetRefused as refused:
                problems = refused.problems
                raise

        if attempt(form, take_in):
            return HttpResponseRedirect(reverse("cloud:catalogue-draft", args=[made[0]]))
    more = {"problems": problems[:200], "problem_count": len(problems)}
    return form_page(
        request,
        form,
        title=_("要件の一覧を取り込む"),
        button=_("下書きとして取り込む"),
        back=reverse("cloud:desk"),
        parent=desk_link(),
        lead=_(
            "1行でも直すところがあれば、何も取り込みません。見出しを読み取れないときだけ、下で見出しを指定します。"
        ),
        **more,
    )


def _imported(request: HttpRequest, form: ImportForm) -> UUID:
    kind, year = CatalogueKind(form.cleaned_data["kind"]), form.cleaned_data["fiscal_year"]
    file = form.cleaned_data["file"]
    source, digest = "", ""
    catalogue: Catalogue
    if file is None:
        catalogue = seed_catalogue(kind, year)
        if form.cleaned_data["title"]:
            catalogue = Catalogue(kind, year, bilingual(form, "title"), catalogue.requirements)
    else:
        content = file.read()
        source, digest = file.name, sha256(content).hexdigest()
        catalogue = read_catalogue(
            content, kind=kind, fiscal_year=year, title=bilingual(form, "title"), headings=form.headings()
        )
    return services.import_catalogue(
        actor=request.principal,
        catalogue=catalogue,
        source=source,
        source_digest=digest,
        replace=form.cleaned_data["replace"],
        at=now(),
    )


@access.requires("cloud:ManageCatalogue")
@never_cache
@require_safe
def draft(request: HttpRequest, catalogue_id: UUID) -> HttpResponse:
    """A draft before it is published, compared with what is in force."""
    line = catalogue_line(catalogue_id, drafts=True)
    if line.state != "draft":
        return HttpResponseRedirect(reverse("cloud:catalogue", args=[catalogue_id]))
    table = Table(
        columns=(
            Column(
                "id",
                _("番号"),
                heading=True,
                filterable=True,
                link=lambda one: reverse("cloud:requirement", args=[catalogue_id, one.key]),
            ),
            Column("category", _("区分"), filterable=True),
            Column("mandatory", _("必須・任意"), choices=OBLIGATIONS, filterable=True),
            Column("text", _("要件"), filterable=True),
            Column("verified_by", _("確認の方法")),
        ),
        rows=requirement_lines(catalogue_id),
        request=request,
        caption=_("要件（番号を選ぶと直せます）"),
        page_size=100,
        stacked=True,
        downloadable=False,
    )
    facts = [
        (_("種類"), line.kind_name),
        (_("年度"), str(line.fiscal_year)),
        (_("版"), line.version),
        (_("要件の数"), line.requirements),
        (_("うち必須"), line.mandatory),
        (_("元のファイル"), line.source),
        (_("更新日時"), line.changed_at),
    ]
    context = {"line": line, "table": table, "facts": facts, "earlier": earlier_than(line)}
    return render(request, "cloud/draft.html", context)


@access.requires("cloud:ManageCatalogue")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def requirement(request: HttpRequest, catalogue_id: UUID, key: int | None = None) -> HttpResponse:
    """One requirement of a draft: new, corrected or taken out."""
    line = catalogue_line(catalogue_id, drafts=True)
    rows = {one.key: number for number, one in enumerate(requirement_lines(catalogue_id))}
    if key is not None and key not in rows:
        raise Http404
    known = catalogue_value(catalogue_id).requirements[rows[key]] if key is not None else None
    back = reverse("cloud:catalogue-draft", args=[catalogue_id])
    form = RequirementForm(request.POST or None, initial=_initial(known))
    if request.method == "POST" and "remove" in request.POST and key is not None:
        form = RequirementForm(_initial(known))
        if attempt(
            form,
            lambda: services.remove_requirement(
                actor=request.principal, catalogue_id=catalogue_id, key=key, at=now()
            ),
        ):
            return HttpResponseRedirect(back)
    elif (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: services.revise_requirement(
                actor=request.principal,
                catalogue_id=catalogue_id,
                key=key,
                requirement=form.requirement(),
                at=now(),
            ),
        )
    ):
        return HttpResponseRedirect(back)
    return form_page(
        request,
        form,
        title=_("要件を直す") if key is not None else _("要件を加える"),
        button=_("保存する"),
        back=back,
        parent=Link(line.title, back),
        remove=_("この要件を外す") if key is not None else "",
    )


def _initial(known: Requirement | None) -> dict[str, object]:
    if known is None:
        return {"mandatory": "True"}
    return {
        "id": known.id,
        "category": known.category.ja,
        "category_en": known.category.en,
        "mandatory": str(known.mandatory),
        "text": known.text.ja,
        "text_en": known.text.en,
        "verified_by": known.verified_by.ja,
        "verified_by_en": known.verified_by.en,
    }


@access.requires("cloud:ManageCatalogue")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, catalogue_id: UUID) -> HttpResponse:
    """Asks once more before a draft becomes public for good, or is thrown away."""
    line = catalogue_line(catalogue_id, drafts=True)
    back = reverse("cloud:catalogue-draft", args=[catalogue_id])
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    discard = "discard" in request.GET
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            if discard:
                services.discard_catalogue(actor=request.principal, catalogue_id=catalogue_id)
            else:
                services.publish_catalogue(actor=request.principal, catalogue_id=catalogue_id, at=now())

        if attempt(form, act):
            done = reverse("cloud:desk") if discard else reverse("cloud:catalogue", args=[catalogue_id])
            return HttpResponseRedirect(done)
    return form_page(
        request,
        form,
        title=_("下書きを破棄する") if discard else _("一覧を公開する"),
        button=_("破棄する") if discard else _("公開する"),
        back=back,
        parent=Link(line.title, back),
        lead=_("下書きの要件は元に戻せません。")
        if discard
        else _("公開すると、この版の要件はだれにも変えられません。直すときは新しい版を作ります。"),
        facts=[
            (_("種類"), line.kind_name),
            (_("年度"), str(line.fiscal_year)),
            (_("要件の数"), line.requirements),
        ],
        danger=discard,
    )


@access.requires("cloud:ManageRounds")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request: HttpRequest) -> HttpResponse:
    """Opens a call by one of the published catalogues."""
    form = RoundForm(request.POST or None, initial={"opens_on": today(), "ismap": "required"})
    form.fields["catalogue"].choices = [
        (str(one.id), f"{one.title}（{one.fiscal_year}-{one.version}）") for one in catalogue_lines()
    ]
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: open_round(
                actor=request.principal,
                catalogue_id=UUID(asked["catalogue"]),
                title=bilingual(form, "title"),
                opens_on=asked["opens_on"],
                closes_on=asked["closes_on"],
                latest_condition_on=asked["latest_condition_on"],
                ismap=IsmapRule(asked["ismap"]),
                at=now(),
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:desk"))
    return form_page(
        request,
        form,
        title=_("公募を始める"),
        button=_("公募を始める"),
        back=reverse("cloud:desk"),
        parent=desk_link(),
        lead=_("ここで決めた規則は、後から変わりません。"),
    )


@access.requires("cloud:ManageListings")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def listing_new(request: HttpRequest) -> HttpResponse:
    """Lists a product or a thing other than a service."""
    form = ListingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            lambda: list_offering(
                actor=request.principal,
                kind=ListedOffering.Kind(asked["kind"]),
                name=bilingual(form, "name"),
                supplier=asked["supplier"],
                description=bilingual(form, "description"),
                link=asked["link"].strip(),
                at=now(),
            ),
        ):
            return HttpResponseRedirect(reverse("cloud:desk"))
    return form_page(
        request,
        form,
        title=_("製品などを掲載する"),
        button=_("掲載する"),
        back=reverse("cloud:desk"),
        parent=desk_link(),
    )


@access.requires("cloud:ManageListings")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def listing_end(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """Takes something off the list."""
    found = next((one for one in offering_lines(ended=True) if one.id == offering_id), None)
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None, label=_("掲載を終える理由"))
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: end_listing(
                actor=request.principal,
                offering_id=offering_id,
                reason=form.cleaned_data["reason"],
                at=now(),
            ),
        )
    ):
        return HttpResponseRedirect(reverse("cloud:desk"))
    return form_page(
        request,
        form,
        title=_("掲載を終える"),
        button=_("掲載を終える"),
        back=reverse("cloud:desk"),
        parent=desk_link(),
        facts=[(_("名前"), found.name), (_("事業者"), found.supplier)],
        danger=True,
    )


def _catalogue_url(catalogue_id: UUID, state: str) -> str:
    return reverse("cloud:catalogue-draft" if state == "draft" else "cloud:catalogue", args=[catalogue_id])


def _end_url(one: object) -> str | None:
    ended, key = getattr(one, "ended_at", None), getattr(one, "id", None)
    return None if ended else reverse("cloud:listing-end", args=[key])
