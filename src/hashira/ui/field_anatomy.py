"""What a template must know of a form field to draw it: ids, roles, where errors lead (項目の部品)."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField
from django.forms.forms import BaseForm
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class FieldParts:
    """The ids that tie a label, a hint, a control and its errors together."""

    hint_id: str
    error_id: str
    described_by: str
    single_checkbox: bool
    role: str


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of an error summary: the text, and the id of the control it leads to (or nothing)."""

    text: str
    target: str


def field_parts(field: BoundField) -> FieldParts:
    """The anatomy of one bound field."""
    identity = field.auto_id or f"id_{field.html_name}"
    widget = field.field.widget
    described = [f"{identity}_helptext"] if field.help_text else []
    described += [f"{identity}_error"] if field.errors else []
    return FieldParts(
        hint_id=f"{identity}_helptext",
        error_id=f"{identity}_error",
        described_by=" ".join(described),
        single_checkbox=isinstance(widget, forms.CheckboxInput),
        role="radiogroup" if isinstance(widget, forms.RadioSelect) else "",
    )


def control_id(field: BoundField) -> str:
    """The id of the first control a person has to change for this field."""
    identity = field.auto_id or f"id_{field.html_name}"
    first_wrong: str = getattr(field, "first_wrong_id", "")
    if first_wrong:
        return first_wrong
    if isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{identity}_0"
    return field.id_for_label or identity


def summary_lines(form: BaseForm) -> tuple[SummaryLine, ...]:
    """Every error of a form in the order of its fields; those of the form as a whole come first."""
    lines = [SummaryLine(str(text), "") for text in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else control_id(field)
        label = str(field.label)
        lines.extend(SummaryLine(_named(label, str(text)), target) for text in field.errors)
    return tuple(lines)


def _named(label: str, text: str) -> str:
    """The error with the name of its field, unless it names it already."""
    if label in text:
        return text
    return _("%(label)s：%(text)s") % {"label": label, "text": text}
