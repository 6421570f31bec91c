"""Whom we ask, and as whom: the provider's endpoints and our own registration there (設定).

Source: OpenID Connect Discovery 1.0 §3; RFC 8414 §2; the API reference of デジタル認証アプリ,
which bounds the redirect address to 255.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.client_key import ALGORITHM, ClientKey
from hashira.core.accounts.oidc.client_secret import ClientSecret
from hashira.core.accounts.oidc.errors import ProviderConfigurationWrong, SignInNotConfigured
from hashira.kernel.language import Bilingual

SCOPES = ("openid", "name", "address", "birthdate", "gender")
ACR_VALUES = ("aal3", "crl")
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,255}")  # RFC 6749 appendix A.1, without the space
_LONGEST_REDIRECT_URI = 255
_LONGEST_ISSUER = 255  # the width of its column
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LARGEST_KEY_FILE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Provider:
    """The endpoints of an OpenID provider (認証サーバー).

    ``names_itself``: it promises ``iss`` in every authorization response (RFC 9207 §3).
    ``takes_claims``: single claims may be asked for (OpenID Connect Core 1.0 §5.5).
    ``userinfo_endpoint`` is empty for a directory that has none.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    names_itself: bool = False
    takes_claims: bool = False

    def __post_init__(self) -> None:
        for name in ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
            address = getattr(self, name)
            if not is_secure(address) and (address or name != "userinfo_endpoint"):
                raise ProviderConfigurationWrong(member=name)
        if len(self.issuer) > _LONGEST_ISSUER:
            raise ProviderConfigurationWrong(member="issuer")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This installation as the provider knows it (利用者側の登録).

    ``required_acr``: words that the ``acr`` of the ID token must hold; the published reference of the app
    names the values asked for, not the claim, so an installation may change it.
    ``claims`` are asked for in the ID token, where a provider takes such a wish.
    ``key`` proves that it is us who ask; ``algorithms`` are those in which the provider may sign.
    ``clock_skew`` is how far the two clocks may be apart; ``authentication_age`` the age that an earlier
    authentication (``auth_time``) may have; ``longest_sign_in`` the time from start to return.
    """

    client_id: str
    redirect_uri: str
    key: ClientKey | ClientSecret
    algorithms: tuple[str, ...] = (ALGORITHM,)
    scopes: tuple[str, ...] = SCOPES
    claims: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ACR_VALUES
    required_acr: tuple[str, ...] = ("aal3",)
    assertion_life: timedelta = timedelta(seconds=5)
    assertion_audience: str = "token_endpoint"
    clock_skew: timedelta = timedelta(seconds=30)
    authentication_age: timedelta = timedelta(minutes=15)
    longest_sign_in: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if not _CLIENT_ID.fullmatch(self.client_id):
            raise not_configured(
                "CLIENT_ID", "空白のない英数字と記号1〜255文字です", "it has 1 to 255 ASCII characters"
            )
        if not is_secure(self.redirect_uri) or len(self.redirect_uri) > _LONGEST_REDIRECT_URI:
            raise not_configured(
                "REDIRECT_URI", "255文字以内のhttpsのアドレスです", "it is an https address of up to 255"
            )
        if "openid" not in self.scopes:
            raise not_configured("SCOPES", "openidが要ります", "openid is needed")
        if not timedelta(seconds=1) <= self.assertion_life <= timedelta(minutes=1):
            raise not_configured("ASSERTION_SECONDS", "1〜60秒です", "it is 1 to 60 seconds")
        if self.assertion_audience not in {"token_endpoint", "issuer"}:
            raise not_configured(
                "ASSERTION_AUDIENCE", "token_endpointかissuerです", "it is token_endpoint or issuer"
            )


def not_configured(name: str, ja: str, en: str) -> SignInNotConfigured:
    """The error for one ``HASHIRA_RESIDENT_OIDC_*`` setting."""
    return SignInNotConfigured(setting=f"HASHIRA_RESIDENT_OIDC_{name}", reason=Bilingual(ja, en))


def is_secure(url: str) -> bool:
    """Whether it is an https address (http on this very machine), without fragment and credentials."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "#" in url or not url.isascii() or not url.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


RESIDENT_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "response_types_supported": ("code",),
        "id_token_signing_alg_values_supported": (ALGORITHM,),
        "token_endpoint_auth_methods_supported": ("private_key_jwt",),
        "token_endpoint_auth_signing_alg_values_supported": (ALGORITHM,),
        "code_challenge_methods_supported": ("S256",),
    }
)
"""What a provider for residents must offer: of each list of its description at least one of these."""


def discover(
    http: httpx.Client,
    issuer: str,
    *,
    needs: Mapping[str, tuple[str, ...]] = RESIDENT_NEEDS,
    tells_people: bool = True,
) -> Provider:
    """The provider as it describes itself (OpenID Connect Discovery 1.0 §4).

    ``tells_people``: whether it must have a UserInfo endpoint. Raises ``ProviderConfigurationWrong`` if the
    document is of another issuer or offers less than ``needs``.
    """
    if not is_secure(issuer):
        raise not_configured("ISSUER", "httpsのアドレスです", "it is an https address")
    answer = endpoint.ask(
        http, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", part="discovery"
    )
    if answer.status != httpx.codes.OK:
        raise ProviderConfigurationWrong(member="openid-configuration")
    document = answer.json_object("discovery")
    if document.get("issuer") != issuer:
        raise ProviderConfigurationWrong(member="issuer")
    for member, needed in needs.items():
        offered = document.get(member)
        # What a document leaves out is decided by the provider when it is asked, not guessed here.
        if offered is not None and (not isinstance(offered, list) or not set(needed) & _words(offered)):
            raise ProviderConfigurationWrong(member=member)
    named = {}
    for member in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        value = document.get(member)
        if value is None and member == "userinfo_endpoint" and not tells_people:
            value = ""
        if not isinstance(value, str):
            raise ProviderConfigurationWrong(member=member)
        named[member] = value
    names_itself = document.get("authorization_response_iss_parameter_supported") is True
    takes_claims = document.get("claims_parameter_supported") is True
    return Provider(issuer=issuer, names_itself=names_itself, takes_claims=takes_claims, **named)


def _words(offered: list[object]) -> set[str]:
    return {word for word in offered if isinstance(word, str)}


def read_client_key(path: Path) -> ClientKey:
    """The key of a file (PEM, P-256, not locked, closed to others); raises ``SignInNotConfigured``."""
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_mode & stat.S_IRWXO:
                raise not_configured(
                    "KEY", "ほかの利用者も読めます（chmod 600）", "others may read it too (chmod 600)"
                )
            octets = stream.read(_LARGEST_KEY_FILE + 1)
    except OSError as error:
        raise not_configured("KEY", "ファイルを開けません", "the file cannot be opened") from error
    try:
        private = load_pem_private_key(octets[:_LARGEST_KEY_FILE], password=None)
        if not isinstance(private, EllipticCurvePrivateKey):
            raise ValueError("not an elliptic curve key")
        return ClientKey.of_private_key(private)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise not_configured(
            "KEY", "P-256の秘密鍵のPEMではありません", "it is not the PEM of a P-256 private key"
        ) from error
