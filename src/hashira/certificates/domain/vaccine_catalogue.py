"""The versions of all programmes, and what of them is in force on a day (ワクチン製品の一覧)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from hashira.certificates.domain.vaccine_product import VaccineProduct
from hashira.certificates.domain.vaccine_programme import Programme, read_programme

_BUILT_IN = ("covid-19", "routine")


class Catalogue:
    """Every version of every programme. It never changes: another one takes its place.

    ``today`` is the day by which "in force" is meant.
    """

    def __init__(self, versions: Sequence[Programme], *, today: date) -> None:
        self._today = today
        self._versions: dict[str, list[Programme]] = {}
        for programme in sorted(versions, key=lambda one: one.version):
            self._versions.setdefault(programme.name, []).append(programme)
        self.current: Mapping[str, VaccineProduct] = MappingProxyType(self._as_of(today))

    @property
    def programmes(self) -> tuple[str, ...]:
        """The names of the programmes."""
        return tuple(self._versions)

    def versions_of(self, programme: str) -> tuple[Programme, ...]:
        """All versions of a programme, the first one first."""
        return tuple(self._versions.get(programme, ()))

    def latest(self, programme: str) -> Programme | None:
        """The last version, whether it is in force yet or not."""
        versions = self._versions.get(programme)
        return versions[-1] if versions else None

    def in_force(self, programme: str, *, on: date | None = None) -> Programme | None:
        """The version of that day; before the first one the first, since doses are older than programmes."""
        day = on or self._today
        versions = self._versions.get(programme, [])
        begun = [one for one in versions if one.valid_from <= day]
        return next(reversed(begun or versions[:1]), None)

    def product(self, code: str, *, on: date | None = None) -> VaccineProduct | None:
        """The product as it is now, or as it was on a day."""
        found = self.current.get(code)
        if on is None or on >= self._today:
            return found
        return self._as_of(on).get(code, found)

    def offered(self, *, on: date) -> tuple[VaccineProduct, ...]:
        """What can be given on a day: what is not retired by then."""
        return tuple(p for p in self.current.values() if p.retired_on is None or on < p.retired_on)

    def _as_of(self, day: date) -> dict[str, VaccineProduct]:
        found: dict[str, VaccineProduct] = {}
        for name in self._versions:
            programme = self.in_force(name, on=day)
            if programme is not None:
                found |= {product.code: product for product in programme.products}
        return found


@cache
def built_in_documents() -> Mapping[str, object]:
    """The documents of the programmes that Hashira comes with."""
    folder = files("hashira.certificates.domain") / "programmes"
    return {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in _BUILT_IN}


@cache
def built_in_programmes() -> tuple[Programme, ...]:
    """The programmes that Hashira comes with."""
    return tuple(read_programme(one) for one in built_in_documents().values())


@cache
def built_in() -> Catalogue:
    """Those, all in force."""
    return Catalogue(built_in_programmes(), today=date.max)
