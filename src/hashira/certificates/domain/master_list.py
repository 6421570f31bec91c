"""Master lists: the authorities (CSCA) that a state has checked, signed by it (CSCAマスターリスト).

Source: Doc 9303 Part 12 §9 (``id-icao-cscaMasterList``, 2.23.136.1.1.2): CMS whose content is
``SEQUENCE { version 0, SET OF Certificate }``. The signer has the extended key usage 2.23.136.1.1.3 and a
certificate of a CSCA that the receiver has verified by other means: here, one that the operator pinned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hashira.certificates.domain.cms_message import read_message
from hashira.certificates.domain.list_signature import NotAuthentic
from hashira.certificates.domain.state_certificate import (
    CertificateUnreadable,
    StateCertificate,
    is_signed_by,
    read_certificate,
)

MASTER_LIST = "2.23.136.1.1.2"
SIGNER_PURPOSE = "2.23.136.1.1.3"
_MAX_AUTHORITIES = 5_000


@dataclass(frozen=True, slots=True)
class MasterList:
    """What a state vouches for."""

    authorities: tuple[bytes, ...]
    """CSCA certificates, DER, each once; unreadable ones too, since real lists hold some."""
    state: str | None
    """``C`` of its signer."""
    signed_at: datetime | None
    anchor: str
    """SHA-256 of the pinned CSCA certificate that vouches for the signer."""


def read_master_list(der: bytes, *, anchors: tuple[bytes, ...], at: datetime) -> MasterList:
    """The list, if a pinned CSCA (DER) vouches for its signer; raises ``NotAuthentic``.

    The signer is judged at its signing time where it says one, else at ``at``.
    """
    message = read_message(der)
    if message.content_type != MASTER_LIST:
        raise NotAuthentic("マスターリストではありません", "It is no master list")
    signer, moment = message.signer, message.signed_at or at
    if SIGNER_PURPOSE not in (signer.extended_key_usage or ()) or signer.is_authority:
        raise NotAuthentic(
            "署名者がマスターリストの署名者ではありません", "Its signer is not one of master lists"
        )
    if signer.unknown_critical:
        raise NotAuthentic("署名者の重要な拡張を知りません", "Its signer has unknown critical extensions")
    if not signer.not_before <= moment <= signer.not_after:
        raise NotAuthentic("署名者の有効期間の外です", "It lies outside the validity of its signer")
    anchor = _anchor(signer, anchors, moment)
    return MasterList(
        authorities=_authorities(message.content),
        state=signer.subject_country,
        signed_at=message.signed_at,
        anchor=anchor.sha256,
    )


def _anchor(signer: StateCertificate, anchors: tuple[bytes, ...], moment: datetime) -> StateCertificate:
    for der in anchors:
        try:
            authority = read_certificate(der)
        except CertificateUnreadable:
            continue
        if (
            authority.subject == signer.issuer
            and authority.is_authority
            and "key_cert_sign" in (authority.key_usage or ())
            and authority.not_before <= moment <= authority.not_after
            and is_signed_by(signer, authority)
        ):
            return authority
    raise NotAuthentic(
        f"登録したCSCAのどれも、署名者を保証していません: {signer.subject_text}",
        f"No pinned CSCA vouches for its signer: {signer.subject_text}",
    )


def _authorities(content: bytes) -> tuple[bytes, ...]:
    from asn1crypto import core, parser

    try:
        _, _, tag, _, inside, _ = parser.parse(content, strict=True)
        version, rest = _first(inside)
        certificates, after = _first(rest)
        if tag != 16 or core.Integer.load(version).native != 0 or after:
            raise ValueError("another form")
        found: dict[bytes, None] = {}
        rest = parser.parse(certificates)[4]
        while rest:
            certificate, rest = _first(rest)
            found[certificate] = None
            if len(found) > _MAX_AUTHORITIES:
                raise ValueError("too many")
    except (ValueError, TypeError, IndexError) as error:
        raise NotAuthentic("マスターリストの中身を読めません", "Its content is no list of CSCAs") from error
    return tuple(found)


def _first(content: bytes) -> tuple[bytes, bytes]:
    from asn1crypto import parser

    _, _, _, header, inside, trailer = parser.parse(content)
    size = len(header) + len(inside) + len(trailer)
    return content[:size], content[size:]
