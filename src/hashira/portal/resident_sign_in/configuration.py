"""From the settings to the provider that is asked and the party that asks (サインインの設定)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import httpx
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hashira.core.accounts.oidc import endpoint
from hashira.core.accounts.oidc.client_key import ClientKey
from hashira.core.accounts.oidc.key_set import KeySets
from hashira.core.accounts.oidc.provider import (
    Provider,
    RelyingParty,
    discover,
    not_configured,
    read_client_key,
)

KEY_SETS = KeySets()
_LABEL = "label:"
_CLIENT_ID = re.compile(r"[0-9a-zA-Z]{1,255}")  # as the API reference of デジタル認証アプリ has it
_ENDPOINTS = ("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT", "JWKS_URI")
_discovered: dict[str, Provider] = {}


def http_client() -> httpx.Client:
    """A client for the questions that go from this server to the provider's."""
    return endpoint.client(through_proxy=not settings.HASHIRA_DEVELOPMENT_PROVIDER)


def provider(request: HttpRequest, http: httpx.Client) -> Provider:
    """The provider: the one built in, the one whose endpoints are set, or the one that describes itself.

    A description is fetched once in the life of a process. Raises ``SignInNotConfigured``,
    ``ProviderConfigurationWrong``, ``ProviderUnreachable``.
    """
    if settings.HASHIRA_DEVELOPMENT_PROVIDER:
        from hashira.portal.development_provider.endpoints import provider_for

        return provider_for(request)
    chosen: Mapping[str, str] = settings.HASHIRA_RESIDENT_OIDC
    issuer = chosen["ISSUER"]
    if not issuer:
        raise not_configured("ISSUER", "設定されていません", "it is not set")
    given = [name for name in _ENDPOINTS if chosen[name]]
    if not given:
        # Two threads may both fetch it; none waits for the other while a provider is slow.
        return _discovered.get(issuer) or _discovered.setdefault(issuer, discover(http, issuer))
    missing = [name for name in _ENDPOINTS if not chosen[name]]
    if missing:
        raise not_configured(
            missing[0],
            "ほかのエンドポイントと一緒に設定します",
            "the endpoints are set together or not at all",
        )
    return Provider(
        issuer=issuer,
        authorization_endpoint=chosen["AUTHORIZATION_ENDPOINT"],
        token_endpoint=chosen["TOKEN_ENDPOINT"],
        userinfo_endpoint=chosen["USERINFO_ENDPOINT"],
        jwks_uri=chosen["JWKS_URI"],
    )


def relying_party(request: HttpRequest) -> RelyingParty:
    """This installation as it is registered there; raises ``SignInNotConfigured``."""
    chosen: Mapping[str, str] = settings.HASHIRA_RESIDENT_OIDC
    redirect_uri = chosen["REDIRECT_URI"]
    if settings.HASHIRA_DEVELOPMENT_PROVIDER:
        from hashira.portal.development_provider.registration import CLIENT_ID

        return RelyingParty(
            client_id=CLIENT_ID,
            redirect_uri=request.build_absolute_uri(reverse("resident-callback")),
            key=own_key(),
        )
    if not _CLIENT_ID.fullmatch(chosen["CLIENT_ID"]):
        raise not_configured("CLIENT_ID", "英数字1〜255文字です", "it has 1 to 255 letters and digits")
    try:
        life = timedelta(seconds=int(chosen["ASSERTION_SECONDS"]))
    except (ValueError, OverflowError) as error:
        raise not_configured("ASSERTION_SECONDS", "1〜60秒です", "it is 1 to 60 seconds") from error
    return RelyingParty(
        client_id=chosen["CLIENT_ID"],
        redirect_uri=redirect_uri,
        key=own_key(),
        scopes=tuple(chosen["SCOPES"].split()),
        acr_values=tuple(chosen["ACR_VALUES"].split()),
        required_acr=tuple(chosen["REQUIRED_ACR"].split()),
        assertion_life=life,
        assertion_audience=chosen["ASSERTION_AUDIENCE"],
    )


def own_key() -> ClientKey:
    """The key with which this installation says that it is itself; raises ``SignInNotConfigured``."""
    if settings.HASHIRA_DEVELOPMENT_PROVIDER:
        from hashira.portal.development_provider.registration import make_keys

        make_keys()
        return read_client_key(key_file())
    named: str = settings.HASHIRA_RESIDENT_OIDC["KEY"]
    if not named:
        raise not_configured("KEY", "設定されていません", "it is not set")
    return client_key(named)


def key_file() -> Path:
    """The file of the key with which an installation in development says that it is itself."""
    return Path(settings.DATA_DIR / "resident-sign-in-key.pem")


def client_key(named: str) -> ClientKey:
    """The key of a PEM file, or of the store of keys (an HSM, say) with ``label:`` before its label."""
    if not named.startswith(_LABEL):
        return read_client_key(Path(named))
    return _stored_key(named.removeprefix(_LABEL), settings.DATA_DIR)


@lru_cache(maxsize=4)
def _stored_key(label: str, _installation: Path) -> ClientKey:
    """The key of that label; opened once in the life of a process, since an HSM takes its time."""
    from hashira.certificates.adapters.issuing_keys import key_store

    signer = key_store().open(label)
    return ClientKey.of_spki(signer.public_key_spki, signer.sign)
