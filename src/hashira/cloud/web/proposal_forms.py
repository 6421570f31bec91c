"""What a provider enters: the service, answers, evidence, partners, progress (提案の入力)."""

from __future__ import annotations

from datetime import date

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from hashira.cloud.domain.selection.answer import MAX_EXPLANATION, MAX_PRODUCT, Answer, Claim, ThirdParty
from hashira.cloud.domain.selection.evidence import (
    MAX_FILE,
    MAX_LINK,
    MAX_TEXT,
    MAX_TITLE,
    MEDIA_TYPES,
)
from hashira.cloud.domain.selection.ismap import IsmapList, IsmapRegistration
from hashira.cloud.web.form_pages import today
from hashira.cloud.web.names import CLAIMS, ISMAP_LISTS
from hashira.ui import forms


class StartForm(forms.Form):
    """Which round, for which body, what service."""

    round = django_forms.ChoiceField(label=_("公募"))
    organisation = django_forms.ChoiceField(label=_("事業者"))
    service = django_forms.CharField(label=_("サービスの名前"), max_length=200)
    service_en = django_forms.CharField(label=_("サービスの名前（英語）"), max_length=200, required=False)


class ServiceForm(forms.Form):
    """What the service is, and its registration with ISMAP."""

    service = django_forms.CharField(label=_("サービスの名前"), max_length=200)
    service_en = django_forms.CharField(label=_("サービスの名前（英語）"), max_length=200, required=False)
    description = django_forms.CharField(
        label=_("サービスの説明"),
        max_length=2000,
        widget=django_forms.Textarea,
        help_text=_("決定の後に公開されます"),
    )
    description_en = django_forms.CharField(
        label=_("サービスの説明（英語）"), max_length=2000, required=False, widget=django_forms.Textarea
    )
    ismap_list = django_forms.ChoiceField(
        label=_("登録されているリスト"), choices=ISMAP_LISTS, widget=django_forms.RadioSelect, required=False
    )
    ismap_number = django_forms.CharField(label=_("ISMAPの登録番号"), max_length=40, required=False)
    ismap_registered_on = forms.EraDateField(label=_("ISMAPの登録日"), required=False)
    ismap_expires_on = forms.EraDateField(label=_("ISMAPの有効期限"), required=False)

    def clean(self) -> dict[str, object]:
        known = dict(super().clean() or {})
        if known.get("ismap_number"):
            for name in ("ismap_list", "ismap_registered_on", "ismap_expires_on"):
                if name not in self.errors and not known.get(name):
                    self.add_error(name, _("登録番号を入れるときは、ここも入れてください"))
        return known

    def registration(self) -> IsmapRegistration | None:
        """The registration; raises ``RegistrationRefused``."""
        asked = self.cleaned_data
        if not asked["ismap_number"]:
            return None
        return IsmapRegistration(
            IsmapList(asked["ismap_list"]),
            asked["ismap_number"].strip(),
            asked["ismap_registered_on"],
            asked["ismap_expires_on"],
        )


class AnswerForm(forms.Form):
    """The answer to one requirement, complete or not."""

    claim = django_forms.ChoiceField(
        label=_("回答"), choices=CLAIMS, widget=django_forms.RadioSelect, required=False
    )
    explanation = django_forms.CharField(
        label=_("説明"),
        max_length=MAX_EXPLANATION,
        required=False,
        widget=django_forms.Textarea,
        help_text=_("どう満たすか、または満たさない理由や計画を書きます"),
    )
    planned_on = forms.EraDateField(label=_("満たす期日"), required=False, earliest=today)
    third_party_product = django_forms.CharField(
        label=_("他社の製品の名前"),
        max_length=MAX_PRODUCT,
        required=False,
        help_text=_("他社の製品を使って満たすときだけ"),
    )
    third_party_supplier = django_forms.CharField(
        label=_("他社の製品の事業者"), max_length=MAX_PRODUCT, required=False
    )

    def answer(self) -> Answer:
        """The value, not checked yet."""
        asked = self.cleaned_data
        return Answer(
            Claim(asked["claim"]) if asked["claim"] else None,
            asked["explanation"],
            asked["planned_on"],
            ThirdParty(asked["third_party_product"].strip(), asked["third_party_supplier"].strip()),
        )


class EvidenceForm(forms.Form):
    """One piece of evidence."""

    title = django_forms.CharField(label=_("根拠の題名"), max_length=MAX_TITLE)
    text = django_forms.CharField(
        label=_("文章"), max_length=MAX_TEXT, required=False, widget=django_forms.Textarea(attrs={"rows": 3})
    )
    link = django_forms.CharField(
        label=_("リンク"), max_length=MAX_LINK, required=False, help_text=_("https:// で始まるアドレス")
    )
    file = forms.FileField(
        label=_("ファイル"),
        max_bytes=MAX_FILE,
        accept=tuple(MEDIA_TYPES),
        required=False,
        help_text=_("PDF、画像、テキスト、CSV、Excel、Word。5MBまで"),
    )


class PartnerForm(forms.Form):
    """Another vendor, and what it does."""

    organisation = django_forms.ChoiceField(label=_("共同提案者"))
    role = django_forms.CharField(label=_("分担"), max_length=200)


class ReportForm(forms.Form):
    """A month of a condition."""

    month = django_forms.CharField(
        label=_("月"),
        max_length=7,
        help_text=_("例：2026-06"),
        widget=django_forms.TextInput(attrs={"size": 8}),
    )
    percent = django_forms.IntegerField(label=_("進み具合（％）"), min_value=0, max_value=100)
    words = django_forms.CharField(
        label=_("報告"),
        max_length=2000,
        widget=django_forms.Textarea,
        help_text=_("評価者が評価した後に公開されます"),
    )

    def clean_month(self) -> object:
        try:
            return date.fromisoformat(f"{self.cleaned_data['month']}-01")
        except ValueError:
            raise django_forms.ValidationError(_("月は「2026-06」のように入力してください")) from None
