"""Machine-readable zones: the specimens of Doc 9303, every misreading of them, and zones of any content."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain.mrz import Zone, ZoneDate, read_zone, write_zone
from hashira.certificates.domain.mrz_check import check_digit, likely_slip
from hashira.certificates.domain.mrz_layout import (
    Size,
    ZoneCharacterWrong,
    ZoneCheckDigitWrong,
    ZoneFieldWrong,
    ZoneFormWrong,
    ZoneNotWritable,
)
from hashira.kernel.errors import HashiraError
from hashira.kernel.person_name import RomanName

# Doc 9303, 8th edition: Part 4 Appendix B (TD3); Part 5 Appendix B (TD1); Part 6 Appendix B (TD2); and the
# long document numbers of Part 5 §4.2.4 and Part 6 §4.2.4.
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1_LONG = (
    "I<UTOD23145890<7349<<<<<<<<<<<",
    "3407127M9507122UTO<<<<<<<<<<<2",
    "STEVENSON<<PETER<JOHN<<<<<<<<<",
)
TD2_LONG = ("I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<", "D23145890<UTO3407127M95071227349<<<8")
SPECIMENS = [TD3, TD1, TD2, TD1_LONG, TD2_LONG]


def altered(lines: tuple[str, ...], line: int, position: int, character: str) -> str:
    """With another character at a place counted from 1."""
    rows = list(lines)
    rows[line - 1] = rows[line - 1][: position - 1] + character + rows[line - 1][position:]
    return "\n".join(rows)


def test_check_digits_of_the_specification() -> None:
    """Part 3 §4.9, the worked examples."""
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"
    assert check_digit("HA672242<658022549601086<<<<<<<<<<<<<<0") == "8"


@pytest.mark.parametrize("lines", SPECIMENS, ids=["TD3", "TD1", "TD2", "TD1 long", "TD2 long"])
def test_specimens_are_read_and_written(lines: tuple[str, ...]) -> None:
    zone = read_zone("\n".join(lines))
    assert write_zone(zone) == lines
    assert read_zone("".join(lines)) == zone
    assert zone.issuing_state == zone.nationality == "UTO"
    assert not zone.unknown_states
    assert not zone.name_may_be_cut


def test_what_the_passport_says() -> None:
    zone = read_zone("\n".join(TD3))
    assert zone == Zone(
        size=Size.TD3,
        document_code="P",
        issuing_state="UTO",
        name=RomanName("ERIKSSON", "ANNA MARIA"),
        document_number="L898902C3",
        nationality="UTO",
        birth=ZoneDate(74, 8, 12),
        sex="F",
        expiry=ZoneDate(12, 4, 15),
        optional="ZE184226B",
    )


def test_a_number_of_more_than_nine_goes_on_in_the_optional_field() -> None:
    for lines in (TD1_LONG, TD2_LONG):
        zone = read_zone("\n".join(lines))
        assert (zone.document_number, zone.optional) == ("D23145890734", "")
        wrong = altered(lines, 1, 18, "5") if lines is TD1_LONG else altered(lines, 2, 31, "5")
        with pytest.raises(ZoneCheckDigitWrong) as raised:
            read_zone(wrong)
        assert raised.value.details["position"] == (19 if lines is TD1_LONG else 32)


def test_full_width_small_letters_and_blanks_are_what_they_stand_for() -> None:
    wide = "\n".join(TD3).translate({ord("<"): "＜", ord("P"): "ｐ", ord("8"): "８"})
    spaced = "\r\n\n".join("  " + line[:5] + " " + line[5:].lower() for line in TD3)
    assert read_zone(wide) == read_zone(spaced) == read_zone("\n".join(TD3))


@pytest.mark.parametrize(
    ("line", "position", "character", "field", "check_at"),
    [
        (2, 1, "M", "旅券番号", 10),
        (2, 10, "7", "旅券番号", 10),
        (2, 15, "5", "生年月日", 20),
        (2, 20, "3", "生年月日", 20),
        (2, 23, "3", "有効期間満了日", 28),
        (2, 28, "8", "有効期間満了日", 28),
        (2, 29, "Y", "任意の項目", 43),
        (2, 43, "2", "任意の項目", 43),
        (2, 44, "1", "全体", 44),
    ],
)
def test_the_error_names_the_field_and_where_its_digit_stands(
    line: int, position: int, character: str, field: str, check_at: int
) -> None:
    with pytest.raises(ZoneCheckDigitWrong) as raised:
        read_zone(altered(TD3, line, position, character))
    details = raised.value.details
    assert (str(details["field"]), details["line"], details["position"]) == (field, line, check_at)


@pytest.mark.parametrize(
    ("position", "character", "hinted"),
    [(6, "O", "6文字目"), (9, "8", None)],
)
def test_an_o_for_a_0_in_the_number_is_pointed_at(position: int, character: str, hinted: str | None) -> None:
    """L898902C3 with the 0 read as O; other errors get no advice that would be a guess."""
    with pytest.raises(ZoneCheckDigitWrong) as raised:
        read_zone(altered(TD3, 2, position, character))
    message = raised.value.message("ja")
    assert (hinted in message) if hinted else ("取り違えて" not in message)


@pytest.mark.parametrize(
    ("line", "position", "character", "says"),
    [
        (2, 16, "O", "数字の 0 ではありませんか"),
        (2, 19, "Z", "数字の 2 ではありませんか"),
        (2, 20, "S", "数字の 5 ではありませんか"),
        (2, 22, "I", "数字の 1 ではありませんか"),
        (2, 27, "K", "数字ではありません"),
        (2, 10, "B", "数字の 8 ではありませんか"),
        (1, 5, "0", "英字の O ではありませんか"),
        (2, 13, "0", "英字の O ではありませんか"),
        (1, 9, "5", "英字の所に数字"),
        (2, 21, "8", "F・M・<"),
        (1, 1, "<", "英字ではありません"),
    ],
)
def test_a_letter_for_a_digit_and_a_digit_for_a_letter(
    line: int, position: int, character: str, says: str
) -> None:
    with pytest.raises(ZoneFieldWrong) as raised:
        read_zone(altered(TD3, line, position, character))
    assert says in raised.value.message("ja")
    assert (raised.value.details["line"], raised.value.details["position"])[0] == line


def test_characters_ten_apart_look_alike_to_a_check_digit() -> None:
    """What the weights cannot see, so that nobody relies on it: L898902C3 read as 1898902C3."""
    assert read_zone(altered(TD3, 2, 1, "1")).document_number == "1898902C3"


def test_every_single_misreading_of_the_second_line_is_noticed() -> None:
    """Any of 36 other characters anywhere that a digit covers; nationality and sex have none."""
    covered = [p for p in range(1, 45) if p not in (11, 12, 13, 21)]
    for position in covered:
        own = TD3[1][position - 1]
        for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<":
            # The weights cannot tell characters whose values differ by ten: 0, A, K, U and < and so on.
            if character != own and check_digit(character) != check_digit(own):
                with pytest.raises(HashiraError):
                    read_zone(altered(TD3, 2, position, character))


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", "0"),
        (TD3[0], "44"),
        ("\n".join(TD3)[:-1], "44・43"),
        ("\n".join([*TD1, TD1[2]]), "30・30・30・30"),
        ("<" * 500, "500"),
    ],
)
def test_other_lengths_are_no_zone(text: str, lengths: str) -> None:
    with pytest.raises(ZoneFormWrong) as raised:
        read_zone(text)
    assert lengths in raised.value.message("ja")


@pytest.mark.parametrize("character", ["-", "«", "É", "渡", "\x00"])
def test_other_characters_are_pointed_at(character: str) -> None:
    with pytest.raises(ZoneCharacterWrong) as raised:
        read_zone(altered(TD3, 2, 7, character))
    assert raised.value.details == {"line": 2, "position": 7}


def test_no_message_repeats_what_the_zone_says() -> None:
    for line, position, character in ((2, 1, "M"), (2, 16, "O"), (1, 9, "5"), (2, 7, "-"), (2, 44, "1")):
        with pytest.raises(HashiraError) as raised:
            read_zone(altered(TD3, line, position, character))
        for language in ("ja", "en"):
            message = raised.value.message(language)
            assert not any(secret in message for secret in ("898902", "7408", "ERIKS", "ANNA", "ZE18"))


def test_states_that_nobody_knows_are_named_though_no_digit_checks_them() -> None:
    assert read_zone(altered(TD3, 2, 13, "Q")).unknown_states == ("UTQ",)
    german = read_zone(altered(TD3, 1, 3, "D<<"[0]).replace("P<DTO", "P<D<<"))
    assert (german.issuing_state, german.unknown_states) == ("D", ())


@pytest.mark.parametrize("optional_check", ["<", "0"])
def test_an_empty_optional_field_has_a_filler_or_a_0(optional_check: str) -> None:
    start = "L898902C36UTO7408122F1204159" + "<" * 14 + optional_check
    covered = start[:10] + start[13:20] + start[21:]
    assert read_zone(f"{TD3[0]}\n{start}{check_digit(covered)}").optional == ""


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("ERIKSSON<<ANNA<MARIA", RomanName("ERIKSSON", "ANNA MARIA")),
        ("ARKFREITH", RomanName("ARKFREITH")),
        ("VAN<DER<MUELLEN<<MARTIN", RomanName("VAN DER MUELLEN", "MARTIN")),
        ("SMITH<<JOHN<<<T", RomanName("SMITH", "JOHN T")),
    ],
)
def test_names_are_split_where_two_fillers_stand(field: str, name: RomanName) -> None:
    zone = read_zone(f"P<UTO{field.ljust(39, '<')}\n{TD3[1]}")
    assert zone.name == name


def test_a_name_that_fills_its_field_may_have_been_cut() -> None:
    whole = "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"  # Part 4 §4.2.3.3
    assert read_zone(f"P<UTO{whole}\n{TD3[1]}").name_may_be_cut
    with pytest.raises(ZoneFieldWrong):
        read_zone(f"P<UTO{'<<ANNA'.ljust(39, '<')}\n{TD3[1]}")


# --- dates


@pytest.mark.parametrize(
    ("written", "on", "meant"),
    [
        (ZoneDate(74, 8, 12), date(2026, 11, 23), date(1974, 8, 12)),
        (ZoneDate(26, 11, 23), date(2026, 11, 23), date(2026, 11, 23)),  # born today
        (ZoneDate(26, 11, 24), date(2026, 11, 23), date(1926, 11, 24)),  # nobody is born tomorrow
        (ZoneDate(0, 2, 29), date(2026, 11, 23), date(2000, 2, 29)),
        (ZoneDate(28, 2, 29), date(2026, 11, 23), date(1928, 2, 29)),
        (ZoneDate(99, 12, 31), date(1999, 12, 31), date(1999, 12, 31)),
        (ZoneDate(None, 8, 12), date(2026, 11, 23), None),
        (ZoneDate(74, None, None), date(2026, 11, 23), None),
    ],
)
def test_the_century_of_a_birth_is_the_latest_that_is_not_ahead(
    written: ZoneDate, on: date, meant: date | None
) -> None:
    assert written.as_birth(on=on) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (ZoneDate(12, 4, 15), date(2012, 4, 15)),
        (ZoneDate(36, 4, 15), date(2036, 4, 15)),
        (ZoneDate(77, 1, 1), date(1977, 1, 1)),
        (ZoneDate(76, 1, 1), date(2076, 1, 1)),
        (ZoneDate(None, None, None), None),
    ],
)
def test_the_century_of_an_expiry_is_the_nearest(written: ZoneDate, meant: date | None) -> None:
    assert written.as_expiry(on=date(2026, 11, 23)) == meant


@pytest.mark.parametrize(
    ("birth", "read"),
    [
        ("74<<<<", ZoneDate(74, None, None)),
        ("7408<<", ZoneDate(74, 8, None)),
        ("<<<<<<", ZoneDate(None, None, None)),
        ("<<0229", ZoneDate(None, 2, 29)),
        ("750229", None),  # no century has that
        ("741312", None),
        ("740012", None),
        ("740800", None),
        ("7<0812", None),
    ],
)
def test_unknown_parts_are_fillers_and_impossible_dates_are_refused(
    birth: str, read: ZoneDate | None
) -> None:
    line = "L898902C36UTO" + birth + check_digit(birth) + "F1204159ZE184226B<<<<<1"
    text = f"{TD3[0]}\n{line}{check_digit(line[:10] + line[13:20] + line[21:])}"
    if read is None:
        with pytest.raises(ZoneFieldWrong):
            read_zone(text)
    else:
        assert read_zone(text).birth == read


# --- any content

_words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
_dates = st.builds(ZoneDate.of, st.dates(date(1930, 1, 1), date(2029, 12, 31)))


@st.composite
def zones(draw: st.DrawFn) -> Zone:
    size = draw(st.sampled_from(list(Size)))
    longest = 9 if size is Size.TD3 else 13
    number = draw(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=longest))
    own = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", max_size=7)
    return Zone(
        size=size,
        document_code=draw(st.sampled_from(["P", "PM"] if size is Size.TD3 else ["I", "AC", "ID"])),
        issuing_state=draw(st.sampled_from(["JPN", "UTO", "D", "XXB"])),
        name=RomanName(draw(_words), draw(st.just("") | _words)),
        document_number=number,
        nationality=draw(st.sampled_from(["JPN", "UTO", "D", "XXA"])),
        birth=draw(_dates),
        sex=draw(st.sampled_from(["F", "M", None])),
        expiry=draw(_dates),
        optional="" if len(number) > 9 else draw(own),
        optional_2=draw(own) if size is Size.TD1 else "",
    )


@given(zones())
def test_any_zone_comes_back_as_it_was_written(zone: Zone) -> None:
    assert read_zone("\n".join(write_zone(zone))) == zone


@given(st.text(max_size=120) | st.text("ABCXYZ019<\n ", min_size=80, max_size=95))
def test_any_text_is_a_zone_or_an_error_of_ours(text: str) -> None:
    with suppress(ZoneFormWrong, ZoneCharacterWrong, ZoneCheckDigitWrong, ZoneFieldWrong):
        assert read_zone(text).document_number


@pytest.mark.parametrize(
    "change",
    [
        {"document_number": ""},
        {"document_number": "<123"},
        {"document_number": "0123456789"},
        {"document_number": "12-34"},
        {"optional": "A" * 15},
        {"optional_2": "A"},
        {"issuing_state": "UTOP"},
        {"document_code": "PPP"},
        {"sex": "FM"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_not_written(change: dict[str, str]) -> None:
    from dataclasses import replace

    with pytest.raises(ZoneNotWritable):
        write_zone(replace(read_zone("\n".join(TD3)), **change))


def test_a_slip_is_only_named_where_there_is_one_that_explains_it() -> None:
    assert likely_slip("L8989O2C3", "6") == 5
    assert likely_slip("ACEFHJ347", "0") is None  # nothing in it looks like something else
    assert likely_slip("OOOOOOOOO", check_digit("0OOOOOOOO")) is None  # several could be meant
