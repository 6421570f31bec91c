"""Values as systems write them: dates in both calendars, numbers, sexes; and the columns by their headers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain.import_field import ImportField, field_of
from hashira.certificates.domain.import_mapping import (
    HeaderUnreadable,
    ImportMapping,
    MappingContradictory,
    MappingIncomplete,
    proposed_columns,
    read_headers,
    table_of,
)
from hashira.certificates.domain.import_problem import (
    SpreadsheetDate,
    TextTooLong,
    UnreadableDoseNumber,
    UnreadableSex,
    ValueMissing,
)
from hashira.certificates.domain.import_value import (
    DateStyle,
    Sex,
    read_day,
    read_dose_number,
    read_number_of_person,
    read_sex,
    value_key,
)
from hashira.kernel.era import EraDate, NoSuchDay, UnreadableDate, WrongEra

_F = ImportField
FULL_WIDTH = str.maketrans("0123456789/.-", "０１２３４５６７８９／．－")


@given(st.dates(min_value=date(1926, 12, 25), max_value=date(2099, 12, 31)))
def test_every_way_of_writing_a_day_is_the_same_day(day: date) -> None:
    era = EraDate.of(day)
    ways = [
        f"{day:%Y%m%d}", f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day.year}/{day.month}/{day.day}",
        f"{era.era.letter}{era.year}.{era.month}.{era.day}",
        f"{era.era.letter}{era.year:02}{era.month:02}{era.day:02}",
        f"{era.era.letter.lower()}{era.year:02}/{era.month:02}/{era.day:02}",
        str(era), f"{day.year}年{day.month}月{day.day}日", f"{day:%Y/%m/%d} 9:05",
        f"{day:%Y-%m-%d}T09:05:00+09:00",
    ]  # fmt: skip
    for way in ways:
        assert read_day(way) == day, way
        assert read_day(way.translate(FULL_WIDTH)) == day, way
    digit = "MTSHR".index(era.era.letter) + 1
    assert read_day(f"{digit}{era.year:02}{era.month:02}{era.day:02}", DateStyle.ERA_DIGIT) == day
    assert read_day(f"{digit}-{era.year:02}.{era.month:02}.{era.day:02}", DateStyle.ERA_DIGIT) == day


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ValueMissing), ("44348", SpreadsheetDate), ("44348.5", SpreadsheetDate),
        ("5030601", UnreadableDate), ("3.6.1", UnreadableDate), ("21/6/1", UnreadableDate),
        ("2021/6/31", NoSuchDay), ("20210230", NoSuchDay), ("H31.5.1", WrongEra), ("R999999", NoSuchDay),
        ("6/1/2021", UnreadableDate), ("x" * 500, UnreadableDate),
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_not_read(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_day(text)


def test_dose_numbers_are_counted_and_not_guessed() -> None:
    assert [read_dose_number(t) for t in ("1", "２", "3回目", "第４回", "五回目", "10")] == [
        1,
        2,
        3,
        4,
        5,
        10,
    ]
    for wrong in ("0", "100", "一期", "1期2回", "追加", "-1", "1.0"):
        with pytest.raises(UnreadableDoseNumber):
            read_dose_number(wrong)


def test_sexes_by_the_standard_by_words_and_by_the_table_of_the_source() -> None:
    assert [read_sex(t, {}) for t in ("1", "２", "男", "女性", "", "9")] == [
        Sex.MALE, Sex.FEMALE, Sex.MALE, Sex.FEMALE, Sex.UNKNOWN, Sex.UNKNOWN,
    ]  # fmt: skip
    assert read_sex("1", {"1": Sex.FEMALE}) is Sex.FEMALE  # what the source means comes first
    with pytest.raises(UnreadableSex):
        read_sex("甲", {})


def test_numbers_of_people_keep_their_zeros() -> None:
    assert read_number_of_person("００７", limit=20) == "007"
    with pytest.raises(ValueMissing):
        read_number_of_person("　 ", limit=20)
    with pytest.raises(TextTooLong):
        read_number_of_person("1" * 21, limit=20)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("宛名番号", _F.PERSON_NUMBER), ("住民コード", _F.PERSON_NUMBER), ("接種券番号", _F.COUPON_NUMBER),
        ("氏名（漢字）", _F.NAME), ("氏名（ｶﾅ）", _F.KANA), ("フリガナ", _F.KANA),
        ("生年月日（和暦）", _F.BIRTH_DATE),
        ("性別", _F.SEX), ("ワクチンメーカー", _F.VACCINE), ("接種年月日", _F.DOSE_DATE),
        ("接種回", _F.DOSE_NUMBER),
        ("ロットＮｏ．", _F.LOT), ("LOT NO", _F.LOT), ("接種会場名", _F.PLACE), ("医療機関名", _F.PLACE),
        ("備考", None), ("個人番号", None), ("マイナンバー", None), ("", None),
    ],
)  # fmt: skip
def test_columns_are_recognised_by_what_systems_call_them(header: str, field: ImportField | None) -> None:
    assert field_of(header) is field


COLUMNS = {
    _F.PERSON_NUMBER: "番号",
    _F.NAME: "氏名",
    _F.BIRTH_DATE: "誕生",
    _F.VACCINE: "薬",
    _F.DOSE_DATE: "日",
}


def test_a_mapping_is_complete_or_does_not_exist() -> None:
    for missing in COLUMNS:
        with pytest.raises(MappingIncomplete):
            ImportMapping(columns={f: c for f, c in COLUMNS.items() if f is not missing})
    without = {f: c for f, c in COLUMNS.items() if f is not _F.VACCINE}
    assert ImportMapping(columns=without, only_vaccine="x").only_vaccine == "x"
    with pytest.raises(MappingContradictory):
        ImportMapping(columns={**COLUMNS, _F.LOT: "薬"})
    with pytest.raises(MappingContradictory):
        ImportMapping(columns={**COLUMNS, _F.GIVEN_NAME: "名"})
    with pytest.raises(MappingContradictory):
        ImportMapping(columns=COLUMNS).positions(("番号", "氏名", "誕生", "薬"))


def test_a_mapping_is_stored_and_read_back() -> None:
    mapping = ImportMapping(
        columns=COLUMNS,
        vaccines=table_of({"ファイザー　５－１１": "a", "未定": ""}),
        sexes={"3": Sex.UNKNOWN},
        dates=DateStyle.ERA_DIGIT,
    )
    assert ImportMapping.from_json(mapping.to_json()) == mapping
    assert mapping.vaccines == {value_key("ﾌｧｲｻﾞｰ5-11"): "a"}


def test_columns_are_found_again_by_name_after_they_moved() -> None:
    headers = ("日", "氏名", "番号", "薬", "誕生", "新しい列")
    assert ImportMapping(columns=COLUMNS).positions(headers)[_F.DOSE_DATE] == 0
    assert proposed_columns(headers, COLUMNS)[0] is _F.DOSE_DATE
    guessed = proposed_columns(("宛名番号", "氏名", "氏", "名", "接種日"), None)
    assert guessed == {0: _F.PERSON_NUMBER, 1: _F.NAME, 4: _F.DOSE_DATE}


def test_headers_are_told_apart_or_refused() -> None:
    assert read_headers(("氏名", "氏名", " ")) == ("氏名", "氏名 (2)", "(3)")
    for cells in ((), ("", " "), ("a",) * 201):
        with pytest.raises(HeaderUnreadable):
            read_headers(cells)
