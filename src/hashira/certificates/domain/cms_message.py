"""Signed messages in CMS (RFC 5652): master lists, uploads to the EU gateway (署名付きデータ).

Parsed by ``asn1crypto``; signatures are checked by ``cryptography`` on the key itself, since states sign with
keys and algorithms that its certificate reader refuses. SHA-1 is not read.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hashira.certificates.domain.list_signature import NotAuthentic
from hashira.certificates.domain.state_certificate import (
    CertificateUnreadable,
    StateCertificate,
    has_signed,
    read_certificate,
    read_scheme,
)

_PARSING = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError)
_DIGESTS = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True)
class CmsMessage:
    """A message whose signature holds for the certificate that came with it. Nothing says yet who that is."""

    content_type: str
    """Object identifier in dots, or asn1crypto's name of a known one."""
    content: bytes
    signer: StateCertificate
    certificates: tuple[bytes, ...]
    """Every certificate that came with it, DER."""
    signed_at: datetime | None
    """The signing time the signer claims (RFC 5652 §11.3)."""


def read_message(der: bytes, *, detached: bytes | None = None, signers: tuple[bytes, ...] = ()) -> CmsMessage:
    """The message, with one signer whose signature holds.

    ``detached``: what was signed, where it is not inside; ``signers``: certificates (DER) that may have
    signed though they did not come with it. Raises ``NotAuthentic``.
    """
    try:
        return _read(der, detached, signers)
    except CertificateUnreadable as error:
        raise NotAuthentic("署名者の証明書を読めません", f"Its signer is not readable: {error}") from error
    except _PARSING as error:
        raise NotAuthentic("CMSの署名付きデータではありません", "It is no signed message in CMS") from error


def _read(der: bytes, detached: bytes | None, signers: tuple[bytes, ...]) -> CmsMessage:
    from asn1crypto import cms

    outer = cms.ContentInfo.load(der, strict=True)
    if outer["content_type"].native != "signed_data":
        raise NotAuthentic("CMSの署名付きデータではありません", "It is no signed message in CMS")
    message = outer["content"]
    kind = message["encap_content_info"]["content_type"]
    inside = message["encap_content_info"]["content"]
    # What was signed are the octets of the OCTET STRING (RFC 5652 §5.4), whatever it parses to.
    content = detached if detached is not None else bytes(inside)
    came = tuple(
        choice.chosen.dump() for choice in message["certificates"] or () if choice.name == "certificate"
    )
    infos = message["signer_infos"]
    if len(infos) != 1:
        raise NotAuthentic("署名者が一人ではありません", "It has not one signer")
    info = infos[0]
    attributes = _attributes(info)
    signer = _signer(info["sid"], came + signers)
    digest = info["digest_algorithm"]["algorithm"].native
    if digest not in _DIGESTS:
        raise NotAuthentic("古いハッシュです（SHA-1など）", f"Its hash is not read: {digest}")
    # Without signed attributes a message could be read as the attributes of another (RFC 5652 §5.3 asks for
    # them wherever the content is not plain data), so that none is taken without them.
    if attributes.get("content_type") != kind.native:
        raise NotAuthentic("署名された種類が違います", "The signed content type is another, or none")
    digested = hashlib.new(digest, content).digest()
    if not hmac.compare_digest(attributes.get("message_digest") or b"", digested):
        raise NotAuthentic("内容が署名と一致しません", "Its content is not what was signed")
    signed = info["signed_attrs"].untag().dump()  # as a SET OF, not as [0] (RFC 5652 §5.4)
    if not has_signed(signer, signed, info["signature"].native, _scheme(info["signature_algorithm"], digest)):
        raise NotAuthentic("電子署名が一致しません", "The signature does not match")
    return CmsMessage(
        content_type=kind.dotted,
        content=content,
        signer=signer,
        certificates=came,
        signed_at=attributes.get("signing_time"),
    )


def _attributes(info: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute in info["signed_attrs"] or ():
        name, values = attribute["type"].native, attribute["values"]
        if name in found or len(values) != 1:
            raise NotAuthentic("署名属性が二つあります", "A signed attribute is there twice")
        found[name] = values[0].native
    return found


def _signer(sid: Any, certificates: tuple[bytes, ...]) -> StateCertificate:
    for der in certificates:
        try:
            certificate = read_certificate(der)
        except CertificateUnreadable:
            continue
        if sid.name == "issuer_and_serial_number":
            named = sid.chosen
            if (named["serial_number"].native, named["issuer"].hashable) == (
                certificate.serial,
                certificate.issuer,
            ):
                return certificate
        elif certificate.subject_key_id == sid.chosen.native:
            return certificate
    raise NotAuthentic("署名者の証明書がありません", "The certificate of its signer is not there")


def _scheme(algorithm: Any, digest: str) -> tuple[str, str, int]:
    """As of a certificate; some write the key's algorithm alone, then the hash is the digest's."""
    if algorithm["algorithm"].native == "rsassa_pkcs1v15":
        return "rsassa_pkcs1v15", digest, 0
    return read_scheme(algorithm)
