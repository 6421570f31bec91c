"""Vaccine products as the register knows them, and their codes in certificates (ワクチン製品).

A product has a stable code of our own, since names and codes change: a certificate takes the code that was in
use on the day it is made. So the bivalent COVID-19 vaccines were shown under the code of the first ones until
2023-02-07, when cards began to tell them apart (FAQ 113 and 114 of the Digital Agency's application).

Sources: CDC, "IIS: Current HL7 Standard Code Set, CVX", with which each code was compared (see
docs/reference/registry.md); ICD-11 MMS as in :mod:`icd11_vaccine`; days: the first authorisation anywhere
(Comirnaty: United Kingdom, 2020-12-02; Jcovden: Bahrain, 2021-02-25), as doses given abroad count too.
A product without a CVX code cannot be shown on a card, one without an ICD-11 code not on a seal; the table
leaves the code out rather than choose a near one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

COVID = Bilingual("新型コロナウイルス感染症", "COVID-19")
_TOLD_APART = date(2023, 2, 7)


class VaccineUnknown(HashiraError):
    """Details: ``vaccine``."""

    code = "CERT-100"
    what = Bilingual("知らないワクチンです", "The vaccine is not known")
    why = Bilingual("製品の一覧に「{vaccine}」がありません", "The list of products has no {vaccine}")
    remedy = Bilingual("一覧から選んでください", "Choose one from the list")
    status = 422


@dataclass(frozen=True, slots=True)
class VaccineProduct:
    """One product. ``series`` is what its doses are counted in (回数); ``most`` its usual number of doses."""

    code: str
    name: Bilingual
    maker: Bilingual
    disease: Bilingual
    series: str
    cvx: str | None = None
    cvx_before: str | None = None
    """The code until 2023-02-07, where it was another one."""
    icd11: str | None = None
    seal_name: str = ""
    """The name on seals, as Japan's have it."""
    since: date | None = None
    most: int | None = None

    def cvx_on(self, day: date) -> str | None:
        """The CVX code that a card made on that day carries."""
        return self.cvx_before if self.cvx_before and day < _TOLD_APART else self.cvx


def product(code: str) -> VaccineProduct:
    """The product of that code; raises ``VaccineUnknown``.

    >>> product("comirnaty").cvx_on(date(2026, 11, 23))
    '208'
    """
    try:
        return PRODUCTS[code]
    except KeyError:
        raise VaccineUnknown(vaccine=code[:32]) from None


_PFIZER = Bilingual("ファイザー", "Pfizer-BioNTech")
_MODERNA = Bilingual("モデルナ", "Moderna")
_VARIOUS = Bilingual("各社", "Several makers")


def _covid(
    code: str,
    name: Bilingual,
    maker: Bilingual,
    since: date,
    *,
    cvx: str | None = None,
    before: str | None = None,
    icd11: str | None = None,
    seal: str = "",
) -> VaccineProduct:
    return VaccineProduct(code, name, maker, COVID, "covid-19", cvx, before, icd11, seal, since, most=None)


def _routine(
    code: str, ja: str, en: str, disease: Bilingual, cvx: str | None, most: int | None, *, series: str = ""
) -> VaccineProduct:
    return VaccineProduct(code, Bilingual(ja, en), _VARIOUS, disease, series or code, cvx=cvx, most=most)


_RNA, _VECTOR, _PROTEIN = "XM0GQ8", "XM9QW8", "XM5JC5"
_DPT_IPV = Bilingual("ジフテリア・百日せき・破傷風・ポリオ", "Diphtheria, pertussis, tetanus, poliomyelitis")
_PNEUMOCOCCUS = Bilingual("肺炎球菌感染症", "Pneumococcal disease")
_HPV = Bilingual("ヒトパピローマウイルス感染症", "Human papillomavirus infection")
_ROTA = Bilingual("ロタウイルス感染症", "Rotavirus infection")

_ALL = (
    _covid(
        "comirnaty",
        Bilingual("コミナティ筋注", "COMIRNATY"),
        _PFIZER,
        date(2020, 12, 2),
        cvx="208",
        icd11=_RNA,
        seal="COMIRNATY",
    ),
    _covid(
        "comirnaty-5-11",
        Bilingual("コミナティ筋注5～11歳用", "COMIRNATY, 5-11 years"),
        _PFIZER,
        date(2021, 10, 29),
        cvx="218",
        icd11=_RNA,
        seal="COMIRNATY",
    ),
    _covid(
        "comirnaty-6m-4y",
        Bilingual("コミナティ筋注6か月～4歳用", "COMIRNATY, 6 months-4 years"),
        _PFIZER,
        date(2022, 6, 17),
        cvx="219",
        icd11=_RNA,
        seal="COMIRNATY",
    ),
    _covid(
        "comirnaty-ba1",
        Bilingual("コミナティRTU筋注（2価：起源株／BA.1）", "COMIRNATY bivalent (original/BA.1)"),
        _PFIZER,
        date(2022, 9, 1),
        cvx="520",
        before="208",
        icd11=_RNA,
        seal="COMIRNATY",
    ),
    _covid(
        "comirnaty-ba45",
        Bilingual("コミナティRTU筋注（2価：起源株／BA.4-5）", "COMIRNATY bivalent (original/BA.4-5)"),
        _PFIZER,
        date(2022, 8, 31),
        cvx="300",
        before="208",
        icd11=_RNA,
        seal="COMIRNATY",
    ),
    _covid(
        "comirnaty-xbb15",
        Bilingual("コミナティRTU筋注（1価：XBB.1.5）", "COMIRNATY XBB.1.5"),
        _PFIZER,
        date(2023, 8, 31),
        cvx="309",
        icd11=_RNA,
        seal="COMIRNATY",
    ),
    _covid(
        "spikevax",
        Bilingual("スパイクバックス筋注", "SPIKEVAX"),
        _MODERNA,
        date(2020, 12, 18),
        cvx="207",
        icd11=_RNA,
        seal="Spikevax",
    ),
    _covid(
        "spikevax-ba1",
        Bilingual("スパイクバックス筋注（2価：起源株／BA.1）", "SPIKEVAX bivalent (original/BA.1)"),
        _MODERNA,
        date(2022, 8, 15),
        cvx="519",
        before="207",
        icd11=_RNA,
        seal="Spikevax",
    ),
    _covid(
        "spikevax-ba45",
        Bilingual("スパイクバックス筋注（2価：起源株／BA.4-5）", "SPIKEVAX bivalent (original/BA.4-5)"),
        _MODERNA,
        date(2022, 8, 31),
        cvx="229",
        before="207",
        icd11=_RNA,
        seal="Spikevax",
    ),
    _covid(
        "spikevax-xbb15",
        Bilingual("スパイクバックス筋注（1価：XBB.1.5）", "SPIKEVAX XBB.1.5"),
        _MODERNA,
        date(2023, 9, 11),
        cvx="312",
        icd11=_RNA,
        seal="Spikevax",
    ),
    _covid(
        "vaxzevria",
        Bilingual("バキスゼブリア筋注", "VAXZEVRIA"),
        Bilingual("アストラゼネカ", "AstraZeneca"),
        date(2020, 12, 30),
        cvx="210",
        icd11=_VECTOR,
        seal="Vaxzevria",
    ),
    _covid(
        "nuvaxovid",
        Bilingual("ヌバキソビッド筋注", "NUVAXOVID"),
        Bilingual("武田／ノババックス", "Takeda / Novavax"),
        date(2021, 11, 1),
        cvx="211",
        icd11=_PROTEIN,
        seal="Nuvaxovid",
    ),
    _covid(
        "jcovden",
        Bilingual("ジェコビデン筋注", "JCOVDEN"),
        Bilingual("ヤンセン", "Janssen"),
        date(2021, 2, 25),
        cvx="212",
        icd11=_VECTOR,
        seal="Jcovden",
    ),
    _covid(
        "daichirona",
        Bilingual("ダイチロナ筋注", "DAICHIRONA"),
        Bilingual("第一三共", "Daiichi Sankyo"),
        date(2023, 8, 2),
        icd11=_RNA,
        seal="DAICHIRONA",
    ),
    _covid(
        "kostaive",
        Bilingual("コスタイベ筋注用", "KOSTAIVE"),
        Bilingual("Meiji Seika ファルマ", "Meiji Seika Pharma"),
        date(2023, 11, 28),
        icd11=_RNA,
        seal="KOSTAIVE",
    ),
    _routine("bcg", "BCGワクチン", "BCG", Bilingual("結核", "Tuberculosis"), "19", 1),
    _routine("dpt-ipv", "四種混合ワクチン", "DPT-IPV", _DPT_IPV, "130", 4),
    _routine(
        "dpt-ipv-hib",
        "五種混合ワクチン",
        "DPT-IPV-Hib",
        Bilingual(
            "ジフテリア・百日せき・破傷風・ポリオ・Hib感染症",
            "Diphtheria, pertussis, tetanus, poliomyelitis, Hib",
        ),
        "170",  # 120 is Pentacel, a product of the United States
        4,
    ),
    _routine("dt", "二種混合ワクチン", "DT", Bilingual("ジフテリア・破傷風", "Diphtheria, tetanus"), "28", 1),
    _routine("ipv", "不活化ポリオワクチン", "IPV", Bilingual("ポリオ", "Poliomyelitis"), "10", 4),
    _routine("hib", "Hibワクチン", "Hib", Bilingual("Hib感染症", "Hib disease"), "17", 4),
    _routine(
        "mr", "麻しん風しん混合ワクチン", "MR", Bilingual("麻しん・風しん", "Measles, rubella"), "04", 2
    ),
    _routine("varicella", "水痘ワクチン", "Varicella", Bilingual("水痘", "Varicella"), "21", 2),
    _routine("mumps", "おたふくかぜワクチン", "Mumps", Bilingual("おたふくかぜ", "Mumps"), "07", 2),
    _routine(
        "je",
        "日本脳炎ワクチン",
        "Japanese encephalitis",
        Bilingual("日本脳炎", "Japanese encephalitis"),
        "129",
        4,
    ),
    _routine("hepb", "B型肝炎ワクチン", "Hepatitis B", Bilingual("B型肝炎", "Hepatitis B"), "45", 3),
    _routine(
        "rota-1", "ロタウイルスワクチン（1価）", "Rotavirus, monovalent", _ROTA, "119", 2, series="rota"
    ),
    _routine(
        "rota-5", "ロタウイルスワクチン（5価）", "Rotavirus, pentavalent", _ROTA, "116", 3, series="rota"
    ),
    _routine(
        "pcv13",
        "肺炎球菌ワクチン（13価）",
        "Pneumococcal conjugate, 13-valent",
        _PNEUMOCOCCUS,
        "133",
        4,
        series="pcv",
    ),
    _routine(
        "pcv15",
        "肺炎球菌ワクチン（15価）",
        "Pneumococcal conjugate, 15-valent",
        _PNEUMOCOCCUS,
        "215",
        4,
        series="pcv",
    ),
    _routine(
        "pcv20",
        "肺炎球菌ワクチン（20価）",
        "Pneumococcal conjugate, 20-valent",
        _PNEUMOCOCCUS,
        "216",
        4,
        series="pcv",
    ),
    _routine(
        "ppsv23", "肺炎球菌ワクチン（23価）", "Pneumococcal polysaccharide, 23-valent", _PNEUMOCOCCUS, "33", 1
    ),
    _routine("hpv2", "HPVワクチン（2価）", "HPV, bivalent", _HPV, "118", 3, series="hpv"),
    _routine("hpv4", "HPVワクチン（4価）", "HPV, quadrivalent", _HPV, "62", 3, series="hpv"),
    _routine("hpv9", "HPVワクチン（9価）", "HPV, 9-valent", _HPV, "165", 3, series="hpv"),
    _routine(
        "influenza",
        "インフルエンザワクチン",
        "Influenza",
        Bilingual("インフルエンザ", "Influenza"),
        "88",
        None,
    ),
    VaccineProduct(
        "yellow-fever-stamaril",
        Bilingual("黄熱ワクチン（STAMARIL）", "STAMARIL (yellow fever)"),
        Bilingual("サノフィ（フランス）", "Sanofi (France)"),
        Bilingual("黄熱", "Yellow fever"),
        "yellow-fever",
        cvx="183",
    ),
    VaccineProduct(
        "yellow-fever",
        Bilingual("黄熱ワクチン（YF-VAX）", "YF-VAX (yellow fever)"),
        Bilingual("サノフィ（米国）", "Sanofi (United States)"),
        Bilingual("黄熱", "Yellow fever"),
        "yellow-fever",
        cvx="37",
    ),
    _routine(
        "zoster",
        "帯状疱疹ワクチン（組換え）",
        "Zoster, recombinant",
        Bilingual("帯状疱疹", "Herpes zoster"),
        "187",
        2,
    ),
)

PRODUCTS: Mapping[str, VaccineProduct] = MappingProxyType({entry.code: entry for entry in _ALL})
"""Every product by its code, in the order in which lists show them."""
