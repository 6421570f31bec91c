"""Names of nationalities, held against the Unicode CLDR as Babel ships it."""

from __future__ import annotations

import re

from babel import Locale

from hashira.certificates.domain.state_code import _WITHOUT_COUNTRY, ISO_3166, is_state
from hashira.certificates.domain.state_name import STATE_NAMES, nationality_name

CALLED_OTHERWISE = {"COD", "COG", "HKG", "MAC", "GBR", "USA", "KOR", "PSE"}
"""Where the CLDR adds a capital, a sovereign or a colloquial name, and a passport office does not."""


NAMELESS = {"XCT"}
"""A code of which no name is known for certain; a sheet shows its letters."""


def _bare(name: str) -> str:
    name = re.sub(r"\s*\(.*\)", "", name).replace("’", "'")
    return name.replace("&", "and").replace("St. ", "Saint ")


def test_every_country_has_the_names_of_the_cldr() -> None:
    languages = {language: Locale(language).territories for language in ("ja", "en")}
    differing = {
        letters
        for letters, two in ISO_3166.items()
        for language, territories in languages.items()
        if STATE_NAMES[letters].in_language(language) != _bare(territories[two])
    }
    assert len(ISO_3166) == 249
    assert differing == CALLED_OTHERWISE


def test_every_code_of_doc_9303_has_a_name_and_no_other() -> None:
    assert set(STATE_NAMES) >= (set(ISO_3166) | _WITHOUT_COUNTRY) - NAMELESS
    assert all(is_state(code) for code in STATE_NAMES)
    assert nationality_name("ZZZ") is None
