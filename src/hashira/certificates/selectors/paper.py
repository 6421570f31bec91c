"""A certificate as the sheet that is printed of it (紙の証明書の内容)."""

from __future__ import annotations

from datetime import date

import orjson
from django.conf import settings

from hashira.certificates.adapters.paper.printer import paper_code
from hashira.certificates.domain import hcert, shc_qr
from hashira.certificates.domain.certificate_kind import TITLES
from hashira.certificates.domain.dcc import DccContent
from hashira.certificates.domain.icvp import IcvpContent
from hashira.certificates.domain.paper import (
    SEAL_SIDE,
    PaperCode,
    PaperDose,
    PaperSheet,
    TravelDetails,
    card_side,
)
from hashira.certificates.domain.state_name import nationality_name
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


class NoLongerValid(HashiraError):
    """A certificate that was revoked, or replaced by another."""

    code = "CERT-193"
    what = Bilingual("この証明書は印刷できません", "This certificate cannot be printed")
    why = Bilingual("失効しています", "It has been revoked")
    remedy = Bilingual("新しい証明書を作ってください", "Make a new one")
    status = 409


def paper_sheet(view: CertificateView, *, card: CertificateView | None = None) -> PaperSheet:
    """The sheet of a certificate, from what its signature covers and, for names of products, the register.

    A sheet for travel also carries the code of the ``card`` that was made with it. Raises ``NotInForce`` for
    one whose doses are no longer those of the register, ``NoLongerValid`` for one that was revoked.
    """
    for shown in (view, card):
        if shown is not None and shown.withdrawn:
            raise NotInForce
        if shown is not None and shown.state != "valid":
            raise NoLongerValid
    holder = view.content.holder
    codes = [_code(view)] if card is None else [_code(card), _code(view)]
    return PaperSheet(
        number=view.number,
        issued_at=view.issued_at,
        municipality=view.municipality,
        name=holder.name if view.is_card else view.registered_name,
        birth_date=date.fromisoformat(holder.birth_date) if holder.birth_date else None,
        travel=None if view.is_card else _travel(view),
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
        codes=tuple(codes),
        official=bool(settings.HASHIRA_OFFICIAL_SITE),
        notes=tuple(dict.fromkeys(note for own in view.doses for note in own.dose.product.notes)),
    )


def sheets_of(card: CertificateView, seal: CertificateView | None) -> tuple[PaperSheet, ...]:
    """What somebody gets: the domestic sheet, and before it the one for travel with both codes."""
    if seal is None:
        return (paper_sheet(card),)
    return (paper_sheet(seal, card=card), paper_sheet(card))


def _travel(view: CertificateView) -> TravelDetails:
    """Of the passport as much as the certificate says: a yellow card names the nationality itself."""
    content = view.content
    if isinstance(content, DccContent):
        return TravelDetails(" ".join(content.transliterated.replace("<", " ").split()), "", None, "")
    said = (content.nationality if isinstance(content, IcvpContent) else view.nationality) or ""
    return TravelDetails(
        name=content.holder.name or "",
        nationality=said,
        nationality_name=nationality_name(said),
        passport_number=content.holder.document_number or "",
    )


def _code(view: CertificateView) -> PaperCode:
    if view.is_card:
        return paper_code(shc_qr.write(view.text), title=_CARD, alternative=_CARD, side=card_side)
    if view.format == hcert.NAME:
        title = TITLES[view.kind]
        return paper_code(view.text, title=title, alternative=title, side=card_side)
    return paper_code(
        view.text, title=_SEAL, alternative=_SEAL, side=SEAL_SIDE, octets_a_dose=_octets_a_dose(view.text)
    )


def _octets_a_dose(seal: str) -> int:
    """The shortest of its doses, with the comma."""
    events = orjson.loads(seal)["data"]["msg"]["ve"]
    return min(len(orjson.dumps(event)) for event in events) + 1
