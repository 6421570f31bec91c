"""Lists of EU document signers (DSC), as the gateway and the national back ends hand them out (署名者リスト).

Gateway (``/trustList``): a JSON array of ``{kid, timestamp, country, certificateType, thumbprint, signature,
rawData}`` where ``rawData`` is the certificate and ``signature`` a detached CMS by which the country uploaded
it. National back ends wrap the same entries in ``{"certificates": […]}`` behind a line with their signature.

Sources: ``dgc-gateway`` ``TrustListDto``; "DSC Trust List Format Specification" 1.0.0. ``kid``: the first 8
octets of the SHA-256 of the certificate (HCERT 1.1.1 §2.3); it is computed, never taken over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from hashira.certificates.domain.cms_message import read_message
from hashira.certificates.domain.list_signature import NotAuthentic, fingerprint
from hashira.certificates.domain.state_code import ISO_3166
from hashira.certificates.domain.trust import StateKey

KID = 8
_THREE = {two: three for three, two in ISO_3166.items()}
_MAX_ENTRIES = 50_000


def entries_of(document: Any) -> list[Any] | None:
    """The entries of either form; ``None`` where the document is no list of signers."""
    entries = document.get("certificates") if isinstance(document, dict) else document
    if not isinstance(entries, list) or len(entries) > _MAX_ENTRIES:
        return None
    return entries if all(isinstance(e, dict) and "rawData" in e and "kid" in e for e in entries) else None


def read_signers(entries: list[Any], *, source: str) -> tuple[StateKey, ...]:
    """The signers; an entry that is no certificate, or not the one its ``kid`` names, is passed over."""
    keys = (_key(entry, source) for entry in entries)
    return tuple(key for key in keys if key is not None)


def _key(entry: dict[str, Any], source: str) -> StateKey | None:
    certificate = raw_data(entry)
    if certificate is None:
        return None
    kid = hashlib.sha256(certificate).digest()[:KID]
    country = entry.get("country")
    if entry["kid"] != base64.b64encode(kid).decode("ascii") or not isinstance(country, str):
        return None
    usage = {"DSC": "DSC", "CSCA": "SCA"}.get(str(entry.get("certificateType", "DSC")))
    if usage is None:
        return None
    return StateKey(
        participant=_THREE.get(country.upper(), country.upper()),
        domain="DCC",
        usage=usage,
        kid=kid,
        certificate=certificate,
        source=source,
    )


def raw_data(entry: dict[str, Any]) -> bytes | None:
    """The certificate of an entry, DER."""
    text = entry.get("rawData")
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def check_uploads(entries: list[Any], uploaders: tuple[bytes, ...]) -> str:
    """The fingerprint of an uploader, if all entries were uploaded by ``uploaders`` (certificates, DER).

    The countries of the entry and of its uploader must agree: one state must not upload for another. Raises
    ``NotAuthentic`` for the first entry that fails, since a list with one forged entry is a forged list.
    """
    if not entries:
        raise NotAuthentic("署名者が一つもありません", "It holds no signer")
    pinned = {fingerprint(der) for der in uploaders}
    last = ""
    for entry in entries:
        certificate, text = raw_data(entry), entry.get("signature")
        try:
            signature = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
        except binascii.Error:
            signature = b""
        if certificate is None or not signature:
            raise NotAuthentic("署名のない項目があります", "An entry has no signature")
        message = read_message(signature, detached=certificate, signers=uploaders)
        last = message.signer.sha256
        if last not in pinned:
            raise NotAuthentic("登録していない国の署名です", "An entry was uploaded by an unknown signer")
        if (message.signer.subject_country or "").upper() != str(entry.get("country")).upper():
            raise NotAuthentic("別の国がアップロードした項目です", "An entry was uploaded by another state")
    return last
