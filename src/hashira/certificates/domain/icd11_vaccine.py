"""ICD-11 codes of vaccines, as the seals of states write them (ICD-11 ワクチンコード).

Source: ICD-11 MMS, extension codes below http://id.who.int/icd/entity/164949870 (vaccines), the COVID-19
ones as listed by WHO's SMART guidelines for immunizations (value set IMMZ.Z.DE26); RA01.0 is COVID-19 with
the virus identified, which Japan's seals name as the disease.
"""

from __future__ import annotations

from hashira.kernel.language import Bilingual

ICD11 = "http://id.who.int/icd11/mms"
"""URI of the code system, as SMART Health Cards and FHIR name it."""

COVID_19 = "RA01.0"

VACCINES: dict[str, tuple[Bilingual, str]] = {
    "XM68M6": (Bilingual("新型コロナワクチン（種類を問わない）", "COVID-19 vaccine, unspecified"), COVID_19),
    "XM0GQ8": (Bilingual("新型コロナワクチン（RNA）", "COVID-19 vaccine, RNA based"), COVID_19),
    "XM9QW8": (
        Bilingual(
            "新型コロナワクチン（非増殖性ウイルスベクター）", "COVID-19 vaccine, non-replicating viral vector"
        ),
        COVID_19,
    ),
    "XM0CX4": (
        Bilingual(
            "新型コロナワクチン（増殖性ウイルスベクター）", "COVID-19 vaccine, replicating viral vector"
        ),
        COVID_19,
    ),
    "XM5JC5": (
        Bilingual("新型コロナワクチン（タンパクサブユニット）", "COVID-19 vaccine, virus protein subunit"),
        COVID_19,
    ),
    "XM1NL1": (Bilingual("新型コロナワクチン（不活化）", "COVID-19 vaccine, inactivated virus"), COVID_19),
    "XM5DF6": (
        Bilingual("新型コロナワクチン（弱毒生）", "COVID-19 vaccine, live attenuated virus"),
        COVID_19,
    ),
    "XM1J92": (
        Bilingual("新型コロナワクチン（ウイルス様粒子）", "COVID-19 vaccine, virus like particle"),
        COVID_19,
    ),
    "XM6AT1": (Bilingual("新型コロナワクチン（DNA）", "COVID-19 vaccine, DNA based"), COVID_19),
}
"""Code to its name and the disease against which it protects."""
