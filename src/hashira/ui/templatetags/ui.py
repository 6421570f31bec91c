"""The parts of a page as template tags: ``{% load ui %}``.

Texts may be a ``str``, a lazy translation, a ``Bilingual`` or HTML marked safe; in a template write a literal as
``_("保存")`` so that it is collected for translation. Every tag draws accessible HTML that works without scripts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.forms import BaseForm
from django.urls import NoReverseMatch, reverse

from hashira.ui import field_anatomy, wording
from hashira.ui.charts import Chart
from hashira.ui.parts import Figure, notification_words, progress_words
from hashira.ui.tables import Table

register = template.Library()
_numbers = itertools.count(1)


def _number(context: template.Context, prefix: str) -> str:
    """An id that is unique on the page, and the same each time the page is drawn."""
    request = context.get("request")
    if request is None:
        return f"{prefix}-{next(_numbers)}"
    used: dict[str, int] = request.__dict__.setdefault("_ui_ids", {})
    used[prefix] = used.get(prefix, 0) + 1
    return f"{prefix}-{used[prefix]}"


@register.filter
def worded(value: object) -> str:
    """A text in the reader's language: ``{{ error.what|worded }}``."""
    return wording.worded(value)


@register.filter
def shown(value: object) -> str:
    """Any value as a person reads it: ``{{ dose.date|shown }}``."""
    return wording.shown(value)


@register.simple_tag
def field_parts(field: BoundField) -> field_anatomy.FieldParts:
    """The ids and roles of a form field, for ``ui/field.html``."""
    return field_anatomy.field_parts(field)


@register.inclusion_tag("ui/error_summary.html")
def error_summary(*forms: BaseForm | None) -> dict[str, Any]:
    """All errors of one or more forms, first in ``main``: ``{% error_summary form %}``. Nothing without errors."""
    lines = [line for form in forms if form for line in field_anatomy.summary_lines(form)]
    return {"lines": lines}


@register.simple_tag(takes_context=True)
def has_errors(context: template.Context) -> bool:
    """Whether the form(s) of the page, in ``form`` or ``forms``, hold errors: for the title."""
    forms = [context.get("form"), *(context.get("forms") or ())]
    return any(isinstance(form, BaseForm) and form.is_bound and bool(form.errors) for form in forms)


@register.inclusion_tag("ui/button.html")
def button(
    label: object, *, type: str = "solid-fill", size: str = "lg", **attributes: object
) -> dict[str, Any]:
    """A button that submits its form: types ``solid-fill``, ``outline``, ``text``; ``danger=True`` for what hurts.

    ``name``, ``value``, ``form``, ``formaction``, ``disabled`` go to the element.
    """
    danger = bool(attributes.pop("danger", False))
    kind = attributes.pop("kind", "submit")
    return {
        "label": wording.worded(label), "type": type, "size": size, "danger": danger, "kind": kind,
        "attributes": _attributes(attributes),
    }  # fmt: skip


@register.inclusion_tag("ui/link_button.html")
def link_button(
    url: str, label: object, *, type: str = "solid-fill", size: str = "lg", **attributes: object
) -> dict[str, Any]:
    """A link that looks like a button, for going somewhere (never for changing something)."""
    return {
        "url": url, "label": wording.worded(label), "type": type, "size": size,
        "attributes": _attributes(attributes),
    }  # fmt: skip


def _attributes(attributes: Mapping[str, object]) -> list[tuple[str, object]]:
    """Attributes as a template takes them; nothing that would run or style."""
    pairs = []
    for name, value in attributes.items():
        attribute = name.replace("_", "-")
        if attribute == "style" or attribute.startswith("on"):
            raise template.TemplateSyntaxError(f"{attribute} is not allowed by our content security policy")
        if value is not None and value is not False:
            pairs.append((attribute, True if value is True else wording.worded(value)))
    return pairs


@register.inclusion_tag("ui/notification.html", takes_context=True)
def notification(
    context: template.Context, kind: str, title: object, body: object = "", *, level: int = 2
) -> dict[str, Any]:
    """A notification banner; ``kind`` is ``success``, ``info``, ``warning`` or ``error``."""
    return {
        "kind": kind,
        "kind_words": notification_words(kind),
        "title": wording.worded(title),
        "body": wording.worded(body),
        "level": level,
        "id": _number(context, "notification"),
    }


@register.inclusion_tag("ui/description_list.html")
def description_list(items: Iterable[Sequence[object]] | Mapping[object, object]) -> dict[str, Any]:
    """Terms and values: pairs, or triples whose third is (link, text) to change the value."""
    pairs = items.items() if isinstance(items, Mapping) else items
    return {"items": [(wording.worded(row[0]), wording.shown(row[1]), *row[2:]) for row in pairs]}


@register.inclusion_tag("ui/progress.html", takes_context=True)
def progress(
    context: template.Context,
    done: int,
    total: int | None = None,
    *,
    rate: float | None = None,
    seconds_left: float | None = None,
    label: object = "",
    state: str = "running",
) -> dict[str, Any]:
    """How far long work has come: count, rate a second and time left, as words and as a bar."""
    return {
        "done": done,
        "total": total,
        "words": progress_words(done, total, rate=rate, seconds_left=seconds_left, state=state),
        "label": wording.worded(label),
        "state": state,
        "id": _number(context, "progress"),
    }


@register.inclusion_tag("ui/table.html", takes_context=True)
def table(context: template.Context, table: Table) -> dict[str, Any]:
    """A table with its filters, sorting, pages and CSV."""
    return {"table": table, "view": table.view(), "id": _number(context, f"table-{table.name or 'main'}")}


@register.inclusion_tag("ui/chart.html", takes_context=True)
def chart(context: template.Context, chart: Chart) -> dict[str, Any]:
    """A chart as SVG with the same numbers as a table under a disclosure."""
    return {"chart": chart, "drawing": chart.drawing(), "id": _number(context, "chart")}


@register.inclusion_tag("ui/figure.html", takes_context=True)
def figure(context: template.Context, figure: Figure) -> dict[str, Any]:
    """A two-dimensional code (or any single path) with its caption and a text for those who cannot see it."""
    return {"figure": figure, "id": _number(context, "figure")}


@register.simple_tag
def official_operator() -> str:
    """Who runs this as an official site, or nothing: then every page says that it is not one."""
    return str(getattr(settings, "HASHIRA_OFFICIAL_SITE", "") or "")


@register.simple_tag
def page_languages() -> list[tuple[str, str]]:
    """The languages of the product: (code, its own name)."""
    return [("ja", "日本語"), ("en", "English")]


@register.simple_tag
def url_or_nothing(name: str) -> str:
    """The address of a named view, or nothing where an installation does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.simple_tag
def site_name() -> str:
    """The name in the header; ``HASHIRA_SITE_NAME`` or Hashira."""
    return wording.worded(getattr(settings, "HASHIRA_SITE_NAME", "") or "Hashira")


@register.inclusion_tag("ui/breadcrumbs.html")
def breadcrumbs(*crumbs: object) -> dict[str, Any]:
    """The way here: label, address, label, address, …, and last the label of this page alone."""
    labels = [wording.worded(label) for label in crumbs[::2]]
    urls = [str(url) for url in crumbs[1::2]]
    return {"crumbs": list(itertools.zip_longest(labels, urls, fillvalue=""))}
