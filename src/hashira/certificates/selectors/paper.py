"""A certificate as the sheet that is printed of it (紙の証明書の内容)."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from hashira.certificates.adapters.paper.printer import paper_code
from hashira.certificates.domain import hcert, shc, shc_qr
from hashira.certificates.domain.certificate_kind import TITLES
from hashira.certificates.domain.dcc import DccContent
from hashira.certificates.domain.icvp import IcvpContent
from hashira.certificates.domain.paper import (
    CARD_SIDE,
    SEAL_SIDE,
    PaperCode,
    PaperDose,
    PaperSheet,
    TravelDetails,
)
from hashira.certificates.selectors.issuing import CertificateView
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_CARD = Bilingual("国内用（SMART Health Card）", "For use in Japan (SMART Health Card)")
_SEAL = Bilingual("海外用（ICAO VDS-NC）", "For travel (ICAO VDS-NC)")


class NotInForce(HashiraError):
    """A certificate that shows doses which were corrected or withdrawn since."""

    code = "CERT-192"
    what = Bilingual("この証明書は印刷できません", "This certificate cannot be printed")
    why = Bilingual(
        "発行したあとに接種記録が訂正されました", "The record was corrected after it had been issued"
    )
    remedy = Bilingual("いまの記録で証明書を作り直してください", "Make one from the record as it is now")
    status = 409


def paper_sheet(view: CertificateView, *, nationality: str = "") -> PaperSheet:
    """The sheet of a certificate, from what its signature covers and, for names of products, the register.

    Raises ``NotInForce`` for one whose doses are no longer those of the register.
    """
    if view.withdrawn:
        raise NotInForce
    holder = view.content.holder
    return PaperSheet(
        number=view.number,
        issued_at=view.issued_at,
        municipality=view.municipality,
        name=holder.name if view.is_card else view.registered_name,
        birth_date=date.fromisoformat(holder.birth_date) if holder.birth_date else None,
        travel=None if view.is_card else _travel(view, nationality),
        doses=tuple(
            PaperDose(
                given_on=own.given_on,
                number=own.number,
                disease=own.dose.product.disease,
                maker=own.dose.product.maker,
                product=own.product,
                lot=own.lot,
                country=own.dose.country,
            )
            for own in view.doses
        ),
        codes=(_code(view),),
        official=bool(settings.HASHIRA_OFFICIAL_SITE),
    )


def _travel(view: CertificateView, nationality: str) -> TravelDetails:
    """Of the passport as much as the certificate says: a yellow card names the nationality itself."""
    content = view.content
    if isinstance(content, DccContent):
        return TravelDetails(" ".join(content.transliterated.replace("<", " ").split()), "", "")
    said = content.nationality if isinstance(content, IcvpContent) else nationality
    return TravelDetails(content.holder.name or "", said or "", content.holder.document_number or "")


def _code(view: CertificateView) -> PaperCode:
    if view.format == shc.NAME:
        return paper_code(shc_qr.write(view.text), title=_CARD, alternative=_CARD, side=CARD_SIDE)
    title = TITLES[view.kind] if view.format == hcert.NAME else _SEAL
    side = CARD_SIDE if view.format == hcert.NAME else SEAL_SIDE
    return paper_code(view.text, title=title, alternative=title, side=side)
