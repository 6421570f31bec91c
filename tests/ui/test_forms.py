"""Forms: what is required says so, what is wrong is said twice, nothing is without bound."""

from __future__ import annotations

import pytest
from django import forms as django_forms
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines
from django.utils.translation import override

from hashira.ui import forms
from hashira.ui.gallery import SampleForm


class Application(forms.Form):
    name = django_forms.CharField(label="氏名", max_length=5, help_text="旅券のとおり")
    memo = django_forms.CharField(label="備考", max_length=5, required=False, widget=django_forms.Textarea)
    place = django_forms.ChoiceField(
        label="場所", choices=[("a", "窓口"), ("b", "郵送")], widget=django_forms.RadioSelect
    )
    file = forms.FileField(label="書類", max_bytes=10, accept=(".csv", ".tsv"), required=False)
    agreed = django_forms.BooleanField(label="同意します")


def test_required_and_optional_are_words() -> None:
    html = str(Application())
    assert html.count("※必須") == 3
    assert html.count("任意") == 2
    with override("en"):
        html = str(Application())
    assert html.count("Required") == 3
    assert html.count("Optional") == 2


def test_hint_and_error_are_tied_to_the_control() -> None:
    html = str(Application({"name": "あいうえおか"}))
    tag = next(t for t in html.split("<input") if 'id="id_name"' in t).split(">")[0]
    assert 'aria-describedby="id_name_helptext id_name_error"' in tag
    assert 'aria-invalid="true"' in tag
    assert "5文字以内で入力してください（今は6文字です）" in html
    assert 'value="あいうえおか"' in tag  # what somebody typed is never cut off


def test_missing_answers_are_asked_for_by_name() -> None:
    errors = Application({}).errors
    assert errors["name"] == ["「氏名」を入力してください"]
    assert errors["place"] == ["「場所」を選んでください"]
    assert errors["agreed"] == ["「同意します」にチェックを入れてください"]


def test_own_words_of_a_form_are_kept() -> None:
    class Own(forms.Form):
        name = django_forms.CharField(max_length=5, error_messages={"required": "お名前をどうぞ"})

    assert Own({}).errors["name"] == ["お名前をどうぞ"]


def test_the_summary_leads_to_each_control() -> None:
    template = engines["django"].from_string("{% load ui %}{% error_summary form %}")
    form = Application({"name": "", "place": "z"})
    form.add_error(None, "同じ申請があります")
    html = template.render({"form": form})
    assert 'role="alert"' in html
    assert 'tabindex="-1"' in html
    assert "4件の問題" in html
    assert html.index("同じ申請があります") < html.index("#id_name")
    for target in ("id_name", "id_place_0", "id_agreed"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in str(form)
    assert template.render({"form": Application()}).strip() == ""
    assert template.render({}).strip() == ""


def test_english_counts_one_problem() -> None:
    template = engines["django"].from_string("{% load ui %}{% error_summary form %}")
    form = Application({"name": "", "place": "a", "agreed": "on"})
    with override("en"):
        assert "There is 1 problem with what you entered" in template.render({"form": form})


def test_a_text_without_bound_is_refused() -> None:
    class Open(forms.Form):
        name = django_forms.CharField()

    with pytest.raises(ImproperlyConfigured, match="name needs a max_length"):
        Open()


def test_a_file_without_bound_is_refused() -> None:
    class Open(forms.Form):
        file = django_forms.FileField()

    with pytest.raises(ImproperlyConfigured, match="file needs"):
        Open()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"1234567890", None),
        ("A.CSV", b"1", None),
        ("a.csv", b"12345678901", "11バイト"),
        ("a.csv", b"", "空です"),
        ("a.pdf", b"1", ".csv、.tsv"),
        ("csv", b"1", ".csv、.tsv"),
    ],
)
def test_a_file_has_a_bound_and_a_kind(name: str, content: bytes, words: str | None) -> None:
    form = Application(
        {"name": "あ", "place": "a", "agreed": "on"}, {"file": SimpleUploadedFile(name, content)}
    )
    if words is None:
        assert form.errors == {}
    else:
        assert words in form.errors["file"][0]


def test_values_are_escaped_everywhere() -> None:
    evil = '"><script>alert(1)</script>'
    html = str(
        SampleForm({"name": evil, "municipality": evil, "format": evil, "doses": [evil], "reason": evil})
    )
    assert "<script>" not in html


def test_a_form_of_a_third_party_looks_the_same() -> None:
    class Foreign(django_forms.Form):
        login = django_forms.CharField(label="ログイン")
        kind = django_forms.MultipleChoiceField(
            choices=[("x", "X")], widget=django_forms.CheckboxSelectMultiple
        )
        when = django_forms.DateField(widget=django_forms.DateInput)
        secret = django_forms.CharField(widget=django_forms.HiddenInput)

    html = str(Foreign())
    assert html.count("dads-input-text") == 2
    assert html.count("dads-checkbox__input") == 1
    assert '<input type="hidden" name="secret"' in html


def test_the_counter_of_a_textarea_says_its_limit_without_scripts() -> None:
    html = str(Application())
    assert "5文字まで入力できます" in html
    assert 'data-count-of="id_memo"' in html
