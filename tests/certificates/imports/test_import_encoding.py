"""Reading CP932 and UTF-8: every code, every broken byte, and telling the two apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain.import_encoding import (
    Encoding,
    EncodingTally,
    Foreign,
    MarkKind,
    decode,
    legible,
    marks_in,
    user_code,
)

LEADS = (*range(0x81, 0xA0), *range(0xE0, 0xFD))
TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFD))
# Where Microsoft's table and JIS X 0208 as EUC-JP has it name the same cell differently
# (Microsoft, cp932.txt; JIS X 0208:1997 with the Unicode names of the consortium's JIS0208.TXT).
MICROSOFTS_OWN = {
    0x815F: "＼", 0x8160: "～", 0x8161: "∥", 0x817C: "－", 0x8191: "￠", 0x8192: "￡", 0x81CA: "￢",
}  # fmt: skip


def pairs() -> list[tuple[int, int]]:
    return [(lead, trail) for lead in LEADS for trail in TRAILS]


def jis_x_0208(lead: int, trail: int) -> str | None:
    """The character of the cell by another encoding's table; None outside JIS X 0208."""
    cell = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 188 + trail - (0x40 if trail < 0x7F else 0x41)
    row, column = divmod(cell, 94)
    if row >= 84 or 8 <= row <= 14:  # NEC's row 13 and IBM's rows are not of JIS X 0208
        return None
    try:
        return bytes((row + 0xA1, column + 0xA1)).decode("euc_jp")
    except UnicodeDecodeError:
        return None


def test_every_cell_of_jis_x_0208_reads_as_by_another_table_except_microsofts_seven() -> None:
    compared, different = 0, {}
    for lead, trail in pairs():
        expected = jis_x_0208(lead, trail)
        if expected is None:
            continue
        compared += 1
        read = decode(bytes((lead, trail)), Encoding.CP932)
        if read != expected:
            different[lead << 8 | trail] = read
    assert compared == 6879  # the number of characters in JIS X 0208
    assert {code: different[code] for code in MICROSOFTS_OWN if code in different} == {
        code: text for code, text in MICROSOFTS_OWN.items() if code in different
    }
    assert set(different) <= set(MICROSOFTS_OWN)
    for code, text in MICROSOFTS_OWN.items():
        assert decode(code.to_bytes(2, "big"), Encoding.CP932) == text


def test_every_double_byte_is_a_character_or_an_error_that_keeps_its_bytes() -> None:
    undefined = 0
    for lead, trail in pairs():
        octets = bytes((lead, trail))
        read = decode(octets, Encoding.CP932)
        try:
            assert read == octets.decode("cp932"), octets.hex()
        except UnicodeDecodeError:
            undefined += 1
            marks = marks_in(read)
            assert marks, octets.hex()
            assert marks[0].kind is MarkKind.UNDECODABLE
            assert marks[0].code == f"0x{lead:02X}"
    assert undefined > 100


def test_the_users_area_is_private_use_in_the_order_of_the_standard() -> None:
    # WHATWG Encoding, shift_jis decoder: 0xE000 - 8836 + pointer, for pointers 8836 to 10715.
    seen = []
    for lead in range(0xF0, 0xFA):
        for trail in TRAILS:
            pointer = (lead - 0xC1) * 188 + trail - (0x40 if trail < 0x7F else 0x41)
            read = decode(bytes((lead, trail)), Encoding.CP932)
            assert ord(read) == 0xE000 - 8836 + pointer
            assert user_code(read) == f"{lead:02X}{trail:02X}"
            assert [m.kind for m in marks_in(read)] == [MarkKind.PRIVATE_USE]
            seen.append(read)
    assert len(set(seen)) == 1880


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\x87\x40", "①"), (b"\x87\x54", "Ⅰ"), (b"\x87\x90", "≒"), (b"\x81\xe0", "≒"),
        (b"\xfb\xfc", "髙"), (b"\xee\xe0", "髙"), (b"\xfa\xb1", "﨑"), (b"\xed\x95", "﨑"),
        (b"\xed\x40", "纊"), (b"\xfa\x5c", "纊"), (b"\xfa\x55", "￤"),
        (b"\x81\x60", "～"), (b"\x5c\x7e", "\\~"), (b"\xb1\xdf", "ｱﾟ"),
    ],
)  # fmt: skip
def test_the_characters_of_nec_and_ibm_and_the_usual_traps(octets: bytes, text: str) -> None:
    assert decode(octets, Encoding.CP932) == text
    assert marks_in(text) == ()


def test_wave_dash_and_full_width_tilde_stay_what_they_are_in_utf_8() -> None:
    for text in ("\u301c", "\uff5e", "\u2212", "\uff0d", "\u2016", "\u2225"):
        assert decode(text.encode(), Encoding.UTF_8) == text


@pytest.mark.parametrize("single", [0x80, 0xA0, 0xFD, 0xFE, 0xFF])
def test_bytes_that_nobody_writes_are_errors_and_no_private_use(single: int) -> None:
    read = decode(b"ab" + bytes((single,)) + b",", Encoding.CP932)
    assert [(m.kind, m.position, m.code) for m in marks_in(read)] == [
        (MarkKind.UNDECODABLE, 3, f"0x{single:02X}")
    ]
    assert read.endswith(",")


@given(st.binary(max_size=200), st.sampled_from(Encoding))
def test_no_byte_is_lost_and_no_separator_swallowed(octets: bytes, encoding: Encoding) -> None:
    read = decode(octets, encoding)
    again = read.encode("utf-8", "surrogateescape")
    if encoding is Encoding.UTF_8:
        assert again == octets
    for sign in (",", '"', "\n", "\r", "\t"):
        assert read.count(sign) == octets.count(sign.encode())
    try:
        octets.decode(encoding.value)
    except UnicodeDecodeError:
        assert any(m.kind is MarkKind.UNDECODABLE for m in marks_in(read))
    legible(read).encode()  # raises unless a report can be written


@pytest.mark.long
@given(
    st.text(
        st.characters(
            codec="cp932", exclude_characters="\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3\xa2\xa3\xac\u2016\u2212\u301c"
        )
    )
)
def test_what_was_written_in_cp932_is_read_back(text: str) -> None:
    assert decode(text.encode("cp932"), Encoding.CP932) == text


def test_marks_say_kind_place_and_code() -> None:
    marks = marks_in("山\ue000〓\ufffd\x07\U000f0000", name=True)
    assert [(m.kind.value, m.position) for m in marks] == [
        ("private_use", 2), ("substitute", 3), ("lost", 4), ("control", 5), ("private_use", 6),
    ]  # fmt: skip
    assert marks_in("会場〓■?") == ()  # stand-ins are looked for in names only
    assert [m.kind.value for m in marks_in("a\nb", name=True)] == ["control"]


def tally(octets: bytes) -> EncodingTally:
    count = EncodingTally()
    count.feed(octets)
    return count


SENTENCE = "宛名番号,氏名\r\n0001,髙橋　花子\r\n0002,渡邉　一郎\r\n"


def test_the_encoding_is_told_by_what_cannot_be_read() -> None:
    assert tally(SENTENCE.encode("cp932")).guess is Encoding.CP932
    assert tally(SENTENCE.encode()).guess is Encoding.UTF_8
    assert tally(SENTENCE.encode("utf-8-sig")).byte_order_mark
    assert tally(b"a,b\r\n").guess is Encoding.UTF_8
    assert tally(SENTENCE.encode() + b"\x81\n").guess is Encoding.UTF_8  # one broken byte changes nothing
    assert tally(SENTENCE.encode("cp932") + b"\xff\n").guess is Encoding.CP932


@pytest.mark.parametrize(
    ("octets", "foreign"),
    [
        (SENTENCE.encode("utf-16"), Foreign.UTF_16),
        (SENTENCE.replace("髙", "高").encode("iso2022_jp"), Foreign.ISO_2022_JP),
        (SENTENCE.replace("髙", "高").encode("euc_jp"), Foreign.EUC_JP),
        (b"PK\x03\x04\x00\x00", Foreign.BINARY),
    ],
)
def test_other_encodings_are_refused_by_name(octets: bytes, foreign: Foreign) -> None:
    assert tally(octets).refused is foreign


def test_what_can_be_imported_is_not_refused() -> None:
    assert tally(SENTENCE.encode("cp932")).refused is None
    assert tally(SENTENCE.encode()).refused is None
