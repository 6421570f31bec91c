"""Forms in the Digital Agency's manner: label, ※必須, hint and error in one piece, errors summed up first.

Point ``FORM_RENDERER`` at :class:`DadsRenderer` and every Django form, also one of a third party, is drawn
with the parts of the design system. Forms of our own inherit :class:`Form`, which adds what a public service
needs: every text has a bound, every file a size.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.forms.renderers import DjangoTemplates
from django.forms.utils import pretty_name
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext as _

from hashira.ui.era_date import EraDateField, EraDateWidget
from hashira.ui.file_field import FileField

__all__ = ["DadsRenderer", "EraDateField", "EraDateWidget", "FileField", "Form"]

_DJANGO_REQUIRED = forms.Field.default_error_messages["required"]
_DJANGO_WIDGETS = "django/forms/widgets/"


class DadsRenderer(DjangoTemplates):
    """Draws forms, fields and widgets with the templates of the design system.

    A widget of Django named ``django/forms/widgets/x.html`` is drawn by ``ui/widgets/x.html`` where that
    exists, so a form class needs to know nothing of the look.
    """

    form_template_name = "ui/form.html"
    formset_template_name = "ui/formset.html"
    field_template_name = "ui/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith(_DJANGO_WIDGETS):
            try:
                return super().get_template("ui/widgets/" + template_name.removeprefix(_DJANGO_WIDGETS))
            except TemplateDoesNotExist:
                pass
        return super().get_template(template_name)


class Form(forms.Form):
    """The form every page of Hashira starts from.

    Refuses to be made when a text field has no ``max_length``: input without a bound is a door without a
    lock. Trailing colons after labels are not drawn.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            bounded = isinstance(field, forms.UUIDField)  # by what a UUID is
            if isinstance(field, forms.CharField) and field.max_length is None and not bounded:
                raise ImproperlyConfigured(f"{type(self).__name__}.{name} needs a max_length")
            if type(field) is forms.FileField or type(field) is forms.ImageField:
                raise ImproperlyConfigured(f"{type(self).__name__}.{name} needs the FileField of ui.forms")
            _ask_by_name(field, str(field.label if field.label is not None else pretty_name(name)))
            _say_what_is_wrong(field)


def _ask_by_name(field: forms.Field, label: str) -> None:
    """Says what is missing by its name, where the form did not choose words of its own."""
    if str(field.error_messages.get("required")) != str(_DJANGO_REQUIRED):
        return
    if isinstance(field, forms.BooleanField):
        words = _("「%(label)s」にチェックを入れてください")
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        words = _("「%(label)s」を選んでください")
    else:
        words = _("「%(label)s」を入力してください")
    field.error_messages["required"] = words % {"label": label}


def _say_what_is_wrong(field: forms.Field) -> None:
    """Plain words for the two refusals people meet most, where the form did not choose its own."""
    field.error_messages.setdefault(
        "max_length", _("%(limit_value)d文字以内で入力してください（今は%(show_value)d文字です）")
    )
    if isinstance(field, forms.EmailField) and "invalid" not in field.error_messages:
        field.error_messages["invalid"] = _("メールアドレスは「name@example.jp」のように入力してください")
