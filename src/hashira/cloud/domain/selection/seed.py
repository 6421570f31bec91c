"""Catalogues to begin with, in our own words (はじめの一覧).

They cover the categories of the published requirements so that a first round can be tried; an operator
imports the official sheet of the year in their place. No number of theirs means anything.
"""

from __future__ import annotations

import csv
from importlib.resources import files

from hashira.cloud.domain.selection.catalogue import Catalogue, CatalogueKind, Requirement
from hashira.kernel.language import Bilingual

_TITLES = {
    CatalogueKind.IAAS_PAAS: Bilingual(
        "クラウドサービスの要件（{year}年度の見本）", "Requirements for cloud services (sample for FY{year})"
    ),
    CatalogueKind.PUBLIC_SAAS: Bilingual(
        "公共SaaSの要件（{year}年度の見本）", "Requirements for public SaaS (sample for FY{year})"
    ),
}


def seed_catalogue(kind: CatalogueKind, fiscal_year: int) -> Catalogue:
    """The catalogue to begin with, for that fiscal year."""
    text = files(__package__).joinpath(f"seed-{kind.value}.tsv").read_text(encoding="utf-8")
    requirements = []
    for row in csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        id, category, category_en, mandatory, words, words_en, how, how_en = row
        requirements.append(
            Requirement(
                id,
                Bilingual(category, category_en),
                mandatory == "必須",
                Bilingual(words, words_en),
                Bilingual(how, how_en),
            )
        )
    return Catalogue(kind, fiscal_year, _TITLES[kind].format(year=fiscal_year), tuple(requirements))
