"""What is entered about exceptions to guardrails (例外の入力)."""

from __future__ import annotations

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from hashira.cloud.domain.baseline import BASELINE
from hashira.cloud.domain.baseline.entry import Granter
from hashira.cloud.web.form_pages import today
from hashira.ui import forms
from hashira.ui.wording import current_language


class ExceptionForm(forms.Form):
    """From which guardrail a body asks to be spared, why, and until when."""

    organisation = django_forms.ChoiceField(label=_("団体"))
    guardrail = django_forms.ChoiceField(label=_("ガードレール"))
    system = django_forms.CharField(label=_("システム"), max_length=200)
    environment = django_forms.ChoiceField(label=_("環境"), required=False)
    reason = django_forms.CharField(
        label=_("例外が要る理由"), max_length=2000, widget=django_forms.Textarea(attrs={"rows": 4})
    )
    substitute = django_forms.CharField(
        label=_("代わりに行うこと"),
        max_length=2000,
        widget=django_forms.Textarea(attrs={"rows": 4}),
        help_text=_("ガードレールの画面にある「例外の条件」に答えてください"),
    )
    begins_on = forms.EraDateField(label=_("始まりの日"), earliest=today)
    ends_on = forms.EraDateField(
        label=_("終わりの日"), help_text=_("この日まで有効で、翌日に自動で終わります")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        language = current_language()
        self.fields["guardrail"].choices = [
            (one.id, f"{one.title.in_language(language)}（{one.exception.longest_days}）")
            for one in BASELINE
            if one.exception.granter is Granter.OPERATORS
        ]
        self.fields["guardrail"].help_text = _("括弧の中は、例外の最長の日数です")


class DecisionForm(forms.Form):
    """What an operator does with an exception."""

    act = django_forms.ChoiceField(label=_("決定"), widget=django_forms.RadioSelect)
    words = django_forms.CharField(
        label=_("意見または理由"),
        max_length=2000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 4}),
        help_text=_("申請した団体も読みます"),
    )
