"""Cutting a file into records, with broken quotation marks and without losing place."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain.import_encoding import Encoding
from hashira.certificates.domain.import_record import (
    MAX_BYTES,
    MAX_LINES,
    Delimiter,
    Record,
    RecordFault,
    delimiter_of,
    records,
)

CELLS = st.text(
    st.characters(
        codec="cp932",
        exclude_characters="\x00\x1a\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3\r\xa2\xa3\xac\u2016\u2212\u301c",
    ),
    max_size=4,  # with four cells no row gets more lines than a record may have
)


def read(
    octets: bytes, encoding: Encoding = Encoding.UTF_8, sign: Delimiter = Delimiter.COMMA
) -> list[Record]:
    return list(records(octets.splitlines(keepends=True), encoding=encoding, delimiter=sign))


def lines_of(octets: bytes) -> list[bytes]:
    """Lines as a file opened for bytes gives them: cut at 0A only."""
    return list(io.BytesIO(octets))


@pytest.mark.long
@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8),
    st.sampled_from(Encoding),
    st.sampled_from(Delimiter),
)
def test_what_the_csv_module_wrote_is_read_back(
    rows: list[list[str]], encoding: Encoding, sign: Delimiter
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=sign.value).writerows(rows)
    octets = text.getvalue().encode(encoding.value)
    found = list(records(lines_of(octets), encoding=encoding, delimiter=sign))
    assert [list(r.fields) for r in found] == rows
    if found:
        assert found[-1].end == len(octets)


@given(st.binary(max_size=400), st.sampled_from(Encoding))
def test_anything_is_read_to_its_end(octets: bytes, encoding: Encoding) -> None:
    found = list(records(lines_of(octets), encoding=encoding, delimiter=Delimiter.COMMA))
    assert (found[-1].end if found else 0) == len(octets)
    numbers = [r.line for r in found]
    assert numbers == sorted(set(numbers))


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    found = read(b'a,b\n"1\n2",3\n4,5\n')
    assert [(r.line, r.fields) for r in found] == [(1, ("a", "b")), (2, ("1\n2", "3")), (4, ("4", "5"))]


def test_reading_begins_anew_at_any_record() -> None:
    octets = 'a,b\r\n"1\r\n2",3\r\n4,5\r\n'.encode("cp932")
    whole = list(records(lines_of(octets), encoding=Encoding.CP932, delimiter=Delimiter.COMMA))
    rest = list(
        records(
            lines_of(octets[whole[1].end :]),
            encoding=Encoding.CP932,
            delimiter=Delimiter.COMMA,
            line=whole[2].line,
            offset=whole[1].end,
        )
    )
    assert rest == whole[2:]


def test_a_quotation_mark_that_is_never_closed_costs_one_row() -> None:
    octets = b'1,"open\n' + b"".join(b"%d,x\n" % n for n in range(2, 200))
    found = read(octets)
    assert found[0].fault is RecordFault.UNCLOSED_QUOTE
    assert [r.fields[0] for r in found[1:]] == [str(n) for n in range(2, 200)]
    assert [r.line for r in found] == list(range(1, 200))


def test_misplaced_marks_and_endless_rows_are_faults_of_their_row() -> None:
    found = read(b'1,"a"b\n2,c\n3,' + b"x" * MAX_BYTES + b"\n4,d\n")
    assert [(r.line, r.fault) for r in found] == [
        (1, RecordFault.MISPLACED_QUOTE), (2, None), (3, RecordFault.TOO_LONG), (4, None),
    ]  # fmt: skip
    tall = b'"' + b"\n" * (MAX_LINES + 5) + b'",2\n'
    assert read(tall)[0].fault is RecordFault.UNCLOSED_QUOTE


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert read("\ufeff宛名番号,b\n".encode())[0].fields == ("宛名番号", "b")
    assert read('\ufeff"宛名番号",b\n'.encode())[0].fields == ("宛名番号", "b")


def test_empty_rows_of_spreadsheets_and_the_end_mark_of_dos_are_blank() -> None:
    assert [r.blank for r in read(b"a,b\n,,\n\n \n\x1a")] == [False, True, True, True, True]


def test_a_broken_byte_spoils_its_own_field_only() -> None:
    (row,) = read(b'\x81,"\x81",b\n', Encoding.CP932)
    assert row.fields == ("\udc81", "\udc81", "b")


def test_the_delimiter_is_told_from_the_header() -> None:
    assert delimiter_of("a,b;c,d") is Delimiter.COMMA
    assert delimiter_of("a\tb,c\td") is Delimiter.TAB
    assert delimiter_of("a;b") is Delimiter.SEMICOLON
