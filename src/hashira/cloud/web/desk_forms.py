"""What the operator enters: files, requirements, rounds, listings (運用者の入力)."""

from __future__ import annotations

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from hashira.cloud.adapters.catalogue_file import MAX_OSCAL
from hashira.cloud.domain.selection.catalogue import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_CATEGORY,
    MAX_HOW,
    MAX_ID,
    MAX_TEXT,
    MAX_TITLE,
    Requirement,
)
from hashira.cloud.domain.selection.catalogue_sheet import REQUIRED, SheetField
from hashira.cloud.web.form_pages import (
    bilingual,
    today,
)
from hashira.cloud.web.names import (
    ISMAP_RULES,
    KINDS,
    OBLIGATIONS,
    OFFERINGS,
)
from hashira.ui import forms


class ImportForm(forms.Form):
    """A file, or the sample, for a kind and a year."""

    kind = django_forms.ChoiceField(label=_("種類"), choices=KINDS, widget=django_forms.RadioSelect)
    fiscal_year = django_forms.IntegerField(
        label=_("年度（西暦）"), min_value=FIRST_YEAR, max_value=LAST_YEAR, help_text=_("例：2026")
    )
    title = django_forms.CharField(label=_("題名"), max_length=MAX_TITLE, required=False)
    title_en = django_forms.CharField(label=_("題名（英語）"), max_length=MAX_TITLE, required=False)
    file = forms.FileField(
        label=_("ファイル"),
        max_bytes=MAX_OSCAL,
        accept=(".xlsx", ".json"),
        required=False,
        help_text=_(
            "Excel（.xlsx、5MBまで）か OSCAL のカタログ（.json）。選ばなければ、見本の一覧から始めます"
        ),
    )
    replace = django_forms.BooleanField(label=_("同じ種類と年度の下書きがあれば置き換える"), required=False)
    column_id = django_forms.CharField(label=_("番号の列の見出し"), max_length=100, required=False)
    column_category = django_forms.CharField(label=_("区分の列の見出し"), max_length=100, required=False)
    column_mandatory = django_forms.CharField(label=_("必須の列の見出し"), max_length=100, required=False)
    column_text = django_forms.CharField(label=_("要件の列の見出し"), max_length=100, required=False)
    column_verified_by = django_forms.CharField(
        label=_("確認の方法の列の見出し"), max_length=100, required=False
    )

    def headings(self) -> dict[SheetField, str]:
        """Which heading is which column, where somebody said so."""
        said = {field: self.cleaned_data[f"column_{field.value}"].strip() for field in REQUIRED}
        return {field: heading for field, heading in said.items() if heading}

    def clean(self) -> dict[str, object]:
        known = dict(super().clean() or {})
        if known.get("file") is not None and not known.get("title"):
            self.add_error("title", _("ファイルの一覧の題名を入れてください"))
        return known


class RequirementForm(forms.Form):
    """One requirement of a draft."""

    id = django_forms.CharField(label=_("番号"), max_length=MAX_ID)
    category = django_forms.CharField(label=_("区分"), max_length=MAX_CATEGORY)
    category_en = django_forms.CharField(label=_("区分（英語）"), max_length=MAX_CATEGORY, required=False)
    mandatory = django_forms.ChoiceField(
        label=_("必須・任意"), choices=OBLIGATIONS, widget=django_forms.RadioSelect
    )
    text = django_forms.CharField(label=_("要件"), max_length=MAX_TEXT, widget=django_forms.Textarea)
    text_en = django_forms.CharField(
        label=_("要件（英語）"), max_length=MAX_TEXT, required=False, widget=django_forms.Textarea
    )
    verified_by = django_forms.CharField(label=_("確認の方法"), max_length=MAX_HOW)
    verified_by_en = django_forms.CharField(label=_("確認の方法（英語）"), max_length=MAX_HOW, required=False)

    def requirement(self) -> Requirement:
        """The value; raises ``CatalogueRefused``."""
        return Requirement(
            self.cleaned_data["id"].strip(),
            bilingual(self, "category"),
            self.cleaned_data["mandatory"] == "True",
            bilingual(self, "text"),
            bilingual(self, "verified_by"),
        )


class RoundForm(forms.Form):
    """A call and its rules."""

    catalogue = django_forms.ChoiceField(label=_("要件の一覧"))
    title = django_forms.CharField(label=_("題名"), max_length=200)
    title_en = django_forms.CharField(label=_("題名（英語）"), max_length=200, required=False)
    opens_on = forms.EraDateField(label=_("受付の開始日"))
    closes_on = forms.EraDateField(label=_("受付の締切日"), earliest=today)
    latest_condition_on = forms.EraDateField(
        label=_("条件の期限"), help_text=_("予定の要件を、遅くともこの日までに満たす必要があります")
    )
    ismap = django_forms.ChoiceField(label="ISMAP", choices=ISMAP_RULES, widget=django_forms.RadioSelect)


class ListingForm(forms.Form):
    """Something that is listed and is no service."""

    kind = django_forms.ChoiceField(label=_("種類"), choices=OFFERINGS, widget=django_forms.RadioSelect)
    name = django_forms.CharField(label=_("名前"), max_length=200)
    name_en = django_forms.CharField(label=_("名前（英語）"), max_length=200, required=False)
    supplier = django_forms.CharField(label=_("事業者"), max_length=200)
    description = django_forms.CharField(label=_("説明"), max_length=2000, widget=django_forms.Textarea)
    description_en = django_forms.CharField(
        label=_("説明（英語）"), max_length=2000, required=False, widget=django_forms.Textarea
    )
    link = django_forms.CharField(
        label=_("リンク"), max_length=1000, required=False, help_text=_("https:// で始まるアドレス")
    )
