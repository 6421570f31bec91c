"""Numbers of certificates: Japan's published one, and what is none."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain.certificate_number import (
    CertificateNumber,
    CertificateNumberWrong,
    SerialsExhausted,
    new_uvci,
)
from hashira.certificates.domain.vds_nc_message import MAX_OTHER_NUMBER, MAX_UVCI
from hashira.kernel.municipality import WrongCheckDigit


def test_the_published_number_is_read() -> None:
    number = CertificateNumber.read("JPN90000120211209200002")
    assert number == CertificateNumber("JPN", "900001", date(2021, 12, 9), 200002)
    assert str(number) == "JPN90000120211209200002"
    assert len(number.text) <= MAX_OTHER_NUMBER


@pytest.mark.shared_data
def test_it_is_the_number_in_japans_seal(shared_data: Path) -> None:
    seal = json.loads((shared_data / "certificates/icao/jpn-triple-vaccine.txt").read_text("utf-8"))[0]
    written = seal["data"]["msg"]["pid"]["ai"]
    assert CertificateNumber.read(written).text == written


@given(st.dates(date(1000, 1, 1)), st.integers(1, 999_999))
def test_any_number_comes_back(day: date, serial: int) -> None:
    number = CertificateNumber("UTO", "123456", day, serial)
    assert CertificateNumber.read(number.text) == number
    assert (
        CertificateNumber.read(f" {number.text[:3].lower()}-{number.text[3:9]} {number.text[9:]}") == number
    )


@pytest.mark.parametrize(
    "text",
    ["", "JPN", "JPN9000012021120920000", "JPN900001202112092000021", "JP890000120211209200002",
     "JPN90000120211309200002", "JPN90000120210229200002", "JPN90000120211209000000",
     "JPN９00001202112092 00002", "JPN" + "1" * 10**6],
    ids=lambda text: text[:26],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(CertificateNumberWrong):
        CertificateNumber.read(text)


def test_a_municipality_of_japan_has_its_check_digit_and_others_have_their_own_way() -> None:
    with pytest.raises(WrongCheckDigit):
        CertificateNumber("JPN", "131017", date(2026, 11, 23), 1)
    assert CertificateNumber("UTO", "131017", date(2026, 11, 23), 1).text == "UTO13101720261123000001"


def test_a_day_has_999999_numbers() -> None:
    with pytest.raises(SerialsExhausted):
        CertificateNumber("UTO", "131016", date(2026, 11, 23), 1_000_000)


def test_a_uvci_is_random_and_of_the_alphabet() -> None:
    made = {new_uvci() for _ in range(500)}
    assert len(made) == 500
    assert all(len(uvci) == MAX_UVCI and uvci.isascii() and uvci.isalnum() for uvci in made)
    assert all(uvci == uvci.upper() for uvci in made)
    assert set("".join(made)) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    assert new_uvci(random.Random(1).choice) == new_uvci(random.Random(1).choice)
