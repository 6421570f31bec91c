"""The parts of a page as template tags: ``{% load ui %}``.

Texts may be a ``str``, a lazy translation, a ``Bilingual`` or HTML marked safe; in a template write a literal
as ``_("保存")`` so that it is collected for translation. Every tag draws accessible HTML that works without
scripts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.forms import BaseForm
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from hashira.ui import field_anatomy, parts, wording
from hashira.ui.charts import Chart
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


@register.filter
def in_both_calendars(value: date) -> str:
    """A date with its year of the era: 2021年12月20日（令和3年12月20日）, 20 December 2021 (Reiwa 3)."""
    return wording.shown_in_both_calendars(value)


@register.simple_tag
def field_parts(field: BoundField) -> field_anatomy.FieldParts:
    """The ids and roles of a form field, for ``ui/field.html``."""
    return field_anatomy.field_parts(field)


@register.inclusion_tag("ui/error_summary.html")
def error_summary(*forms: BaseForm | None) -> dict[str, Any]:
    """All errors of the forms, first in ``main``: ``{% error_summary form %}``; nothing without errors."""
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
    """A button that submits its form: ``solid-fill``, ``outline``, ``text``; ``danger=True`` for what hurts.

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
        "kind_words": parts.notification_words(kind),
        "title": wording.worded(title),
        "body": wording.worded(body),
        "level": level,
        "id": _number(context, "notification"),
    }


@register.simple_block_tag(takes_context=True)
def notice(context: template.Context, content: str, kind: str, title: object, *, level: int = 2) -> str:
    """A notification banner with a body of its own: ``{% notice "info" _("…") %}<p>…</p>{% endnotice %}``."""
    drawn = notification(context, kind, title, mark_safe(content), level=level)  # noqa: S308  (rendered by us)
    return render_to_string("ui/notification.html", drawn)


@register.inclusion_tag("ui/emergency_banner.html", takes_context=True)
def emergency_banner(
    context: template.Context, title: object, body: object = "", *, url: str = "", label: object = ""
) -> dict[str, Any]:
    """What everybody has to know at once (緊急時バナー); at most one on a page, first in it."""
    return {
        "title": wording.worded(title), "body": wording.worded(body),
        "url": url, "label": wording.worded(label), "id": _number(context, "emergency"),
    }  # fmt: skip


@register.inclusion_tag("ui/verdict.html", takes_context=True)
def verdict(
    context: template.Context, verdict: str, reason: object = "", *, level: int = 2, focus: bool = False
) -> dict[str, Any]:
    """The outcome of a verification, large: in words, in shape and in colour.

    ``verified``, ``invalid``, ``revoked``, ``untrusted``, ``expired``, ``malformed`` or ``unsupported``.
    With ``focus`` it has the focus when the page comes, so that a screen reader begins there.
    """
    return {
        "verdict": str(verdict),
        "family": parts.verdict_family(str(verdict)),
        "words": parts.verdict_words(str(verdict)),
        "reason": wording.worded(reason),
        "level": level,
        "focus": focus,
        "id": _number(context, "verdict"),
    }


@register.inclusion_tag("ui/description_list.html")
def description_list(items: Iterable[Sequence[object]] | Mapping[object, object]) -> dict[str, Any]:
    """Terms and values: pairs, or a mapping."""
    pairs = items.items() if isinstance(items, Mapping) else items
    return {"items": [(wording.worded(term), wording.shown(value)) for term, value in pairs]}


@register.inclusion_tag("ui/check_answers.html")
def check_answers(answers: Iterable[parts.Answer]) -> dict[str, Any]:
    """All answers before they are sent, each with a link to change it."""
    return {"answers": list(answers)}


@register.inclusion_tag("ui/step_navigation.html")
def step_navigation(steps: Iterable[object], current: int) -> dict[str, Any]:
    """The steps of a procedure in their order; ``current`` counts from one."""
    labels = [wording.worded(step) for step in steps]
    if not 1 <= current <= len(labels):
        raise template.TemplateSyntaxError(f"there is no step {current} of {len(labels)}")
    states = [
        (number, label, "done" if number < current else "current" if number == current else "todo")
        for number, label in enumerate(labels, 1)
    ]
    return {"steps": states, "current": current, "count": len(labels), "label": labels[current - 1]}


@register.inclusion_tag("ui/task_list.html", takes_context=True)
def task_list(context: template.Context, tasks: Iterable[parts.Task]) -> dict[str, Any]:
    """Tasks that may be done in any order, each with its status."""
    return {"tasks": [(task, *task.status, _number(context, "task")) for task in tasks]}


@register.inclusion_tag("ui/status.html")
def status(kind: str, words: object) -> dict[str, Any]:
    """A status chip: ``neutral``, ``success``, ``info``, ``warning``, ``error``, ``wait``; and its words."""
    return {"kind": kind, "words": wording.worded(words)}


@register.inclusion_tag("ui/chip.html")
def chip(words: object, *, type: str = "outline") -> dict[str, Any]:
    """A label for a category; ``outline`` or ``fill``."""
    return {"words": wording.worded(words), "type": type}


@register.inclusion_tag("ui/timeline.html")
def timeline(events: Iterable[parts.Event]) -> dict[str, Any]:
    """What happened, in the order given."""
    return {"events": list(events)}


@register.inclusion_tag("ui/file_list.html")
def file_list(files: Iterable[parts.Download]) -> dict[str, Any]:
    """Files to take away, each with its kind and size."""
    return {"files": [(file, wording.shown_bytes(file.size)) for file in files]}


@register.inclusion_tag("ui/page_tabs.html")
def page_tabs(links: Iterable[parts.Link], *, label: object) -> dict[str, Any]:
    """Sibling pages side by side; they are links, so every one has an address."""
    return {"links": list(links), "label": wording.worded(label)}


@register.inclusion_tag("ui/search_box.html", takes_context=True)
def search_box(
    context: template.Context, url: str, label: object, *, name: str = "q", value: object = ""
) -> dict[str, Any]:
    """One field and a button; asks by GET, so that what was found has an address."""
    return {
        "url": url, "label": wording.worded(label), "name": name, "value": value,
        "id": _number(context, "search"),
    }  # fmt: skip


@register.inclusion_tag("ui/empty_state.html")
def empty_state(title: object, body: object = "", *, url: str = "", label: object = "") -> dict[str, Any]:
    """What a page says where there is nothing yet, and what to do about it."""
    return {
        "title": wording.worded(title), "body": wording.worded(body),
        "url": url, "label": wording.worded(label),
    }  # fmt: skip


@register.inclusion_tag("ui/card.html")
def card(
    title: object, body: object = "", *, url: str = "", eyebrow: object = "", level: int = 3
) -> dict[str, Any]:
    """A card; with ``url`` the whole of it leads there, through one link."""
    return {
        "title": wording.worded(title), "body": wording.worded(body), "url": url,
        "eyebrow": wording.worded(eyebrow), "level": level,
    }  # fmt: skip


@register.simple_block_tag
def disclosure(content: str, summary: object, *, open: bool = False) -> str:
    """More for those who ask: ``{% disclosure _("…") %}…{% enddisclosure %}``."""
    return format_html(
        '<details class="dads-disclosure"{}><summary class="dads-disclosure__summary">{}</summary>'
        '<div class="dads-disclosure__body">{}</div></details>',
        mark_safe(" open") if open else "", wording.worded(summary), mark_safe(content),  # noqa: S308  (ours)
    )  # fmt: skip


@register.simple_block_tag
def accordion(content: str, title: object, *, open: bool = False, level: int = 3) -> str:
    """A section that opens: ``{% accordion _("…") %}…{% endaccordion %}``; several stand below each other."""
    return format_html(
        '<details class="dads-accordion"{0}><summary class="dads-accordion__summary">'
        '<h{1} class="dads-accordion__title">{2}</h{1}></summary>'
        '<div class="dads-accordion__body">{3}</div></details>',
        mark_safe(" open") if open else "", int(level), wording.worded(title), mark_safe(content),  # noqa: S308  (ours)
    )  # fmt: skip


@register.inclusion_tag("ui/print_button.html")
def print_button(label: object = "") -> dict[str, Any]:
    """Prints the page; not there at all without scripts, where the browser's own menu prints."""
    return {"label": wording.worded(label)}


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
    refresh: str = "",
    every: int = 2,
) -> dict[str, Any]:
    """How far long work has come: count, items a second and time left, as words and as a bar.

    With ``refresh`` (the address of this very page) the part renews itself every ``every`` seconds while the
    state is ``requested``, ``queued`` or ``running``; without scripts a link does the same.
    """
    moving = state in {"requested", "queued", "running"}
    return {
        "done": done,
        "total": total,
        "words": parts.progress_words(done, total, rate=rate, seconds_left=seconds_left, state=state),
        "label": wording.worded(label),
        "state": state,
        "state_words": parts.progress_state_words(state),
        "refresh": refresh if moving else "",
        "every": int(every),
        "id": _number(context, "progress"),
    }


@register.inclusion_tag("ui/table.html", takes_context=True)
def table(context: template.Context, table: Table) -> dict[str, Any]:
    """A table with its filters, sorting, pages and CSV."""
    return {"table": table, "view": table.view(), "id": _number(context, f"table-{table.name or 'main'}")}


@register.inclusion_tag("ui/chart.html", takes_context=True)
def chart(context: template.Context, chart: Chart) -> dict[str, Any]:
    """A chart as SVG with the same numbers as a table under a disclosure."""
    return {"chart": chart, "id": _number(context, "chart")}


@register.inclusion_tag("ui/figure.html", takes_context=True)
def figure(context: template.Context, figure: parts.Figure) -> dict[str, Any]:
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
