"""Every product of the catalogue, against the tables of codes and the days on which cards changed."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from hashira.certificates.domain import cvx_vaccine, icd11_vaccine
from hashira.certificates.domain.vaccine_product import (
    COVID,
    PRODUCTS,
    VaccineProduct,
    VaccineUnknown,
    product,
)

EVERY = pytest.mark.parametrize("entry", PRODUCTS.values(), ids=PRODUCTS.keys())


@EVERY
def test_an_entry_is_whole(entry: VaccineProduct) -> None:
    assert product(entry.code) is entry
    assert 0 < len(entry.code) <= 32  # the column of the store
    for words in (entry.name, entry.maker, entry.disease):
        assert words.ja.strip()
        assert words.en.strip()
        assert words.en.isascii()
    assert entry.most is None or 1 <= entry.most <= 4


@EVERY
def test_codes_are_codes(entry: VaccineProduct) -> None:
    for code in entry.cvx_codes:
        assert code.code.isdigit()
        assert 2 <= len(code.code) <= 3
    if entry.disease == COVID:
        assert entry.cvx is None or entry.cvx in cvx_vaccine.PRODUCTS
        assert entry.icd11 in icd11_vaccine.VACCINES
        assert entry.seal_name
        assert entry.since is not None


@EVERY
def test_a_covid_code_is_that_of_the_same_brand(entry: VaccineProduct) -> None:
    if entry.disease == COVID and entry.cvx:
        assert cvx_vaccine.PRODUCTS[entry.cvx].split()[0].strip(",") == entry.name.en.split()[0].strip(",")


def test_no_two_products_have_one_name() -> None:
    assert len({p.name.ja for p in PRODUCTS.values()}) == len(PRODUCTS)
    assert len({p.name.en for p in PRODUCTS.values()}) == len(PRODUCTS)


@pytest.mark.parametrize(
    ("code", "before", "since"),
    [("comirnaty-ba1", "208", "520"), ("comirnaty-ba45", "208", "300"), ("spikevax-ba1", "207", "519")],
)
def test_bivalent_vaccines_are_told_apart_from_2023_02_07(code: str, before: str, since: str) -> None:
    assert product(code).cvx_on(date(2023, 2, 6)) == before
    assert product(code).cvx_on(date(2023, 2, 7)) == since


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(VaccineUnknown, match="CERT-100"):
        product("Comirnaty")


def test_the_page_that_says_how_codes_were_checked_names_each_of_them() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/registry.md").read_text("utf-8")
    said = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (\d{2,3}) \|", page, re.MULTILINE))
    assert said == {code: entry.cvx for code, entry in PRODUCTS.items() if entry.cvx}
