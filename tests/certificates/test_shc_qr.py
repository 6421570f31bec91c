"""The digits of a card's QR code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain import shc_qr

LETTERS = "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


def by_the_letter(jws: str) -> str:
    """The rule as the specification states it: two digits of the letter's code less 45."""
    return "shc:/" + "".join(f"{ord(letter) - 45:02}" for letter in jws)


@given(st.text(alphabet=LETTERS, min_size=1, max_size=300))
def test_the_table_is_the_rule(jws: str) -> None:
    assert shc_qr.write(jws) == by_the_letter(jws)
    assert shc_qr.read(shc_qr.write(jws)) == jws


def test_chunks_are_read_in_any_order() -> None:
    digits = shc_qr.write("eyJ6aXAi.abc")[5:]
    first, second, third = digits[:8], digits[8:14], digits[14:]
    text = f"shc:/3/3/{third}\nshc:/1/3/{first}\nSHC:/2/3/{second}"
    assert shc_qr.read(text) == "eyJ6aXAi.abc"


@pytest.mark.parametrize(
    "text",
    [
        "", "shc:/", "shc:/1", "shc:/567", "shc:/99", "shc:/02", "shc:/2/1/56", "shc:/0/1/56",
        "shc:/1/33/56", "shc:/1/2/56", "shc:/1/2/56 shc:/2/3/56", "shc:/1/2/56 shc:/1/2/57 shc:/2/2/56",
        "shc:/56 x", "shc:/５６",
    ],
)  # fmt: skip
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(shc_qr.NotQRText):
        shc_qr.read(text)
