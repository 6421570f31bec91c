"""What other systems call a vaccine, and the product of ours it is (ワクチン名の対応)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from hashira.certificates.domain import vaccine_product
from hashira.certificates.domain.import_value import value_key
from hashira.certificates.domain.vaccine_catalogue import Catalogue
from hashira.certificates.domain.vaccine_product import PRODUCTS, product
from hashira.kernel.language import Bilingual

# By the maker alone, as the first systems wrote it: the product of 2021. A later one of the same maker has a
# name of its own, and what is not listed is asked of the clerk.
_ALSO = {
    "ファイザー": "comirnaty",
    "ファイザー社": "comirnaty",
    "コミナティ": "comirnaty",
    "Pfizer": "comirnaty",
    "武田/モデルナ": "spikevax",
    "武田／モデルナ": "spikevax",
    "モデルナ": "spikevax",
    "モデルナ社": "spikevax",
    "スパイクバックス": "spikevax",
    "Moderna": "spikevax",
    "アストラゼネカ": "vaxzevria",
    "バキスゼブリア": "vaxzevria",
    "ノババックス": "nuvaxovid",
    "武田(ノババックス)": "nuvaxovid",
    "BCG": "bcg",
    "四種混合": "dpt-ipv",
    "DPT-IPV": "dpt-ipv",
    "五種混合": "dpt-ipv-hib",
    "MR": "mr",
    "麻しん風しん混合": "mr",
    "水痘": "varicella",
    "日本脳炎": "je",
    "B型肝炎": "hepb",
    "インフルエンザ": "influenza",
}


def catalogue() -> Mapping[str, str]:
    """Product codes by what people call the product (keys as of ``value_key``)."""
    return _names(vaccine_product.catalogue())


@lru_cache(maxsize=2)
def _names(products: Catalogue) -> Mapping[str, str]:
    current = products.current
    names = {name: code for code, entry in current.items() for name in (code, entry.name.ja, entry.name.en)}
    return MappingProxyType({value_key(name): code for name, code in (names | _ALSO).items()})


def products() -> tuple[tuple[str, Bilingual], ...]:
    """Code and name of every product."""
    return tuple((code, entry.name) for code, entry in PRODUCTS.items())


def series_of(code: str) -> str:
    """What the doses of the product are counted in; raises ``VaccineUnknown``."""
    return product(code).series
