"""Vaccine products as the register knows them, and their codes in certificates (ワクチン製品).

A product has a stable code of our own, since names and codes change: a certificate takes the code that was in
use on the day it is made. So the bivalent COVID-19 vaccines were shown under the code of the first ones until
2023-02-07, when cards began to tell them apart (FAQ 113 and 114 of the Digital Agency's application).

The products themselves are data (:mod:`vaccine_programme`, ``programmes/``). Sources: CDC, "IIS: Current HL7
Standard Code Set, CVX", with which each code was compared (see docs/reference/registry.md); ICD-11 MMS as in
:mod:`icd11_vaccine`; the EU's value sets as in :mod:`dcc_value_set`; days: the first authorisation anywhere
(Comirnaty: United Kingdom, 2020-12-02; Jcovden: Bahrain, 2021-02-25), as doses given abroad count too.
A product without a CVX code cannot be shown on a card, one without an ICD-11 code not on a seal; the data
leave the code out rather than choose a near one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

if TYPE_CHECKING:
    from hashira.certificates.domain.vaccine_catalogue import Catalogue

COVID = Bilingual("新型コロナウイルス感染症", "COVID-19")


class VaccineUnknown(HashiraError):
    """Details: ``vaccine``."""

    code = "CERT-100"
    what = Bilingual("知らないワクチンです", "The vaccine is not known")
    why = Bilingual("製品の一覧に「{vaccine}」がありません", "The list of products has no {vaccine}")
    remedy = Bilingual("一覧から選んでください", "Choose one from the list")
    status = 422


@dataclass(frozen=True, slots=True)
class DatedCode:
    """A code of some system, in use from a day on."""

    code: str
    since: date = date.min

    def __str__(self) -> str:
        return self.code if self.since == date.min else f"{self.code} ({self.since}–)"


@dataclass(frozen=True, slots=True)
class EuCode:
    """The three codes of a vaccine in the value sets of the EU, in use from a day on."""

    medicine: str
    prophylaxis: str
    holder: str
    since: date = date.min


@dataclass(frozen=True, slots=True)
class Interval:
    """How many days are to pass before a dose, counted from the dose before it; ``most`` may be open."""

    before: int
    least: int
    most: int | None = None


@dataclass(frozen=True, slots=True)
class VaccineProduct:
    """One product. ``series`` is what its doses are counted in (回数); ``most`` its usual number of doses."""

    code: str
    name: Bilingual
    maker: Bilingual
    disease: Bilingual
    series: str
    programme: str = ""
    cvx_codes: tuple[DatedCode, ...] = ()
    icd11_codes: tuple[DatedCode, ...] = ()
    icd11_disease: str = ""
    """ICD-11 code of the disease, as seals write it."""
    eu_codes: tuple[EuCode, ...] = ()
    icvp_codes: tuple[DatedCode, ...] = ()
    seal_name: str = ""
    """The name on seals, as Japan's have it."""
    since: date | None = None
    """When it was first authorised anywhere."""
    most: int | None = None
    course: int | None = None
    """Doses of a primary course, where the EU counts another number than two."""
    intervals: tuple[Interval, ...] = ()
    retired_on: date | None = None
    """From that day on it is no longer given; what was given before stays what it is."""
    notes: tuple[Bilingual, ...] = ()
    """What its programme wants said on paper."""

    def cvx_on(self, day: date) -> str | None:
        """The CVX code that a card made on that day carries."""
        return _on(self.cvx_codes, day)

    @property
    def cvx(self) -> str | None:
        """The latest CVX code."""
        return _on(self.cvx_codes, date.max)

    @property
    def icd11(self) -> str | None:
        """The latest ICD-11 code."""
        return _on(self.icd11_codes, date.max)

    def eu_on(self, day: date) -> EuCode | None:
        """The EU's codes in a certificate made on that day."""
        for one in reversed(self.eu_codes):
            if one.since <= day:
                return one
        return None


def _on(codes: tuple[DatedCode, ...], day: date) -> str | None:
    return next((one.code for one in reversed(codes) if one.since <= day), None)


_sources: list[Callable[[], Catalogue]] = []


def use_catalogue(source: Callable[[], Catalogue]) -> None:
    """Names who knows the products that are in force; without one they are those Hashira comes with."""
    _sources[:] = [source]


def catalogue() -> Catalogue:
    """The products that are in force."""
    return _sources[0]() if _sources else _built_in()


@cache
def _built_in() -> Catalogue:
    from hashira.certificates.domain.vaccine_catalogue import built_in

    return built_in()


def product(code: str, *, on: date | None = None) -> VaccineProduct:
    """The product of that code, as it is now or as it was on a day; raises ``VaccineUnknown``.

    >>> product("comirnaty").cvx_on(date(2026, 11, 23))
    '208'
    """
    found = catalogue().product(code, on=on)
    if found is None:
        raise VaccineUnknown(vaccine=code[:32])
    return found


class _Products(Mapping[str, VaccineProduct]):
    """Every product in force by its code, in the order in which lists show them."""

    def __getitem__(self, code: str) -> VaccineProduct:
        found = catalogue().product(code)
        if found is None:
            raise KeyError(code)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(catalogue().current)

    def __len__(self) -> int:
        return len(catalogue().current)


PRODUCTS: Mapping[str, VaccineProduct] = _Products()
