"""HCERT written: one spelling, signed by a key that may sign for the state (EU・WHOの証明書の発行).

Sources: HCERT 1.1.1 §2.3, §3.3, §4.2 (WHO SMART Trust).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import cbor2

from hashira.certificates.domain import base45, cose
from hashira.certificates.domain.document_signer import (
    Purpose,
    SignerNotAllowed,
    check_purpose,
    check_state,
    check_time,
)
from hashira.certificates.domain.hcert import EXP, HCERT, IAT, ISS, KINDS, PREFIX, key_identifier
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.state_certificate import CertificateUnreadable, read_listed_certificate
from hashira.certificates.domain.state_chain import signing_period
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_WRITTEN = 2420
"""Letters of a code of version 40 at level Q, which HCERT 1.1.1 §4.2 recommends."""
_LEVEL = 9
# One block of DEFLATE holds a whole certificate at this level too; the time goes into clearing memory.
_MEMORY_LEVEL = 5


class HcertTooLarge(HashiraError):
    """Details: ``letters``, ``most``."""

    code = "CERT-088"
    what = Bilingual("二次元コードに入りきりません", "The certificate does not fit one QR code")
    why = Bilingual("{letters}文字あり、上限は{most}文字です", "It has {letters} letters of {most} at most")
    remedy = Bilingual("氏名や発行者の記載を短くしてください", "Shorten the names or the issuer")


class DocumentSignerNotFit(HashiraError):
    """Details: ``reason``."""

    code = "CERT-089"
    what = Bilingual(
        "この署名鍵ではEU・WHOの証明書を発行できません", "This key may not sign certificates of the EU or WHO"
    )
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "文書署名者の証明書（docs/how-to/hsm.md）を設定してください",
        "Configure a document signer's certificate (docs/how-to/hsm.md)",
    )
    status = 503


def issue(
    *,
    claim: Mapping[str, Any],
    kind: int,
    issuer: str,
    signer: Signer,
    at: datetime,
    expires: datetime | None,
    purpose: Purpose | None = Purpose.VACCINATION,
) -> str:
    """A signed certificate, as the text of its QR code.

    ``claim`` is what ``dcc.write_vaccination`` or ``icvp.write`` made, ``kind`` its number in the claim -260;
    ``issuer`` is the country, of two letters for the EU and three for the WHO. Raises
    ``DocumentSignerNotFit`` or ``HcertTooLarge``.
    """
    certificate = _fit_certificate(signer, issuer=issuer, purpose=purpose, at=at)
    content: dict[int, Any] = {ISS: issuer, IAT: int(at.timestamp()), HCERT: {kind: dict(claim)}}
    if expires is not None:
        content[EXP] = int(expires.timestamp())
    elif KINDS[kind].expires:
        raise ValueError("this kind of certificate must expire")
    return seal(content, certificate=certificate, signer=signer)


def seal(content: Mapping[int, Any], *, certificate: bytes, signer: Signer) -> str:
    """The container round a CWT, signed by the key of that certificate (DER)."""
    message = cose.write(cbor2.dumps(dict(content)), kid=key_identifier(certificate), signer=signer)
    squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, _MEMORY_LEVEL)
    text = PREFIX + base45.encode(squeeze.compress(message) + squeeze.flush())
    if len(text) > MAX_WRITTEN:
        raise HcertTooLarge(letters=len(text), most=MAX_WRITTEN)
    return text


def _fit_certificate(signer: Signer, *, issuer: str, purpose: Purpose | None, at: datetime) -> bytes:
    chain = signer.certificate_chain
    if not chain:
        raise DocumentSignerNotFit(
            reason=Bilingual("署名者の証明書がありません", "There is no certificate of the signer")
        )
    try:
        begins, ends = _fit(chain[0], signer.public_key_spki, issuer, purpose)
        if not begins <= at <= ends:
            check_time(read_listed_certificate(chain[0]), at)
    except SignerNotAllowed as error:
        raise DocumentSignerNotFit(reason=error.reason) from error
    except CertificateUnreadable as error:
        raise DocumentSignerNotFit(
            reason=Bilingual("署名者の証明書を読めません", "The signer's certificate is not readable")
        ) from error
    return chain[0]


@lru_cache(maxsize=256)
def _fit(der: bytes, spki: bytes, issuer: str, purpose: Purpose | None) -> tuple[datetime, datetime]:
    """The period of a key whose certificate is fit but for the time; kept, since few keys sign here."""
    certificate = read_listed_certificate(der)
    check_purpose(certificate, purpose)
    known = check_state(issuer, participant="", signer=certificate)
    if certificate.spki != spki or not known:
        raise DocumentSignerNotFit(
            reason=Bilingual(
                "証明書が別の鍵のものか、国がありません", "The certificate is of another key, or of no state"
            )
        )
    return signing_period(certificate)
