"""From doses in force to what a certificate shows of them (証明内容への写し).

Each format has room for other things: a card carries a CVX code and no dose number, a seal an ICD-11 code, a
number, a lot and a country; a certificate of the EU has codes of its own and no lot, a yellow card takes
products that the WHO has prequalified. What a format cannot carry is said as a reason, before anybody asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hashira.certificates.domain import icvp
from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.cvx_vaccine import CVX
from hashira.certificates.domain.dcc_value_set import MAX_NUMBER, codes_on
from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.icd11_vaccine import ICD11
from hashira.certificates.domain.passport import Passport
from hashira.certificates.domain.state_code import two_letters
from hashira.certificates.domain.vds_nc_message import SealDose
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import WrittenName

_NO_CARD_CODE = Bilingual(
    "国内用の形式に、このワクチンのコード（CVX）がありません", "Cards have no code (CVX) for this vaccine"
)
_NO_SEAL_CODE = Bilingual(
    "海外用の形式に載せられるのは、コード（ICD-11）のあるワクチンだけです",
    "Seals take vaccines with a code (ICD-11) only",
)
_NO_LOT = Bilingual(
    "ロット番号の記録がありません。窓口で追加を申し出てください",
    "Its lot is not on record; ask the counter to add it",
)
_NO_NUMBER = Bilingual(
    "何回目の接種かの記録がありません。窓口で追加を申し出てください",
    "Which dose it was is not on record; ask the counter to add it",
)
_NO_EU_CODE = Bilingual(
    "EUの証明書に載せられるのは、EUの製品コードのある新型コロナワクチンだけです",
    "The EU's certificates take COVID-19 vaccines with a product code of the EU only",
)
_NO_EU_COUNTRY = Bilingual(
    "接種国をEUの証明書に書けません", "The country of the dose cannot be written into a certificate of the EU"
)
_MANY_DOSES = Bilingual("EUの証明書に書ける回数は9回目までです", "The EU's certificates count up to dose 9")
_NOT_PREQUALIFIED = Bilingual(
    "この証明書に載せられる製品（WHOが認定した黄熱ワクチン）ではありません",
    "It is none of the products of this certificate: yellow fever vaccines that the WHO has prequalified",
)
_BEFORE_PREQUALIFIED = Bilingual(
    "WHOの認定（事前認証）より前の接種です", "It was given before the WHO prequalified the product"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The two parts of a certificate's content that come from the register."""

    holder: Holder
    doses: tuple[ShownDose, ...]


def card_refusal(dose: Dose, *, on: date) -> Bilingual | None:
    """Why a card made on that day cannot show the dose; ``None`` if it can."""
    return None if dose.product.cvx_on(on) else _NO_CARD_CODE


def seal_refusal(dose: Dose) -> Bilingual | None:
    """Why a seal cannot show the dose; ``None`` if it can."""
    if dose.product.icd11 is None:
        return _NO_SEAL_CODE
    if not dose.lot:
        return _NO_LOT
    return _NO_NUMBER if dose.number is None else None


def eu_refusal(dose: Dose, *, on: date) -> Bilingual | None:
    """Why a certificate of the EU made on that day cannot show the dose; ``None`` if it can."""
    if codes_on(dose.product.code, on) is None:
        return _NO_EU_CODE
    if dose.number is None:
        return _NO_NUMBER
    if dose.number > MAX_NUMBER:
        return _MANY_DOSES
    return None if two_letters(dose.country) else _NO_EU_COUNTRY


def icvp_refusal(dose: Dose) -> Bilingual | None:
    """Why a yellow card of the WHO cannot show the dose; ``None`` if it can."""
    listed = icvp.prequalified(dose.product.code)
    if listed is None:
        return _NOT_PREQUALIFIED
    if dose.given_on < icvp.PRODUCTS[listed].since:
        return _BEFORE_PREQUALIFIED
    if not dose.lot:
        return _NO_LOT
    return _NO_NUMBER if dose.number is None else None


def refusals_of(dose: Dose, *, on: date) -> Mapping[CertificateKind, Bilingual | None]:
    """Why each kind of certificate, made on that day, cannot show the dose; ``None`` where it can."""
    return {
        CertificateKind.CARD: card_refusal(dose, on=on),
        CertificateKind.SEAL: seal_refusal(dose),
        CertificateKind.EU: eu_refusal(dose, on=on),
        CertificateKind.ICVP: icvp_refusal(dose),
    }


def card_content(
    doses: Sequence[Dose], *, name: str | None, birth_date: date | None, authority: str, on: date
) -> Shown:
    """What a card shows. ``None`` for a name or date of birth that its holder keeps back.

    Who answers for a dose is the ``authority``, not the place, as in Japan's cards: a place would tell where
    somebody lives or works. Doses must be without ``card_refusal``.
    """
    if name is None:
        holder = Holder(name=None, birth_date=_text(birth_date))
    else:
        written = WrittenName.split(name)
        given = (written.given,) if written.given else ()
        holder = Holder(name=None, family=written.family, given=given, birth_date=_text(birth_date))
    shown = tuple(
        ShownDose(
            date=dose.given_on.isoformat(),
            product="",
            code_system=CVX,
            code=dose.product.cvx_on(on) or "",
            lot=dose.lot or None,
            centre=authority,
        )
        for dose in doses
    )
    return Shown(holder, shown)


def seal_content(doses: Sequence[Dose], passport: Passport, *, birth_date: date, authority: str) -> Shown:
    """What a seal shows: the passport's name and number, the register's date of birth, Japan's layout.

    Doses must be without ``seal_refusal``.
    """
    holder = Holder(name=passport.name, birth_date=birth_date.isoformat(), document_number=passport.number)
    shown = tuple(
        SealDose(
            date=dose.given_on.isoformat(),
            product=dose.product.seal_name,
            code_system=ICD11,
            code=dose.product.icd11 or "",
            lot=dose.lot,
            centre=authority,
            country=dose.country,
            number=dose.number,
            disease=dose.product.icd11_disease,
        )
        for dose in doses
    )
    return Shown(holder, shown)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
