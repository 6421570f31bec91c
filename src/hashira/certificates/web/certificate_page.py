"""A certificate as its page shows it and as the files it is saved in (証明書の表示と保存)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from hashira.certificates.adapters.paper.printer import pdf, png
from hashira.certificates.adapters.qr_path import draw
from hashira.certificates.domain import hcert, shc, shc_qr
from hashira.certificates.domain.certificate_kind import TITLES
from hashira.certificates.domain.paper import Edition
from hashira.certificates.selectors.issuing import CertificateView
from hashira.certificates.selectors.paper import paper_sheet
from hashira.ui.parts import Figure


def certificate_context(view: CertificateView) -> dict[str, Any]:
    """What the page of a certificate draws from."""
    text = code_text(view)
    # HCERT 1.1.1 §4.2 recommends level Q; a seal is large as it is, and a card keeps to version 22.
    path, size = draw(text, level="Q" if view.format == hcert.NAME else "L")
    alternative = _("証明書の二次元コード。検証する人の機器で読み取ります")
    holder = view.content.holder
    hidden = _("表示していません")
    shown = [
        (_("氏名"), holder.name or hidden),
        (_("生年月日"), date.fromisoformat(holder.birth_date) if holder.birth_date else hidden),
        *([(_("旅券番号"), holder.document_number)] if holder.document_number else []),
        (_("証明書ID"), view.number),
        (_("発行日時"), view.issued_at),
        *([(_("有効期限"), view.expires_at)] if view.expires_at else []),
        (_("発行した市区町村"), view.municipality),
    ]
    return {
        "certificate": view,
        "code": Figure(path, size, alternative=alternative, caption=view.number),
        "text": text,
        "title": TITLES[view.kind],
        "shown": shown,
        "loaded_at": datetime.now(UTC),
        "wallet": wallet_address(view),
        "doses": [
            (date.fromisoformat(dose.date), dose.product or dose.code, dose.lot, dose.centre)
            for dose in view.content.doses
        ],
    }


def wallet_address(view: CertificateView) -> str:
    """The deep link that opens a card in the wallet of the installation; empty without one.

    Source: SMART Health Cards 1.4.0, "via Deep Link": the JWS stands in the fragment, so that no server is
    sent it where the app is not installed.
    """
    base: str = settings.HASHIRA_SHC_WALLET
    if not base or not view.is_card:
        return ""
    return f"{base}#{quote(_file(view).decode(), safe='')}"


def card_response(view: CertificateView) -> HttpResponse:
    """The card as a file for a wallet (SMART Health Cards 1.4.0, "via File Download")."""
    if not view.is_card:
        raise Http404
    return HttpResponse(
        _file(view),
        content_type="application/smart-health-card",
        headers={"Content-Disposition": f'attachment; filename="{view.number}.smart-health-card"'},
    )


def picture_response(view: CertificateView) -> HttpResponse:
    """The certificate as a picture for a telephone's album."""
    return HttpResponse(
        png(paper_sheet(view)),
        content_type="image/png",
        headers={"Content-Disposition": f'attachment; filename="{view.number}.png"'},
    )


def paper_response(view: CertificateView, edition: str) -> HttpResponse:
    """The certificate as a PDF to print: ``standard`` or ``large`` letters."""
    if edition not in set(Edition):
        raise Http404
    made = pdf([paper_sheet(view)], edition=Edition(edition))
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{view.number}-{edition}.pdf"'},
    )


def code_text(view: CertificateView) -> str:
    """The text of the code: of a card its numeric form."""
    return shc_qr.write(view.text) if view.format == shc.NAME else view.text


def _file(view: CertificateView) -> bytes:
    return orjson.dumps({"verifiableCredential": [view.text]})
