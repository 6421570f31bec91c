"""和暦: every day against an independent library, the borders of the eras, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import japanera
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel import era
from hashira.kernel.errors import HashiraError

FIRST, LAST = date(1873, 1, 1), date(2100, 12, 31)


@pytest.mark.long
def test_every_day_agrees_with_japanera_and_comes_back() -> None:
    day = FIRST
    while day <= LAST:
        ours = era.EraDate.of(day)
        theirs = japanera.EraDate.from_date(day)
        assert (ours.era.name.ja, f"{ours.year:02}") == (theirs.era.kanji, theirs.strftime("%-y")), day
        assert ours.to_date() == day
        assert era.read_date(str(ours)) == day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", range(1873, 2101))
def test_every_spelling_of_a_day_is_read_back(year: int) -> None:
    for day in (
        date(year, 1, 1),
        date(year, 2, 28),
        date(year, 7, 30),
        date(year, 10, 10),
        date(year, 12, 31),
    ):
        named = era.EraDate.of(day)
        sign = f"{named.era.letter}{named.year}.{day.month}.{day.day}"
        for text in (named.in_law(), era.format_date(day), sign, sign.lower(), day.isoformat()):
            assert era.read_date(text) == day, text
        assert era.read_date(f"{day:%Y%m%d}") == era.read_date(f"{day:%Y/%m/%d}") == day


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(1873, 1, 1), "明治6年1月1日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2026, 11, 23), "令和8年11月23日"),
    ],
)
def test_first_and_last_days(day: date, written: str) -> None:
    assert str(era.EraDate.of(day)) == written
    assert era.read_date(written) == day


@pytest.mark.parametrize(
    "text",
    [
        "令和8年11月23日",
        "令和８年１１月２３日",
        "令和八年十一月二十三日",
        "㋿8年11月23日",
        "R8.11.23",
        "Ｒ８．１１．２３",
        "r8-11-23",
        "R08/11/23",
        "2026年11月23日",
        "二〇二六年十一月二十三日",
        "二千二十六年十一月二十三日",
        "2026-11-23",
        "2026/11/23",
        "2026.11.23",
        "20261123",
        "２０２６１１２３",
        " 令和 8 年 11 月 23 日 ",
        "2026年11月23日（令和8年11月23日）",
    ],
)
def test_spellings_people_use(text: str) -> None:
    assert era.read_date(text) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("昭和64年1月8日", "平成"),
        ("令和元年4月30日", "平成"),
        ("平成31年5月1日", "令和"),
        ("平成元年1月7日", "昭和"),
        ("明治45年7月30日", "大正"),
        ("大正元年7月29日", "明治"),
        ("大正15年12月25日", "昭和"),
        ("S1.12.24", "大正"),
    ],
)
def test_a_day_in_the_wrong_era_names_the_right_one(text: str, right: str) -> None:
    with pytest.raises(era.WrongEra) as refused:
        era.read_date(text)
    assert f"この日は{right}です" in refused.value.message("ja")
    assert f"Enter the year of {era.ERAS[[str(e) for e in era.ERAS].index(right)].name.en}" in (
        refused.value.message("en")
    )


@pytest.mark.parametrize(
    "text",
    ["明治5年12月2日", "明治元年1月1日", "M5.12.31", "1872-12-31", "18721231", "1872年2月30日", "1000-01-01"],
)
def test_a_date_in_the_old_calendar_is_refused(text: str) -> None:
    with pytest.raises(era.DateBeforeSolarCalendar):
        era.read_date(text)


def test_formatting_refuses_the_old_calendar_too() -> None:
    with pytest.raises(era.DateBeforeSolarCalendar):
        era.format_date(date(1872, 12, 31))


@pytest.mark.parametrize(
    "text", ["令和8年2月29日", "2026-02-29", "20261301", "R8.13.1", "R8.4.31", "2026-1-0"]
)
def test_no_such_day(text: str) -> None:
    with pytest.raises(era.NoSuchDay):
        era.read_date(text)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("昭和65年1月1日", "元年から64年まで"),
        ("明治46年1月1日", "元年から45年まで"),
        ("大正16年1月1日", "元年から15年まで"),
        ("平成32年1月1日", "元年から31年まで"),
        ("令和0年1月1日", "元年以後"),
        ("令和9999年1月1日", "元年以後"),
    ],
)
def test_no_such_year_of_an_era(text: str, years: str) -> None:
    with pytest.raises(era.NoSuchEraYear) as refused:
        era.read_date(text)
    assert years in refused.value.message("ja")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "8.11.23",
        "26-11-23",
        "0020-01-01",
        "11月23日",
        "令和8年11月",
        "慶応3年1月1日",
        "令和二三十年1月1日",
        "令和十百年1月1日",
        "元年1月1日",
        "2026-11/23",
        "2026-11-23T00:00",
        "2026１1123x",
        "99999年1月1日",
        "2026年11月23日（令和8年11月24日）",
        "2026年11月23日（）",
        "令和8年11月23日" + " " * 100 + "x",
        "令和8年" * 1000,
    ],
)
def test_unreadable(text: str) -> None:
    with pytest.raises(era.UnreadableDate):
        era.read_date(text)


def test_no_message_repeats_the_date() -> None:
    # A birth date is personal data, and messages end up in logs.
    for text in ("昭和64年1月8日", "令和8年2月29日", "明治5年12月2日", "昭和65年1月9日", "199x年1月9日"):
        with pytest.raises(HashiraError) as refused:
            era.read_date(text)
        assert text not in refused.value.message("ja")
        assert "1月9日" not in refused.value.message("ja")


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        (("2026", "11", "23"), date(2026, 11, 23)),
        (("令和8", "11", "23"), date(2026, 11, 23)),
        (("令和8年", "11月", "23日"), date(2026, 11, 23)),
        (("令和元", "５", "１"), date(2019, 5, 1)),
        (("Ｓ６４", "01", "07"), date(1989, 1, 7)),
        (("昭和六十四", "一", "七"), date(1989, 1, 7)),
    ],
)
def test_three_fields(fields: tuple[str, str, str], day: date) -> None:
    assert era.read_fields(*fields) == day


@pytest.mark.parametrize(
    "fields",
    [("", "", ""), ("8", "11", "23"), ("2026", "11", ""), ("2026年1月", "2", "3"), ("2026", "1月2", "3")],
)
def test_three_fields_unreadable(fields: tuple[str, str, str]) -> None:
    with pytest.raises(era.UnreadableDate):
        era.read_fields(*fields)


@pytest.mark.parametrize(
    ("law_number", "gregorian", "written"),
    [
        ("明治二十九年法律第八十九号", 1896, "明治二十九年"),  # 民法
        ("明治元年太政官布告第一号", 1868, "明治元年"),
        ("明治五年太政官布告第三百三十七号", 1872, "明治五年"),  # 改暦ノ布告
        ("昭和二十二年法律第六十七号", 1947, "昭和二十二年"),  # 地方自治法
        ("平成十四年法律第百五十一号", 2002, "平成十四年"),
        ("令和元年法律第十六号", 2019, "令和元年"),
        ("令和3年法律第35号", 2021, "令和三年"),
    ],
)
def test_the_year_of_a_law(law_number: str, gregorian: int, written: str) -> None:
    year = era.read_law_year(law_number)
    assert (year.gregorian, year.in_law()) == (gregorian, written)


@pytest.mark.parametrize(
    ("text", "gregorian"),
    [("明治元年", 1868), ("R8", 2026), ("昭和22", 1947), ("平成三十一年", 2019), ("ｓ１", 1926)],
)
def test_a_year_alone(text: str, gregorian: int) -> None:
    assert era.read_era_year(text).gregorian == gregorian


@pytest.mark.parametrize(
    "text", ["", "2026", "慶応三年", "令和", "令和年", "令和八年五月", "法律第八十九号", "令和十百年"]
)
def test_an_unreadable_year(text: str) -> None:
    with pytest.raises(era.UnreadableEraYear):
        era.read_era_year(text)


def test_a_law_year_needs_its_unit_and_a_year_of_the_era() -> None:
    with pytest.raises(era.UnreadableEraYear):
        era.read_law_year("昭和二十二法律第六十七号")
    with pytest.raises(era.NoSuchEraYear):
        era.read_law_year("大正十六年法律第一号")


def test_values_that_do_not_exist_cannot_be_built() -> None:
    with pytest.raises(era.WrongEra):
        era.EraDate(era.SHOWA, 64, 1, 8)
    with pytest.raises(era.NoSuchEraYear):
        era.EraYear(era.TAISHO, 16)
    with pytest.raises(AttributeError):
        era.EraDate(era.REIWA, 8, 11, 23).year = 9


def test_a_moment_is_no_date() -> None:
    # Its date depends on the time zone, so the caller has to choose one.
    with pytest.raises(TypeError, match="Japan"):
        era.EraDate.of(datetime(2019, 4, 30, 20, tzinfo=UTC))


def test_shown_and_in_law() -> None:
    assert era.format_date(date(2026, 11, 23)) == "2026年11月23日（令和8年11月23日）"
    assert era.EraDate.of(date(2019, 5, 1)).in_law() == "令和元年五月一日"
    assert era.EraDate.of(date(1947, 4, 17)).in_law() == "昭和二十二年四月十七日"


@pytest.mark.long
@given(
    st.text(
        alphabet=st.sampled_from("令和平成昭大正明治RSHMT元年月日0123456789十百〇一二九-/.（） 　x０１９"),
        max_size=24,
    )
)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(HashiraError):
        assert era.read_date(text) >= FIRST
