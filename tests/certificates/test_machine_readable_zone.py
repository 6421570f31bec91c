"""The passport of Doc 9303 Part 4, Appendix B (Anna Maria Eriksson of Utopia), and its misreadings."""

from __future__ import annotations

from datetime import date

import pytest

from hashira.certificates.domain.mrz import read_zone, write_zone
from hashira.kernel.errors import HashiraError

SPECIMEN = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"


def test_the_published_passport() -> None:
    zone = read_zone(SPECIMEN)
    assert (zone.issuing_state, zone.nationality, zone.sex) == ("UTO", "UTO", "F")
    assert zone.document_number == "L898902C3"
    assert zone.birth.as_birth(on=date(2026, 11, 23)) == date(1974, 8, 12)
    assert "\n".join(write_zone(zone)) == SPECIMEN


@pytest.mark.parametrize("position", [0, 9, 13, 19, 21, 27, 28, 42, 43])
def test_a_wrong_figure_in_the_second_line_is_noticed(position: int) -> None:
    first, second = SPECIMEN.split("\n")
    other = "8" if second[position] != "8" else "7"
    with pytest.raises(HashiraError):
        read_zone(f"{first}\n{second[:position]}{other}{second[position + 1 :]}")


@pytest.mark.parametrize("text", ["", "P<UTO", SPECIMEN[:-1], SPECIMEN.replace("\n", "\n\n<")])
def test_what_is_no_zone_is_refused(text: str) -> None:
    with pytest.raises(HashiraError):
        read_zone(text)
