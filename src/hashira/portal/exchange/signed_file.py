"""The signed file of figures: a JWS over canonical JSON (数値のファイル).

Compact JWS (RFC 7515 §7.1), ES256 (RFC 7518 §3.4), payload in the canonical form of RFC 8785, key named by
its thumbprint (RFC 7638). Members of the payload: ``version`` 1, ``installation``, ``issued_at``, ``period``
(``from`` is ``null``: since the beginning; ``to``), ``figures``, ``not_counted``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature

from hashira.certificates.domain import base64url, p256, strict_json
from hashira.certificates.domain.signer import Signer
from hashira.kernel.canonical_json import JSON, canonical_json
from hashira.kernel.language import Bilingual
from hashira.portal.exchange.errors import FileNotFigures, KeyNotTrusted, SignatureWrong

TYPE = "hashira-figures+jws"
MAX_FILE = 1_000_000
MAX_FIGURES = 1_000
_TEXTS = ("label", "unit", "how")


@dataclass(frozen=True, slots=True)
class FiguresFile:
    """What a verified file says."""

    installation: str
    kid: str
    issued_at: datetime
    document: Mapping[str, Any]


def write(document: dict[str, JSON], signer: Signer) -> str:
    """The file."""
    kid = p256.thumbprint(signer.public_key_spki)
    header = canonical_json({"alg": "ES256", "kid": kid, "typ": TYPE})
    signed = f"{base64url.encode(header)}.{base64url.encode(canonical_json(document))}"
    return f"{signed}.{base64url.encode(signer.sign(signed.encode()))}"


def read(token: str, trusted: Mapping[str, bytes]) -> FiguresFile:
    """The content, once its signature is that of a trusted key; ``trusted`` maps thumbprints to SPKI.

    Raises ``FileNotFigures``, ``KeyNotTrusted`` or ``SignatureWrong``. Nothing of the payload is looked at
    before the signature.
    """
    parts = token.strip().split(".")
    if len(token) > MAX_FILE or len(parts) != 3:
        raise _not("JWSではありません", "It is no JWS")
    header, signature = _object(parts[0]), _octets(parts[2])
    if header.get("alg") != "ES256" or header.get("typ") != TYPE or "crit" in header:
        raise _not("種類が違います", "It is of another kind")
    kid = header.get("kid")
    if not isinstance(kid, str) or kid not in trusted:
        raise KeyNotTrusted(kid=str(kid)[:64])
    try:
        p256.check_signature(trusted[kid], f"{parts[0]}.{parts[1]}".encode(), signature)
    except InvalidSignature:
        raise SignatureWrong from None
    return _content(_object(parts[1]), kid)


def trusted_keys(octets: bytes) -> dict[str, bytes]:
    """The P-256 keys of a JWK or a JWK Set (RFC 7517) by thumbprint. Raises ``FileNotFigures``."""
    try:
        value = strict_json.read(octets)
        jwks = value.get("keys", [value])
        spkis = [p256.spki_of_point(base64url.decode(k["x"]), base64url.decode(k["y"])) for k in jwks]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _not("鍵はJWKかJWK Setで指定します", "A key is given as JWK or JWK Set") from None
    return {p256.thumbprint(spki): spki for spki in spkis}


def _content(document: dict[str, Any], kid: str) -> FiguresFile:
    try:
        issued = datetime.fromisoformat(document["issued_at"])
        name, figures = document["installation"], document["figures"]
        fit = (
            document["version"] == 1
            and issued.tzinfo is not None
            and isinstance(name, str)
            and 0 < len(name) <= 120
            and name.isprintable()
            and len(figures) <= MAX_FIGURES
            and all(map(_is_figure, figures))
        )
    except (KeyError, TypeError, ValueError):
        fit = False
    if not fit:
        raise _not("内容が決められた形ではありません", "Its content does not have its form")
    return FiguresFile(name, kid, issued.astimezone(UTC), document)


def _is_figure(figure: Any) -> bool:
    value = figure["value"]
    return (
        isinstance(figure["key"], str)
        and (value is None or (isinstance(value, int) and not isinstance(value, bool)))
        and datetime.fromisoformat(figure["as_of"]).tzinfo is not None
        and all(isinstance(figure[name][lang], str) for name in _TEXTS for lang in ("ja", "en"))
    )


def _object(part: str) -> dict[str, Any]:
    try:
        value = strict_json.read(_octets(part))
    except (ValueError, orjson.JSONDecodeError):
        raise _not("JSONを読めません", "Its JSON is not readable") from None
    if not isinstance(value, dict):
        raise _not("JSONのオブジェクトではありません", "It is no JSON object")
    return value


def _octets(part: str) -> bytes:
    try:
        return base64url.decode(part)
    except ValueError:
        raise _not("base64urlではありません", "It is not base64url") from None


def _not(ja: str, en: str) -> FileNotFigures:
    return FileNotFigures(reason=Bilingual(ja, en))
