"""The fields in which a version of a programme and its products are written (プログラムの入力欄)."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hashira.certificates.domain.programme_draft import field_of
from hashira.certificates.domain.vaccine_programme import MAX_OCTETS, ProgrammeUnreadable
from hashira.kernel.language import Bilingual
from hashira.ui import forms
from hashira.ui.wording import worded

_TEXT, _CODE = 300, 32


def _words(label: Any, *, required: bool = False, longest: int = _TEXT, help_text: Any = "") -> Any:
    return django_forms.CharField(label=label, max_length=longest, required=required, help_text=help_text)


def _lines(label: Any, help_text: Any, *, rows: int = 3) -> Any:
    return django_forms.CharField(
        label=label,
        max_length=4000,
        required=False,
        help_text=help_text,
        widget=django_forms.Textarea(attrs={"rows": rows, "autocomplete": "off", "spellcheck": "false"}),
    )


class ProgrammeForm(forms.Form):
    """What a version says of itself; ``whole``: nothing may be missing, which is asked for at the review."""

    programme = _words(
        _("プログラムの名前"),
        required=True,
        longest=_CODE,
        help_text=_("小文字、数字、ハイフン。あとで変えられません"),
    )
    title_ja = _words(_("名称（日本語）"), required=True)
    title_en = _words(_("名称（英語）"), required=True)
    valid_from = forms.EraDateField(
        label=_("開始日"), help_text=_("この日から、この版の製品とコードを使います")
    )
    disease_ja = _words(_("病気（日本語）"), help_text=_("製品ごとにも書けます"))
    disease_en = _words(_("病気（英語）"))
    disease_icd11 = _words(_("病気のICD-11コード"), longest=80)
    series = _words(
        _("回数の数え方"), longest=_CODE, help_text=_("同じ名前の製品は、続けて数えます。なければ製品ごと")
    )
    notes_ja = _lines(_("紙の証明書に載せる文（日本語）"), _("一行に一つ、5つまで"))
    notes_en = _lines(_("紙の証明書に載せる文（英語）"), _("日本語と同じ順、同じ数"))

    def __init__(self, *args: Any, whole: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in () if whole else self.fields.values():
            field.required = False


class ProductForm(forms.Form):
    """A product with its codes by day and its rules."""

    code = _words(
        _("製品コード"),
        required=True,
        longest=_CODE,
        help_text=_("小文字、数字、ハイフン。あとで変えられません"),
    )
    name_ja = _words(_("製品名（日本語）"), required=True)
    name_en = _words(_("製品名（英語）"), required=True)
    maker_ja = _words(_("製造販売（日本語）"), required=True)
    maker_en = _words(_("製造販売（英語）"), required=True)
    disease_ja = _words(_("病気（日本語）"), help_text=_("プログラムの病気と違うときだけ"))
    disease_en = _words(_("病気（英語）"))
    disease_icd11 = _words(_("病気のICD-11コード"), longest=80)
    series = _words(_("回数の数え方"), longest=_CODE, help_text=_("プログラムと違うときだけ"))
    cvx = _lines(
        _("CVXコード（国内用）"),
        _("一行に一つ。途中で変わるときは、開始日を後に書きます。例: 208 2023-02-07"),
    )
    icd11 = _lines(_("ICD-11コード（海外用）"), _("一行に一つ。例: XM0GQ8"))
    seal_name = _words(_("海外用に書く名前"), longest=100, help_text=_("ICD-11のコードがあれば必要です"))
    eu = _lines(
        _("EUのコード"),
        _("一行に一つ。製品、予防の種類、製造者、開始日の順。例: EU/1/20/1528 1119349007 ORG-100030215"),
    )
    icvp = _lines(_("WHOの製品番号"), _("一行に一つ"))
    first_authorised = forms.EraDateField(label=_("初めて認められた日"), required=False)
    most_doses = django_forms.IntegerField(
        label=_("ふつうの最大回数"), required=False, min_value=1, max_value=99
    )
    course = django_forms.IntegerField(label=_("初回の接種回数"), required=False, min_value=1, max_value=9)
    intervals = _lines(
        _("接種間隔"), _("一行に一つ。何回目の前に、何日以上、何日以内（なくてもよい）。例: 2 21 42")
    )
    retired_on = forms.EraDateField(
        label=_("終了日"),
        required=False,
        help_text=_("この日から選択肢に出なくなります。前の記録と証明書はそのままです"),
    )


class TextForm(forms.Form):
    """The whole version as its text."""

    text = django_forms.CharField(
        label=_("版の全体（JSON）"),
        max_length=MAX_OCTETS,
        widget=django_forms.Textarea(attrs={"rows": 24, "autocomplete": "off", "spellcheck": "false"}),
    )


def blame_place(form: forms.Form, error: ProgrammeUnreadable) -> None:
    """Puts what is wrong beside its field, with the line in it; at the head of the form if it has none."""
    name, line = field_of(str(error.details.get("at", error.details["place"])))
    reason: Any = error.details["reason"]
    if name not in form.fields:
        form.add_error(None, error.message(get_language() or "ja"))
        return
    place = Bilingual(f"{line}行目：", f"Line {line}: ") if line else Bilingual("", "")
    form.add_error(name, worded(Bilingual(f"{place.ja}{reason.ja}", f"{place.en}{reason.en}")))
