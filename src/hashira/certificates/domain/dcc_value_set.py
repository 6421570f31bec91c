"""Codes of the EU's certificates: vaccines, makers, tests (EUの値集合), as they stood on a day.

Facts of the value sets of the eHealth Network: products 2022-11-30, holders 2022-01-26, prophylaxis
2023-01-25, tests 2021-04-27, encoding instructions 2023-05-05. A day is the date of the version of the value
set in which a code came, or by which it was withdrawn; ``None`` is the first version.

For issuing, our products have the EU's codes only where its instructions name that very product. They say
of Comirnaty and Spikevax that adapted ones keep the code, and of Vaxzevria that all of AstraZeneca's have it.
The codes stand with the products (``programmes/``). Without are ``nuvaxovid`` (Japan's is Takeda's, the code
is that of Novavax CZ's), ``daichirona`` and ``kostaive`` (no code), and all that is not against COVID-19.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from hashira.certificates.domain.vaccine_product import PRODUCTS
from hashira.kernel.language import Bilingual
from hashira.kernel.value import value

COVID_19 = "840539006"
"""SNOMED CT, the only disease of the value set."""
CODE_SYSTEM = "https://id.uvci.eu/DCC.ValueSets#vaccine-medicinal-product"
"""Names the value set in ``ShownDose.code_system``; ours, since its codes come from several systems."""

_WITHDRAWN = date(2022, 11, 30)


@dataclass(frozen=True, slots=True)
class Medicine:
    """A product of the value set. ``until``: the version that withdrew it; old certificates still have it."""

    name: str
    until: date | None = None


MEDICINES: Mapping[str, Medicine] = MappingProxyType(
    {
        "EU/1/20/1528": Medicine("Comirnaty"),
        "EU/1/20/1507": Medicine("Spikevax"),
        "EU/1/21/1529": Medicine("Vaxzevria"),
        "EU/1/20/1525": Medicine("Jcovden"),
        "EU/1/21/1618": Medicine("Nuvaxovid"),
        "EU/1/21/1624": Medicine("COVID-19 Vaccine Valneva"),
        "EU/1/21/1580": Medicine("VidPrevtyn Beta"),
        "EU/1/22/1709": Medicine("Bimervax"),
        "CVnCoV": Medicine("CVnCoV"),
        "NVX-CoV2373": Medicine("NVX-CoV2373", _WITHDRAWN),
        "Sputnik-V": Medicine("Sputnik V"),
        "Sputnik-Light": Medicine("Sputnik Light"),
        "Sputnik-M": Medicine("Sputnik M"),
        "Convidecia": Medicine("Convidecia"),
        "EpiVacCorona": Medicine("EpiVacCorona"),
        "EpiVacCorona-N": Medicine("EpiVacCorona-N"),
        "BBIBP-CorV": Medicine("BBIBP-CorV"),
        "WIBP-CorV": Medicine("WIBP-CorV"),
        "Inactivated-SARS-CoV-2-Vero-Cell": Medicine("Inactivated SARS-CoV-2 (Vero Cell)", _WITHDRAWN),
        "CoronaVac": Medicine("CoronaVac"),
        "Covaxin": Medicine("Covaxin"),
        "Covishield": Medicine("Covishield"),
        "Covovax": Medicine("Covovax"),
        "Covid-19-recombinant": Medicine("Covid-19 (recombinant)"),
        "Covid-19-adsorvida-inativada": Medicine("Vacina adsorvida covid-19 (inativada)"),
        "R-COVI": Medicine("R-COVI"),
        "CoviVac": Medicine("CoviVac"),
        "Hayat-Vax": Medicine("Hayat-Vax"),
        "Abdala": Medicine("Abdala"),
        "MVC-COV1901": Medicine("MVC COVID-19 vaccine"),
        "Vidprevtyn": Medicine("Vidprevtyn", _WITHDRAWN),
        "VLA2001": Medicine("VLA2001", _WITHDRAWN),
        "NVSI-06-08": Medicine("NVSI-06-08"),
        "YS-SC2-010": Medicine("YS-SC2-010"),
        "SCTV01C": Medicine("SCTV01C"),
        "Covifenz": Medicine("Covifenz"),
        "AZD2816": Medicine("AZD2816"),
        "Soberana-02": Medicine("Soberana 02"),
        "Soberana-Plus": Medicine("Soberana Plus"),
    }
)
"""``mp``: products."""

HOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "ORG-100001699": "AstraZeneca AB",
        "ORG-100030215": "Biontech Manufacturing GmbH",
        "ORG-100001417": "Janssen-Cilag International",
        "ORG-100031184": "Moderna Biotech Spain S.L.",
        "ORG-100006270": "Curevac AG",
        "ORG-100013793": "CanSino Biologics",
        "ORG-100020693": "China Sinopharm International Corp. (Beijing)",
        "ORG-100010771": "Sinopharm Weiqida Europe Pharmaceutical s.r.o. (Prague)",
        "ORG-100024420": "Sinopharm Zhijun (Shenzhen) Pharmaceutical Co. Ltd.",
        "ORG-100032020": "Novavax CZ a.s.",
        "ORG-100001981": "Serum Institute of India Private Limited",
        "ORG-100007893": "R-Pharm CJSC",
        "ORG-100023050": "Gulf Pharmaceutical Industries",
        "ORG-100033914": "Medigen Vaccine Biologics Corporation",
        "ORG-100000788": "Sanofi Pasteur",
        "ORG-100036422": "Valneva France",
        "ORG-100026614": "Sinocelltech Ltd.",
        "ORG-100008549": "Medicago Inc.",
        "ORG-100036914": "Hipra Human Health S.L.",
        "Gamaleya-Research-Institute": "Gamaleya Research Institute",
        "Vector-Institute": "Vector Institute",
        "Sinovac-Biotech": "Sinovac Biotech",
        "Bharat-Biotech": "Bharat Biotech",
        "Fiocruz": "Fiocruz",
        "Chumakov-Federal-Scientific-Center": "Chumakov Federal Scientific Center",
        "CIGB": "Center for Genetic Engineering and Biotechnology",
        "Sinopharm-WIBP": "Sinopharm, Wuhan Institute of Biological Products",
        "Instituto-Butantan": "Instituto Butantan",
        "NVSI": "National Vaccine and Serum Institute, China",
        "Yisheng-Biopharma": "Yisheng Biopharma",
        "Finlay-Institute": "Finlay Institute of Vaccines",
    }
)
"""``ma``: who holds the authorisation, else who makes it."""

_ANTIGEN, _MRNA, _PROTEIN, _VECTOR = "1119305005", "1119349007", "1162643001", "29061000087103"
PROPHYLAXIS = frozenset(
    {
        _ANTIGEN,
        _MRNA,
        _PROTEIN,
        _VECTOR,
        "J07BX03",
        "1157024006",
        "28531000087107",
        "30141000087107",
        "1187593009",
    }
)
"""``vp``: kinds of vaccine, one of them (J07BX03) withdrawn."""

TEST_KINDS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "LP6464-4": Bilingual("核酸増幅検査", "Nucleic acid amplification test"),
        "LP217198-3": Bilingual("迅速抗原検査", "Rapid antigen test"),
    }
)
TEST_RESULTS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "260415000": Bilingual("陰性（検出されず）", "Not detected"),
        "260373001": Bilingual("陽性（検出）", "Detected"),
    }
)


@value
class DccCodes:
    """The three codes of a vaccine in a certificate made on some day."""

    prophylaxis: str
    medicine: str
    holder: str


MAX_NUMBER = 9
"""The highest ``dn`` and ``sd`` of DCC 1.3.3."""


def codes_on(product: str, day: date) -> DccCodes | None:
    """The codes of our product in a certificate made on that day; ``None`` where the EU has none for it.

    >>> [codes_on("vaxzevria", date(year, 8, 1)).prophylaxis for year in (2021, 2026)]
    ['1119305005', '29061000087103']
    """
    known = PRODUCTS.get(product)
    codes = known.eu_on(day) if known else None
    return DccCodes(codes.prophylaxis, codes.medicine, codes.holder) if codes else None


def total_doses(number: int, *, first_product: str) -> int:
    """``sd``: what a course has, and beyond it the number itself; with a single-dose start always one.

    Commission Implementing Decision (EU) 2021/1073 as amended by 2021/2301: a booster is 3/3 after a course
    of two, and 2/1 after one of one.

    >>> total_doses(1, first_product="comirnaty"), total_doses(3, first_product="comirnaty")
    (2, 3)
    >>> total_doses(2, first_product="jcovden")
    1
    """
    first = PRODUCTS.get(first_product)
    return 1 if first is not None and first.course == 1 else max(2, number)
