"""The WHO's digital International Certificate of Vaccination: subclaim -6 (国際予防接種証明書).

The yellow card of the International Health Regulations (2005), Annex 6, one dose a certificate. Written is
the layout that WHO's own verifier reads (``v`` with disease, vaccine, product, maker, batch). Read are also
the two layouts of the later drafts: a list in ``v``, or one object in ``vx`` with ``nt``, ``id``, and the
version in ``v``.

Sources: logical models DVCPayload and ICVPMin of ``smart-icvp`` and ``smart-trust-phw``; sample payloads of
``gdhcn-validator`` (in one of them ``vp`` is a SNOMED CT code, in another an ICD-11 one).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from hashira.certificates.domain import vaccine_product
from hashira.certificates.domain.content import CertificateContent, Holder, ShownDose
from hashira.certificates.domain.dcc_schema import is_day, next_day
from hashira.certificates.domain.icd11_vaccine import ICD11
from hashira.certificates.domain.state_code import ISO_3166
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.value import value

KIND = "icvp"
PRODUCT_IDS = "http://smart.who.int/pcmt-vaxprequal/CodeSystem/PreQualProductIds"
_MAX_READ = 300
_MAX_WRITTEN = 80
_SEXES = ("female", "male", "other", "unknown")
_YELLOW_FEVER, _POLIO = "1D47", "1C81"
DISEASES: Mapping[str, Bilingual] = MappingProxyType(
    {
        _YELLOW_FEVER: Bilingual("黄熱", "Yellow fever"),
        _POLIO: Bilingual("ポリオ（急性灰白髄炎）", "Poliomyelitis"),
    }
)
"""ICD-11 codes of the diseases for which a state may ask for the certificate."""
_YELLOW_FEVER_VACCINE = "XM0N24"


@dataclass(frozen=True, slots=True)
class PrequalifiedProduct:
    """A product of WHO's list: its vaccine as ICD-11 has it, since when it is prequalified."""

    name: str
    maker: str
    disease: str
    vaccine: str
    since: date


def _yellow(name: str, maker: str, year: int, month: int, day: int) -> PrequalifiedProduct:
    return PrequalifiedProduct(name, maker, _YELLOW_FEVER, _YELLOW_FEVER_VACCINE, date(year, month, day))


_CHUMAKOV, _DAKAR = "Chumakov Center", "Institut Pasteur de Dakar"
_SANOFI, _FIOCRUZ = "Sanofi Pasteur", "Bio-Manguinhos/Fiocruz"
PRODUCTS: Mapping[str, PrequalifiedProduct] = MappingProxyType(
    {
        f"YellowFeverProduct{number}": product
        for number, product in {
            "d2c75a15ed309658b3968519ddb31690": _yellow("Yellow Fever, 2 doses", _CHUMAKOV, 2009, 3, 26),
            "771d1a5c0acaee3e2dc9d56af1aba49d": _yellow("Yellow Fever, 5 doses", _CHUMAKOV, 2009, 3, 26),
            "e929626497bdbb71adbe925f0c09c79f": _yellow("Yellow Fever, 10 doses", _CHUMAKOV, 2009, 3, 26),
            "01a3b83cf13e87948437db11cf5c34eb": _yellow("SinSaVac", _CHUMAKOV, 2022, 10, 14),
            "f82b015dfb3b1feeacd4c44d95b3b3ec": _yellow("Stabilized YF, 5 doses", _DAKAR, 2001, 3, 20),
            "223330a7c15da86b21cc363f591de002": _yellow("Stabilized YF, 10 doses", _DAKAR, 2001, 3, 20),
            "ffea8448252ee58b7a92add05f0c3431": _yellow("Stabilized YF, 20 doses", _DAKAR, 2001, 3, 20),
            "d8a09f80301dc05e124f99ffe7711fc0": _yellow("STAMARIL", _SANOFI, 1987, 1, 1),
            "ab01f006f8b24113f4a28cb50bfe6d9d": _yellow("Yellow Fever, 5 doses", _FIOCRUZ, 2001, 10, 17),
            "5f0639d8e4d52afef089aa7148c5060c": _yellow("Yellow Fever, 10 doses", _FIOCRUZ, 2007, 12, 10),
            "e0534dbc71a6cc09f56dce25216c538c": _yellow("Yellow Fever, 50 doses", _FIOCRUZ, 2001, 10, 17),
        }.items()
    }
)
"""WHO-prequalified yellow fever vaccines by their number in WHO's list (2025). Not there: those against
polio, whose code in ICD-11 differs by kind and was not at hand."""

_DAYS_TO_PROTECTION = 10
"""IHR (2005), Annex 7 §2: the certificate is valid from the tenth day after the dose."""


def prequalified(product: str) -> str | None:
    """The number in WHO's list of our product of that code; ``None`` where it has none.

    It stands with the product (``programmes/``). Without one are Japan's own yellow fever vaccine (YF-VAX),
    which is not prequalified, and its polio vaccine, which comes in another presentation than those that are.
    """
    known = vaccine_product.PRODUCTS.get(product)
    code = known.icvp_codes[-1].code if known is not None and known.icvp_codes else None
    return code if code in PRODUCTS else None


def first_valid_day(day: date, number: int) -> date:
    """From when the certificate of a dose against yellow fever counts.

    >>> first_valid_day(date(2026, 5, 1), 1), first_valid_day(date(2026, 5, 1), 2)
    (datetime.date(2026, 5, 11), datetime.date(2026, 5, 1))
    """
    return day + timedelta(days=_DAYS_TO_PROTECTION) if number == 1 else day


class IcvpNotWritable(HashiraError):
    """Details: ``reason``."""

    code = "CERT-087"
    what = Bilingual(
        "この内容では国際予防接種証明書を作れません",
        "An international certificate of vaccination cannot be made of this",
    )
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "接種記録、製品またはロット番号を確かめてから、もう一度発行してください",
        "Check the record, the product or the batch number, then issue again",
    )


class NotAnIcvp(ValueError):
    """The claim is no such certificate; the message says where."""


@value
class IcvpDose(ShownDose):
    """The dose with what only the yellow card says."""

    disease: str = ""
    maker: str = ""
    number_text: str = ""
    """``dn`` as written: ``1``, ``Primary``, ``secondDose``."""
    clinician: str = ""
    valid_from: str | None = None
    valid_until: str | None = None


@value
class IcvpContent(CertificateContent):
    """What the certificate says."""

    kind: str = KIND
    sex: str | None = None
    nationality: str | None = None
    guardian: str | None = None


def write(
    *,
    name: str,
    birth_date: date,
    sex: str,
    nationality: str,
    document_number: str | None,
    product: str,
    day: date,
    batch: str,
    number: int,
    authority: str,
    valid_from: date,
    valid_until: date | None = None,
    guardian: str | None = None,
    clinician: str | None = None,
) -> dict[str, Any]:
    """The claim for one dose of a prequalified product; raises ``IcvpNotWritable``.

    ``name`` as in the travel document; ``nationality`` has three letters; ``product`` is a number of
    ``PRODUCTS``; ``valid_from`` is ten days after the first dose against yellow fever (IHR Annex 7), ``None``
    for ``valid_until`` means for life.
    """
    listed = PRODUCTS.get(product)
    if listed is None:
        raise _unwritable("WHOの認定製品ではありません", "not a product that WHO has prequalified")
    if day < listed.since:
        raise _unwritable("認定前の接種です", "given before the product was prequalified")
    if sex not in _SEXES or nationality not in ISO_3166:
        raise _unwritable("性別か国籍が正しくありません", "sex or nationality is not right")
    if birth_date > day or valid_from < day or (valid_until is not None and valid_until < valid_from):
        raise _unwritable("日付の順序が正しくありません", "the dates are not in order")
    vaccination = {
        "dn": str(number),
        "tg": listed.disease,
        "vp": listed.vaccine,
        "mp": product,
        "ma": listed.maker,
        "dt": day.isoformat(),
        "bo": _written(batch),
        "vls": valid_from.isoformat(),
        "is": _written(authority),
    }
    if not 1 <= number <= 99:
        raise _unwritable("回数は1から99です", "the number of the dose is 1 to 99")
    if valid_until is not None:
        vaccination["vle"] = valid_until.isoformat()
    if clinician is not None:
        vaccination["cn"] = _written(clinician)
    claim: dict[str, Any] = {
        "n": _written(name),
        "dob": birth_date.isoformat(),
        "s": sex,
        "ntl": nationality,
        "v": vaccination,
    }
    if document_number is not None:
        claim["nid"] = _written(document_number)
    if guardian is not None:
        claim["gn"] = _written(guardian)
    return claim


def _written(text: str) -> str:
    if not text.strip() or text != text.strip() or len(text) > _MAX_WRITTEN or not text.isprintable():
        raise _unwritable(
            f"1から{_MAX_WRITTEN}文字の文字列ではありません", f"not a text of 1 to {_MAX_WRITTEN} characters"
        )
    return text


def _unwritable(ja: str, en: str) -> IcvpNotWritable:
    return IcvpNotWritable(reason=Bilingual(ja, en))


_DOSE_WORDS = {"primary": 1, "firstdose": 1, "seconddose": 2, "thirddose": 3}
_NUMBER = re.compile(r"[1-9][0-9]?")


def read(claim: object, *, issuer: str, signed_at: datetime) -> IcvpContent:
    """What the claim says, in any of the three layouts; raises ``NotAnIcvp``."""
    members = _object(claim, "-6")
    latest = "vx" in members
    entry = members.get("vx") if latest else members.get("v")
    if isinstance(entry, list):
        if len(entry) != 1:
            raise NotAnIcvp("v: a certificate is of one dose")
        entry = entry[0]
    dose = _read_dose(_object(entry, "v"))
    birth_date = _day(members, "dob")
    # Where the dose was given it may have been a day later than in Greenwich.
    if birth_date > dose.date or dose.date > next_day(signed_at):
        raise NotAnIcvp("a date lies after another that it must precede")
    return IcvpContent(
        holder=Holder(
            name=_text(members, "n"),
            birth_date=birth_date,
            document_number=_optional(members, "id" if latest else "nid"),
        ),
        doses=(dose,),
        issuer=issuer,
        sex=_optional(members, "s"),
        nationality=_optional(members, "nt" if latest else "ntl"),
        guardian=_optional(members, "gn"),
    )


def _read_dose(entry: dict[str, Any]) -> IcvpDose:
    vaccine, product = _text(entry, "vp"), _optional(entry, "mp")
    code = vaccine if vaccine in PRODUCTS else product if product in PRODUCTS else None
    listed = PRODUCTS.get(code or "")
    written = _optional(entry, "dn") or ""
    authority, clinician = _optional(entry, "is"), _optional(entry, "cn")
    disease = _optional(entry, "tg") or (listed.disease if listed else "")
    return IcvpDose(
        date=_day(entry, "dv" if "dv" in entry else "dt"),
        product=listed.name if listed else product or vaccine,
        code_system=PRODUCT_IDS if code else ICD11 if vaccine.startswith("XM") else "",
        code=code or vaccine,
        lot=_text(entry, "bo"),
        centre=authority or clinician,
        number=int(written) if _NUMBER.fullmatch(written) else _DOSE_WORDS.get(written.lower()),
        disease=disease,
        maker=_optional(entry, "ma") or (listed.maker if listed else ""),
        number_text=written,
        clinician=clinician or "",
        valid_from=_day(entry, "vls") if entry.get("vls") is not None else None,
        valid_until=_day(entry, "vle") if entry.get("vle") is not None else None,
    )


def _object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotAnIcvp(f"{path}: no object")
    return value


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_READ or not value.isprintable():
        raise NotAnIcvp(f"{name}: no readable text")
    return value


def _optional(members: dict[str, Any], name: str) -> str | None:
    value = members.get(name)
    return None if value is None or value == "" else _text(members, name)


def _day(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not is_day(value):
        raise NotAnIcvp(f"{name}: not a date")
    return value
