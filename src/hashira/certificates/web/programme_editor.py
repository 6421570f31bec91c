"""Writing a version of a programme on pages, without a file: fields, products, text, review (版の編集).

The draft goes from page to page in the form itself: nothing is kept until it is asked for, and whoever leaves
the page has changed nothing.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hashira.certificates.domain import programme_draft as drafts
from hashira.certificates.domain.programme_draft import Document
from hashira.certificates.domain.vaccine_programme import MAX_OCTETS, ProgrammeUnreadable, read_programme
from hashira.certificates.selectors.programmes import document_of
from hashira.certificates.services import programme as services
from hashira.certificates.web.programme_forms import ProductForm, ProgrammeForm, TextForm, blame_place
from hashira.certificates.web.programmes import preview_page
from hashira.core import access
from hashira.kernel.clock import SystemClock, today_in_japan

_ASK = "certificates:RequestProgramme"
_TOP = ("programme", "series")


@access.requires(_ASK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The version that is written; the button that was pressed says what comes next."""
    if request.method != "POST":
        return _overview(request, _begun(request), status=200)
    draft = _carried(request)
    act, _sep, code = request.POST.get("act", "").partition(":")
    if act == "product":
        return _save_product(request, draft)
    if act == "text":
        return _save_text(request, draft)
    if act != "open":
        form = ProgrammeForm(request.POST, whole=act == "review")
        if not form.is_valid():
            return _overview(request, draft, form=form, status=422)
        _take(draft, form.cleaned_data)
    if act == "edit":
        return _product_page(request, draft, drafts.product_of(draft, code))
    if act == "add":
        return _product_page(request, draft, None)
    if act == "remove" and not _known(draft, code):
        draft["products"] = [one for one in draft["products"] if one.get("code") != code]
    if act == "as-text":
        return _text_page(request, draft)
    if act == "review":
        return _review(request, draft)
    return _overview(request, draft, status=200)


def _begun(request: HttpRequest) -> Document:
    """An empty first version, the one after the last, or one that says again what an earlier one said."""
    name = request.GET.get("programme", "")
    if not name:
        return drafts.empty()
    last = document_of(name)
    if not isinstance(last, dict):
        raise Http404
    wanted = request.GET.get("version", "")
    if not wanted:
        return drafts.following(last)
    old = document_of(name, version=int(wanted)) if wanted.isascii() and wanted.isdigit() else None
    if not isinstance(old, dict):
        raise Http404
    return drafts.restored(old, last, on=today_in_japan(SystemClock()))


def _carried(request: HttpRequest) -> Document:
    """The draft that the page sent along; whoever sends something else begins anew."""
    text = request.POST.get("document", "")
    try:
        draft = json.loads(text) if len(text) <= MAX_OCTETS else None
    except ValueError:
        draft = None
    if not isinstance(draft, dict) or not _listed(draft.get("products")):
        raise Http404
    return draft


def _listed(products: object) -> bool:
    return isinstance(products, list) and all(isinstance(one, dict) for one in products)


def _take(draft: Document, fields: dict[str, Any]) -> None:
    """Puts the fields of the overview into the draft; what is empty leaves it."""
    for name in _TOP:
        _set(draft, name, fields[name])
    day = fields["valid_from"]
    draft["valid_from"] = day.isoformat() if day else ""
    draft["title"] = {language: fields[f"title_{language}"] for language in ("ja", "en")}
    disease = {part: fields[f"disease_{part}"] for part in ("ja", "en", "icd11") if fields[f"disease_{part}"]}
    _set(draft, "disease", disease)
    _set(draft, "notes", drafts.notes_from(fields["notes_ja"], fields["notes_en"]))


def _set(draft: Document, name: str, value: object) -> None:
    if value:
        draft[name] = value
    else:
        draft.pop(name, None)


def _overview(
    request: HttpRequest, draft: Document, *, form: ProgrammeForm | None = None, status: int
) -> HttpResponse:
    title, disease, notes = draft.get("title", {}), draft.get("disease", {}), draft.get("notes", [])
    if form is None:
        form = ProgrammeForm(
            initial={
                "programme": draft.get("programme", ""),
                "title_ja": title.get("ja", ""),
                "title_en": title.get("en", ""),
                "valid_from": _day(draft.get("valid_from")),
                "disease_ja": disease.get("ja", ""),
                "disease_en": disease.get("en", ""),
                "disease_icd11": disease.get("icd11", ""),
                "series": draft.get("series", ""),
                "notes_ja": "\n".join(note.get("ja", "") for note in notes),
                "notes_en": "\n".join(note.get("en", "") for note in notes),
            }
        )
    if draft["version"] != 1:
        form.fields["programme"].widget.attrs["readonly"] = True
    rows = [
        (one["code"], one.get("name", {}), one.get("retired_on", ""), not _known(draft, one["code"]))
        for one in draft["products"]
        if "code" in one
    ]
    context = {"form": form, "draft": draft, "document": _written(draft), "products": rows}
    return render(request, "certificates/programmes/edit.html", context, status=status)


def _day(text: object) -> date | None:
    """The day that a draft has; what is none stands empty, and the review asks for it."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _known(draft: Document, code: str) -> bool:
    """Whether the version before has the product: then it can be retired and not be left out."""
    last = document_of(str(draft.get("programme", "")))
    return isinstance(last, dict) and drafts.product_of(last, code) is not None


def _product_page(
    request: HttpRequest, draft: Document, product: dict[str, Any] | None, *, form: ProductForm | None = None
) -> HttpResponse:
    status = 200 if form is None else 422
    if form is None:
        fields = drafts.fields_of(product or {})
        for name in ("first_authorised", "retired_on"):
            fields[name] = _day(fields[name])
        form = ProductForm(initial=fields)
    if product is not None:
        form.fields["code"].widget.attrs["readonly"] = True
    context = {"form": form, "draft": draft, "document": _written(draft), "known": product is not None}
    return render(request, "certificates/programmes/product.html", context, status=status)


def _save_product(request: HttpRequest, draft: Document) -> HttpResponse:
    if "back" in request.POST:
        return _overview(request, draft, status=200)
    form = ProductForm(request.POST)
    before = drafts.product_of(draft, request.POST.get("before", ""))
    if form.is_valid():
        product = drafts.product_from(form.cleaned_data)
        try:
            read_programme(drafts.to_check(draft, product))
        except ProgrammeUnreadable as error:
            blame_place(form, error)
        else:
            drafts.put(draft, product)
            return _overview(request, draft, status=200)
    return _product_page(request, draft, before, form=form)


def _text_page(request: HttpRequest, draft: Document, *, form: TextForm | None = None) -> HttpResponse:
    status = 200 if form is None else 422
    if form is None:
        form = TextForm(initial={"text": json.dumps(draft, ensure_ascii=False, indent=1)})
    context = {"form": form, "draft": draft, "document": _written(draft)}
    return render(request, "certificates/programmes/text.html", context, status=status)


def _save_text(request: HttpRequest, draft: Document) -> HttpResponse:
    if "back" in request.POST:
        return _overview(request, draft, status=200)
    form = TextForm(request.POST)
    if form.is_valid():
        try:
            seen = services.preview(form.cleaned_data["text"].encode())
        except ProgrammeUnreadable as error:
            form.add_error("text", error.message(get_language() or "ja"))
        else:
            return preview_page(request, seen)
    return _text_page(request, draft, form=form)


def _review(request: HttpRequest, draft: Document) -> HttpResponse:
    try:
        seen = services.preview(_written(draft).encode())
    except ProgrammeUnreadable as error:
        form = ProgrammeForm(request.POST)
        form.is_valid()
        blame_place(form, error)
        return _overview(request, draft, form=form, status=422)
    return preview_page(request, seen)


def _written(draft: Document) -> str:
    return json.dumps(draft, ensure_ascii=False)
