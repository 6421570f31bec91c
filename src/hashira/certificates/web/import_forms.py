"""The forms of the import pages: the file, its reading, the meaning of columns and values, the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hashira.certificates.adapters.csv_store import MAX_BYTES
from hashira.certificates.domain.import_encoding import Encoding
from hashira.certificates.domain.import_field import NAMES, ImportField
from hashira.certificates.domain.import_mapping import ImportMapping, proposed_columns, table_of
from hashira.certificates.domain.import_record import Delimiter
from hashira.certificates.domain.import_value import DateStyle, Sex, value_key
from hashira.certificates.selectors.imports import FileSample, ImportView
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.ui import forms

Choices = Sequence[tuple[str, Bilingual]]


class FileForm(forms.Form):
    """The first step: from where, and the file."""

    organisation = django_forms.ChoiceField(label=_("団体"))
    source = django_forms.CharField(
        label=_("取込元の名前"),
        max_length=64,
        help_text=_("例: VRS、健康管理システム。列の対応づけは、この名前ごとに保存します"),
        widget=django_forms.TextInput(attrs={"data-width": "20", "list": "sources", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("CSVファイル"),
        max_bytes=MAX_BYTES,
        accept=(".csv", ".txt", ".tsv"),
        help_text=_("1行目は列の名前。シフトJIS（CP932）か UTF-8、500MB・100万行まで"),
    )

    def __init__(self, *args: Any, organisations: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = organisations
        if len(organisations) == 1:
            self.fields["organisation"].widget = django_forms.HiddenInput()
            self.fields["organisation"].initial = organisations[0][0]


class ReadingForm(forms.Form):
    """How the bytes are read, for whoever knows better than the guess."""

    encoding = django_forms.ChoiceField(
        label=_("文字コード"),
        choices=[(Encoding.CP932.value, _("シフトJIS（CP932）")), (Encoding.UTF_8.value, "UTF-8")],
        widget=django_forms.RadioSelect,
    )
    delimiter = django_forms.ChoiceField(
        label=_("区切り文字"),
        choices=[
            ("comma", _("コンマ（,）")),
            ("tab", _("タブ")),
            ("semicolon", _("セミコロン（;）")),
        ],
        widget=django_forms.RadioSelect,
    )

    @classmethod
    def showing(cls, view: ImportView) -> ReadingForm:
        """As the file is read now."""
        return cls(
            prefix="reading",
            initial={"encoding": view.encoding.value, "delimiter": view.delimiter.name.lower()},
        )

    def reading(self) -> tuple[Encoding, Delimiter]:
        """What was chosen."""
        chosen = self.cleaned_data
        return Encoding(chosen["encoding"]), Delimiter[chosen["delimiter"].upper()]


class ColumnsForm(forms.Form):
    """The second step: a field for each column, and a meaning for each value that has none yet."""

    dates = django_forms.ChoiceField(
        label=_("日付の書き方"),
        choices=[
            (DateStyle.WRITTEN.value, _("20210601、2021/6/1、R3.6.1、R030601、令和3年6月1日など")),
            (DateStyle.ERA_DIGIT.value, _("元号を数字で表す（5030601 は令和3年6月1日）")),
        ],
        widget=django_forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        view: ImportView,
        sample: FileSample,
        products: Choices,
        vaccines: Sequence[str],
        sexes: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sample = sample
        self._vaccines, self._sexes = tuple(vaccines), tuple(sexes)
        language = get_language() or "ja"
        known = view.mapping
        proposal = proposed_columns(
            [column.header for column in sample.columns], known.columns if known else None
        )
        fields = [("", _("取り込まない")), *((f.value, NAMES[f].in_language(language)) for f in ImportField)]
        kinds = [("", _("選んでください")), *((code, name.in_language(language)) for code, name in products)]
        date_style = self.fields.pop("dates")
        for column in sample.columns:
            self.fields[f"column_{column.place}"] = django_forms.ChoiceField(
                label=column.header,
                choices=fields,
                required=False,
                initial=proposal[column.place].value if column.place in proposal else "",
                help_text=_("例: %(samples)s") % {"samples": "、".join(column.samples)}
                if column.samples
                else _("値がありません"),
            )
        self.fields["only_vaccine"] = django_forms.ChoiceField(
            label=_("ワクチンの列がないとき、全行に使う製品"),
            choices=[("", _("使わない")), *kinds[1:]],
            required=False,
            initial=known.only_vaccine if known else "",
        )
        self.fields["dates"] = date_style
        date_style.initial = known.dates.value if known else DateStyle.WRITTEN.value
        for n, value in enumerate(self._vaccines):
            self.fields[f"vaccine_{n}"] = django_forms.ChoiceField(
                label=_("ワクチン「%(value)s」に当たる製品") % {"value": value},
                choices=kinds,
                required=False,
                initial=known.vaccines.get(value_key(value), "") if known else "",
            )
        for n, value in enumerate(self._sexes):
            self.fields[f"sex_{n}"] = django_forms.ChoiceField(
                label=_("性別「%(value)s」の意味") % {"value": value},
                choices=[
                    ("", _("選んでください")),
                    (Sex.MALE.value, _("男")),
                    (Sex.FEMALE.value, _("女")),
                    (Sex.UNKNOWN.value, _("不明")),
                ],
                required=False,
                initial=known.sexes.get(value_key(value), "") if known else "",
            )
        self._known = known

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[str, str] = {}
        for column in self._sample.columns:
            name = f"column_{column.place}"
            chosen = cleaned.get(name)
            if not chosen:
                continue
            if chosen in taken:
                self.add_error(
                    name,
                    ValidationError(
                        _("「%(other)s」と同じ項目です。どちらか一つにしてください")
                        % {"other": taken[chosen]}
                    ),
                )
            taken[chosen] = column.header
        if not self.errors:
            try:
                cleaned["mapping"] = self._mapping(cleaned)
            except HashiraError as error:
                raise ValidationError(error.message(get_language() or "ja")) from None
        return cleaned

    def _mapping(self, cleaned: Mapping[str, Any]) -> ImportMapping:
        columns = {
            ImportField(cleaned[f"column_{c.place}"]): c.header
            for c in self._sample.columns
            if cleaned.get(f"column_{c.place}")
        }
        # Values of earlier files keep their meaning though this file does not have them.
        vaccines = dict(self._known.vaccines) if self._known else {}
        sexes = dict(self._known.sexes) if self._known else {}
        vaccines |= table_of({v: cleaned.get(f"vaccine_{n}", "") for n, v in enumerate(self._vaccines)})
        given = table_of({v: cleaned.get(f"sex_{n}", "") for n, v in enumerate(self._sexes)})
        sexes |= {key: Sex(value) for key, value in given.items()}
        only = cleaned.get("only_vaccine", "") if ImportField.VACCINE not in columns else ""
        return ImportMapping(
            columns=columns,
            vaccines=vaccines,
            sexes=sexes,
            dates=DateStyle(cleaned["dates"]),
            only_vaccine=only,
        )


class ApplyForm(forms.Form):
    """The last step: what happens to rows with errors."""

    scope = django_forms.ChoiceField(
        label=_("エラーの行の扱い"),
        choices=[
            ("all", _("エラーがあるうちは取り込まない（ファイルを直して取り込み直す）")),
            ("good", _("正しい行だけを取り込む（エラーの行は報告に残る）")),
        ],
        initial="all",
        widget=django_forms.RadioSelect,
    )


class UndoForm(forms.Form):
    """Why an import is undone."""

    reason = django_forms.CharField(
        label=_("取り消す理由"),
        max_length=400,
        widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("記録に残ります。個人の氏名などは書かないでください"),
    )
    sure = django_forms.BooleanField(label=_("この取込みの接種記録をすべて無効にします"))
