"""The date of three fields: what it reads, and that an error is about the right field."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from hashira.ui import forms
from hashira.ui.field_anatomy import summary_lines


class Birth(forms.Form):
    birth = forms.EraDateField(label="生年月日", latest=lambda: date(2026, 11, 23))


def birth(year: str, month: str, day: str) -> Birth:
    return Birth({"birth_year": year, "birth_month": month, "birth_day": day})


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        ("2021", "12", "20", date(2021, 12, 20)),
        ("令和3", "12", "20", date(2021, 12, 20)),
        ("R3", "12", "20", date(2021, 12, 20)),
        ("r3年", "12月", "20日", date(2021, 12, 20)),
        (" ２０２１ ", "１２", "２０", date(2021, 12, 20)),
        ("令和元", "5", "1", date(2019, 5, 1)),
        ("H31", "4", "30", date(2019, 4, 30)),
        ("昭和64", "1", "7", date(1989, 1, 7)),
        ("S20", "8", "15", date(1945, 8, 15)),
    ],
)
def test_reads_what_people_write(year: str, month: str, day: str, expected: date) -> None:
    form = birth(year, month, day)
    assert form.errors == {}
    assert form.cleaned_data["birth"] == expected


@pytest.mark.parametrize(
    ("year", "month", "day", "parts", "words"),
    [
        ("", "12", "20", ("year",), "年を入力"),
        ("2021", "", "20", ("month",), "月を入力"),
        ("2021", "12", " ", ("day",), "日を入力"),
        ("", "", "20", ("year", "month"), "年を入力"),
        ("令和三四五万", "12", "20", ("year",), "年は"),
        ("21", "12", "20", ("year",), "年は"),
        ("2021", "13", "20", ("month",), "月は1から12"),
        ("2021", "0", "20", ("month",), "月は1から12"),
        ("2021", "x", "y", ("month", "day"), "月は1から12"),
        ("2021", "2", "30", ("day",), "30日はありません"),
        ("2021", "12", "32", ("day",), "日は1から31"),
        ("令和1", "1", "1", ("year",), "平成"),
        ("平成40", "1", "1", ("year",), "平成の年は"),
        ("1870", "1", "1", ("year",), "1873年1月1日"),
        ("2" * 5000, "1", "1", ("year",), "年は"),
        ("2021", "1" * 5000, "1", ("month",), "月は1から12"),
    ],
)
def test_an_error_is_about_its_part(
    year: str, month: str, day: str, parts: tuple[str, ...], words: str
) -> None:
    form = birth(year, month, day)
    field = form["birth"]
    assert field.wrong_parts == parts
    assert words in " ".join(field.errors)
    html = str(form)
    for part in ("year", "month", "day"):
        (tag,) = (t for t in html.split("<input") if f'id="id_birth_{part}"' in t)
        assert ('aria-invalid="true"' in tag.split(">")[0]) == (part in parts)
    assert summary_lines(form)[0].target == f"id_birth_{parts[0]}"


def test_what_was_typed_stays() -> None:
    html = str(birth("令和三", "13", '"><script>'))
    assert 'value="令和三"' in html
    assert "<script>" not in html


def test_bounds_name_the_limit_in_the_readers_language() -> None:
    assert birth("2026", "11", "23").errors == {}
    assert birth("2026", "11", "24").errors["birth"] == ["2026年11月23日以前の日付を入力してください"]
    with override("en"):
        assert birth("2026", "11", "24").errors["birth"] == ["Enter a date on or before 23 November 2026"]


def test_an_era_error_speaks_the_readers_language() -> None:
    with override("en"):
        (text,) = birth("令和1", "1", "1").errors["birth"]
    assert "Heisei" in text
    assert "平成" not in text


def test_nothing_is_nothing_only_where_nothing_is_allowed() -> None:
    assert forms.EraDateField(required=False).clean(None) is None
    with pytest.raises(ValidationError):
        forms.EraDateField().clean(None)


def test_an_initial_date_fills_the_parts_and_counts_as_unchanged() -> None:
    form = Birth(
        {"birth_year": "2021", "birth_month": "1", "birth_day": "2"}, initial={"birth": date(2021, 1, 2)}
    )
    assert not form.has_changed()
    html = str(Birth(initial={"birth": date(2021, 1, 2)}))
    assert 'value="2021"' in html


def test_a_group_has_a_legend_hint_and_error_tied_to_it() -> None:
    html = str(birth("2021", "13", "1"))
    assert '<fieldset class="dads-form-control-label" data-kind="group"' in html
    assert 'aria-describedby="id_birth_helptext id_birth_error"' in html
    assert 'id="id_birth_helptext"' in html
    assert 'id="id_birth_error"' in html


def test_a_birth_date_can_be_filled_in_by_the_browser() -> None:
    """WCAG 2.2, 1.3.5: the purpose of a field about the reader is in its autocomplete attribute."""

    class Own(forms.Form):
        birth = forms.EraDateField(widget=forms.EraDateWidget(attrs={"autocomplete": "bday"}))

    html = str(Own())
    assert [html.count(f'autocomplete="bday-{part}"') for part in ("year", "month", "day")] == [1, 1, 1]
